"""The pictures of all units of a network, layer by layer; those of the same moment are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from nnviz.gui.views import topology_drawing as drawing
from nnviz.gui.views.sharp_pictures import draw_rounded
from nnviz.gui.views.tile_column import LARGEST_SMALL, TileColumn, make_column
from nnviz.gui.views.tiles import Picture, Table, TileStrip, class_tables, make_strip
from nnviz.gui.views.topology_layout import Box
from nnviz.insight.snapshot import Snapshot

if TYPE_CHECKING:
    from nnviz.gui.views.network_picture import NetworkPicture

_EXPORT_SHARPNESS = 4.0


class TilePictures:
    """Draws the units of the moment that a picture of a network shows."""

    def __init__(self, picture: NetworkPicture) -> None:
        self._picture = picture
        self._ratio = 1.0
        self._strips: dict[int, tuple[Snapshot, TileStrip | TileColumn]] = {}
        """For each layer the pictures, and the moment that they are of."""
        self._turn = 0

    def note_moment(self) -> None:
        """Another moment is shown: in haste it is the other layers' turn."""
        self._turn = 1 - self._turn

    def forget(self) -> None:
        """Make all pictures anew, whatever is kept of them."""
        self._strips.clear()

    def draw(self, painter: QPainter, is_hasty: bool, ratio: float) -> None:
        """Draw all; in haste only every other layer is of this moment.

        `ratio` are the screen's pixels per pixel.
        """
        self._ratio = ratio
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._picture.snapshot is None:
            for column in self._picture.layout.tiles:
                for tile in column:
                    painter.fillRect(QRectF(*tile), self._picture.theme.neutral)
            return
        self._renew_strips(self._picture.snapshot, is_hasty)
        radius = drawing.corner(self._picture.layout)
        for layer, column in enumerate(self._picture.layout.tiles):
            _, strip = self._strips[layer]
            if isinstance(strip, TileColumn):
                strip.draw(painter)
                continue
            for unit, tile in enumerate(column):
                if self._picture.is_exporting:
                    draw_rounded(painter, QRectF(*tile), strip.picture(unit), radius)
                else:
                    strip.draw(painter, unit, tile)

    def _renew_strips(self, snapshot: Snapshot, is_hasty: bool) -> None:
        """Make the pictures that are not of this moment; in haste every other layer's."""
        for layer, tiles in enumerate(self._picture.layout.tiles):
            kept = self._strips.get(layer)
            if kept is not None and (kept[0] is snapshot or (is_hasty and layer % 2 != self._turn)):
                continue
            strip = self._strip(layer, snapshot.pictures[layer][: len(tiles)], tiles)
            self._strips[layer] = (snapshot, strip)

    def _strip(
        self, layer: int, pictures: Picture, tiles: tuple[Box, ...]
    ) -> TileStrip | TileColumn:
        table, width = self._table(layer), tiles[0].width
        if self._picture.is_exporting:
            return make_strip(pictures, table, width * _EXPORT_SHARPNESS)
        if width <= LARGEST_SMALL:
            return make_column(pictures, table, tiles, self._ratio)
        return make_strip(pictures, table, width * self._ratio)

    def _table(self, layer: int) -> Sequence[int] | Table:
        """The colours of a layer's pictures: outputs of one class each have the class's own."""
        assert self._picture.names is not None
        assert self._picture.snapshot is not None
        if layer < self._picture.names.last or not self._picture.names.outputs:
            return self._picture.theme.signed_table()
        shown = len(self._picture.layout.tiles[layer])
        lowest = self._picture.snapshot.ranges[layer][:shown, 0].tolist()
        return class_tables(self._picture.theme, self._picture.names.n_classes, lowest)
