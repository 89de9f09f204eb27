"""The time line's picture: the track, lanes of other branches, marks, the handle."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPen

from nnviz.gui.theme import Theme, mix
from nnviz.gui.views.timeline_layout import Lane, Spot, TrackLayout
from nnviz.run.outline import MarkKind

_TRACK = 4.0
_HANDLE = 7.0
_MARK = 5.0
_BELOW = 11.0
"""From the track's middle to that of the marks under it."""


def draw_track(
    painter: QPainter, layout: TrackLayout, update: int, newest: int, theme: Theme
) -> None:
    """What was gone through, the future that is retraced, and the rest of the axis."""
    half = 0.5 * _TRACK * layout.scale
    here, end = layout.x_of(update), layout.x_of(newest)
    ink = theme.line if theme.is_dark else mix(theme.line, theme.dim, 0.12)
    faint = mix(theme.accent, theme.card, 0.62)
    painter.setPen(Qt.PenStyle.NoPen)
    for left, right, color in (
        (layout.left, layout.right, ink),
        (layout.left, end, faint),
        (layout.left, here, theme.accent),
    ):
        if right > left:
            painter.setBrush(color)
            area = QRectF(left - half, layout.y - half, right - left + 2 * half, 2 * half)
            painter.drawRoundedRect(area, half, half)


def draw_lane(painter: QPainter, lane: Lane, layout: TrackLayout, theme: Theme, hot: bool) -> None:
    """A thin line that leaves the track where its branch does."""
    color = theme.ink if hot else mix(theme.dim, theme.card, 0.25)
    painter.setPen(QPen(color, (2.2 if hot else 1.5) * layout.scale))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath(QPointF(lane.left, layout.y))
    bend = min(6.0 * layout.scale, max(lane.right - lane.left, 1.0))
    path.lineTo(lane.left, lane.y + bend)
    path.quadTo(lane.left, lane.y, lane.left + bend, lane.y)
    path.lineTo(max(lane.right, lane.left + bend), lane.y)
    painter.drawPath(path)
    painter.setBrush(color)
    painter.drawEllipse(QPointF(max(lane.right, lane.left + bend), lane.y), 1.5, 1.5)


def draw_mark(painter: QPainter, kind: MarkKind, place: QPointF, theme: Theme) -> None:
    """A shape for each kind of mark."""
    scale = theme.scale
    size = _MARK * scale
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.dim)
    if kind == "diverged":
        painter.setPen(QPen(theme.warning, 2.0 * scale))
        reach = 0.7 * size
        x, y = place.x(), place.y()
        painter.drawLine(QLineF(x - reach, y - reach, x + reach, y + reach))
        painter.drawLine(QLineF(x - reach, y + reach, x + reach, y - reach))
    elif kind == "bookmark":
        painter.setBrush(theme.accent)
        painter.drawPath(_flag(place, size))
    elif kind == "best":
        painter.setBrush(theme.ink)
        painter.drawPath(_triangle(place, size))
    elif kind == "edit":
        painter.drawPath(_diamond(place, 0.8 * size))
    else:
        painter.setPen(QPen(theme.dim, 1.2 * scale))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place, 0.6 * size, 0.6 * size)


def draw_spot(painter: QPainter, spot: Spot, layout: TrackLayout, theme: Theme) -> None:
    """Its mark under the track; several are drawn as one with a dot."""
    scale = layout.scale
    place = QPointF(spot.x, layout.y + _BELOW * scale)
    draw_mark(painter, spot.mark.kind, place, theme)
    if len(spot.marks) > 1:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(theme.dim))
        dot = QPointF(place.x() + 1.3 * _MARK * scale, place.y())
        painter.drawEllipse(dot, 1.2 * scale, 1.2 * scale)


def draw_pin(painter: QPainter, x: float, layout: TrackLayout, theme: Theme) -> None:
    """The moment that others are compared with."""
    painter.setPen(QPen(theme.ink, 1.5 * layout.scale, Qt.PenStyle.DotLine))
    painter.drawLine(QLineF(x, layout.y - 12 * layout.scale, x, layout.y + 12 * layout.scale))


def draw_handle(painter: QPainter, x: float, layout: TrackLayout, theme: Theme) -> None:
    """Where one stands."""
    radius = _HANDLE * layout.scale
    painter.setPen(QPen(theme.card, 2.0 * layout.scale))
    painter.setBrush(theme.accent)
    painter.drawEllipse(QPointF(x, layout.y), radius, radius)


def _diamond(place: QPointF, size: float) -> QPainterPath:
    return _polygon(place, [(0, -size), (size, 0), (0, size), (-size, 0)])


def _triangle(place: QPointF, size: float) -> QPainterPath:
    return _polygon(place, [(0, -size), (0.9 * size, 0.7 * size), (-0.9 * size, 0.7 * size)])


def _flag(place: QPointF, size: float) -> QPainterPath:
    corners = [(-0.7, -1.0), (0.7, -1.0), (0.7, 1.1), (0.0, 0.45), (-0.7, 1.1)]
    return _polygon(place, [(size * x, size * y) for x, y in corners])


def _polygon(place: QPointF, corners: list[tuple[float, float]]) -> QPainterPath:
    path = QPainterPath()
    for at, (x, y) in enumerate(corners):
        point = QPointF(place.x() + x, place.y() + y)
        if at:
            path.lineTo(point)
        else:
            path.moveTo(point)
    path.closeSubpath()
    return path
