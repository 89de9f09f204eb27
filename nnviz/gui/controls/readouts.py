"""Read-outs: figures under small captions that neither dance nor push each other around."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.scales import scientific_text

NOTHING = "—"
"""Shown where there is no figure."""

_CAPTION_SIZE = 11
_FIGURE_SIZE = 13
_LINE_GAP = 2
_SMALLEST_GAP = 15
_LARGEST_GAP = 34
"""Between two read-outs, in pixels at scale 1; how much there is depends on the window's width."""


class ReadOut(QWidget):
    """A figure under its caption, both at the right end of a field wide enough for all figures.

    Numbers grow to the left, as in a table, so that what stands still stays where it is. `widest`
    is the least room to keep, `captions` are all that it may have, the first one to begin with.
    """

    def __init__(
        self, *captions: str, widest: str, tooltip: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._captions = captions
        self._caption = captions[0]
        self._least = self._reserved = widest
        self._figure = NOTHING
        self._measured = ""
        self._hint = QSize()
        self.setToolTip(tooltip)
        self.setAccessibleName(self._caption)
        self.setAccessibleDescription(NOTHING)

    @property
    def figure(self) -> str:
        return self._figure

    @property
    def caption(self) -> str:
        return self._caption

    def set_figure(self, figure: str) -> None:
        """Show a figure, which has room even where it is wider than foreseen."""
        if figure == self._figure:
            return
        before = self._widest()
        self._figure = figure
        self.setAccessibleDescription(figure)
        if len(self._widest()) != len(before):
            self.updateGeometry()
        self.update()

    def set_caption(self, caption: str) -> None:
        """Name the figure by another of its captions."""
        if caption != self._caption:
            self._caption = caption
            self.setAccessibleName(caption)
            self.update()

    def reserve(self, figure: str) -> None:
        """Keep room for figures as long as this one, which is the widest that can come."""
        if figure != self._reserved:
            self._reserved = figure
            self.updateGeometry()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._measured = ""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        # The row asks each of its parts many times over before it places them.
        widest = self._widest()
        if widest != self._measured:
            self._measured, self._hint = widest, self._extent(widest)
        return QSize(self._hint)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font(_CAPTION_SIZE))
        painter.setPen(self._theme.dim)
        line = QRect(0, 0, self.width(), painter.fontMetrics().height())
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, self._caption)
        painter.setFont(self._figure_font())
        painter.setPen(self._theme.dim if self.figure == NOTHING else self._theme.ink)
        figure = QRect(0, 0, self.width(), painter.fontMetrics().height())
        figure.moveTop(line.bottom() + 1 + self._theme.px(_LINE_GAP))
        painter.drawText(figure, Qt.AlignmentFlag.AlignRight, self._figure)
        painter.end()

    def _widest(self) -> str:
        return max(self._least, self._reserved, self._figure, key=len)

    def _extent(self, widest: str) -> QSize:
        """What the figure `widest` needs under any of the captions."""
        caption = QFontMetrics(self._theme.font(_CAPTION_SIZE))
        figure = QFontMetrics(self._figure_font())
        widths = [caption.horizontalAdvance(name) for name in self._captions]
        width = max(*widths, figure.horizontalAdvance(widest))
        gap = self._theme.px(_LINE_GAP)
        return QSize(width + 1, caption.height() + gap + figure.height())

    def _figure_font(self) -> QFont:
        return self._theme.mono(_FIGURE_SIZE, QFont.Weight.DemiBold)


class ReadOutRow(QWidget):
    """Widgets in a row; where they do not all fit, those of least importance hide."""

    def __init__(
        self, parts: Sequence[QWidget], least_first: Sequence[QWidget], parent: QWidget
    ) -> None:
        """`least_first` are the parts that may hide, in the order in which they do."""
        super().__init__(parent)
        self._theme = LIGHT
        self._parts = list(parts)
        self._least_first = list(least_first)
        for part in self._parts:
            part.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """The parts have theirs from elsewhere."""
        self._theme = theme
        self.rearrange()

    def sizeHint(self) -> QSize:
        return self._size(self._parts)

    def minimumSizeHint(self) -> QSize:
        kept = [part for part in self._parts if part not in self._least_first]
        return self._size(kept)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a part's width has changed
            self.rearrange()
        return super().event(event)

    def rearrange(self) -> None:
        """Ask for the room that the parts need now, and place them in what there is."""
        self.updateGeometry()
        self.arrange()

    def arrange(self) -> None:
        """Place the parts at the right end, with as much room between them as there is."""
        shown = list(self._parts)
        for part in self._least_first:
            if self._size(shown).width() <= self.width():
                break
            shown.remove(part)
        for part in self._parts:
            part.setVisible(part in shown)
        widths = [part.sizeHint().width() for part in shown]
        gaps = max(len(shown) - 1, 1)
        least, most = self._theme.px(_SMALLEST_GAP), self._theme.px(_LARGEST_GAP)
        gap = min(max((self.width() - sum(widths)) // gaps, least), most)
        left = self.width() - sum(widths) - gap * (len(shown) - 1)
        for part, width in zip(shown, widths, strict=True):
            height = part.sizeHint().height()
            part.setGeometry(left, (self.height() - height) // 2, width, height)
            left += width + gap

    def _size(self, parts: Sequence[QWidget]) -> QSize:
        """What these parts need where they stand as close as they may."""
        gap = self._theme.px(_SMALLEST_GAP)
        hints = [part.sizeHint() for part in parts]
        width = sum(hint.width() for hint in hints) + gap * (len(parts) - 1)
        return QSize(width, max(part.sizeHint().height() for part in self._parts))


def show_loss(value: float | None) -> str:
    """A loss in at most eight characters, whatever its size; powers of ten as everywhere."""
    if value is None or not isfinite(value):
        return NOTHING
    if value != 0 and not 5e-5 <= abs(value) < 99_999.5:
        is_long = not 1e-9 <= abs(value) < 9.95e99
        return scientific_text(value, 1 if is_long else 2)
    digits = len(str(int(abs(value))))
    return f"{value:.{max(5 - digits, 0)}f}"


def show_accuracy(fraction: float | None) -> str:
    """A fraction as a percentage."""
    return NOTHING if fraction is None else f"{100 * fraction:.1f} %"


def show_epoch(epoch: int, target: int) -> str:
    """Completed epochs out of those wanted."""
    return f"{epoch:,} / {target:,}"
