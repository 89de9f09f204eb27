"""The picture of a network at one moment, drawn in layers; what does not change is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap

from nnviz.gui.theme import LIGHT, Theme, mix
from nnviz.gui.views import topology_drawing as drawing
from nnviz.gui.views.edge_layer import EdgeLayer
from nnviz.gui.views.edge_painter import draw_strokes
from nnviz.gui.views.edge_paths import MOST_NUMBERED, draw_edge_numbers, draw_edge_paths
from nnviz.gui.views.edge_plates import EdgePlates
from nnviz.gui.views.edges import Array, EdgeGeometry, Indices, strokes
from nnviz.gui.views.frozen_marks import FrozenMarks
from nnviz.gui.views.network_names import NetworkNames
from nnviz.gui.views.network_tiles import TilePictures
from nnviz.gui.views.topology_layout import Layout, arrange
from nnviz.gui.views.topology_parts import (
    BiasPart,
    EdgePart,
    Parameter,
    Part,
    edge_index,
    is_shown,
    value_of,
)
from nnviz.gui.views.topology_steps import Scene
from nnviz.gui.views.weight_scale import GlidingScale, follow
from nnviz.insight.snapshot import Snapshot
from nnviz.run.parameters import Mask

Change = tuple[tuple[Array, ...], tuple[Array, ...]]
"""Of weights and of biases, layer by layer."""


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
        self.scale = GlidingScale()
        self.begins_anew = True
        """Whether the next snapshot finds its own scale, whatever the one before needed."""
        self.phase = 0.0
        self.is_smooth = True
        self.is_flowing = False
        self.is_exporting = False
        self.shows_numbers = False
        """Whether an exported picture has its weights written on the edges."""
        self.has_live_numbers = False
        """Whether weights are written on the edges on the screen, where there is room."""
        self.is_calm = True
        """Whether the scale changes at once, without gliding."""
        self.focus: Part | None = None
        """What is chosen or pointed at: of a step in a large network its numbers are shown."""
        self.change: Change | None = None
        """What is drawn in place of weights and biases: how they have changed."""
        self.held: tuple[Parameter, float] | None = None
        """A parameter that a hand holds at a value, whatever the moment that is shown has."""
        self.step: Scene | None = None
        """The micro-step that is shown, and how far its light has come, from 0 to 1."""
        self.progress = 1.0

        self._size = QSize()
        self._ratio = 1.0
        self._weights: Array | None = None
        self._tiles = TilePictures(self)
        self._ground: QPixmap | None = None
        self._frames: QPixmap | None = None
        self._still: QPixmap | None = None
        self._still_is_old = False
        self._layer = EdgeLayer()
        self._marks: FrozenMarks | None = None
        self._plates = EdgePlates()

    @property
    def layout(self) -> Layout:
        assert self.edges is not None
        return self.edges.layout

    @property
    def weights(self) -> Array | None:
        """The weights of all edges that are drawn, in the order of `edges`; None before any."""
        if self._weights is None and self.snapshot is not None and self.edges is not None:
            self._weights = self.edges.weights(self.snapshot.frame.weights)
            if self.held is not None:
                part, value = self.held
                if isinstance(part, EdgePart) and is_shown(part, self.edges):
                    self._weights[edge_index(part, self.edges)] = value
        return self._weights

    @property
    def drawn_weights(self) -> Array | None:
        """What edges are drawn by: the weights, or how they have changed."""
        if self.change is None or self.edges is None:
            return self.weights
        drawn = self.edges.weights(self.change[0])
        part, value = self.held or (None, 0.0)
        if isinstance(part, EdgePart) and is_shown(part, self.edges):
            # What the hand has done since it was computed.
            drawn[edge_index(part, self.edges)] += value - self._given(part)
        return drawn

    @property
    def biases(self) -> Sequence[Array]:
        """The biases of each layer behind the inputs, or how they have changed, as drawn."""
        assert self.snapshot is not None
        biases = self.snapshot.frame.biases if self.change is None else self.change[1]
        part, value = self.held or (None, 0.0)
        if not isinstance(part, BiasPart):
            return biases
        changed = [layer.copy() for layer in biases]
        changed[part.layer - 1][part.unit] += value - self._given(part)
        return changed

    @property
    def mask(self) -> Mask | None:
        """What training may change; None where that is everything."""
        return None if self.snapshot is None else self.snapshot.frame.experiment.trainable

    def value_of(self, part: Parameter) -> float:
        """A weight or a bias, as it is drawn."""
        assert self.snapshot is not None
        if self.held is not None and self.held[0] == part:
            return self.held[1]
        return self._given(part)

    def change_of(self, part: Parameter) -> float | None:
        """How a weight or a bias has changed, as it is drawn; None where changes are not."""
        if self.change is None:
            return None
        return value_of(part, *self.change) + self.value_of(part) - self._given(part)

    def _given(self, part: Parameter) -> float:
        """As the moment that is shown has it, whatever a hand holds."""
        assert self.snapshot is not None
        return value_of(part, self.snapshot.frame.weights, self.snapshot.frame.biases)

    def hold(self, part: Parameter, value: float) -> None:
        """Draw a parameter at a value from now on."""
        self.held = part, value
        self._weights, self._still_is_old = None, True

    def let_go(self) -> None:
        """Draw all parameters as the moment that is shown has them."""
        self.held = None
        self._weights, self._still_is_old = None, True

    @property
    def _drawn_scale(self) -> float:
        """The scale that edges and biases are drawn with; a figure does not show it gliding."""
        return (self.scale.wanted or 1.0) if self.is_exporting else self.scale.shown

    def arrange(self, size: QSize, names: NetworkNames) -> None:
        """Lay the network out anew, at `size` pixels."""
        self.names = names
        self._size = size
        width, height = max(size.width(), 200), max(size.height(), 140)
        texts = drawing.measure(names, self.theme, width)
        self.edges = EdgeGeometry(arrange(width, height, names.sizes, texts, self.theme.scale))
        self.forget_all()

    def set_snapshot(self, snapshot: Snapshot | None) -> bool:
        """Show a moment from now on; returns whether the scale of weights has changed."""
        self.snapshot = snapshot
        self._weights = None
        self._tiles.note_moment()
        self._still_is_old = True
        if snapshot is None:
            self.forget_still()
            return False
        before = None if self.begins_anew else self.scale.wanted
        if before is None:
            self.forget_still()
        shown = snapshot.frame.weights if self.change is None else self.change[0]
        largest = max(float(abs(weights).max()) for weights in shown)
        scale = follow(largest, before)
        changed = scale != self.scale.wanted
        self.scale.want(scale, at_once=before is None or self.is_calm)
        self.begins_anew = False
        if changed:
            # The legend shows the new scale at once; edges glide to it, in their turns.
            self._ground = None
            if self.is_calm:
                self.forget_still()
        return changed

    def set_live_numbers(self, shows: bool) -> None:
        """Write weights on the edges from now on, or no more."""
        self.has_live_numbers = shows
        # The legend says how to see them where they have no room.
        self._ground = None
        self.forget_still()

    def advance(self, seconds: float) -> None:
        """Let the scale glide on."""
        if self.scale.is_gliding and not self.is_exporting:
            self._still_is_old = True
            self.scale.advance(seconds)

    def forget_all(self) -> None:
        """Draw everything anew: layout, theme or the kind of output have changed."""
        self._ground = self._frames = self._weights = self._marks = None
        self.forget_still()

    def forget_still(self) -> None:
        """Draw all edges and pictures anew, whatever is kept of them."""
        self._tiles.forget()
        self._still = None
        self._layer.forget()

    # --- drawing, from back to front

    def draw(
        self,
        painter: QPainter,
        ratio: float,
        is_still: bool,
        chosen: Indices | None,
        under_tiles: Callable[[QPainter], None] | None = None,
    ) -> None:
        """Draw all; `ratio` are the screen's pixels per pixel, `chosen` edges stand out.

        When `is_still`, ground and edges are kept: then only what is chosen may change. Those of
        a large network are kept for a moment even if not. `under_tiles` draws over the edges.
        """
        if ratio != self._ratio:
            self._ratio = ratio
            self.forget_all()
        assert self.edges is not None
        if is_still and not self.is_exporting:
            self._draw_still(painter)
        elif self.edges.are_crowded and self.drawn_weights is not None and not self.is_exporting:
            self._draw_layer(painter, self.edges, self.drawn_weights)
        else:
            self._draw_ground(painter)
            self.draw_edges(painter, None)
        self.draw_marks(painter, None)
        if chosen is not None:
            painter.fillRect(QRectF(*self.layout.stage), drawing.veil(self.theme))
            self.draw_edges(painter, chosen)
            self.draw_marks(painter, chosen)
        if under_tiles is not None:
            under_tiles(painter)
        is_hasty = self.edges.are_crowded and not is_still and not self.is_exporting
        self._tiles.draw(painter, is_hasty, ratio)
        self._draw_frames(painter)
        if self.snapshot is not None:
            frozen = None if self.marks is None else self.marks.biases
            scale = self._drawn_scale
            drawing.draw_biases(painter, self.layout, self.biases, scale, self.theme, frozen)
        has_room = len(self.edges) <= MOST_NUMBERED
        weights = self.drawn_weights
        if self.is_exporting and self.shows_numbers and has_room and weights is not None:
            draw_edge_numbers(painter, self.edges, weights, self.theme)

    @property
    def marks(self) -> FrozenMarks | None:
        """What training may not change in this layout; None where there is nothing such."""
        mask = self.mask
        if mask is None or self.edges is None:
            return None
        if self._marks is None or self._marks.mask is not mask:
            self._marks = FrozenMarks(mask, self.edges)
        return self._marks

    def draw_marks(self, painter: QPainter, only: Indices | None) -> None:
        """What says that edges are frozen or cut; of all, or of some."""
        marks, weights = self.marks, self.weights
        # What is cut may have changed most of all.
        if marks is not None and weights is not None and self.change is None:
            marks.draw(painter, weights, self.theme, self.is_smooth, only)

    def _draw_still(self, painter: QPainter) -> None:
        if self._still is None or self._still_is_old:
            self._still = self._pixels(self.theme.card)
            on_still = QPainter(self._still)
            self._draw_ground(on_still)
            self.draw_edges(on_still, None)
            on_still.end()
            self._still_is_old = False
        painter.drawPixmap(0, 0, self._still)

    def _draw_layer(self, painter: QPainter, edges: EdgeGeometry, weights: Array) -> None:
        ground = self._kept_ground()
        if self._still_is_old:
            self._layer.note_change(edges)
            self._still_is_old = False
        pixels = self._layer.pixels(ground, edges, weights, self.scale.shown, self.theme)
        painter.drawPixmap(0, 0, pixels)

    def set_change(self, change: Change | None) -> None:
        """Draw changes of weights and biases from now on, or again what they are."""
        if self.change is None and change is None:
            return
        self.begins_anew = (self.change is None) != (change is None)
        self.change = change
        self._ground = None
        self.set_snapshot(self.snapshot)

    def _draw_ground(self, painter: QPainter) -> None:
        """The card, the captions and the legend."""
        if self.is_exporting:
            self._paint_ground(painter)
            return
        painter.drawPixmap(0, 0, self._kept_ground())

    def _kept_ground(self) -> QPixmap:
        if self._ground is None:
            self._ground = self._pixels(self.theme.card)
            on_ground = QPainter(self._ground)
            self._paint_ground(on_ground)
            on_ground.end()
            if self.edges is not None:
                self._layer.renew_foot(self._ground, self.edges)
        return self._ground

    def _paint_ground(self, painter: QPainter) -> None:
        assert self.names is not None
        assert self.edges is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, 0, self._size.width(), self._size.height()), self.theme.card)
        drawing.draw_captions(painter, self.layout, self.names, self.theme)
        misses_numbers = self.has_live_numbers and not self.is_exporting
        misses_numbers = misses_numbers and not self._plates.has_room(self.edges, self.theme)
        hint = "choose a unit for its numbers" if misses_numbers else ""
        drawing.draw_legend(
            painter, self.edges, self.theme, self.scale.wanted or 1.0, hint, self.change is not None
        )

    def draw_edges(self, painter: QPainter, only: Indices | None) -> None:
        """Draw all edges, or some so that they stand out; those that are cut have marks instead."""
        weights = self.drawn_weights
        if self.weights is None or weights is None or self.edges is None:
            return
        marks = self.marks if self.change is None else None
        cut = None if marks is None else marks.cut(self.weights)
        if self.is_exporting:
            scale = self._drawn_scale
            draw_edge_paths(painter, self.edges, weights, scale, self.theme, only, cut)
            return
        lines = strokes(
            self.edges,
            weights,
            self.scale.shown,
            smooth=self.is_smooth,
            phase=self.phase,
            glints=self.is_flowing,
            only=only,
            without=cut,
        )
        antialiased = self.is_smooth or only is not None
        # What is pointed at stands out, however faint it is among the others.
        crowded = self.edges.are_crowded and only is None
        draw_strokes(painter, lines, self.theme, antialiased, crowded)

    def draw_numbers(
        self, painter: QPainter, lit: Indices | None, meant: Part | None
    ) -> list[QRectF]:
        """Write weights on the edges, if they are wanted; returns where."""
        edges, weights = self.edges, self.drawn_weights
        if weights is None or edges is None or not self.has_live_numbers or self.step is not None:
            return []
        return self._plates.draw(painter, edges, weights, self.theme, lit, meant, self.marks)

    def _draw_frames(self, painter: QPainter) -> None:
        assert self.names is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.is_exporting:
            drawing.draw_frames(painter, self.layout, self.names, self.theme, masked=False)
            return
        if self._frames is None:
            self._frames = self._pixels(QColor(0, 0, 0, 0))
            on_frames = QPainter(self._frames)
            on_frames.setRenderHint(QPainter.RenderHint.Antialiasing)
            drawing.draw_frames(on_frames, self.layout, self.names, self.theme)
            line = mix(self.theme.card, self.theme.ink, 0.3)
            drawing.draw_loss_plate(on_frames, self.layout, self.theme, line, 1.0)
            on_frames.end()
        painter.drawPixmap(0, 0, self._frames)

    def _pixels(self, color: QColor) -> QPixmap:
        pixmap = QPixmap(self._size * self._ratio)
        pixmap.setDevicePixelRatio(self._ratio)
        pixmap.fill(color)
        return pixmap
