"""Neurons' pictures as images: one image a layer, its units one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from nnviz.gui.views.topology_layout import Box

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class TileStrip:
    """The pictures of a layer's units: `image` is `side` pixels wide, unit 0 on top."""

    image: QImage
    side: int

    def draw(self, painter: QPainter, unit: int, box: Box) -> None:
        part = QRectF(0, unit * self.side, self.side, self.side)
        painter.drawImage(QRectF(*box), self.image, part)


def make_strip(pictures: Picture, table: Sequence[int], pixels: float) -> TileStrip:
    """A strip from signed pictures (units, n, n), row 0 at the bottom, and a table of 256 QRgb.

    Pictures are reduced towards `pixels` (the side of a tile on the screen, at least 1), but
    never below it. The image has memory of its own: no picture is used after the call.
    """
    stride = int(pictures.shape[1] / max(2 * pixels, 2.0))
    if stride >= 1:
        pictures = _halved(pictures[:, ::stride, ::stride])
    upright = np.ascontiguousarray(pictures[:, ::-1])
    units, side, _ = upright.shape
    indexed = QImage(upright.data, side, units * side, side, QImage.Format.Format_Indexed8)
    indexed.setColorTable(table)
    # Converted once, it is drawn faster than an image with a table; and the copy owns its pixels.
    return TileStrip(indexed.convertToFormat(QImage.Format.Format_RGB32), side)


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
