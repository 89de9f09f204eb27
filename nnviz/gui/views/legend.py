"""One line that explains the marks of a plot, with their newest values, and a read-out."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnviz.gui.theme import LIGHT, Theme

_TEXT_SIZE = 11
_SWATCH_WIDTH = {"line": 15.0, "mark": 8.0}
_INNER_GAP = 4.0
_OUTER_GAP = 11.0
_AMPLE = 2_000.0
"""Width that no text of the legend reaches."""


class Mark(Enum):
    """What stands for a series: train and test differ by shape, not only by hue."""

    CIRCLE = auto()
    SQUARE = auto()
    SOLID = auto()
    THIN = auto()
    DASHED = auto()


LINE_WIDTH = 1.8
THIN_WIDTH = 1.0
DASHES = [4.0, 2.4]
"""Lengths of a dash and of a gap, in widths of the line."""


def line_pen(mark: Mark, color: QColor, scale: float = 1.0) -> QPen:
    """The pen that draws a curve, in the plot as in the legend."""
    pen = QPen(color, scale * (THIN_WIDTH if mark is Mark.THIN else LINE_WIDTH))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if mark is Mark.DASHED:
        pen.setDashPattern(DASHES)
    return pen


class LegendEntry(NamedTuple):
    """A mark, its colour, what it stands for, and room for the value it has now."""

    mark: Mark
    color: QColor
    name: str
    widest_value: str = ""


class Legend(QWidget):
    """A line of entries; values and read-out change without moving anything else."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._entries: tuple[LegendEntry, ...] = ()
        self._values: tuple[str, ...] = ()
        self._readout = ""
        self._shorter: tuple[str, ...] = ()
        self._readout_is_number = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend")

    @property
    def entries(self) -> tuple[LegendEntry, ...]:
        return self._entries

    @property
    def values(self) -> tuple[str, ...]:
        """The text beside each entry's name; empty where there is none."""
        return self._values

    @property
    def readout(self) -> str:
        """The text at the right end, in full."""
        return self._readout

    def drawn_readout(self) -> str:
        """The read-out as far as there is room for it."""
        metrics = QFontMetricsF(self._readout_font())
        texts = [self._readout, *self._shorter]
        fitting = (text for text in texts if metrics.horizontalAdvance(text) <= self.width())
        last = metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, self.width())
        return next(fitting, last)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def set_entries(self, entries: tuple[LegendEntry, ...]) -> None:
        if entries != self._entries:
            self._entries = entries
            self._values = ("",) * len(entries)
            self.update()

    def set_values(self, values: tuple[str, ...]) -> None:
        """One text for each entry, in the same order."""
        if values != self._values:
            self._values = values
            self.update()

    def set_readout(self, text: str, is_number: bool = True, shorter: tuple[str, ...] = ()) -> None:
        """What is under the pointer (in the face for numbers), or a note in words.

        The first of the `shorter` texts that fits takes the place of one that is too long.
        """
        wanted = (text, is_number, shorter)
        if wanted != (self._readout, self._readout_is_number, self._shorter):
            self._readout, self._readout_is_number, self._shorter = wanted
            self.update()

    def sizeHint(self) -> QSize:
        px = self._theme.px
        line = round(QFontMetricsF(self._theme.font(_TEXT_SIZE)).height())
        return QSize(px(120), line + px(4))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words, numbers = self._theme.font(_TEXT_SIZE), self._theme.mono(_TEXT_SIZE)
        right = float(self.width())
        if self._readout:
            right -= self._draw_readout(painter)
        values = self._values
        widths = [self._entry_width(entry, words, numbers) for entry in self._entries]
        if self._total(widths) > self.width():
            values = ("",) * len(values)
            widths = [self._entry_width(entry, words, None) for entry in self._entries]
        # The read-out goes before the entries if there is no room for both: nothing overlaps.
        if not self._readout or self._total(widths) <= right:
            left, gap = 0.0, self._theme.px(_OUTER_GAP)
            for entry, value, width in zip(self._entries, values, widths, strict=True):
                self._draw_entry(painter, left, entry, value, words, numbers)
                left += width + gap
        painter.end()

    def _readout_font(self) -> QFont:
        theme = self._theme
        return theme.mono(_TEXT_SIZE) if self._readout_is_number else theme.font(_TEXT_SIZE)

    def _draw_readout(self, painter: QPainter) -> float:
        """Draw the text at the right end; returns the room it takes."""
        font, text = self._readout_font(), self.drawn_readout()
        painter.setFont(font)
        painter.setPen(self._theme.ink if self._readout_is_number else self._theme.dim)
        sides = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(self.rect()), sides, text)
        return QFontMetricsF(font).horizontalAdvance(text) + self._theme.px(_OUTER_GAP)

    def _draw_entry(
        self,
        painter: QPainter,
        left: float,
        entry: LegendEntry,
        value: str,
        words: QFont,
        numbers: QFont,
    ) -> None:
        height = float(self.height())
        x, gap = left + self._swatch_width(entry), self._theme.px(_INNER_GAP)
        _draw_swatch(painter, QRectF(left, 0, x - left, height), entry, self._theme.scale)
        x += gap
        upright = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(words)
        painter.setPen(self._theme.dim)
        painter.drawText(QRectF(x, 0, _AMPLE, height), upright, entry.name)
        if value:
            x += QFontMetricsF(words).horizontalAdvance(entry.name) + gap
            painter.setFont(numbers)
            painter.setPen(self._theme.ink)
            painter.drawText(QRectF(x, 0, _AMPLE, height), upright, value)

    def _swatch_width(self, entry: LegendEntry) -> float:
        is_point = entry.mark in (Mark.CIRCLE, Mark.SQUARE)
        return self._theme.px(_SWATCH_WIDTH["mark" if is_point else "line"])

    def _total(self, widths: list[float]) -> float:
        return sum(widths) + self._theme.px(_OUTER_GAP) * (len(widths) - 1)

    def _entry_width(self, entry: LegendEntry, words: QFont, numbers: QFont | None) -> float:
        """Room for mark and name, and for any value in the face `numbers`, if one is given."""
        gap = self._theme.px(_INNER_GAP)
        width = self._swatch_width(entry) + gap
        width += QFontMetricsF(words).horizontalAdvance(entry.name)
        if entry.widest_value and numbers is not None:
            width += gap + QFontMetricsF(numbers).horizontalAdvance(entry.widest_value)
        return width


def _draw_swatch(painter: QPainter, room: QRectF, entry: LegendEntry, scale: float) -> None:
    middle = room.center()
    if entry.mark in (Mark.CIRCLE, Mark.SQUARE):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(entry.color)
        if entry.mark is Mark.CIRCLE:
            painter.drawEllipse(middle, 3.8 * scale, 3.8 * scale)
        else:
            half = 3.4 * scale
            painter.drawRect(QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half))
        return
    painter.setPen(line_pen(entry.mark, entry.color, scale))
    painter.drawLine(QPointF(room.left(), middle.y()), QPointF(room.right(), middle.y()))
