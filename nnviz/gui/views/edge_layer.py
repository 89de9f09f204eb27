"""The edges of a large network while it trains: kept as pixels, drawn anew a few gaps at a time."""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap

from nnviz.gui.theme import Theme
from nnviz.gui.views.edge_painter import draw_strokes
from nnviz.gui.views.edges import Array, EdgeGeometry, strokes

_BUDGET = 0.001
"""Seconds after which a frame begins no more edges. What is between two layers is drawn as a whole,
and the rest waits for the next frames: the neurons' pictures, which tell more, come with each."""


class EdgeLayer:
    """Ground and edges as one pixmap, of which each frame renews what it has time for.

    Each gap between two layers is drawn with the weights that are newest when its turn comes.
    """

    def __init__(self) -> None:
        self._pixels: QPixmap | None = None
        self._next = 1
        self._left = 0

    def forget(self) -> None:
        """Draw everything anew next time."""
        self._pixels = None

    def note_change(self, edges: EdgeGeometry) -> None:
        """The weights or their scale have changed: every gap gets its turn."""
        self._left = len(edges.layout.tiles) - 1

    def pixels(
        self, ground: QPixmap, edges: EdgeGeometry, weights: Array, scale: float, theme: Theme
    ) -> QPixmap:
        """The edges on their ground, as far as they could be renewed."""
        gaps = len(edges.layout.tiles) - 1
        begins_anew = self._pixels is None
        if self._pixels is None:
            self._pixels = QPixmap(ground)
            self._left, self._next = gaps, 1
        painter = QPainter(self._pixels)
        start = perf_counter()
        while self._left:
            self._renew(painter, ground, edges, weights, scale, theme)
            self._next = self._next % gaps + 1
            self._left -= 1
            if not begins_anew and perf_counter() - start >= _BUDGET:
                break
        painter.end()
        return self._pixels

    def renew_foot(self, ground: QPixmap, edges: EdgeGeometry) -> None:
        """Take over what stands below the edges from another ground."""
        if self._pixels is None:
            return
        ratio = ground.devicePixelRatio()
        top = edges.layout.stage.bottom
        foot = QRectF(0, top, ground.width() / ratio, ground.height() / ratio - top)
        painter = QPainter(self._pixels)
        _copy(painter, ground, foot)
        painter.end()

    def _renew(
        self,
        painter: QPainter,
        ground: QPixmap,
        edges: EdgeGeometry,
        weights: Array,
        scale: float,
        theme: Theme,
    ) -> None:
        sources, targets = edges.layout.tiles[self._next - 1 : self._next + 1]
        stage = edges.layout.stage
        left, right = sources[0].right, targets[0].x
        area = QRectF(left, stage.y, right - left, stage.height)
        painter.setClipRect(area)
        _copy(painter, ground, area)
        lines = strokes(edges, weights, scale, smooth=False, gap=self._next)
        draw_strokes(painter, lines, theme, antialiased=False, crowded=True)
        painter.setClipping(False)


def _copy(painter: QPainter, ground: QPixmap, area: QRectF) -> None:
    ratio = ground.devicePixelRatio()
    part = QRectF(area.x() * ratio, area.y() * ratio, area.width() * ratio, area.height() * ratio)
    painter.drawPixmap(area, ground, part)
