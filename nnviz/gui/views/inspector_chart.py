"""A small chart with two axes, drawn at once: no scene, no items."""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.scales import Ticks, linear_ticks

Array = NDArray[np.float64]
TICK_SIZE = 11
_TICK_ROOM = 56
"""Pixels for each label of the horizontal axis."""
_EMPTY = (0.0, 1.0)


class Chart(QWidget):
    """Axes, lines to read by, and what `draw_content` draws in the plane."""

    hovered = Signal(object)
    """The coordinate along the horizontal axis that is pointed at; None for none."""
    WIDEST = ""
    """There is room for this beside the vertical axis, so that charts stand in one line."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._x, self._y = _EMPTY, _EMPTY
        self._x_label = self._y_label = ""
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)

    @property
    def ranges(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Ends of both axes."""
        return self._x, self._y

    def set_ranges(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Ends of both axes; a pair that is no range becomes 0 to 1."""
        self._x, self._y = (pair if _is_range(pair) else _EMPTY for pair in (x, y))
        self.update()

    def set_labels(self, x: str, y: str) -> None:
        """What the axes show: beside the last tick, and above the highest."""
        self._x_label, self._y_label = x, y
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(220), self._theme.px(90))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(110), self._theme.px(40))

    # --- places

    def plane(self) -> QRectF:
        """The part of the widget that the axes span."""
        px, metrics = self._theme.px, self._metrics()
        texts = [self.WIDEST, *(text for _, text in self.y_ticks())]
        widest = max(metrics.horizontalAdvance(text) for text in texts)
        top = metrics.height() if self._y_label else metrics.height() / 2
        room = QRectF(self.rect())
        return room.adjusted(widest + px(6), top, -px(8), -metrics.height() - px(3))

    def place(self, x: float, y: float) -> QPointF:
        """Where a point of the plane is, in pixels."""
        plane = self.plane()
        return QPointF(*self._pixels(plane, np.array([x]), np.array([y]))[0])

    def draw_content(self, painter: QPainter, plane: QRectF) -> None:
        """Draw what the chart is about; the painter is clipped to the plane."""

    def draw_curve(self, painter: QPainter, plane: QRectF, x: Array, y: Array, pen: QPen) -> None:
        """A line through points, interrupted where one is not finite."""
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        with np.errstate(all="ignore"):
            pixels = self._pixels(plane, x, y)
        # Qt's painter counts in 32 bits: far beyond the plane is as good as farther.
        pixels[:, 1] = np.clip(pixels[:, 1], plane.top() - 1e4, plane.bottom() + 1e4)
        finite: NDArray[np.bool_] = np.isfinite(pixels[:, 0]) & np.isfinite(pixels[:, 1])
        for run in np.split(np.arange(len(x)), np.flatnonzero(np.diff(finite)) + 1):
            if len(run) and finite[run[0]]:
                points = [QPointF(*pixels[index]) for index in run]
                painter.drawPolyline(points)

    def draw_arrow(self, painter: QPainter, start: QPointF, end: QPointF, pen: QPen) -> None:
        """A line with a head, which is left out where the line is shorter than that."""
        draw_arrow(painter, start, end, pen, self._theme.scale)

    # --- drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, plane, theme = QPainter(self), self.plane(), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if plane.width() > 10 and plane.height() > 10:
            self._draw_axes(painter, plane)
            painter.save()
            painter.setClipRect(
                plane.adjusted(-theme.px(5), -theme.px(5), theme.px(5), theme.px(2))
            )
            self.draw_content(painter, plane)
            painter.restore()
        painter.end()

    def _draw_axes(self, painter: QPainter, plane: QRectF) -> None:
        theme, metrics = self._theme, self._metrics()
        painter.setFont(theme.font(TICK_SIZE))
        height = metrics.height()
        for at, text in self.y_ticks():
            y = round(self._pixels(plane, np.array([self._x[0]]), np.array([at]))[0][1]) + 0.5
            painter.setPen(QPen(theme.line, 1))
            painter.drawLine(QLineF(plane.left(), y, plane.right(), y))
            painter.setPen(theme.dim)
            room = QRectF(0, y - height / 2, plane.left() - theme.px(5), height)
            painter.drawText(
                room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text
            )
        painter.setPen(theme.dim)
        if self._y_label:
            room = QRectF(plane.left(), 0, plane.width(), height)
            painter.setPen(theme.ink)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft, self._y_label)
            painter.setPen(theme.dim)
        y = self.height() - height
        label_width = metrics.horizontalAdvance(self._x_label)
        label_left = plane.right() - label_width + theme.px(6)
        painter.drawText(QPointF(label_left, y + metrics.ascent()), self._x_label)
        most = max(int(plane.width() / theme.px(_TICK_ROOM)), 2)
        for at, text in self.x_ticks(most):
            x = self._pixels(plane, np.array([at]), np.array([self._y[0]]))[0][0]
            half = metrics.horizontalAdvance(text) / 2
            is_free = x + half < label_left - theme.px(4) or not self._x_label
            if is_free and x + half <= self.width():
                painter.drawText(QPointF(x - half, y + metrics.ascent()), text)

    def y_ticks(self) -> Ticks:
        """What stands beside the vertical axis."""
        line = self._metrics().height()
        most = max(int((self.height() - 2 * line) / (1.7 * line)), 2)
        return linear_ticks(*self._y, most)

    def x_ticks(self, most: int) -> Ticks:
        """At most so many of the horizontal axis."""
        return linear_ticks(*self._x, most)

    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(self._theme.font(TICK_SIZE))

    def _pixels(self, plane: QRectF, x: Array, y: Array) -> Array:
        """(n, 2), for n points."""
        (x_low, x_high), (y_low, y_high) = self._x, self._y
        across = plane.left() + (x - x_low) / (x_high - x_low) * plane.width()
        down = plane.bottom() - (y - y_low) / (y_high - y_low) * plane.height()
        return np.stack([across, down], axis=-1)

    # --- the pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        plane, (low, high) = self.plane(), self._x
        part = (event.position().x() - plane.left()) / max(plane.width(), 1.0)
        self.hovered.emit(low + part * (high - low) if 0.0 <= part <= 1.0 else None)
        event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)


def draw_arrow(
    painter: QPainter, start: QPointF, end: QPointF, pen: QPen, scale: float, head: bool = True
) -> None:
    """A line with a head that grows with its width."""
    line = QLineF(start, end)
    length = min(4.0 * scale + 1.6 * pen.widthF(), 0.6 * line.length())
    painter.setPen(pen)
    if not head or line.length() < 2.0:
        painter.drawLine(line)
        return
    along = QPointF(line.dx() / line.length(), line.dy() / line.length())
    across = QPointF(-along.y(), along.x())
    neck = end - along * length
    painter.drawLine(QLineF(start, neck))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    painter.drawPolygon(
        QPolygonF([end, neck + across * length * 0.45, neck - across * length * 0.45])
    )


def draw_disc(painter: QPainter, at: QPointF, radius: float, color: QColor, ground: QColor) -> None:
    """A dot with a rim of the ground, so that it stands out on a line."""
    painter.setPen(QPen(ground, 1.5))
    painter.setBrush(color)
    painter.drawEllipse(at, radius, radius)


def _is_range(pair: tuple[float, float]) -> bool:
    low, high = pair
    return isfinite(low) and isfinite(high) and high > low and isfinite(high - low)
