"""How fast training goes, and how long it goes on at a time."""

from __future__ import annotations

import math
from typing import NamedTuple


class Rhythm(NamedTuple):
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
    # Without the interpreter's lock: the screen draws meanwhile, nearly sixty times a second.
    "compiled": Rhythm(slice=0.016, slice_after_gesture=0.008, patience=0.0),
    # It holds the lock nearly all the time, and a screen that must fight for it draws two to
    # twenty frames a second in place of thirty; taking turns costs less than fighting.
    "reference": Rhythm(slice=0.012, slice_after_gesture=0.006, patience=0.030),
    # While the kernels are loaded, which takes about a second of the same lock: as long as it does
    # not give way, the faster engine is not there.
    "loading": Rhythm(slice=0.006, slice_after_gesture=0.006, patience=0.030, rest=0.020),
}
"""By the engine in use, and for the time until there is a better one."""


TELLING_SLICE = 0.003
"""Seconds from which on a slice tells what an update costs, and not what a slice costs."""


class Throttle:
    """How many updates the next slice makes, by the time it may take and the speed wanted."""

    def __init__(self) -> None:
        self._speed = math.inf
        self._owed = 0.0
        self._last_slice = 0.0
        self._seconds_per_update = math.inf
        self._is_rough = True

    def set_speed(self, updates_per_second: float, now: float) -> None:
        """At most so many; infinity for all that the machine gives."""
        self._speed = updates_per_second
        self._owed = 0.0
        self._last_slice = now

    def begin(self, now: float) -> None:
        """The first update comes at once, even at one a second."""
        self._owed = 1.0
        self._last_slice = now

    def measure_anew(self) -> None:
        """What an update takes is unknown; the next slice makes one, and tells."""
        self._seconds_per_update = math.inf
        self._is_rough = True

    def note(self, updates: int, seconds: float) -> None:
        """A slice has been measured."""
        measured = seconds / updates
        # The slower of old and new: a slice that turns out long would delay a gesture. Unless the
        # old one was so short that it was mostly going there and back: to believe it would mean a
        # dozen more such slices, in which the screen has to fight for the interpreter's lock.
        known = 0.0 if self._is_rough else 0.7 * self._seconds_per_update
        self._seconds_per_update = max(measured, known)
        self._is_rough = seconds < TELLING_SLICE

    def updates_due(self, now: float, seconds: float) -> int:
        """How many updates a slice of so many seconds makes now."""
        by_time = max(1, int(seconds / self._seconds_per_update))
        if math.isinf(self._speed):
            return by_time
        self._owed += (now - self._last_slice) * self._speed
        self._last_slice = now
        # What a slow machine could not do is not owed for ever.
        self._owed = min(self._owed, max(1.0, self._speed * 0.1))
        due = min(int(self._owed), by_time)
        self._owed -= due
        return due

    def wait(self, rest: float) -> int:
        """Milliseconds until the next slice: at full speed a rest, else until an update is due."""
        if math.isinf(self._speed):
            return round(1000 * rest)
        return max(1, min(int(1000 * (1.0 - self._owed) / self._speed), 50))


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
