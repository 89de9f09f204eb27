"""MainWindow: places the parts and connects them; no arithmetic."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeyEvent, QUndoStack
from PySide6.QtWidgets import (
    QApplication,
    QMenu,
    QWidget,
)

from nnviz.data.dataset import Dataset
from nnviz.gui.actions import Actions, key_command
from nnviz.gui.arrangement import arrange, make_view_card
from nnviz.gui.card import Card
from nnviz.gui.controls.gallery import PresetGallery
from nnviz.gui.controls.training import TrainingPanel
from nnviz.gui.controls.transport import TransportBar
from nnviz.gui.documents import WINDOW, Documents
from nnviz.gui.keys_help import show_keys
from nnviz.gui.message_bar import MessageBar
from nnviz.gui.session import State, TrainingSession
from nnviz.gui.status_line import StatusLine
from nnviz.gui.stylesheet import stylesheet
from nnviz.gui.theme import THEMES, Theme, system_theme
from nnviz.gui.undo import ExperimentChange
from nnviz.gui.views.curves import CurvesView
from nnviz.gui.views.surface import SurfaceView
from nnviz.gui.views.topology import TopologyView
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import Experiment
from nnviz.run.presets import PRESETS

VIEWS = ("network", "surface", "curves")
"""Cards that can be exported, in the order of the menu."""

LONGEST_DRAWING = 200
"""Milliseconds after which a snapshot counts as drawn: a covered window is never painted."""


class MainWindow(QWidget):
    """The one window: transport above, data and training left, network, output and curves."""

    def __init__(self, experiment: Experiment, theme: Theme, preset: str | None = None) -> None:
        super().__init__()
        self.setWindowTitle("nnviz")
        self.resize(1280, 800)
        self.session = TrainingSession(experiment, self)
        self.undo_stack = QUndoStack(self)
        self._theme = theme
        self._follows_system = True
        self._preset = preset
        self._granularity = "update"
        self._has_chosen_speed = False
        self._undrawn: Snapshot | None = None

        self._make_parts()
        self.splitter = arrange(self, self.transport, self.cards, self.status)
        self._make_menu()
        self._connect_session()
        self._connect_parts()
        QApplication.styleHints().colorSchemeChanged.connect(self._on_system_theme)
        self.set_theme(theme)
        self.gallery.set_current(preset)
        self._suggest_speed()
        self._show_state(self.session.state)
        self.transport.setFocus()

    # --- parts

    def _make_parts(self) -> None:
        self.transport = TransportBar(self)
        self.gallery = PresetGallery(self)
        self.training = TrainingPanel(self)
        self.topology = TopologyView(self)
        self.surface = SurfaceView(self)
        self.curves = CurvesView(self)
        self.cards = {
            "data": Card("Data", self.gallery),
            "training": Card("Training", self.training),
            "network": make_view_card("Network", self.topology),
            "surface": make_view_card("Output", self.surface),
            "curves": make_view_card("Loss and accuracy", self.curves),
        }
        self.messages = MessageBar(self)
        self.status = StatusLine(self)
        self._ack_timer = QTimer(self)
        self._ack_timer.setSingleShot(True)
        self._ack_timer.setInterval(LONGEST_DRAWING)
        self._ack_timer.timeout.connect(self._acknowledge)

    def _make_menu(self) -> None:
        self.documents = Documents(self.session, self, {name: self.cards[name] for name in VIEWS})
        self.documents.informed.connect(self.inform)
        self.documents.warned.connect(self.warn)
        self.documents.opened.connect(self.open_experiment)
        self.commands = Actions(self, self.undo_stack)
        self.commands.build(
            open_file=self.documents.ask_and_open,
            save_file=self.documents.ask_and_save,
            export=self.documents.ask_and_export,
            export_focused=lambda: self.documents.ask_and_export(self._view_with_focus()),
            choose_theme=self.choose_theme,
            reduce_motion=self.topology.set_reduced_motion,
            show_help=lambda: show_keys(self),
            toggle=self.toggle,
            step=self.step,
        )
        self.transport.set_menu(self.commands.menu)
        for name in VIEWS:
            card = self.cards[name]
            card.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            card.customContextMenuRequested.connect(self._show_context_menu)

    # --- connections

    def _connect_session(self) -> None:
        session = self.session
        session.experiment_loaded.connect(self._on_experiment_loaded)
        session.experiment_changed.connect(self._on_experiment_changed)
        session.snapshot_ready.connect(self._on_snapshot)
        session.state_changed.connect(self._show_state)
        session.informed.connect(self.inform)
        session.warned.connect(self.warn)

    def _connect_parts(self) -> None:
        transport = self.transport
        transport.play_pressed.connect(self.toggle)
        transport.pause_pressed.connect(self.toggle)
        transport.step_pressed.connect(self.step)
        transport.reset_pressed.connect(self.reset)
        transport.granularity_changed.connect(self._set_granularity)
        transport.speed_changed.connect(self._set_speed)
        transport.seed_changed.connect(self._change_seed)
        self.gallery.chosen.connect(self.choose_preset)
        self.training.changed.connect(self.change)
        self.training.rejected.connect(self.warn)
        self.training.accepted.connect(self.messages.hide)
        self.topology.hidden_wanted.connect(self._change_hidden)
        self.topology.unit_hovered.connect(self.surface.show_unit)
        self.topology.unit_left.connect(self.surface.show_output)

    # --- gestures

    @Slot()
    def toggle(self) -> None:
        """Play, or pause when playing."""
        self.messages.hide()
        self.session.toggle()

    @Slot()
    def step(self) -> None:
        """One update or one epoch, as the toolbar says."""
        self.messages.hide()
        self.session.step(self._granularity)

    @Slot()
    def reset(self) -> None:
        """Back to the same initial weights."""
        self.messages.hide()
        self.session.reset()

    @Slot(str)
    def choose_preset(self, name: str) -> None:
        """Begin a new run with a preset, also with the one that is there already."""
        self._preset = name
        self.gallery.set_current(name)
        self._suggest_speed()
        self.open_experiment(PRESETS[name].experiment)

    @Slot(object)
    def open_experiment(self, experiment: Experiment) -> None:
        """Begin a new run with an experiment; undoable."""
        self.messages.hide()
        before = self.session.experiment
        self.session.load(experiment)
        self._make_undoable(before)

    @Slot(object)
    def change(self, changes: dict[str, Any]) -> None:
        """Change fields of the experiment; undoable."""
        try:
            experiment = self.session.experiment.evolve(**changes)
        except ValueError as error:
            self.warn(str(error))
            self._on_experiment_changed(self.session.experiment)
            return
        self.messages.hide()
        before = self.session.experiment
        self.session.adopt(experiment)
        self._make_undoable(before)

    @Slot(object)
    def _change_hidden(self, hidden: tuple[int, ...]) -> None:
        changes: dict[str, Any] = {"hidden": hidden}
        experiment = self.session.experiment
        if not isinstance(experiment.activation, str):
            # A new layer takes over the activation of the one before it.
            names = experiment.activation
            changes["activation"] = (*names, *names[-1:] * len(hidden))[: len(hidden)]
        changes["initial_parameters"] = None
        changes["trainable"] = None
        self.change(changes)

    @Slot(int)
    def _change_seed(self, seed: int) -> None:
        self.change({"seed": seed})

    @Slot(float)
    def _set_speed(self, updates_per_second: float) -> None:
        self._has_chosen_speed = True
        self.session.set_speed(updates_per_second)

    def _suggest_speed(self) -> None:
        """A speed at which a new preset can be watched, until the user has chosen one."""
        if self._has_chosen_speed or self._preset not in PRESETS:
            return
        speed = PRESETS[self._preset].watching_speed
        self.transport.set_speed(speed)
        self.session.set_speed(speed)

    @Slot(str)
    def _set_granularity(self, granularity: str) -> None:
        self._granularity = granularity

    def _make_undoable(self, before: Experiment) -> None:
        after = self.session.experiment
        if after != before:
            self.undo_stack.push(ExperimentChange(before, after, self.session.adopt))

    # --- what the session says

    @Slot(object, object)
    def _on_experiment_loaded(self, experiment: Experiment, dataset: Dataset) -> None:
        self._undrawn = None
        is_regression = dataset.task == "regression"
        self.cards["curves"].set_title("Loss" if is_regression else "Loss and accuracy")
        for view in (self.topology, self.surface, self.curves):
            view.reset(experiment, dataset)
        self._on_experiment_changed(experiment)

    @Slot(object)
    def _on_experiment_changed(self, experiment: Experiment) -> None:
        if self.session.dataset is not None:
            self.training.show_experiment(experiment, self.session.dataset)
        self.transport.show_experiment(experiment)
        if self._preset not in PRESETS or PRESETS[self._preset].experiment != experiment:
            self._preset = next(
                (name for name, entry in PRESETS.items() if entry.experiment == experiment),
                self._preset if self._is_of_preset(experiment) else None,
            )
        self.gallery.set_current(self._preset)

    def _is_of_preset(self, experiment: Experiment) -> bool:
        """Whether the experiment still has the data of the preset that it began with."""
        preset = PRESETS.get(self._preset or "")
        return preset is not None and preset.experiment.dataset == experiment.dataset

    @Slot(object)
    def _on_snapshot(self, snapshot: Snapshot) -> None:
        for part in (self.topology, self.surface, self.curves, self.transport):
            part.show_snapshot(snapshot)
        self._undrawn = snapshot
        if not self.isVisible() or self.isMinimized():
            self._acknowledge()
        else:
            self._ack_timer.start()

    @Slot(object)
    def _show_state(self, state: State) -> None:
        is_playing = state is State.PLAYING
        is_loaded = state not in (State.LOADING, State.CLOSED)
        self.transport.set_state(
            playing=is_playing,
            can_play=is_loaded,
            can_step=is_loaded,
            can_reset=is_loaded,
        )
        self.topology.set_running(is_playing)
        self.status.show_state(state, self.session.experiment.epochs, self.session.is_fresh)

    @Slot(str)
    def inform(self, sentence: str) -> None:
        self.messages.inform(sentence)

    @Slot(str)
    def warn(self, sentence: str) -> None:
        self.messages.warn(sentence)

    # --- drawing

    def event(self, event: QEvent) -> bool:
        is_handled = super().event(event)
        # Qt paints everything that waits for it within this event of the top-level window.
        if event.type() == QEvent.Type.UpdateRequest and self._undrawn is not None:
            self._acknowledge()
        return is_handled

    @Slot()
    def _acknowledge(self) -> None:
        snapshot, self._undrawn = self._undrawn, None
        self._ack_timer.stop()
        if snapshot is None:
            return
        self.session.acknowledge(snapshot)
        self.status.note_frame(snapshot.updates_per_second, snapshot.frame.is_sampled)

    # --- look

    def choose_theme(self, name: str) -> None:
        """ "light", "dark", or "system" to follow it."""
        self._follows_system = name == "system"
        self.set_theme(THEMES[name] if name in THEMES else _theme_of_system())

    @Slot()
    def _on_system_theme(self) -> None:
        if self._follows_system:
            self.set_theme(_theme_of_system())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(theme.palette())
        application.setFont(theme.font(13))
        application.setStyleSheet(stylesheet(theme))
        parts: list[Any] = [*self.cards.values(), *(c.content for c in self.cards.values())]
        for part in (*parts, self.transport, self.status, self.messages):
            part.set_theme(theme)

    # --- files

    def _view_with_focus(self) -> str:
        focus = QApplication.focusWidget()
        for name in VIEWS:
            if focus is not None and self.cards[name].isAncestorOf(focus):
                return name
        return WINDOW

    def context_menu(self, name: str) -> QMenu:
        """What a right click on one of the views offers; the menu deletes itself when closed."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        export = menu.addAction("Export as PNG…")
        export.triggered.connect(lambda _checked=False: self.documents.ask_and_export(name))
        return menu

    @Slot(QPoint)
    def _show_context_menu(self, at: QPoint) -> None:
        for name in VIEWS:
            card = self.cards[name]
            if card is self.sender():
                self.context_menu(name).popup(card.mapToGlobal(at))

    # --- Qt's events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Only what no field wanted arrives here, so typing is never taken for a command.
        command = key_command(event.key(), event.modifiers())
        if command == "toggle":
            self.toggle()
        elif command == "step":
            self.step()
        elif command == "reset":
            self.reset()
        elif command in ("update", "epoch"):
            self.transport.set_granularity(command)
            self._set_granularity(command)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self.isMinimized():
            self._acknowledge()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._acknowledge()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.session.close()
        super().closeEvent(event)


def _theme_of_system() -> Theme:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return system_theme(application)
