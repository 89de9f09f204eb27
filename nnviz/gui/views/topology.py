"""The network itself: every neuron a live picture of its function, every weight a live edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.theme import Theme
from nnviz.gui.views.header_controls import HeaderCheckBox
from nnviz.gui.views.network_names import NetworkNames
from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.step_button import LayerCounter
from nnviz.gui.views.topology_gestures import Gestures
from nnviz.gui.views.topology_hands import Hands
from nnviz.gui.views.topology_layout import Layout
from nnviz.gui.views.topology_live import draw_live
from nnviz.gui.views.topology_motion import Motion
from nnviz.gui.views.topology_pointing import readout
from nnviz.gui.views.topology_readout import Readout
from nnviz.gui.views.topology_step_drawing import StepPainter
from nnviz.gui.views.unit_buttons import UnitButtons
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import MOST_HIDDEN_LAYERS, Experiment

if TYPE_CHECKING:
    from nnviz.gui.views.topology_step_places import Plate
    from nnviz.insight.difference import Difference
    from nnviz.insight.microsteps import MicroStep

UNITS_OF_A_FIRST_LAYER = 4


class TopologyView(QWidget):
    """Inputs, hidden layers and output from left to right, as data flows.

    Layers count from 0, the inputs, in the signals; units count from 0.
    """

    unit_hovered = Signal(int, int)
    unit_left = Signal()
    hidden_wanted = Signal(object)
    """A tuple with the number of units of each hidden layer that the user asks for."""
    subtitle_changed = Signal(str)
    part_chosen = Signal(object)
    """A NeuronPart, EdgePart, BiasPart or LossPart; None when nothing is chosen any more."""
    parameter_dragged = Signal(object, float, object)
    """An EdgePart or BiasPart, the value wanted, and a token that is new with each gesture."""
    freeze_wanted = Signal(object, bool)
    """A tuple of EdgeParts and BiasParts, and whether training is to leave them alone."""
    cut_wanted = Signal(object)
    """A tuple of EdgeParts and BiasParts, to be set to 0 and frozen."""
    unit_removal_wanted = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: NetworkNames | None = None
        self._picture = NetworkPicture()
        self._running = False
        self._reduced_motion = False

        self._motion = Motion(self)
        self._motion.flowed.connect(self._update_stage)
        self._motion.settled.connect(self._update_edges)
        self._hands = Hands(self._picture, self)
        self._gestures = Gestures(self._picture, self._hands, self)
        self._connect_gestures()
        self._steps = StepPainter(self._picture)
        self._readout = Readout()

        self._buttons = UnitButtons(self)
        self._buttons.stepped.connect(self._ask_units)
        tip = "Writes the weights on the edges, where there is room."
        self._numbers = HeaderCheckBox("numbers", tip, self)
        self._numbers.hide()
        self._numbers.toggled.connect(self.set_shows_numbers)
        self._counter = LayerCounter(self)
        self._counter.hide()
        self._counter.asked.connect(self._ask_layers)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        # Not by a click: the arrow keys of the window step through time, and should go on to.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("network")

    def _connect_gestures(self) -> None:
        gestures, hands = self._gestures, self._hands
        gestures.changed.connect(self._update_stage)
        gestures.described.connect(self._describe)
        gestures.unit_hovered.connect(self.unit_hovered)
        gestures.unit_left.connect(self.unit_left)
        gestures.unit_step_wanted.connect(self._step_units)
        hands.part_chosen.connect(self.part_chosen)
        hands.parameter_dragged.connect(self.parameter_dragged)
        hands.freeze_wanted.connect(self.freeze_wanted)
        hands.cut_wanted.connect(self.cut_wanted)
        hands.unit_removal_wanted.connect(self.unit_removal_wanted)
        hands.changed.connect(self._update_stage)
        for draw_held in (self._rest_before_smooth, self._update_stage, self._describe):
            hands.weight_changed.connect(draw_held)

    # --- what is shown

    def reset(self, experiment: Experiment, dataset: Dataset) -> None:
        """Lay out the network of an experiment; what was shown stays if it has the same sizes."""
        names = NetworkNames.of(experiment, dataset)
        if self._names is None or names.sizes != self._names.sizes:
            self._picture.set_change(None)
            self._picture.set_snapshot(None)
            self._gestures.remember()
            self._steps.show(None, 1.0)
        before = names if self._names is None else self._names
        self._picture.begins_anew = True
        self._names = self._picture.names = names
        self._hands.fit(len(before.sizes))
        self._counter.show_count(len(names.hidden), MOST_HIDDEN_LAYERS)
        self._buttons.show_units(names.hidden)
        for button in (*self._buttons.minus, *self._buttons.plus):
            button.installEventFilter(self)
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
        self._hands.take_snapshot()
        self._gestures.choose_again()
        self._rest_before_smooth()
        self._update_stage()

    def show_step(self, step: MicroStep | None, progress: float = 1.0) -> None:
        """Light up where a micro-step works, its light having come so far; None ends that."""
        if self._steps.show(step, 1.0 if self._reduced_motion else progress):
            self.update()
            self._describe()
        else:
            self._update_stage()

    def show_difference(self, difference: Difference | None) -> None:
        """Draw how weights and biases have changed in place of what they are; None ends that.

        So does a difference of moments whose parameters do not correspond.
        """
        change = None
        if difference is not None and difference.weights is not None:
            assert difference.biases is not None
            sizes = tuple(len(biases) for biases in difference.biases)
            if self._names is not None and sizes == self._names.sizes[1:]:
                change = difference.weights, difference.biases
        self._picture.set_change(change)
        self._describe()
        self.update()
        self._update_stage()

    def let_go(self) -> None:
        """Bring back what is being dragged; else nothing is pointed at or chosen any more."""
        self._gestures.escape()

    def set_shows_numbers(self, shows: bool) -> None:
        """Write the weights on the edges, where there is room for them."""
        self._picture.set_live_numbers(shows)
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
        if reduced:
            self._picture.progress = 1.0
        self._calm_or_glide()
        self._start_or_stop_flow()
        self._update_stage()

    def set_theme(self, theme: Theme) -> None:
        self._picture.theme = theme
        self._buttons.set_theme(theme)
        self._numbers.set_theme(theme)
        self._counter.set_theme(theme)
        self._hands.set_theme(theme)
        self._arrange()

    def header_widgets(self) -> list[QWidget]:
        """What belongs beside the card's heading: numbers on edges, hidden layers, − and +."""
        for control in (self._numbers, self._counter):
            control.show()
        return [self._numbers, self._counter]

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
        return not self._running and not self._motion.is_settling

    @property
    def step_plates(self) -> tuple[Plate, ...]:
        """The numbers of the micro-step that is shown, where they were drawn last."""
        return self._steps.plates

    @property
    def readout_place(self) -> QRectF | None:
        """Where it was told last what is pointed at; None while nothing is."""
        return None if self._gestures.target is None else self._readout.place

    @property
    def step_key(self) -> str:
        """What these numbers are, in the words that were drawn last."""
        return self._steps.key

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 300)

    def _arrange(self) -> None:
        if self._names is not None:
            self._picture.arrange(self.size(), self._names)
            self._buttons.place(self._picture.layout)
            self._gestures.point_again()
            self._rest_before_smooth()
            self._start_or_stop_flow()
        self.update()

    def _describe(self) -> None:
        if self._names is None:
            return
        summary = self._names.summary()
        target = self._gestures.target
        if target is not None and self._gestures.by_keyboard:
            words = " ".join(word.text for word in readout(target, self._picture))
            summary = f"{words}. {summary}"
        if self._picture.change is not None:
            summary = f"Edges show how weights have changed. {summary}"
        if self._steps.title:
            summary = f"Shows {self._steps.title}. {summary}"
        self.setAccessibleDescription(summary)

    # --- what is asked for

    def _ask_units(self, layer: int, step: int) -> None:
        if self._names is not None:
            hidden = list(self._names.hidden)
            hidden[layer] += step
            self.hidden_wanted.emit(tuple(hidden))

    def _step_units(self, layer: int, step: int) -> None:
        """Take or add a unit as a button does, and within the same limits."""
        may_take, may_add = self._buttons.limits(layer)
        if may_add if step > 0 else may_take:
            self._ask_units(layer, step)

    def _ask_layers(self, step: int) -> None:
        if self._names is not None:
            hidden = self._names.hidden
            more = hidden[-1] if hidden else UNITS_OF_A_FIRST_LAYER
            self.hidden_wanted.emit((*hidden, more) if step > 0 else hidden[:-1])

    # --- what the user does, which `Gestures` knows

    def context_actions(self, position: QPointF | QPoint | None = None) -> list[QAction]:
        """Entries of a menu for what is there, or is chosen; they live until the next call."""
        return self._gestures.actions_at(None if position is None else QPointF(position))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._gestures.press(event):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._gestures.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._gestures.release(event)
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._gestures.double_click(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A button lies on the picture: the pointer does not leave that, but points at it no more.
        if event.type() == QEvent.Type.Enter:
            self._gestures.leave()
        return super().eventFilter(watched, event)

    def leaveEvent(self, event: QEvent) -> None:
        self._gestures.leave()
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        # The window has shortcuts on the arrow keys; with the focus here, the arrows walk.
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and self._gestures.wants(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._gestures.press_key(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._gestures.focus_in(event.reason())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._gestures.focus_out()

    # --- motion

    def _calm_or_glide(self) -> None:
        self._picture.is_calm = not self._running or self._reduced_motion
        if self._picture.is_calm:
            self._picture.scale.arrive()
            self._picture.forget_still()

    def _start_or_stop_flow(self) -> None:
        self._motion.flow(self.is_flowing)

    def _rest_before_smooth(self) -> None:
        """Draw a large network fast for now: smooth curves take longer than a gesture may."""
        edges = self._picture.edges
        if edges is not None and edges.are_crowded and self.isVisible():
            self._motion.rest()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._start_or_stop_flow()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._motion.stop()
        self._hands.stop()
        self._picture.forget_still()
        self._gestures.set_target(None)

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
        seconds = self._motion.frame()
        picture.advance(seconds)
        if self.is_flowing:
            picture.phase += self._motion.way(seconds)
        picture.is_flowing = self.is_flowing
        picture.is_smooth = self.is_smooth
        # A figure is of the network, not of what somebody points at.
        if picture.is_exporting:
            picture.draw(painter, self.devicePixelRatioF(), not self._running, None)
        else:
            ratio, is_still = self.devicePixelRatioF(), not self._running
            parts = (self._steps, self._gestures, self._hands, self._readout)
            draw_live(painter, picture, *parts, ratio=ratio, is_still=is_still)
        painter.end()
