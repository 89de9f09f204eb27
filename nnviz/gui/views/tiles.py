"""Neurons' pictures as images: one image a layer, its units one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from nnviz.gui.theme import NEUTRAL_INDEX, Theme, mix
from nnviz.gui.views.topology_layout import Box

Picture = NDArray[np.uint8]
Table = NDArray[np.uint32]


class TileStrip(NamedTuple):
    """The pictures of a layer's units: `image` is `side` pixels wide, unit 0 on top."""

    image: QImage
    side: int

    def picture(self, unit: int) -> QImage:
        """The picture of one unit."""
        return self.image.copy(0, unit * self.side, self.side, self.side)

    def draw(self, painter: QPainter, unit: int, box: Box) -> None:
        part = QRectF(0, unit * self.side, self.side, self.side)
        painter.drawImage(QRectF(*box), self.image, part)


def make_strip(pictures: Picture, table: Sequence[int] | Table, pixels: float) -> TileStrip:
    """A strip from signed pictures (units, n, n), row 0 at the bottom, and a table of 256 QRgb.

    The table may also be (units, 256), one for each unit.

    Pictures are reduced towards `pixels` (the side of a tile on the screen, at least 1), but
    never below it. The image has memory of its own: no picture is used after the call.
    """
    colors = colored(_halved_towards(pictures, pixels), table)
    units, side, _ = colors.shape
    image = QImage(colors.data, side, units * side, 4 * side, QImage.Format.Format_RGB32)
    # The copy owns its pixels.
    return TileStrip(image.copy(), side)


def colored(pictures: Picture, table: Sequence[int] | Table) -> Table:
    """Pictures (units, n, n) in colours, (units, n, n) QRgb, contiguous, row 0 on top."""
    upright = pictures[:, ::-1]
    colors = np.asarray(table, dtype=np.uint32)
    if colors.ndim == 1:
        return np.ascontiguousarray(colors.take(upright))
    return np.ascontiguousarray(colors[np.arange(len(upright))[:, None, None], upright])


def _halved_towards(pictures: Picture, pixels: float) -> Picture:
    """Pictures (units, n, n) reduced to between one and about two times `pixels`, if larger."""
    stride = int(pictures.shape[1] / max(2 * pixels, 2.0))
    return _halved(pictures[:, ::stride, ::stride]) if stride >= 1 else pictures


def class_tables(theme: Theme, n_classes: int, lowest: Sequence[float]) -> Table:
    """Tables (units, 256) for outputs of which each says how much speaks for one class.

    `lowest` are the values at the low end of their scales. A scale from 0 goes from neutral to
    the class's colour; of one with a negative half, all of that half is neutral.
    """
    tables = [_class_table(theme, unit, n_classes, low >= 0.0) for unit, low in enumerate(lowest)]
    return np.array(tables, dtype=np.uint32)


@cache
def _class_table(theme: Theme, unit: int, n_classes: int, from_zero: bool) -> list[int]:
    start = 1 if from_zero else NEUTRAL_INDEX
    full = theme.class_color(unit, n_classes)
    shares = [max(index - start, 0) / (255 - start) for index in range(256)]
    return [mix(theme.neutral, full, share).rgb() for share in shares]


def corner_masks(boxes: Sequence[Box], radius: float) -> QPainterPath:
    """What lies between square tiles and their rounded frames, to be painted over."""
    path = QPainterPath()
    for box in boxes:
        path.addRect(QRectF(*box).adjusted(-0.5, -0.5, 0.5, 0.5))
        path.addRoundedRect(QRectF(*box), radius, radius)
    return path


def draw_frame(
    painter: QPainter, box: Box, color: QColor, radius: float, width: float, outside: float = 0.0
) -> None:
    """A rounded frame around a tile, `outside` pixels away from its edge."""
    painter.setPen(QPen(color, width))
    rect = QRectF(*box).adjusted(-outside, -outside, outside, outside)
    painter.drawRoundedRect(rect, radius + outside, radius + outside)


def _halved(pictures: Picture) -> Picture:
    """Each 2 × 2 pixels averaged: edges of pictures stay smooth when they are drawn small."""
    even = pictures.shape[1] // 2 * 2
    pictures = pictures[:, :even, :even]
    rows = _average(pictures[:, ::2], pictures[:, 1::2])
    return _average(rows[:, :, ::2], rows[:, :, 1::2])


def _average(a: Picture, b: Picture) -> Picture:
    # In eight bits, so rounded down; a pair of equal values stays what it is.
    mean: Picture = (a >> 1) + (b >> 1) + (a & b & 1)
    return mean
