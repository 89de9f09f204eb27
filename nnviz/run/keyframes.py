"""Keyframes: moments of a segment that are kept, fewer of them as memory runs out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from nnviz.model.reference import State

BUDGET = 64 * 2**20
"""Bytes that the kept moments of a timeline may take together."""
ROOM = 0.75
"""The part of the budget that thinning leaves in use, so that it is not done at every moment."""
BYTES_OF_A_STATE = 700
"""What a state takes beside its numbers: the objects around them."""


class Keyframes:
    """States of one segment in the order of their updates; the first is where it begins."""

    def __init__(self, start: State, is_derivable: bool = False) -> None:
        """`is_derivable` says that `start` can be made again, and need not be kept."""
        self.is_derivable = is_derivable
        self._states = [start]
        self._updates = [start.update]
        self._least_gap = 1
        self._bytes_of_one = bytes_of(start)

    def __len__(self) -> int:
        return len(self._states)

    @property
    def bytes(self) -> int:
        return len(self._states) * self._bytes_of_one

    def offer(self, state: State, gap: int) -> bool:
        """Keep a state that is at least `gap` updates after the last one; says whether it was."""
        last = self._updates[-1] if self._updates else -1
        is_wanted = state.update - last >= max(gap, self._least_gap)
        if is_wanted:
            self._states.append(state)
            self._updates.append(state.update)
        return is_wanted

    def before(self, update: int) -> State | None:
        """The latest that is kept at or before `update`; None when there is none."""
        place = bisect_right(self._updates, update)
        return self._states[place - 1] if place else None

    def thin_out(self) -> None:
        """Drop every second one; the first stays."""
        gaps = [b - a for a, b in zip(self._updates, self._updates[1:], strict=False)]
        self._least_gap = 2 * max(self._least_gap, sorted(gaps)[len(gaps) // 2] if gaps else 1)
        self._states = self._states[::2]
        self._updates = self._updates[::2]

    def forget(self) -> None:
        """Drop the first too, where it is the only one and can be made again."""
        self._states, self._updates = [], []


def thin_out(all_keyframes: Sequence[Keyframes], budget: int) -> int:
    """Drop moments until ROOM of the budget is in use, where they lie densest; returns the bytes.

    Beginnings of segments go last, the oldest first, and only those that can be made again.
    """
    total = sum(keyframes.bytes for keyframes in all_keyframes)
    if total <= budget:
        return total
    wanted = ROOM * budget
    while total > wanted:
        fullest = max(all_keyframes, key=len)
        if len(fullest) < 2:
            break
        total -= fullest.bytes
        fullest.thin_out()
        total += fullest.bytes
    for keyframes in all_keyframes:
        if total <= wanted:
            break
        if keyframes.is_derivable and len(keyframes) == 1:
            total -= keyframes.bytes
            keyframes.forget()
    return total


def bytes_of(state: State) -> int:
    """What keeping a state takes, if it shares nothing with another one."""
    return BYTES_OF_A_STATE + state.theta.nbytes + sum(slot.nbytes for slot in state.slots)
