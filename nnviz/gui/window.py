"""MainWindow: places the parts and connects them; no arithmetic."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

import nnviz.gui.plain_imports  # noqa: F401
from nnviz.data.dataset import Dataset
from nnviz.gui.actions import Actions, Commands, key_command
from nnviz.gui.appearance import Appearance
from nnviz.gui.arrangement import Arrangement, make_view_card
from nnviz.gui.card import Card
from nnviz.gui.controls.gallery import PresetGallery
from nnviz.gui.controls.more import MoreControls
from nnviz.gui.controls.training import TrainingPanel
from nnviz.gui.controls.transport import TransportBar
from nnviz.gui.documents import Documents
from nnviz.gui.drawn_frames import DrawnFrames
from nnviz.gui.dropping import DropTarget
from nnviz.gui.experiment_editor import ExperimentEditor
from nnviz.gui.figure_menus import FigureMenus, figure_with_focus
from nnviz.gui.figures import FIGURES, VIEWS
from nnviz.gui.message_bar import MessageBar
from nnviz.gui.preferences import Preferences
from nnviz.gui.preset_tracker import PresetTracker
from nnviz.gui.scaling import ScaleKeeper
from nnviz.gui.session import TrainingSession
from nnviz.gui.states import State
from nnviz.gui.status_line import StatusLine
from nnviz.gui.stylesheet import dress_application, set_ordinary_font
from nnviz.gui.theme import Theme
from nnviz.gui.travels import Travels
from nnviz.gui.views.curves import CurvesView
from nnviz.gui.views.inspector import InspectorView
from nnviz.gui.views.surface import SurfaceView
from nnviz.gui.views.timeline import TimelineView
from nnviz.gui.views.topology import TopologyView
from nnviz.gui.ways_out import WaysOut
from nnviz.gui.window_state import restore_state, state_of
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import Experiment
from nnviz.run.presets import PRESETS, Preset


class MainWindow(QWidget):
    """The one window: transport above, data and training left, network, output and curves."""

    def __init__(
        self,
        experiment: Experiment,
        theme: Theme,
        preset: str | None = None,
        preferences: Preferences | None = None,
        engine: str = "reference",
    ) -> None:
        """`theme` is the system's; the preferences may want another.

        `engine` of ENGINES is used as soon as it can be had, the reference until then.
        """
        preferences = preferences or Preferences()
        set_ordinary_font(theme.adapted(preferences.palette, preferences.scale))
        super().__init__()
        self.session = TrainingSession(experiment, self, engine)
        self.appearance = Appearance(theme, preferences, self)
        self._scaling = ScaleKeeper(self, self.appearance)
        self.presets = PresetTracker(preset, preferences.recent_presets)
        self._has_chosen_speed = False
        self._frames = DrawnFrames(self)

        self._make_parts()
        self.arrangement = Arrangement(self, self.transport, self.cards, self.timeline, self.status)
        self._make_editor()
        self._make_travels()
        self._make_menu()
        self._connect_session()
        self._connect_parts()
        self.set_theme(self.appearance.theme)
        restore_state(self, preferences)
        self.editor.show_title()
        self.gallery.set_current(self.presets.name)
        self._suggest_speed(self.presets.preset)
        self._show_state(self.session.state)
        self.transport.setFocus()

    # --- parts

    def _make_parts(self) -> None:
        self.transport = TransportBar(self)
        self.gallery = PresetGallery(self)
        self.training = TrainingPanel(self)
        self.more = MoreControls(self)
        self.topology = TopologyView(self)
        self.surface = SurfaceView(self)
        self.curves = CurvesView(self)
        self.inspector = InspectorView(self)
        self.timeline = TimelineView(self)
        self._views = (self.topology, self.surface, self.curves, self.inspector, self.timeline)
        self.cards = {
            "data": Card("Data", self.gallery),
            "training": Card("Training", self.training),
            "more": Card("More", self.more),
            "network": make_view_card(FIGURES["network"].title, self.topology),
            "inspector": make_view_card("Inspector", self.inspector),
            "surface": make_view_card(FIGURES["surface"].title, self.surface),
            "curves": make_view_card(FIGURES["curves"].title, self.curves),
        }
        self.messages = MessageBar(self)
        self.status = StatusLine(self)
        self.messages.stand_over(self.status)

    def _make_editor(self) -> None:
        self.documents = Documents(self.session, self, {name: self.cards[name] for name in VIEWS})
        self.editor = ExperimentEditor(
            self, self.session, self.documents, self.messages, self.presets
        )
        self.undo_stack = self.editor.undo_stack
        self._ways_out = WaysOut(self, self.session, self.editor, self.messages)

    def _make_travels(self) -> None:
        self.travels = Travels(
            self,
            self.session,
            self.editor,
            self.topology,
            self.surface,
            self.inspector,
            self.timeline,
        )
        self.travels.walk.watching_changed.connect(self.status.show_watching)
        self.travels.can_go_back.connect(self.transport.set_can_go_back)
        self.travels.granularity_changed.connect(self.transport.set_granularity)

    def _make_menu(self) -> None:
        served = Commands(
            open_file=self.documents.ask_and_open,
            save_file=self.documents.save_again,
            save_file_as=self.documents.ask_and_save,
            save_history=self.documents.ask_and_save_history,
            export=self.documents.ask_and_export,
            copy=self.documents.copy,
            figure_with_focus=partial(figure_with_focus, self.cards),
            choose_preset=self.choose_preset,
            recent_presets=lambda: self.presets.recent,
            show_help=self._show_help,
            toggle=self.toggle,
            step=self.step,
            step_back=self.step_back,
        )
        self.commands = Actions(self, self.undo_stack, self.appearance, served)
        self.transport.set_menu(self.commands.menu)
        FigureMenus(self, self.cards, self.topology, self.commands.figure_menu)

    # --- connections

    def _connect_session(self) -> None:
        session = self.session
        session.experiment_loaded.connect(self._on_experiment_loaded)
        session.experiment_changed.connect(self._on_experiment_changed)
        session.network_changed.connect(self._on_network_changed)
        session.snapshot_ready.connect(self._on_snapshot)
        session.state_changed.connect(self._show_state)
        session.informed.connect(self.inform)
        session.engine_told.connect(self.status.show_engine)
        self._frames.drawn.connect(self._on_drawn)

    def _connect_parts(self) -> None:
        transport = self.transport
        transport.play_pressed.connect(self.toggle)
        transport.pause_pressed.connect(self.toggle)
        transport.step_pressed.connect(self.step)
        transport.step_back_pressed.connect(self.step_back)
        transport.reset_pressed.connect(self.reset)
        transport.granularity_changed.connect(self.travels.set_granularity)
        transport.speed_changed.connect(self._set_speed)
        transport.seed_changed.connect(self._change_seed)
        self.gallery.chosen.connect(self.choose_preset)
        for panel in (self.training, self.more):
            panel.changed.connect(self.change)
            panel.rejected.connect(self.warn)
            panel.accepted.connect(self.messages.hide)
        self.appearance.changed.connect(self._change_look)
        # Queued: what was unfolded knows its size when the layouts have been told of it.
        self.more.folded.connect(self._fit_more, Qt.ConnectionType.QueuedConnection)
        self.more.panel_made.connect(self._serve_panel)
        self.appearance.motion_changed.connect(self.topology.set_reduced_motion)
        self.topology.set_reduced_motion(self.appearance.reduces_motion)
        self.travels.walk.set_reduced_motion(self.appearance.reduces_motion)
        self.appearance.motion_changed.connect(self.travels.walk.set_reduced_motion)
        self.documents.informed.connect(self.inform)
        self.documents.warned.connect(self.warn)
        self.documents.opened.connect(self.editor.open_file)
        self.documents.saved.connect(self.editor.note_saved)
        drops = DropTarget(self)
        drops.dropped.connect(self.documents.open)
        drops.refused.connect(self.warn)
        # What was said of the moment before is not true of another.
        self.timeline.seek_wanted.connect(self.messages.hide)
        self.timeline.checkout_wanted.connect(self.messages.hide)
        self.inspector.step_asked.connect(self.messages.hide)
        self.inspector.phase_asked.connect(self.messages.hide)
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
        """One micro-step, update or epoch, as the toolbar says."""
        self.messages.hide()
        self.travels.forward()

    @Slot()
    def step_back(self) -> None:
        """The same back."""
        self.messages.hide()
        self.travels.back()

    @Slot()
    def reset(self) -> None:
        """Back to the same initial weights."""
        self.messages.hide()
        self.editor.reset()

    @Slot(str)
    def choose_preset(self, name: str) -> None:
        """Begin a new run with a preset, also with the one that is there already."""
        self.gallery.set_current(name)
        self._suggest_speed(PRESETS[name])
        self.editor.choose_preset(name)

    @Slot()
    def _show_help(self) -> None:
        # The window must not wait for the list of its keys.
        from nnviz.gui.keys_help import show_keys

        show_keys(self)

    def begin_with_file(self, path: str) -> None:
        """Say that the experiment, with which the window was made, comes from a file."""
        self.editor.note_file(path)

    @Slot(object)
    def change(self, changes: dict[str, Any]) -> None:
        """Change fields of the experiment; undoable."""
        if not self.editor.change(changes):
            # What was moved shows again what stays.
            self._on_experiment_changed(self.session.experiment)

    @Slot(object)
    def _change_hidden(self, hidden: tuple[int, ...]) -> None:
        self.change({"hidden": hidden})

    @Slot(int)
    def _change_seed(self, seed: int) -> None:
        self.change({"seed": seed})

    @Slot(float)
    def _set_speed(self, updates_per_second: float) -> None:
        self._has_chosen_speed = True
        self.session.set_speed(updates_per_second)

    def _suggest_speed(self, preset: Preset | None) -> None:
        """A speed at which a new preset can be watched, until the user has chosen one."""
        if self._has_chosen_speed or preset is None:
            return
        self.transport.set_speed(preset.watching_speed)
        self.session.set_speed(preset.watching_speed)

    # --- what the session says

    @Slot(object, object)
    def _on_experiment_loaded(self, experiment: Experiment, dataset: Dataset) -> None:
        self._frames.forget()
        is_regression = dataset.task == "regression"
        self.cards["curves"].set_title("Loss" if is_regression else FIGURES["curves"].title)
        self.travels.forget()
        self._ways_out.forget()
        for view in self._views:
            view.reset(experiment, dataset)
        self._on_experiment_changed(experiment)

    @Slot(object, object)
    def _on_network_changed(self, experiment: Experiment, dataset: Dataset) -> None:
        for view in (self.topology, self.surface):
            view.reset(experiment, dataset)

    @Slot(object)
    def _on_experiment_changed(self, experiment: Experiment) -> None:
        if self.session.dataset is not None:
            for panel in (self.training, self.more):
                panel.show_experiment(experiment, self.session.dataset)
        self.transport.show_experiment(experiment)
        self.editor.follow(experiment)
        self.gallery.set_current(self.presets.name)

    @Slot(object)
    def _on_snapshot(self, snapshot: Snapshot) -> None:
        # Before the parts, so that one that fails does not keep the worker waiting for ever.
        self._frames.expect(snapshot)
        for part in (*self._views, self.transport, self.more, self.travels, self._ways_out):
            part.show_snapshot(snapshot)
        self._frames.settle_unseen()

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
        self.travels.show_state(state)
        self.status.show_state(state, self.session.experiment.epochs, self.session.is_fresh)

    @Slot(str)
    def inform(self, sentence: str) -> None:
        self.messages.inform(sentence)

    @Slot(str)
    def warn(self, sentence: str) -> None:
        self.messages.warn(sentence)

    @Slot(object)
    def _on_drawn(self, snapshot: Snapshot) -> None:
        self.session.acknowledge(snapshot)
        self.status.note_frame(snapshot.updates_per_second, snapshot.frame.is_sampled)

    # --- look

    @property
    def theme(self) -> Theme:
        """The look that the user chose; a figure may borrow another for a moment."""
        return self.appearance.theme

    @Slot()
    def _fit_more(self) -> None:
        self.more.updateGeometry()
        self.arrangement.fit_more(bool(self.more.open_names()))

    @Slot(str, object)
    def _serve_panel(self, name: str, panel: Any) -> None:
        if name == "appearance":
            self.appearance.serve(panel)

    @Slot(object)
    def _change_look(self, theme: Theme) -> None:
        self._scaling.note_size()
        self.set_theme(theme)
        if not self._scaling.fit(theme):
            self.inform("The screen has no room for a larger interface.")

    def set_theme(self, theme: Theme) -> None:
        dress_application(theme)
        parts: list[Any] = [*self.cards.values(), *(c.content for c in self.cards.values())]
        others = (
            self.transport,
            self.timeline,
            self.status,
            self.messages,
            self.arrangement,
            self.documents,
        )
        for part in (*parts, *others):
            part.set_theme(theme)

    # --- what outlives a session

    @property
    def preferences(self) -> Preferences:
        """What the next start should find as it is now."""
        return state_of(self)

    # --- Qt's events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Only what no field wanted arrives here, so typing is never taken for a command.
        command = key_command(event.key(), event.modifiers())
        gestures = {
            "toggle": self.toggle,
            "step": self.step,
            "step back": self.step_back,
            "reset": self.reset,
        }
        if command in gestures:
            gestures[command]()
        elif command in ("micro", "update", "epoch"):
            self.transport.set_granularity(command)
            self.travels.set_granularity(command)
        elif event.key() == Qt.Key.Key_B and not event.modifiers() and self.timeline.isEnabled():
            self.timeline.menu.ask_bookmark()
        elif event.key() == Qt.Key.Key_Escape:
            self.topology.let_go()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.session.close()
        super().closeEvent(event)
