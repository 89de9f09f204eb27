"""TrainingWorker: trains in slices in a thread of its own, and sends one snapshot at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from operator import methodcaller
from time import perf_counter
from typing import Concatenate, ParamSpec

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from nnviz.gui.engine_switch import EngineSwitch
from nnviz.gui.interruption import Interruption
from nnviz.gui.journey import Command, Journey
from nnviz.gui.pace import RHYTHMS, Pace, Rhythm, Throttle
from nnviz.run.experiment import Experiment
from nnviz.run.frame import Frame
from nnviz.run.trainer import Diverged, Trainer

GESTURE_LASTS = 1.0
"""Seconds for which slices stay short after a gesture: gestures come in groups."""
FRAME_INTERVAL = 0.015
"""The least time between two pictures, in seconds. A little less than a slice of the compiled
engine: were it more, every other slice would end too early, and half of the pictures be missed."""
TELLS_STEPS = (
    "nnviz.insight.equations", "nnviz.insight.equation_steps", "nnviz.insight.equation_example",
    "numpy.ma",  # for `np.unique`
)  # fmt: skip
"""What the window needs to tell the first step: imported beside it, not while it is drawing."""
MOST_JOURNEYS = 3
"""Runs that are kept, the present one included: an undo brings back what was trained."""


P = ParamSpec("P")


def _stops_when_it_fails(
    slot: Callable[Concatenate[TrainingWorker, P], None],
) -> Callable[Concatenate[TrainingWorker, P], None]:
    """A slot after whose failure training stands still, and the session knows that it does.

    The exception goes on its way to where all are reported.
    """

    @wraps(slot)
    def guarded(worker: TrainingWorker, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            slot(worker, *args, **kwargs)
        except Exception:
            worker.stand_still()
            raise

    return guarded


class TrainingWorker(QObject):
    """Owns the trainer. Every method below is a slot that runs in the worker's thread.

    A snapshot is sent only when the one before has been acknowledged, so a slow screen makes
    fewer frames and no queue. Where another engine takes over, it does so in the middle of a run,
    from the very same state.
    """

    loaded = Signal(int, object, object)  # run, experiment, dataset
    # run, why it cannot be loaded or changed, the experiment that stays (None: there is none)
    refused = Signal(int, str, object)
    photographed = Signal(object, int)  # Snapshot, how many commands had been served by then
    stopped = Signal(int, str, str)  # run, "goal" | "finished" | "diverged" | "failed", sentence
    spelled = Signal(object, object, object)  # Frame, point or None, tuple of MicroSteps
    engine_told = Signal(str, str)  # the engine in use, and why it is that one if there is a reason

    def __init__(self, engine: str = "reference") -> None:
        """`engine` is the one that is wanted, of ENGINES."""
        super().__init__()
        self.interruption = Interruption()
        # A child of the worker, so that it goes to the worker's thread with it.
        self._switch = EngineSwitch(engine, self)
        self._switch.progressed.connect(self._on_kernels_progressed)
        self._switch.told.connect(self.engine_told)
        self._run = 0
        self._journey: Journey | None = None
        self._journeys: dict[int, Journey] = {}
        self._goal: int | Callable[[Trainer], int] | None = None
        self._is_playing = False
        self._awaits_acknowledgement = False
        self._has_news = False
        self._is_urgent = False
        self._last_frame = 0.0
        self._last_gesture = -math.inf
        self._throttle = Throttle()
        self._pace = Pace()
        self._timer: QTimer | None = None

    # --- commands

    @Slot(int, int, object)
    def load(self, run: int, number: int, experiment: Experiment) -> None:
        """Begin a new run, or go on with that of this number where it is still kept.

        Whatever was running stops. What cannot be loaded leaves the run that there is, standing
        still under the new number.
        """
        self.interruption.arrived()
        try:
            journey = self._journeys.pop(number, None)
            if journey is None:
                journey = Journey(experiment, self._switch.engine)
            elif self._switch.engine == "compiled":
                journey.use("compiled")
        except (ValueError, MemoryError) as error:
            self._refuse_to_load(run, str(error) or "There is not enough memory for this.")
            return
        except Exception:
            self._refuse_to_load(run, "This experiment could not be loaded.")
            raise
        self._run, self._journey = run, journey
        self._journeys[number] = journey  # as the newest
        while len(self._journeys) > MOST_JOURNEYS:
            del self._journeys[next(iter(self._journeys))]
        self._goal = None
        self._pace.clear()
        self._throttle.measure_anew()
        self.loaded.emit(run, journey.trainer.experiment, journey.trainer.dataset)
        # What was in flight belongs to a run that nobody shows any more.
        self._awaits_acknowledgement = False
        self._switch.tell(journey.trainer)
        self._note_moment()

    @Slot(int)
    @_stops_when_it_fails
    def play(self, run: int) -> None:
        """Train until the experiment's epochs are over."""
        self._serve()
        if self._present(run) is not None:
            self._is_playing = True
            self._go_to(_updates_to_the_end)

    @Slot(int)
    @_stops_when_it_fails
    def pause(self, run: int) -> None:
        self._serve()
        if self._present(run) is not None:
            self._goal = None
            self._pace.clear()
            self._note_moment()

    @Slot(int, str)
    @_stops_when_it_fails
    def step(self, run: int, granularity: str) -> None:
        """One update, or as many as complete the present epoch."""
        self._serve()
        trainer = self._present(run)
        if trainer is None:
            return
        self._is_playing = False
        if granularity == "update":
            self._go_to(trainer.update + min(1, _updates_to_the_end(trainer)))
        else:
            epoch = min(trainer.epoch + 1, trainer.experiment.epochs)
            self._go_to(methodcaller("updates_to_epoch", epoch))

    @Slot(int, object)
    @_stops_when_it_fails
    def travel(self, run: int, command: Command) -> None:
        """Stop, and do something with the trainer that is no gesture to be undone: seek, …"""
        self._serve()
        self._goal = None
        self._pace.clear()
        self._carry_out(run, lambda journey: command(journey.trainer))

    @Slot(int, int, object)
    @_stops_when_it_fails
    def do(self, run: int, number: int, command: Command) -> None:
        """Do something with the trainer that can be undone by its number; training goes on."""
        self._serve()
        self._carry_out(run, lambda journey: journey.do(number, command))

    @Slot(int, int)
    @_stops_when_it_fails
    def undo(self, run: int, number: int) -> None:
        self._serve()
        self._carry_out(run, lambda journey: journey.undo(number))

    @Slot(int, int)
    @_stops_when_it_fails
    def redo(self, run: int, number: int) -> None:
        self._serve()
        self._carry_out(run, lambda journey: journey.redo(number))

    @Slot(object, object)
    @_stops_when_it_fails
    def spell(self, frame: Frame, point: int | None) -> None:
        """Spell out the next update of a frame, or one of its points: see `microsteps`."""
        self._serve()
        from nnviz.insight.microsteps import microsteps

        for module in TELLS_STEPS:
            import_module(module)
        self.spelled.emit(frame, point, microsteps(frame, point))

    def _carry_out(self, run: int, do: Callable[[Journey], object]) -> None:
        trainer = self._present(run)
        if trainer is None or self._journey is None:
            return
        engine = trainer.engine, trainer.experiment
        try:
            do(self._journey)
        except ValueError as error:
            self.refused.emit(run, str(error), trainer.experiment)
        if (trainer.engine, trainer.experiment) != engine:
            self._throttle.measure_anew()
        self._switch.tell(trainer)
        self._note_moment()

    @Slot(float)
    @_stops_when_it_fails
    def set_speed(self, updates_per_second: float) -> None:
        """At most so many updates a second; infinity for all that the machine gives."""
        self._serve()
        self._throttle.set_speed(updates_per_second, perf_counter())
        if self._timer is not None:
            self._timer.setInterval(0)

    @Slot(int)
    @_stops_when_it_fails
    def acknowledge(self, run: int) -> None:
        """The last snapshot has been drawn; the next may come."""
        if run == self._run:
            self._awaits_acknowledgement = False
            self._send_news()
            # Not before there is something to see meanwhile.
            if self._journey is not None:
                self._switch.prepare()
            if self._timer is not None and self._timer.isActive():
                self._timer.setInterval(round(1000 * self._rhythm().rest))

    @Slot(int)
    @_stops_when_it_fails
    def acknowledge_unseen(self, run: int) -> None:
        """The last snapshot was passed over, for a gesture has made it out of date."""
        if run == self._run:
            self._has_news = self._is_urgent = True
            self.acknowledge(run)

    @Slot()
    def finish(self) -> None:
        """End: no command is served after this one."""
        self.interruption.arrived()
        self._goal = None
        if self._timer is not None:
            self._timer.stop()
        self._switch.stop()
        self.thread().quit()

    def stand_still(self) -> None:
        """Something failed: keep the present moment, and show it when the timer comes round."""
        self._goal = None
        self._pace.clear()
        self._has_news = self._is_urgent = True
        self.stopped.emit(self._run, "failed", "")

    def _refuse_to_load(self, run: int, sentence: str) -> None:
        kept = self._journey
        self.refused.emit(run, sentence, None if kept is None else kept.trainer.experiment)
        self._run = run
        self._goal = None
        self._pace.clear()
        self._awaits_acknowledgement = False
        self._note_moment()

    # --- the engine

    @Slot(bool)
    @_stops_when_it_fails
    def _on_kernels_progressed(self, is_ready: bool) -> None:
        if is_ready and self._journey is not None:
            self._journey.use("compiled")
            self._throttle.measure_anew()
            self._pace.clear()
            self._note_moment()
        self._switch.tell(self._trainer)

    def _rhythm(self) -> Rhythm:
        name = "loading" if self._switch.is_loading else self._switch.in_use(self._trainer)
        return RHYTHMS[name]

    # --- training

    @property
    def _trainer(self) -> Trainer | None:
        return None if self._journey is None else self._journey.trainer

    def _present(self, run: int) -> Trainer | None:
        """The trainer, unless the command was meant for another run."""
        return self._trainer if run == self._run else None

    def _go_to(self, goal: int | Callable[[Trainer], int]) -> None:
        """Train until this update, or until this says that no update is left to make."""
        self._goal = goal
        self._throttle.begin(perf_counter())
        if self._timer is None:
            # Made here and not in __init__, so that it belongs to the worker's thread.
            self._timer = QTimer(self)
            self._timer.timeout.connect(self._train_a_slice)
        self._timer.start(0)

    @Slot()
    @_stops_when_it_fails
    def _train_a_slice(self) -> None:
        journey, timer = self._journey, self._timer
        if timer is None:
            return
        if journey is None or self._goal is None:
            timer.stop()
            self._send_news()
            return
        trainer = journey.trainer
        now = perf_counter()
        patience = self._rhythm().patience
        if self._awaits_acknowledgement and now - self._last_frame < patience:
            timer.setInterval(max(1, round(1000 * (self._last_frame + patience - now))))
            return
        rhythm, is_gesturing = self._rhythm(), now - self._last_gesture < GESTURE_LASTS
        seconds = rhythm.slice_after_gesture if is_gesturing else rhythm.slice
        updates = min(self._throttle.updates_due(now, seconds), self._updates_left(trainer))
        if updates > 0:
            self._advance(journey, updates, now)
        if trainer.diverged is None and not self._updates_left(trainer):
            self._reach_goal(trainer)
        self._send_news()
        timer.setInterval(self._throttle.wait(rhythm.rest))

    def _updates_left(self, trainer: Trainer) -> int:
        """Until the goal, or an edit that is retraced: after it there may be more or fewer."""
        goal = self._goal
        if goal is None:
            return 0
        left = max(goal - trainer.update, 0) if isinstance(goal, int) else goal(trainer)
        to_edit = trainer.updates_to_edit
        return left if to_edit is None else min(left, to_edit)

    def _advance(self, journey: Journey, updates: int, now: float) -> None:
        trainer = journey.trainer
        before = trainer.update
        try:
            journey.advance(updates, self.interruption.stop)
        except Diverged as error:
            self._goal = None
            self._pace.clear()
            self._note_moment()
            kept = f" Shown is update {trainer.update:,}, the last after which the loss was finite"
            if error.divergence.update - 1 > trainer.update:
                kept += f"; update {error.divergence.update - 1:,} was taken back"
            self.stopped.emit(self._run, "diverged", f"{error}{kept}.")
            return
        made = trainer.update - before
        if made == 0:  # a command is coming: it is served first, and the update made afterwards
            return
        self._throttle.note(made, perf_counter() - now)
        self._pace.note(perf_counter(), trainer.update)
        self._has_news = True

    def _reach_goal(self, trainer: Trainer) -> None:
        self._goal = None
        self._pace.clear()
        self._note_moment()
        is_over = trainer.epoch >= trainer.experiment.epochs
        self.stopped.emit(self._run, "finished" if is_over else "goal", "")

    # --- showing

    def _serve(self) -> None:
        """A gesture has become a command: it is here, and others may come soon."""
        self.interruption.arrived()
        self._last_gesture = perf_counter()

    def _note_moment(self) -> None:
        """Something else is to be seen; a gesture's effect does not wait for its turn."""
        self._has_news = self._is_urgent = True
        self._send_news()

    def _send_news(self) -> None:
        journey = self._journey
        if journey is None or not self._has_news:
            return
        now = perf_counter()
        is_early = now - self._last_frame < FRAME_INTERVAL and not self._is_urgent
        # A picture of what a command is about to make out of date would only keep the screen busy.
        is_stale = self._goal is not None and not self._is_urgent and self.interruption.is_awaited
        if self._awaits_acknowledgement or is_early or is_stale:
            return
        snapshot = journey.snapshot(self._pace.updates_per_second(), self._run)
        self._has_news = self._is_urgent = False
        self._awaits_acknowledgement = True
        self._last_frame = perf_counter()
        self.photographed.emit(snapshot, self.interruption.served)


def _updates_to_the_end(trainer: Trainer) -> int:
    return trainer.updates_to_epoch(trainer.experiment.epochs)
