"""TrainingSession: the one presenter between the window and the worker; a state machine."""

from __future__ import annotations

from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, SignalInstance, Slot

from nnviz.data.dataset import Dataset
from nnviz.gui.worker import TrainingWorker
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import LIVE_FIELDS, Experiment


class State(Enum):
    """What the session is doing."""

    LOADING = "loading"
    PAUSED = "paused"
    PLAYING = "playing"
    STEPPING = "stepping"
    FINISHED = "finished"
    DIVERGED = "diverged"
    CLOSED = "closed"


_TRANSITIONS: dict[tuple[State, str], State] = {
    (State.LOADING, "loaded"): State.PAUSED,
    (State.LOADING, "refused"): State.PAUSED,
    (State.LOADING, "shown"): State.FINISHED,
    (State.PAUSED, "play"): State.PLAYING,
    (State.PAUSED, "step"): State.STEPPING,
    (State.PLAYING, "pause"): State.PAUSED,
    (State.PLAYING, "finished"): State.FINISHED,
    (State.PLAYING, "diverged"): State.DIVERGED,
    (State.PLAYING, "failed"): State.PAUSED,
    (State.STEPPING, "step"): State.STEPPING,
    (State.STEPPING, "play"): State.PLAYING,
    (State.STEPPING, "pause"): State.PAUSED,
    (State.STEPPING, "goal"): State.PAUSED,
    (State.STEPPING, "finished"): State.FINISHED,
    (State.STEPPING, "diverged"): State.DIVERGED,
    (State.STEPPING, "failed"): State.PAUSED,
    (State.FINISHED, "change"): State.PAUSED,
    (State.DIVERGED, "change"): State.PAUSED,
    **{(state, "load"): State.LOADING for state in State if state is not State.CLOSED},
    **{
        (state, "reset"): State.PAUSED
        for state in State
        if state not in (State.CLOSED, State.LOADING)
    },
    **{(state, "close"): State.CLOSED for state in State},
}
"""(state, event) → the next state; an event that is not listed for a state does nothing.

Playing ends with all epochs, not with a goal: that is of a step, and came too late."""


class TrainingSession(QObject):
    """Turns gestures into commands, and the worker's answers into what the views show.

    The worker lives in a thread of its own, reached by queued signals alone. Runs are numbered:
    an answer of a run that is over is recognised by its number and dropped.
    """

    # To the window.
    experiment_loaded = Signal(object, object)  # Experiment, Dataset: everything is new
    experiment_changed = Signal(object)  # Experiment: the same run goes on with it
    snapshot_ready = Signal(object)
    state_changed = Signal(object)
    informed = Signal(str)
    warned = Signal(str)
    engine_told = Signal(str, str)  # the engine in use, and why it is that one, if need be

    # To the worker.
    _load = Signal(int, object)
    _play = Signal(int)
    _pause = Signal(int)
    _step = Signal(int, str)
    _reset = Signal(int)
    _change = Signal(int, object)
    _speed = Signal(float)
    _acknowledge = Signal(int)
    _acknowledge_unseen = Signal(int)
    _finish = Signal()

    def __init__(
        self, experiment: Experiment, parent: QObject | None = None, engine: str = "reference"
    ) -> None:
        """`engine` of ENGINES is used as soon as it can be had, the reference until then."""
        super().__init__(parent)
        self.experiment = experiment
        self.dataset: Dataset | None = None
        self.snapshot: Snapshot | None = None
        self.state = State.LOADING
        self._run = 0
        self._plays_when_loaded = False
        self._passes_over = False
        self._thread = QThread()
        self._thread.setObjectName("training")
        self._worker = TrainingWorker(engine)
        self._interruption = self._worker.interruption
        self._worker.moveToThread(self._thread)
        self._connect_worker()
        self._thread.start()

    def _connect_worker(self) -> None:
        worker = self._worker
        self._load.connect(worker.load)
        self._play.connect(worker.play)
        self._pause.connect(worker.pause)
        self._step.connect(worker.step)
        self._reset.connect(worker.reset)
        self._change.connect(worker.change)
        self._speed.connect(worker.set_speed)
        self._acknowledge.connect(worker.acknowledge)
        self._acknowledge_unseen.connect(worker.acknowledge_unseen)
        self._finish.connect(worker.finish)
        worker.loaded.connect(self._on_loaded)
        worker.refused.connect(self._on_refused)
        worker.photographed.connect(self._on_photographed)
        worker.stopped.connect(self._on_stopped)
        worker.engine_told.connect(self.engine_told)
        self._thread.finished.connect(worker.deleteLater)

    # --- gestures

    @property
    def is_fresh(self) -> bool:
        """Whether the run shown has not been trained yet."""
        return self.snapshot is None or self.snapshot.frame.update == 0

    def start(self, play: bool = False) -> None:
        """Load the first experiment, and play it at once if wanted."""
        self.load(self.experiment, play=play)

    def load(self, experiment: Experiment, play: bool | None = None) -> None:
        """Begin a new run; a session that was playing goes on playing."""
        if not self._fire("load", self._keeps_playing() if play is None else play):
            return
        self._run += 1
        self.experiment = experiment
        self._send(self._load, self._run, experiment)

    def play(self) -> None:
        if self.state is State.LOADING:
            self._plays_when_loaded = True
        elif self._fire("play"):
            self._send(self._play, self._run)
        else:
            self._explain_standstill()

    def pause(self) -> None:
        self._plays_when_loaded = False
        if self._fire("pause"):
            self._send(self._pause, self._run)

    def toggle(self) -> None:
        """Play, or pause when playing."""
        if self.state in (State.PLAYING, State.STEPPING) or self._plays_when_loaded:
            self.pause()
        else:
            self.play()

    def step(self, granularity: str) -> None:
        """One update or one epoch; while playing it pauses first."""
        if self.state is State.PLAYING:
            self.pause()
        if self._fire("step"):
            self._send(self._step, self._run, granularity)
        else:
            self._explain_standstill()

    def reset(self) -> None:
        """Back to the initial weights, paused."""
        if self._fire("reset"):
            self.snapshot = None
            self._run += 1
            self._send(self._reset, self._run)

    def set_speed(self, updates_per_second: float) -> None:
        self._send(self._speed, updates_per_second)

    def change(self, changes: dict[str, Any]) -> None:
        """Change fields of the experiment; what is impossible is said, and changes nothing."""
        try:
            experiment = self.experiment.evolve(**changes)
        except ValueError as error:
            self.warned.emit(str(error))
            self.experiment_changed.emit(self.experiment)
            return
        self.adopt(experiment)

    def adopt(self, experiment: Experiment) -> None:
        """Go on with another experiment: live where that is possible, else as a new run."""
        changes = self.experiment.differences(experiment)
        if not changes or self.state is State.CLOSED:
            return
        if self.state is State.LOADING or not (LIVE_FIELDS - {"hidden"}).issuperset(changes):
            self.load(experiment)
            return
        self.experiment = experiment
        if self.state is State.DIVERGED or self._has_epochs_left():
            self._fire("change")
        self._send(self._change, self._run, changes)
        self.experiment_changed.emit(experiment)

    def show_moment(self, snapshot: Snapshot) -> None:
        """Show the end of a run that was trained elsewhere; the worker has no part in it."""
        self.experiment = snapshot.frame.experiment
        self.dataset = snapshot.dataset
        self.experiment_loaded.emit(self.experiment, self.dataset)
        self.snapshot = snapshot
        self._fire("shown")
        self.snapshot_ready.emit(snapshot)

    def acknowledge(self, snapshot: Snapshot) -> None:
        """This snapshot has been drawn; the worker may send the next."""
        self._acknowledge.emit(snapshot.run)

    def close(self) -> None:
        """End the worker and its thread; returns when both are gone."""
        if self.state is State.CLOSED:
            return
        self._fire("close")
        self._send(self._finish)
        self._thread.wait()

    # --- the worker's answers

    @Slot(int, object, object)
    def _on_loaded(self, run: int, experiment: Experiment, dataset: Dataset) -> None:
        if run != self._run:
            return
        self.dataset, self.snapshot = dataset, None
        plays = self._plays_when_loaded
        self._plays_when_loaded = False
        self.experiment_loaded.emit(experiment, dataset)
        self._fire("loaded")
        if plays:
            self.play()

    @Slot(int, str, object)
    def _on_refused(self, run: int, sentence: str, kept: Experiment | None) -> None:
        if run != self._run:
            return
        self._plays_when_loaded = False
        self.warned.emit(sentence)
        # Without any run to go back to, loading another experiment is the way on.
        if kept is not None:
            self.experiment = kept
            self._fire("refused")
            self.experiment_changed.emit(kept)

    @Slot(object, int)
    def _on_photographed(self, snapshot: Snapshot, served: int) -> None:
        if snapshot.run != self._run or self.state is State.CLOSED:
            return
        # To draw what a gesture has made out of date would only delay what it leads to. Never two
        # in a row, or nothing would be seen while a hand drags a slider.
        self._passes_over = served < self._interruption.sent and not self._passes_over
        if self._passes_over:
            self._acknowledge_unseen.emit(snapshot.run)
            return
        self.snapshot = snapshot
        self.snapshot_ready.emit(snapshot)

    @Slot(int, str, str)
    def _on_stopped(self, run: int, reason: str, sentence: str) -> None:
        if run != self._run:
            return
        self._fire(reason)
        if reason == "diverged":
            self.warned.emit(sentence)

    # --- inside

    def _send(self, command: SignalInstance, *arguments: object) -> None:
        """Send the worker a command; an update that takes long is broken off, and made later."""
        self._interruption.announce()
        command.emit(*arguments)

    def _explain_standstill(self) -> None:
        if self.state is State.FINISHED:
            self.informed.emit(
                f"All {self.experiment.epochs:,} epochs are over: raise the epochs to go on, "
                "or reset to begin again."
            )
        elif self.state is State.DIVERGED:
            self.informed.emit("Training diverged: lower the learning rate, or reset.")

    def _has_epochs_left(self) -> bool:
        return self.snapshot is None or self.snapshot.frame.epoch < self.experiment.epochs

    def _keeps_playing(self) -> bool:
        return self.state is State.PLAYING or self._plays_when_loaded

    def _fire(self, event: str, plays_when_loaded: bool = False) -> bool:
        """Go to the state that `event` leads to; False when it leads nowhere from here."""
        after = _TRANSITIONS.get((self.state, event))
        if after is None:
            return False
        if event == "load":
            self._plays_when_loaded = plays_when_loaded
        if after is not self.state:
            self.state = after
            self.state_changed.emit(after)
        return True
