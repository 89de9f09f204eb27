"""ChoiceBox: a registry as a combo box."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.choice import ChoiceBox
from nnviz.model.optimizers import OPTIMIZERS


@pytest.fixture
def box(qtbot: QtBot) -> ChoiceBox:
    choice = ChoiceBox("Optimizer", OPTIMIZERS, "Decides how the gradient becomes a step.")
    qtbot.addWidget(choice)
    choice.set_current("adam")
    choice.show()
    choice.activateWindow()
    QApplication.processEvents()
    return choice


@pytest.fixture
def chosen(box: ChoiceBox) -> list[str]:
    keys: list[str] = []
    box.changed.connect(keys.append)
    return keys


def test_it_lists_the_registry_with_its_tooltips(box: ChoiceBox) -> None:
    assert [box.itemData(i) for i in range(box.count())] == list(OPTIMIZERS)
    for index, entry in enumerate(OPTIMIZERS.values()):
        assert box.itemText(index) == entry.label
        tooltip = box.itemData(index, Qt.ItemDataRole.ToolTipRole)
        assert " ".join(tooltip.split()) == entry.tooltip


def test_the_keyboard_chooses(box: ChoiceBox, chosen: list[str], qtbot: QtBot) -> None:
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert chosen == ["adamw"]
    assert box.current == "adamw"
    assert " ".join(box.toolTip().split()) == OPTIMIZERS["adamw"].tooltip


def test_the_same_again_is_no_change(box: ChoiceBox, chosen: list[str]) -> None:
    box.activated.emit(list(OPTIMIZERS).index("adam"))
    assert chosen == []


def test_the_program_chooses_silently(box: ChoiceBox, chosen: list[str]) -> None:
    box.set_current("sgd")
    assert box.currentText() == OPTIMIZERS["sgd"].label
    box.set_current(None, "per layer")
    assert box.currentIndex() == -1
    assert box.placeholderText() == "per layer"
    assert chosen == []


def test_a_long_label_drops_its_last_words(box: ChoiceBox) -> None:
    box.set_current("nesterov")
    box.resize(400, 26)
    assert box.shown_text() == "Nesterov momentum"
    box.resize(110, 26)
    assert box.shown_text() == "Nesterov"
    assert not box.grab().isNull()


def test_the_wheel_passes_by_without_the_focus(box: ChoiceBox, chosen: list[str]) -> None:
    box.clearFocus()
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, event)
    assert not event.isAccepted()
    assert chosen == []
    assert box.current == "adam"
