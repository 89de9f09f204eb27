"""What the window reads and writes: experiments, figures of its views, the history."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from nnviz.files.atomic import write_whole
from nnviz.gui.figures import WINDOW
from nnviz.gui.session import TrainingSession
from nnviz.gui.theme import LIGHT, Theme

# What reads files and makes figures is imported when it is asked for: the window does not wait.
if TYPE_CHECKING:
    from nnviz.gui.export import FigureOptions
    from nnviz.gui.export_dialog import ExportDialog

_KIND_NAMES = {"png": "PNG picture", "svg": "SVG drawing", "pdf": "PDF document"}


class Documents(QObject):
    """Asks for places and writes or reads there; what came of it is told by a signal."""

    informed = Signal(str)
    warned = Signal(str)
    opened = Signal(object, str)
    """The Experiment, and the path of its file."""
    saved = Signal(str)
    """The path that the experiment was written to."""

    def __init__(
        self, session: TrainingSession, window: QWidget, views: Mapping[str, QWidget]
    ) -> None:
        """`views` are the widgets that can be exported, by the name that goes into the file's."""
        super().__init__(window)
        self._session = session
        self._window = window
        self._widgets = {WINDOW: window, **views}
        self._dialog: ExportDialog | None = None
        self.path = ""
        """The file that the experiment was read from or written to; empty without one."""
        self._folder = ""
        """Where the user went last; empty before that."""
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._dialog is not None:
            self._dialog.set_theme(theme)

    # --- figures

    def ask_and_export(self, name: str) -> None:
        """Ask what, how and where to, and write the window or one of its views as a figure."""
        if self._is_too_early():
            return
        if self._dialog is None:
            from nnviz.gui.export_dialog import ExportDialog

            self._dialog = ExportDialog(self._widgets, self._n_edges, self._window)
            self._dialog.wanted.connect(self._ask_where)
            self._dialog.copy_wanted.connect(self.copy)
        self._dialog.open_for(name, self._theme)

    @Slot(str, str, object)
    def _ask_where(self, name: str, kind: str, options: FigureOptions) -> None:
        from nnviz.gui.export import suggested_name

        snapshot = self._session.snapshot
        if snapshot is None:
            return
        view = "" if name == WINDOW else name
        suggestion = suggested_name(snapshot.frame.experiment, snapshot.frame, view)
        path = self._place(
            f"Export the {name}", f"{suggestion}.{kind}", f".{kind}", _KIND_NAMES[kind]
        )
        if path and self.export(name, path, options) and self._dialog is not None:
            self._dialog.hide()

    def export(self, name: str, path: str, options: FigureOptions | None = None) -> bool:
        """Write the window or one of its views to `path`; True when it was written."""
        from nnviz.gui.export import ExportError, FigureOptions, export_figure

        snapshot = self._session.snapshot
        if snapshot is None:
            return not self._is_too_early()
        # That of the picture: the session's may be one whose first picture is being made.
        text = snapshot.frame.experiment.to_json()
        try:
            export_figure(self._widgets[name], path, options or FigureOptions(), text)
        except ExportError as error:
            self.warned.emit(str(error))
            return False
        self.informed.emit(f"Written: {path}")
        return True

    @Slot(str, object)
    def copy(self, name: str, options: FigureOptions | None = None) -> None:
        """Copy the window or one of its views to the clipboard; as it is shown, unless asked."""
        from nnviz.gui.export import ExportError, FigureOptions, copy_to_clipboard

        snapshot = self._session.snapshot
        if snapshot is None:
            self._is_too_early()
            return
        chosen = options or FigureOptions(appearance="as shown")
        try:
            copy_to_clipboard(self._widgets[name], chosen, snapshot.frame.experiment.to_json())
        except ExportError as error:
            self.warned.emit(f"Nothing was copied: {error}")
            return
        self.informed.emit(f"Copied: the {name}, as a picture.")

    def _n_edges(self) -> int:
        snapshot = self._session.snapshot
        return 0 if snapshot is None else sum(W.size for W in snapshot.frame.weights)

    def _is_too_early(self) -> bool:
        if self._session.snapshot is not None:
            return False
        self.informed.emit("There is nothing to export yet: the first picture is being made.")
        return True

    # --- experiments

    def ask_and_open(self) -> None:
        """Ask for a file with an experiment in it, and begin with that."""
        from nnviz.files.experiment_file import ENDINGS

        patterns = " ".join(f"*{ending}" for ending in ENDINGS)
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Open experiment", self.path or self._folder, f"Experiment ({patterns})"
        )
        if path:
            self._folder = str(Path(path).absolute().parent)
            self.open(path)

    def open(self, path: str) -> bool:
        """Read an experiment from its own file or a figure of ours; True when it could be read."""
        from nnviz.files.experiment_file import read_experiment

        try:
            experiment = read_experiment(Path(path))
        except ValueError as error:
            self.warned.emit(str(error))
            return False
        self.path = path
        self.opened.emit(experiment, path)
        return True

    def save_again(self) -> None:
        """Write the experiment to its own file; where there is none yet, ask for one."""
        if self.path.lower().endswith(".json"):
            self.save(self.path)
        else:
            self.ask_and_save()

    def ask_and_save(self) -> None:
        """Ask where to, and write the experiment as JSON."""
        suggestion = f"{self._session.experiment.dataset_name}.json"
        if self.path.lower().endswith(".json"):
            suggestion = self.path
        path = self._place("Save experiment", suggestion, ".json", "Experiment")
        if path:
            self.save(path)

    def save(self, path: str) -> bool:
        """Write the experiment; True when it was written."""
        text = self._session.experiment.to_json(indent=2) + "\n"
        if not self._write(path, text.encode()):
            return False
        self.path = path
        self.saved.emit(path)
        return True

    # --- history

    def ask_and_save_history(self) -> None:
        """Ask where to, and write loss and accuracy of every recorded moment as a table."""
        snapshot = self._session.snapshot
        if snapshot is None:
            self._is_too_early()
            return
        suggestion = f"{snapshot.frame.experiment.dataset_name}_history.csv"
        path = self._place("Save history", suggestion, ".csv", "Comma-separated values")
        if path:
            self.save_history(path)

    def save_history(self, path: str) -> bool:
        """Write the history as CSV; True when it was written."""
        snapshot = self._session.snapshot
        if snapshot is None:
            return not self._is_too_early()
        from nnviz.files.history_csv import history_csv

        return self._write(path, history_csv(snapshot.history))

    # --- places

    def _place(self, title: str, suggestion: str, ending: str, kind_name: str) -> str:
        """Ask for a file with this ending; empty where there is none that may be written."""
        place = str(Path(self._folder, suggestion))
        path, _ = QFileDialog.getSaveFileName(
            self._window, title, place, f"{kind_name} (*{ending})"
        )
        if path:
            self._folder = str(Path(path).absolute().parent)
        # A number in the name has a point too, so it is not enough that there is some ending.
        if not path or path.lower().endswith(ending):
            return path
        completed = f"{path}{ending}"
        # The system's dialog has asked about the name that was typed, and not about this one.
        if os.path.lexists(completed):
            name = Path(completed).name
            self.warned.emit(f"{name} exists already: choose it by its full name to replace it.")
            return ""
        return completed

    def _write(self, path: str, data: bytes) -> bool:
        try:
            write_whole(path, data)
        except OSError as error:
            reason = error.strerror or str(error)
            self.warned.emit(f"{path} was not written ({reason}); choose another place.")
            return False
        self.informed.emit(f"Written: {path}")
        return True
