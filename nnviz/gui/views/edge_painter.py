"""Draws the strokes of edges in a theme's colours, thousands of lines a call."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import cast

import numpy as np
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from shiboken6 import Shiboken

from nnviz.gui.theme import Theme, mix
from nnviz.gui.views.edges import DASH, PERIOD, Stroke


# Few colours are mixed again and again, sixty times a second.
@cache
def edge_color(strength: float, negative: bool, theme: Theme, crowded: bool = False) -> QColor:
    """The colour of an edge: the sign's hue, fading towards the ground near zero.

    Among many edges weak ones fade sooner, or together they would hide the strong ones.
    """
    end = theme.negative if negative else theme.positive
    if crowded:
        return mix(theme.card, end, 0.9 * strength**1.1)
    return mix(mix(theme.card, theme.line, 0.6), end, 0.84 * strength**0.6)


@cache
def glint_color(strength: float, theme: Theme) -> QColor:
    """The colour of the bright dashes on a solid edge."""
    bright = 0.45 if theme.is_dark else 0.62
    return mix(edge_color(strength, False, theme), QColor("#ffffff"), bright)


def draw_strokes(
    painter: QPainter,
    strokes: Iterable[Stroke],
    theme: Theme,
    antialiased: bool,
    crowded: bool = False,
) -> None:
    """Draw strokes in the given order; the painter's pen and hint are changed."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, antialiased)
    for stroke in strokes:
        if stroke.glint:
            color, width = glint_color(stroke.strength, theme), max(0.42 * stroke.width, 1.0)
        else:
            color = edge_color(stroke.strength, stroke.negative, theme, crowded)
            width = stroke.width
        # Without anti-aliasing a line of one pixel is drawn fastest, and no thinner can be.
        pen = QPen(color, width if antialiased else max(round(width), 1))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if stroke.dashed_by_pen:
            pen.setDashPattern([DASH / pen.widthF(), (PERIOD - DASH) / pen.widthF()])
        painter.setPen(pen)
        _draw_lines(painter, stroke)


def _draw_lines(painter: QPainter, stroke: Stroke) -> None:
    # A list of QLineF objects would cost more than drawing them. A QLineF is four doubles, so an
    # array of rows x1 y1 x2 y2 is what QPainter::drawLines(const QLineF *, int) reads.
    lines = np.ascontiguousarray(stroke.lines, dtype=np.float64)
    first = cast(QLineF, Shiboken.wrapInstance(lines.ctypes.data, QLineF))
    painter.drawLines(first, len(lines))
