"""A change in the past begins a branch, and every gesture can be undone and redone."""

import pytest

from nnviz.run.branches import Branch

# Branches.


def test_a_change_in_the_past_begins_a_branch(trainer):
    t = trainer()
    t.advance(10)
    old = t.frame()
    t.seek(6)
    t.change(learning_rate=0.3)
    t.advance(10)
    new = t.frame()
    assert t.branches == (
        Branch(1, "main", None, 0, 10, False),
        Branch(2, "branch 2", 1, 6, 16, True),
    )
    t.checkout("main")
    assert t.frame() == old
    t.checkout(t.branches[1])
    assert t.frame() == new
    t.seek(8)
    t.checkout(1)
    t.seek(8)
    assert t.experiment.learning_rate != 0.3


def test_the_branch_of_a_change_is_what_a_run_with_it_gives(trainer):
    t = trainer()
    t.advance(10)
    t.seek(6)
    t.change(learning_rate=0.3)
    t.advance(10)
    other = trainer()
    other.advance(6)
    other.change(learning_rate=0.3)
    other.advance(10)
    assert t.frame() == other.frame()


def test_names_and_deleting(trainer, nudged, names):
    t = trainer()
    t.advance(10)
    t.seek(6)
    nudged(t)
    t.advance(3)
    t.rename_branch("branch 2", "  moved   a weight ")
    assert names(t) == ["main", "moved a weight"]
    for name in ("", "  ", "main"):
        with pytest.raises(ValueError, match=r"^branch: the name .* empty or taken"):
            t.rename_branch(2, name)
    with pytest.raises(ValueError, match="'moved a weight' is the one in use"):
        t.delete_branch("moved a weight")
    t.delete_branch("main")
    assert names(t) == ["moved a weight"]
    end = t.frame()
    t.seek(3)
    t.advance(6)
    assert t.frame() == end
    for missing in ("main", 7, True):
        with pytest.raises(ValueError, match=r"^branch: .* given; allowed: moved a weight\."):
            t.checkout(missing)


def test_undoing_and_redoing_uses_up_no_numbers(trainer, names):
    t = trainer()
    t.advance(6)
    t.seek(3)
    t.change(learning_rate=0.5)
    for _ in range(5):
        t.undo()
        assert names(t) == ["main"]
        t.redo()
        assert names(t) == ["main", "branch 2"]
    t.seek(3)
    t.rename_branch(2, "branch 3")
    t.checkout("main")
    t.seek(2)
    t.change(learning_rate=0.7)
    assert names(t) == ["main", "branch 3", "branch 4"]


def test_a_branch_that_was_deleted_comes_back_as_it_was(trainer, nudged, names):
    t = trainer()
    t.advance(4)
    nudged(t)
    t.advance(4)
    t.undo()
    t.advance(2)
    assert names(t) == ["main", "branch 2"]
    before = t.branches
    t.checkout("main")
    lost = t.frame()
    t.checkout("branch 2")
    t.delete_branch("main")
    assert names(t) == ["branch 2"]
    with pytest.raises(ValueError, match=r"^redo: no gesture"):
        t.redo()
    assert t.update == 6
    t.advance(1)
    t.undo()
    assert t.update == 7  # what is undone is no moment
    assert names(t) == ["main", "branch 2"]
    assert [b.parent for b in t.branches] == [b.parent for b in before]
    t.checkout("main")
    assert t.frame() == lost
    # It is in use now, so it cannot go.
    t.redo()
    assert names(t) == ["main", "branch 2"]
    t.undo()
    t.checkout("branch 2")
    t.redo()
    assert names(t) == ["branch 2"]


def test_names_and_bookmarks_are_undone_where_one_stands(trainer, names):
    t = trainer()
    t.advance(3)
    t.rename_branch("main", "first try")
    t.bookmark("a")
    t.bookmark("b")
    t.advance(2)
    bookmarks = t.timeline.segment.bookmarks
    assert bookmarks == {3: "b"}
    t.undo()
    assert bookmarks == {3: "a"}
    t.undo()
    assert bookmarks == {}
    t.undo()
    assert names(t) == ["main"]
    for _ in range(3):
        t.redo()
    assert (names(t), bookmarks, t.update) == (["first try"], {3: "b"}, 5)
    t.seek(3)
    t.remove_bookmark()
    assert bookmarks == {}
    t.undo()
    assert bookmarks == {3: "b"}


# Undo and redo.


def test_undo_and_redo_of_edits(trainer, nudged, names):
    t = trainer()
    t.advance(5)
    frames = [t.frame()]
    t.change(learning_rate=0.3)
    frames.append(t.frame())
    nudged(t)
    frames.append(t.frame())
    t.change(optimizer="adam", hidden=[3, 3])
    frames.append(t.frame())
    for frame in frames[-2::-1]:
        t.undo()
        assert t.frame() == frame
    with pytest.raises(ValueError, match=r"^undo: no gesture is left to undo"):
        t.undo()
    for frame in frames[1:]:
        t.redo()
        assert t.frame() == frame
    with pytest.raises(ValueError, match=r"^redo: no gesture is left to redo"):
        t.redo()
    assert names(t) == ["main"]


def test_what_was_trained_after_an_edit_stays_when_it_is_undone(trainer, nudged):
    t = trainer()
    t.advance(5)
    before = t.frame()
    nudged(t)
    after = t.frame()
    t.advance(7)
    end = t.frame()
    t.undo()
    assert t.frame() == before
    assert [b.newest for b in t.branches] == [12, 5]
    t.advance(3)
    untouched = trainer()
    untouched.advance(8)
    assert t.frame() == untouched.frame()
    t.checkout("main")
    assert t.frame() == end
    t.redo()
    assert t.frame() == after
    t.advance(7)
    assert t.frame() == end


def test_another_edit_after_undo_has_no_redo(trainer, names):
    t = trainer()
    t.advance(5)
    t.change(learning_rate=0.3)
    t.undo()
    t.change(learning_rate=0.4)
    with pytest.raises(ValueError, match=r"^redo: "):
        t.redo()
    assert names(t) == ["main"]
    t.undo()
    assert t.experiment.learning_rate not in (0.3, 0.4)


def test_the_parts_of_a_drag_are_one_gesture(trainer):
    t = trainer()
    t.advance(5)
    before = t.frame()
    for step in range(20):
        weights = [w.copy() for w in t.weights]
        weights[0][0, 0] = 0.1 * step
        weights[0][1, 1] = -0.1 * step
        t.set_parameters(weights, t.biases, gesture="a drag")
    after = t.frame()
    assert len(list(t.timeline.reachable())) == 2
    t.undo()
    assert t.frame() == before
    t.redo()
    assert t.frame() == after
    # While it trains, each part is a segment, and still they are undone together.
    for step in range(5):
        weights = [w.copy() for w in t.weights]
        weights[0][0, 0] = -0.1 * step
        t.set_parameters(weights, t.biases, gesture="another")
        t.advance(2)
    t.undo()
    assert t.frame() == after


def test_reset_can_be_undone(trainer, names):
    t = trainer()
    start = t.frame()
    t.advance(9)
    end = t.frame()
    t.reset()
    assert t.frame() == start
    assert names(t) == ["main"]
    t.undo()
    assert t.frame() == end
    t.change(learning_rate=0.3)
    t.advance(2)
    changed = t.frame()
    t.reset()
    assert (t.update, t.experiment.learning_rate) == (0, 0.3)
    assert t.weights[0].tolist() == start.weights[0].tolist()
    t.undo()
    assert t.frame() == changed
