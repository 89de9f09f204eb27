"""Edges of a figure: where their numbers stand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from nnviz.gui.theme import THEMES, Theme
from nnviz.gui.views.edge_painter import edge_color
from nnviz.gui.views.edge_paths import MOST_NUMBERED, draw_plate, number_plates
from nnviz.gui.views.edges import EdgeGeometry
from nnviz.gui.views.topology_layout import TextWidths, arrange


def geometry_of(sizes: tuple[int, ...]) -> EdgeGeometry:
    texts = TextWidths(20.0, 0.0, tuple(60.0 for _ in sizes))
    return EdgeGeometry(arrange(900, 640, sizes, texts))


@pytest.mark.parametrize("sizes", [(2, 1), (2, 4, 1), (2, 4, 3), (2, 4, 4, 3), (2, 6, 4, 1)])
def test_every_number_is_on_its_edge_and_hides_no_other(sizes: tuple[int, ...]) -> None:
    geometry = geometry_of(sizes)
    assert len(geometry) <= MOST_NUMBERED
    plates = number_plates(geometry, [(34.0, 14.0)] * len(geometry))
    points = geometry.paths(True).points
    for plate, course in zip(plates, points, strict=True):
        x, y = plate.center().toTuple()
        assert np.hypot(course[:, 0] - x, course[:, 1] - y).min() < 1.0
        assert plate.size().toTuple() == pytest.approx((34.0, 14.0))
    for one, other in combinations(plates, 2):
        assert not one.intersects(other)
    for column in geometry.layout.tiles:
        for tile in column:
            middle = QPointF(*tile.middle)
            assert not any(plate.contains(middle) for plate in plates)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_number_has_a_frame_in_the_colour_and_manner_of_its_edge(theme: Theme) -> None:
    """Where edges cross, that tells whose it is."""

    def framed(of_weight: float | None) -> set[str]:
        """Along the upper edge of a plate."""
        image = QImage(60, 30, QImage.Format.Format_RGB32)
        image.fill(theme.card)
        painter = QPainter(image)
        plate = QRectF(5.5, 5.5, 48, 18)
        draw_plate(painter, plate, "", theme.font(10), theme, of_weight)
        painter.end()
        return {image.pixelColor(x, 5).name() for x in range(12, 48)}

    plus, minus = (edge_color(0.75, is_negative, theme).name() for is_negative in (False, True))
    assert framed(None) == {theme.card.name()}
    assert framed(0.5) == {plus}
    assert {minus, theme.card.name()} <= framed(-0.5), "dashed, as the edge"
    assert framed(0.0) == {theme.line.name()}, "a cut edge has no sign"
