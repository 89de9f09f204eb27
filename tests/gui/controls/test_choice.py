"""ChoiceBox: a registry as a combo box."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.choice import ChoiceBox
from nnviz.gui.theme import Theme
from nnviz.model.optimizers import OPTIMIZERS


@pytest.fixture
def box(qtbot: QtBot) -> ChoiceBox:
    choice = ChoiceBox("Optimizer", OPTIMIZERS, "Decides how the gradient becomes a step.")
    qtbot.addWidget(choice)
    choice.set_current("adam")
    choice.show()
    choice.activateWindow()
    QApplication.processEvents()
    choice.clearFocus()
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


def test_a_long_label_drops_its_last_words_and_says_so(box: ChoiceBox) -> None:
    box.set_current("nesterov")
    box.resize(400, 26)
    assert box.shown_text() == "Nesterov momentum"
    box.resize(110, 26)
    assert box.shown_text() == "Nesterov…"
    assert not box.grab().isNull()


def test_a_narrow_box_has_a_shorter_name_where_there_is_one(qtbot: QtBot) -> None:
    box = ChoiceBox("Optimizer", OPTIMIZERS, "Decides.", brief={"sgd": "SGD"})
    qtbot.addWidget(box)
    box.set_current("sgd")
    box.resize(400, 26)
    assert box.shown_text() == "Gradient descent"
    box.resize(110, 26)
    assert box.shown_text() == "SGD"
    assert box.currentText() == "Gradient descent", "what the list and assistive technology say"


@pytest.mark.parametrize("has_focus", [False, True])
def test_the_wheel_passes_by(box: ChoiceBox, chosen: list[str], has_focus: bool) -> None:
    if has_focus:
        box.setFocus()
    assert box.hasFocus() == has_focus
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, event)
    assert not event.isAccepted()
    assert chosen == []
    assert box.current == "adam"


def test_after_a_click_characters_are_commands(
    box: ChoiceBox, chosen: list[str], qtbot: QtBot
) -> None:
    box.setFocus(Qt.FocusReason.MouseFocusReason)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_R, Qt.Key.Key_Right):
        qtbot.keyClick(box, key)
    assert not box.view().isVisible()
    assert chosen == []
    box.clearFocus()
    box.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(box, Qt.Key.Key_R)
    assert chosen == ["rmsprop"]


# Offscreen says so of every list that opens.
@pytest.mark.qt_log_ignore(r"^This plugin does not support")
def test_the_open_list_shows_whole_labels(
    box: ChoiceBox, dress: Callable[[str], Theme], qtbot: QtBot
) -> None:
    box.set_theme(dress("light"))
    box.resize(90, 26)
    box.showPopup()
    QApplication.processEvents()
    view = box.view()
    widest = max(view.fontMetrics().horizontalAdvance(e.label) for e in OPTIMIZERS.values())
    assert view.viewport().width() >= widest + 10  # the entries' padding
    assert view.viewport().width() >= view.sizeHintForColumn(0)
    box.hidePopup()


REASON = "it needs an output between 0 and 1, and the output is linear now"


# Offscreen says so of every list that opens.
@pytest.mark.qt_log_ignore(r"^This plugin does not support")
def test_what_cannot_be_chosen_says_why(
    box: ChoiceBox, chosen: list[str], dress: Callable[[str], Theme], qtbot: QtBot
) -> None:
    box.set_theme(dress("light"))
    box.resize(120, 26)
    box.showPopup()
    QApplication.processEvents()
    view = box.view()
    row = view.visualRect(box.model().index(list(OPTIMIZERS).index("adamw"), 0))
    box.hidePopup()
    box.set_unavailable({"adamw": REASON})
    box.showPopup()
    QApplication.processEvents()
    place = view.visualRect(box.model().index(list(OPTIMIZERS).index("adamw"), 0))
    assert place.height() > row.height() + view.fontMetrics().height()
    assert view.viewport().width() >= view.sizeHintForColumn(0)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    assert chosen == []
    box.hidePopup()
    assert box.current == "adam"
    assert box.reason_against("adamw") == REASON
    assert box.reason_against("sgd") == ""
    index = list(OPTIMIZERS).index("adamw")
    tooltip = box.itemData(index, Qt.ItemDataRole.ToolTipRole)
    assert " ".join(tooltip.split()) == f"Not now: {REASON}."
    assert box.itemData(index, Qt.ItemDataRole.AccessibleDescriptionRole) == REASON


def test_the_keyboard_passes_over_what_cannot_be_chosen(
    box: ChoiceBox, chosen: list[str], qtbot: QtBot
) -> None:
    names = list(OPTIMIZERS)
    box.set_unavailable({names[1]: REASON})
    box.set_current(names[0])
    box.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert chosen == [names[2]]
    box.set_unavailable({})
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert chosen[1:] == [names[1]]
    tooltip = box.itemData(1, Qt.ItemDataRole.ToolTipRole)
    assert " ".join(tooltip.split()) == OPTIMIZERS[names[1]].tooltip
