"""Which moments a hand on the time line asks for: never more at once than can be shown."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

LONGEST_SILENCE = 100
"""Milliseconds after which another place is asked for, though the last was not shown yet."""


class TimelineAim(QObject):
    """Follows the hand: asks for where it is as soon as what it asked for last is shown."""

    seek_wanted = Signal(int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.update: int | None = None
        """Where the hand is, while what is there has not been shown."""
        self.is_dragging = False
        self._asked: int | None = None
        self._shown: int | None = None
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setInterval(LONGEST_SILENCE)
        self._silence.timeout.connect(self._ask_again)

    def forget(self) -> None:
        """Another run: nothing of the one before is awaited."""
        self.update = self._asked = self._shown = None
        self.is_dragging = False
        self._silence.stop()

    def note_shown(self, update: int) -> None:
        """A moment is on the screen."""
        self._shown = update
        if self._asked == update:
            self._asked = None
            self._silence.stop()
            if self.update == update and not self.is_dragging:
                self.update = None
            self._ask_again()
        elif self._asked is None and not self.is_dragging:
            self.update = None

    def go_to(self, update: int) -> None:
        """The hand is at this update."""
        self.update = update
        if self._asked is None:
            self._ask(update)

    def let_go(self) -> None:
        """The hand has left the track; where it was last is asked for."""
        self.is_dragging = False
        if self.update is not None and self._asked is None:
            self._ask(self.update)

    def _ask(self, update: int) -> None:
        if update == self._shown and self._asked is None:
            if not self.is_dragging:
                self.update = None
            return
        self._asked = update
        self._silence.start()
        self.seek_wanted.emit(update)

    def _ask_again(self) -> None:
        """Where the hand has gone meanwhile."""
        if self.update is not None and self.update != self._asked:
            self._asked = None
            self._ask(self.update)
