"""The gradients of a batch's points as a fan of arrows around the full gradient."""

from __future__ import annotations

from math import cos, hypot, isfinite, radians, sin

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnviz.gui.theme import LIGHT, Theme, mix
from nnviz.gui.views.inspector_chart import draw_arrow
from nnviz.gui.views.inspector_text import LEAST_CONTRAST, contrast
from nnviz.gui.views.scales import short_text
from nnviz.insight.batch_lens import BatchLens

MOST_ARROWS = 240
"""More could not be told apart: then they are a fair sample."""
_FARTHEST = 3.0
"""Arrows longer than so many times the batch's and the full one end at the rim, without head."""
_NEAR = 7.0
"""Pixels within which an arrow is pointed at."""
_SIZE = 11


class Fan(QWidget):
    """Every arrow has its true length and its true angle to the full gradient, which points right.

    In a space of many dimensions gradients lean to many sides; here to two: to the batch's side,
    or to the other.
    """

    hovered = Signal(object)
    """Which point of the batch is pointed at, counted from 0; None for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._lens: BatchLens | None = None
        self._shown: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._angles: NDArray[np.float64] = np.zeros(0)
        self._reach = 1.0
        self._hovered: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Gradients of the points")
        self.setToolTip(
            "Thin arrows are the gradients of single points, each with its true length and angle "
            "to the full gradient, without the penalty; the thick arrow is the batch's."
        )

    def show_lens(self, lens: BatchLens | None) -> None:
        """Draw another moment; None draws nothing."""
        if lens is None or self._lens is None or not np.array_equal(lens.points, self._lens.points):
            self._hover(None)
        self._lens = lens
        if lens is not None:
            m = len(lens.points)
            self._shown = np.unique(np.linspace(0, m - 1, min(m, MOST_ARROWS)).astype(np.int64))
            self._angles = np.radians(lens.angles_to_full[self._shown]) * _sides(lens, self._shown)
            self._reach = self._reach_of(lens)
        self.update()

    @property
    def pointed_at(self) -> int | None:
        """Which point of the batch, counted from 0."""
        return self._hovered

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(170), self._theme.px(100))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(110), self._theme.px(60))

    def tip(self, length: float, angle: float) -> QPointF:
        """Where an arrow of this length and angle (radians) ends, in pixels, at most at the rim."""
        radius = self._radius() * min(length / self._reach, 1.0)
        return self._middle() + QPointF(radius * cos(angle), -radius * sin(angle))

    def tip_of(self, index: int) -> QPointF | None:
        """Where the arrow of a point of the batch ends; None if it has none."""
        found = np.flatnonzero(self._shown == index)
        if self._lens is None or not len(found):
            return None
        length, angle = float(self._lens.lengths[index]), float(self._angles[found[0]])
        return self.tip(length, angle) if isfinite(length) and isfinite(angle) else None

    # --- drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._lens is not None and self._radius() > 10:
            self._draw(painter, self._lens)
        painter.end()

    def _draw(self, painter: QPainter, lens: BatchLens) -> None:
        theme, middle, radius = self._theme, self._middle(), self._radius()
        faint = QPen(theme.line, 1)
        painter.setPen(faint)
        painter.drawEllipse(middle, radius, radius)
        painter.drawLine(QLineF(middle.x() - radius, middle.y(), middle.x() + radius, middle.y()))
        dashed = QPen(mix(theme.line, theme.dim, 0.5), 1)
        dashed.setDashPattern([2.0, 3.0])
        painter.setPen(dashed)
        painter.drawLine(QLineF(middle.x(), middle.y() - radius, middle.x(), middle.y() + radius))
        self._draw_points(painter, lens)
        full, ratio = self._full_length(lens), lens.length_ratio
        if full:
            end = self.tip(full, 0.0)
            draw_arrow(painter, middle, end, QPen(theme.ink, 1.6 * theme.scale), theme.scale)
            self._name(painter, "full", end, theme.ink)
        if ratio is not None and lens.angle is not None:
            pen = QPen(theme.accent, 3.2 * theme.scale)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            end = self.tip(ratio * full, radians(lens.angle))
            draw_arrow(painter, middle, end, pen, theme.scale)
            if len(lens.points) < lens.n_points:
                self._name(painter, "batch", end, theme.accent)
        if self._hovered is not None and (tip := self.tip_of(self._hovered)) is not None:
            draw_arrow(painter, middle, tip, QPen(theme.ink, 2 * theme.scale), theme.scale)
        self._draw_words(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _draw_points(self, painter: QPainter, lens: BatchLens) -> None:
        theme, middle = self._theme, self._middle()
        # What pulls against the rest differs by dashes, too.
        color = mix(theme.card, theme.dim, 0.75 if len(self._shown) < 40 else 0.45)
        for index, angle in zip(self._shown.tolist(), self._angles.tolist(), strict=True):
            length = float(lens.lengths[index])
            if not (isfinite(length) and isfinite(angle)) or length <= 0.0:
                continue
            pen = QPen(theme.negative if abs(angle) > np.pi / 2 else color, 1.1 * theme.scale)
            if abs(angle) > np.pi / 2:
                pen.setDashPattern([4.0, 2.0])
            draw_arrow(
                painter, middle, self.tip(length, angle), pen, theme.scale, length <= self._reach
            )

    def _name(self, painter: QPainter, name: str, tip: QPointF, color: QColor) -> None:
        """Write beside the tip of an arrow what it is, on a ground that keeps it legible."""
        theme, middle = self._theme, self._middle()
        metrics = QFontMetricsF(theme.font(_SIZE, QFont.Weight.DemiBold))
        room = QRectF(0, 0, metrics.horizontalAdvance(name) + 4, metrics.height())
        is_right = tip.x() >= middle.x()
        left = tip.x() + 4 if is_right else tip.x() - room.width() - 4
        left = min(max(left, 0.0), self.width() - room.width())
        is_low = name == "full" or tip.y() > middle.y()
        room.moveTo(left, tip.y() + 3 if is_low else tip.y() - room.height() - 1)
        ground = QColor(theme.card)
        ground.setAlphaF(min(0.75, ground.alphaF()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(room, 3, 3)
        painter.setFont(theme.font(_SIZE, QFont.Weight.DemiBold))
        painter.setPen(color if contrast(color, theme.card) >= LEAST_CONTRAST else theme.ink)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, name)

    def _draw_words(self, painter: QPainter) -> None:
        theme = self._theme
        painter.setFont(theme.font(_SIZE))
        painter.setPen(theme.dim)
        metrics, middle, radius = QFontMetricsF(theme.font(_SIZE)), self._middle(), self._radius()
        room = QRectF(0, self.height() - metrics.height(), self.width(), metrics.height())
        left, right = room, room
        left = QRectF(room.left(), room.top(), middle.x() - theme.px(8), room.height())
        right = QRectF(
            middle.x() + theme.px(8), room.top(), room.width() - middle.x(), room.height()
        )
        if radius < metrics.horizontalAdvance("← against"):
            return
        painter.drawText(left, Qt.AlignmentFlag.AlignRight, "← against")
        painter.drawText(right, Qt.AlignmentFlag.AlignLeft, "along →")

    def _middle(self) -> QPointF:
        words = QFontMetricsF(self._theme.font(_SIZE)).height()
        return QPointF(self.width() / 2, (self.height() - words) / 2)

    def _radius(self) -> float:
        return min(self._middle().x(), self._middle().y()) - self._theme.px(3)

    def _full_length(self, lens: BatchLens) -> float:
        length = float(np.linalg.norm(lens.full_gradient))
        return length if isfinite(length) else 0.0

    def _reach_of(self, lens: BatchLens) -> float:
        """The length that reaches the rim."""
        full = self._full_length(lens)
        means = max(full, full * (lens.length_ratio or 0.0))
        lengths = lens.lengths[np.isfinite(lens.lengths)]
        longest = float(lengths.max(initial=0.0))
        reach = max(1.1 * means, min(longest, _FARTHEST * means if means else longest))
        return reach if isfinite(reach) and reach > 0.0 else 1.0

    # --- pointing

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._nearest(event.position()))
        event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._hover(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if way is None or not shift or self._lens is None or not len(self._shown):
            super().keyPressEvent(event)
            return
        places = np.flatnonzero(self._shown == self._hovered)
        place = int(places[0]) + way if len(places) else (0 if way > 0 else -1)
        self._hover(int(self._shown[place % len(self._shown)]))

    def finish_hover(self) -> None:
        self._hover(None)

    def _hover(self, index: int | None) -> None:
        if index != self._hovered:
            self._hovered = index
            self.update()
            self.hovered.emit(index)

    def _nearest(self, at: QPointF) -> int | None:
        middle, best, found = self._middle(), _NEAR * self._theme.scale, None
        if self._lens is None or QLineF(middle, at).length() < 4:
            return None
        for index in self._shown.tolist():
            tip = self.tip_of(index)
            if tip is not None and (gap := _distance(at, middle, tip)) < best:
                best, found = gap, index
        return found

    def words_of(self, index: int) -> str:
        """What a point of the batch asks for, in words."""
        lens = self._lens
        if lens is None or index >= len(lens.points):
            return ""
        length, angle = float(lens.lengths[index]), float(lens.angles_to_full[index])
        words = f"Point {lens.points[index] + 1:,}: gradient of length {short_text(length)}"
        if not isfinite(angle):
            return f"{words}."
        pull = ", against the rest" if angle > 90.0 else ""
        return f"{words}, {angle:.0f}° from the full one{pull}."


def _sides(lens: BatchLens, shown: NDArray[np.int64]) -> NDArray[np.float64]:
    """+1 for points that lean to the batch's side of the full gradient, −1 for the others."""
    if lens.point_gradients is None:
        return np.where(np.arange(len(shown)) % 2, -1.0, 1.0)
    full, batch = lens.full_gradient, lens.batch_gradient
    with np.errstate(all="ignore"):
        length = float(np.linalg.norm(full))
        unit = full / length if length > 0.0 else np.zeros_like(full)
        aside = batch - unit * float(unit @ batch)
        gradients = lens.point_gradients[shown]
        if float(np.linalg.norm(aside)) <= 1e-9 * float(np.linalg.norm(batch)):
            # The batch is the full gradient: any direction that parts the points will do.
            rest = gradients - np.outer(gradients @ unit, unit)
            lengths = np.nan_to_num(np.linalg.norm(rest, axis=1))
            aside = rest[int(lengths.argmax())] if len(lengths) else aside
        leaning = gradients @ aside
    return np.where(leaning < 0.0, -1.0, 1.0)


def _distance(at: QPointF, start: QPointF, end: QPointF) -> float:
    """From a place to a line between two others."""
    dx, dy = end.x() - start.x(), end.y() - start.y()
    square = dx * dx + dy * dy
    part = 0.0
    if square > 0.0:
        part = ((at.x() - start.x()) * dx + (at.y() - start.y()) * dy) / square
    part = min(max(part, 0.0), 1.0)
    return hypot(at.x() - start.x() - part * dx, at.y() - start.y() - part * dy)
