"""Random programmes of advance, change, edit, seek, branch, undo: every moment bit for bit.

The model keeps the frames that were seen: by branch and update, and what each gesture led from and
to. Whatever the trainer does, a moment that was seen is that moment again.
"""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from nnviz import Diverged, Experiment, Trainer

BUDGET = 40_000
"""Little, so that moments are thinned out all the time."""

CHANGES = st.one_of(
    st.fixed_dictionaries({"learning_rate": st.floats(1e-3, 0.5)}),
    st.fixed_dictionaries({"batch_size": st.one_of(st.integers(1, 12), st.just("full"))}),
    st.fixed_dictionaries({"optimizer": st.sampled_from(["sgd", "nesterov", "adam", "rmsprop"])}),
    st.fixed_dictionaries({"l2": st.sampled_from([0.0, 0.01])}),
    st.fixed_dictionaries({"hidden": st.lists(st.integers(1, 4), max_size=2)}),
    st.fixed_dictionaries({"activation": st.sampled_from(["tanh", "relu", "sigmoid"])}),
)


class TimeTravel(RuleBasedStateMachine):
    @initialize(seed=st.integers(0, 50), engine=st.sampled_from(["reference", "compiled"]))
    def begin(self, seed, engine):
        e = Experiment(n_samples=16, hidden=[3], batch_size=5, seed=seed, learning_rate=0.05)
        self.t = Trainer(e, engine)
        self.t.timeline.budget = BUDGET
        self.t._traveller.gap = 1
        self.seen = {}
        self.undone, self.redone = [], []
        self.note()

    def note(self):
        """The present moment is what it was when it was seen before."""
        t = self.t
        # A moment is known by the segments that lead to it.
        key = (id(t.timeline.segment), t.update)
        frame = t.frame()
        kept, _ = self.seen.setdefault(key, (frame, t.timeline.segment))
        assert frame == kept

    @rule(updates=st.integers(1, 12))
    def advance(self, updates):
        for _ in range(updates):
            try:
                self.t.advance(1)
            except Diverged:
                break
            self.note()

    @rule(updates=st.integers(0, 30))
    def advance_at_once(self, updates):
        with contextlib.suppress(Diverged):
            self.t.advance(updates)
        self.note()

    @rule(changes=CHANGES)
    def change(self, changes):
        before = len(self.t.timeline._undo)
        frame = self.t.frame()
        self.t.change(**changes)
        if len(self.t.timeline._undo) > before:
            self.undone.append((frame, self.t.frame()))
            self.redone.clear()
        self.note()

    @rule(by=st.floats(-1, 1).filter(lambda x: abs(x) > 1e-3), place=st.integers(0, 10**6))
    def edit(self, by, place):
        before = self.t.frame()
        weights = [w.copy() for w in self.t.weights]
        flat = weights[place % len(weights)].reshape(-1)
        flat[place % flat.size] += by
        self.t.set_parameters(weights, self.t.biases)
        self.undone.append((before, self.t.frame()))
        self.redone.clear()
        self.note()

    @rule(part=st.floats(0, 1))
    def seek(self, part):
        oldest, newest = self.t.timeline.oldest(), self.t.timeline.newest()
        self.t.seek(oldest + round(part * (newest - oldest)))
        self.note()

    @rule(which=st.integers(0, 100))
    def checkout(self, which):
        branches = self.t.branches
        chosen = branches[which % len(branches)]
        self.t.checkout(chosen)
        assert self.t.update == chosen.newest
        self.note()

    @rule(engine=st.sampled_from(["reference", "compiled"]))
    def use(self, engine):
        theta = self.t.frame().theta
        self.t.use(engine)
        np.testing.assert_array_equal(self.t.frame().theta, theta)

    @rule(which=st.integers(0, 100), name=st.sampled_from(["a", "b", "c"]))
    def annotate(self, which, name):
        """Names, bookmarks and deletions move nothing, also when they are undone."""
        frame = self.t.frame()
        branches = self.t.branches
        chosen = branches[which % len(branches)]
        with contextlib.suppress(ValueError):
            if which % 3 == 0:
                self.t.bookmark(name)
            elif which % 3 == 1:
                self.t.rename_branch(chosen, name)
            else:
                self.t.delete_branch(chosen)
            self.undone.append(None)
            self.redone.clear()
        assert same(self.t.frame(), frame)

    @precondition(lambda self: self.undone)
    @rule()
    def undo(self):
        gesture = self.undone.pop()
        self.redone.append(gesture)
        here = self.t.frame()
        self.t.undo()
        assert same(self.t.frame(), here if gesture is None else gesture[0])

    @precondition(lambda self: self.redone)
    @rule()
    def redo(self):
        gesture = self.redone.pop()
        self.undone.append(gesture)
        here = self.t.frame()
        self.t.redo()
        assert same(self.t.frame(), here if gesture is None else gesture[1])

    @rule()
    def replay_all(self):
        """The whole branch from its beginning, in one go: the same end."""
        self.t.seek(self.t.timeline.newest())
        end = self.t.frame()
        self.t.seek(self.t.timeline.oldest())
        self.t.advance(end.update - self.t.update)
        assert same(self.t.frame(), end)

    @rule(which=st.integers(0, 10**6))
    def restore(self, which):
        frame, _ = list(self.seen.values())[which % len(self.seen)]
        if frame.network.sizes == self.t.network.sizes:
            before = self.t.frame()
            gestures = len(self.t.timeline._undo)
            self.t.restore(frame)
            assert same(self.t.frame(), frame)
            if len(self.t.timeline._undo) > gestures:
                self.undone.append((before, self.t.frame()))
                self.redone.clear()
            self.note()

    @invariant()
    def memory_is_bounded(self):
        if hasattr(self, "t"):
            # The moment that a run cannot do without is kept whatever the budget.
            roots = sum(1 for s in self.t.timeline.reachable() if s.enter is None)
            assert self.t.timeline.bytes <= BUDGET + 2_000 * roots


def same(one, other):
    """Figures aside: those of the two engines differ by rounding."""
    return (
        one.experiment == other.experiment
        and one.theta.tobytes() == other.theta.tobytes()
        and [s.tobytes() for s in one.slots] == [s.tobytes() for s in other.slots]
        and (one.update, one.epoch, one.position) == (other.update, other.epoch, other.position)
    )


@pytest.mark.slow
class TestTimeTravel(TimeTravel.TestCase):
    settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
