"""Draws what surrounds the edges of a network: captions, legend, frames, biases, read-outs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QLinearGradient,
    QPainter,
    QPen,
    QPolygonF,
)
from shiboken6 import Shiboken

from nnviz.gui.theme import NEUTRAL_INDEX, Theme, mix
from nnviz.gui.views.edge_painter import edge_color
from nnviz.gui.views.edges import DASH, MOST_DRAWN, PERIOD, Array, EdgeGeometry, edge_width
from nnviz.gui.views.network_names import NetworkNames
from nnviz.gui.views.tiles import corner_masks, draw_frame
from nnviz.gui.views.topology_layout import Box, Foot, Layout, TextWidths
from nnviz.gui.views.weight_scale import signed

_LEGEND_TEXTS = (
    "width = |w|,  solid = positive,  dashed = negative",
    "width = |w|, solid +, dashed −",
    "width = |w|",
)
_CHANGES_TEXTS = (
    "width = |change of w|,  solid = rose,  dashed = fell",
    "width = |Δw|, solid rose, dashed fell",
    "width = |Δw|",
)
_LONGEST_NAME = 96.0
_ROUND_DOT = 2.0
"""Smaller dots are drawn square: nobody sees it, and hundreds of circles would cost a frame."""
_RING = 0.6
_SHADES = 16
"""Neighbouring colours of the table that the smallest dots have in common: one call draws them."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter


class Words(NamedTuple):
    """A piece of a read-out; numbers stand out from words."""

    text: str
    is_number: bool = False


def caption_font(theme: Theme) -> QFont:
    """The face of what stands under the columns."""
    return theme.font(12, QFont.Weight.Medium)


def number_font(theme: Theme, size: int, weight: int = QFont.Weight.Normal) -> QFont:
    """The face of numbers: the words' own, with digits that are equally wide.

    The minus of the monospaced face is as short as a hyphen; that of the plots is this one.
    """
    font = theme.font(size, weight)
    if not theme.has_plain_glyphs:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def measure(names: NetworkNames, theme: Theme, width: float) -> TextWidths:
    """Widths of a network's texts; long names of inputs and classes get less than they want."""
    captions = QFontMetricsF(caption_font(theme))
    labels = QFontMetricsF(theme.font(13))
    most = min(theme.scale * _LONGEST_NAME, 0.18 * width)
    advance = labels.horizontalAdvance
    return TextWidths(
        input_label=min(max(map(advance, names.inputs)) + 1, most),
        output_label=min(max(map(advance, names.outputs), default=0.0) + 1, most)
        if names.outputs
        else 0.0,
        captions=tuple(
            captions.horizontalAdvance(names.caption(layer)) + 2
            for layer in range(len(names.sizes))
        ),
    )


def draw_captions(painter: QPainter, layout: Layout, names: NetworkNames, theme: Theme) -> None:
    """What each column is, under it."""
    painter.setFont(caption_font(theme))
    for layer, box in enumerate(layout.captions):
        is_hidden = 0 < layer < names.last
        short = is_hidden and layout.foot is Foot.SHORT
        painter.setPen(theme.ink if is_hidden else theme.dim)
        _text(painter, box, str(names.sizes[layer]) if short else names.caption(layer), _CENTER)
    if not layout.activations:
        return
    painter.setPen(theme.dim)
    hidden = names.activations[:-1]
    if len(set(hidden)) == 1:
        _text(painter, layout.activation_span, hidden[0], _CENTER)
        return
    for box, label in zip(layout.activations, hidden, strict=True):
        _text(painter, box, label, _CENTER)


def draw_legend(
    painter: QPainter,
    edges: EdgeGeometry,
    theme: Theme,
    scale: float,
    hint: str = "",
    of_changes: bool = False,
) -> None:
    """What width, dashes and colours of edges mean, with the scale of weights in numbers.

    A `hint` has precedence over the words, where there is no room for both. Edges may show changes
    in place of weights.
    """
    box = edges.layout.legend
    font = number_font(theme, 11)
    low, high = (signed(end, _decimals(scale), plus=True) for end in (-scale, scale))
    number, gap, bar_width = _legend_parts(box, theme, scale)
    bar = Box(box.right - number - gap - bar_width, box.y, bar_width, box.height)
    painter.setFont(font)
    painter.setPen(theme.dim)
    _text(painter, Box(bar.x - number - gap, box.y, number, box.height), low, _RIGHT)
    _text(painter, Box(bar.right + gap, box.y, number, box.height), high, _LEFT)
    _draw_weight_bar(painter, bar, theme, edges)

    painter.setFont(theme.font(11))
    painter.setPen(theme.dim)
    room = bar.x - number - gap - theme.px(8) - box.x
    texts = list(_CHANGES_TEXTS if of_changes else _LEGEND_TEXTS)
    if len(edges) > MOST_DRAWN:
        texts.insert(0, f"{texts[0]};  the {MOST_DRAWN:,} strongest of {len(edges):,} edges")
    if hint:
        texts = [f"{text};  {hint}" for text in texts[-2:]] + [hint]
    words = QFontMetricsF(theme.font(11))
    fitting = (text for text in texts if words.horizontalAdvance(text) <= room)
    _text(painter, Box(box.x, box.y, room, box.height), next(fitting, texts[-1]), _LEFT)


def legend_bar_room(box: Box, theme: Theme, scale: float) -> float:
    """How much of the legend's right end the scale of weights takes."""
    number, gap, bar_width = _legend_parts(box, theme, scale)
    return 2 * (number + gap) + bar_width + theme.px(8)


def _legend_parts(box: Box, theme: Theme, scale: float) -> tuple[float, float, float]:
    """Widths of a number beside the bar, of the gap between, and of the bar."""
    high = signed(scale, _decimals(scale), plus=True)
    advance = QFontMetricsF(number_font(theme, 11)).horizontalAdvance(high)
    px = theme.px
    return max(advance, px(24)), px(6), min(max(0.2 * box.width, px(72)), px(136))


def _draw_weight_bar(painter: QPainter, bar: Box, theme: Theme, edges: EdgeGeometry) -> None:
    """Every weight from −scale to scale as its edge is drawn: colour, width and dashes."""
    middle_x, middle_y = bar.middle
    half = bar.width / 2
    # The bar of a crowded network would be too thin to be read.
    widest = max(edges.layout.widest_edge, 7.0 * theme.scale)
    painter.setPen(Qt.PenStyle.NoPen)
    for negative in (False, True):
        gradient = QLinearGradient(middle_x, 0, middle_x + (-half if negative else half), 0)
        for stop in range(9):
            color = edge_color(stop / 8, negative, theme, edges.are_crowded)
            gradient.setColorAt(stop / 8, color)
        painter.setBrush(gradient)
        for near, far in _dashes(half, theme.scale) if negative else [(0.0, half)]:
            sign = -1 if negative else 1
            low, high = (edge_width(at / half, widest) / 2 for at in (near, far))
            corners = ((near, -low), (far, -high), (far, high), (near, low))
            points = [QPointF(middle_x + sign * x, middle_y + y) for x, y in corners]
            painter.drawPolygon(QPolygonF(points))


def _dashes(length: float, scale: float) -> list[tuple[float, float]]:
    """Beginnings and ends of the dashes of a line, the last of which ends with the line."""
    period, dash = scale * PERIOD, scale * DASH
    ends = [length - number * period for number in range(int(length / period))]
    return [(end - dash, end) for end in ends]


def draw_frames(
    painter: QPainter, layout: Layout, names: NetworkNames, theme: Theme, masked: bool = True
) -> None:
    """Rounded frames over the tiles, and the names beside inputs and outputs.

    `masked` covers the corners of tiles that are square.
    """
    frame = mix(theme.card, theme.ink, 0.32 if theme.is_dark else 0.22)
    if masked:
        masks = corner_masks([tile for column in layout.tiles for tile in column], corner(layout))
        painter.fillPath(masks, theme.card)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for layer, column in enumerate(layout.tiles):
        for unit, tile in enumerate(column):
            if layer == names.last and names.outputs:
                color = theme.class_color(unit, names.n_classes)
                draw_frame(painter, tile, color, corner(layout), min(2.0, tile.width / 8), 0.5)
            else:
                draw_frame(painter, tile, frame, corner(layout), 1.0)
        if layout.more(layer):
            _draw_more(painter, layout, layer, theme)
        if layer and layout.bias_radius(layer) < _ROUND_DOT:
            _draw_square_rings(painter, layout, layer, theme)
    painter.setFont(theme.font(13))
    painter.setPen(theme.ink)
    for box, name in zip(layout.input_labels, names.inputs, strict=False):
        _text(painter, box, name, _RIGHT)
    for box, name in zip(layout.output_labels, names.outputs, strict=False):
        _text(painter, box, name, _LEFT)


def draw_loss_plate(
    painter: QPainter, layout: Layout, theme: Theme, color: QColor, width: float
) -> None:
    """The plate of the loss without its number, as the end of the signal's way."""
    if layout.loss is None:
        return
    last, px = layout.tiles[-1][-1], theme.px
    pen = QPen(color, width)
    pen.setDashPattern([2.0, 3.0])
    painter.setPen(pen)
    x = last.middle[0]
    painter.drawLine(QPointF(x, last.bottom + 4), QPointF(x, layout.loss.y - 2))
    painter.setPen(QPen(color, width))
    painter.setBrush(theme.card)
    painter.drawRoundedRect(QRectF(*layout.loss), px(5), px(5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setFont(theme.font(11))
    painter.setPen(theme.dim)
    name, _ = loss_rows(layout, theme)
    painter.drawText(name, _CENTER if layout.loss_is_tall else _LEFT, "loss")


def loss_rows(layout: Layout, theme: Theme) -> tuple[QRectF, QRectF]:
    """Where the name of the loss and its number stand on the plate, side by side or stacked."""
    assert layout.loss is not None
    plate, px = QRectF(*layout.loss), theme.px
    if not layout.loss_is_tall:
        return plate.adjusted(px(9), 0, 0, 0), plate.adjusted(px(36), 0, -px(2), 0)
    half = plate.height() / 2
    name, number = plate.adjusted(0, px(2), 0, -half), plate.adjusted(px(3), half, -px(3), -px(2))
    return name, number


def corner(layout: Layout) -> float:
    """Radius of the tiles' corners."""
    smallest = min(column[0].width for column in layout.tiles)
    return min(5.0 * layout.scale, 0.12 * smallest)


def draw_biases(
    painter: QPainter,
    layout: Layout,
    biases: Sequence[Array],
    scale: float,
    theme: Theme,
    frozen: NDArray[np.bool_] | None = None,
) -> None:
    """A dot at the lower left corner of each unit that has a bias, with its ring if it is round.

    Those that are `frozen` (biases drawn, layer by layer) are square.
    """
    table = theme.signed_table()
    painter.setPen(QPen(_outline(theme), 1.0))
    centers = layout.bias_centers
    values = np.concatenate([b[: len(c)] for b, c in zip(biases, centers, strict=True)])
    shares = np.clip(values / scale, -1.0, 1.0)
    shares[np.isnan(shares)] = 0.0
    indices = np.rint(shares * (255 - NEUTRAL_INDEX) + NEUTRAL_INDEX).astype(int)
    radii = np.repeat(
        [layout.bias_radius(layer) for layer in range(1, len(layout.tiles))], [*map(len, centers)]
    )
    places = np.hstack([np.vstack(centers), radii[:, np.newaxis]])
    is_small = radii < _ROUND_DOT
    is_round = ~is_small if frozen is None else ~is_small & ~frozen
    for (x, y, radius), index in zip(places[is_round], indices[is_round], strict=True):
        painter.setBrush(QColor.fromRgb(table[index]))
        painter.drawEllipse(QPointF(x, y), radius, radius)
    if frozen is not None:
        _draw_frozen(painter, places[frozen], indices[frozen], theme)
    if is_small.any():
        _draw_squares(painter, places[is_small], indices[is_small] // _SHADES, table)


def _draw_frozen(painter: QPainter, dots: Array, indices: NDArray[np.int_], theme: Theme) -> None:
    """Dots (n, 3) of biases that training leaves alone: squares with a firm frame."""
    table = theme.signed_table()
    painter.setPen(QPen(theme.ink, 1.8 * theme.scale))
    for (x, y, radius), index in zip(dots.tolist(), indices.tolist(), strict=True):
        painter.setBrush(QColor.fromRgb(table[index]))
        painter.drawRect(QRectF(x - radius, y - radius, 2 * radius, 2 * radius))


def _draw_squares(
    painter: QPainter, dots: Array, shades: NDArray[np.int_], table: list[int]
) -> None:
    """Dots (n, 3) of x, y and radius as squares without their ring, each shade in one call."""
    order = np.argsort(shades, kind="stable")
    centers, inner = dots[order, :2], dots[order, 2:] - _RING
    squares = np.hstack([centers - inner, 2 * inner, 2 * inner])
    ends = np.searchsorted(shades[order], np.arange(256 // _SHADES + 1)).tolist()
    painter.setPen(Qt.PenStyle.NoPen)
    for shade, (start, end) in enumerate(pairwise(ends)):
        if start < end:
            painter.setBrush(QColor.fromRgb(table[shade * _SHADES + _SHADES // 2]))
            # A QRectF is four doubles: QPainter::drawRects(const QRectF *, int) reads the array.
            first = cast(QRectF, Shiboken.wrapInstance(squares[start:].ctypes.data, QRectF))
            painter.drawRects(first, end - start)


def draw_weights_beside(
    painter: QPainter,
    places: Iterable[tuple[float, float]],
    values: Iterable[float],
    theme: Theme,
) -> list[QRectF]:
    """Numbers on small plates, each with its middle at a place; returns the plates."""
    font, px = number_font(theme, 10, QFont.Weight.DemiBold), theme.px
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    plates = []
    for (x, y), value in zip(places, values, strict=True):
        text = signed(value, 2, plus=True)
        width = metrics.horizontalAdvance(text) + px(8)
        plate = QRectF(x - width / 2, y - px(8), width, px(16))
        painter.setPen(QPen(theme.line, 1))
        painter.setBrush(theme.card)
        painter.drawRoundedRect(plate, px(4), px(4))
        painter.setPen(theme.ink)
        painter.drawText(plate, _CENTER, text)
        plates.append(plate)
    return plates


def veil(theme: Theme) -> QColor:
    """What is laid over the edges, so that a few can stand out."""
    color = QColor(theme.card)
    color.setAlpha(205)
    return color


def _draw_square_rings(painter: QPainter, layout: Layout, layer: int, theme: Theme) -> None:
    """Around the smallest dots: these do not change, and would cost as much again as the dots."""
    outline, radius = _outline(theme), layout.bias_radius(layer)
    for unit in range(len(layout.tiles[layer])):
        x, y = layout.bias_center(layer, unit)
        painter.fillRect(QRectF(x - radius, y - radius, 2 * radius, 2 * radius), outline)


def _outline(theme: Theme) -> QColor:
    return mix(theme.card, theme.ink, 0.55)


def _draw_more(painter: QPainter, layout: Layout, layer: int, theme: Theme) -> None:
    last = layout.tiles[layer][-1]
    painter.setFont(theme.font(11))
    painter.setPen(theme.dim)
    px = theme.px
    room = Box(last.middle[0] - px(30), last.bottom + px(2), px(60), px(14))
    _text(painter, room, f"{layout.more(layer):,} more", _CENTER)


def _text(painter: QPainter, box: Box, text: str, alignment: Qt.AlignmentFlag) -> None:
    """Draw text in a box, shortened where it does not fit."""
    metrics = QFontMetricsF(painter.font())
    if metrics.horizontalAdvance(text) > box.width:
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width)
    painter.drawText(QRectF(*box), alignment, text)


def _decimals(scale: float) -> int:
    return 1 if scale < 1 else 0
