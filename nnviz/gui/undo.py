"""Undoing what was done to the experiment and to the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QUndoCommand

from nnviz.data.generators import DATASETS
from nnviz.run.experiment import Experiment

Step = Callable[[], object]

_LONGEST = 24
"""Characters of a value that a menu's line has room for."""
_WORDS = {
    "hidden": "hidden layers",
    "l1": "L1 penalty",
    "l2": "L2 penalty",
    "n_samples": "number of points",
    "test_fraction": "test part",
    "trainable": "frozen parameters",
}


class GestureCommand(QUndoCommand):
    """Something that was done, and the way back and forth."""

    def __init__(self, text: str, undo: Step, redo: Step) -> None:
        """`text` says what was done, as the menu shows it behind "Undo"."""
        super().__init__(text)
        self._undo, self._redo = undo, redo
        self._is_done = True
        """Qt calls `redo` when the command is pushed; by then it has been done."""

    def undo(self) -> None:
        self._is_done = False
        self._undo()

    def redo(self) -> None:
        if not self._is_done:
            self._redo()


def change_text(before: Experiment, after: Experiment) -> str:
    """What changed, as the menu says it behind "Undo": `learning rate 0.03 → 0.1`."""
    changed = before.differences(after)
    if "dataset" in changed:
        return f"data {_data(before)} → {_data(after)}"
    names = [_word(field) for field in changed]
    if len(names) == 1:
        field = next(iter(changed))
        old, new = _shown(getattr(before, field)), _shown(changed[field])
        return f"{names[0]} {old} → {new}" if old and new else names[0]
    if len(names) <= 3:
        return ", ".join(names)
    return f"{', '.join(names[:2])} and {len(names) - 2} more"


def _data(experiment: Experiment) -> str:
    """The data's name as the presets show it."""
    name = experiment.dataset_name
    return DATASETS[name].label if name in DATASETS else name


def _word(field: str) -> str:
    return _WORDS.get(field, field.replace("_", " "))


def _shown(value: Any) -> str:
    """A value in few characters; empty when it has none that tell anything."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else f"{value:,}"
    if isinstance(value, tuple):
        text = " – ".join(_shown(item) for item in value) or "none"
    elif isinstance(value, str):
        text = value.replace("_", " ")
    else:
        return ""
    return text if len(text) <= _LONGEST else ""
