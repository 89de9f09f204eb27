"""Many small pictures of neurons as one image, as they stand below each other in a column."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from nnviz.gui.views.tiles import Picture, Table, colored
from nnviz.gui.views.topology_layout import Box

LARGEST_SMALL = 32.0
"""Tiles up to this many pixels are drawn by the column: one call costs more than their pixels."""


class TileColumn(NamedTuple):
    """The tiles of one layer; what lies between them is transparent."""

    image: QImage
    place: QRectF
    pixels: NDArray[np.uint32]
    """The image's memory, which must stay as long as it."""

    def draw(self, painter: QPainter) -> None:
        painter.drawImage(self.place, self.image)


def make_column(
    pictures: Picture, table: Sequence[int] | Table, tiles: Sequence[Box], ratio: float
) -> TileColumn:
    """A column from signed pictures (units, n, n), row 0 at the bottom, one for each tile.

    `table` is as for a strip, `ratio` the screen's pixels per pixel. The image has memory of its
    own.
    """
    sharpness = ceil(ratio)
    side = int(tiles[0].width) * sharpness
    # Two samples a pixel, each way, are enough to average.
    stride = max(round(pictures.shape[1] / (2 * side)), 1)
    colors = colored(_fitted(pictures[:, ::stride, ::stride], side), table)
    first, last = tiles[0], tiles[-1]
    height = round(last.bottom - first.y) * sharpness
    tops = np.array([round(tile.y - first.y) * sharpness for tile in tiles])
    pixels = np.zeros((height, side), dtype=np.uint32)
    pixels[(tops[:, np.newaxis] + np.arange(side)).ravel()] = colors.reshape(-1, side)
    kind = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(pixels.data, side, height, 4 * side, kind)
    place = QRectF(first.x, first.y, first.width, last.bottom - first.y)
    return TileColumn(image, place, pixels)


def _fitted(pictures: Picture, side: int) -> Picture:
    """Pictures of exactly `side` pixels, each the mean of what it covers, or nearest to it."""
    n = pictures.shape[1]
    if n == side:
        return pictures
    # Two products of large matrices, and not two for each picture: half of the time.
    shares = _shares(n, side)
    narrow = pictures.reshape(-1, n).astype(np.float32) @ shares
    columns = narrow.reshape(-1, n, side).transpose(0, 2, 1).reshape(-1, n)
    fitted = np.rint(columns @ shares).astype(np.uint8).reshape(-1, side, side)
    return fitted.transpose(0, 2, 1)


@cache
def _shares(n: int, side: int) -> NDArray[np.float32]:
    """(n, side): how much each of n pixels in a row counts in each of `side` of the same length."""
    ends = np.arange(side + 1) * (n / side)
    starts = np.arange(n)[:, np.newaxis]
    overlaps = np.minimum(ends[1:], starts + 1) - np.maximum(ends[:-1], starts)
    shares: NDArray[np.float32] = (np.clip(overlaps, 0.0, None) * (side / n)).astype(np.float32)
    return shares
