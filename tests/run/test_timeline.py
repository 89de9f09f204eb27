"""Time travel: any moment again, bit for bit; branches; undo; a bounded memory."""

from __future__ import annotations

import numpy as np
import pytest

from nnviz import Diverged
from nnviz.run.hands import Place, set_parameter
from nnviz.run.outline import outline_of

# Going back and forth.


def test_any_update_again(trainer):
    t = trainer()
    frames = [t.frame()]
    for _ in range(30):
        t.advance(1)
        frames.append(t.frame())
    for update in (30, 0, 17, 3, 29, 3):
        t.seek(update)
        assert t.frame() == frames[update]
    assert [(b.name, b.newest) for b in t.branches] == [("main", 30)]


@pytest.mark.parametrize("update", [-1, 6, 10**9])
def test_an_update_that_is_not_there(update, trainer):
    t = trainer()
    t.advance(5)
    before = t.frame()
    with pytest.raises(ValueError, match=rf"^update: {update} given; allowed: 0 to 5"):
        t.seek(update)
    assert t.frame() == before


def test_advancing_from_the_past_retraces_and_goes_on(trainer):
    t, other = trainer(), trainer()
    t.advance(20)
    t.seek(4)
    t.advance(26)
    other.advance(30)
    assert t.frame() == other.frame()
    assert len(t.branches) == 1


def test_edits_are_retraced_too(trainer, nudged):
    t = trainer()
    t.advance(5)
    t.change(learning_rate=0.2, batch_size=3)
    nudged(t)
    t.advance(12)
    end = t.frame()
    t.seek(2)
    assert t.experiment.learning_rate != 0.2
    t.advance(15)
    assert t.frame() == end
    t.seek(0)
    t.advance_epochs(1)
    assert t.epoch == 1
    assert len(t.branches) == 1


def test_at_an_edit_it_is_the_state_after_it(trainer, nudged):
    t = trainer()
    t.advance(5)
    before = t.frame()
    nudged(t)
    after = t.frame()
    t.advance(5)
    t.seek(5)
    assert t.frame() == after != before
    t.seek(3)
    t.advance(2)
    assert t.frame() == after


def test_epochs_over_an_edit_of_the_batch_size(trainer):
    t, other = trainer(), trainer()
    for each in (t, other):
        each.advance_epochs(1)
        each.advance(1)
        each.change(batch_size=5)
        each.advance_epochs(3)
    t.seek(0)
    t.advance_epochs(other.epoch)
    assert t.epoch == other.epoch


# Frames.


def test_restoring_a_moment_of_the_timeline_goes_there(trainer):
    t = trainer()
    t.advance(4)
    frame = t.frame()
    t.change(hidden=[5])
    t.advance(6)
    end = t.frame()
    t.restore(frame)
    assert t.frame() == frame
    t.restore(end)
    assert t.frame() == end
    t.seek(2)
    t.advance(8)
    assert t.frame() == end


def test_restoring_another_moment_begins_a_branch(trainer):
    t, other = trainer(), trainer(seed=5)
    t.advance(4)
    here = t.frame()
    other.advance(7)
    t.restore(other.frame())
    assert t.frame() == other.frame()
    with pytest.raises(ValueError, match="allowed: 7 to 7"):
        t.seek(3)
    t.advance(2)
    t.undo()
    assert t.frame() == here
    assert [(b.parent, b.start, b.newest) for b in t.branches] == [(None, 0, 4), (None, 7, 9)]


# Engines.


def test_the_switch_of_engine_is_exact(trainer):
    t = trainer("reference", hidden=[8, 8])
    t.advance(10)
    middle = t.frame()
    t.use("compiled")
    assert t.frame() == middle
    t.advance(10)
    end = t.frame()
    for update in (0, 7, 10, 13):
        t.seek(update)
        t.advance(20 - update)
        assert t.frame() == end
    t.seek(4)
    assert t.engine == "reference"
    t.change(learning_rate=0.2)
    assert t.engine == "compiled"
    t.checkout("main")
    t.use("reference")
    t.advance(1)
    assert t.engine == "reference"
    # Only the change was a gesture.
    t.undo()
    with pytest.raises(ValueError, match=r"^undo: no gesture is left"):
        t.undo()


def test_in_the_past_the_other_engine_waits_for_the_end(trainer):
    t, other = trainer("reference"), trainer("reference")
    t.advance(10)
    t.seek(3)
    t.use("compiled")
    assert t.engine == "reference"
    t.advance(17)
    other.advance(10)
    other.use("compiled")
    other.advance(10)
    assert t.frame() == other.frame()
    assert t.engine == "compiled"


# Divergence.


def test_divergence_is_where_it_was(trainer):
    t = trainer(learning_rate=1e6, optimizer="sgd", loss="squared_error",
                output_activation="linear", activation="relu")  # fmt: skip
    with pytest.raises(Diverged):
        t.advance(1000)
    last, sentence = t.frame(), t.diverged.sentence
    t.seek(0)
    assert t.diverged is None
    with pytest.raises(Diverged, match="diverged") as raised:
        t.advance(1000)
    assert str(raised.value) == sentence
    assert t.frame() == last
    t.seek(0)
    t.change(learning_rate=1e-3)
    t.advance(50)
    assert len(t.branches) == 2


# Bookmarks.


def test_bookmarks(trainer):
    t = trainer()
    t.advance(3)
    t.bookmark("here it turns")
    t.advance(3)
    t.bookmark()
    t.seek(0)
    with pytest.raises(ValueError, match=r"^bookmark: update 0 has none"):
        t.remove_bookmark()
    t.seek(6)
    t.remove_bookmark()
    assert t.timeline.segment.bookmarks == {3: "here it turns"}


# Memory.


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_moments_are_thinned_under_a_budget(engine, trainer):
    t = trainer(engine, optimizer="adam", hidden=[8, 8])
    t.timeline.budget = 300_000
    other = trainer(engine, optimizer="adam", hidden=[8, 8])
    frames = {}
    for _ in range(300):
        t._traveller.gap = 1
        t.advance(1)
        other.advance(1)
        if t.update % 60 == 7:
            frames[t.update] = other.frame()
    assert t.timeline.bytes <= 300_000
    kept = sum(len(s.keyframes) for s in t.timeline.reachable())
    assert 20 < kept < 150
    for update, frame in frames.items():
        t.seek(update)
        assert t.frame() == frame


def test_edits_of_a_large_network_stay_under_the_budget(trainer, nudged):
    t = trainer(hidden=[40, 40], optimizer="adam")
    t.timeline.budget = 400_000
    frames = [t.frame()]
    for i in range(60):
        if i % 2:
            t.change(learning_rate=0.01 + 0.001 * i)
        else:
            nudged(t, 0.001 * i + 0.01)
        t.advance(1)
        frames.append(t.frame())
    assert t.timeline.bytes <= 400_000
    for update in (59, 1, 30, 60):
        t.seek(update)
        after_edit = t.frame()
        t.seek(update - 1)
        t.advance(1)
        assert t.frame() == after_edit
    for i in range(59, -1, -1):
        t.undo()
        assert t.update == i
        np.testing.assert_array_equal(t.frame().theta, frames[i].theta)


def test_a_million_updates(trainer):
    t = trainer("compiled", hidden=[8, 8], optimizer="adam")
    t.advance(1_000_000)
    assert t.timeline.bytes < t.timeline.budget
    end = t.frame()
    for update in (999_999, 123_456, 0):
        t.seek(update)
        assert t.update == update
    t.seek(1_000_000)
    assert t.frame() == end


# The outline.


def test_the_outline_tells_branches_and_marks(trainer, nudged):
    t = trainer()
    t.advance(5)
    t.change(learning_rate=0.2)
    t.advance(3)
    t.bookmark("end")
    t.seek(2)
    nudged(t)
    t.advance(1)
    outline = outline_of(t.timeline, t.update)
    assert outline.branches == t.branches
    assert (outline.current.name, outline.update) == ("branch 2", 3)
    assert (outline.oldest, outline.newest) == (0, 3)
    assert [(m.update, m.branch, m.kind) for m in outline.marks] == [
        (2, 2, "edit"),
        (5, 1, "edit"),
        (8, 1, "bookmark"),
    ]
    assert outline.marks[0].words.startswith("weight from input 1 to unit 1 of layer 1: ")
    assert outline.marks[1].words == "learning rate 0.03 → 0.2"
    assert outline.marks[2].words == "end"


def test_the_parts_of_a_drag_while_it_trains_have_one_mark(trainer):
    t = trainer()
    t.advance(4)
    before = t.weights[0][0, 0]
    for value in (0.5, 0.25, -1.5):
        set_parameter(t, Place(1, 0, 0), value, gesture=7)
        t.advance(3)
    t.change(learning_rate=0.5)
    mark, other = outline_of(t.timeline, t.update).marks
    assert (mark.kind, mark.update) == ("edit", 4)
    was = f"{before:.4g}".replace("-", "−")
    assert mark.words == f"weight from input 1 to unit 1 of layer 1: {was} → −1.5"
    assert other.update == 13
    assert len(t.timeline.line.tip.lineage()) == 5
    # Branches that share only the first parts say what both began with, once.
    t.seek(9)
    t.change(learning_rate=0.1)
    t.advance(1)
    assert [m.update for m in outline_of(t.timeline, t.update).marks] == [4, 9, 13]


def test_changes_are_told_as_the_window_tells_them(trainer):
    t = trainer()
    t.advance(1)
    t.change(loss="squared_error", learning_rate=2.5e6)
    t.change(learning_rate=1e-6)
    told = [mark.words for mark in outline_of(t.timeline, t.update).marks]
    assert told == [
        "loss binary cross entropy → squared error, learning rate 0.03 → 2.5e6",
        "learning rate 2.5e6 → 1e−6",
    ]
