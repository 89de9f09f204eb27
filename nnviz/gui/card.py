"""A card: the rounded, framed ground on which each part of the window stands."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnviz.gui.elided_label import ElidedLabel
from nnviz.gui.theme import CORNER, LIGHT, Theme


def draw_ground(widget: QWidget, theme: Theme, frame: QPen) -> None:
    """Paint the rounded ground of a card over all of `widget`, inside its frame's line."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(frame)
    painter.setBrush(theme.card)
    inset = frame.widthF() / 2
    area = widget.rect().toRectF().adjusted(inset, inset, -inset, -inset)
    corner = theme.px(CORNER)
    painter.drawRoundedRect(area, corner, corner)
    painter.end()


class Card(QWidget):
    """A content widget under a heading in small capitals, with room for controls beside it."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.controls: list[QWidget] = []
        """What stands at the right end of the heading's line."""
        self._theme = LIGHT
        self.setAccessibleName(title)

        self._title = QLabel(title, self)
        self._subtitle = ElidedLabel()
        self._header = QHBoxLayout()
        self._header.addWidget(self._title)
        self._header.addWidget(self._subtitle, 1)

        self._layout = QVBoxLayout(self)
        self._layout.addLayout(self._header)
        self._layout.addWidget(content, 1)
        self.set_theme(self._theme)

    def set_title(self, title: str) -> None:
        self._title.setText(title)
        self.setAccessibleName(title)

    def set_subtitle(self, text: str) -> None:
        """Say beside the heading what is shown, for instance the sizes of the layers."""
        self._subtitle.setText(text)

    def add_header_widget(self, widget: QWidget) -> None:
        """Put a control at the right end of the heading's line."""
        self.controls.append(widget)
        self._header.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    @property
    def theme(self) -> Theme:
        return self._theme

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._layout.setContentsMargins(theme.px(14), theme.px(10), theme.px(14), theme.px(12))
        self._layout.setSpacing(theme.px(6))
        self._header.setSpacing(theme.px(8))
        self._title.setFont(theme.heading())
        self._title.setStyleSheet(f"color: {theme.dim.name()}; background: transparent;")
        self._subtitle.setFont(theme.font(12))
        self._subtitle.setStyleSheet(f"color: {theme.dim.name()}; background: transparent;")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_ground(self, self._theme, QPen(self._theme.line, 1))
