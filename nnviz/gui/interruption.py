"""A long update gives way to a command that is on its way to the worker."""

from __future__ import annotations

from threading import Lock

from nnviz.model.engine import Stop


class Interruption:
    """Asks for a stop while commands were sent that have not arrived.

    Counted and not just noted: the arrival of one must not hide that another is coming.
    """

    def __init__(self) -> None:
        self.stop = Stop()
        self._coming = 0
        self._lock = Lock()

    def announce(self) -> None:
        """A command is about to be sent; from any thread."""
        with self._lock:
            self._coming += 1
            self.stop.ask()

    def arrived(self) -> None:
        """A command is being served, announced or not."""
        with self._lock:
            self._coming = max(0, self._coming - 1)
            if self._coming == 0:
                self.stop.clear()
