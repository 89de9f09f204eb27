"""The help's plots show the registries' own functions, and slopes that are their slopes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import make_dataset
from nnviz.gui.controls.function_plot import FunctionPlot
from nnviz.gui.controls.help_pages import ActivationPage
from nnviz.gui.controls.help_plots import (
    KINKS,
    REACH,
    Function,
    activation_functions,
    loss_functions,
    penalty_functions,
    sampled,
    target_codes,
)
from nnviz.gui.theme import DARK, LIGHT
from nnviz.gui.views.curve_items import Curve
from nnviz.gui.views.legend import Mark
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES, encode_targets, pairing_problem
from nnviz.run.experiment import Experiment

Array = NDArray[np.float64]

MOONS = Experiment(dataset="moons", n_samples=20)
DATASET = make_dataset("moons", 20, 0.2, 0, 0.25, 0)
H = 1e-5


def away_from_kinks(curve: Curve) -> Array:
    """Where the curve has a value and a difference quotient meets no kink."""
    far = np.all([np.abs(curve.x - kink) > 2 * H for kink in KINKS], axis=0)
    return np.flatnonzero(far & np.isfinite(curve.y)).astype(np.float64)


def value_of(name: str, z: Array) -> Array:
    """The registry's function; of softmax the first of two outputs, the other's z at 0."""
    value = ACTIVATIONS[name].value
    return value(np.column_stack([z, 0 * z]))[:, 0] if name == "softmax" else value(z)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_c02_the_plot_shows_the_function_and_its_slope(qtbot: QtBot, name: str) -> None:
    page = ActivationPage(0)
    qtbot.addWidget(page)
    page.show_experiment(MOONS, DATASET)
    page.choice.activated.emit(page.choice.findData(name))
    value, slope = page.plot.curves["a"], page.plot.curves["a′"]
    assert (value.mark, slope.mark) == (Mark.SOLID, Mark.DASHED)
    for curve in (value, slope):
        assert (curve.x[0], curve.x[-1]) == (-REACH, REACH)
        assert np.diff(curve.x).min() >= 0
        assert len(curve.x) > 400
    at = away_from_kinks(value).astype(int)
    z = value.x[at]
    assert len(z) > 390
    np.testing.assert_array_equal(value.y[at], value_of(name, z))
    at = away_from_kinks(slope).astype(int)
    z = slope.x[at]
    quotient = (value_of(name, z + H) - value_of(name, z - H)) / (2 * H)
    np.testing.assert_allclose(slope.y[at], quotient, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_c02_the_readout_is_the_function_under_the_pointer(qtbot: QtBot, name: str) -> None:
    page = ActivationPage(0)
    qtbot.addWidget(page)
    page.show_experiment(MOONS, DATASET)
    page.choice.activated.emit(page.choice.findData(name))
    page.plot._hover(1.25, 0.0)
    z = np.array([1.25])
    quotient = (value_of(name, z + H) - value_of(name, z - H)) / (2 * H)
    shown = {key: float(text.replace("−", "-")) for key, text in page.plot.readout.items()}
    assert shown["a"] == pytest.approx(float(value_of(name, z)[0]), rel=5e-3)
    assert shown["a′"] == pytest.approx(float(quotient[0]), rel=5e-3, abs=1e-9)
    assert page.plot.cursor_text == "z = 1.25"


def test_c02_a_jump_is_a_gap_and_a_bend_is_none() -> None:
    step, no_slope = activation_functions("step")
    x, y = sampled(step, REACH)
    (gap,) = np.flatnonzero(np.isnan(y))
    assert abs(x[gap]) < 1e-8
    assert (y[gap - 1], y[gap + 1]) == (0.0, 1.0)
    assert set(sampled(no_slope, REACH)[1]) == {0.0}
    relu, slope = activation_functions("relu")
    assert not np.isnan(sampled(relu, REACH)[1]).any()
    assert np.isnan(sampled(slope, REACH)[1]).sum() == 1
    for function in activation_functions("tanh"):
        assert not np.isnan(sampled(function, REACH)[1]).any()


def test_c02_softmax_of_two_is_the_sigmoid() -> None:
    softmax, sigmoid = activation_functions("softmax"), activation_functions("sigmoid")
    for drawn, expected in zip(softmax, sigmoid, strict=True):
        z = np.linspace(-5, 5, 101)
        np.testing.assert_allclose(drawn.values(z), expected.values(z), rtol=1e-12)


PAIRS = [
    (loss, output, task, n_classes)
    for task, n_classes in (("classification", 2), ("classification", 3), ("regression", 0))
    for loss in LOSSES
    for output in ACTIVATIONS
    if pairing_problem(loss, output, task, n_classes) is None  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("loss", "output", "task", "n_classes"), PAIRS)
def test_the_gradient_is_the_slope_of_the_loss(
    loss: str, output: str, task: str, n_classes: int
) -> None:
    functions = loss_functions(loss, output, task, n_classes)  # type: ignore[arg-type]
    assert [f.mark for f in functions] == [Mark.SOLID, Mark.SOLID, Mark.DASHED, Mark.DASHED]
    z = np.linspace(-4.9, 4.9, 99) + 0.0123
    for value, gradient in zip(functions[:2], functions[2:], strict=True):
        if loss == "perceptron":  # its gradient is the rule, which takes the step for constant
            expected = np.where(z >= 0, 1.0, 0.0) - float(value.name[-1])
        else:
            expected = (value.values(z + H) - value.values(z - H)) / (2 * H)
        np.testing.assert_allclose(gradient.values(z), expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("loss", "output", "task", "n_classes"), PAIRS)
def test_the_loss_is_that_of_a_whole_row_of_outputs(
    loss: str, output: str, task: str, n_classes: int
) -> None:
    """Outputs that do not depend on each other are drawn alone; softmax with the others at 0."""
    functions = loss_functions(loss, output, task, n_classes)  # type: ignore[arg-type]
    targets = encode_targets(
        np.array([0, 1]), task, n_classes, output  # type: ignore[arg-type]
    )  # fmt: skip
    z = np.linspace(-3, 3, 13)
    column = min(1, targets.shape[1] - 1)
    for function, target in zip(functions[:2], targets, strict=True):
        logits = np.zeros((len(z), len(target)))
        logits[:, column] = z
        outputs = ACTIVATIONS[output].value(logits)
        rows = np.tile(target, (len(z), 1))
        if output != "softmax":
            logits, outputs, rows = (a[:, [column]] for a in (logits, outputs, rows))
        expected = LOSSES[loss].value(logits, outputs, rows)
        np.testing.assert_allclose(function.values(z), expected, rtol=1e-12, atol=1e-15)


def test_targets_are_coded_as_they_are_trained() -> None:
    assert target_codes("sigmoid", "classification", 2).tolist() == [[0], [1]]
    assert target_codes("tanh", "classification", 2).tolist() == [[-1], [1]]
    assert target_codes("linear", "classification", 3).tolist() == [[0], [1]]
    assert target_codes("softmax", "classification", 2).tolist() == [[0, 1], [1, 0]]
    assert target_codes("softmax", "classification", 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert target_codes("linear", "regression", 0).tolist() == [[0], [1]]


def test_targets_have_the_colours_of_their_classes() -> None:
    functions = loss_functions("binary_cross_entropy", "sigmoid", "classification", 2)
    for theme in (LIGHT, DARK):
        colors = [function.color(theme) for function in functions]
        assert colors == [theme.class_color(index, 2) for index in (0, 1, 0, 1)]


@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.0), (0.25, 0.0), (0.0, 3.0), (0.5, 0.125)])
def test_penalties_add_up(l1: float, l2: float) -> None:
    w = np.linspace(-3, 3, 61)
    by_l1, by_l2, in_all = (function.values(w) for function in penalty_functions(l1, l2))
    np.testing.assert_allclose(by_l1, l1 * np.abs(w))
    np.testing.assert_allclose(by_l2, l2 * w**2 / 2)
    np.testing.assert_allclose(in_all, by_l1 + by_l2)
    assert len({function.mark for function in penalty_functions(l1, l2)}) == 3


# --- the plot itself


def shown(qtbot: QtBot, *functions: Function) -> FunctionPlot:
    plot = FunctionPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 250)
    plot.show_functions(functions, "z", REACH)
    plot.show()
    plot.activateWindow()
    qtbot.waitUntil(plot.isActiveWindow)
    return plot


def test_the_pointer_reads_out(qtbot: QtBot) -> None:
    plot = shown(qtbot, *activation_functions("linear"))
    plot.clearFocus()
    assert set(plot.readout.values()) == {""}
    inner = plot._plot
    place = inner.mapFromScene(inner.box.mapViewToScene(QPoint(2, 0)))
    qtbot.mouseMove(inner.viewport(), place)
    assert float(plot.readout["a"]) == pytest.approx(2, abs=0.05)
    assert plot.readout["a′"] == "1"
    QApplication.sendEvent(inner, QEvent(QEvent.Type.Leave))
    assert set(plot.readout.values()) == {""}
    assert plot.cursor_text == ""


def test_the_keyboard_reads_out(qtbot: QtBot) -> None:
    plot = shown(qtbot, *activation_functions("linear"))
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    assert plot.cursor_text == "z = 0"
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(plot, Qt.Key.Key_Right, shift)
    QTest.keyClick(plot, Qt.Key.Key_Right, shift)
    assert plot.readout["a"] == "0.5"
    for _ in range(100):
        QTest.keyClick(plot, Qt.Key.Key_Left, shift)
    assert plot.readout["a"] == "−5"
    plot.clearFocus()
    assert plot.cursor_text == ""


def test_axes_and_words(qtbot: QtBot) -> None:
    plot = shown(qtbot, *activation_functions("sigmoid"))
    axis = plot._plot.getAxis("bottom")
    assert axis.labelText == "z"
    labels = [text for _, text in axis._tickLevels[0]]
    assert labels == ["−5", "−4", "−3", "−2", "−1", "0", "1", "2", "3", "4", "5"]
    heights = [text for _, text in plot._plot.getAxis("left")._tickLevels[0]]
    assert len(heights) >= 4
    assert plot.accessibleDescription() == (
        "For z from −5 to 5: a from 0.00669 to 0.993; a′ from 0.00665 to 0.25."
    )


def test_nothing_can_be_drawn_too(qtbot: QtBot) -> None:
    plot = shown(qtbot, *penalty_functions(0.0, 1e-300))
    assert not plot.grab().isNull()
    plot.set_theme(DARK)
    assert not plot.grab().isNull()
