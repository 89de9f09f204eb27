"""Values of weights and biases are typed in the network's picture."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import DARK
from nnviz.gui.views.topology import TopologyView
from nnviz.gui.views.value_editor import ValueEditor, read_value
from nnviz.insight.parts import BiasPart, EdgePart

Show = Callable[..., TopologyView]
Keys = Qt.Key


@pytest.fixture
def editing(on: SimpleNamespace, show: Show) -> tuple[TopologyView, ValueEditor]:
    """A view with a chosen weight of 0.5 whose value is being typed."""
    view = show(hidden=(3, 2), weights=(1.0, 0.5))
    on.click(view, on.on_edge(view, 1, 2, 1))
    QTest.keyClick(view, Keys.Key_F2)
    return view, the_editor(view)


def the_editor(view: TopologyView) -> ValueEditor:
    found = view.findChild(ValueEditor)
    assert isinstance(found, ValueEditor)
    return found


def test_f2_opens_a_line_with_the_value(editing: tuple[TopologyView, ValueEditor]) -> None:
    view, editor = editing
    assert editor.isVisible()
    assert view.rect().contains(editor.geometry())
    assert editor.line.hasFocus()
    assert editor.line.text() == "0.5"
    assert "unit 3 of layer 1" in editor.line.accessibleName()


def type_text(editor: ValueEditor, text: str) -> None:
    """`QTest.keyClicks` knows no signs beyond ASCII."""
    for sign in text:
        plain = Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(QEvent.Type.KeyPress, 0, plain, sign)
        QApplication.sendEvent(editor.line, event)


@pytest.mark.parametrize(
    ("typed", "value"), [("1.25", 1.25), ("1,25", 1.25), ("−3", -3.0), ("2e-3", 0.002), (".5", 0.5)]
)
def test_comma_and_point_are_accepted(
    editing: tuple[TopologyView, ValueEditor], typed: str, value: float
) -> None:
    view, editor = editing
    dragged = QSignalSpy(view.parameter_dragged)
    editor.line.clear()
    type_text(editor, typed)
    QTest.keyClick(editor.line, Keys.Key_Return)
    if value != 0.5:
        assert dragged.at(0)[:2] == [EdgePart(1, 2, 1), value]
    assert dragged.count() == (value != 0.5)
    assert editor.isHidden()
    assert view.hasFocus()


@pytest.mark.parametrize("typed", ["", "1,2,3", "nan", "inf", "two", "1e9", "0x10", "1 2"])
def test_a_bad_number_says_so_and_keeps_the_old_one(
    editing: tuple[TopologyView, ValueEditor], typed: str
) -> None:
    view, editor = editing
    dragged = QSignalSpy(view.parameter_dragged)
    editor.line.clear()
    type_text(editor, typed)
    editor.line.setModified(True)
    QTest.keyClick(editor.line, Keys.Key_Return)
    assert editor.isVisible()
    assert editor.reason.endswith(".")
    assert view.rect().contains(editor.geometry())
    QTest.keyClicks(editor.line, "0")
    assert editor.reason == ""
    QTest.keyClick(editor.line, Keys.Key_Escape)
    assert editor.isHidden()
    assert dragged.count() == 0


def test_enter_and_a_double_click_open_it_and_digits_do_not(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(3, 2), theme=DARK)
    dragged = QSignalSpy(view.parameter_dragged)
    x, y = on.on_bias(view, 1, 1)
    at = QPoint(round(x), round(y))
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(view, left, none, at)
    QTest.mouseDClick(view, left, none, at)
    QTest.mouseRelease(view, left, none, at)
    editor = the_editor(view)
    assert editor.isVisible()
    chosen = QSignalSpy(view.part_chosen)
    QTest.mouseClick(editor, left, none, QPoint(4, 4))
    assert editor.isVisible(), "a click on its frame is none on what is behind"
    assert chosen.count() == 0
    QTest.keyClick(editor.line, Keys.Key_Escape)
    for key in (Keys.Key_1, Keys.Key_2, Keys.Key_3):
        QTest.keyClick(view, key)
        assert editor.isHidden(), "they say what a step is"
    QTest.keyClick(view, Keys.Key_Return)
    assert editor.isVisible()
    editor.line.selectAll()
    QTest.keyClicks(editor.line, "4.5")
    QTest.keyClick(editor.line, Keys.Key_Enter)
    assert dragged.at(0)[:2] == [BiasPart(1, 1), 4.5]
    on.click(view, on.middle(view, 1, 0))
    QTest.keyClick(view, Keys.Key_F2)
    assert editor.isHidden(), "a neuron has no value to type"


def test_leaving_takes_a_good_number(
    editing: tuple[TopologyView, ValueEditor], qtbot: QtBot
) -> None:
    view, editor = editing
    dragged = QSignalSpy(view.parameter_dragged)
    QTest.keyClicks(editor.line, "4")
    editor.line.clearFocus()
    assert dragged.at(0)[1] == 4.0
    assert editor.isHidden()
    view.setFocus()
    QTest.keyClick(view, Keys.Key_F2)
    QTest.keyClicks(editor.line, "x")
    editor.line.clearFocus()
    assert dragged.count() == 1


@pytest.mark.parametrize(
    ("key", "text", "taken"),
    [
        (Keys.Key_1, "1", False),
        (Keys.Key_4, "4", False),
        (Keys.Key_F2, "", True),
        (Keys.Key_Return, "\r", True),
        (Keys.Key_F, "f", True),
        (Keys.Key_Delete, "", True),
        (Keys.Key_Plus, "+", True),
        (Keys.Key_Space, " ", False),
        (Keys.Key_R, "r", False),
    ],
)
def test_keys_of_what_is_chosen_are_kept_from_the_window(
    on: SimpleNamespace, show: Show, key: Qt.Key, text: str, taken: bool
) -> None:
    view = show(hidden=(3, 2))
    plain = Qt.KeyboardModifier.NoModifier

    def is_taken() -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, plain, text)
        event.ignore()
        QApplication.sendEvent(view, event)
        return event.isAccepted()

    assert not is_taken()
    on.click(view, on.on_edge(view, 1, 2, 1))
    assert is_taken() is taken


def test_numbers_are_read_as_people_type_them() -> None:
    assert read_value(" +1,5 ") == 1.5
    with pytest.raises(ValueError, match="beyond"):
        read_value("1e300")


def test_the_editor_leaves_the_loss_in_sight(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(4,), size=(592, 400))
    loss = view.arrangement.loss
    assert loss is not None
    for part in (EdgePart(2, 0, 0), EdgePart(2, 0, 3), BiasPart(2, 0)):
        view._hands.choose(part)
        view._hands.edit()
        editor = view._hands.editor
        assert editor.isVisible()
        assert view.rect().contains(editor.geometry())
        assert not editor.geometry().intersects(QRectF(*loss).toRect())
        editor.dismiss()
