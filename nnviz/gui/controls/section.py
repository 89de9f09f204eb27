"""Section: a panel under a header that folds it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLayout, QSizePolicy, QVBoxLayout, QWidget

from nnviz.gui import icons
from nnviz.gui.controls.buttons import PushButton, has_ring
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme, mix

SEPARATOR = " · "
"""Between the parts of a summary; the last ones give way where there is no room."""

_HEIGHT = 26
_CHEVRON = 14
_GAP = 5
_SMALLEST_GAP = 10
_TITLE_SIZE = 12
_SUMMARY_SIZE = 11
_BELOW = 10
"""Under an unfolded panel."""


class Section(QWidget):
    """A header that folds and unfolds the panel under it, by mouse and keyboard."""

    toggled = Signal(bool)
    """The user folded (False) or unfolded (True) it."""

    def __init__(
        self,
        title: str,
        make_panel: Callable[[], QWidget],
        tooltip: str,
        parent: QWidget | None = None,
    ) -> None:
        """`make_panel` is called once, when the panel is needed: the window must not wait for it.

        `tooltip` is one sentence on what can be set here.
        """
        super().__init__(parent)
        self._make_panel = make_panel
        self._panel: QWidget | None = None
        self._theme = LIGHT
        self.header = SectionHeader(title, tooltip, self)
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(0)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self.header)
        self.header.clicked.connect(self._toggle)

    @property
    def panel(self) -> QWidget:
        """The panel, made at the latest now."""
        if self._panel is None:
            self._panel = self._make_panel()
            # With a parent first: what is shown without one is a window.
            self._layout.addWidget(self._panel)
            self._panel.setVisible(self.is_open)
            self._show_margins()
            self.order_tabs()
        return self._panel

    @property
    def has_panel(self) -> bool:
        return self._panel is not None

    @property
    def is_open(self) -> bool:
        return self.header.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Fold or unfold; emits nothing."""
        self.header.setChecked(is_open)
        self.header.show_state()
        if is_open or self._panel is not None:
            self.panel.setVisible(is_open)

    def order_tabs(self) -> None:
        """Let Tab go from the header through the panel as it is read.

        Qt goes in the order in which widgets were made, and some are made when they are needed.
        """
        stops = [self.header, *(_stops(self._panel) if self._panel is not None else ())]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def set_summary(self, text: str) -> None:
        """The values in a few words, parted by SEPARATOR; seen while the section is folded."""
        self.header.set_summary(text)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.header.set_theme(theme)
        self._show_margins()

    def _show_margins(self) -> None:
        if self._panel is not None:
            px = self._theme.px
            self._panel.setContentsMargins(px(1), px(2), px(1), px(_BELOW))

    def _toggle(self) -> None:
        self.set_open(self.is_open)
        self.toggled.emit(self.is_open)


def _stops(widget: QWidget) -> Iterator[QWidget]:
    """The widgets in `widget` that take the focus, in the order of its layouts."""
    layout = widget.layout()
    if layout is not None:
        yield from _stops_in(layout)
    elif widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
        yield widget


def _stops_in(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        widget = item.widget() if item is not None else None
        inner = item.layout() if item is not None else None
        if widget is not None:
            yield from _stops(widget)
        elif inner is not None:
            yield from _stops_in(inner)


class SectionHeader(PushButton):
    """An arrow, the title and, while the section is folded, the summary at the right."""

    def __init__(self, title: str, tooltip: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._theme = LIGHT
        self._summary = ""
        self.setCheckable(True)
        self.setAccessibleName(title)
        self.setToolTip(wrapped(tooltip))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def summary(self) -> str:
        return self._summary

    def set_summary(self, text: str) -> None:
        self._summary = text
        self.show_state()

    def show_state(self) -> None:
        """Say whether the section is unfolded, and what its values are."""
        state = "unfolded" if self.isChecked() else "folded"
        self.setAccessibleDescription(": ".join(filter(None, (state, self._summary))))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFont(self._title_font())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        title = QFontMetrics(self._title_font()).horizontalAdvance(self.text())
        return QSize(self._title_left() + title + 1, self._theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def shown_summary(self) -> str:
        """As many parts of the summary as there is room for; of the first one its last words."""
        metrics = QFontMetrics(self._theme.font(_SUMMARY_SIZE))
        room = self.width() - self.sizeHint().width() - self._theme.px(_SMALLEST_GAP)
        parts = self._summary.split(SEPARATOR)
        words = parts[0].split()
        shorter = [SEPARATOR.join(parts[:n]) for n in range(len(parts), 0, -1)]
        shorter += [" ".join(words[n:]) for n in range(1, len(words))]
        return next((text for text in shorter if metrics.horizontalAdvance(text) <= room), "")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_lively = self.underMouse() or has_ring(self)
        self._paint_ground(painter)
        self._paint_chevron(painter)
        painter.setPen(theme.ink)
        painter.setFont(self._title_font())
        place = self.rect().adjusted(self._title_left(), 0, 0, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.text())
        if not self.isChecked():
            painter.setPen(theme.ink if is_lively else theme.dim)
            painter.setFont(theme.font(_SUMMARY_SIZE))
            place.adjust(0, 0, -theme.px(3), 0)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(place, flags, self.shown_summary())
        painter.end()

    def _paint_ground(self, painter: QPainter) -> None:
        theme = self._theme
        area = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isDown() or self.underMouse():
            painter.setBrush(mix(theme.card, theme.ink, 0.08 if self.isDown() else 0.04))
            painter.drawRoundedRect(area, theme.px(5), theme.px(5))
        if has_ring(self):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, 2))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), theme.px(5), theme.px(5))

    def _paint_chevron(self, painter: QPainter) -> None:
        size = self._theme.px(_CHEVRON)
        name = "arrow down" if self.isChecked() else "arrow right"
        pixels = round(size * self.devicePixelRatioF())
        top = (self.height() - size) // 2
        picture = icons.pixmap(name, self._theme.dim, pixels)
        painter.drawPixmap(QRect(0, top, size, size), picture)

    def _title_left(self) -> int:
        return self._theme.px(_CHEVRON) + self._theme.px(_GAP)

    def _title_font(self) -> QFont:
        return self._theme.font(_TITLE_SIZE, QFont.Weight.DemiBold)
