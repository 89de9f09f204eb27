"""When a page of the inspector computes: seen, wanted, and not more often than is good."""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time

from PySide6.QtCore import QObject, QTimer

SLOW = 0.020
"""Seconds of work from which on a page waits until training pauses."""
SHARE = 0.05
"""The part of the time that a page may take from the window while training runs."""


class Pace(QObject):
    """Does a page's work when it is asked for, as soon as that is allowed.

    Nothing is done while the page is hidden. While training runs, the work is done at most every
    `interval` milliseconds, which is as often as one can read numbers, and more seldom where it
    would take more than SHARE of the time; not at all once it took longer than SLOW. The timer
    runs only while there is something left to do.
    """

    def __init__(
        self,
        work: Callable[[], None],
        is_seen: Callable[[], bool],
        interval: int,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._work, self._is_seen = work, is_seen
        self._is_wanted = self._is_running = False
        self._cost = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._interval = interval
        self._timer.timeout.connect(self.wake)

    @property
    def is_running(self) -> bool:
        """Whether the run is training."""
        return self._is_running

    @property
    def waits_for_pause(self) -> bool:
        """Whether what is shown is old, because the work is too much while training runs."""
        return self._is_wanted and self._is_running and self._cost > SLOW

    def ask(self) -> None:
        """The work has to be done anew."""
        self._is_wanted = True
        self.wake()

    def ask_now(self) -> None:
        """Do the work at once if the page is seen: the user has asked for it."""
        self._timer.stop()
        self._is_wanted = True
        if self._is_seen():
            self._do()

    def set_running(self, running: bool) -> None:
        self._is_running = running
        if not running:
            self._timer.stop()
        self.wake()

    def forget_cost(self) -> None:
        """Another experiment may be faster."""
        self._cost = 0.0
        self._timer.stop()

    def wake(self) -> None:
        """Do what is wanted, if it is allowed now."""
        if not self._is_wanted or self._timer.isActive() or not self._is_seen():
            return
        if self._is_running and self._cost > SLOW:
            return
        self._do()
        if self._is_running:
            self._timer.start(max(self._interval, round(1000 * self._cost / SHARE)))

    def _do(self) -> None:
        self._is_wanted = False
        # The time of this thread alone: waiting for the one that trains is no work.
        start = thread_time()
        self._work()
        self._cost = thread_time() - start
