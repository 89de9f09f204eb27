"""Weights as numbers on the edges of a living picture, where there is room for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QPainter

from nnviz.gui.theme import Theme
from nnviz.gui.views.edge_paths import MOST_NUMBERED, draw_plate, placed_plates, plate_size
from nnviz.gui.views.edges import Array, EdgeGeometry, Indices
from nnviz.gui.views.frozen_marks import FrozenMarks
from nnviz.gui.views.topology_drawing import number_font
from nnviz.gui.views.topology_layout import Box
from nnviz.gui.views.topology_parts import Part, edges_into
from nnviz.gui.views.weight_scale import signed

_SIZE = 10
_WIDEST = "+00.00"
"""Room for every weight that is usual: plates must not move while weights change."""

_LEAST_SHOWN = 0.75
"""Part of all numbers that must find a place, or only those of a chosen unit are shown."""
_LAP = 6.0
"""By so many pixels numbers may reach over the units at both sides together."""

Places = dict[int, QRectF]


class EdgePlates:
    """Where the numbers stand: found once for each layout, and for each choice of a few."""

    def __init__(self) -> None:
        self._kept_for: tuple[object, ...] = ()
        self._places: Places = {}
        self._roomy_for: tuple[object, ...] = ()
        self._is_roomy = False

    def has_room(self, edges: EdgeGeometry, theme: Theme) -> bool:
        """Whether most edges have room for their numbers: a few of them would tell nothing."""
        if self._roomy_for != (edges, theme):
            self._roomy_for, self._is_roomy = (edges, theme), False
            if len(edges) <= MOST_NUMBERED:
                places = _free_places(edges, np.arange(len(edges)), theme)
                self._is_roomy = len(places) >= _LEAST_SHOWN * len(edges)
        return self._is_roomy

    def draw(
        self,
        painter: QPainter,
        edges: EdgeGeometry,
        weights: Array,
        theme: Theme,
        lit: Indices | None,
        meant: Part | None,
        marks: FrozenMarks | None,
    ) -> list[QRectF]:
        """Write the weights of edges that have a free place; returns where. They hide no `marks`.

        Those of edges that are `lit`, or of all; where all are too many, those of what is `meant`.
        """
        if self.has_room(edges, theme):
            if self._kept_for != (edges, theme, marks):
                self._kept_for = edges, theme, marks
                every, boxes = np.arange(len(edges)), [] if marks is None else marks.boxes(weights)
                self._places = _free_places(edges, every, theme, boxes)
            return self._write(painter, weights, theme, self._places if lit is None else lit)
        few = [] if meant is None else edges_into(meant, edges).tolist()
        if self._kept_for != (edges, theme, few):
            self._kept_for = edges, theme, few
            # Among many edges nobody could tell whose a number is: each stands in its unit's row.
            find = _free_places if len(few) == 1 else _beside_sources
            self._places = find(edges, np.array(few, dtype=np.int64), theme)
        return self._write(painter, weights, theme, few)

    def _write(
        self, painter: QPainter, weights: Array, theme: Theme, chosen: Iterable[int]
    ) -> list[QRectF]:
        font, places = _font(theme), []
        for edge in chosen:
            place = self._places.get(int(edge))
            if place is not None:
                weight = float(weights[edge])
                draw_plate(painter, place, signed(weight, 2, plus=True), font, theme, weight)
                places.append(place)
        return places


def _font(theme: Theme) -> QFont:
    return number_font(theme, _SIZE, QFont.Weight.DemiBold)


def _free_places(
    edges: EdgeGeometry, chosen: Indices, theme: Theme, others: Sequence[Box] = ()
) -> Places:
    """A place on each of the edges on which there is room; `others` are not to be hidden."""
    boxes = [*others, *(tile for column in edges.layout.tiles for tile in column)]
    boxes += [edges.layout.loss] if edges.layout.loss is not None else []
    blocked = np.array([(box.x, box.y, box.right, box.bottom) for box in boxes], dtype=float)
    sizes = [plate_size(_WIDEST, _font(theme), theme)] * len(chosen)
    found = placed_plates(edges, sizes, chosen, blocked)
    pairs = zip(chosen.tolist(), found, strict=True)
    return {edge: place for edge, (place, is_free) in pairs if is_free}


def _beside_sources(edges: EdgeGeometry, chosen: Indices, theme: Theme) -> Places:
    """A place behind the unit that each edge comes from, if rows are far enough apart.

    Where columns are close it is on the unit.
    """
    width, height = plate_size(_WIDEST, _font(theme), theme)
    places: Places = {}
    for edge, layer, source in zip(
        chosen.tolist(), edges.layer[chosen].tolist(), edges.source[chosen].tolist(), strict=True
    ):
        tiles, targets = edges.layout.tiles[layer - 1 : layer + 1]
        if len(tiles) > 1 and tiles[1].y - tiles[0].y < height:
            continue
        x, y = tiles[source].middle
        room = targets[0].x - tiles[0].right
        if width <= room + _LAP * theme.scale:
            x = tiles[0].right + min(room, 2 * width) / 2
        places[edge] = QRectF(max(x - width / 2, 1.0), y - height / 2, width, height)
    return places
