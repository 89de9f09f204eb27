"""Journey: one run with all that it has been through, and what is needed to show it."""

from __future__ import annotations

from collections.abc import Callable

from nnviz.insight.chronicle import Chronicle
from nnviz.insight.snapshot import Photographer, Snapshot, resolution_for
from nnviz.model.engine import Stop
from nnviz.run.experiment import Experiment
from nnviz.run.frame import Frame
from nnviz.run.outline import outline_of
from nnviz.run.timeline import Gesture
from nnviz.run.trainer import Trainer

Command = Callable[[Trainer], object]
"""Something to do with a trainer, such as `methodcaller("seek", 12)`; a ValueError refuses it."""
MOST_POINTS_FOR_FIGURES = 10_000
"""Beyond this many points the live figures come from a fair sample."""
FEW_MOMENTS = 200
"""Recorded ones of a branch, up to which it needs more than one for each frame shown."""
PARTS = 10
"""Into which a slice of training is divided then."""


class Journey:
    """A trainer, its figures and its pictures; and its gestures by the numbers of the window.

    The window numbers what can be undone. What a number stands for here is a gesture of the
    timeline, or nothing: a change that changed nothing, an edit whose branch was deleted.
    """

    def __init__(self, experiment: Experiment, engine: str) -> None:
        """As `Trainer` and `Photographer` do, ValueError or MemoryError."""
        self.trainer = Trainer(experiment, engine=engine)
        self._engine = engine
        self._chronicle = Chronicle()
        self._gestures: dict[int, Gesture] = {}
        self._make_photographer()

    def use(self, engine: str) -> None:
        """Train and take pictures with another engine from here on."""
        self._engine = engine
        self.trainer.use(engine)
        self._photographer.use(engine)

    def advance(self, updates: int, stop: Stop) -> None:
        """Train, as `Trainer.advance` does.

        The curves of a run that is over in the blink of an eye are worth seeing too: while there
        are few moments of it, some are noted in between. That costs a frame on the screen half as
        much again, for the interpreter's lock; after a change with a past it is not needed.
        """
        trainer = self.trainer
        goal = trainer.update + updates
        is_short = self._chronicle.count(trainer.timeline, FEW_MOMENTS) < FEW_MOMENTS
        part = -(-updates // PARTS) if is_short and updates >= PARTS else updates
        while trainer.update < goal:
            wanted = min(trainer.update + part, goal)
            trainer.advance(wanted - trainer.update, stop)
            if trainer.update < wanted:
                return
            if wanted < goal:
                self._note_moment()

    def _note_moment(self) -> Frame:
        trainer = self.trainer
        frame = trainer.frame(at_most=MOST_POINTS_FOR_FIGURES)
        self._chronicle.record(trainer.timeline, frame, len(trainer.dataset.X_train))
        return frame

    def snapshot(self, updates_per_second: float, run: int) -> Snapshot:
        """The present moment, with the history of its branch and the outline of all."""
        trainer, timeline = self.trainer, self.trainer.timeline
        n_points = len(trainer.dataset.X_train)
        frame = self._note_moment()
        if self._sizes != frame.network.sizes:
            self._make_photographer()
        return self._photographer.snapshot(
            frame,
            self._chronicle.history(timeline, frame, n_points),
            updates_per_second,
            run,
            outline_of(timeline, frame.update),
        )

    # --- gestures

    def do(self, number: int, command: Command) -> None:
        """Do what can be undone by its number; commands of one number are one gesture."""
        timeline = self.trainer.timeline
        before = timeline.last_gesture
        command(self.trainer)
        after = timeline.last_gesture
        if after is not None and after is not before:
            self._gestures[number] = after
            # The curves begin with it, however fast training goes on from there.
            self._note_moment()

    def undo(self, number: int) -> None:
        """Go back to before it, unless nothing came of it."""
        timeline = self.trainer.timeline
        if self._stands_for(number, timeline.last_gesture):
            self.trainer.undo()

    def redo(self, number: int) -> None:
        """Go to what it had led to, unless nothing came of it."""
        timeline = self.trainer.timeline
        if self._stands_for(number, timeline.next_redone):
            self.trainer.redo()

    def _stands_for(self, number: int, gesture: Gesture | None) -> bool:
        return gesture is not None and self._gestures.get(number) is gesture

    def _make_photographer(self) -> None:
        network = self.trainer.network
        self._sizes = network.sizes
        self._photographer = Photographer(
            self.trainer.dataset, resolution_for(network), self._engine
        )
