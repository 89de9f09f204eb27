"""Edges as curves of their own, for figures: one path with one pen for each, and its number."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from nnviz.gui.theme import Theme, solid
from nnviz.gui.views.edge_painter import edge_color
from nnviz.gui.views.edges import (
    DASH,
    LEVELS,
    PERIOD,
    Array,
    EdgeGeometry,
    Indices,
    edge_width,
    picked_edges,
)
from nnviz.gui.views.topology_drawing import number_font
from nnviz.gui.views.weight_scale import signed

MOST_NUMBERED = 60
"""The numbers of more edges would hide one another."""
_NUMBER_SIZE = 9
_PAD_X, _PAD_Y = 3.0, 1.0
"""Around a number, in pixels at scale 1."""
_PLACES = np.linspace(0.14, 0.86, 25)
_BEST = 0.3
"""Where along an edge its number may stand, and where it does best, as parts of its length."""
_AROUND = 2.5
"""Pixels around a number in which another edge makes it hard to say whose it is."""


def draw_edge_paths(
    painter: QPainter,
    geometry: EdgeGeometry,
    weights: Array,
    scale: float,
    theme: Theme,
    only: Indices | None = None,
) -> None:
    """Draw edges as `strokes` does, faint ones first, but each as one Bézier curve."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    picked, levels = picked_edges(geometry, weights, scale, only)
    for edge, level in zip(picked.tolist(), levels.tolist(), strict=True):
        is_negative = bool(weights[edge] < 0)
        width = edge_width(level / LEVELS, geometry.layout.widest_edge)
        color = edge_color(level / LEVELS, is_negative, theme, geometry.are_crowded)
        pen = QPen(color, width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if is_negative:
            unit = geometry.layout.scale / width
            pen.setDashPattern([unit * DASH, unit * (PERIOD - DASH)])
        painter.setPen(pen)
        painter.drawPath(_path(geometry, edge))


def draw_edge_numbers(
    painter: QPainter, geometry: EdgeGeometry, weights: Array, theme: Theme
) -> None:
    """Write its weight on each edge, where it hides no other number and few other edges."""
    font = number_font(theme, _NUMBER_SIZE, QFont.Weight.DemiBold)
    metrics = QFontMetricsF(font)
    texts = [signed(weight, 2, plus=True) for weight in weights.tolist()]
    beside, above = 2 * _PAD_X * theme.scale, 2 * _PAD_Y * theme.scale
    sizes = [(metrics.horizontalAdvance(text) + beside, metrics.height() + above) for text in texts]
    # Through the plates nothing is seen, whatever the figure stands on.
    ground = solid(theme.card)
    painter.setFont(font)
    for text, plate in zip(texts, number_plates(geometry, sizes), strict=True):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(plate, _PAD_X * theme.scale, _PAD_X * theme.scale)
        painter.setPen(theme.ink)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def number_plates(geometry: EdgeGeometry, sizes: list[tuple[float, float]]) -> list[QRectF]:
    """A place on each edge for a plate of a size: apart from the others as far as there is room."""
    points = geometry.paths(True).points
    index = np.rint(_PLACES * (points.shape[1] - 1)).astype(int)
    plates: list[QRectF] = []
    taken = np.empty((0, 4))
    for edge, (width, height) in enumerate(sizes):
        middles = points[edge, index]
        half = np.array([width, height]) / 2
        boxes = np.concatenate([middles - half, middles + half], axis=1)
        costs = _overlaps(boxes, taken)
        costs += _crossings(middles, half + _AROUND, np.delete(points, edge, axis=0))
        best = boxes[int(np.argmin(costs + np.abs(_PLACES - _BEST)))]
        taken = np.concatenate([taken, best[None]])
        plates.append(QRectF(QPointF(*best[:2].tolist()), QPointF(*best[2:].tolist())))
    return plates


def _overlaps(boxes: Array, taken: Array) -> Array:
    """How much of each box (n, 4) is under boxes that are taken (m, 4), in parts of its area; a
    little more than nothing counts much, because no number may be hidden."""
    low = np.maximum(boxes[:, None, :2], taken[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], taken[None, :, 2:])
    shared = np.clip(high - low, 0.0, None).prod(axis=-1)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    parts: Array = (shared / area[:, None]).sum(axis=1)
    return np.where(parts > 0, 20.0 + 100.0 * parts, 0.0)


def _crossings(middles: Array, half: Array, others: Array) -> Array:
    """How many other edges run under a plate at each of the places."""
    inside = np.abs(others[None] - middles[:, None, None]) <= half
    crossed: Array = inside.all(axis=-1).any(axis=-1).sum(axis=1).astype(np.float64)
    return crossed


def _path(geometry: EdgeGeometry, edge: int) -> QPainterPath:
    """The curve that `EdgeGeometry.paths` has points of."""
    (x, y), (end_x, end_y) = geometry.start[edge].tolist(), geometry.end[edge].tolist()
    middle = (x + end_x) / 2
    path = QPainterPath(QPointF(x, y))
    path.cubicTo(QPointF(middle, y), QPointF(middle, end_y), QPointF(end_x, end_y))
    return path
