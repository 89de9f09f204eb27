"""Where parts of the network stand in its picture; the loss at its end; what is chosen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from nnviz.gui.theme import Theme
from nnviz.gui.views import topology_drawing as drawing
from nnviz.gui.views.edges import edge_width
from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.tiles import draw_frame
from nnviz.gui.views.topology_drawing import number_font
from nnviz.gui.views.topology_layout import Box
from nnviz.gui.views.topology_parts import (
    BiasPart,
    EdgePart,
    LossPart,
    NeuronPart,
    Part,
    edge_index,
    is_shown,
)

_LEFT = Qt.AlignmentFlag.AlignLeft
_HALO = 70
"""Opacity of the light around what is chosen, of 255."""


def place_of(part: Part, picture: NetworkPicture) -> QPointF:
    """The middle of a part, in pixels of the view."""
    layout = picture.layout
    match part:
        case NeuronPart(layer, unit):
            return QPointF(*layout.tiles[layer][unit].middle)
        case BiasPart(layer, unit):
            return QPointF(*layout.bias_center(layer, unit))
        case EdgePart():
            assert picture.edges is not None
            course = picture.edges.paths(picture.is_smooth).points[edge_index(part, picture.edges)]
            n = len(course)
            middle = course[n // 2] if n % 2 else (course[n // 2 - 1] + course[n // 2]) / 2
            return QPointF(*middle.tolist())
        case LossPart():
            return QPointF(*(layout.loss or layout.tiles[-1][-1]).middle)


def draw_loss(painter: QPainter, picture: NetworkPicture, color: QColor | None = None) -> None:
    """The number on the plate of the loss; a `color` lights the plate up."""
    plate, snapshot, theme = picture.layout.loss, picture.snapshot, picture.theme
    if plate is None or snapshot is None:
        return
    step = picture.step
    if color is not None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawing.draw_loss_plate(painter, picture.layout, theme, color, 2.0)
    painter.setFont(number_font(theme, 11, QFont.Weight.DemiBold))
    painter.setPen(theme.ink)
    _, room = drawing.loss_rows(picture.layout, theme)
    metrics = QFontMetricsF(painter.font())
    value = snapshot.frame.train_loss if step is None or step.loss is None else step.loss
    text = fitting_number(value, metrics, room.width())
    # What is cut off an exponent would make another number of it: better none than that.
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    across = Qt.AlignmentFlag.AlignHCenter if picture.layout.loss_is_tall else _LEFT
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | across, text)


def fitting_number(value: float, metrics: QFontMetricsF, width: float) -> str:
    """A number in three digits, or in fewer where there is no room for them."""
    # The window must not wait for how equations are written.
    from nnviz.insight.equation_text import format_number

    shortest = f"{value:.0e}".replace("-", "−")
    texts = [*(format_number(value, digits) for digits in (3, 2, 1)), shortest]
    fits = (text for text in texts if metrics.horizontalAdvance(text) <= width)
    return next(fits, texts[-1])


def draw_chosen(painter: QPainter, part: Part, picture: NetworkPicture) -> None:
    """A ring with a halo in the accent colour around the part that is chosen."""
    layout, theme = picture.layout, picture.theme
    if picture.edges is None or not is_shown(part, picture.edges):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    match part:
        case NeuronPart(layer, unit):
            _ring_box(painter, layout.tiles[layer][unit], drawing.corner(layout), theme)
        case BiasPart(layer, unit):
            center, radius = QPointF(*layout.bias_center(layer, unit)), layout.bias_radius(layer)
            for color, width, beyond in _rings(theme):
                painter.setPen(QPen(color, width))
                painter.drawEllipse(center, radius + beyond, radius + beyond)
        case EdgePart():
            _draw_along(painter, part, picture)
        case LossPart():
            if layout.loss is not None:
                _ring_box(painter, layout.loss, theme.px(5), theme)


def draw_focus(painter: QPainter, picture: NetworkPicture) -> None:
    """A frame around all: the keyboard is here, but nowhere in particular."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(picture.theme.accent, 2))
    stage, px = QRectF(*picture.layout.stage), picture.theme.px
    painter.drawRoundedRect(stage.adjusted(1, 1, -1, -1), px(6), px(6))


def _rings(theme: Theme) -> tuple[tuple[QColor, float, float], ...]:
    """Colours, widths and distances of halo and ring."""
    return (halo(theme.accent), 7.0 * theme.scale, 4.5), (theme.accent, 2.2 * theme.scale, 3.0)


def halo(color: QColor) -> QColor:
    """A colour as the light around something."""
    light = QColor(color)
    light.setAlpha(_HALO)
    return light


def _ring_box(painter: QPainter, box: Box, radius: float, theme: Theme) -> None:
    for color, width, beyond in _rings(theme):
        draw_frame(painter, box, color, radius, width, beyond)


def _draw_along(painter: QPainter, part: EdgePart, picture: NetworkPicture) -> None:
    """A halo along an edge, under the edge itself, with a dot at each end."""
    edges, weights, theme = picture.edges, picture.weights, picture.theme
    if edges is None or weights is None:
        return
    index = edge_index(part, edges)
    strength = min(abs(float(weights[index])) / picture.scale.shown, 1.0)
    width = edge_width(strength, edges.layout.widest_edge)
    course = edges.paths(picture.is_smooth).points[index]
    path = QPainterPath(QPointF(*course[0].tolist()))
    for x, y in course[1:].tolist():
        path.lineTo(x, y)
    for color, more in ((halo(theme.accent), 11.0), (theme.card, 4.0)):
        pen = QPen(color, width + more * theme.scale)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawPath(path)
    picture.draw_edges(painter, edges.one(index))
    picture.draw_marks(painter, edges.one(index))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.card, 1.5))
    painter.setBrush(theme.accent)
    for x, y in (course[0].tolist(), course[-1].tolist()):
        painter.drawEllipse(QPointF(x, y), 4.0 * theme.scale, 4.0 * theme.scale)
