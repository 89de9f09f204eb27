"""Edges of a figure: where their numbers stand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from nnviz.gui.views.edge_paths import MOST_NUMBERED, number_plates
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
