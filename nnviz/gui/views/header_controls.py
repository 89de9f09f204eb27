"""Small controls for the heading of a card: a box to tick, a word to choose."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QPushButton, QWidget

from nnviz.gui.theme import LIGHT, Theme, mix

_TEXT_SIZE = 12
_BOX = 12
_GAP = 6
_AROUND = 3
"""Room for the frame that marks the keyboard's focus."""


class HeaderCheckBox(QCheckBox):
    """A box to tick behind its word; visible in light and dark, small as a heading is."""

    def __init__(self, text: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = LIGHT
        _describe(self, text, tooltip)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        _take_font(self, theme)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        words = metrics.horizontalAdvance(self.text())
        px = self._theme.px
        around = 2 * px(_AROUND)
        return QSize(words + px(_GAP) + px(_BOX) + around, metrics.height() + around)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        if not self.isEnabled():
            painter.setOpacity(0.45)
        highlighted = self.underMouse() and self.isEnabled()
        painter.setPen(theme.ink if highlighted else theme.dim)
        painter.setFont(self.font())
        around, size = theme.px(_AROUND), theme.px(_BOX)
        room = self.rect().adjusted(around, 0, -around, 0)
        painter.drawText(
            room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text()
        )
        box = QRectF(room.right() - size + 0.5, (self.height() - size) / 2 + 0.5, size, size)
        checked = self.isChecked()
        painter.setPen(QPen(theme.accent if checked else theme.dim, 1))
        painter.setBrush(theme.accent if checked else theme.field)
        painter.drawRoundedRect(box, theme.px(3), theme.px(3))
        if checked:
            painter.setPen(QPen(theme.on_accent, 1.6 * theme.scale))
            corners = ((0.24, 0.52), (0.43, 0.71), (0.77, 0.30))
            tick = [QPointF(box.x() + x * size, box.y() + y * size) for x, y in corners]
            painter.drawPolyline(tick)
        _draw_focus(painter, self, theme)
        painter.end()


class HeaderTab(QPushButton):
    """One of several words of which one is chosen; the chosen one is underlined."""

    def __init__(self, text: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = LIGHT
        self.setCheckable(True)
        self.setAutoExclusive(True)
        _describe(self, text, tooltip)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        _take_font(self, theme)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        around = 2 * self._theme.px(_AROUND)
        return QSize(metrics.horizontalAdvance(self.text()) + around, metrics.height() + around)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, chosen = self._theme, self.isChecked()
        highlighted = chosen or self.underMouse()
        painter.setPen(theme.ink if highlighted else theme.dim)
        painter.setFont(self.font())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if highlighted:
            color = theme.accent if chosen else mix(theme.card, theme.dim, 0.5)
            around, thick = theme.px(_AROUND), theme.px(2)
            line = QRectF(around, self.height() - thick, self.width() - 2 * around, thick)
            painter.fillRect(line, color)
        _draw_focus(painter, self, theme)
        painter.end()


def _describe(button: QAbstractButton, text: str, tooltip: str) -> None:
    button.setToolTip(tooltip)
    button.setAccessibleName(text)
    button.setAccessibleDescription(tooltip)
    button.setCursor(Qt.CursorShape.PointingHandCursor)


def _take_font(button: QAbstractButton, theme: Theme) -> None:
    button.setFont(theme.font(_TEXT_SIZE))
    button.updateGeometry()
    button.update()


def _draw_focus(painter: QPainter, widget: QWidget, theme: Theme) -> None:
    if widget.hasFocus():
        painter.setOpacity(1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.accent, 1.2))
        painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.8, 0.8, -0.8, -0.8), 4, 4)
