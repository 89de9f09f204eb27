"""When the network's picture moves on by itself, and when a large one is drawn smoothly."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

_FLOW_SPEED = 26.0
"""Pixels a second at which dashes travel."""
_FLOW_INTERVAL = 33
"""Milliseconds between frames of the flow while no newer snapshot arrives."""
_SETTLE = 150
"""Milliseconds of rest after which a large network that is paused is drawn smoothly."""


class Motion(QObject):
    """Two timers: one lets edges flow, the other waits for a picture to come to rest."""

    flowed = Signal()
    """A frame of the flow is due."""
    settled = Signal()
    """The picture has been at rest long enough for smooth curves."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._since_frame = QElapsedTimer()
        self._since_frame.start()
        self._flow = QTimer(self)
        self._flow.setInterval(_FLOW_INTERVAL)
        self._flow.timeout.connect(self._tick)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE)
        self._settle.timeout.connect(self.settled)

    @property
    def is_settling(self) -> bool:
        return self._settle.isActive()

    def flow(self, wanted: bool) -> None:
        """Let edges flow from now on, or not."""
        if wanted and not self._flow.isActive():
            self._flow.start()
        elif not wanted:
            self._flow.stop()

    def rest(self) -> None:
        """Something has changed: the wait for rest begins again."""
        self._settle.start()

    def stop(self) -> None:
        """Nobody looks."""
        self._flow.stop()
        self._settle.stop()

    def frame(self) -> float:
        """A frame is drawn; returns the seconds since the one before."""
        return self._since_frame.restart() / 1000

    @staticmethod
    def way(seconds: float) -> float:
        """Pixels that dashes travel in a time; a long pause is no leap."""
        return _FLOW_SPEED * min(seconds, 0.1)

    def _tick(self) -> None:
        # While snapshots arrive, each of them moves the flow on: no frame of its own is needed.
        if self._since_frame.elapsed() >= _FLOW_INTERVAL - 5:
            self.flowed.emit()
