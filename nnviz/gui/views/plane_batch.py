"""Which points the present update learns from: rings around them on the plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform

from nnviz.gui.theme import solid
from nnviz.gui.views.plane_items import KeptItem, mark_radius

MOST_RINGS = 1_000
"""Of a larger batch a fair part is ringed: more rings would be one blot."""
_RING, _CURRENT = 2.6, 4.6
"""From a mark's edge to a ring, and to that of the one point, in pixels at scale 1."""


class BatchItem(KeptItem):
    """Rings around the points of a batch, and a stronger one around a single point."""

    def __init__(self) -> None:
        super().__init__()
        self._places = np.empty((0, 2))
        self._current: tuple[float, float] | None = None
        self._n_points = 0

    @property
    def is_empty(self) -> bool:
        return not len(self._places) and self._current is None

    def show_points(
        self,
        inputs: NDArray[np.float64],
        indices: NDArray[np.int64] | None,
        current: int | None,
        n_drawn: int,
    ) -> None:
        """Ring some of the rows of `inputs`; those that are not there are left out."""
        columns = np.zeros((len(inputs), 2))
        columns[:, : min(inputs.shape[1], 2)] = inputs[:, :2]
        chosen = np.empty(0, dtype=np.int64) if indices is None else np.unique(indices)
        chosen = chosen[(chosen >= 0) & (chosen < len(inputs))]
        if len(chosen) > MOST_RINGS:
            chosen = chosen[np.linspace(0, len(chosen) - 1, MOST_RINGS).astype(np.int64)]
        is_there = current is not None and 0 <= current < len(inputs)
        was_empty = self.is_empty
        self._places, self._n_points = columns[chosen], n_drawn
        self._current = tuple(columns[current].tolist()) if is_there else None
        if not (was_empty and self.is_empty):
            self.redraw()

    def draw(self, painter: QPainter, to_device: QTransform) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        theme, scale = self._theme, self._theme.scale
        inner = (mark_radius(self._n_points) + _RING) * scale
        for color, width in ((solid(theme.card), 3.6), (theme.ink, 1.6)):
            painter.setPen(QPen(color, width * scale))
            for x, y in self._places.tolist():
                painter.drawEllipse(to_device.map(QPointF(x, y)), inner, inner)
        if self._current is not None:
            at = to_device.map(QPointF(*self._current))
            outer = (mark_radius(self._n_points) + _CURRENT) * scale
            for color, width in ((solid(theme.card), 6.0), (theme.ink, 3.2)):
                painter.setPen(QPen(color, width * scale))
                painter.drawEllipse(at, outer, outer)
