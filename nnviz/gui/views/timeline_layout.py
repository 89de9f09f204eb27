"""Where everything on the time line stands: pure geometry, in pixels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from nnviz.run.branches import Branch
from nnviz.run.outline import Mark, Outline

MOST_LANES = 3
"""Other branches that are drawn; the menu has all of them."""
_LANE_GAP = 6.0
_MARK_REACH = 5.0
"""Pixels within which a mark is pointed at, and marks are drawn as one."""


class Spot(NamedTuple):
    """Marks that stand at about one place."""

    x: float
    marks: tuple[Mark, ...]

    @property
    def mark(self) -> Mark:
        """The one whose shape is drawn: what matters most."""
        order = ("diverged", "bookmark", "best", "edit", "engine")
        return min(self.marks, key=lambda mark: order.index(mark.kind))


class Lane(NamedTuple):
    """Another branch, from where it leaves to its newest update."""

    branch: Branch
    left: float
    right: float
    y: float


class TrackLayout(NamedTuple):
    """The axis of updates and what stands on it."""

    left: float
    right: float
    y: float
    """Of the present branch."""
    oldest: int
    last: int
    """The newest update of all branches that are drawn."""
    lanes: tuple[Lane, ...]
    spots: tuple[Spot, ...]
    """Of the present branch, from left to right."""
    scale: float = 1.0

    def x_of(self, update: float) -> float:
        span = max(self.last - self.oldest, 1)
        part = (update - self.oldest) / span
        return self.left + min(max(part, 0.0), 1.0) * (self.right - self.left)

    def update_at(self, x: float, newest: int) -> int:
        """The nearest update of the present branch; a mark nearby is met exactly."""
        spot = self.spot_at(x)
        if spot is not None:
            return spot.mark.update
        part = (x - self.left) / max(self.right - self.left, 1.0)
        update = round(self.oldest + part * max(self.last - self.oldest, 1))
        return min(max(update, self.oldest), newest)

    def spot_at(self, x: float) -> Spot | None:
        near = [s for s in self.spots if abs(s.x - x) <= _MARK_REACH * self.scale]
        return min(near, key=lambda spot: abs(spot.x - x), default=None)

    def lane_at(self, x: float, y: float) -> Branch | None:
        reach = 0.5 * _LANE_GAP * self.scale
        for lane in self.lanes:
            if abs(lane.y - y) <= reach and lane.left - reach <= x <= lane.right + reach:
                return lane.branch
        return None


def fork_of(branch: Branch, outline: Outline) -> int:
    """The update at which a branch and the present one part; that of its beginning if never."""
    known = {other.number: other for other in outline.branches}
    limits: dict[int, int] = {}
    step: Branch | None = outline.current
    limit = outline.newest
    while step is not None:
        limits[step.number] = limit
        limit = min(limit, step.start)
        step = None if step.parent is None else known.get(step.parent)
    limit = branch.newest
    while branch.number not in limits:
        limit = min(limit, branch.start)
        if branch.parent is None or branch.parent not in known:
            return branch.start
        branch = known[branch.parent]
    return min(limit, limits[branch.number])


def lay_out(
    outline: Outline,
    own_marks: Iterable[Mark],
    left: float,
    right: float,
    y: float,
    scale: float = 1.0,
) -> TrackLayout:
    """Place an outline between `left` and `right`; `own_marks` are those of the present branch.

    Other branches lie above it on the same axis, the nearest ones lowest.
    """
    current = outline.current
    left_at = {
        branch.number: fork_of(branch, outline)
        for branch in outline.branches
        if branch is not current
    }
    others = [branch for branch in outline.branches if branch is not current]
    # Those that leave the present branch latest are most likely to be compared with it.
    others.sort(key=lambda branch: (-left_at[branch.number], -branch.number))
    shown = others[:MOST_LANES]
    last = max([current.newest, *(branch.newest for branch in shown)])
    bare = TrackLayout(left, right, y, outline.oldest, last, (), (), scale)
    lanes = tuple(
        Lane(
            branch,
            bare.x_of(left_at[branch.number]),
            bare.x_of(branch.newest),
            y - (place + 1) * _LANE_GAP * scale - 2.0 * scale,
        )
        for place, branch in enumerate(shown)
    )
    spots: list[Spot] = []
    for mark in sorted(own_marks, key=lambda mark: mark.update):
        x = bare.x_of(mark.update)
        if spots and x - spots[-1].x < _MARK_REACH * scale:
            spots[-1] = Spot(spots[-1].x, (*spots[-1].marks, mark))
        else:
            spots.append(Spot(x, (mark,)))
    return TrackLayout(left, right, y, outline.oldest, last, lanes, tuple(spots), scale)
