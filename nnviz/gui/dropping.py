"""DropTarget: a file dropped on the window is opened."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget


class DropTarget(QObject):
    """Takes what is dropped anywhere on a widget, as long as it is one local file."""

    dropped = Signal(str)
    """The path of the file."""
    refused = Signal(str)
    """One sentence on why what was dropped was not taken."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self._take(event)
            return True
        if isinstance(event, QDragEnterEvent) and event.type() == QEvent.Type.DragEnter:
            if _paths(event.mimeData()):
                event.acceptProposedAction()
            return True
        return super().eventFilter(watched, event)

    def _take(self, event: QDropEvent) -> None:
        paths = _paths(event.mimeData())
        if not paths:
            return
        event.acceptProposedAction()
        if len(paths) > 1:
            self.refused.emit(f"{len(paths)} files were dropped; drop one experiment at a time.")
        else:
            self.dropped.emit(paths[0])


def _paths(data: QMimeData) -> list[str]:
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
