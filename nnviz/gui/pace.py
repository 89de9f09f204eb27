"""How fast training goes, and how long it goes on at a time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rhythm:
    """How the worker divides its time; all in seconds."""

    slice: float
    """Of training between two looks at the queue of commands: long enough that the overhead of
    coming back is small, short enough for a hand on a slider."""
    slice_after_gesture: float
    patience: float
    """For which training stands still while a snapshot is being drawn."""
    rest: float = 0.0
    """For which training stands still after every slice, at full speed too."""


RHYTHMS = {
    # Without the interpreter's lock: the screen draws meanwhile.
    "compiled": Rhythm(slice=0.020, slice_after_gesture=0.008, patience=0.0),
    # It holds the lock nearly all the time, and a screen that must fight for it draws two to
    # twenty frames a second in place of thirty; taking turns costs less than fighting.
    "reference": Rhythm(slice=0.012, slice_after_gesture=0.006, patience=0.030),
    # While the kernels are loaded, which takes about a second of the same lock: as long as it does
    # not give way, the faster engine is not there.
    "loading": Rhythm(slice=0.006, slice_after_gesture=0.006, patience=0.030, rest=0.020),
}
"""By the engine in use, and for the time until there is a better one."""


class Pace:
    """Updates per second over about the last second."""

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = []

    def clear(self) -> None:
        self._marks.clear()

    def note(self, now: float, update: int) -> None:
        self._marks.append((now, update))
        while len(self._marks) > 2 and now - self._marks[0][0] > 1.0:
            self._marks.pop(0)

    def updates_per_second(self) -> float:
        """0 when nothing is going on."""
        if len(self._marks) < 2:
            return 0.0
        (start, first), (end, last) = self._marks[0], self._marks[-1]
        return (last - first) / (end - start) if end > start else 0.0
