"""Trainer: advances an experiment update by update, and goes to any moment of all it has done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnviz.data.dataset import Dataset
from nnviz.model import reference
from nnviz.model.engine import Stop
from nnviz.model.network import Network
from nnviz.model.reference import Divergence
from nnviz.run.annotations import Bookmarking
from nnviz.run.branches import Branch
from nnviz.run.edits import (
    Edit,
    FieldsEdit,
    ValuesEdit,
    change_in_words,
    values_in_words,
)
from nnviz.run.experiment import LIVE_FIELDS, Experiment
from nnviz.run.frame import Frame
from nnviz.run.parameters import Parameters
from nnviz.run.prediction import class_probabilities, predictions
from nnviz.run.problem import dataset_of as dataset_of
from nnviz.run.resizing import with_followers
from nnviz.run.segment import Kind, Segment
from nnviz.run.timeline import Place, Timeline
from nnviz.run.traveller import Diverged as Diverged
from nnviz.run.traveller import Traveller

Array = NDArray[np.float64]


class Trainer:
    """Trains the network of one experiment.

    The state is a value: `frame()` takes it, `restore()` puts it back, and from the same state
    the same updates follow, bit for bit. All that it has done stays on its timeline: `seek` goes to
    any update of the present branch, and advancing from there retraces what came after, edits
    too, and goes on where it ended. A change before the end begins another branch.
    """

    def __init__(self, experiment: Experiment, engine: str = "compiled") -> None:
        """`engine` is one of ENGINES, or ValueError; see `make_engine`, which may wait."""
        self._traveller = Traveller(experiment, engine)

    # --- what it works on

    @property
    def experiment(self) -> Experiment:
        return self._traveller.experiment

    @property
    def dataset(self) -> Dataset:
        return self._traveller.dataset

    @property
    def timeline(self) -> Timeline:
        """All that it has been through."""
        return self._traveller.timeline

    @property
    def network(self) -> Network:
        return self._traveller.network

    @property
    def updates_per_epoch(self) -> int:
        """⌈n / batch size⌉."""
        return self._traveller.engine.problem.updates_per_epoch

    # --- what does the work

    @property
    def engine(self) -> str:
        """The one in use, "compiled" or "reference"."""
        return self._traveller.engine.name

    @property
    def engine_reason(self) -> str:
        """Why the reference trains where the compiled engine was asked for; else empty."""
        return self._traveller.engine.reason

    def use(self, engine: str) -> None:
        """Go on with another engine, from the very same state.

        The two differ in rounding, so what was trained before is retraced by the engine that made
        it: in the past, the other one takes over where the branch ends or a change begins.
        """
        # Refused, if it is, before anything else is done.
        made = self._traveller.replay.engine_for(self.experiment, engine)
        self._traveller.wanted_engine = engine
        if self.timeline.is_at_tip(self.update):
            self._traveller.take_over(made)

    # --- the present moment

    @property
    def weights(self) -> list[Array]:
        """(n_out, n_in) of every layer; read-only copies."""
        return _copies(self.network.split(self._traveller.state.theta)[0])

    @property
    def biases(self) -> list[Array]:
        """(n_out,) of every layer; read-only copies."""
        return _copies(self.network.split(self._traveller.state.theta)[1])

    @property
    def update(self) -> int:
        """Parameter updates so far."""
        return self._traveller.state.update

    @property
    def epoch(self) -> int:
        """Completed passes over the training points."""
        return self._traveller.state.epoch

    @property
    def diverged(self) -> Divergence | None:
        """What stopped the run; None while all numbers are finite."""
        return self._traveller.divergence

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
        while self.update < goal and self._traveller.advance(goal, stop):
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
        used = -(-self._traveller.state.position // self._traveller.engine.problem.points_per_batch)
        return (epoch - self.epoch) * self.updates_per_epoch - used

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
        before = self.experiment
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
        edit = ValuesEdit.between(self._traveller.state.theta, theta)
        if len(edit.indices):
            words = values_in_words(self.network, edit, self._traveller.state.theta)
            self.edit(self.experiment, edit, words, "parameters", gesture)

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
        parent, start, timeline = self.timeline.segment, edit(self._traveller.state), self.timeline
        if timeline.can_amend(gesture, self.update):
            # Another part of a drag takes the place of the one before.
            earlier = parent.enter
            if isinstance(edit, ValuesEdit) and isinstance(earlier, ValuesEdit) and parent.parent:
                parent, edit = parent.parent, earlier.then(edit)
                before = self._traveller.replay.state_at(parent, self.update).theta
                words = values_in_words(self.network, edit, before)
        engine = self._engine_for(experiment)
        segment = Segment(parent, experiment, engine, start, kind, words, edit)
        self._traveller.begin(segment, gesture)

    def reset(self) -> None:
        """Back to update 0 with the same initial weights and the present settings."""
        timeline, traveller = self.timeline, self._traveller
        before = timeline.place(self.update)
        first = timeline.segment_at(timeline.oldest())
        if traveller.is_initial(first):
            if (first, first.first) != (before.segment, before.update):
                traveller.stand_in(first, first.first)
                timeline.note_move(before)
            traveller.divergence = None
            return
        engine, initial = self._engine_for(self.experiment), traveller.initial_state()
        traveller.begin(Segment(None, self.experiment, engine, initial, "reset", "reset"))

    # --- moments

    def frame(self, at_most: int | None = None) -> Frame:
        """The present moment with its figures, exact unless the points are more than `at_most`.

        Then the figures come from a fair sample of that size, the same one every time.
        """
        return self._traveller.figures.frame(self._traveller.state, at_most)

    def restore(self, frame: Frame) -> None:
        """Exactly that moment again, with its experiment.

        A moment of the timeline is gone to; any other begins a branch of its own, and can be
        undone. ValueError when its network has another shape than this one.
        """
        traveller = self._traveller
        place = traveller.find(frame.experiment, frame.state)
        if place is not None:
            traveller.go_to(self.timeline.stand(place))
            return
        if frame.network.sizes != self.network.sizes:
            raise ValueError(
                f"frame: its network has the layers {_dashed(frame.network.sizes)}, "
                f"this one has {_dashed(self.network.sizes)}."
            )
        words = f"restored update {frame.update:,}"
        engine = self._engine_for(frame.experiment)
        traveller.begin(Segment(None, frame.experiment, engine, frame.state, "restored", words))

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
        self._traveller.stand_in(self.timeline.segment_at(update), update)

    def seek_pass(self) -> None:
        """Go back to where the present pass over the points began, or the one before it.

        At the beginning of the branch, nothing happens.
        """
        self.seek(self._traveller.start_of_pass())

    @property
    def updates_to_edit(self) -> int | None:
        """How many updates from here until an edit that was made follows; None without one."""
        following = self.timeline.next_segment()
        return None if following is None else following.first - self.update

    def undo(self) -> None:
        """Go back to where the last gesture began, a change, an edit, a reset; ValueError if none.

        What was trained after it stays as a branch. Names, deletions and bookmarks are undone
        where one stands.
        """
        self._stand_at(self.timeline.undo())

    def redo(self) -> None:
        """Go to where the gesture that was undone last had led; ValueError when there is none."""
        self._stand_at(self.timeline.redo())

    def _stand_at(self, place: Place | None) -> None:
        if place is not None:
            self._traveller.go_to(place)

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
        self._traveller.go_to(self.timeline.stand(Place(line.tip, line.tip.end, line)))

    def rename_branch(self, branch: Branch | int | str, name: str) -> None:
        """ValueError when there is no such branch, or the name is empty or taken."""
        self.timeline.rename(self.update, self.timeline.line_of(branch), name)

    def delete_branch(self, branch: Branch | int | str) -> None:
        """Undo brings it back; ValueError when there is none such, or it is in use."""
        self.timeline.delete(self.update, self.timeline.line_of(branch))

    def bookmark(self, note: str = "") -> None:
        """Mark the present moment with a note, which takes the place of one that is there."""
        self._bookmark(note)

    def remove_bookmark(self) -> None:
        """ValueError when the present moment has none."""
        if self.update not in self.timeline.segment.bookmarks:
            raise ValueError(f"bookmark: update {self.update:,} has none.")
        self._bookmark(None)

    def _bookmark(self, note: str | None) -> None:
        timeline = self.timeline
        timeline.annotate(self.update, Bookmarking(timeline.segment, self.update, note))

    # --- answers

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Class indices (n,) or target values (n,) for rows like X_train (n, features)."""
        return predictions(self.network, self._traveller.state.theta, X, self.dataset.task)

    def predict_proba(self, X: ArrayLike) -> Array:
        """The probability of each class, (n, classes), for rows like X_train (n, features).

        ValueError unless the output activation is sigmoid or softmax, or for regression. Several
        sigmoid outputs are divided by their sum.
        """
        return class_probabilities(self.network, self._traveller.state.theta, X, self.dataset.task)

    def _engine_for(self, experiment: Experiment) -> str:
        """The name of the one that would train it; ready when this returns."""
        traveller = self._traveller
        return traveller.replay.engine_for(experiment, traveller.wanted_engine).name


def _copies(arrays: list[Array]) -> list[Array]:
    return [reference.frozen(array.copy()) for array in arrays]


def _dashed(sizes: tuple[int, ...]) -> str:
    return "-".join(map(str, sizes))
