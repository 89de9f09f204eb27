"""What is pointed at in the network's picture: found, walked to, named, and made to stand out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from math import floor, log10
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from nnviz.gui.theme import NEUTRAL_INDEX
from nnviz.gui.views import topology_drawing as drawing
from nnviz.gui.views.edges import EdgeGeometry, Indices, edge_width
from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.tiles import draw_frame
from nnviz.gui.views.topology_drawing import Words
from nnviz.gui.views.topology_layout import Box, Layout
from nnviz.gui.views.topology_marks import place_of
from nnviz.gui.views.topology_parts import (
    BiasPart,
    EdgePart,
    LossPart,
    NeuronPart,
    are_frozen,
    edge_index,
    is_shown,
    name_of,
)
from nnviz.gui.views.topology_parts import Part as Meant
from nnviz.gui.views.topology_readout import ENDS, MEANT, NUMBER, UNIT, Obstacle, Readout
from nnviz.gui.views.weight_scale import signed
from nnviz.insight.snapshot import Snapshot
from nnviz.model.activations import ACTIVATIONS

_NEAR_EDGE = 6.0
_NEAR_BIAS = 2.0
_HEIGHT_OF_A_NUMBER = 17.0
_WIDTH_FOR_NUMBERS = 70.0


class Part(Enum):
    """The parts of the picture that tell more when they are pointed at."""

    NEURON = "neuron"
    BIAS = "bias"
    EDGE = "edge"
    LOSS = "loss"


class Target(NamedTuple):
    """A part of the network: a neuron or its bias (layer, unit), or the edge of that index."""

    part: Part
    layer: int
    unit: int
    edge: int = -1

    @property
    def neuron(self) -> tuple[int, int] | None:
        """The unit that is meant; None for an edge and for the loss."""
        return (self.layer, self.unit) if self.part in (Part.NEURON, Part.BIAS) else None

    def edges(self, edges: EdgeGeometry) -> Indices | None:
        """The edges that stand out: all of the unit's, or the one; None for the loss."""
        if self.part is Part.LOSS:
            return None
        if self.part is Part.EDGE:
            return edges.one(self.edge)
        return edges.touching(self.layer, self.unit)


def meant_by(target: Target, edges: EdgeGeometry) -> Meant:
    """The part of the network that is pointed at, as a value."""
    match target.part:
        case Part.NEURON:
            return NeuronPart(target.layer, target.unit)
        case Part.BIAS:
            return BiasPart(target.layer, target.unit)
        case Part.EDGE:
            return EdgePart(target.layer, target.unit, int(edges.source[target.edge]))
        case Part.LOSS:
            return LossPart()


def target_of(meant: Meant, edges: EdgeGeometry) -> Target | None:
    """Where a part is in the picture; None where it is not drawn."""
    if not is_shown(meant, edges):
        return None
    match meant:
        case NeuronPart(layer, unit):
            return Target(Part.NEURON, layer, unit)
        case BiasPart(layer, unit):
            return Target(Part.BIAS, layer, unit)
        case EdgePart(layer, target, _):
            return Target(Part.EDGE, layer, target, edge_index(meant, edges))
        case LossPart():
            return Target(Part.LOSS, len(edges.shown) - 1, 0)


def layer_at(x: float, y: float, layout: Layout) -> int | None:
    """The layer in whose column, or over whose caption, a point is; None for inputs and between."""
    for layer, column in enumerate(layout.tiles):
        is_in_column = column[0].x - 4 <= x <= column[0].right + 4 and y <= layout.stage.bottom
        if layer and (is_in_column or layout.captions[layer].contains(x, y)):
            return layer
    return None


def target_at(x: float, y: float, picture: NetworkPicture) -> Target | None:
    """The part at a point: a bias before its tile, a tile before an edge."""
    edges, weights = picture.edges, picture.weights
    if edges is None:
        return None
    layout = edges.layout
    chip = layout.loss
    if chip is not None and picture.snapshot is not None and chip.contains(x, y, slack=2.0):
        return target_of(LossPart(), edges)
    for layer in range(1, len(layout.tiles)):
        radius = layout.bias_radius(layer) + _NEAR_BIAS
        for unit in range(len(layout.tiles[layer])):
            center_x, center_y = layout.bias_center(layer, unit)
            if (x - center_x) ** 2 + (y - center_y) ** 2 <= radius**2:
                return Target(Part.BIAS, layer, unit)
    for layer, column in enumerate(layout.tiles):
        for unit, tile in enumerate(column):
            if tile.contains(x, y, slack=1.0):
                return Target(Part.NEURON, layer, unit)
    if weights is None:
        return None
    index, distance = edges.nearest(x, y, picture.is_smooth)
    strength = min(abs(float(weights[index])) / picture.scale.shown, 1.0)
    if distance > max(_NEAR_EDGE, edge_width(strength, layout.widest_edge) / 2 + 1.0):
        return None
    return Target(Part.EDGE, int(edges.layer[index]), int(edges.target[index]), index)


def cursor_over(target: Target | None) -> Qt.CursorShape:
    """What the pointer looks like: over a number it says that it can be dragged."""
    if target is None:
        return Qt.CursorShape.ArrowCursor
    if target.part in (Part.EDGE, Part.BIAS):
        return Qt.CursorShape.SizeVerCursor
    return Qt.CursorShape.PointingHandCursor


def walk(layout: Layout, place: tuple[int, int] | None, across: int, down: int) -> tuple[int, int]:
    """The unit one step from `place`: to the next layer's unit at the same height, or down."""
    if place is None:
        return 0, 0
    layer, unit = place
    if down:
        return layer, min(max(unit + down, 0), len(layout.tiles[layer]) - 1)
    height = layout.tiles[layer][unit].middle[1]
    layer = min(max(layer + across, 0), len(layout.tiles) - 1)
    if layer == place[0]:
        return place
    distances = [abs(tile.middle[1] - height) for tile in layout.tiles[layer]]
    return layer, distances.index(min(distances))


def readout(target: Target, picture: NetworkPicture) -> list[Words]:
    """What is pointed at, in words, with the numbers of the moment that is shown."""
    names, snapshot = picture.names, picture.snapshot
    assert names is not None
    assert picture.edges is not None
    meant = meant_by(target, picture.edges)
    name = name_of(meant, names)
    if snapshot is None:
        return [Words(names.unit(target.layer, target.unit))]
    if isinstance(meant, LossPart):
        # The window must not wait for how equations are written.
        from nnviz.insight.equation_text import format_number

        value = format_number(snapshot.frame.train_loss, 4)
        return [Words("loss of the training points:"), Words(value, True)]
    if isinstance(meant, EdgePart | BiasPart):
        words = [Words(f"{name}:"), Words(signed(picture.value_of(meant), plus=True), True)]
        change = picture.change_of(meant)
        if change is not None:
            words += [Words("changed by"), Words(signed(change, plus=True), True)]
        return [*words, Words("frozen")] if are_frozen((meant,), picture.mask) else words
    low, high = span_over_plane(snapshot, target.layer, target.unit)
    if low == high:
        return [Words(f"{name}:"), Words(low, True), Words("all over the plane")]
    return [Words(f"{name}:"), Words(f"{low} to {high}", True), Words("over the plane")]


def span_over_plane(snapshot: Snapshot, layer: int, unit: int) -> tuple[str, str]:
    """The smallest and the largest answer of a unit over the plane, as texts.

    They are read from its picture, and so as exact as that is. An output's scale may be shorter
    than its answers: then "≤" or "≥" says so.
    """
    low, high = map(float, snapshot.ranges[layer][unit])
    levels = snapshot.pictures[layer][unit]
    middle, half = low / 2 + high / 2, high / 2 - low / 2
    decimals = min(max(2 - floor(log10(2 * half)), 0), 9)
    texts = []
    for level in (int(levels.min()), int(levels.max())):
        value = middle + half * (level - NEUTRAL_INDEX) / (255 - NEUTRAL_INDEX)
        texts.append(signed(value, decimals, plus=low < 0))
    if layer == len(snapshot.pictures) - 1:
        least, most = ACTIVATIONS[snapshot.frame.network.activations[-1]].output_range
        if levels.min() == 1 and least < low:
            texts[0] = f"≤ {texts[0]}"
        if levels.max() == 255 and most > high:
            texts[1] = f"≥ {texts[1]}"
    return texts[0], texts[1]


def draw_target(
    painter: QPainter,
    target: Target,
    picture: NetworkPicture,
    pointer: QPointF,
    by_keyboard: bool,
    plate: Readout,
    numbers: Iterable[QRectF] = (),
) -> None:
    """A frame around a neuron, its weights where there is room, and the read-out.

    That hides as few of the `numbers` as it can.
    """
    layout, theme = picture.layout, picture.theme
    # A drag may leave the view; its read-out does not.
    stage = layout.stage
    x, y = min(max(pointer.x(), 0.0), stage.right), min(max(pointer.y(), 0.0), stage.bottom)
    near, places = Box(x, y, 1, 1), [*numbers]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if target.neuron is not None:
        near = layout.tiles[target.layer][target.unit]
        radius = drawing.corner(layout)
        draw_frame(painter, near, theme.ink, radius, 2.0, 0.5)
        if by_keyboard:
            draw_frame(painter, near, theme.accent, radius, 2.0, 3.5)
        if picture.step is None and not picture.has_live_numbers:
            places += _draw_weights(painter, target, picture)
    elif by_keyboard:
        assert picture.edges is not None
        place = place_of(meant_by(target, picture.edges), picture)
        near = Box(place.x(), place.y(), 1, 1)
    obstacles = _obstacles(target, picture, near, places)
    plate.draw(painter, readout(target, picture), near, layout.stage, obstacles, theme)


def _obstacles(
    target: Target, picture: NetworkPicture, near: Box, numbers: Iterable[QRectF]
) -> Iterator[Obstacle]:
    """What the read-out had better not hide: above all what it is about."""
    layout, edges, slack = picture.layout, picture.edges, picture.theme.px(6)
    yield Obstacle(Box(near.x - 2, near.y - 2, near.width + 4, near.height + slack), MEANT)
    ends: set[tuple[int, int]] = set()
    if target.part is Part.EDGE and edges is not None:
        source = int(edges.source[target.edge])
        ends = {(target.layer - 1, source), (target.layer, target.unit)}
    for layer, column in enumerate(layout.tiles):
        for unit, tile in enumerate(column):
            yield Obstacle(tile, ENDS if (layer, unit) in ends else UNIT)
    for place in numbers:
        box = Box(place.x(), place.y(), place.width(), place.height())
        yield Obstacle(box, NUMBER)
    for label in (*layout.input_labels, *layout.output_labels):
        yield Obstacle(label, NUMBER)
    if layout.loss is not None:
        yield Obstacle(layout.loss, MEANT if target.part is Part.LOSS else NUMBER)


def _draw_weights(painter: QPainter, target: Target, picture: NetworkPicture) -> list[QRectF]:
    """The weights of a unit beside where they come from, if there is room; returns where."""
    if picture.edges is None or picture.snapshot is None or target.layer == 0:
        return []
    sources, targets = picture.layout.tiles[target.layer - 1 : target.layer + 1]
    px = picture.theme.px
    step = sources[1].y - sources[0].y if len(sources) > 1 else px(_HEIGHT_OF_A_NUMBER)
    room = targets[0].x - sources[0].right
    if step < px(_HEIGHT_OF_A_NUMBER) or room < px(_WIDTH_FOR_NUMBERS):
        return []
    places = picture.edges.beside_sources(picture.edges.into(target.layer, target.unit))
    values = picture.snapshot.frame.weights[target.layer - 1][target.unit]
    return drawing.draw_weights_beside(painter, places, values, picture.theme)
