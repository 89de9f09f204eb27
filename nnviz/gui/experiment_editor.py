"""ExperimentEditor: puts another experiment in place, undoably, and knows where each comes from."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from nnviz.gui.documents import Documents
from nnviz.gui.journey import Command
from nnviz.gui.message_bar import MessageBar
from nnviz.gui.preset_tracker import PresetTracker
from nnviz.gui.session import TrainingSession
from nnviz.gui.title import KeptFile, WindowTitle
from nnviz.gui.undo import GestureCommand, Step, change_text
from nnviz.run.experiment import Experiment
from nnviz.run.presets import PRESETS
from nnviz.run.resizing import lost_parameters, new_parameters, with_followers

NEW_RUN = "This begins a new run; Ctrl+Z brings back the one before, with its time line."


class ExperimentEditor(QObject):
    """The gestures after which the window has another experiment than before.

    A preset and a file are where an experiment comes from: an undo brings that back too, the
    title says it, and saving goes to the file.
    """

    def __init__(
        self,
        window: QWidget,
        session: TrainingSession,
        documents: Documents,
        messages: MessageBar,
        presets: PresetTracker,
    ) -> None:
        super().__init__(window)
        self.undo_stack = QUndoStack(self)
        self._session = session
        self._documents = documents
        self._messages = messages
        self._presets = presets
        self._title = WindowTitle(window)
        self._gesture: object = None
        self._gesture_number = 0

    # --- another experiment

    def choose_preset(self, name: str) -> None:
        """Begin a new run with a preset, also with the one that is there already."""
        before = self._origin()
        self._presets.choose(name)
        after = partial(self._return_to, name, None)
        self._begin(PRESETS[name].experiment, None, (before, after))

    @Slot(object, str)
    def open_file(self, experiment: Experiment, path: str) -> None:
        """Begin a new run with the experiment that a file holds."""
        before, file = self._origin(), KeptFile(path, experiment)
        after = partial(self._return_to, None, file)
        self._begin(experiment, f"open {Path(path).name}", (before, after))

    def change(self, changes: dict[str, Any]) -> bool:
        """Change fields; False when that is impossible, which is said and changes nothing."""
        before = self._session.experiment
        changes = with_followers(before, changes)
        try:
            experiment = before.evolve(**changes)
        except ValueError as error:
            self._messages.warn(str(error))
            return False
        self._messages.hide()
        journey, was_trained = self._session.journey, not self._session.is_fresh
        number = self._session.adopt(experiment)
        if number is None:
            self._note_new_run(before, journey)
        else:
            self._push(number, change_text(before, experiment), before, experiment)
        said = [] if len(changes) == 1 else [lost_parameters(before, experiment)]
        if was_trained and experiment != before:
            said.insert(0, NEW_RUN if number is None else new_parameters(before, experiment))
        if any(said):
            self._messages.inform(" ".join(filter(None, said)))
        return True

    def reset(self) -> None:
        """Back to the same initial weights."""
        is_fresh = self._session.is_fresh
        number = self._session.reset()
        if not is_fresh:
            self._push(number, "reset")

    def do(self, text: str, command: Command, told: str = "") -> int:
        """Have the run do something that is undoable; returns the gesture's number.

        `told` is what the user should know of it, where it is more than meets the eye.
        """
        number = self._session.do(command)
        self._push(number, text)
        if told:
            self._messages.inform(told)
        return number

    def do_part(self, gesture: object, text: str, command: Command) -> None:
        """Have the run do a part of a gesture, such as a drag: all parts are undone together."""
        if gesture != self._gesture:
            self._gesture, self._gesture_number = gesture, self.do(text, command)
        else:
            self._session.do(command, self._gesture_number)

    def go_back_and_divide_rate(self, by: float) -> None:
        """From the best moment of this branch on with a part of the learning rate."""
        gone = self._session.go_back_and_divide_rate(by)
        if gone is not None:
            number, told = gone
            self._push(number, "go back and lower the learning rate")
            self._messages.inform(told)

    def _begin(self, experiment: Experiment, text: str | None, origins: tuple[Step, Step]) -> None:
        self._messages.hide()
        origins[1]()
        before, journey = self._session.experiment, self._session.journey
        self._session.load(experiment)
        self.show_title()
        self._note_new_run(before, journey, text, origins)

    def _push(
        self,
        number: int,
        text: str,
        before: Experiment | None = None,
        after: Experiment | None = None,
    ) -> None:
        """A gesture of the run can be undone from here on."""
        session = self._session
        undo, redo = partial(session.undo, number, before), partial(session.redo, number, after)
        self._note(text, undo, redo)

    def _note_new_run(
        self,
        before: Experiment,
        journey: int,
        text: str | None = None,
        origins: tuple[Step, Step] | None = None,
    ) -> None:
        """Another run has begun; `origins` say where it comes from, before an undo and a redo."""
        after = self._session.experiment
        if after == before:
            return
        undo = partial(self._return_to_run, before, journey, origins and origins[0])
        redo = partial(self._return_to_run, after, self._session.journey, origins and origins[1])
        self._note(text or change_text(before, after), undo, redo)

    def _note(self, text: str, undo: Step, redo: Step) -> None:
        """What was said of the moment before may be true no more; undoing says what it undid."""

        def saying(step: Step, words: str) -> None:
            # What a hand does next is a gesture of its own.
            self._gesture = None
            self._messages.inform(f"{words}: {text}.")
            step()

        self._messages.hide()
        self.undo_stack.push(
            GestureCommand(text, partial(saying, undo, "Undone"), partial(saying, redo, "Redone"))
        )

    def _return_to_run(self, experiment: Experiment, journey: int, origin: Step | None) -> None:
        """Where it was left, with all that it has been through, as long as it is kept."""
        if origin is not None:
            origin()
        self._session.load(experiment, journey=journey)

    # --- where it comes from

    def show_title(self) -> None:
        """Say in the title which experiment it is, and whether it is saved."""
        self._title.show(self._session.experiment, self._presets.name)

    def follow(self, experiment: Experiment) -> None:
        """The experiment has changed, by whatever way: it may come from somewhere else now."""
        self._presets.follow(experiment)
        self._title.show(experiment, self._presets.name)

    def note_file(self, path: str) -> None:
        """The experiment that is there already was read from a file."""
        self._return_to(None, KeptFile(path, self._session.experiment))
        self.show_title()

    @Slot(str)
    def note_saved(self, path: str) -> None:
        """The experiment was written to a file; it still comes from its preset, if from any."""
        self._title.file = KeptFile(path, self._session.experiment)
        self.show_title()

    def _origin(self) -> Step:
        """What brings back, later, where the present experiment comes from."""
        return partial(self._return_to, self._presets.name, self._title.file)

    def _return_to(self, preset: str | None, file: KeptFile | None) -> None:
        self._presets.restore(preset)
        self._title.file = file
        self._documents.path = "" if file is None else file.path
