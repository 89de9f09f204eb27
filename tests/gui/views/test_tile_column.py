"""Small pictures of neurons as one image: where each lies, and which colours it has."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from nnviz.gui.theme import LIGHT
from nnviz.gui.views.tile_column import make_column
from nnviz.gui.views.topology_layout import Box

TILES = tuple(Box(10, y, 14, 14) for y in (5, 23, 40))


def drawn(pictures: np.ndarray, table: object, ratio: float = 1.0) -> QPixmap:
    pixmap = QPixmap(round(40 * ratio), round(60 * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor("white"))
    painter = QPainter(pixmap)
    make_column(pictures, table, TILES, ratio).draw(painter)
    painter.end()
    return pixmap


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("n", [14, 20, 40, 62, 100])
def test_each_tile_has_its_picture_and_nothing_is_between(
    qapp: QApplication, n: int, ratio: float
) -> None:
    pictures = np.empty((3, n, n), dtype=np.uint8)
    for unit, level in enumerate((1, 255, 128)):
        pictures[unit] = level
    image = drawn(pictures, LIGHT.signed_table(), ratio).toImage()

    def at(x: float, y: float) -> QColor:
        return image.pixelColor(int(x * ratio), int(y * ratio))

    for tile, color in zip(TILES, (LIGHT.negative, LIGHT.positive, LIGHT.neutral), strict=True):
        for x, y in ((tile.x, tile.y), (tile.right - 1, tile.bottom - 1), tile.middle):
            assert at(x, y) == color
    for y in (3, 20, 38, 56):
        assert at(17, y) == QColor("white")
    for x in (8, 25):
        assert at(x, 12) == QColor("white")


def test_the_first_row_is_the_lowest_and_pixels_are_means(qapp: QApplication) -> None:
    pictures = np.full((3, 20, 20), 128, dtype=np.uint8)
    pictures[:, :10] = 1
    pictures[:, 10:, 10:] = 255
    image = drawn(pictures, LIGHT.signed_table()).toImage()
    for tile in TILES:
        left, right, low = int(tile.x) + 3, int(tile.right) - 3, int(tile.bottom) - 3
        assert image.pixelColor(left, low) == image.pixelColor(right, low) == LIGHT.negative
        assert image.pixelColor(right, int(tile.y) + 3) == LIGHT.positive
        assert image.pixelColor(left, int(tile.y) + 3) == LIGHT.neutral


def test_each_unit_may_have_colours_of_its_own(qapp: QApplication) -> None:
    table = np.zeros((3, 256), dtype=np.uint32)
    table[:] = [[QColor(name).rgb()] for name in ("red", "green", "blue")]
    image = drawn(np.full((3, 40, 40), 200, dtype=np.uint8), table).toImage()
    colors = [image.pixelColor(17, int(tile.middle[1])).name() for tile in TILES]
    assert colors == [QColor(name).name() for name in ("red", "green", "blue")]
