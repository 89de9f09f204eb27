"""TrainingSession: the one presenter between the window and the worker; a state machine."""

from __future__ import annotations

from functools import partial
from operator import methodcaller
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, SignalInstance, Slot

from nnviz.data.dataset import Dataset
from nnviz.gui.journey import Command
from nnviz.gui.states import TRANSITIONS, State
from nnviz.gui.worker import TrainingWorker
from nnviz.insight.best import best_row, last_other_loss
from nnviz.insight.snapshot import Snapshot
from nnviz.run.consistency import network_of
from nnviz.run.experiment import LIVE_FIELDS, Experiment
from nnviz.run.frame import Frame
from nnviz.run.trainer import Trainer


class TrainingSession(QObject):
    """Turns gestures into commands, and the worker's answers into what the views show.

    The worker lives in a thread of its own, reached by queued signals alone. Runs are numbered:
    an answer of a run that is over is recognised by its number and dropped.
    """

    # To the window.
    experiment_loaded = Signal(object, object)  # Experiment, Dataset: everything is new
    experiment_changed = Signal(object)  # Experiment: the same run goes on with it
    network_changed = Signal(object, object)  # Experiment, Dataset: with other layers
    snapshot_ready = Signal(object)
    state_changed = Signal(object)
    spelled = Signal(object, object, object)  # Frame, point or None, tuple of MicroSteps
    informed = Signal(str)
    warned = Signal(str)
    engine_told = Signal(str, str)  # the engine in use, and why it is that one, if need be

    # To the worker.
    _load = Signal(int, int, object)
    _play = Signal(int)
    _pause = Signal(int)
    _step = Signal(int, str)
    _travel = Signal(int, object)
    _do = Signal(int, int, object)
    _spell = Signal(object, object)
    _undo = Signal(int, int)
    _redo = Signal(int, int)
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
        self.journey = 0
        """The number of the run that is shown, by which it can be gone back to."""
        self._journeys = 0
        self._gestures = 0
        self._run = 0
        self._sizes: tuple[int, ...] = ()
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
        self._travel.connect(worker.travel)
        self._do.connect(worker.do)
        self._spell.connect(worker.spell)
        self._undo.connect(worker.undo)
        self._redo.connect(worker.redo)
        self._speed.connect(worker.set_speed)
        self._acknowledge.connect(worker.acknowledge)
        self._acknowledge_unseen.connect(worker.acknowledge_unseen)
        self._finish.connect(worker.finish)
        worker.loaded.connect(self._on_loaded)
        worker.refused.connect(self._on_refused)
        worker.photographed.connect(self._on_photographed)
        worker.stopped.connect(self._on_stopped)
        worker.spelled.connect(self.spelled)
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

    def load(
        self, experiment: Experiment, play: bool | None = None, journey: int | None = None
    ) -> None:
        """Begin a new run; a session that was playing goes on playing.

        With the number of a `journey` that was shown before, go on where it was left, as long as
        it is kept; else it begins anew.
        """
        if not self._fire("load", self._keeps_playing() if play is None else play):
            return
        self._run += 1
        if journey is None:
            self._journeys += 1
            journey = self._journeys
        self.journey = journey
        self.experiment = experiment
        self._send(self._load, self._run, journey, experiment)

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

    def reset(self) -> int:
        """Back to the initial weights, paused; returns the gesture's number."""
        number = self._next_gesture()
        if self._fire("reset"):
            self._send(self._pause, self._run)
            self._send(self._do, self._run, number, methodcaller("reset"))
        return number

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

    def adopt(self, experiment: Experiment) -> int | None:
        """Go on with another experiment: live where that is possible, else as a new run.

        Returns the number of the gesture, by which a live change can be undone; None for a new run.
        """
        changes = self.experiment.differences(experiment)
        if not changes or self.state is State.CLOSED:
            return None
        if self.state is State.LOADING or not LIVE_FIELDS.issuperset(changes):
            self.load(experiment)
            return None
        self._take(experiment)
        return self.do(methodcaller("change", **changes))

    # --- time

    def do(self, command: Command, number: int | None = None) -> int:
        """Have the worker do something that can be undone; training goes on.

        Returns the number to undo it by; commands with the same `number` are one gesture.
        """
        number = self._next_gesture() if number is None else number
        if self.state is State.DIVERGED or self._has_epochs_left():
            self._fire("change")
        self._send(self._do, self._run, number, command)
        return number

    def undo(self, number: int, experiment: Experiment | None = None) -> None:
        """Go back to before a gesture; `experiment` is what held then, if that is known."""
        self._undo_or_redo(self._undo, number, experiment)

    def redo(self, number: int, experiment: Experiment | None = None) -> None:
        """Go to what a gesture that was undone had led to."""
        self._undo_or_redo(self._redo, number, experiment)

    def seek(self, update: int) -> None:
        """Show the moment after `update` updates of this branch, paused."""
        self.travel(methodcaller("seek", update))

    def go(self, direction: int, granularity: str) -> bool:
        """A step forward (1) or back (−1); False when there is nowhere to go."""
        if direction > 0:
            self.step(granularity)
            return self.state is State.STEPPING
        outline = None if self.snapshot is None else self.snapshot.timeline
        if outline is None or outline.update <= outline.oldest:
            return False
        self.step_back(granularity)
        return True

    def step_back(self, granularity: str) -> None:
        """One update back, or to where the present epoch began, or the one before."""
        self.travel(_one_update_back if granularity == "update" else methodcaller("seek_pass"))

    def travel(self, command: Command) -> None:
        """Pause, and have the worker do something that is nothing to be undone."""
        if self.state in (State.LOADING, State.CLOSED):
            return
        self._fire("move")
        self._send(self._travel, self._run, command)

    def go_back_and_divide_rate(self, by: float) -> tuple[int, str] | None:
        """From the best moment of this branch on with a part of the learning rate.

        Returns the gesture's number, and where it leads in a sentence; None where there is no
        earlier moment.
        """
        snapshot = self.snapshot
        if snapshot is None or not len(snapshot.history):
            return None
        history = snapshot.history
        row = best_row(history.train_loss, history, snapshot.timeline)
        if row is None:
            # Not before the loss was changed: that would be taken back too.
            update = last_other_loss(snapshot.timeline) or 0
        else:
            update = int(history.update[row])
        self._fire("change")
        rate = self.experiment.learning_rate / by
        told = f"Back at update {update:,}; from there the learning rate is {rate:g}."
        return self.do(partial(_divide_rate_at, update, by)), told

    def spell(self, frame: Frame, point: int | None) -> None:
        """Have the next update of a frame spelled out; `spelled` brings it."""
        if self.state is not State.CLOSED:
            self._send(self._spell, frame, point)

    def _undo_or_redo(
        self, command: SignalInstance, number: int, experiment: Experiment | None
    ) -> None:
        if self.state in (State.FINISHED, State.DIVERGED):
            self._fire("move")
        if experiment is not None:
            self._take(experiment)
        self._send(command, self._run, number)

    def _take(self, experiment: Experiment) -> None:
        """The same run goes on with another experiment."""
        if experiment == self.experiment:
            return
        self.experiment = experiment
        self._note_network(experiment)
        self.experiment_changed.emit(experiment)

    def _note_network(self, experiment: Experiment) -> None:
        sizes = network_of(experiment).sizes
        if sizes != self._sizes and self.dataset is not None:
            self._sizes = sizes
            self.network_changed.emit(experiment, self.dataset)

    def _next_gesture(self) -> int:
        self._gestures += 1
        return self._gestures

    def show_moment(self, snapshot: Snapshot) -> None:
        """Show the end of a run that was trained elsewhere; the worker has no part in it."""
        self.experiment = snapshot.frame.experiment
        self.dataset = snapshot.dataset
        self.experiment_loaded.emit(self.experiment, self.dataset)
        self.snapshot = snapshot
        self._fire("shown")
        if self._has_epochs_left():
            self._fire("change")
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
        self.experiment, self._sizes = experiment, network_of(experiment).sizes
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
            self._note_network(kept)
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
        if served == self._interruption.sent:
            # In the past, or after an undo, other settings may hold.
            self._take(snapshot.frame.experiment)
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
            self.warned.emit("Training diverged here: lower the learning rate, or reset.")

    def _has_epochs_left(self) -> bool:
        return self.snapshot is None or self.snapshot.frame.epoch < self.experiment.epochs

    def _keeps_playing(self) -> bool:
        return self.state is State.PLAYING or self._plays_when_loaded

    def _fire(self, event: str, plays_when_loaded: bool = False) -> bool:
        """Go to the state that `event` leads to; False when it leads nowhere from here."""
        after = TRANSITIONS.get((self.state, event))
        if after is None:
            return False
        if event == "load":
            self._plays_when_loaded = plays_when_loaded
        if after is not self.state:
            self.state = after
            self.state_changed.emit(after)
        return True


def _one_update_back(trainer: Trainer) -> None:
    trainer.seek(max(trainer.update - 1, trainer.timeline.oldest()))


def _divide_rate_at(update: int, by: float, trainer: Trainer) -> None:
    trainer.seek(update)
    trainer.change(learning_rate=trainer.experiment.learning_rate / by)
