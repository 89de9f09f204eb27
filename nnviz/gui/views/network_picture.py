"""The picture of a network at one moment, drawn in layers; what does not change is kept."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views import topology_drawing as drawing
from nnviz.gui.views.edge_painter import draw_strokes
from nnviz.gui.views.edges import Array, EdgeGeometry, Indices, strokes
from nnviz.gui.views.network_names import NetworkNames
from nnviz.gui.views.tiles import TileStrip, make_strip
from nnviz.gui.views.topology_layout import Layout, arrange
from nnviz.gui.views.weight_scale import follow
from nnviz.insight.snapshot import Snapshot

_EXPORT_SHARPNESS = 4.0


class NetworkPicture:
    """Ground, edges, tiles, frames and biases, from back to front.

    Set `names` and `theme` and call `arrange` before drawing. `is_smooth` and `is_flowing` say how
    edges are drawn; `is_exporting` leaves all kept pixels unused, so that any scale is sharp.
    """

    def __init__(self) -> None:
        self.theme: Theme = LIGHT
        self.names: NetworkNames | None = None
        self.edges: EdgeGeometry | None = None
        self.snapshot: Snapshot | None = None
        self.scale: float | None = None
        self.begins_anew = True
        """Whether the next snapshot finds its own scale, whatever the one before needed."""
        self.phase = 0.0
        self.is_smooth = True
        self.is_flowing = False
        self.is_exporting = False

        self._size = QSize()
        self._ratio = 1.0
        self._weights: Array | None = None
        self._strips: list[TileStrip] = []
        self._ground: QPixmap | None = None
        self._frames: QPixmap | None = None
        self._still: QPixmap | None = None

    @property
    def layout(self) -> Layout:
        assert self.edges is not None
        return self.edges.layout

    @property
    def weight_scale(self) -> float:
        return self.scale or 1.0

    @property
    def weights(self) -> Array | None:
        """The weights of all edges that are drawn, in the order of `edges`; None before any."""
        if self._weights is None and self.snapshot is not None and self.edges is not None:
            self._weights = self.edges.weights(self.snapshot.frame.weights)
        return self._weights

    def arrange(self, size: QSize, names: NetworkNames) -> None:
        """Lay the network out anew, at `size` pixels."""
        self.names = names
        self._size = size
        width, height = max(size.width(), 200), max(size.height(), 140)
        texts = drawing.measure(names, self.theme, width)
        self.edges = EdgeGeometry(arrange(width, height, names.sizes, texts))
        self.forget_all()

    def set_snapshot(self, snapshot: Snapshot | None) -> bool:
        """Show a moment from now on; returns whether the scale of weights has changed."""
        self.snapshot = snapshot
        self._weights = None
        self._strips = []
        self.forget_still()
        if snapshot is None:
            return False
        largest = max(float(abs(weights).max()) for weights in snapshot.frame.weights)
        scale = follow(largest, None if self.begins_anew else self.scale)
        self.begins_anew = False
        changed = scale != self.scale
        self.scale = scale
        if changed:
            self._ground = None
        return changed

    def forget_all(self) -> None:
        """Draw everything anew: layout, theme or the kind of output have changed."""
        self._ground = self._frames = self._weights = None
        self._strips = []
        self.forget_still()

    def forget_still(self) -> None:
        """Draw the edges of a paused network anew."""
        self._still = None

    # --- drawing, from back to front

    def draw(self, painter: QPainter, ratio: float, is_still: bool, chosen: Indices | None) -> None:
        """Draw all; `ratio` are the screen's pixels per pixel, `chosen` edges stand out.

        When `is_still`, ground and edges are kept: then only what is chosen may change.
        """
        if ratio != self._ratio:
            self._ratio = ratio
            self.forget_all()
        if is_still and not self.is_exporting:
            self._draw_still(painter)
        else:
            self._draw_ground(painter)
            self._draw_edges(painter, None)
        if chosen is not None:
            painter.fillRect(QRectF(*self.layout.stage), drawing.veil(self.theme))
            self._draw_edges(painter, chosen)
        self._draw_tiles(painter)
        self._draw_frames(painter)
        if self.snapshot is not None:
            biases = self.snapshot.frame.biases
            drawing.draw_biases(painter, self.layout, biases, self.weight_scale, self.theme)

    def _draw_still(self, painter: QPainter) -> None:
        if self._still is None:
            self._still = self._pixels()
            on_still = QPainter(self._still)
            self._draw_ground(on_still)
            self._draw_edges(on_still, None)
            on_still.end()
        painter.drawPixmap(0, 0, self._still)

    def _draw_ground(self, painter: QPainter) -> None:
        """The card, the captions and the legend."""
        if self.is_exporting:
            self._paint_ground(painter)
            return
        if self._ground is None:
            self._ground = self._pixels()
            on_ground = QPainter(self._ground)
            self._paint_ground(on_ground)
            on_ground.end()
        painter.drawPixmap(0, 0, self._ground)

    def _paint_ground(self, painter: QPainter) -> None:
        assert self.names is not None
        assert self.edges is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, 0, self._size.width(), self._size.height()), self.theme.card)
        drawing.draw_captions(painter, self.layout, self.names, self.theme)
        drawing.draw_legend(painter, self.edges, self.theme, self.weight_scale)

    def _draw_edges(self, painter: QPainter, only: Indices | None) -> None:
        if self.weights is None or self.edges is None:
            return
        lines = strokes(
            self.edges,
            self.weights,
            self.weight_scale,
            smooth=self.is_smooth,
            phase=self.phase,
            glints=self.is_flowing,
            only=only,
        )
        antialiased = self.is_smooth or only is not None
        draw_strokes(painter, lines, self.theme, antialiased, self.edges.are_crowded)

    def _draw_tiles(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self.snapshot is None:
            for column in self.layout.tiles:
                for tile in column:
                    painter.fillRect(QRectF(*tile), self.theme.neutral)
            return
        if not self._strips:
            table = self.theme.signed_table()
            sharpness = _EXPORT_SHARPNESS if self.is_exporting else self._ratio
            self._strips = [
                make_strip(pictures[: len(tiles)], table, tiles[0].width * sharpness)
                for pictures, tiles in zip(self.snapshot.pictures, self.layout.tiles, strict=True)
            ]
        for strip, column in zip(self._strips, self.layout.tiles, strict=True):
            for unit, tile in enumerate(column):
                strip.draw(painter, unit, tile)

    def _draw_frames(self, painter: QPainter) -> None:
        assert self.names is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.is_exporting:
            drawing.draw_frames(painter, self.layout, self.names, self.theme)
            return
        if self._frames is None:
            self._frames = self._pixels()
            on_frames = QPainter(self._frames)
            on_frames.setRenderHint(QPainter.RenderHint.Antialiasing)
            drawing.draw_frames(on_frames, self.layout, self.names, self.theme)
            on_frames.end()
        painter.drawPixmap(0, 0, self._frames)

    def _pixels(self) -> QPixmap:
        pixmap = QPixmap(self._size * self._ratio)
        pixmap.setDevicePixelRatio(self._ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap
