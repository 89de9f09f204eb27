"""What the window reads and writes: experiments as JSON, views as PNG."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from nnviz.files.atomic import write_whole
from nnviz.files.experiment_file import read_experiment
from nnviz.gui.export import ExportError, export_png, suggested_name
from nnviz.gui.session import TrainingSession

WINDOW = "window"


class Documents(QObject):
    """Asks for places and writes or reads there; what came of it is told by a signal."""

    informed = Signal(str)
    warned = Signal(str)
    opened = Signal(object)  # Experiment

    def __init__(
        self, session: TrainingSession, window: QWidget, views: Mapping[str, QWidget]
    ) -> None:
        """`views` are the widgets that can be exported, by the name that goes into the file's."""
        super().__init__(window)
        self._session = session
        self._window = window
        self._widgets = {WINDOW: window, **views}

    def ask_and_export(self, name: str) -> None:
        """Ask where to, and write the window or one of its views as PNG."""
        snapshot = self._session.snapshot
        if snapshot is None:
            self.informed.emit("There is nothing to export yet: the first picture is being made.")
            return
        view = "" if name == WINDOW else name
        suggestion = suggested_name(self._session.experiment, snapshot.frame, view)
        path, _ = QFileDialog.getSaveFileName(
            self._window, f"Export the {name}", suggestion, "PNG picture (*.png)"
        )
        if path:
            self.export(name, _with_ending(path, ".png"))

    def export(self, name: str, path: str) -> bool:
        """Write the window or one of its views to `path`; True when it was written."""
        try:
            export_png(self._widgets[name], path, self._session.experiment.to_json())
        except ExportError as error:
            self.warned.emit(str(error))
            return False
        self.informed.emit(f"Written: {path}")
        return True

    def ask_and_open(self) -> None:
        """Ask for a JSON file, or a PNG of ours, and begin with the experiment in it."""
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Open experiment", "", "Experiment (*.json *.png)"
        )
        if path:
            self.open(path)

    def open(self, path: str) -> bool:
        """Read an experiment; True when it could be read."""
        try:
            experiment = read_experiment(Path(path))
        except ValueError as error:
            self.warned.emit(str(error))
            return False
        self.opened.emit(experiment)
        return True

    def ask_and_save(self) -> None:
        """Ask where to, and write the experiment as JSON."""
        suggestion = f"{self._session.experiment.dataset_name}.json"
        path, _ = QFileDialog.getSaveFileName(
            self._window, "Save experiment", suggestion, "Experiment (*.json)"
        )
        if path:
            self.save(_with_ending(path, ".json"))

    def save(self, path: str) -> bool:
        """Write the experiment; True when it was written."""
        text = self._session.experiment.to_json(indent=2) + "\n"
        try:
            write_whole(path, text.encode())
        except OSError as error:
            reason = error.strerror or str(error)
            self.warned.emit(f"{path} was not written ({reason}); choose another place.")
            return False
        self.informed.emit(f"Written: {path}")
        return True


def _with_ending(path: str, ending: str) -> str:
    # A number in the name has a point too, so it is not enough that there is some ending.
    return path if path.lower().endswith(ending) else path + ending
