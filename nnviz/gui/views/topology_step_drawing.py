"""Draws a micro-step into the network's picture: the rest dimmed, its place lit, its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from shiboken6 import Shiboken

from nnviz.gui.theme import Theme, mix
from nnviz.gui.views import topology_drawing as drawing
from nnviz.gui.views.edge_paths import draw_plate
from nnviz.gui.views.edges import MOST_FLOWING, Array, EdgeGeometry, Indices
from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.tiles import draw_frame
from nnviz.gui.views.topology_marks import draw_loss, halo
from nnviz.gui.views.topology_step_places import Plate, StepPlaces, step_font
from nnviz.gui.views.topology_steps import Light, Scene, scene_of

if TYPE_CHECKING:
    from nnviz.insight.microsteps import MicroStep

_DIMMED = 150
"""Opacity of the veil over what the step is not about, of 255."""
_TAIL = 0.14
"""Length of the travelling light, as a part of an edge's."""


class StepPainter:
    """Draws one scene."""

    def __init__(self, picture: NetworkPicture) -> None:
        self._picture = picture
        self._step: MicroStep | None = None
        self._places = StepPlaces(picture)
        self._key = ""

    @property
    def title(self) -> str:
        """What the step is called; empty where none is shown."""
        return "" if self._step is None or self._picture.step is None else self._step.title

    @property
    def key(self) -> str:
        """What its numbers are, as it was drawn last."""
        return "" if self._picture.step is None else self._key

    @property
    def plates(self) -> tuple[Plate, ...]:
        """The numbers of the step, where it was drawn last."""
        return () if self._picture.step is None else tuple(self._places.plates)

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
            self._places.find(scene, edges)
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
        if self._places.lit is not None and len(self._places.lit) <= MOST_FLOWING:
            _draw_courses(painter, edges, self._places.lit, picture.theme)
        picture.draw_edges(painter, self._places.lit)
        painter.setClipping(False)

    # --- over the tiles

    def draw_front(self, painter: QPainter) -> None:
        """Veils over other tiles, the light on its way, numbers, and what they are."""
        picture = self._picture
        scene, edges = picture.step, picture.edges
        if scene is None or edges is None:
            return
        self._places.find(scene, edges)
        theme = picture.theme
        color = _color(scene.light, theme)
        self._dim_tiles(painter, scene)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if scene.loss is not None:
            draw_loss(painter, picture, color)
        if scene.edges is not None and 0.0 < picture.progress < 1.0:
            self._draw_light(painter, scene, edges, color)
        font = step_font(theme)
        has_arrived = scene.edges is None or scene.light is Light.CHANGE or picture.progress >= 1.0
        if has_arrived:
            for plate in self._places.plates:
                of_weight = None
                if plate.edge is not None and picture.weights is not None:
                    of_weight = float(picture.weights[plate.edge])
                draw_plate(painter, plate.place, plate.text, font, theme, of_weight)
        self._draw_key(painter, scene)

    def _dim_tiles(self, painter: QPainter, scene: Scene) -> None:
        layout, theme = self._picture.layout, self._picture.theme
        lit = {scene.layer}
        if scene.edges is not None:
            lit |= {scene.edges - 1, scene.edges}
        veil = QColor(theme.card)
        veil.setAlpha(_DIMMED)
        # Rectangles with soft edges would cost a frame.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for layer, column in enumerate(layout.tiles):
            if layer in lit:
                continue
            beyond = layout.bias_radius(layer) + 1 if layer else 1.0
            for tile in column:
                box = QRectF(*tile).adjusted(-beyond, -1, 1, beyond)
                painter.fillRect(box.toAlignedRect(), veil)

    def _draw_light(
        self, painter: QPainter, scene: Scene, edges: EdgeGeometry, color: QColor
    ) -> None:
        """A short bright piece on each edge that the step is about."""
        chosen = self._places.lit
        if chosen is None or len(chosen) > MOST_FLOWING:
            return
        theme, points = self._picture.theme, edges.paths(True).points[chosen]
        share = self._picture.progress
        tail = share - _TAIL
        if scene.backwards:
            share, tail = 1.0 - share, 1.0 - share + _TAIL
        shares = np.clip(np.linspace(tail, share, 4), 0.0, 1.0)
        trails = points[:, np.rint(shares * (points.shape[1] - 1)).astype(int)]
        rows = np.concatenate([trails[:, :-1], trails[:, 1:]], axis=2).reshape(-1, 4)
        for shade, width in ((theme.card, 7.0), (color, 4.0)):
            pen = QPen(shade, width * theme.scale)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            _draw_lines(painter, rows)

    def _draw_key(self, painter: QPainter, scene: Scene) -> None:
        """What the numbers are, in place of the legend's words."""
        picture, theme = self._picture, self._picture.theme
        legend = picture.layout.legend
        bar = legend.width - drawing.legend_bar_room(legend, theme, picture.scale.wanted or 1.0)
        room = QRectF(legend.x, legend.y, bar, legend.height)
        painter.fillRect(room, theme.card)
        painter.setFont(theme.font(12))
        painter.setPen(theme.ink)
        room.adjust(theme.px(4), 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._fitting_key(scene, room))

    def _fitting_key(self, scene: Scene, room: QRectF) -> str:
        """What the numbers are, in as many words as there is room for."""
        theme, has_plate = self._picture.theme, self._picture.layout.loss is not None
        metrics = QFontMetricsF(theme.font(12))
        places = self._places
        texts = scene.keys(places.digits, places.bias_digits, places.where, has_plate)
        fitting = (text for text in texts if metrics.horizontalAdvance(text) <= room.width())
        elided = metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, room.width())
        self._key = next(fitting, elided)
        return self._key


def _draw_courses(painter: QPainter, edges: EdgeGeometry, picked: Indices, theme: Theme) -> None:
    """A thin line along each edge: the number of the faintest belongs to an edge that is seen."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(mix(theme.card, theme.dim, 0.6), theme.scale))
    _draw_lines(painter, edges.paths(True).lines[picked].reshape(-1, 4))


def _draw_lines(painter: QPainter, rows: Array) -> None:
    """Lines (n, 4) of x1 y1 x2 y2, all in one call: an object for each would cost a frame."""
    lines = np.ascontiguousarray(rows, dtype=np.float64)
    # A QLineF is four doubles: QPainter::drawLines(const QLineF *, int) reads the array.
    first = cast(QLineF, Shiboken.wrapInstance(lines.ctypes.data, QLineF))
    painter.drawLines(first, len(lines))


def _color(light: Light, theme: Theme) -> QColor:
    return theme.warning if light is Light.ERROR else theme.accent
