"""The plate that tells what is pointed at: beside it, where it hides as little as can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from nnviz.gui.theme import Theme, mix
from nnviz.gui.views.edges import Array
from nnviz.gui.views.topology_drawing import Words, number_font
from nnviz.gui.views.topology_layout import Box

MEANT, ENDS, NUMBER, UNIT = 1_000.0, 100.0, 30.0, 30.0
"""How bad it is to hide what is pointed at, the units at an edge's ends, a number, another unit."""
_GAP = 8.0
"""From what is pointed at to its plate, in pixels at scale 1; so for the two below."""
_REACH = 90.0
_STEP = 6.0
_PER_PIXEL = 0.08
"""How bad it is to stand a pixel farther away."""
_TOUCHED = 0.4
"""How bad it is to hide a corner, as a part of hiding all."""
_CALM = 4.0
"""A plate leaves its place for one that is better by this much: it shall not dance."""


class Obstacle(NamedTuple):
    """What had better not be hidden, and how bad that would be."""

    box: Box
    cost: float


class Readout:
    """Finds a place for the plate and draws it; keeps its place while that is good enough."""

    def __init__(self) -> None:
        self.place: QRectF | None = None
        """Where it was drawn last; None while there is nothing to tell."""
        self._kept: tuple[Words, Array] | None = None
        """What it was about, and where it stood beside that."""

    def hide(self) -> None:
        """Nothing is pointed at."""
        self.place, self._kept = None, None

    def draw(
        self,
        painter: QPainter,
        words: Sequence[Words],
        near: Box,
        bounds: Box,
        obstacles: Iterable[Obstacle],
        theme: Theme,
    ) -> None:
        """A line of words and numbers on a plate beside `near`, inside of `bounds`."""
        px = theme.px
        bold = number_font(theme, 12, QFont.Weight.DemiBold)
        fonts = [bold if word.is_number else theme.font(12) for word in words]
        widths = [
            QFontMetricsF(font).horizontalAdvance(word.text)
            for font, word in zip(fonts, words, strict=True)
        ]
        gap, pad, height = px(8), px(9), px(26)
        width = sum(widths) + gap * (len(words) - 1) + 2 * pad
        plate = self._find(words[0], (width, height), near, bounds, list(obstacles), theme)
        painter.setPen(QPen(mix(theme.line, theme.ink, 0.15), 1))
        painter.setBrush(theme.card)
        painter.drawRoundedRect(plate, px(6), px(6))
        left = plate.x() + pad
        upright = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for word, font, advance in zip(words, fonts, widths, strict=True):
            painter.setFont(font)
            painter.setPen(theme.ink if word.is_number else theme.dim)
            painter.drawText(QRectF(left, plate.y(), advance + 2, height), upright, word.text)
            left += advance + gap

    def _find(
        self,
        about: Words,
        size: tuple[float, float],
        near: Box,
        bounds: Box,
        obstacles: list[Obstacle],
        theme: Theme,
    ) -> QRectF:
        """The best place; that of the frame before, if it is of the same thing and nearly best."""
        places, corner = _candidates(size, near, bounds, theme.scale), np.array(near[:2])
        is_same = self._kept is not None and self._kept[0] == about
        if self._kept is not None and is_same:
            again = _inside(corner + self._kept[1], size, bounds)
            places = np.concatenate([places, again[np.newaxis]])
        costs = _costs(places, size, near, obstacles, theme.scale)
        if is_same:
            costs[-1] -= _CALM
        best = places[int(np.argmin(costs))]
        self._kept = about, best - corner
        x, y = best.tolist()
        self.place = QRectF(x, y, *size)
        return self.place


def _candidates(size: tuple[float, float], near: Box, bounds: Box, scale: float) -> Array:
    """Upper left corners (n, 2): above, below and at both sides of `near`, near and less near."""
    width, height = size
    gap, reach, step = _GAP * scale, _REACH * scale, _STEP * scale
    left, right = near.x - gap - width, near.right + gap
    across = [near.middle[0] - width / 2, near.x, near.right - width, left, right]
    up = np.arange(near.y - gap - height, near.y - height - reach, -step)
    down = np.arange(near.bottom + gap, near.bottom + reach, step)
    beside = [near.middle[1] - height / 2, near.y, near.bottom - height]
    places = [(x, y) for x in across for y in (*up.tolist(), *down.tolist())]
    places += [(x, y) for x in (right, left) for y in beside]
    return _inside(np.array(places), size, bounds)


def _inside(places: Array, size: tuple[float, float], bounds: Box) -> Array:
    """The same corners, moved so that the plate lies inside of `bounds` if it can."""
    lowest = np.array([bounds.x + 2.0, bounds.y + 1.0])
    highest = np.array([bounds.right - size[0] - 2.0, bounds.bottom - size[1] - 1.0])
    moved: Array = np.clip(places, lowest, np.maximum(highest, lowest))
    return moved


def _costs(
    places: Array, size: tuple[float, float], near: Box, obstacles: list[Obstacle], scale: float
) -> Array:
    """How bad each place is: what it hides, and how far away it is."""
    boxes = np.array([obstacle.box for obstacle in obstacles], dtype=float).reshape(-1, 4)
    bad = np.array([obstacle.cost for obstacle in obstacles])
    ends = places + np.array(size)
    low = np.maximum(places[:, None], boxes[None, :, :2])
    high = np.minimum(ends[:, None], boxes[None, :, :2] + boxes[None, :, 2:])
    hidden = np.clip(high - low, 0.0, None).prod(axis=-1)
    share = hidden / np.maximum(boxes[:, 2:].prod(axis=-1), 1.0)
    cost = np.where(share > 0.0, _TOUCHED + (1.0 - _TOUCHED) * share, 0.0) @ bad
    corner, end = np.array(near[:2]), np.array([near.right, near.bottom])
    apart = np.clip(np.maximum(corner - ends, places - end), 0.0, None)
    total: Array = cost + _PER_PIXEL / scale * np.hypot(apart[:, 0], apart[:, 1])
    return total
