"""What the colours of a picture mean: a bar with its end values, or one chip for each class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnviz.gui.theme import LIGHT, Theme

_TEXT_SIZE = 11
_BAR_HEIGHT = 9
_CHIP = 9.0
_CHIP_GAP = 5.0
_BETWEEN_CHIPS = 12.0
_ROWS = 2
_ROW_GAP, _LINE_GAP = 2, 3
"""Below a row of chips, and below the bar."""


class ColorBar(QWidget):
    """A bar over the signed colours, or chips for the classes; the same height in both cases."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint32] | None = None
        self._labels = ("", "", "")
        self._are_numbers = (True, True, True)
        self._chips: tuple[tuple[QColor, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Colour bar")

    @property
    def labels(self) -> tuple[str, ...]:
        """What is written under the bar from left to right, or beside the chips."""
        if self._chips:
            return tuple(name for _, name in self._chips)
        return self._labels

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def show_bar(
        self,
        table: NDArray[np.uint32],
        labels: tuple[str, str, str],
        are_numbers: tuple[bool, bool, bool] = (True, True, True),
    ) -> None:
        """Show the colours `table[1:]` from left to right; labels of the ends and the middle."""
        same_table = self._pixels is not None and np.array_equal(self._pixels, table[1:])
        if same_table and not self._chips and (labels, are_numbers) == self._shown_labels():
            return
        self._chips = ()
        self._labels, self._are_numbers = labels, are_numbers
        # The image is a view of the pixels: they live as long as it does.
        self._pixels = np.array(table[1:], dtype=np.uint32)
        n = len(self._pixels)
        self._image = QImage(self._pixels.data, n, 1, 4 * n, QImage.Format.Format_RGB32)
        self.setAccessibleDescription(f"From {labels[0]} over {labels[1]} to {labels[2]}.")
        self.update()

    def show_chips(self, chips: tuple[tuple[QColor, str], ...]) -> None:
        """Show one coloured chip and name for each class."""
        if chips != self._chips:
            self._chips = chips
            self.setAccessibleDescription("Classes: " + ", ".join(name for _, name in chips) + ".")
            self.update()

    def _shown_labels(self) -> tuple[tuple[str, ...], tuple[bool, ...]]:
        return self._labels, self._are_numbers

    def _row_height(self) -> float:
        return QFontMetricsF(self._theme.font(_TEXT_SIZE)).height()

    def sizeHint(self) -> QSize:
        row, px = self._row_height(), self._theme.px
        height = max(px(_BAR_HEIGHT) + px(_LINE_GAP) + row, _ROWS * (row + px(_ROW_GAP)))
        return QSize(px(120), round(height))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._chips:
            self._draw_chips(painter)
        elif self._image is not None:
            self._draw_bar(painter, self._image)
        painter.end()

    def _draw_bar(self, painter: QPainter, image: QImage) -> None:
        px = self._theme.px
        bar = px(_BAR_HEIGHT)
        painter.drawImage(QRectF(0, 0, self.width(), bar), image)
        room = QRectF(0, bar + px(_LINE_GAP), self.width(), self._row_height())
        painter.setPen(self._theme.dim)
        sides = (
            Qt.AlignmentFlag.AlignLeft,
            Qt.AlignmentFlag.AlignHCenter,
            Qt.AlignmentFlag.AlignRight,
        )
        middle = QFontMetricsF(self._theme.mono(_TEXT_SIZE)).horizontalAdvance(self._labels[1])
        side_room = (self.width() - middle) / 2 - px(6)
        for text, is_number, side in zip(self._labels, self._are_numbers, sides, strict=True):
            font = self._theme.mono(_TEXT_SIZE) if is_number else self._theme.font(_TEXT_SIZE)
            if side != Qt.AlignmentFlag.AlignHCenter:
                elide = Qt.TextElideMode.ElideRight
                text = QFontMetricsF(font).elidedText(text, elide, side_room)
            painter.setFont(font)
            painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_chips(self, painter: QPainter) -> None:
        font = self._theme.font(_TEXT_SIZE)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        size, gap = self._theme.px(_CHIP), self._theme.px(_CHIP_GAP)
        corner = self._theme.px(2)
        for place, color, text in self._placed_chips(metrics):
            painter.setPen(Qt.PenStyle.NoPen)
            if color is not None:
                painter.setBrush(color)
                chip = QRectF(place.x(), place.y() + (metrics.height() - size) / 2, size, size)
                painter.drawRoundedRect(chip, corner, corner)
                place += QPointF(size + gap, 0)
            painter.setPen(self._theme.dim)
            painter.drawText(QPointF(place.x(), place.y() + metrics.ascent()), text)

    def _placed_chips(self, metrics: QFontMetricsF) -> list[tuple[QPointF, QColor | None, str]]:
        """Where each chip goes; what does not fit into the rows is counted at the end."""
        rest = "+{} more"
        px = self._theme.px
        mark, between = px(_CHIP) + px(_CHIP_GAP), px(_BETWEEN_CHIPS)
        placed: list[tuple[QPointF, QColor | None, str]] = []
        x, row = 0.0, 0
        for index, (color, name) in enumerate(self._chips):
            longest = self.width() / 2 - mark
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, longest)
            width = mark + metrics.horizontalAdvance(text)
            is_last = index == len(self._chips) - 1
            reserved = 0.0
            if row == _ROWS - 1 and not is_last:
                reserved = between + metrics.horizontalAdvance(rest.format(99))
            if x + width + reserved > self.width() and row < _ROWS - 1:
                x, row = 0.0, row + 1
            top = row * (metrics.height() + px(_ROW_GAP))
            if x + width + reserved > self.width() and x > 0:
                placed.append((QPointF(x, top), None, rest.format(len(self._chips) - index)))
                break
            placed.append((QPointF(x, top), color, text))
            x += width + between
        return placed
