"""Garbage is collected on the window's thread only: Qt's objects must not end on another."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL = 200
"""Milliseconds between two looks at whether there is enough to collect."""


class Collector(QObject):
    """Collects reference cycles in place of the interpreter, which does it on any thread.

    The thread that trains makes most of the objects and so would collect most of the time. A
    widget, a timer or an animation in a cycle would end there, beside the thread that it belongs
    to: that stops no timer, and hangs or crashes when the widget was shown.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """From now on only the thread of this object collects."""
        self._was_enabled = gc.isenabled()
        gc.disable()
        # What start-up made stays until the end; without it a full collection takes no frame.
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Leave it to the interpreter again."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    @Slot()
    def _collect(self) -> None:
        """The oldest generation that the interpreter would collect by its own thresholds."""
        counts, limits = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > limits[generation] > 0:
                gc.collect(generation)
                return
