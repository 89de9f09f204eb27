"""Outline: what a timeline looks like from outside, as a value that any thread may read."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import Literal, NamedTuple

from nnviz.run.branches import Branch
from nnviz.run.edits import joined_words
from nnviz.run.experiment import Experiment
from nnviz.run.segment import Segment
from nnviz.run.timeline import Timeline

MarkKind = Literal["edit", "engine", "diverged", "bookmark", "best"]


class Mark(NamedTuple):
    """Something that happened after `update` updates of a branch."""

    update: int
    branch: int
    """The number of the oldest branch that has it."""
    kind: MarkKind
    words: str
    """What was edited, why it diverged, or the note of a bookmark."""


class Outline(NamedTuple):
    """All branches of a timeline, its marks, and where one stands."""

    branches: tuple[Branch, ...]
    marks: tuple[Mark, ...]
    """In the order of their updates."""
    changes: tuple[tuple[int, Experiment, Experiment], ...]
    """Of the present branch: after how many updates which experiment followed which."""
    update: int
    oldest: int
    """The first update of the present branch."""

    @property
    def current(self) -> Branch:
        """The branch that one stands on."""
        return next(branch for branch in self.branches if branch.is_current)

    @property
    def newest(self) -> int:
        """The last update of the present branch."""
        return self.current.newest


def outline_of(timeline: Timeline, update: int) -> Outline:
    """As it is at this moment, with one standing at `update`."""
    marks: dict[int, list[Mark]] = {}
    """By the segment that they stand in."""
    for line in timeline.lines:
        first: Segment | None = None
        for segment in line.tip.lineage():
            is_part = (
                first is not None
                and segment.gesture is not None
                and segment.gesture == first.gesture
            )
            if not is_part:
                first = segment
            if id(segment) in marks:
                continue
            marks[id(segment)] = _marks_of(segment, line.number, is_part)
            if is_part and first is not None:
                _tell_as_one(marks[id(first)], segment)
    return Outline(
        timeline.branches(),
        tuple(sorted(chain(*marks.values()), key=lambda mark: mark.update)),
        tuple(
            (after.first, before.experiment, after.experiment)
            for before, after in pairwise(timeline.line.tip.lineage())
            if after.experiment is not before.experiment
        ),
        update,
        timeline.oldest(),
    )


def _marks_of(segment: Segment, branch: int, is_part: bool) -> list[Mark]:
    """Those of a segment, that of its edit first; a later part of a gesture has none of its own."""
    marks = []
    if segment.kind == "engine":
        marks.append(Mark(segment.first, branch, "engine", segment.words))
    elif segment.kind != "start" and not is_part:
        marks.append(Mark(segment.first, branch, "edit", segment.words))
    if segment.divergence is not None:
        marks.append(Mark(segment.end, branch, "diverged", segment.divergence.sentence))
    for update, note in segment.bookmarks.items():
        marks.append(Mark(update, branch, "bookmark", note))
    return marks


def _tell_as_one(marks: list[Mark], later: Segment) -> None:
    """A drag while the network trains is many edits: its mark says from where to where."""
    edit = marks[0]
    if later.words:
        marks[0] = edit._replace(words=joined_words(edit.words, later.words))
