"""Draws a micro-step into the network's picture: the rest dimmed, its place lit, its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from nnviz.gui.theme import Theme, mix
from nnviz.gui.views import topology_drawing as drawing
from nnviz.gui.views.edge_paths import draw_plate, placed_plates, plate_size
from nnviz.gui.views.edges import MOST_FLOWING, Array, EdgeGeometry, Indices
from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.tiles import draw_frame
from nnviz.gui.views.topology_drawing import number_font
from nnviz.gui.views.topology_layout import Box
from nnviz.gui.views.topology_marks import draw_loss, halo
from nnviz.gui.views.topology_parts import EdgePart, NeuronPart, Part, edge_index, neuron_of
from nnviz.gui.views.topology_steps import Light, Scene, number, scene_of

if TYPE_CHECKING:
    from nnviz.insight.microsteps import MicroStep

_SIZE = 11
"""Of numbers, in pixels at scale 1."""
_MOST_NUMBERS = 30
"""The numbers of more edges would hide one another: then only those of a chosen unit are shown."""
_LEAST_SHOWN = 0.85
"""Part of the numbers that must find a free place, or none is shown."""
_ROW = 16.0
_UNDER_TILE = 20.0
_DIMMED = 150
"""Opacity of the veil over what the step is not about, of 255."""
_TAIL = 0.14
"""Length of the travelling light, as a part of an edge's."""


@dataclass(frozen=True, eq=False)
class Plate:
    """A number, and where it stands."""

    place: QRectF
    text: str


class StepPainter:
    """Draws one scene; where its numbers stand is found once for each layout and focus."""

    def __init__(self, picture: NetworkPicture) -> None:
        self._picture = picture
        self._step: MicroStep | None = None
        self._kept_for: tuple[object, ...] = ()
        self._plates: list[Plate] = []
        self._lit: Indices | None = None
        self._digits, self._has_biases, self._where = 0, False, "edges"

    @property
    def title(self) -> str:
        """What the step is called; empty where none is shown."""
        return "" if self._step is None or self._picture.step is None else self._step.title

    @property
    def plates(self) -> tuple[Plate, ...]:
        """The numbers of the step, where it was drawn last."""
        return () if self._picture.step is None else tuple(self._plates)

    def show(self, step: MicroStep | None, progress: float) -> bool:
        """Show a step from now on; returns whether it is another.

        A step of a network of other sizes comes late, and is not shown.
        """
        picture, is_other = self._picture, step is not self._step
        self._step = step
        if step is None or picture.names is None:
            picture.step = None
        elif is_other:
            scene = scene_of(step, picture.names.last)
            picture.step = scene if scene.fits(picture.names.sizes) else None
        picture.progress = min(max(progress, 0.0), 1.0)
        return is_other

    # --- under the tiles

    def draw_under_tiles(self, painter: QPainter) -> None:
        """A veil over all edges, over it those of the step, and rings around its units."""
        picture = self._picture
        scene, edges = picture.step, picture.edges
        if scene is None or edges is None:
            return
        veil = QColor(picture.theme.card)
        veil.setAlpha(_DIMMED)
        painter.fillRect(QRectF(*picture.layout.stage), veil)
        if scene.edges is not None:
            self._find_places(scene, edges)
            self._draw_edges(painter, scene.edges, scene.backwards, edges)
        # Under the biases, which are what some steps are about.
        color, radius = _color(scene.light, picture.theme), drawing.corner(picture.layout)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for tile in picture.layout.tiles[scene.layer]:
            draw_frame(painter, tile, halo(color), radius, 6.0, 3.0)
            draw_frame(painter, tile, color, radius, 2.2, 1.5)

    def _draw_edges(
        self, painter: QPainter, layer: int, backwards: bool, edges: EdgeGeometry
    ) -> None:
        """The edges into a layer, as far as the light has come."""
        picture, stage = self._picture, edges.layout.stage
        sources, targets = edges.layout.tiles[layer - 1 : layer + 1]
        left, right = sources[0].right, targets[0].x
        arrived = (right - left) * picture.progress
        if backwards:
            left = right - arrived
        painter.setClipRect(QRectF(left - 0.5, stage.y, arrived + 1.0, stage.height))
        if self._lit is not None and len(self._lit) <= MOST_FLOWING:
            _draw_courses(painter, edges, self._lit, picture.theme)
        picture.draw_edges(painter, self._lit)
        painter.setClipping(False)

    # --- over the tiles

    def draw_front(self, painter: QPainter) -> None:
        """Veils over other tiles, the light on its way, numbers, and what they are."""
        picture = self._picture
        scene, edges = picture.step, picture.edges
        if scene is None or edges is None:
            return
        self._find_places(scene, edges)
        theme = picture.theme
        color = _color(scene.light, theme)
        self._dim_tiles(painter, scene)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if scene.loss:
            draw_loss(painter, picture, color)
        if scene.edges is not None and 0.0 < picture.progress < 1.0:
            self._draw_light(painter, scene, edges, color)
        font = _font(theme)
        has_arrived = scene.edges is None or scene.light is Light.CHANGE or picture.progress >= 1.0
        if has_arrived:
            for plate in self._plates:
                draw_plate(painter, plate.place, plate.text, font, theme)
        self._draw_key(painter, scene)

    def _dim_tiles(self, painter: QPainter, scene: Scene) -> None:
        layout, theme = self._picture.layout, self._picture.theme
        lit = {scene.layer}
        if scene.edges is not None:
            lit |= {scene.edges - 1, scene.edges}
        veil = QColor(theme.card)
        veil.setAlpha(_DIMMED)
        for layer, column in enumerate(layout.tiles):
            if layer in lit:
                continue
            beyond = layout.bias_radius(layer) + 1 if layer else 1.0
            for tile in column:
                box = QRectF(*tile).adjusted(-beyond, -1, 1, beyond)
                painter.fillRect(box, veil)

    def _draw_light(
        self, painter: QPainter, scene: Scene, edges: EdgeGeometry, color: QColor
    ) -> None:
        """A short bright piece on each edge that the step is about."""
        chosen = self._lit
        if chosen is None or len(chosen) > MOST_FLOWING:
            return
        theme, points = self._picture.theme, edges.paths(True).points[chosen]
        share = self._picture.progress
        tail = share - _TAIL
        if scene.backwards:
            share, tail = 1.0 - share, 1.0 - share + _TAIL
        shares = np.clip(np.linspace(tail, share, 6), 0.0, 1.0)
        trails = points[:, np.rint(shares * (points.shape[1] - 1)).astype(int)]
        for trail in trails:
            course = [QPointF(x, y) for x, y in trail.tolist()]
            for shade, width in ((theme.card, 7.0), (color, 4.0)):
                pen = QPen(shade, width * theme.scale)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                painter.drawPolyline(course)

    def _draw_key(self, painter: QPainter, scene: Scene) -> None:
        """What the numbers are, in place of the legend's words."""
        picture, theme = self._picture, self._picture.theme
        legend = picture.layout.legend
        bar = legend.width - drawing.legend_bar_room(legend, theme, picture.scale.wanted or 1.0)
        room = QRectF(legend.x, legend.y, bar, legend.height)
        painter.fillRect(room, theme.card)
        painter.setFont(theme.font(12))
        painter.setPen(theme.ink)
        text = scene.key(self._digits, self._has_biases, self._where)
        metrics = QFontMetricsF(painter.font())
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room.adjusted(theme.px(4), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

    # --- where numbers stand

    def _find_places(self, scene: Scene, edges: EdgeGeometry) -> None:
        focus = self._picture.focus
        key = (scene, edges, focus, self._picture.theme)
        if key == self._kept_for:
            return
        self._kept_for = key
        on_units = self._on_units(scene, edges, focus)
        beside = self._beside_biases(scene, edges)
        self._has_biases = bool(beside)
        self._lit, on_edges = self._on_edges(scene, edges, focus, [*on_units, *beside])
        self._plates = [*on_edges, *on_units, *beside]

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
        """Numbers of biases, each under its tile beside the dot, where there is room."""
        if scene.biases is None:
            return []
        layout, theme = edges.layout, self._picture.theme
        tiles = layout.tiles[scene.layer]
        chip = layout.loss if scene.layer == len(layout.tiles) - 1 else None
        has_room = _step(tiles) - tiles[0].height >= theme.scale * _UNDER_TILE
        plates = []
        for unit, tile in enumerate(tiles):
            text = scene.bias_text(unit)
            width, height = plate_size(text, _font(theme), theme)
            dot = layout.bias_radius(scene.layer)
            x = min(tile.x + dot + 1, layout.stage.right - width - 1)
            y = tile.bottom + 4 * theme.scale
            before = layout.tiles[scene.layer - 1][0].right + 2
            is_clear = has_room and y + height <= layout.stage.bottom and x >= before
            if is_clear and (chip is None or y + height <= chip.y):
                plates.append(Plate(QRectF(x, y, width, height), text))
        return plates

    def _on_edges(
        self, scene: Scene, edges: EdgeGeometry, focus: Part | None, others: list[Plate]
    ) -> tuple[Indices | None, list[Plate]]:
        """The edges that light up, and their numbers where there is room for them."""
        self._digits, self._where = 0, "edges"
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
        for picked in (every, mine):
            if not 0 < len(picked) <= _MOST_NUMBERS:
                continue
            for digits in (3, 2):
                plates = self._placed(scene, edges, picked, digits, blocked)
                if len(plates) >= _LEAST_SHOWN * len(picked):
                    self._digits = digits
                    return picked, plates
        beside = self._at_other_ends(scene, edges, mine, focus)
        if beside:
            self._digits = 2
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
        self._where = "units before" if are_incoming else "units behind"
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
        theme = self._picture.theme
        width, height = plate_size(text, _font(theme), theme)
        x, y = tile.middle
        left = min(max(x - width / 2, 1.0), edges.layout.stage.right - width - 1)
        return Plate(QRectF(left, y - height / 2, width, height), text)

    def _placed(
        self, scene: Scene, edges: EdgeGeometry, picked: Indices, digits: int, blocked: Array
    ) -> list[Plate]:
        theme = self._picture.theme
        places = zip(edges.target[picked].tolist(), edges.source[picked].tolist(), strict=True)
        texts = [scene.edge_text(target, source, digits) for target, source in places]
        sizes = [plate_size(text, _font(theme), theme) for text in texts]
        found = placed_plates(edges, sizes, picked, blocked)
        return [
            Plate(place, text)
            for text, (place, is_free) in zip(texts, found, strict=True)
            if is_free
        ]


def _draw_courses(painter: QPainter, edges: EdgeGeometry, picked: Indices, theme: Theme) -> None:
    """A thin line along each edge: the number of the faintest belongs to an edge that is seen."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(mix(theme.card, theme.dim, 0.6), theme.scale))
    for course in edges.paths(True).points[picked]:
        painter.drawPolyline([QPointF(x, y) for x, y in course.tolist()])


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


def _color(light: Light, theme: Theme) -> QColor:
    return theme.warning if light is Light.ERROR else theme.accent


def _font(theme: Theme) -> QFont:
    return number_font(theme, _SIZE, QFont.Weight.DemiBold)
