"""What lies on the plot of curves: the curves, lines to read them by, the cursor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QTransform

from nnviz.gui.reported import reported
from nnviz.gui.theme import LIGHT, Theme, mix, solid
from nnviz.gui.views.legend import DASHES, Mark, line_pen
from nnviz.gui.views.plot import TICK_SIZE

Array = NDArray[np.float64]

_NOISY = 3.0
"""A curve this many times as long as it is wide is drawn in a way that is meant for noise."""
_VERY_NOISY = 10.0
"""From this length on dashes become longer, because so many could neither be seen nor drawn."""

_FUTURE = 0.35
"""How opaque is what comes after the moment that one stands at."""
_APART = 4.0
"""Pixels that vertical lines are at least apart."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One series: its line, and its values over the epochs; NaN leaves a gap."""

    mark: Mark
    color: QColor
    x: Array
    y: Array

    @property
    def is_test(self) -> bool:
        return self.mark is Mark.DASHED

    def has_mark_at(self, index: int) -> bool:
        """Whether the value there is marked; the thin line has none of its own."""
        return self.mark is not Mark.THIN and bool(np.isfinite(self.y[index]))


class CurvesItem(pg.GraphicsObject):  # type: ignore[misc]
    """All curves of a plot, no more points a pixel than can be seen, and horizontal lines."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._curves: tuple[Curve, ...] = ()
        self._lines: tuple[float, ...] = ()
        self._breaks: tuple[int, ...] = ()
        self._present: int | None = None
        self._moments: tuple[float, ...] = ()
        self._place = QRectF(0, 0, 1, 1)
        self._buffer = PrimitiveArray(QLineF, 4)

    def set_place(self, place: QRectF) -> None:
        """The part of the plane that is seen, in coordinates of the data."""
        if place != self._place:
            self.prepareGeometryChange()
            self._place = place

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_lines(self, heights: tuple[float, ...]) -> None:
        """Where horizontal lines help the eye."""
        self._lines = heights
        self.update()

    def set_moments(self, moments: tuple[float, ...]) -> None:
        """Where dotted vertical lines say that something was changed, ascending."""
        if moments != self._moments:
            self._moments = moments
            self.update()

    def set_curves(
        self,
        curves: tuple[Curve, ...],
        breaks: tuple[int, ...] = (),
        present: int | None = None,
    ) -> None:
        """The curves from the lowest to the uppermost; their arrays must not change any more.

        Before each index of `breaks`, ascending, no line joins a curve's neighbours. What comes
        after the index `present` is faint; None where nothing does.
        """
        self._curves, self._breaks, self._present = curves, breaks, present
        self.update()

    def boundingRect(self) -> QRectF:
        return self._place

    @reported
    def paint(self, painter: QPainter, *_: object) -> None:
        to_device = painter.worldTransform()
        painter.resetTransform()
        area = to_device.mapRect(self._place)
        painter.setPen(QPen(self._theme.line, 1))
        for line in self._lines:
            height = round(to_device.m22() * line + to_device.dy()) + 0.5
            painter.drawLine(QLineF(area.left(), height, area.right(), height))
        self._draw_moments(painter, to_device, area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for curve in self._curves:
            x = to_device.m11() * curve.x + to_device.dx()
            y = to_device.m22() * curve.y + to_device.dy()
            ends = (0, *(at for at in self._breaks if 0 < at < len(x)), len(x))
            for start, stop, is_future in parted(pairwise(ends), self._present):
                painter.setOpacity(_FUTURE if is_future else 1.0)
                self._draw_curve(painter, curve, *thinned(x[start:stop], y[start:stop]))
        painter.setOpacity(1.0)

    def _draw_moments(self, painter: QPainter, to_device: QTransform, area: QRectF) -> None:
        pen = QPen(mix(self._theme.line, self._theme.dim, 0.5), 1)
        pen.setDashPattern([1.0, 3.0])
        painter.setPen(pen)
        last = -np.inf
        for moment in self._moments:
            place = round(to_device.m11() * moment + to_device.dx()) + 0.5
            # Many changes at once, as while a slider is dragged, would be a wall.
            if place - last >= _APART:
                painter.drawLine(QLineF(place, area.top(), place, area.bottom()))
                last = place

    def _draw_curve(self, painter: QPainter, curve: Curve, x: Array, y: Array) -> None:
        lines = segments(x, y)
        pen = line_pen(curve.mark, curve.color, self._theme.scale)
        length = float(np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]).sum())
        if len(lines) == len(x) - 1 and length < _NOISY * max(float(x[-1] - x[0]), 50.0):
            polygon = pg.functions.create_qpolygonf(len(x))
            places = pg.functions.ndarray_from_qpolygonf(polygon)
            places[:, 0], places[:, 1] = x, y
            painter.setPen(pen)
            painter.drawPolyline(polygon)
            return
        # Single lines, because Qt strokes a polyline that is wide, smooth and noisy 20 times more
        # slowly (35 ms for 800 points); its dashes would begin anew with every line.
        if curve.mark is Mark.DASHED:
            dash, gap = (part * pen.widthF() for part in DASHES)
            lines = dashed(lines, dash - pen.widthF(), gap + pen.widthF())
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        self._buffer.resize(len(lines))
        self._buffer.ndarray()[:] = lines
        painter.setPen(pen)
        painter.drawLines(*self._buffer.drawargs())


def parted(
    spans: Iterable[tuple[int, int]], present: int | None
) -> Iterator[tuple[int, int, bool]]:
    """Each span of indices, cut where it passes the present one; whether it lies in the future."""
    for start, stop in spans:
        if present is None or stop - 1 <= present:
            yield start, stop, False
        elif start > present:
            yield start, stop, True
        else:
            # Both have the present one, so that the line does not break.
            yield start, present + 1, False
            yield present, stop, True


def thinned(x: Array, y: Array) -> tuple[Array, Array]:
    """The same curve in pixels with its extremes alone where many points share a pixel's column.

    Where these are less than a pixel apart, one point is left, so that a smooth curve stays so.
    """
    columns = np.floor(x)
    starts = np.flatnonzero(np.diff(columns, prepend=columns[:1] - 1.0))
    if 2 * len(starts) >= len(x):
        return x, y
    low, high = np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)
    stops = np.append(starts[1:], len(y)) - 1
    falls = y[stops] < y[starts]
    ends = np.column_stack([np.where(falls, high, low), np.where(falls, low, high)])
    kept = np.column_stack([high - low >= 1.0, np.ones(len(starts), dtype=bool)])
    kept[[0, -1]] = True
    places = np.column_stack([x[starts], x[stops]])
    return places[kept], ends[kept]


def segments(x: Array, y: Array) -> Array:
    """The lines between neighbours, (n, 4) as x1, y1, x2, y2; none where NaN leaves a gap."""
    lines = np.column_stack([x[:-1], y[:-1], x[1:], y[1:]])
    finite = np.isfinite(lines).all(axis=1)
    return lines if finite.all() else lines[finite]


def dashed(lines: Array, dash: float, gap: float) -> Array:
    """Only the dashes of a chain of lines (n, 4), measured along it; longer where it is noisy."""
    lengths = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
    lines, lengths = lines[lengths > 1e-9], lengths[lengths > 1e-9]
    if not len(lines):
        return lines
    begins = np.concatenate([[0.0], np.cumsum(lengths)])
    width = abs(float(lines[-1, 2] - lines[0, 0])) + 50.0
    # In powers of two, so that the dashes of a growing curve mostly stay where they are.
    dash *= 2.0 ** np.ceil(np.log2(max(begins[-1] / (_VERY_NOISY * width), 1.0)))
    period = dash + gap
    marks = np.arange(0.0, begins[-1], period)
    cuts = np.concatenate([marks, marks + dash])
    places = np.sort(np.concatenate([begins[:-1], cuts[cuts < begins[-1]]]))
    owner = np.clip(np.searchsorted(begins, places, side="right") - 1, 0, len(lines) - 1)
    stops = np.append(places[1:], begins[-1])
    is_dash = ((places + stops) / 2 % period < dash) & (stops > places)
    owner, places, stops = owner[is_dash], places[is_dash], stops[is_dash]
    origin, reach = lines[owner, :2], lines[owner, 2:] - lines[owner, :2]
    first = ((places - begins[owner]) / lengths[owner])[:, None]
    last = ((stops - begins[owner]) / lengths[owner])[:, None]
    return np.column_stack([origin + first * reach, origin + last * reach])


class CursorMark(NamedTuple):
    """A value under the cursor, or the newest one; train and test differ by shape."""

    is_test: bool
    color: QColor
    x: float
    y: float


class CursorItem(pg.GraphicsObject):  # type: ignore[misc]
    """A mark on each curve; under the pointer also a vertical line with its epoch."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._place = QRectF(0, 0, 1, 1)
        self._marks: tuple[CursorMark, ...] = ()
        self._at: float | None = None
        self._text = ""

    def set_place(self, place: QRectF) -> None:
        if place != self._place:
            self.prepareGeometryChange()
            self._place = place

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def text(self) -> str:
        """What stands beside the line; empty without a pointer."""
        return self._text

    def show_marks(self, marks: tuple[CursorMark, ...], at: float | None, text: str) -> None:
        """Put a mark at each place, and the line at x = `at` with `text` beside it."""
        self._marks, self._at, self._text = marks, at, text
        self.update()

    def boundingRect(self) -> QRectF:
        return self._place

    @reported
    def paint(self, painter: QPainter, *_: object) -> None:
        to_device = painter.worldTransform()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = to_device.mapRect(self._place)
        if self._at is not None:
            x = round(to_device.m11() * self._at + to_device.dx()) + 0.5
            painter.setPen(QPen(self._theme.dim, 1))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
            self._draw_text(painter, area, x)
        scale = self._theme.scale
        painter.setPen(QPen(solid(self._theme.card), 1.2 * scale))
        half, radius = 3.4 * scale, 3.9 * scale
        for mark in self._marks:
            place = to_device.map(QPointF(mark.x, mark.y))
            path = QPainterPath()
            if mark.is_test:
                path.addRect(QRectF(place.x() - half, place.y() - half, 2 * half, 2 * half))
            else:
                path.addEllipse(place, radius, radius)
            painter.setBrush(mark.color)
            painter.drawPath(path)

    def _draw_text(self, painter: QPainter, area: QRectF, x: float) -> None:
        font, px = self._theme.mono(TICK_SIZE), self._theme.px
        metrics = QFontMetricsF(font)
        elide = Qt.TextElideMode.ElideRight
        text = metrics.elidedText(self._text, elide, max(area.width() - px(16), px(20)))
        size, gap = metrics.horizontalAdvance(text) + px(8), px(4)
        left = x + gap if x + gap + size <= area.right() else x - gap - size
        left = min(max(left, area.left()), area.right() - size)
        room = QRectF(left, area.bottom() - metrics.height() - px(5), size, metrics.height() + 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.card)
        painter.setOpacity(0.85)
        painter.drawRoundedRect(room, px(3), px(3))
        painter.setOpacity(1.0)
        painter.setFont(font)
        painter.setPen(self._theme.ink)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
