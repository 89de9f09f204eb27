"""The window's title: which experiment it is, and whether it is saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from nnviz.run.experiment import Experiment
from nnviz.run.presets import PRESETS

UNNAMED = "Experiment"


class WindowTitle:
    """Compares the experiment with what a file or a preset holds of it.

    Qt marks a window with unsaved changes as the system does, with a star on most.
    """

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._name = UNNAMED
        self._is_file = False
        self._kept: Experiment | None = None

    @property
    def is_saved(self) -> bool:
        """Whether a file or a preset holds exactly this experiment."""
        return not self._window.isWindowModified()

    def begin_with_preset(self, name: str) -> None:
        """A preset needs no saving until it is changed."""
        self._is_file = False
        self._kept = PRESETS[name].experiment
        self.show(self._kept, name)

    def begin_with_file(self, path: str, experiment: Experiment) -> None:
        """An experiment has been read from a file, or written to it."""
        self._is_file = True
        self._name, self._kept = Path(path).name, experiment
        self.show(experiment)

    def show(self, experiment: Experiment, preset: str | None = None) -> None:
        """Name the experiment, and mark it where neither its file nor a preset holds it.

        `preset` is the one that it comes from, if it comes from any.
        """
        is_preset = preset is not None and PRESETS[preset].experiment == experiment
        if is_preset and experiment != self._kept:
            self._is_file, self._kept = False, experiment
        if not self._is_file:
            self._name = UNNAMED if preset is None else PRESETS[preset].title
        # "[*]" in a name would be taken for the place of the mark.
        name = self._name.replace("[*]", "[ * ]")
        self._window.setWindowTitle(f"{name}[*] – nnviz")
        self._window.setWindowModified(experiment != self._kept)
