"""NumberField: what it commits, refuses and gives back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from nnviz.gui.controls.limits import Limits
from nnviz.gui.controls.number_field import NumberField
from nnviz.gui.controls.numbers import rungs

RATES = Limits(0, 100.0, "a number above 0, at most 100", is_minimum_excluded=True)
COUNTS = Limits(1, 100, "a whole number from 1 to 100")

BAD_REALS = [
    "", " ", "abc", "1e400", "nan", "inf", "-1", "0", "٣", "0x10", "1_000", "1.2.3", "1e9",
    "9" * 40, "1 5", "--2", "½", "100.5",
]  # fmt: skip
BAD_WHOLES = [*BAD_REALS, "1.5", "1,5", "1e1", "101"]


class Form:
    """A field under test and another one to go to."""

    def __init__(self, qtbot: QtBot, kind: str) -> None:
        self.qtbot = qtbot
        self.window = QWidget()
        qtbot.addWidget(self.window)
        if kind == "real":
            self.field = NumberField("Learning rate", "real", RATES, rungs(1, 3))
            self.good: Any = 0.03
        else:
            self.field = NumberField("Epochs", "whole", COUNTS)
            self.good = 30
        self.other = QLineEdit()
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.field)
        layout.addWidget(self.other)
        self.field.set_value(self.good)
        self.values: list[Any] = []
        self.sentences: list[str] = []
        self.field.changed.connect(self.values.append)
        self.field.rejected.connect(self.sentences.append)
        self.order: list[str] = []
        for name in ("changed", "rejected", "accepted", "finished"):
            signal: Any = getattr(self.field, name)
            signal.connect(lambda *_, name=name: self.order.append(name))
        self.window.show()
        self.window.activateWindow()
        self.field.setFocus()
        QApplication.processEvents()
        assert self.field.hasFocus()

    def type(self, text: str) -> None:
        self.field.selectAll()
        self.key(Qt.Key.Key_Delete)
        self.field.insert(text)
        # insert() is the program's; keys are what marks a text as edited.
        self.field.setModified(True)

    def key(self, key: Qt.Key) -> None:
        self.qtbot.keyClick(self.field, key)

    def leave(self) -> None:
        self.other.setFocus()
        assert not self.field.hasFocus()
        QApplication.processEvents()

    def wheel(self, notches: int) -> QWheelEvent:
        event = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.field, event)
        return event


@pytest.fixture
def real(qtbot: QtBot) -> Form:
    return Form(qtbot, "real")


@pytest.fixture
def whole(qtbot: QtBot) -> Form:
    return Form(qtbot, "whole")


def check_sentence(sentence: str, name: str) -> None:
    assert sentence.startswith(f"{name}: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 120


@pytest.mark.parametrize("text", BAD_REALS)
def test_enter_refuses_a_bad_real_number(real: Form, text: str) -> None:
    real.type(text)
    real.key(Qt.Key.Key_Return)
    assert real.values == []
    assert len(real.sentences) == 1
    check_sentence(real.sentences[0], "Learning rate")
    assert real.sentences[0].endswith(" is not a number above 0, at most 100.")
    assert real.field.hasFocus()
    assert not QToolTip.isVisible()
    assert real.field.property("invalid") is True
    real.key(Qt.Key.Key_Escape)
    assert real.field.text() == "0.03"
    assert real.field.property("invalid") is False
    assert real.field.value == real.good


@pytest.mark.parametrize("text", BAD_WHOLES)
def test_leaving_brings_the_last_good_whole_number_back(whole: Form, text: str) -> None:
    whole.type(text)
    whole.leave()
    assert whole.values == []
    assert len(whole.sentences) == 1
    check_sentence(whole.sentences[0], "Epochs")
    assert whole.field.text() == "30"
    assert whole.field.property("invalid") is False


def test_a_refusal_is_said_once(real: Form) -> None:
    real.type("abc")
    real.key(Qt.Key.Key_Return)
    real.leave()
    assert len(real.sentences) == 1
    assert real.field.text() == "0.03"


def test_typing_on_takes_the_red_frame_away(real: Form) -> None:
    real.type("abc")
    real.key(Qt.Key.Key_Return)
    real.key(Qt.Key.Key_Backspace)
    assert real.field.property("invalid") is False


@pytest.mark.parametrize(("text", "value"), [("0.5", 0.5), ("0,5", 0.5), ("1e-3", 0.001)])
def test_enter_commits_and_shows_a_point(real: Form, text: str, value: float) -> None:
    real.type(text)
    assert real.values == []
    real.key(Qt.Key.Key_Return)
    assert real.values == [value]
    assert isinstance(real.values[0], float)
    assert "," not in real.field.text()


def test_leaving_commits(whole: Form) -> None:
    whole.type("42")
    whole.leave()
    assert whole.values == [42]
    assert isinstance(whole.values[0], int)


def test_the_same_value_again_is_no_change(real: Form) -> None:
    real.type("0.030")
    real.key(Qt.Key.Key_Return)
    real.leave()
    assert real.values == []
    assert real.sentences == []
    assert real.field.text() == "0.03"


def test_leaving_untouched_changes_nothing(real: Form) -> None:
    real.leave()
    assert real.values == []
    assert real.sentences == []


def test_up_and_down_climb_the_ladder(real: Form) -> None:
    for _ in range(3):
        real.key(Qt.Key.Key_Up)
    for _ in range(4):
        real.key(Qt.Key.Key_Down)
    assert real.values == [0.1, 0.3, 1.0, 0.3, 0.1, 0.03, 0.01]


def test_steps_stop_at_the_limits(whole: Form) -> None:
    whole.field.set_value(99)
    for _ in range(3):
        whole.key(Qt.Key.Key_Up)
    assert whole.values == [100]
    whole.field.set_value(1)
    whole.key(Qt.Key.Key_Down)
    assert whole.values == [100]


def test_a_step_takes_what_is_typed_first(whole: Form) -> None:
    whole.type("50")
    whole.key(Qt.Key.Key_Up)
    assert whole.values == [50, 51]
    whole.type("x")
    whole.key(Qt.Key.Key_Up)
    assert whole.values == [50, 51]
    assert len(whole.sentences) == 1


def test_the_wheel_steps_only_with_the_focus(whole: Form) -> None:
    assert whole.wheel(2).isAccepted()
    assert whole.values == [31, 32]
    whole.leave()
    assert not whole.wheel(1).isAccepted()
    assert whole.values == [31, 32]


def test_setting_by_program_emits_nothing(real: Form) -> None:
    real.field.set_value(0.7)
    real.field.set_value(0.7)
    assert real.values == []
    assert real.field.text() == "0.7"


def test_what_is_being_typed_survives_an_unchanged_value(real: Form) -> None:
    real.type("0.0")
    real.field.set_value(real.good)
    assert real.field.text() == "0.0"
    real.field.set_value(0.5)
    assert real.field.text() == "0.5"


def test_groups_are_shown_but_not_while_editing(qtbot: QtBot) -> None:
    form = Form(qtbot, "whole")
    form.field.set_limits(Limits(1, 10_000_000, "a whole number from 1 to 10,000,000"))
    form.leave()
    form.field.set_value(1_000_000)
    assert form.field.text() == "1,000,000"
    form.field.setFocus()
    QApplication.processEvents()
    assert form.field.text() == "1000000"
    form.type("2,000")
    form.key(Qt.Key.Key_Return)
    assert form.values == [2000]


@pytest.mark.parametrize("text", ["0.5", "0.03", "0.030"])
def test_enter_gives_the_focus_away(real: Form, text: str) -> None:
    """Else Space would erase the number instead of playing."""
    real.type(text)
    real.key(Qt.Key.Key_Return)
    assert not real.field.hasFocus()
    changed = ["changed"] if text == "0.5" else []
    assert real.order == ["accepted", *changed, "finished"]


@pytest.mark.parametrize("text", ["5", "x", ""])
def test_escape_restores_and_gives_the_focus_away(real: Form, text: str) -> None:
    real.type(text)
    real.key(Qt.Key.Key_Escape)
    assert not real.field.hasFocus()
    assert real.field.text() == "0.03"
    assert real.values == []
    assert real.sentences == []
    assert real.order[-1] == "finished"


def test_an_excluded_minimum_is_not_reached(real: Form) -> None:
    real.field.set_value(5e-324)
    real.key(Qt.Key.Key_Down)
    assert real.values == []
    real.key(Qt.Key.Key_Up)
    assert len(real.values) == 1
    assert real.values[0] > 5e-324


def test_long_numbers_are_shown_briefly_and_never_changed(real: Form) -> None:
    long = 0.2 / 30
    real.field.explain("Sets the size of a step.")
    assert real.field.toolTip() == "Sets the size of a step."
    real.field.set_value(long)
    assert real.field.text() == str(long)
    real.leave()
    assert real.field.text() == "0.006667"
    assert real.field.toolTip() == f"Sets the size of a step.\nExactly {long}."
    real.field.setFocus()
    assert real.field.text() == str(long)
    real.key(Qt.Key.Key_Return)
    assert real.field.text() == "0.006667"
    assert real.field.value == long
    assert real.values == []


@pytest.mark.qt_log_ignore("^This plugin does not support ")
@pytest.mark.parametrize("way", ["disabled", "hidden"])
def test_the_menu_of_a_field_ends_when_it_cannot_be_edited_any_more(qtbot: QtBot, way: str) -> None:
    form = Form(qtbot, "real")
    at = QPoint(5, 5)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, form.field.mapToGlobal(at))
    QApplication.sendEvent(form.field, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    if way == "disabled":
        form.field.setEnabled(False)
    else:
        form.field.hide()
    assert not isValid(menu) or not menu.isVisible()
    assert QApplication.activePopupWidget() is None
