"""Undoing changes of the experiment."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from nnviz.run.experiment import Experiment

Apply = Callable[[Experiment], None]


class ExperimentChange(QUndoCommand):
    """From one experiment to another; `apply` puts either in place."""

    def __init__(self, before: Experiment, after: Experiment, apply: Apply) -> None:
        super().__init__(_text(before, after))
        self._before, self._after, self._apply = before, after, apply
        self._is_done = True
        """Qt calls `redo` when the command is pushed; by then the change has been made."""

    def undo(self) -> None:
        self._is_done = False
        self._apply(self._before)

    def redo(self) -> None:
        if not self._is_done:
            self._apply(self._after)


def _text(before: Experiment, after: Experiment) -> str:
    changed = before.differences(after)
    if "dataset" in changed:
        return f"change to {after.dataset_name}"
    if len(changed) == 1:
        return f"change of {next(iter(changed)).replace('_', ' ')}"
    return "change of the experiment"
