"""What all pages of the inspector have in common."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.inspector_pace import Pace
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import Experiment


class Page(QWidget):
    """A page that computes only while it is seen, at its own pace."""

    subtitle_changed = Signal()

    INTERVAL = 100
    """Milliseconds between two computations while training runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._snapshot: Snapshot | None = None
        self._subtitle = ""
        self.pace = Pace(self._compute, self.isVisible, self.INTERVAL, self)

    @property
    def subtitle(self) -> str:
        """What is shown, in a few words; what is too old to be true says so."""
        waits = " · waits for a pause" if self.pace.waits_for_pause else ""
        return self._subtitle + waits

    def reset(self, experiment: Experiment, dataset: Dataset) -> None:
        """Begin a new run: nothing is known until the first snapshot."""
        self._snapshot = None
        self.pace.forget_cost()
        self.pace.ask()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        waited = self.pace.waits_for_pause
        self.pace.ask()
        if self.pace.waits_for_pause != waited:
            self.subtitle_changed.emit()

    def set_running(self, running: bool) -> None:
        self.pace.set_running(running)
        self.subtitle_changed.emit()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def copy(self) -> None:
        """Put what is shown on the clipboard as text."""

    def finish_hover(self) -> None:
        """Nothing is pointed at any more."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.pace.wake()

    def _say(self, subtitle: str) -> None:
        if subtitle != self._subtitle:
            self._subtitle = subtitle
            self.subtitle_changed.emit()

    def _compute(self) -> None:
        """Show the present snapshot."""
