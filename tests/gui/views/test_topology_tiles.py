"""Neurons' pictures as images: right way up, right colours, memory of their own."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from PySide6.QtGui import QColor

from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.tiles import class_tables, make_strip


def test_row_0_is_drawn_at_the_bottom() -> None:
    pictures = np.full((1, 20, 20), 128, np.uint8)
    pictures[0, :4] = 255
    strip = make_strip(pictures, LIGHT.signed_table(), 20)
    assert strip.image.pixelColor(5, 19) == LIGHT.positive
    assert strip.image.pixelColor(5, 0) == LIGHT.neutral


def test_column_0_is_drawn_at_the_left() -> None:
    pictures = np.full((1, 20, 20), 255, np.uint8)
    pictures[0, :, :4] = 1
    strip = make_strip(pictures, LIGHT.signed_table(), 20)
    assert strip.image.pixelColor(0, 10) == LIGHT.negative
    assert strip.image.pixelColor(19, 10) == LIGHT.positive


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pixels", [5, 14, 44, 88, 200])
@pytest.mark.parametrize("index", [1, 128, 255])
def test_reducing_keeps_a_plain_colour(theme: Theme, pixels: float, index: int) -> None:
    pictures = np.full((3, 100, 100), index, np.uint8)
    strip = make_strip(pictures, theme.signed_table(), pixels)
    assert strip.image.width() == strip.side
    assert strip.image.height() == 3 * strip.side
    assert min(pixels, 100) <= strip.side <= 100
    corner = strip.image.pixelColor(strip.side - 1, strip.image.height() - 1)
    assert corner == QColor.fromRgb(theme.signed_table()[index])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_outputs_go_from_neutral_to_the_colour_of_their_class(theme: Theme, n_classes: int) -> None:
    probabilities = class_tables(theme, n_classes, [0.0] * n_classes)
    margins = class_tables(theme, n_classes, [-1.0] * n_classes)
    for unit in range(n_classes):
        full = theme.class_color(unit, n_classes).rgb()
        neutral = theme.neutral.rgb()
        assert probabilities[unit, [1, 255]].tolist() == [neutral, full]
        assert margins[unit, [1, 128, 255]].tolist() == [neutral, neutral, full]
        assert probabilities[unit, 128] not in (neutral, full)


def test_each_unit_may_have_a_table_of_its_own() -> None:
    pictures = np.full((3, 20, 20), 255, np.uint8)
    strip = make_strip(pictures, class_tables(LIGHT, 3, [0.0] * 3), 20)
    colors = [strip.image.pixelColor(5, unit * strip.side + 5) for unit in range(3)]
    assert colors == [LIGHT.class_color(unit, 3) for unit in range(3)]


def test_units_lie_below_each_other() -> None:
    pictures = np.stack([np.full((10, 10), index, np.uint8) for index in (1, 128, 255)])
    strip = make_strip(pictures, LIGHT.signed_table(), 10)
    colors = [strip.image.pixelColor(5, unit * strip.side + 5) for unit in range(3)]
    assert colors == [LIGHT.negative, LIGHT.neutral, LIGHT.positive]


def test_the_image_does_not_use_the_pictures_memory() -> None:
    pictures = np.full((2, 50, 50), 255, np.uint8)
    strip = make_strip(pictures, LIGHT.signed_table(), 50)
    pictures[:] = 1
    del pictures
    gc.collect()
    # What the freed memory may now hold:
    others = [np.full((2, 50, 50), 128, np.uint8) for _ in range(50)]
    assert len(others) == 50
    assert strip.image.pixelColor(25, 25) == LIGHT.positive
    assert strip.image.pixelColor(25, 75) == LIGHT.positive
