"""Branches: ways through the tree of segments, and how they hang together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from nnviz.run.segment import Segment


@dataclass(eq=False)
class Line:
    """A branch as the timeline keeps it."""

    number: int
    name: str
    tip: Segment
    is_named: bool = False


class Branch(NamedTuple):
    """One way that training went."""

    number: int
    name: str
    parent: int | None
    """The number of the branch that it left; None for one that began by itself."""
    start: int
    """The update at which it left it."""
    newest: int
    """The newest update of it."""
    is_current: bool


def branches_of(lines: list[Line], current: Line) -> tuple[Branch, ...]:
    """All of them, in their order; each leaves the earlier one that it shares most with."""
    owners: dict[int, Line] = {}
    """The newest branch so far that has a segment, by the segment."""
    found = []
    for line in lines:
        lineage = line.tip.lineage()
        shared = len(lineage)
        while shared and id(lineage[shared - 1]) not in owners:
            shared -= 1
        parent = owners[id(lineage[shared - 1])] if shared else None
        if shared < len(lineage):
            start = lineage[shared].first
        else:
            # All of it is a part of another one, which has a name or was there before.
            assert parent is not None
            start = _end_within(line.tip, parent)
        owners |= dict.fromkeys(map(id, lineage), line)
        number = None if parent is None else parent.number
        found.append(Branch(line.number, line.name, number, start, line.tip.end, line is current))
    return tuple(found)


def passes(segment: Segment, update: int, line: Line) -> bool:
    """Whether a branch has this moment, and not only as what it was before an edit."""
    lineage = line.tip.lineage()
    if segment not in lineage:
        return False
    after = lineage.index(segment) + 1
    return after == len(lineage) or update < lineage[after].first


def superfluous(lines: Iterable[Line], kept: Line) -> list[Line]:
    """Branches without a name that hold nothing which another does not hold too."""
    remaining = list(lines)
    lineages = {id(line): line.tip.lineage() for line in remaining}
    holders: dict[int, list[Line]] = {}
    """Of each segment, the branches that have it."""
    for line in remaining:
        for segment in lineages[id(line)]:
            holders.setdefault(id(segment), []).append(line)
    spare: list[Line] = []
    for line in remaining:
        if line is kept or line.is_named:
            continue
        others = [h for h in holders[id(line.tip)] if h is not line and h not in spare]
        if any(line.tip.end <= _end_within(line.tip, other) for other in others):
            spare.append(line)
    return spare


def _end_within(segment: Segment, line: Line) -> int:
    """Up to which update a branch that has a segment has it."""
    following: Segment | None = None
    step: Segment | None = line.tip
    while step is not segment:
        assert step is not None
        following, step = step, step.parent
    return segment.end if following is None else following.first
