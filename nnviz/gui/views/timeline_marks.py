"""Which marks the time line shows, and what they say."""

from __future__ import annotations

from nnviz.gui.views.scales import number_text
from nnviz.insight.best import best_row
from nnviz.insight.snapshot import Snapshot
from nnviz.run.outline import Mark, MarkKind, Outline

MEANINGS: dict[MarkKind, str] = {
    "edit": "a change or an edit by hand",
    "best": "the lowest loss",
    "bookmark": "a bookmark",
    "diverged": "training diverged",
    "engine": "another engine took over",
}
"""What a mark of each kind stands for, the most frequent first."""


def mark_words(mark: Mark) -> str:
    """What happened there, in words."""
    return mark.words or MEANINGS[mark.kind]


def marks_of_branch(snapshot: Snapshot | None) -> tuple[Mark, ...]:
    """Those of the present branch, the best moment included, by update."""
    outline = None if snapshot is None else snapshot.timeline
    if snapshot is None or outline is None:
        return ()
    marks = [mark for mark in outline.marks if _is_own(mark, outline)]
    best = best_mark(snapshot)
    if best is not None:
        marks.append(best)
    return tuple(sorted(marks, key=lambda mark: mark.update))


def best_mark(snapshot: Snapshot) -> Mark | None:
    """Where the loss on the test part was lowest, without one that of the training part."""
    history, outline = snapshot.history, snapshot.timeline
    if outline is None or len(history) < 2:
        return None
    for losses, name in ((history.test_loss, "test"), (history.train_loss, "train")):
        row = best_row(losses, history, outline)
        if row is not None:
            words = f"lowest {name} loss, {number_text(float(losses[row]))}"
            return Mark(int(history.update[row]), outline.current.number, "best", words)
    return None


def _is_own(mark: Mark, outline: Outline) -> bool:
    """Whether the present branch has it: its own, and those of before it left another."""
    by_number = {branch.number: branch for branch in outline.branches}
    branch, limit = outline.current, outline.newest
    while mark.branch != branch.number:
        if branch.parent is None or branch.parent not in by_number:
            return False
        limit = min(limit, branch.start)
        branch = by_number[branch.parent]
    return mark.update <= limit
