"""Undoing changes of the experiment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QUndoCommand

from nnviz.data.generators import DATASETS
from nnviz.run.experiment import Experiment

Apply = Callable[[Experiment], None]
Step = Callable[[], None]

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


class ExperimentChange(QUndoCommand):
    """From one experiment to another; `apply` puts either in place."""

    def __init__(
        self,
        before: Experiment,
        after: Experiment,
        apply: Apply,
        text: str | None = None,
        origins: tuple[Step, Step] | None = None,
    ) -> None:
        """`text` says what was done, where the difference alone does not: "open xor.json".

        `origins` are called with an undo and with a redo, before the experiment is put in place:
        they say again where it comes from.
        """
        super().__init__(text or change_text(before, after))
        self._origins = origins
        self._before, self._after, self._apply = before, after, apply
        self._is_done = True
        """Qt calls `redo` when the command is pushed; by then the change has been made."""

    def undo(self) -> None:
        self._is_done = False
        if self._origins is not None:
            self._origins[0]()
        self._apply(self._before)

    def redo(self) -> None:
        if self._is_done:
            return
        if self._origins is not None:
            self._origins[1]()
        self._apply(self._after)


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
