"""MicroWalk: one micro-step after the other, both ways, across updates; by hand or by itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEasingCurve, QObject, QTimer, QVariantAnimation, Signal, Slot

from nnviz.data.dataset import Dataset
from nnviz.insight.microsteps import MicroStep
from nnviz.insight.snapshot import Snapshot
from nnviz.run.frame import Frame
from nnviz.run.problem import problem_of

SLOWEST, FASTEST = 0.5, 20.0
"""Micro-steps a second of Watch."""
_LONGEST_MOTION = 700
"""Milliseconds that a light takes through a layer, at most."""
_SHARE_OF_MOTION = 0.7
"""Of the time until the next micro-step; the rest is for reading."""


class MicroWalk(QObject):
    """Stands at one micro-step of the update that comes after the moment shown.

    The steps are spelled out elsewhere, for that may take long: `spelling_wanted` asks for
    them, `take` brings them.
    """

    shown = Signal(object, int)
    """The tuple of MicroSteps and which of them is meant; (None, 0) when nobody walks."""
    progressed = Signal(float)
    """How far the light has gone through its layer, from 0 to 1."""
    spelling_wanted = Signal(object, object)
    """Frame, and one of its next update's points by its place there, or None for all."""
    watching_changed = Signal(bool)

    def __init__(self, move: Callable[[int], bool], parent: QObject | None = None) -> None:
        """`move(±1)` has the run go on or back by an update; False when it cannot."""
        super().__init__(parent)
        self._move = move
        self._frame: Frame | None = None
        self._dataset: Dataset | None = None
        self._steps: tuple[MicroStep, ...] | None = None
        self._number = 0
        self._point: int | None = None
        """A place in the next update."""
        self._chosen: int | None = None
        """The same point's place in the training part: it stays chosen from update to update."""
        self._is_active = False
        self._enters_at_end = False
        self._enters_phase: str | None = None
        self._is_moving = False
        self._reduced_motion = False
        self._interval = 1000.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.forward)
        self._motion = QVariantAnimation(self)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._motion.valueChanged.connect(self._tell_progress)

    # --- where one stands

    @property
    def is_active(self) -> bool:
        return self._is_active

    @property
    def is_watching(self) -> bool:
        return self._timer.isActive()

    @property
    def step(self) -> MicroStep | None:
        """The one that is shown; None when nobody walks, or while it is being spelled out."""
        return self._steps[self._number] if self._is_active and self._steps else None

    @property
    def is_waiting(self) -> bool:
        """Whether the next micro-step is on its way: the run moves, or it is being spelled out."""
        return self._is_moving or (self._is_active and self._steps is None)

    @property
    def number(self) -> int:
        return self._number

    @property
    def count(self) -> int:
        return len(self._steps) if self._steps else 0

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Another moment is shown; a walk goes on in its next update."""
        frame = snapshot.frame
        is_same = self._frame is not None and self._frame.state is frame.state
        is_same = is_same and self._frame is not None and self._frame.experiment is frame.experiment
        if snapshot.dataset is not self._dataset:
            # Its number is another point's there.
            self._dataset, self._chosen = snapshot.dataset, None
        self._frame = frame
        if is_same and not self._is_moving:
            return
        self._is_moving = False
        self._steps = None
        if self._is_active:
            self._spell()

    @Slot(object, object, object)
    def take(self, frame: Frame, point: int | None, steps: tuple[MicroStep, ...]) -> None:
        """The steps that were asked for; those of another moment come late and are dropped."""
        if not self._is_active or self._frame is None or frame is not self._frame:
            return
        if point != self._point:
            return
        self._steps = steps
        last = len(steps) - 1
        self._number = last if self._enters_at_end else min(self._number, last)
        self._enters_at_end = False
        if self._enters_phase is not None:
            self._number = _first_of(self._enters_phase, steps)
            self._enters_phase = None
        self._show()

    # --- walking

    @Slot()
    def forward(self) -> None:
        """The next micro-step; after the last one the update is made, and the next begins."""
        if self.is_waiting:
            return
        if not self._is_active:
            self._begin(0, at_end=False)
        elif self._number < self.count - 1:
            self._number += 1
            self._show()
        else:
            self._go(1, at_end=False)

    @Slot()
    def back(self) -> None:
        """The micro-step before; before the first one comes the last of the update before."""
        if self.is_waiting:
            return
        if self._is_active and self._number > 0:
            self._number -= 1
            self._show()
        else:
            self._is_active = True
            self._go(-1, at_end=True)

    @Slot(str)
    def go_to(self, phase: str) -> None:
        """The first micro-step of a phase, in the update that one walks through."""
        if self.is_waiting:
            return
        if self._is_active and self._steps is not None:
            self._number = _first_of(phase, self._steps)
            self._show()
        else:
            self._enters_phase = phase
            self._begin(0, at_end=False)

    @Slot()
    def stop(self) -> None:
        """Nobody walks any more."""
        self._enters_phase = None
        self.watch(False)
        self._motion.stop()
        self._is_moving = False
        if self._is_active:
            self._is_active = False
            self._steps, self._number = None, 0
            self.shown.emit(None, 0)

    @Slot(object)
    def choose_point(self, point: int | None) -> None:
        """Show one point of the update alone, by its place there; None shows all together.

        It is shown in all updates that it is one of; the others are shown as a whole.
        """
        self._chosen = None
        if point is not None:
            batch = self._next_points()
            self._chosen = int(batch[point]) if 0 <= point < len(batch) else None
        if point != self._point:
            self._point = point
            if self._is_active and not self._is_moving:
                self._steps = None
                self._spell()

    # --- watching

    @Slot(bool)
    def watch(self, watching: bool) -> None:
        """Walk on and on by itself, or stop doing so."""
        if watching == self.is_watching:
            return
        if watching:
            self._timer.start(round(self._interval))
            self.forward()
        else:
            self._timer.stop()
        self.watching_changed.emit(watching)

    @Slot(float)
    def set_speed(self, steps_per_second: float) -> None:
        """How many micro-steps a second are watched, from SLOWEST to FASTEST."""
        self._interval = 1000.0 / min(max(steps_per_second, SLOWEST), FASTEST)
        if self._timer.isActive():
            self._timer.setInterval(round(self._interval))

    def set_reduced_motion(self, reduced: bool) -> None:
        self._reduced_motion = reduced

    # --- inside

    def _begin(self, number: int, at_end: bool) -> None:
        self._is_active = True
        self._number, self._enters_at_end = number, at_end
        self._spell()

    def _go(self, direction: int, at_end: bool) -> None:
        """To the update before or after; the walk enters it when its moment is there."""
        self._is_moving = self._move(direction)
        if self._is_moving:
            self._number, self._enters_at_end = 0, at_end
        else:
            self.watch(False)
            if self._steps is None:
                self._spell()

    def _spell(self) -> None:
        if self._frame is not None:
            self._point = self._place_of_chosen()
            self.spelling_wanted.emit(self._frame, self._point)

    def _place_of_chosen(self) -> int | None:
        """Where the chosen point stands in the next update; None if it is not in it."""
        if self._chosen is None:
            return None
        found = np.flatnonzero(self._next_points() == self._chosen)
        return int(found[0]) if len(found) else None

    def _next_points(self) -> NDArray[np.int64]:
        """The points of the next update, as places in the training part."""
        from nnviz.insight.batch_lens import next_points

        frame, dataset = self._frame, self._dataset
        if frame is None or dataset is None:
            return np.empty(0, dtype=np.int64)
        return next_points(problem_of(frame.experiment, dataset), frame.state)

    @Slot(object)
    def _tell_progress(self, progress: float) -> None:
        self.progressed.emit(progress)

    def _show(self) -> None:
        self.shown.emit(self._steps, self._number)
        self._motion.stop()
        if self._reduced_motion:
            self.progressed.emit(1.0)
            return
        lasts = min(_SHARE_OF_MOTION * self._interval, _LONGEST_MOTION)
        self._motion.setDuration(round(lasts if self.is_watching else _LONGEST_MOTION / 2))
        self._motion.start()


def _first_of(phase: str, steps: tuple[MicroStep, ...]) -> int:
    return next(number for number, step in enumerate(steps) if step.phase == phase)
