"""Where everything of the network's picture stands: pure geometry, in pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from itertools import pairwise
from math import floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MARGIN = 4
LEGEND_HEIGHT = 18
LEGEND_GAP = 8
CAPTION_HEIGHT = 18
BUTTON = 20
LABEL_GAP = 8
READABLE_TILE = 32
"""Columns that have room keep tiles of this size when another column is crowded."""
SMALLEST_STEP = 5.0
"""From one unit to the next, in pixels; units for which even this is too much are not drawn."""
_MORE_HEIGHT = 16
_LOSS_WIDTH, _LOSS_HEIGHT, _LOSS_GAP = 84.0, 20.0, 28.0
"""Of the plate of the loss, and from the output to it."""
_TALL_WIDTH, _TALL_NARROWEST, _TALL_HEIGHT = 58.0, 52.0, 35.0
"""Of the same plate where it stands beside hidden units: its number is under its name."""
_LOSS_CLEAR, _LOSS_RING = 5.0, 8.0
"""From the plate to a hidden unit, and to the edge of the picture: room for a ring around it."""


class Box(NamedTuple):
    """A rectangle, in pixels from the upper left corner of the view."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def contains(self, x: float, y: float, slack: float = 0.0) -> bool:
        inside_x = self.x - slack <= x <= self.right + slack
        return inside_x and self.y - slack <= y <= self.bottom + slack

    def overlaps(self, other: Box) -> bool:
        apart_x = self.right <= other.x or other.right <= self.x
        return not (apart_x or self.bottom <= other.y or other.bottom <= self.y)


class Foot(Enum):
    """How caption and buttons share the room under a column, from roomy to narrow."""

    INLINE = "− 6 · tanh + in one line"
    STACKED = "6 · tanh over − +"
    SHORT = "6 over − + over tanh"

    @property
    def height(self) -> int:
        rows = {Foot.INLINE: BUTTON, Foot.STACKED: CAPTION_HEIGHT + BUTTON}
        return rows.get(self, 2 * CAPTION_HEIGHT + BUTTON)


class TextWidths(NamedTuple):
    """Widths of the texts to place, in pixels; captions from the inputs to the output."""

    input_label: float
    output_label: float
    captions: tuple[float, ...]


@dataclass(frozen=True)
class Layout:
    """The boxes of one topology at one size of the view.

    Tuples with one entry a layer begin with the inputs; those of buttons have one entry a hidden
    layer. `tiles` may hold fewer units than `sizes` says where there is no room for all.
    """

    sizes: tuple[int, ...]
    stage: Box
    legend: Box
    foot: Foot
    tiles: tuple[tuple[Box, ...], ...]
    captions: tuple[Box, ...]
    activations: tuple[Box, ...]
    """For each hidden layer the room of its activation's name; empty unless the foot is SHORT."""
    minus: tuple[Box, ...]
    plus: tuple[Box, ...]
    input_labels: tuple[Box, ...]
    output_labels: tuple[Box, ...]
    widest_edge: float
    scale: float = 1.0
    """How large the interface is drawn."""

    @property
    def activation_span(self) -> Box:
        """The room under all hidden layers together, for an activation that they share."""
        first, last = self.activations[0], self.activations[-1]
        return Box(first.x, first.y, last.right - first.x, first.height)

    def bias_radius(self, layer: int) -> float:
        size = self.tiles[layer][0].width
        return min(max(size * 0.12, 1.5), 6.0 * self.scale)

    def bias_center(self, layer: int, unit: int) -> tuple[float, float]:
        tile = self.tiles[layer][unit]
        return tile.x, tile.bottom

    @cached_property
    def bias_centers(self) -> tuple[NDArray[np.float64], ...]:
        """`bias_center` of the units drawn, (units, 2) for each layer behind the inputs."""
        return tuple(
            np.array([(tile.x, tile.bottom) for tile in column]) for column in self.tiles[1:]
        )

    @cached_property
    def loss(self) -> Box | None:
        """The plate of the loss, under the outputs; None where it would cover a unit."""
        last, scale = self.tiles[-1][-1], self.scale
        if self.more(len(self.tiles) - 1):
            return None
        y = last.bottom + _LOSS_GAP * scale
        right = self.stage.right - _LOSS_RING * scale
        width = _LOSS_WIDTH * scale
        wide = Box(min(last.middle[0] - width / 2, right - width), y, width, _LOSS_HEIGHT * scale)
        left = self.tiles[-2][0].right + _LOSS_CLEAR * scale
        # In a narrow picture the plate has precedence over the ring around it.
        right = max(right, min(left + _TALL_NARROWEST * scale, self.stage.right - 2 * scale))
        width = min(_TALL_WIDTH * scale, right - left)
        x = max(min(last.middle[0] - width / 2, right - width), left)
        tall = Box(x, y, width, _TALL_HEIGHT * scale)
        plates = [wide] if width < _TALL_NARROWEST * scale else [tall, wide]
        # From units farther down edges come where a wide plate would lie.
        if self.tiles[-2][-1].middle[1] < y:
            plates.insert(0, wide)
        return next((plate for plate in plates if self._is_free(plate)), None)

    @property
    def loss_is_tall(self) -> bool:
        """Whether the plate of the loss has its number under its name."""
        return self.loss is not None and self.loss.height > (_LOSS_HEIGHT + 1) * self.scale

    def _is_free(self, plate: Box) -> bool:
        """Whether a plate below the outputs hides no unit."""
        around = _LOSS_CLEAR * self.scale
        grown = Box(plate.x - around, plate.y, plate.width + around, plate.height)
        hidden = (tile for column in self.tiles[:-1] for tile in column)
        is_inside = plate.x > 0 and plate.bottom <= self.stage.bottom - 2
        return is_inside and not any(grown.overlaps(tile) for tile in hidden)

    def more(self, layer: int) -> int:
        """Units of a layer that are not drawn."""
        return self.sizes[layer] - len(self.tiles[layer])


def arrange(
    width: float, height: float, sizes: tuple[int, ...], texts: TextWidths, scale: float = 1.0
) -> Layout:
    """Place a network of `sizes` (inputs first, two layers at least) in width × height pixels.

    With a `scale` everything is placed as in a view that is smaller by it, and then enlarged.
    """
    if scale == 1.0:
        return _arrange(width, height, sizes, texts)
    smaller = TextWidths(
        texts.input_label / scale,
        texts.output_label / scale,
        tuple(caption / scale for caption in texts.captions),
    )
    return _enlarged(_arrange(width / scale, height / scale, sizes, smaller), scale)


def _enlarged(layout: Layout, scale: float) -> Layout:
    def all_of(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
        return tuple(Box(*(scale * length for length in box)) for box in boxes)

    def tiles_of(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
        # Whole pixels, in which pictures are sharpest.
        side = max(floor(scale * boxes[0].width), 1)
        return tuple(Box(round(scale * box.x), round(scale * box.y), side, side) for box in boxes)

    (stage, legend) = all_of((layout.stage, layout.legend))
    return replace(
        layout,
        stage=stage,
        legend=legend,
        tiles=tuple(map(tiles_of, layout.tiles)),
        captions=all_of(layout.captions),
        activations=all_of(layout.activations),
        minus=all_of(layout.minus),
        plus=all_of(layout.plus),
        input_labels=all_of(layout.input_labels),
        output_labels=all_of(layout.output_labels),
        widest_edge=scale * layout.widest_edge,
        scale=scale,
    )


def _arrange(width: float, height: float, sizes: tuple[int, ...], texts: TextWidths) -> Layout:
    ease = min(max(0.095 * min(width, height), 28.0), 64.0)
    centers = _centers(width, ease, len(sizes), texts)
    pitch = centers[1] - centers[0]
    foot = _foot(texts.captions, pitch)

    legend = Box(0, height - LEGEND_HEIGHT, width, LEGEND_HEIGHT)
    floor_y = legend.y - LEGEND_GAP - foot.height
    stage = Box(0, 0, width, max(floor_y, 1.0))
    tiles = _tiles(stage, centers, sizes, ease)

    rooms = _caption_rooms(width, centers, foot)
    minus, plus = _buttons(foot, centers, texts.captions, floor_y)
    under = floor_y + CAPTION_HEIGHT + BUTTON
    smallest = min(column[0].width for column in tiles)
    return Layout(
        sizes=sizes,
        stage=stage,
        legend=legend,
        foot=foot,
        tiles=tiles,
        captions=_captions(foot, rooms, minus, plus, floor_y),
        activations=tuple(
            Box(center - pitch / 2 + 1, under, pitch - 2, CAPTION_HEIGHT)
            for center in centers[1:-1]
            if foot is Foot.SHORT
        ),
        minus=minus,
        plus=plus,
        input_labels=_labels_left(tiles[0]),
        output_labels=_labels_right(tiles[-1], width) if texts.output_label else (),
        widest_edge=min(max(0.18 * smallest, 1.4), 8.0),
    )


def _centers(width: float, tile: float, columns: int, texts: TextWidths) -> tuple[float, ...]:
    """x of each column's middle: evenly spread, but not so far apart that edges get tedious."""
    label_left = texts.input_label + LABEL_GAP if texts.input_label else 0.0
    label_right = texts.output_label + LABEL_GAP if texts.output_label else 0.0
    left = MARGIN + max(label_left + tile / 2, texts.captions[0] / 2)
    right = width - MARGIN - max(label_right + tile / 2, texts.captions[-1] / 2)
    pitch = (right - left) / (columns - 1)
    widest = max(0.46 * width, 200.0)
    if pitch > widest:
        left += (pitch - widest) * (columns - 1) / 2
        pitch = widest
    return tuple(round(left + column * pitch) for column in range(columns))


def _foot(captions: tuple[float, ...], pitch: float) -> Foot:
    hidden = max(captions[1:-1], default=0.0)
    if max(hidden + 2 * (BUTTON + 4), *captions) <= pitch - 8:
        return Foot.INLINE
    if max(captions) <= pitch - 8 and pitch >= 2 * BUTTON + 6:
        return Foot.STACKED
    return Foot.SHORT


def _tiles(
    stage: Box, centers: tuple[float, ...], sizes: tuple[int, ...], ease: float
) -> tuple[tuple[Box, ...], ...]:
    """Tiles of `ease` pixels at most, evenly apart, each column in the stage's middle."""
    room = stage.height - 2 * MARGIN
    largest = min(ease, 0.5 * (centers[1] - centers[0]))
    fits = []
    for units in sizes:
        share = 0.72 if room / units > 30 else 0.82
        fits.append(min(largest, share * max(room / units, SMALLEST_STEP)))
    at_ease = max(min(fits), READABLE_TILE)
    return tuple(
        _column(stage, center, units, max(floor(min(fit, at_ease)), 1), 1.6 * ease)
        for center, units, fit in zip(centers, sizes, fits, strict=True)
    )


def _column(
    stage: Box, center: float, units: int, tile: int, widest_step: float
) -> tuple[Box, ...]:
    room = stage.height - 2 * MARGIN
    shown = units
    if units * SMALLEST_STEP > room:
        room -= _MORE_HEIGHT
        shown = max(floor(room / SMALLEST_STEP), 1)
    step = min(room / shown, widest_step)
    top = stage.y + MARGIN + (room - step * shown + step - tile) / 2
    left = round(center - tile / 2)
    return tuple(Box(left, round(top + unit * step), tile, tile) for unit in range(shown))


def _caption_rooms(
    width: float, centers: tuple[float, ...], foot: Foot
) -> tuple[tuple[float, float], ...]:
    """Left and right end of the room under each column, symmetrical about its middle."""
    pitch = centers[1] - centers[0]
    inner = outer = pitch / 2 - 1
    if foot is Foot.SHORT:
        # Hidden layers show a number only: what they leave goes to the words beside them.
        inner = min(inner, 12.0)
        outer = pitch - inner - 2 if len(centers) > 2 else outer
    rooms = []
    for column, center in enumerate(centers):
        is_outer = column in (0, len(centers) - 1)
        reach = min(outer if is_outer else inner, center, width - center)
        rooms.append((center - reach, center + reach))
    return tuple(rooms)


def _buttons(
    foot: Foot, centers: tuple[float, ...], captions: tuple[float, ...], top: float
) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
    minus, plus = [], []
    narrowest = int(min(b - a for a, b in pairwise(centers)))
    for center, caption in zip(centers[1:-1], captions[1:-1], strict=True):
        if foot is Foot.INLINE:
            reach = round(caption / 2) + 4
            minus.append(Box(center - reach - BUTTON, top, BUTTON, BUTTON))
            plus.append(Box(center + reach, top, BUTTON, BUTTON))
        else:
            size = min(BUTTON, narrowest // 2 - 1)
            y = top + CAPTION_HEIGHT
            minus.append(Box(center - 1 - size, y, size, BUTTON))
            plus.append(Box(center + 1, y, size, BUTTON))
    return tuple(minus), tuple(plus)


def _captions(
    foot: Foot,
    rooms: tuple[tuple[float, float], ...],
    minus: tuple[Box, ...],
    plus: tuple[Box, ...],
    top: float,
) -> tuple[Box, ...]:
    height = BUTTON if foot is Foot.INLINE else CAPTION_HEIGHT
    boxes = []
    for column, (left, right) in enumerate(rooms):
        if foot is Foot.INLINE and 0 < column < len(rooms) - 1:
            left, right = minus[column - 1].right, plus[column - 1].x
        boxes.append(Box(left, top, right - left, height))
    return tuple(boxes)


def _labels_left(tiles: tuple[Box, ...]) -> tuple[Box, ...]:
    return tuple(
        Box(MARGIN, y, tiles[0].x - LABEL_GAP - MARGIN, height) for y, height in _label_rows(tiles)
    )


def _labels_right(tiles: tuple[Box, ...], width: float) -> tuple[Box, ...]:
    left = tiles[0].right + LABEL_GAP
    return tuple(
        Box(left, y, max(width - MARGIN - left, 0.0), height) for y, height in _label_rows(tiles)
    )


def _label_rows(tiles: tuple[Box, ...]) -> list[tuple[float, float]]:
    """y and height of each tile's label: a line of text, or less where tiles are close."""
    step = tiles[1].y - tiles[0].y if len(tiles) > 1 else tiles[0].height
    height = min(max(step, tiles[0].height), 18.0) if len(tiles) > 1 else 18.0
    return [(tile.middle[1] - height / 2, height) for tile in tiles]
