"""Edges of a large network while it trains: renewed gap by gap, and in the end all of them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication

from nnviz.gui.theme import LIGHT
from nnviz.gui.views import edge_layer
from nnviz.gui.views.edge_layer import EdgeLayer
from nnviz.gui.views.edges import EdgeGeometry
from nnviz.gui.views.topology_layout import TextWidths, arrange

SIZE = QSize(600, 500)


@pytest.fixture
def edges() -> EdgeGeometry:
    sizes = (2, 24, 24, 24, 1)
    return EdgeGeometry(arrange(600, 500, sizes, TextWidths(20, 0, (40,) * len(sizes))))


def ground(color: object = LIGHT.card) -> QPixmap:
    pixmap = QPixmap(SIZE)
    pixmap.fill(color)
    return pixmap


def weights(edges: EdgeGeometry, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=len(edges))


def drawn(layer: EdgeLayer, edges: EdgeGeometry, seed: int) -> QImage:
    return layer.pixels(ground(), edges, weights(edges, seed), 1.0, LIGHT).toImage()


def gaps_that_differ(edges: EdgeGeometry, one: QImage, other: QImage) -> list[int]:
    """The gaps between layers in which two pictures differ."""
    found = []
    for gap in range(1, len(edges.layout.tiles)):
        left = int(edges.layout.tiles[gap - 1][0].right) + 1
        width = int(edges.layout.tiles[gap][0].x) - left - 1
        if one.copy(left, 0, width, 500) != other.copy(left, 0, width, 500):
            found.append(gap)
    return found


def test_the_first_picture_has_all_edges(qapp: QApplication, edges: EdgeGeometry) -> None:
    empty = ground().toImage()
    assert gaps_that_differ(edges, drawn(EdgeLayer(), edges, 1), empty) == [1, 2, 3, 4]


def test_nothing_is_renewed_unless_it_changed(qapp: QApplication, edges: EdgeGeometry) -> None:
    layer = EdgeLayer()
    before = drawn(layer, edges, 1)
    assert drawn(layer, edges, 2) == before
    layer.forget()
    assert drawn(layer, edges, 2) == drawn(EdgeLayer(), edges, 2)


def test_without_time_one_gap_is_renewed_in_each_frame(
    qapp: QApplication, edges: EdgeGeometry, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = EdgeLayer()
    before = drawn(layer, edges, 1)
    # The time of a frame is over as soon as it is looked at.
    clock = iter(range(1_000_000))
    monkeypatch.setattr(edge_layer, "perf_counter", lambda: next(clock))
    layer.note_change(edges)
    renewed = []
    for _ in range(4):
        after = drawn(layer, edges, 2)
        renewed += gaps_that_differ(edges, after, before)
        before = after
    assert sorted(renewed) == [1, 2, 3, 4]
    assert before == drawn(EdgeLayer(), edges, 2)


def test_the_foot_follows_the_ground(qapp: QApplication, edges: EdgeGeometry) -> None:
    layer = EdgeLayer()
    before = drawn(layer, edges, 1)
    layer.renew_foot(ground(LIGHT.accent), edges)
    after = drawn(layer, edges, 1)
    foot = round(edges.layout.stage.bottom) + 1
    assert after.pixelColor(300, foot) == LIGHT.accent
    assert after.copy(0, 0, 600, foot - 2) == before.copy(0, 0, 600, foot - 2)
