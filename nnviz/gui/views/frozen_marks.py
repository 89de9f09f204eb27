"""What training may not change, as it is seen: ticks across frozen edges, cut edges dotted."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from nnviz.gui.theme import Theme, mix
from nnviz.gui.views.edges import Array, EdgeGeometry, Indices
from nnviz.run.parameters import Mask

_TICK = 4.5
"""Half of a tick's length, in pixels at scale 1, beyond half of its edge's width."""
_MIDDLE, _NEAR_TARGET = 0.5, 0.88
"""Where ticks stand, as parts of an edge's length: in the middle edges of many cross."""
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
            self._draw_ticks(painter, np.flatnonzero(kept), theme, smooth)

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

    def _draw_ticks(self, painter: QPainter, kept: Indices, theme: Theme, smooth: bool) -> None:
        is_crowd = self.edges.are_crowded
        share = _NEAR_TARGET if is_crowd else _MIDDLE
        points = self.edges.paths(smooth).points[kept]
        place, along = _at(points, share)
        half = _TICK * theme.scale + min(self.edges.layout.widest_edge, 8.0) / 4
        half *= 0.5 if is_crowd else 1.0
        across = np.stack([-along[:, 1], along[:, 0]], axis=1) * half
        lines = [
            QLineF(*(a.tolist()), *(b.tolist()))
            for a, b in zip(place - across, place + across, strict=True)
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Among many the light around a tick would hide the ticks beside it.
        pens = ((theme.ink, 1.4),) if is_crowd else ((theme.card, 5.5), (theme.ink, 2.5))
        for color, width in pens:
            pen = QPen(color, width * theme.scale)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLines(lines)


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
