"""Edges as curves of their own, for figures: one path with one pen for each, and its number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
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
_ATTEMPTS = 6
"""How often plates look for places, in another order each time, while some find none."""
_FRAME_STRENGTH = 0.75
"""Of the colour of frames around numbers: an edge may be too faint to be told by it."""
_AROUND = 2.5
"""Pixels around a number in which another edge makes it hard to say whose it is."""


def draw_edge_paths(
    painter: QPainter,
    geometry: EdgeGeometry,
    weights: Array,
    scale: float,
    theme: Theme,
    only: Indices | None = None,
    without: NDArray[np.bool_] | None = None,
) -> None:
    """Draw edges as `strokes` does, faint ones first, but each as one Bézier curve."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    picked, levels = picked_edges(geometry, weights, scale, only, without=without)
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
    texts = [signed(weight, 2, plus=True) for weight in weights.tolist()]
    plates = number_plates(geometry, [plate_size(text, font, theme) for text in texts])
    for text, plate, weight in zip(texts, plates, weights.tolist(), strict=True):
        draw_plate(painter, plate, text, font, theme, weight)


def plate_size(text: str, font: QFont, theme: Theme) -> tuple[float, float]:
    """Width and height of a number's plate."""
    metrics = QFontMetricsF(font)
    beside, above = 2 * _PAD_X * theme.scale, 2 * _PAD_Y * theme.scale
    return metrics.horizontalAdvance(text) + beside, metrics.height() + above


def draw_plate(
    painter: QPainter,
    plate: QRectF,
    text: str,
    font: QFont,
    theme: Theme,
    of_weight: float | None = None,
) -> None:
    """A number on its plate, through which nothing is seen, whatever the figure stands on.

    With the weight of the edge that it belongs to, it has a frame in the edge's colour and manner:
    where lines cross, that says whose the number is.
    """
    painter.setFont(font)
    painter.setPen(Qt.PenStyle.NoPen if of_weight is None else _frame_pen(of_weight, theme))
    painter.setBrush(solid(theme.card))
    painter.drawRoundedRect(plate, _PAD_X * theme.scale, _PAD_X * theme.scale)
    painter.setPen(theme.ink)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def _frame_pen(weight: float, theme: Theme) -> QPen:
    color = edge_color(_FRAME_STRENGTH, weight < 0.0, theme) if weight else theme.line
    pen = QPen(color, theme.scale)
    if weight < 0.0:
        pen.setDashPattern([3.0, 2.0])
    return pen


def number_plates(geometry: EdgeGeometry, sizes: list[tuple[float, float]]) -> list[QRectF]:
    """A place on each edge for a plate of a size: apart from the others as far as there is room."""
    return [plate for plate, _ in placed_plates(geometry, sizes)]


def placed_plates(
    geometry: EdgeGeometry,
    sizes: list[tuple[float, float]],
    edges: Indices | None = None,
    blocked: Array | None = None,
) -> list[tuple[QRectF, bool]]:
    """Plates of these sizes on `edges`, or on all, and whether each stands free.

    Apart from one another and from the boxes `blocked` (n, 4), as far as there is room; other
    edges into the same layers are crossed as little as can be.
    """
    points = geometry.paths(True).points
    chosen = np.arange(len(geometry)) if edges is None else edges
    near = np.flatnonzero(np.isin(geometry.layer, np.unique(geometry.layer[chosen])))
    index = np.rint(_PLACES * (points.shape[1] - 1)).astype(int)
    boxes, costs = [], []
    for edge, (width, height) in zip(chosen.tolist(), sizes, strict=True):
        middles = points[edge, index]
        half = np.array([width, height]) / 2
        boxes.append(np.concatenate([middles - half, middles + half], axis=1))
        crossings = _crossings(middles, half + _AROUND, points[near[near != edge]])
        costs.append(crossings + np.abs(_PLACES - _BEST))
    places, are_free = _chosen_places(
        boxes, costs, np.empty((0, 4)) if blocked is None else blocked
    )
    return [
        (QRectF(QPointF(*place[:2]), QPointF(*place[2:])), is_free)
        for place, is_free in zip(places.tolist(), are_free.tolist(), strict=True)
    ]


def _chosen_places(
    boxes: list[Array], costs: list[Array], blocked: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """One box for each plate, (n, 4), and whether it is free; the plates choose one by one.

    Those that find no free place are the first to choose the next time.
    """
    order = list(range(len(boxes)))
    places, are_free = np.empty((len(boxes), 4)), np.zeros(len(boxes), dtype=bool)
    for attempt in range(_ATTEMPTS):
        taken, found, free = blocked, np.empty_like(places), np.zeros_like(are_free)
        for k in order:
            overlaps = _overlaps(boxes[k], taken)
            place = int(np.argmin(costs[k] + overlaps))
            found[k], free[k] = boxes[k][place], overlaps[place] == 0.0
            taken = np.concatenate([taken, found[k][None]])
        if attempt == 0 or free.sum() > are_free.sum():
            places, are_free = found, free
        following = sorted(order, key=lambda k: bool(free[k]))
        if following == order:  # all are free, or they would look in vain once more
            break
        order = following
    return places, are_free


def _overlaps(boxes: Array, taken: Array) -> Array:
    """How much of each box (n, 4) is under boxes that are taken (m, 4), in parts of its area; a
    little more than nothing counts much, because no number may be hidden."""
    across = np.minimum(boxes[:, None, 2], taken[:, 2]) - np.maximum(boxes[:, None, 0], taken[:, 0])
    down = np.minimum(boxes[:, None, 3], taken[:, 3]) - np.maximum(boxes[:, None, 1], taken[:, 1])
    shared = np.clip(across, 0.0, None) * np.clip(down, 0.0, None)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    parts: Array = (shared / area[:, None]).sum(axis=1)
    return np.where(parts > 0, 20.0 + 100.0 * parts, 0.0)


def _crossings(middles: Array, half: Array, others: Array) -> Array:
    """How many other edges run under a plate at each of the places."""
    # One coordinate after the other: numpy is slow where the last axis has two entries.
    inside = np.abs(others[None, ..., 0] - middles[:, None, None, 0]) <= half[0]
    inside &= np.abs(others[None, ..., 1] - middles[:, None, None, 1]) <= half[1]
    crossed: Array = inside.any(axis=-1).sum(axis=1).astype(np.float64)
    return crossed


def _path(geometry: EdgeGeometry, edge: int) -> QPainterPath:
    """The curve that `EdgeGeometry.paths` has points of."""
    (x, y), (end_x, end_y) = geometry.start[edge].tolist(), geometry.end[edge].tolist()
    middle = (x + end_x) / 2
    path = QPainterPath(QPointF(x, y))
    path.cubicTo(QPointF(middle, y), QPointF(middle, end_y), QPointF(end_x, end_y))
    return path
