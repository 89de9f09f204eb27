"""OptimizerPanel: the chosen optimizer's numbers and rule, and no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import make_dataset
from nnviz.gui.controls.formula_line import FormulaLine
from nnviz.gui.controls.limits import limits_of
from nnviz.gui.controls.optimizer import OptimizerPanel, towards_one
from nnviz.gui.theme import LIGHT, Theme
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.experiment import Experiment

MOONS = Experiment(dataset="moons", n_samples=20)
DATASET = make_dataset("moons", 20, 0.2, 0, 0.25, 0)
NUMBERS = ("momentum", "decay", "beta_1", "beta_2", "weight_decay")


@pytest.fixture
def panel(qtbot: QtBot) -> OptimizerPanel:
    widget = OptimizerPanel()
    qtbot.addWidget(widget)
    widget.show_experiment(MOONS, DATASET)
    widget.show()
    return widget


@pytest.fixture
def changes(panel: OptimizerPanel) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    panel.changed.connect(heard.append)
    return heard


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_only_its_own_numbers_are_shown(
    panel: OptimizerPanel, changes: list[dict[str, Any]], name: str
) -> None:
    assert tuple(panel.numbers) == NUMBERS
    panel.show_experiment(MOONS.evolve(optimizer=name), DATASET)
    shown = [field for field, number in panel.numbers.items() if number.isVisible()]
    assert shown == list(OPTIMIZERS[name].parameters)
    for label in panel.rows.labels():
        buddy = label.buddy()
        assert buddy is not None
        assert label.isVisible() == buddy.isVisible()
    assert panel.shuffle.isVisible()
    assert panel.formula.heading == OPTIMIZERS[name].label
    assert panel.formula.text.split() == OPTIMIZERS[name].formula.replace(",  ", " ").split()
    assert changes == []


@pytest.mark.parametrize("field", NUMBERS)
def test_each_number_tells_its_field(
    panel: OptimizerPanel, changes: list[dict[str, Any]], qtbot: QtBot, field: str
) -> None:
    name = next(name for name, entry in OPTIMIZERS.items() if field in entry.parameters)
    panel.show_experiment(MOONS.evolve(optimizer=name, **{field: 0.25}), DATASET)
    number = panel.numbers[field]
    assert number.value == 0.25
    assert number.limits == limits_of(field)
    number.setFocus()
    qtbot.keyClick(number, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(number, "0.75")
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert changes == [{field: 0.75}]
    assert MOONS.evolve(**changes[0])


def test_shuffle(panel: OptimizerPanel, changes: list[dict[str, Any]], qtbot: QtBot) -> None:
    assert panel.shuffle.isChecked()
    panel.show_experiment(MOONS.evolve(shuffle=False), DATASET)
    assert not panel.shuffle.isChecked()
    assert changes == []
    panel.shuffle.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(panel.shuffle, Qt.Key.Key_Space)
    assert changes == [{"shuffle": True}]
    qtbot.keyClick(panel.shuffle, Qt.Key.Key_Return)
    assert changes[1:] == [{"shuffle": False}]


def test_a_ticked_box_leaves_space_to_the_window(
    panel: OptimizerPanel, changes: list[dict[str, Any]], qtbot: QtBot
) -> None:
    qtbot.mouseClick(panel.shuffle, Qt.MouseButton.LeftButton, pos=panel.shuffle.rect().center())
    before = list(changes)
    qtbot.keyClick(panel.shuffle, Qt.Key.Key_Space)
    assert changes == before


def test_the_ladder_comes_ever_closer_to_one() -> None:
    value, climbed = 0.0, []
    for _ in range(7):
        value = float(towards_one(value, 1))
        climbed.append(value)
    assert climbed == [0.5, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995]
    for expected in [*reversed(climbed[:-1]), 0.0, 0.0]:
        value = float(towards_one(value, -1))
        assert value == expected


def test_the_ladder_stays_below_one(panel: OptimizerPanel, qtbot: QtBot) -> None:
    panel.show_experiment(MOONS.evolve(beta_1=0.999999), DATASET)
    panel.beta_1.setFocus()
    for _ in range(40):
        qtbot.keyClick(panel.beta_1, Qt.Key.Key_Up)
    assert 0.999999 < panel.beta_1.value < 1


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_rule_wraps_in_a_narrow_column(
    panel: OptimizerPanel, dress: Callable[[str], Theme], name: str, scale: float
) -> None:
    theme = dress("light").adapted("orange-blue", scale)
    panel.set_theme(theme)
    panel.show_experiment(MOONS.evolve(optimizer=name), DATASET)
    width = theme.px(216)
    panel.resize(width, panel.heightForWidth(width))
    QApplication.processEvents()
    assert panel.minimumSizeHint().width() <= width
    label = panel.formula.findChildren(QLabel)[1]
    needed = QFontMetrics(label.font()).boundingRect(
        0, 0, label.width(), 1000, Qt.TextFlag.TextWordWrap, label.text()
    )
    assert needed.width() <= label.width() <= width
    assert needed.height() <= label.height()


def test_a_formula_without_words_above(qtbot: QtBot) -> None:
    line = FormulaLine("Rule")
    qtbot.addWidget(line)
    line.set_formula("a,  b", heading="words")
    line.set_formula("c,  d")
    line.set_theme(LIGHT)
    assert (line.heading, line.text) == ("", "c\nd")
