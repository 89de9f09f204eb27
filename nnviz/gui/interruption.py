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
        self.sent = 0
        """Commands announced so far."""
        self.served = 0
        """Those of them that have arrived."""
        self._lock = Lock()

    @property
    def is_awaited(self) -> bool:
        """Whether a command was sent that has not arrived."""
        return self.served < self.sent

    def announce(self) -> None:
        """A command is about to be sent; from any thread."""
        with self._lock:
            self.sent += 1
            self.stop.ask()

    def arrived(self) -> None:
        """A command is being served, announced or not."""
        with self._lock:
            self.served = min(self.sent, self.served + 1)
            if self.served == self.sent:
                self.stop.clear()
