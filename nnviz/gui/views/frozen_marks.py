"""What training may not change, as it is seen: ticks and bars across edges, cut ones dotted."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from nnviz.gui.theme import Theme, mix
from nnviz.gui.views.edges import Array, EdgeGeometry, Indices
from nnviz.gui.views.topology_layout import Box
from nnviz.run.parameters import Mask

_TICK = 4.5
"""Half of a tick's length, in pixels at scale 1, beyond half of its edge's width."""
_SHARES = 0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.82
"""Where a tick may stand, as parts of an edge's length, best first: two that cross are no ticks."""
_NEAR_TARGET = 0.88
"""The same among many edges, which cross in the middle."""
_CLEAR = 9.0
"""From a tick to another edge, in pixels at scale 1; to another tick twice as much."""
_BEFORE, _BEYOND = 9.0, 4.0
"""From a unit to the bar across all of its edges, and by how much that reaches beyond them."""
_GAP = 0.07
"""Half of the gap in the middle of an edge that is cut."""


class FrozenMarks:
    """The frozen edges and biases of a network in one layout."""

    def __init__(self, mask: Mask, edges: EdgeGeometry) -> None:
        self.mask, self.edges = mask, edges

    @cached_property
    def is_frozen(self) -> NDArray[np.bool_]:
        """(edges,)"""
        counts = zip(self.mask.weights, self.edges.shown[1:], self.edges.shown[:-1], strict=True)
        return np.concatenate([~W[:n_out, :n_in].ravel() for W, n_out, n_in in counts])

    @cached_property
    def biases(self) -> NDArray[np.bool_]:
        """All biases that are drawn, layer by layer: True where frozen."""
        return np.concatenate(
            [~b[:units] for b, units in zip(self.mask.biases, self.edges.shown[1:], strict=True)]
        )

    def cut(self, weights: Array) -> NDArray[np.bool_] | None:
        """(edges,), the frozen ones of weight 0; None where there are none."""
        cut: NDArray[np.bool_] = self.is_frozen & (weights == 0.0)
        return cut if cut.any() else None

    def draw(
        self,
        painter: QPainter,
        weights: Array,
        theme: Theme,
        smooth: bool,
        only: Indices | None = None,
    ) -> None:
        """Ticks across edges that keep their weight, and those that are cut; of all, or of some."""
        cut = self.is_frozen & (weights == 0.0)
        kept = self.is_frozen & ~cut
        if only is not None:
            is_meant = np.isin(np.arange(len(weights)), only)
            cut, kept = cut & is_meant, kept & is_meant
        if cut.any():
            self._draw_cut(painter, np.flatnonzero(cut), theme, smooth)
        if kept.any():
            self._draw_kept(painter, np.flatnonzero(kept), weights, theme, smooth)

    def boxes(self, weights: Array) -> list[Box]:
        """Where ticks and bars stand: no number may hide them."""
        lines = self._lines(np.flatnonzero(self.is_frozen & (weights != 0.0)), weights, True)
        around = 2.0 * self.edges.layout.scale
        boxes = []
        for (x, y), (end_x, end_y) in np.array(lines).reshape(-1, 2, 2).tolist():
            low_x, low_y = min(x, end_x) - around, min(y, end_y) - around
            width, height = abs(end_x - x) + 2 * around, abs(end_y - y) + 2 * around
            boxes.append(Box(low_x, low_y, width, height))
        return boxes

    def _draw_cut(self, painter: QPainter, cut: Indices, theme: Theme, smooth: bool) -> None:
        path = QPainterPath()
        for course in self.edges.paths(smooth).points[cut]:
            for half in _halves(course):
                path.addPolygon(QPolygonF([QPointF(x, y) for x, y in half.tolist()]))
        pen = QPen(mix(theme.card, theme.dim, 0.75), 1.5 * theme.scale if smooth else 1.0)
        pen.setDashPattern([1.2, 3.0])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _draw_kept(
        self, painter: QPainter, kept: Indices, weights: Array, theme: Theme, smooth: bool
    ) -> None:
        """Ticks, and for each unit of which all edges keep their weight one bar across them."""
        places, edges = self._lines(kept, weights, smooth), self.edges
        lines = [QLineF(*start.tolist(), *end.tolist()) for start, end in places]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Among many the light around a tick would hide the ticks beside it.
        is_crowd = edges.are_crowded
        pens = ((theme.ink, 1.4),) if is_crowd else ((theme.card, 5.5), (theme.ink, 2.5))
        for color, width in pens:
            pen = QPen(color, width * theme.scale)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLines(lines)

    def _lines(self, kept: Indices, weights: Array, smooth: bool) -> list[tuple[Array, Array]]:
        """The ends of all ticks and bars."""
        edges = self.edges
        units = [
            unit for unit in self._units(kept) if bool((weights[edges.into(*unit)] != 0.0).all())
        ]
        single = kept[~self._are_of(units)[kept]]
        return [*self._ticks(single, smooth), *(self._bar(*unit) for unit in units)]

    def _units(self, meant: Indices) -> list[tuple[int, int]]:
        """Layer and number of the units behind edges that are `meant`, if all of theirs are frozen.

        One edge alone has a tick.
        """
        edges = self.edges
        pairs = np.unique(np.stack([edges.layer[meant], edges.target[meant]], axis=1), axis=0)
        found = []
        for layer, unit in pairs.tolist():
            into = edges.into(layer, unit)
            if len(into) > 1 and bool(self.is_frozen[into].all()):
                found.append((layer, unit))
        return found

    def _are_of(self, units: list[tuple[int, int]]) -> NDArray[np.bool_]:
        """(edges,), those into some units."""
        chosen = np.zeros(len(self.edges), dtype=np.bool_)
        for unit in units:
            chosen[self.edges.into(*unit)] = True
        return chosen

    def _bar(self, layer: int, unit: int) -> tuple[Array, Array]:
        """The ends of the bar across all edges into a unit."""
        layout = self.edges.layout
        tile, before = layout.tiles[layer][unit], layout.tiles[layer - 1][0]
        x = tile.x - min(_BEFORE * layout.scale, 0.3 * (tile.x - before.right))
        y = self.edges.end[self.edges.into(layer, unit), 1]
        beyond = _BEYOND * layout.scale + min(layout.widest_edge, 8.0) / 2
        return np.array([x, y.min() - beyond]), np.array([x, y.max() + beyond])

    def _ticks(self, kept: Indices, smooth: bool) -> list[tuple[Array, Array]]:
        """The ends of a tick across each of some edges."""
        edges = self.edges
        points = edges.paths(smooth).points[kept]
        half = _TICK * edges.layout.scale + min(edges.layout.widest_edge, 8.0) / 4
        half *= 0.5 if edges.are_crowded else 1.0
        ticks = []
        for edge, course in zip(kept.tolist(), points, strict=True):
            share = _NEAR_TARGET if edges.are_crowded else self._clear_shares[edge]
            place, along = _at(course[np.newaxis], share)
            across = np.array([-along[0, 1], along[0, 0]]) * half
            ticks.append((place[0] - across, place[0] + across))
        return ticks

    @cached_property
    def _clear_shares(self) -> dict[int, float]:
        """For each frozen edge where its tick is apart from others, as a part of its length."""
        edges, shares = self.edges, np.array(_SHARES)
        every, clear = edges.paths(True).points, _CLEAR * edges.layout.scale
        found: dict[int, float] = {}
        taken = np.empty((0, 2))
        for edge in np.flatnonzero(self.is_frozen).tolist():
            places = np.concatenate([_at(every[edge][np.newaxis], share)[0] for share in shares])
            others = every[
                (edges.layer == edges.layer[edge]) & (np.arange(len(edges)) != edge), ::2
            ]
            near = _away(places, others.reshape(-1, 2)).reshape(len(shares), *others.shape[:2])
            costs = (near.min(axis=2) < clear).sum(axis=1).astype(float)
            costs += 4.0 * (_away(places, taken) < 2 * clear).sum(axis=1)
            best = int(np.argmin(costs + 0.01 * np.arange(len(shares))))
            found[edge], taken = float(shares[best]), np.vstack([taken, places[best]])
        return found


def _away(places: Array, others: Array) -> Array:
    """Distances (n, m) from places (n, 2) to others (m, 2)."""
    apart: Array = np.hypot(*np.moveaxis(places[:, np.newaxis] - others[np.newaxis], -1, 0))
    return apart


def _at(points: Array, share: float) -> tuple[Array, Array]:
    """Places (edges, 2) at a part of the way along courses, and their directions."""
    n = points.shape[1] - 1
    first = min(int(share * n), n - 1)
    step = points[:, first + 1] - points[:, first]
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)[:, np.newaxis]
    return points[:, first] + step * (share * n - first), step / length


def _halves(course: Array) -> tuple[Array, Array]:
    """A course (n, 2) before and behind the gap in its middle."""
    n = len(course) - 1
    shares = (0.5 - _GAP, 0.5 + _GAP)
    ends = [_at(course[np.newaxis], share)[0] for share in shares]
    before = course[: int(shares[0] * n) + 1]
    behind = course[int(shares[1] * n) + 1 :]
    return np.concatenate([before, ends[0]]), np.concatenate([ends[1], behind])
