"""SegmentedControl: one choice at a time, by mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.segmented import Segment, SegmentedControl

SEGMENTS = {key: Segment(key.upper(), f"Chooses {key}.") for key in ("a", "b", "c")}


@pytest.fixture
def bar(qtbot: QtBot) -> SegmentedControl:
    control = SegmentedControl("Letter", SEGMENTS)
    qtbot.addWidget(control)
    control.set_current("a")
    control.show()
    control.activateWindow()
    QApplication.processEvents()
    return control


@pytest.fixture
def chosen(bar: SegmentedControl) -> list[str]:
    keys: list[str] = []
    bar.changed.connect(keys.append)
    return keys


def checked(bar: SegmentedControl) -> list[bool]:
    return [button.isChecked() for button in bar.buttons()]


def test_a_click_chooses_one(bar: SegmentedControl, chosen: list[str], qtbot: QtBot) -> None:
    qtbot.mouseClick(bar.buttons()[1], Qt.MouseButton.LeftButton)
    assert chosen == ["b"]
    assert checked(bar) == [False, True, False]


def test_a_click_on_the_current_one_changes_nothing(
    bar: SegmentedControl, chosen: list[str], qtbot: QtBot
) -> None:
    qtbot.mouseClick(bar.buttons()[0], Qt.MouseButton.LeftButton)
    assert chosen == []
    assert checked(bar) == [True, False, False]


def test_arrows_move_the_choice(bar: SegmentedControl, chosen: list[str], qtbot: QtBot) -> None:
    bar.buttons()[0].setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(QApplication.focusWidget(), key)
    assert chosen == ["b", "c", "b"]
    assert bar.buttons()[1].hasFocus()


def test_arrows_pass_over_what_is_forbidden(
    bar: SegmentedControl, chosen: list[str], qtbot: QtBot
) -> None:
    bar.set_choice_enabled("b", False)
    bar.buttons()[0].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(bar.buttons()[0], Qt.Key.Key_Right)
    assert chosen == ["c"]


def test_after_a_click_the_arrows_belong_to_the_window(
    bar: SegmentedControl, chosen: list[str], qtbot: QtBot
) -> None:
    bar.buttons()[0].clearFocus()
    bar.buttons()[0].setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.keyClick(bar.buttons()[0], Qt.Key.Key_Right)
    qtbot.keyClick(bar.buttons()[0], Qt.Key.Key_Space)
    assert chosen == []


def test_the_program_chooses_silently(bar: SegmentedControl, chosen: list[str]) -> None:
    bar.set_current("c")
    bar.set_current(None)
    assert chosen == []
    assert checked(bar) == [False, False, False]
    assert bar.current is None


def test_tab_stops_once(bar: SegmentedControl) -> None:
    for key in ("b", None):
        bar.set_current(key)
        stops = [b for b in bar.buttons() if b.focusPolicy() & Qt.FocusPolicy.TabFocus]
        assert len(stops) == 1


def test_choosing_moves_nothing(bar: SegmentedControl) -> None:
    before = [button.geometry() for button in bar.buttons()]
    hint = bar.sizeHint()
    bar.set_current("c")
    QApplication.processEvents()
    assert [button.geometry() for button in bar.buttons()] == before
    assert bar.sizeHint() == hint
