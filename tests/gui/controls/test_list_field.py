"""ListField: every usual way to write a list is read, all else is refused in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.list_field import ListField
from nnviz.gui.controls.numbers import parse_whole


def check(units: tuple[int, ...]) -> None:
    if len(units) > 3 or not all(1 <= n <= 99 for n in units):
        raise ValueError("not these")


class Form:
    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.field = ListField("Hidden layers", parse_whole, check, "a list of 0 to 3 numbers")
        qtbot.addWidget(self.field)
        self.field.set_value((4,))
        self.values: list[Any] = []
        self.sentences: list[str] = []
        self.field.changed.connect(self.values.append)
        self.field.rejected.connect(self.sentences.append)
        self.field.show()
        self.field.activateWindow()
        self.field.setFocus()

    def enter(self, text: str) -> None:
        self.field.selectAll()
        self.qtbot.keyClick(self.field, Qt.Key.Key_Delete)
        self.qtbot.keyClicks(self.field, text)
        self.qtbot.keyClick(self.field, Qt.Key.Key_Return)


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    return Form(qtbot)


@pytest.mark.parametrize(
    ("text", "value"),
    [("8, 8", (8, 8)), ("8+8", (8, 8)), ("8,8", (8, 8)), (" 8 ;  8 ", (8, 8)), ("8 8", (8, 8)),
     ("12", (12,)), ("", ()), ("  ", ()), ("1 + 2 + 3", (1, 2, 3))],
)  # fmt: skip
def test_ways_to_write_a_list(form: Form, text: str, value: tuple[int, ...]) -> None:
    form.enter(text)
    assert form.values == [value]
    assert form.sentences == []
    assert form.field.text() == ", ".join(map(str, value))
    assert not form.field.hasFocus()


@pytest.mark.parametrize(
    "text", ["8,", "8,,8", "x", "8 x", "100", "0", "-1", "1.5", "1+2+3+4", "+"]
)
def test_refusals(form: Form, text: str) -> None:
    form.enter(text)
    assert form.values == []
    assert form.sentences == [f"Hidden layers: “{text}” is not a list of 0 to 3 numbers."]
    assert form.field.property("invalid") is True
    form.qtbot.keyClick(form.field, Qt.Key.Key_Escape)
    assert form.field.text() == "4"
    assert form.field.property("invalid") is False


def test_the_same_again_is_no_change(form: Form) -> None:
    form.enter("4")
    assert form.values == []
