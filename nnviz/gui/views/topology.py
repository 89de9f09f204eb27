"""The network itself: every neuron a live picture of its function, every weight a live edge."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.theme import Theme
from nnviz.gui.views.network_names import NetworkNames
from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.step_button import LayerCounter
from nnviz.gui.views.topology_layout import Layout
from nnviz.gui.views.topology_pointing import Part, Target, draw_target, readout, target_at, walk
from nnviz.gui.views.unit_buttons import UnitButtons
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import MOST_HIDDEN_LAYERS, Experiment

UNITS_OF_A_FIRST_LAYER = 4

_FLOW_SPEED = 26.0
"""Pixels a second at which dashes travel."""
_FLOW_INTERVAL = 33
"""Milliseconds between frames of the flow while no newer snapshot arrives."""
_SETTLE = 150
"""Milliseconds of rest after which a large network that is paused is drawn smoothly."""

_WALK = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
# Without Shift, the key of "+" is "=" on many keyboards.
_STEPS = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}


class TopologyView(QWidget):
    """Inputs, hidden layers and output from left to right, as data flows.

    Layers count from 0, the inputs, in the signals; units count from 0.
    """

    unit_hovered = Signal(int, int)
    unit_left = Signal()
    hidden_wanted = Signal(object)
    """A tuple with the number of units of each hidden layer that the user asks for."""
    subtitle_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: NetworkNames | None = None
        self._picture = NetworkPicture()
        self._running = False
        self._reduced_motion = False
        self._target: Target | None = None
        self._by_keyboard = False
        self._chosen_before: Target | None = None
        self._pointer = QPointF()

        self._since_frame = QElapsedTimer()
        self._since_frame.start()
        self._flow = QTimer(self)
        self._flow.setInterval(_FLOW_INTERVAL)
        self._flow.timeout.connect(self._show_flow)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE)
        self._settle.timeout.connect(self._update_edges)

        self._buttons = UnitButtons(self)
        self._buttons.stepped.connect(self._ask_units)
        self._counter = LayerCounter(self)
        self._counter.hide()
        self._counter.asked.connect(self._ask_layers)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        # Not by a click: the arrow keys of the window step through time, and should go on to.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("network")

    # --- what is shown

    def reset(self, experiment: Experiment, dataset: Dataset) -> None:
        """Lay out the network of an experiment; what was shown stays if it has the same sizes."""
        names = NetworkNames.of(experiment, dataset)
        if self._names is None or names.sizes != self._names.sizes:
            self._picture.set_snapshot(None)
            chosen = self._target if self._by_keyboard else None
            self._set_target(None)
            self._chosen_before = chosen
        self._picture.begins_anew = True
        self._names = names
        self._counter.show_count(len(names.hidden), MOST_HIDDEN_LAYERS)
        self._buttons.show_units(names.hidden)
        self._arrange()
        self._describe()
        self.subtitle_changed.emit(names.subtitle())

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show a moment; one whose sizes are not those of the layout comes late and is ignored."""
        if self._names is None or snapshot.frame.network.sizes != self._names.sizes:
            return
        # An activation may change while the network trains, and nothing else with it.
        names = self._names.with_activations(snapshot.frame.network.activations)
        if names != self._names:
            self._names = names
            self._arrange()
            self._describe()
        if self._picture.set_snapshot(snapshot):
            self.update()
        self._choose_again()
        self._rest_before_smooth()
        self._update_stage()

    def set_running(self, running: bool) -> None:
        """Let the edges flow while the network trains."""
        self._running = running
        self._calm_or_glide()
        self._rest_before_smooth()
        self._start_or_stop_flow()
        self._update_edges()

    def set_reduced_motion(self, reduced: bool) -> None:
        self._reduced_motion = reduced
        self._calm_or_glide()
        self._start_or_stop_flow()
        self._update_stage()

    def set_theme(self, theme: Theme) -> None:
        self._picture.theme = theme
        self._buttons.set_theme(theme)
        self._counter.set_theme(theme)
        self._arrange()

    def header_widgets(self) -> list[QWidget]:
        """What belongs beside the card's heading: the number of hidden layers, − and +."""
        self._counter.show()
        return [self._counter]

    def prepare_export(self, numbers: bool = False) -> None:
        """Draw at the best, without buttons, until `finish_export`; weights as numbers if asked."""
        self._picture.shows_numbers = numbers
        self._set_exporting(True)

    def finish_export(self) -> None:
        self._set_exporting(False)

    @property
    def weight_scale(self) -> float:
        """The weight at which edges are as wide as they get; the legend shows it."""
        return self._picture.scale.wanted or 1.0

    @property
    def drawn_weight_scale(self) -> float:
        """The scale at this moment: it glides to `weight_scale` while the network trains."""
        return self._picture.scale.shown

    @property
    def arrangement(self) -> Layout | None:
        """Where everything stands; None before the first `reset`."""
        return self._picture.layout if self._picture.edges else None

    @property
    def is_flowing(self) -> bool:
        """Whether dashes travel along the edges."""
        edges = self._picture.edges
        moves = self._running and not self._reduced_motion and self.isVisible()
        return moves and edges is not None and not edges.are_crowded

    @property
    def is_smooth(self) -> bool:
        """Whether edges are curved and anti-aliased at this moment."""
        edges = self._picture.edges
        if self._picture.is_exporting or edges is None or not edges.are_crowded:
            return True
        return not self._running and not self._settle.isActive()

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 300)

    def _arrange(self) -> None:
        if self._names is not None:
            self._picture.arrange(self.size(), self._names)
            self._buttons.place(self._picture.layout)
            if self._target is not None and self._target.part is Part.EDGE:
                self._set_target(None)
            self._rest_before_smooth()
            self._start_or_stop_flow()
        self.update()

    # --- what is asked for

    def _ask_units(self, layer: int, step: int) -> None:
        if self._names is not None:
            hidden = list(self._names.hidden)
            hidden[layer] += step
            self.hidden_wanted.emit(tuple(hidden))

    def _step_units(self, step: int) -> bool:
        """Take or add a unit where the keyboard stands, if that is a hidden layer's; else False."""
        target, names = self._target, self._names
        if target is None or names is None or not self._by_keyboard:
            return False
        if not 0 < target.layer < names.last:
            return False
        may_take, may_add = self._buttons.limits(target.layer - 1)
        if may_add if step > 0 else may_take:
            self._ask_units(target.layer - 1, step)
        return True

    def _ask_layers(self, step: int) -> None:
        if self._names is not None:
            hidden = self._names.hidden
            more = hidden[-1] if hidden else UNITS_OF_A_FIRST_LAYER
            self.hidden_wanted.emit((*hidden, more) if step > 0 else hidden[:-1])

    # --- pointing at things

    def _set_target(self, target: Target | None, by_keyboard: bool = False) -> None:
        before = self._target.neuron if self._target else None
        after = target.neuron if target else None
        self._target, self._by_keyboard = target, by_keyboard and target is not None
        self._update_stage()
        if after is not None and after != before:
            self.unit_hovered.emit(*after)
        elif after is None and before is not None:
            self.unit_left.emit()

    def _choose_again(self) -> None:
        """Go back to what the keyboard had chosen before the number of units changed."""
        chosen, self._chosen_before = self._chosen_before, None
        if chosen is None or not self.hasFocus() or self._target is not None:
            return
        tiles = self._picture.layout.tiles
        layer = min(chosen.layer, len(tiles) - 1)
        self._choose_unit(layer, min(chosen.unit, len(tiles[layer]) - 1))

    def _choose_unit(self, layer: int, unit: int) -> None:
        self._set_target(Target(Part.NEURON, layer, unit), by_keyboard=True)
        self._describe()

    def _describe(self) -> None:
        if self._names is None:
            return
        summary = self._names.summary()
        if self._target is not None and self._by_keyboard:
            words = " ".join(word.text for word in readout(self._target, self._picture))
            summary = f"{words}. {summary}"
        self.setAccessibleDescription(summary)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        target = target_at(point.x(), point.y(), self._picture)
        # What the keyboard has chosen stays until the pointer chooses another.
        if target is None and (self._by_keyboard or self._target is None):
            return
        self._pointer = point
        self._set_target(target)

    def leaveEvent(self, event: QEvent) -> None:
        if not self._by_keyboard:
            self._set_target(None)
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        # The window has shortcuts on the arrow keys; with the focus here, the arrows walk.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            leaves = event.key() == Qt.Key.Key_Escape and self._target is not None
            if plain and (event.key() in _WALK or leaves):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._target is not None:
            self._set_target(None)
        elif event.key() in _WALK and self._names is not None:
            before = self._target.neuron if self._target else None
            self._choose_unit(*walk(self._picture.layout, before, *_WALK[Qt.Key(event.key())]))
        elif event.key() not in _STEPS or not self._step_units(_STEPS[Qt.Key(event.key())]):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._update_stage()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._by_keyboard:
            self._set_target(None)
        self._update_stage()

    # --- motion

    def _calm_or_glide(self) -> None:
        self._picture.is_calm = not self._running or self._reduced_motion
        if self._picture.is_calm:
            self._picture.scale.arrive()
            self._picture.forget_still()

    def _start_or_stop_flow(self) -> None:
        if self.is_flowing == self._flow.isActive():
            return
        if self.is_flowing:
            self._flow.start()
        else:
            self._flow.stop()

    def _show_flow(self) -> None:
        # While snapshots arrive, each of them moves the flow on: no frame of its own is needed.
        if self._since_frame.elapsed() >= _FLOW_INTERVAL - 5:
            self._update_stage()

    def _rest_before_smooth(self) -> None:
        """Draw a large network fast for now: smooth curves take longer than a gesture may."""
        edges = self._picture.edges
        if edges is not None and edges.are_crowded and self.isVisible():
            self._settle.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._start_or_stop_flow()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._flow.stop()
        self._settle.stop()
        self._picture.forget_still()
        self._set_target(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    # --- drawing

    def _update_stage(self) -> None:
        """Draw tiles and edges anew, but not what stands under them: buttons cost time, too."""
        if self._picture.edges is not None:
            self.update(QRectF(*self._picture.layout.stage).toAlignedRect())

    def _update_edges(self) -> None:
        self._picture.forget_still()
        self._update_stage()

    def _set_exporting(self, exporting: bool) -> None:
        self._picture.is_exporting = exporting
        self._picture.forget_all()
        self._buttons.set_drawn(not exporting)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        picture = self._picture
        if picture.edges is None:
            painter.fillRect(self.rect(), picture.theme.card)
            painter.end()
            return
        seconds = self._since_frame.restart() / 1000
        picture.advance(seconds)
        if self.is_flowing:
            picture.phase += _FLOW_SPEED * min(seconds, 0.1)
        picture.is_flowing = self.is_flowing
        picture.is_smooth = self.is_smooth
        # A figure is of the network, not of what somebody points at.
        target = None if picture.is_exporting else self._target
        chosen = target.edges(picture.edges) if target else None
        picture.draw(painter, self.devicePixelRatioF(), not self._running, chosen)
        if target is not None:
            draw_target(painter, target, picture, self._pointer, self._by_keyboard)
        elif self.hasFocus() and not picture.is_exporting:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(picture.theme.accent, 2))
            stage, px = QRectF(*picture.layout.stage), picture.theme.px
            painter.drawRoundedRect(stage.adjusted(1, 1, -1, -1), px(6), px(6))
        painter.end()
