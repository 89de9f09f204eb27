"""The menu says what would be undone."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from PySide6.QtGui import QUndoStack
from pytestqt.qtbot import QtBot

from nnviz.gui.undo import GestureCommand, change_text
from nnviz.run.presets import PRESETS

MOONS = PRESETS["moons"].experiment.evolve(learning_rate=0.03, hidden=(6, 4), l2=0.0)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"learning_rate": 0.1}, "learning rate 0.03 → 0.1"),
        ({"hidden": (8, 8, 8)}, "hidden layers 6 – 4 → 8 – 8 – 8"),
        ({"hidden": ()}, "hidden layers 6 – 4 → none"),
        ({"optimizer": "sgd"}, "optimizer adam → sgd"),
        ({"l2": 1e-4}, "L2 penalty 0 → 0.0001"),
        ({"shuffle": False}, "shuffle on → off"),
        ({"n_samples": 2_000}, "number of points 200 → 2,000"),
        ({"class_weight": "balanced"}, "class weight none → balanced"),
        ({"features": ("x1", "x2", "x1^2", "x2^2", "x1*x2")}, "features"),
        ({"l1": 0.1, "l2": 0.1}, "L1 penalty, L2 penalty"),
        ({"l1": 0.1, "l2": 0.1, "momentum": 0.5, "epochs": 9}, "2 more"),
        ({"dataset": "circles"}, "data Moons → Circles"),
    ],
)
def test_a_change_says_what_it_was(changes: dict[str, Any], text: str) -> None:
    assert text in change_text(MOONS, MOONS.evolve(**changes))


def test_no_text_is_too_long_for_a_menu() -> None:
    for one in PRESETS.values():
        for other in PRESETS.values():
            if one.experiment != other.experiment:
                assert 0 < len(change_text(one.experiment, other.experiment)) < 80


def test_a_change_is_undone_and_redone(qtbot: QtBot) -> None:
    seen: list[str] = []
    stack = QUndoStack()
    stack.push(
        GestureCommand(
            "open a.json", partial(seen.append, "undone"), partial(seen.append, "redone")
        )
    )
    assert seen == []
    stack.undo()
    stack.redo()
    stack.undo()
    assert seen == ["undone", "redone", "undone"]
    assert stack.redoText() == "open a.json"
