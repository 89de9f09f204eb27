"""NetworkPanel: layers, activations one by one, the start, and what is frozen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.network import NetworkPanel
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import MOST_HIDDEN_LAYERS, Experiment
from nnviz.run.parameters import Mask
from nnviz.run.problem import dataset_of
from nnviz.run.resizing import with_followers
from nnviz.run.trainer import Trainer

MOONS = Experiment(dataset="moons", hidden=(3, 2))


@pytest.fixture
def panel(qtbot: QtBot) -> NetworkPanel:
    widget = NetworkPanel()
    qtbot.addWidget(widget)
    widget.resize(210, 600)
    show(widget, MOONS)
    widget.show()
    widget.activateWindow()
    QApplication.processEvents()
    return widget


@pytest.fixture
def changes(panel: NetworkPanel) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    panel.changed.connect(heard.append)
    return heard


def show(panel: NetworkPanel, experiment: Experiment) -> None:
    panel.show_experiment(experiment, dataset_of(experiment))


def moment(experiment: Experiment, updates: int = 3) -> Snapshot:
    """A snapshot of a moment of training; only its frame."""
    trainer = Trainer(experiment)
    trainer.advance(updates)
    return cast(Snapshot, SimpleNamespace(frame=trainer.frame()))


def enter(qtbot: QtBot, field: Any, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


# --- layers and activations


@pytest.mark.parametrize(
    ("text", "hidden"),
    [("8, 8", (8, 8)), ("8+8+4", (8, 8, 4)), ("", ()), ("1024", (1024,)), ("1 " * 8, (1,) * 8)],
)
def test_layers_are_typed(
    panel: NetworkPanel, changes: list[dict[str, Any]], qtbot: QtBot, text: str, hidden: Any
) -> None:
    enter(qtbot, panel.hidden, text)
    assert changes == [{"hidden": hidden}]
    assert MOONS.evolve(**changes[0]).hidden == hidden


@pytest.mark.parametrize("text", ["0", "1025", "8x8", "1+1+1+1+1+1+1+1+1", "-3", "1.5"])
def test_impossible_layers_are_refused(
    panel: NetworkPanel, changes: list[dict[str, Any]], qtbot: QtBot, text: str
) -> None:
    refused: list[str] = []
    panel.rejected.connect(refused.append)
    enter(qtbot, panel.hidden, text)
    assert changes == []
    assert len(refused) == 1
    allowed = "is not a list of 0 to 8 whole numbers from 1 to 1,024."
    assert refused[0].startswith("Hidden layers: “")
    assert refused[0].endswith(allowed)


def test_what_depends_on_the_layers_follows(
    panel: NetworkPanel, changes: list[dict[str, Any]], qtbot: QtBot
) -> None:
    frame = moment(MOONS).frame
    start = (frame.weights, frame.biases)
    experiment = MOONS.evolve(activation=("tanh", "relu"), initial_parameters=start)
    show(panel, experiment)
    enter(qtbot, panel.hidden, "3, 2, 2")
    expected = {"hidden": (3, 2, 2), "activation": ("tanh", "relu", "relu")}
    assert changes == [{"hidden": (3, 2, 2)}]
    # The window adds what has to follow.
    followed = with_followers(experiment, changes[0])
    assert followed == expected | {"initial_parameters": None}
    assert experiment.evolve(**followed)


def test_one_activation_a_layer(
    panel: NetworkPanel, changes: list[dict[str, Any]], qtbot: QtBot
) -> None:
    assert panel.spread.current == "same"
    assert not panel.layer_rows.isVisible()
    panel.spread.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(panel.spread, Qt.Key.Key_Down)
    assert changes == [{"activation": ("tanh", "tanh")}]
    show(panel, MOONS.evolve(**changes[0]))
    assert [box.isVisible() for box in panel.activations] == [True, True]
    assert [box.current for box in panel.activations] == ["tanh", "tanh"]
    box = panel.activations[1]
    box.activated.emit(box.findData("relu"))
    assert changes[1:] == [{"activation": ("tanh", "relu")}]
    show(panel, MOONS.evolve(**changes[1]))
    panel.spread.activated.emit(0)
    assert changes[2:] == [{"activation": "tanh"}]


def test_there_are_as_many_activations_as_layers(panel: NetworkPanel) -> None:
    for hidden in [(2,) * MOST_HIDDEN_LAYERS, (2,), (2, 2, 2)]:
        names = ("tanh", "relu", "elu", "gelu", "silu", "sigmoid", "step", "linear")[: len(hidden)]
        show(panel, MOONS.evolve(hidden=hidden, activation=names))
        shown = [box.current for box in panel.activations if box.isVisible()]
        assert shown == list(names)
    show(panel, MOONS.evolve(hidden=(), activation=()))
    assert not panel.layer_rows.isVisible()
    assert not panel.spread.isEnabled()
    assert panel.spread.toolTip() == "There is no hidden layer."
    assert panel.hidden.text() == ""


# --- the start


def test_the_present_weights_become_the_start(
    panel: NetworkPanel, changes: list[dict[str, Any]], qtbot: QtBot
) -> None:
    assert not panel.keep.isEnabled()
    assert panel.start.reason_against("given") == "there are no weights yet"
    panel.show_snapshot(moment(MOONS, 1))
    newest = moment(MOONS, 5)
    panel.show_snapshot(newest)
    assert panel.start.reason_against("given") == ""
    qtbot.mouseClick(panel.keep, Qt.MouseButton.LeftButton)
    assert [set(change) for change in changes] == [{"initial_parameters"}]
    after = MOONS.evolve(**changes[0])
    begun = Trainer(after)
    for mine, now in zip(begun.weights, newest.frame.weights, strict=True):
        assert (mine == now).all()
    show(panel, after)
    assert panel.start.current == "given"
    assert not panel.initializer.isEnabled()
    assert "none are drawn" in " ".join(panel.initializer.toolTip().split())
    panel.start.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(panel.start, Qt.Key.Key_Up)
    assert changes[1:] == [{"initial_parameters": None}]
    show(panel, MOONS)
    assert panel.initializer.isEnabled()
    qtbot.keyClick(panel.start, Qt.Key.Key_Down)
    assert [set(change) for change in changes[2:]] == [{"initial_parameters"}]
    assert MOONS.evolve(**changes[2]) == after


def test_a_new_seed(panel: NetworkPanel, changes: list[dict[str, Any]], qtbot: QtBot) -> None:
    show(panel, MOONS.evolve(seed=41))
    qtbot.mouseClick(panel.new_seed, Qt.MouseButton.LeftButton)
    assert changes == [{"seed": 42}]


# --- freezing

CHECKED, HALF, NOT = (
    Qt.CheckState.Checked, Qt.CheckState.PartiallyChecked, Qt.CheckState.Unchecked,
)  # fmt: skip


def states(panel: NetworkPanel) -> list[tuple[Qt.CheckState, ...]]:
    return [
        tuple(box.checkState() for box in boxes)
        for boxes in panel.freeze.boxes()
        if boxes[0].isVisible()
    ]


def test_a_layer_is_frozen_and_freed(
    panel: NetworkPanel, changes: list[dict[str, Any]], qtbot: QtBot
) -> None:
    assert states(panel) == [(NOT, NOT)] * 3
    weights = panel.freeze.boxes()[0][0]
    qtbot.mouseClick(weights, Qt.MouseButton.LeftButton, pos=weights.rect().center())
    after = MOONS.evolve(**changes[0])
    assert isinstance(after.trainable, Mask)
    assert [mask.any() for mask in after.trainable.weights] == [False, True, True]
    assert all(mask.all() for mask in (*after.trainable.weights[1:], *after.trainable.biases))
    trainer = Trainer(after)
    before = trainer.weights
    trainer.advance(3)
    assert [(a == b).all() for a, b in zip(before, trainer.weights, strict=True)] == [
        True, False, False,
    ]  # fmt: skip
    show(panel, after)
    assert states(panel) == [(CHECKED, NOT), (NOT, NOT), (NOT, NOT)]
    weights.clearFocus()
    weights.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(weights, Qt.Key.Key_Space)
    assert changes[1:] == [{"trainable": None}]


def test_a_part_that_is_frozen_by_half_stays_until_touched(
    panel: NetworkPanel, changes: list[dict[str, Any]], qtbot: QtBot
) -> None:
    first = np.array([[True, False], [True, True], [True, True]])
    mask = Mask((first, np.ones((2, 3)), np.ones((1, 2))), (np.ones(3), np.zeros(2), np.ones(1)))
    experiment = MOONS.evolve(trainable=mask)
    show(panel, experiment)
    assert states(panel) == [(HALF, NOT), (NOT, CHECKED), (NOT, NOT)]
    panel.freeze.boxes()[2][1].click()
    touched = changes[0]["trainable"]
    assert (touched.weights[0] == first).all()
    assert not touched.biases[1].any()
    assert not touched.biases[2].any()
    # Touched, it is frozen whole, and then free: never by half again.
    box = panel.freeze.boxes()[0][0]
    box.click()
    assert not changes[1]["trainable"].weights[0].any()
    assert (changes[1]["trainable"].biases[1] == mask.biases[1]).all()
    assert box.checkState() == CHECKED
    box.click()
    assert box.checkState() == NOT
    assert changes[2]["trainable"].weights[0].all()


def test_the_last_layer_is_called_the_output(panel: NetworkPanel) -> None:
    for hidden in ((3, 2), (3, 2, 4, 5), (), (7,)):
        show(panel, MOONS.evolve(hidden=hidden))
        labels = [label.text() for label in panel.freeze.labels() if label.isVisible()]
        assert labels == [*(f"layer {n + 1}" for n in range(len(hidden))), "output"]
        assert len(states(panel)) == len(hidden) + 1
