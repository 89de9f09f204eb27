"""The window's title: which experiment it is, and whether it is saved."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PySide6.QtWidgets import QWidget

from nnviz.run.experiment import Experiment
from nnviz.run.presets import PRESETS

UNNAMED = "Experiment"


class KeptFile(NamedTuple):
    """A file, and the experiment that it holds."""

    path: str
    experiment: Experiment


class WindowTitle:
    """Compares the experiment with what its file, or the preset that it comes from, holds of it.

    Qt marks a window with unsaved changes as the system does, with a star on most.
    """

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self.file: KeptFile | None = None
        """What the experiment was read from or written to; None where it comes from a preset."""

    def show(self, experiment: Experiment, preset: str | None) -> None:
        """Name the experiment, and mark it where neither its file nor a preset holds it.

        `preset` is the one that it comes from, if it comes from any.
        """
        if self.file is not None:
            name, kept = Path(self.file.path).name, self.file.experiment
        elif preset is not None:
            name, kept = PRESETS[preset].title, PRESETS[preset].experiment
        else:
            name, kept = UNNAMED, None
        # "[*]" in a name would be taken for the place of the mark.
        name = name.replace("[*]", "[ * ]")
        self._window.setWindowTitle(f"{name}[*] – nnviz")
        self._window.setWindowModified(experiment != kept)
