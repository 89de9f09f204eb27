"""DrawnFrames: knows when a snapshot has been painted, so that the next one may come."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from nnviz.insight.snapshot import Snapshot

LONGEST_DRAWING = 200
"""Milliseconds after which a snapshot counts as drawn: a covered window is never painted."""


class DrawnFrames(QObject):
    """Watches a window's paint events; one snapshot at a time is on its way to the screen."""

    drawn = Signal(object)
    """The Snapshot that has been painted, or that nobody will see."""
    _painted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._undrawn: Snapshot | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LONGEST_DRAWING)
        self._timer.timeout.connect(self.settle)
        # Queued, so that it comes after the painting that the event leads to.
        self._painted.connect(self.settle, Qt.ConnectionType.QueuedConnection)
        window.installEventFilter(self)

    def expect(self, snapshot: Snapshot) -> None:
        """The views are about to show a snapshot."""
        self._undrawn = snapshot
        self._timer.start()

    def forget(self) -> None:
        """What was on its way belongs to a run that is over."""
        self._undrawn = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Qt paints everything that waits for it when an update request gets to the window. A
        # filter and not event(): painting within a method of ours, Qt would go on after a
        # paintEvent that raised, and call the next ones with the exception still set.
        kind = event.type()
        if kind == QEvent.Type.UpdateRequest and self._undrawn is not None:
            self._painted.emit()
        elif kind in (QEvent.Type.Hide, QEvent.Type.WindowStateChange):
            self.settle_unseen()
        return super().eventFilter(watched, event)

    def settle_unseen(self) -> None:
        """Where nothing is painted, because the window is hidden or minimised, do not wait."""
        if not self._window.isVisible() or self._window.isMinimized():
            self.settle()

    @Slot()
    def settle(self) -> None:
        """What is on its way has been drawn."""
        snapshot, self._undrawn = self._undrawn, None
        self._timer.stop()
        if snapshot is not None:
            self.drawn.emit(snapshot)
