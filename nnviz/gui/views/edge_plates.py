"""Weights as numbers on the edges of a living picture, where there is room for them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QPainter

from nnviz.gui.theme import Theme
from nnviz.gui.views.edge_paths import MOST_NUMBERED, draw_plate, placed_plates, plate_size
from nnviz.gui.views.edges import Array, EdgeGeometry, Indices
from nnviz.gui.views.topology_drawing import number_font
from nnviz.gui.views.weight_scale import signed

_SIZE = 10
_WIDEST = "+00.00"
"""Room for every weight that is usual: plates must not move while weights change."""


class EdgePlates:
    """Where the numbers stand: found once for each layout."""

    def __init__(self) -> None:
        self._kept_for: tuple[EdgeGeometry, Theme] | None = None
        self._places: list[QRectF | None] = []

    def draw(
        self,
        painter: QPainter,
        edges: EdgeGeometry,
        weights: Array,
        theme: Theme,
        only: Indices | None = None,
    ) -> None:
        """Write the weights of all edges, or of some, that have a free place."""
        if len(edges) > MOST_NUMBERED:
            return
        font = number_font(theme, _SIZE, QFont.Weight.DemiBold)
        if self._kept_for != (edges, theme):
            self._kept_for = edges, theme
            self._places = _free_places(edges, font, theme)
        chosen = range(len(edges)) if only is None else only.tolist()
        for edge in chosen:
            place = self._places[edge]
            if place is not None:
                draw_plate(painter, place, signed(float(weights[edge]), 2, plus=True), font, theme)


def _free_places(edges: EdgeGeometry, font: QFont, theme: Theme) -> list[QRectF | None]:
    tiles = [tile for column in edges.layout.tiles for tile in column]
    blocked = np.array([(tile.x, tile.y, tile.right, tile.bottom) for tile in tiles], dtype=float)
    sizes = [plate_size(_WIDEST, font, theme)] * len(edges)
    found = placed_plates(edges, sizes, blocked=blocked)
    return [place if is_free else None for place, is_free in found]
