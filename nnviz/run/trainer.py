"""Trainer: advances an experiment update by update, and goes to any moment of all it has done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnviz.data.dataset import Dataset
from nnviz.model import reference
from nnviz.model.engine import Engine, Stop
from nnviz.model.network import Network
from nnviz.model.reference import Divergence, State
from nnviz.run.edits import (
    Edit,
    FieldsEdit,
    ValuesEdit,
    change_in_words,
    nothing,
    values_in_words,
)
from nnviz.run.experiment import LIVE_FIELDS, Experiment
from nnviz.run.figures import Figures
from nnviz.run.frame import Frame
from nnviz.run.parameters import Parameters
from nnviz.run.prediction import class_probabilities, predictions
from nnviz.run.problem import dataset_of as dataset_of
from nnviz.run.problem import initial_theta
from nnviz.run.replay import Replay, gap_between_keyframes
from nnviz.run.resizing import with_followers
from nnviz.run.timeline import Branch, Kind, Place, Segment, Timeline

Array = NDArray[np.float64]


class Diverged(ArithmeticError):
    """A number became infinite or NaN; the trainer stands at the last finite moment."""

    def __init__(self, divergence: Divergence) -> None:
        super().__init__(divergence.sentence)
        self.divergence = divergence


class Trainer:
    """Trains the network of one experiment.

    The state is a value: `frame()` takes it, `restore()` puts it back, and from the same state
    the same updates follow, bit for bit. All that it has done stays on its timeline: `seek` goes to
    any update of the present branch, and advancing from there retraces what came after, edits
    too, and goes on where it ended. A change before the end begins another branch.
    """

    def __init__(self, experiment: Experiment, engine: str = "compiled") -> None:
        """`engine` is one of ENGINES, or ValueError; see `make_engine`, which may wait."""
        self._wanted_engine = engine
        self._replay = Replay()
        self._divergence: Divergence | None = None
        self._work_on(experiment, self._replay.engine_for(experiment, engine))
        self._state = self._initial_state()
        self.timeline = Timeline(experiment, self._engine.name, self._state)
        self._segment = self.timeline.segment

    # --- what it works on

    @property
    def experiment(self) -> Experiment:
        return self._experiment

    @property
    def dataset(self) -> Dataset:
        return self._dataset

    @property
    def network(self) -> Network:
        return self._problem.network

    @property
    def updates_per_epoch(self) -> int:
        """⌈n / batch size⌉."""
        return self._problem.updates_per_epoch

    # --- what does the work

    @property
    def engine(self) -> str:
        """The one in use, "compiled" or "reference"."""
        return self._engine.name

    @property
    def engine_reason(self) -> str:
        """Why the reference trains where the compiled engine was asked for; else empty."""
        return self._engine.reason

    def use(self, engine: str) -> None:
        """Go on with another engine, from the very same state.

        The two differ in rounding, so what was trained before is retraced by the engine that made
        it: in the past, the other one takes over where the branch ends or a change begins.
        """
        # Refused, if it is, before anything else is done.
        made = self._replay.engine_for(self._experiment, engine)
        self._wanted_engine = engine
        if self.timeline.is_at_tip(self.update):
            self._take_over(made)

    # --- the present moment

    @property
    def weights(self) -> list[Array]:
        """(n_out, n_in) of every layer; read-only copies."""
        return _copies(self.network.split(self._state.theta)[0])

    @property
    def biases(self) -> list[Array]:
        """(n_out,) of every layer; read-only copies."""
        return _copies(self.network.split(self._state.theta)[1])

    @property
    def update(self) -> int:
        """Parameter updates so far."""
        return self._state.update

    @property
    def epoch(self) -> int:
        """Completed passes over the training points."""
        return self._state.epoch

    @property
    def diverged(self) -> Divergence | None:
        """What stopped the run; None while all numbers are finite."""
        return self._divergence

    @property
    def train_loss(self) -> float:
        """The objective, data term + penalty, over the whole training part."""
        return self.frame().train_loss

    @property
    def train_data_loss(self) -> float:
        return self.frame().train_data_loss

    @property
    def test_loss(self) -> float | None:
        """Data term over the test part; None without one."""
        return self.frame().test_loss

    @property
    def train_accuracy(self) -> float | None:
        """Fraction of training points classified rightly; None for regression."""
        return self.frame().train_accuracy

    @property
    def test_accuracy(self) -> float | None:
        """Fraction of test points classified rightly; None for regression or without any."""
        return self.frame().test_accuracy

    # --- going on

    def advance(self, updates: int = 1, stop: Stop | None = None) -> None:
        """Make `updates` updates; fewer when another thread asks `stop` for an end.

        Before the end of the branch it makes those again that were made, edits included. Raises
        Diverged when a number stops being finite, and stands at the last finite moment;
        ValueError when `updates` is negative.
        """
        if updates < 0:
            raise ValueError(f"updates: {updates} given; allowed: 0 and more.")
        goal = self.update + updates
        while self.update < goal and self._advance_within_segment(goal, stop):
            pass

    def advance_epochs(self, epochs: int = 1) -> None:
        """Advance until `epoch` has grown by `epochs`; raises as `advance` does."""
        if epochs < 0:
            raise ValueError(f"epochs: {epochs} given; allowed: 0 and more.")
        goal = self.epoch + epochs
        while updates := self.updates_to_epoch(goal):
            # An edit on the way may change how many updates an epoch has.
            following = self.timeline.next_segment()
            if following is not None:
                updates = min(updates, following.first - self.update)
            self.advance(updates)

    def updates_to_epoch(self, epoch: int) -> int:
        """How many updates from here until `epoch` passes are completed; 0 when they are."""
        if epoch <= self.epoch:
            return 0
        used = -(-self._state.position // self._problem.points_per_batch)
        return (epoch - self.epoch) * self.updates_per_epoch - used

    def _advance_within_segment(self, goal: int, stop: Stop | None) -> bool:
        """As far as this segment, the next keyframe and `goal` allow; False if asked to stop."""
        timeline = self.timeline
        following = timeline.next_segment()
        if following is None:
            if timeline.is_at_tip(self.update) and self._wanted_engine != self._engine.name:
                self._take_over(self._replay.engine_for(self._experiment, self._wanted_engine))
            target = min(goal, self.update + self._gap)
            if self.update < timeline.segment.end:
                # Perhaps another engine takes over where the branch ends.
                target = min(target, timeline.segment.end)
        else:
            target = min(goal, following.first)
        before = self.update
        self._state, self._divergence = self._engine.train(self._state, target - before, stop)
        timeline.extend(self._state, self._gap)
        if self._divergence is not None:
            timeline.segment.divergence = self._divergence
            raise Diverged(self._divergence)
        if following is not None and self.update == following.first:
            # Edits made at the same update follow one another.
            self._stand_in(timeline.segment_at(self.update), self.update)
        return self.update == target

    # --- changing things

    def change(self, /, **changes: Any) -> None:
        """Change fields that may change in the middle of a run; the parameters stay.

        A new batch size or shuffling begins a new pass over the points; a new optimizer starts
        with an empty memory. Other hidden layers keep what is learned where they have the same
        connections, see `carried`. ValueError names a field that would need a new run.
        """
        for name in changes:
            if name in Experiment.model_fields and name not in LIVE_FIELDS:
                raise ValueError(
                    f"{name}: cannot change in the middle of a run; "
                    f"allowed: {', '.join(sorted(LIVE_FIELDS))}."
                )
        before = self._experiment
        after = before.evolve(**with_followers(before, changes))
        if after == before:
            return
        self.edit(after, FieldsEdit(before, after), change_in_words(before, after), "change")

    def set_parameters(
        self,
        weights: Sequence[ArrayLike],
        biases: Sequence[ArrayLike],
        gesture: object = None,
    ) -> None:
        """Put these weights (n_out, n_in) and biases (n_out,) in place of the present ones.

        Update, epoch and the optimizer's memory stay. Calls with the same `gesture` (not None) are
        one edit, undone as one: the steps of a drag. ValueError when a shape does not fit or
        a value is not finite.
        """
        given = Parameters(weights, biases)
        theta = self.network.join(given.weights, given.biases)
        edit = ValuesEdit.between(self._state.theta, theta)
        if len(edit.indices):
            words = values_in_words(self.network, edit, self._state.theta)
            self.edit(self._experiment, edit, words, "parameters", gesture)

    def edit(
        self,
        experiment: Experiment,
        edit: Edit,
        words: str,
        kind: Kind = "parameters",
        gesture: object = None,
    ) -> None:
        """Go on with another experiment from what `edit` makes of the present state.

        `words` tell it; edits of one `gesture` (not None) are undone together.
        """
        parent, start, timeline = self.timeline.segment, edit(self._state), self.timeline
        if timeline.can_amend(gesture, self.update):
            # Another part of a drag takes the place of the one before.
            earlier = parent.enter
            if isinstance(edit, ValuesEdit) and isinstance(earlier, ValuesEdit) and parent.parent:
                parent, edit = parent.parent, earlier.then(edit)
                before = self._replay.state_at(parent, self.update).theta
                words = values_in_words(self.network, edit, before)
        engine = self._replay.engine_for(experiment, self._wanted_engine)
        self._begin(Segment(parent, experiment, engine.name, start, kind, words, edit), gesture)

    def reset(self) -> None:
        """Back to update 0 with the same initial weights and the present settings."""
        timeline, initial = self.timeline, self._initial_state()
        before = timeline.place(self.update)
        first = timeline.segment_at(timeline.oldest())
        if first.experiment == self._experiment and _equal(
            self._replay.state_at(first, first.first), initial
        ):
            if (first, first.first) != (before.segment, before.update):
                self._stand_in(first, first.first)
                timeline.note_move(before)
            self._divergence = None
            return
        engine = self._replay.engine_for(self._experiment, self._wanted_engine)
        self._begin(Segment(None, self._experiment, engine.name, initial, "reset", "reset"))

    # --- moments

    def frame(self, at_most: int | None = None) -> Frame:
        """The present moment with its figures, exact unless the points are more than `at_most`.

        Then the figures come from a fair sample of that size, the same one every time.
        """
        return self._figures.frame(self._state, at_most)

    def restore(self, frame: Frame) -> None:
        """Exactly that moment again, with its experiment.

        A moment of the timeline is gone to; any other begins a branch of its own, and can be
        undone. ValueError when its network has another shape than this one.
        """
        if self._find(frame):
            return
        if frame.network.sizes != self.network.sizes:
            raise ValueError(
                f"frame: its network has the layers {_dashed(frame.network.sizes)}, "
                f"this one has {_dashed(self.network.sizes)}."
            )
        engine = self._replay.engine_for(frame.experiment, self._wanted_engine)
        words = f"restored update {frame.update:,}"
        self._begin(Segment(None, frame.experiment, engine.name, frame.state, "restored", words))

    def seek(self, update: int) -> None:
        """Go to the moment after `update` updates of this branch; at an edit, to what it made.

        ValueError when the branch has no such update. What comes after it stays.
        """
        oldest, newest = self.timeline.oldest(), self.timeline.newest()
        if not oldest <= update <= newest:
            raise ValueError(
                f"update: {update} given; allowed: {oldest} to {newest}, "
                "the updates of this branch."
            )
        self._stand_in(self.timeline.segment_at(update), update)

    def seek_pass(self) -> None:
        """Go back to where the present pass over the points began, or the one before it.

        At the beginning of the branch, nothing happens.
        """
        segment, state = self._segment, self._state
        while True:
            problem = self._replay.engine_for(segment.experiment, segment.engine).problem
            used = -(-state.position // problem.points_per_batch)
            start = state.update - (used or problem.updates_per_epoch)
            if start >= segment.first:
                break
            start = segment.first
            first = self._replay.state_at(segment, start)
            begins_here = first.position == 0 and start < self.update
            if begins_here or segment.parent is None:
                break
            segment = segment.parent
            state = self._replay.state_at(segment, start)
        self.seek(max(start, self.timeline.oldest()))

    @property
    def updates_to_edit(self) -> int | None:
        """How many updates from here until an edit that was made follows; None without one."""
        following = self.timeline.next_segment()
        return None if following is None else following.first - self.update

    def undo(self) -> None:
        """Go back to where the last gesture began, a change, an edit, a reset; ValueError if none.

        What was trained after it stays as a branch.
        """
        self._go_to(self.timeline.undo())

    def redo(self) -> None:
        """Go to where the gesture that was undone last had led; ValueError when there is none."""
        self._go_to(self.timeline.redo())

    # --- branches

    @property
    def branches(self) -> tuple[Branch, ...]:
        """All ways that training went, oldest first."""
        return self.timeline.branches()

    def checkout(self, branch: Branch | int | str) -> None:
        """Go to the newest moment of a branch, given by itself, its number or its name.

        ValueError when there is none such.
        """
        line = self.timeline.line_of(branch)
        self._go_to(self.timeline.stand(Place(line.tip, line.tip.end, line)))

    def rename_branch(self, branch: Branch | int | str, name: str) -> None:
        """ValueError when there is no such branch, or the name is empty or taken."""
        self.timeline.rename(self.timeline.line_of(branch), name)

    def delete_branch(self, branch: Branch | int | str) -> None:
        """Forget a branch for good; ValueError when there is none such, or it is in use."""
        self.timeline.delete(self.timeline.line_of(branch))

    def bookmark(self, note: str = "") -> None:
        """Mark the present moment with a note, which takes the place of one that is there."""
        self.timeline.segment.bookmarks[self.update] = note

    def remove_bookmark(self) -> None:
        """ValueError when the present moment has none."""
        if self.timeline.segment.bookmarks.pop(self.update, None) is None:
            raise ValueError(f"bookmark: update {self.update:,} has none.")

    # --- answers

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Class indices (n,) or target values (n,) for rows like X_train (n, features)."""
        return predictions(self.network, self._state.theta, X, self._dataset.task)

    def predict_proba(self, X: ArrayLike) -> Array:
        """The probability of each class, (n, classes), for rows like X_train (n, features).

        ValueError unless the output activation is sigmoid or softmax, or for regression. Several
        sigmoid outputs are divided by their sum.
        """
        return class_probabilities(self.network, self._state.theta, X, self._dataset.task)

    # --- inside

    def _work_on(self, experiment: Experiment, engine: Engine) -> None:
        self._experiment = experiment
        self._dataset = dataset_of(experiment)
        self._figures = Figures(experiment, self._dataset, engine)
        self._engine = engine
        self._problem = engine.problem
        self._gap = gap_between_keyframes(engine)

    def _initial_state(self) -> State:
        return reference.initial_state(self._problem, initial_theta(self._experiment))

    def _begin(self, segment: Segment, gesture: object = None) -> None:
        """An edit: the segment begins at the present moment, or by itself."""
        self.timeline.begin(self.update, segment, gesture)
        self._stand_in(segment, segment.first)

    def _take_over(self, engine: Engine) -> None:
        """From the tip of the branch on, another engine trains."""
        if engine.name == self._engine.name:
            self._engine = engine
            return
        present = self.timeline.segment
        words = f"{engine.name} engine"
        segment = Segment(
            present, self._experiment, engine.name, self._state, "engine", words, nothing
        )
        self.timeline.switch(self.update, segment)
        self._segment = segment
        self._work_on(self._experiment, engine)

    def _go_to(self, place: Place) -> None:
        self._stand_in(place.segment, place.update)

    def _stand_in(self, segment: Segment, update: int) -> None:
        """Stand at a moment of a segment of this branch."""
        near = self._state if segment is self._segment else None
        self._state = self._replay.state_at(segment, update, near)
        self._segment = self.timeline.segment = segment
        self._divergence = None
        engine = self._replay.engine_for(segment.experiment, segment.engine)
        if engine is not self._engine:
            self._work_on(segment.experiment, engine)

    def _find(self, frame: Frame) -> bool:
        """Go to a moment of the timeline that has this state, and say whether there is one."""
        timeline = self.timeline
        for line in sorted(timeline.lines, key=lambda line: line is not timeline.line):
            for segment in reversed(line.tip.lineage()):
                if (
                    segment.first <= frame.update <= segment.end
                    and segment.experiment == frame.experiment
                    and _equal(self._replay.state_at(segment, frame.update), frame.state)
                ):
                    self._go_to(timeline.stand(Place(segment, frame.update, line)))
                    return True
        return False


def _equal(one: State, other: State) -> bool:
    """Every bit of both."""
    arrays = zip((one.theta, *one.slots), (other.theta, *other.slots), strict=False)
    return (
        (one.update, one.epoch, one.position, one.optimizer_updates)
        == (other.update, other.epoch, other.position, other.optimizer_updates)
        and len(one.slots) == len(other.slots)
        and all(a is b or a.tobytes() == b.tobytes() for a, b in arrays)
    )


def _copies(arrays: list[Array]) -> list[Array]:
    return [reference.frozen(array.copy()) for array in arrays]


def _dashed(sizes: tuple[int, ...]) -> str:
    return "-".join(map(str, sizes))
