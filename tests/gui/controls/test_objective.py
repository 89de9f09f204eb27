"""ObjectivePanel: only pairs that go together, and a change of one brings the other along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.gui.controls.choice import ChoiceBox
from nnviz.gui.controls.objective import ObjectivePanel
from nnviz.gui.theme import Theme
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES, pairing_problem
from nnviz.run.experiment import Experiment
from nnviz.run.parameters import Mask, Parameters
from nnviz.run.presets import PRESETS
from nnviz.run.problem import dataset_of
from nnviz.run.resizing import with_followers

Heard = list[dict[str, Any]]


def some_points(task: Any, n_classes: int = 0) -> Points:
    X = np.arange(24.0).reshape(12, 2)
    y = np.linspace(0, 1, 12) if task == "regression" else np.arange(12) % n_classes
    return Points(X, y, task)


TASKS = {
    "two": Experiment(dataset=some_points("classification", 2)),
    "three": Experiment(dataset=some_points("classification", 3)),
    "regression": Experiment(
        dataset=some_points("regression"), output_activation="linear", loss="squared_error"
    ),
}


def shown(qtbot: QtBot, experiment: Experiment) -> tuple[ObjectivePanel, Heard]:
    panel = ObjectivePanel()
    qtbot.addWidget(panel)
    panel.show_experiment(experiment, dataset_of(experiment))
    panel.resize(216, panel.sizeHint().height())
    panel.show()
    heard: Heard = []
    panel.changed.connect(heard.append)
    return panel, heard


def choose(box: ChoiceBox, key: str) -> None:
    box.activated.emit(box.findData(key))


def is_offered(box: ChoiceBox, key: str) -> bool:
    index = box.model().index(box.findData(key), 0)
    return bool(box.model().flags(index) & Qt.ItemFlag.ItemIsEnabled)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("output", ACTIVATIONS)
def test_exactly_the_losses_that_fit_are_offered(qtbot: QtBot, task: str, output: str) -> None:
    start = TASKS[task]
    dataset = dataset_of(start)
    facts = (dataset.task, dataset.n_classes)
    fitting = [loss for loss in LOSSES if pairing_problem(loss, output, *facts) is None]
    panel, heard = shown(qtbot, start)
    assert is_offered(panel.output_activation, output) == bool(fitting)
    if not fitting:
        assert panel.output_activation.reason_against(output) == "needs classes"
        return
    experiment = start.evolve(output_activation=output, loss=fitting[0])
    panel.show_experiment(experiment, dataset)
    assert [loss for loss in LOSSES if is_offered(panel.loss, loss)] == fitting
    for loss in LOSSES:
        assert bool(panel.loss.reason_against(loss)) == (loss not in fitting)
        if loss in fitting:
            assert experiment.evolve(loss=loss).loss == loss
        else:
            with pytest.raises(ValueError, match=r"loss|regression"):
                experiment.evolve(loss=loss)
    assert heard == []


@pytest.mark.parametrize(
    ("task", "output", "loss", "reason"),
    [
        ("two", "tanh", "binary_cross_entropy", "needs sigmoid outputs"),
        ("two", "tanh", "cross_entropy", "needs softmax outputs"),
        ("two", "tanh", "perceptron", "needs step outputs"),
        ("three", "linear", "hinge", "needs two classes"),
        ("regression", "linear", "hinge", "needs classes"),
    ],
)
def test_the_reason_is_told(qtbot: QtBot, task: str, output: str, loss: str, reason: str) -> None:
    experiment = TASKS[task].evolve(output_activation=output, loss="squared_error")
    panel, _ = shown(qtbot, experiment)
    assert panel.loss.reason_against(loss) == reason


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("output", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_new_output_brings_a_loss_that_fits_in_one_change(
    qtbot: QtBot, task: str, output: str, loss: str
) -> None:
    """From every experiment that there can be, with parameters and mask of its own shapes."""
    start = TASKS[task]
    outputs = LOSSES[loss].outputs or ("linear",)
    try:
        before = start.evolve(loss=loss, output_activation=outputs[0], hidden=(3,))
    except ValueError:
        return  # a pair that nobody can have chosen
    n = 3 if task == "three" else (2 if before.output_activation == "softmax" else 1)
    shapes = [np.ones((3, 2)), np.ones((n, 3))], [np.ones(3), np.ones(n)]
    before = before.evolve(initial_parameters=Parameters(*shapes), trainable=Mask(*shapes))
    if task != "regression":
        weights = (1.0, 2.0, 3.0)[: dataset_of(start).n_classes]
        before = before.evolve(class_weight=weights)
    panel, heard = shown(qtbot, before)
    if output == before.output_activation or not is_offered(panel.output_activation, output):
        return
    choose(panel.output_activation, output)
    assert len(heard) == 1
    changes = heard[0]
    after = before.evolve(**with_followers(before, changes))
    assert after.output_activation == output
    assert after.class_weight == before.class_weight
    changes_shapes = task == "two" and "softmax" in (output, before.output_activation)
    assert (after.initial_parameters is None) == (after.trainable is None) == changes_shapes
    fits = not LOSSES[loss].outputs or output in LOSSES[loss].outputs
    assert ("loss" in changes) == (not fits)


def test_a_new_output_brings_the_loss_that_is_made_for_it(qtbot: QtBot) -> None:
    panel, heard = shown(qtbot, TASKS["two"])
    choose(panel.output_activation, "softmax")
    assert heard == [{"output_activation": "softmax", "loss": "cross_entropy"}]
    choose(panel.output_activation, "step")
    assert heard[1:] == [{"output_activation": "step", "loss": "perceptron"}]
    choose(panel.output_activation, "relu")
    assert heard[2:] == [{"output_activation": "relu", "loss": "squared_error"}]


def test_loss_and_penalties_tell_their_fields(qtbot: QtBot) -> None:
    panel, heard = shown(qtbot, TASKS["two"])
    choose(panel.loss, "squared_error")
    for field, text in ((panel.l1, "0,001"), (panel.l2, "0.5")):
        field.setFocus()
        qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard == [{"loss": "squared_error"}, {"l1": 0.001}, {"l2": 0.5}]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_shown_silently(qtbot: QtBot, name: str) -> None:
    experiment = PRESETS[name].experiment
    panel, heard = shown(qtbot, experiment)
    assert heard == []
    assert panel.output_activation.current == experiment.output_activation
    assert panel.loss.current == experiment.loss
    assert (panel.l1.value, panel.l2.value) == (experiment.l1, experiment.l2)
    assert is_offered(panel.loss, experiment.loss)
    assert panel.loss_formula.text == LOSSES[experiment.loss].formula
    assert panel.output_formula.text == ACTIVATIONS[experiment.output_activation].formula


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_it_fits_a_narrow_column(
    qtbot: QtBot, dress: Callable[[str], Theme], theme: str, scale: float
) -> None:
    scaled = dress(theme).adapted("orange-blue", scale)
    panel, _ = shown(qtbot, TASKS["two"])
    panel.set_theme(scaled)
    width = scaled.px(216)
    panel.resize(width, panel.heightForWidth(width))
    QApplication.processEvents()
    assert panel.minimumSizeHint().width() <= width
    for choice in (panel.output_activation, panel.loss):
        assert choice.shown_text() == choice.currentText()
