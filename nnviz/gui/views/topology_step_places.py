"""Where the numbers of a micro-step stand in the network's picture: none hides another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont

from nnviz.gui.theme import Theme
from nnviz.gui.views.edge_paths import placed_plates, plate_size
from nnviz.gui.views.edges import Array, EdgeGeometry, Indices
from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.topology_drawing import number_font
from nnviz.gui.views.topology_layout import Box
from nnviz.gui.views.topology_parts import EdgePart, NeuronPart, Part, edge_index, neuron_of
from nnviz.gui.views.topology_steps import Scene, number

_SIZE = 11
"""Of numbers, in pixels at scale 1."""
_MOST_NUMBERS = 30
"""The numbers of more edges would hide one another: then only those of a chosen unit are shown."""
_FEW, _AIRY = 8, 2.2
"""More numbers than so many need room: so many of their widths from one column to the next."""
_LEAST_SHOWN = 0.85
"""Part of the numbers that must find a free place, or none is shown."""
_ROW = 16.0
_UNDER_TILE = 20.0
_OVER_TILE = 52.0
"""Width of a usual number, in pixels at scale 1."""


@dataclass(frozen=True, eq=False)
class Plate:
    """A number, and where it stands."""

    place: QRectF
    text: str
    edge: int | None = None
    """The edge that it is written on, if any."""


class StepPlaces:
    """The places of one scene's numbers: found once for each layout and focus."""

    def __init__(self, picture: NetworkPicture) -> None:
        self._picture = picture
        self._kept_for: tuple[object, ...] = ()
        self._found_for: tuple[object, ...] = ()
        self._found: dict[tuple[bytes, int, bytes], list[Plate]] = {}
        """Of one scene in one layout: a pointer that passes over units finds them again."""
        self.plates: list[Plate] = []
        self.lit: Indices | None = None
        """The edges that light up; None where none do."""
        self.digits, self.bias_digits, self.where = 0, 0, "edges"
        """How long the numbers of edges and of biases are, 0 where there are none; on what."""

    def find(self, scene: Scene, edges: EdgeGeometry) -> None:
        """Find them, if scene, layout or focus is another than before."""
        focus = self._picture.focus
        key = (scene, edges, focus, self._picture.theme)
        if key == self._kept_for:
            return
        self._kept_for = key
        if self._found_for != (scene, edges, self._picture.theme):
            self._found_for = scene, edges, self._picture.theme
            self._found.clear()
        on_units = self._on_units(scene, edges, focus)
        beside = self._beside_biases(scene, edges)
        self.bias_digits = self.bias_digits if beside else 0
        self.lit, on_edges = self._on_edges(scene, edges, focus, [*on_units, *beside])
        self.plates = [*on_edges, *on_units, *beside]

    def _on_units(self, scene: Scene, edges: EdgeGeometry, focus: Part | None) -> list[Plate]:
        if scene.units is None:
            return []
        tiles, theme = edges.layout.tiles[scene.layer], self._picture.theme
        neuron = neuron_of(focus) if focus is not None else None
        plates = []
        for unit, tile in enumerate(tiles):
            is_chosen = neuron == NeuronPart(scene.layer, unit)
            if not (is_chosen or _step(tiles) >= theme.scale * _ROW):
                continue
            plates.append(self._on_tile(edges, tile, number(float(scene.units[unit]))))
        return plates

    def _beside_biases(self, scene: Scene, edges: EdgeGeometry) -> list[Plate]:
        """Numbers of biases, each under its tile beside the dot, where there is room.

        Where that is too long, in fewer digits; instead of "old → new" what is added.
        """
        n_tiles = len(edges.layout.tiles[scene.layer])
        plates: list[Plate] = []
        for self.bias_digits in (3, 2):
            plates = self._under_tiles(scene, edges, self.bias_digits)
            if len(plates) == n_tiles:
                break
        return plates

    def _under_tiles(self, scene: Scene, edges: EdgeGeometry, digits: int) -> list[Plate]:
        if scene.biases is None:
            return []
        layout, theme = edges.layout, self._picture.theme
        tiles, chip = layout.tiles[scene.layer], layout.loss
        has_room = _step(tiles) - tiles[0].height >= theme.scale * _UNDER_TILE
        dot, y_below = layout.bias_radius(scene.layer), 4 * theme.scale
        plates = []
        for unit, tile in enumerate(tiles):
            text = scene.bias_text(unit, digits)
            width, height = plate_size(text, step_font(theme), theme)
            x = min(tile.x + dot + 1, layout.stage.right - width - 1)
            place = QRectF(x, tile.bottom + y_below, width, height)
            source = layout.tiles[scene.layer - 1][0]
            # Numbers may stand on the units before, and reach beyond them.
            before = source.right + max(2.0, (_OVER_TILE * theme.scale - source.width) / 2)
            is_clear = has_room and place.bottom() <= layout.stage.bottom and x >= before
            if is_clear and (chip is None or not place.intersects(QRectF(*chip))):
                plates.append(Plate(place, text))
        return plates

    def _on_edges(
        self, scene: Scene, edges: EdgeGeometry, focus: Part | None, others: list[Plate]
    ) -> tuple[Indices | None, list[Plate]]:
        """The edges that light up, and their numbers where there is room for them."""
        self.digits, self.where = 0, "edges"
        if scene.edges is None:
            return None, []
        every = np.flatnonzero(edges.layer == scene.edges)
        if scene.weights is None:
            return every, []
        boxes = [_corners(plate.place) for plate in others]
        tiles = edges.layout.tiles[scene.edges - 1 : scene.edges + 1]
        boxes += [_grown(tile) for column in tiles for tile in column]
        chip = edges.layout.loss
        boxes += [_grown(chip)] if chip is not None else []
        blocked = np.array(boxes, dtype=np.float64).reshape(-1, 4)
        mine = _edges_of(focus, scene.edges, edges)
        beside = self._at_other_ends(scene, edges, mine, focus)
        for least in (1.0,) if beside else (1.0, _LEAST_SHOWN):
            for picked, digits in product((every, mine), (3, 2)):
                plates = self._placed(scene, edges, picked, digits, blocked)
                if picked.size and len(plates) >= least * len(picked):
                    self.digits, self.where = digits, "edges"
                    return picked, plates
        if beside:
            self.digits = 2
            return mine if len(mine) else every, beside
        return every, []

    def _at_other_ends(
        self, scene: Scene, edges: EdgeGeometry, mine: Indices, focus: Part | None
    ) -> list[Plate]:
        """Numbers of a unit's edges on the units at their other ends: for narrow networks."""
        neuron = neuron_of(focus) if focus is not None and len(mine) else None
        if scene.edges is not None and edges.shown[scene.edges] == 1:
            # All edges are of one unit: nobody needs to choose it.
            neuron, mine = NeuronPart(scene.edges, 0), edges.into(scene.edges, 0)
        if neuron is None or scene.edges is None:
            return []
        are_incoming = neuron.layer == scene.edges
        self.where = "units before" if are_incoming else "units behind"
        layer = scene.edges - 1 if are_incoming else scene.edges
        tiles, theme = edges.layout.tiles[layer], self._picture.theme
        is_taken = scene.units is not None and layer == scene.layer
        if is_taken or _step(tiles) < theme.scale * _ROW:
            return []
        plates = []
        for target, source in zip(
            edges.target[mine].tolist(), edges.source[mine].tolist(), strict=True
        ):
            text = scene.edge_text(target, source, 2)
            plates.append(self._on_tile(edges, tiles[source if are_incoming else target], text))
        return plates

    def _on_tile(self, edges: EdgeGeometry, tile: Box, text: str) -> Plate:
        theme, chip = self._picture.theme, edges.layout.loss
        width, height = plate_size(text, step_font(theme), theme)
        x, y = tile.middle
        left = min(max(x - width / 2, 1.0), edges.layout.stage.right - width - 1)
        place = QRectF(left, y - height / 2, width, height)
        if chip is not None and place.intersects(QRectF(*chip)):
            place.moveRight(chip.x - 1)
        return Plate(place, text)

    def _placed(
        self, scene: Scene, edges: EdgeGeometry, picked: Indices, digits: int, blocked: Array
    ) -> list[Plate]:
        """Plates on edges, without those for which there is no room; none of too many."""
        key = (picked.tobytes(), digits, blocked.tobytes())
        if key not in self._found:
            few = 0 < len(picked) <= _MOST_NUMBERS
            self._found[key] = self._place(scene, edges, picked, digits, blocked) if few else []
        return self._found[key]

    def _place(
        self, scene: Scene, edges: EdgeGeometry, picked: Indices, digits: int, blocked: Array
    ) -> list[Plate]:
        theme = self._picture.theme
        places = zip(edges.target[picked].tolist(), edges.source[picked].tolist(), strict=True)
        texts = [scene.edge_text(target, source, digits) for target, source in places]
        sizes = [plate_size(text, step_font(theme), theme) for text in texts]
        if len(picked) > _FEW and scene.edges is not None:
            sources, targets = edges.layout.tiles[scene.edges - 1 : scene.edges + 1]
            # Steep edges are close: nobody could tell whose a number is.
            if targets[0].x - sources[0].right < _AIRY * max(width for width, _ in sizes):
                return []
        found = placed_plates(edges, sizes, picked, blocked)
        return [
            Plate(place, text, edge)
            for edge, text, (place, is_free) in zip(picked.tolist(), texts, found, strict=True)
            if is_free
        ]


def _edges_of(focus: Part | None, layer: int, edges: EdgeGeometry) -> Indices:
    """The edges into `layer` that a part is about."""
    if isinstance(focus, EdgePart):
        is_here = focus.layer == layer
        return edges.one(edge_index(focus, edges)) if is_here else np.empty(0, dtype=np.int64)
    neuron = neuron_of(focus) if focus is not None else None
    if neuron is None:
        return np.empty(0, dtype=np.int64)
    touching = edges.touching(neuron.layer, neuron.unit)
    into: Indices = touching[edges.layer[touching] == layer]
    return into


def _grown(tile: Box) -> tuple[float, float, float, float]:
    """A tile as a box to keep clear of: left, top, right, bottom."""
    return tile.x - 2.0, tile.y - 1.0, tile.right + 2.0, tile.bottom + 1.0


def _corners(place: QRectF) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    return place.left(), place.top(), place.right(), place.bottom()


def _step(tiles: Iterable[Box]) -> float:
    """From one unit to the next; far, where there is only one."""
    first, *others = tiles
    return others[0].y - first.y if others else 1_000.0


def step_font(theme: Theme) -> QFont:
    """The face of a step's numbers."""
    return number_font(theme, _SIZE, QFont.Weight.DemiBold)
