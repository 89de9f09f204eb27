"""Buttons of the network's picture: units and layers are asked for in place."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.card import Card
from nnviz.gui.export_png import grab_image
from nnviz.gui.export_stage import FigureOptions
from nnviz.gui.theme import LIGHT
from nnviz.gui.views.step_button import StepButton
from nnviz.gui.views.topology import TopologyView
from nnviz.gui.views.unit_buttons import MOST_UNITS
from nnviz.run.experiment import MOST_HIDDEN_LAYERS

Show = Callable[..., TopologyView]


def test_units_are_added_and_taken_in_place(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2))
    spy = QSignalSpy(view.hidden_wanted)
    QTest.mouseClick(on.button(view, "add a unit to hidden layer 1"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(
        on.button(view, "remove a unit from hidden layer 2"), Qt.MouseButton.LeftButton
    )
    assert [spy.at(index)[0] for index in range(spy.count())] == [(4, 2), (3, 1)]


def test_buttons_work_from_the_keyboard(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2))
    spy = QSignalSpy(view.hidden_wanted)
    plus = on.button(view, "add a unit to hidden layer 2")
    assert plus.focusPolicy() & Qt.FocusPolicy.TabFocus
    QTest.keyClick(plus, Qt.Key.Key_Space)
    assert spy.at(0)[0] == (3, 3)


def test_tab_goes_from_the_picture_to_its_buttons(on: SimpleNamespace, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    view, after = TopologyView(), QLineEdit()
    row.addWidget(view)
    row.addWidget(after)
    snapshot = on.snapshot_of((3, 2))
    view.reset(snapshot.frame.experiment, snapshot.dataset)
    with qtbot.waitActive(window):
        window.show()
    view.setFocus()
    seen: list[str] = []
    for _ in range(5):
        QTest.keyClick(window, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.append(focus.accessibleName())
    assert seen[:4] == [
        "remove a unit from hidden layer 1",
        "add a unit to hidden layer 1",
        "remove a unit from hidden layer 2",
        "add a unit to hidden layer 2",
    ]
    assert after.hasFocus()


def test_plus_and_minus_change_the_layer_where_the_keyboard_stands(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(3, 1))
    view.setFocus(Qt.FocusReason.TabFocusReason)
    wanted, hovered = QSignalSpy(view.hidden_wanted), QSignalSpy(view.unit_hovered)
    keys = Qt.Key
    QTest.keyClick(view, keys.Key_Plus)
    QTest.keyClick(view, keys.Key_Right)
    QTest.keyClick(view, keys.Key_Plus)
    assert wanted.count() == 0, "nothing, and inputs, cannot get more units"
    QTest.keyClick(view, keys.Key_Right)
    QTest.keyClick(view, keys.Key_Plus)
    QTest.keyClick(view, keys.Key_Minus)
    QTest.keyClick(view, keys.Key_Right)
    QTest.keyClick(view, keys.Key_Minus)
    QTest.keyClick(view, keys.Key_Equal)
    assert [wanted.at(index)[0] for index in range(wanted.count())] == [(4, 1), (2, 1), (3, 2)]
    # What was chosen is chosen again in the new network, so that the key can be pressed on.
    larger = on.snapshot_of((3, 2))
    view.reset(larger.frame.experiment, larger.dataset)
    view.show_snapshot(larger)
    assert hovered.at(hovered.count() - 1) == [2, 0]
    QTest.keyClick(view, keys.Key_Plus)
    assert wanted.at(3)[0] == (3, 3)


def test_plus_does_nothing_for_what_the_pointer_is_over(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2))
    view.setFocus()
    wanted = QSignalSpy(view.hidden_wanted)
    on.hover(view, *on.middle(view, 1, 1))
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert wanted.count() == 0


@pytest.mark.parametrize(("units", "less", "more"), [(1, False, True), (MOST_UNITS, True, False)])
def test_units_have_limits(
    on: SimpleNamespace, show: Show, units: int, less: bool, more: bool
) -> None:
    view = show(hidden=(units,))
    assert on.button(view, "remove a unit from hidden layer 1").isEnabled() is less
    assert on.button(view, "add a unit to hidden layer 1").isEnabled() is more


def test_layers_are_added_and_taken(show: Show, qtbot: QtBot) -> None:
    view = show(hidden=(3, 2))
    _, counter = view.header_widgets()
    card = Card("network", QWidget())
    card.add_header_widget(counter)
    qtbot.addWidget(card)
    card.show()
    assert counter.isVisible()
    spy = QSignalSpy(view.hidden_wanted)
    minus, plus = counter.findChildren(StepButton)
    QTest.mouseClick(plus, Qt.MouseButton.LeftButton)
    QTest.mouseClick(minus, Qt.MouseButton.LeftButton)
    assert [spy.at(index)[0] for index in range(spy.count())] == [(3, 2, 2), (3,)]


@pytest.mark.parametrize(
    ("hidden", "less", "more"), [((), False, True), ((2,) * MOST_HIDDEN_LAYERS, True, False)]
)
def test_layers_have_limits(show: Show, hidden: tuple[int, ...], less: bool, more: bool) -> None:
    view = show(hidden=hidden)
    minus, plus = view.header_widgets()[1].findChildren(StepButton)
    assert (minus.isEnabled(), plus.isEnabled()) == (less, more)


def test_a_first_layer_can_be_added(show: Show) -> None:
    view = show(hidden=())
    spy = QSignalSpy(view.hidden_wanted)
    _, plus = view.header_widgets()[1].findChildren(StepButton)
    plus.click()
    (hidden,) = spy.at(0)
    assert len(hidden) == 1
    assert hidden[0] >= 1


def test_buttons_say_what_they_do_and_keep_out_of_each_others_way(show: Show) -> None:
    view = show(hidden=(5,) * 8, size=(420, 300))
    buttons = [b for b in view.findChildren(StepButton) if b.parent() is view]
    assert len(buttons) == 16
    for number, one in enumerate(buttons):
        assert one.accessibleName()
        assert one.toolTip().count(".") == 1
        assert view.rect().contains(one.geometry())
        assert all(not one.geometry().intersects(other.geometry()) for other in buttons[:number])


def test_buttons_of_layers_that_are_gone_are_hidden(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2))
    other = on.snapshot_of((2,))
    view.reset(other.frame.experiment, other.dataset)
    visible = [b for b in view.findChildren(StepButton) if b.parent() is view and b.isVisible()]
    assert len(visible) == 2


def test_the_subtitle_tells_sizes_and_parameters(on: SimpleNamespace, show: Show) -> None:
    view = show()
    spy = QSignalSpy(view.subtitle_changed)
    sketch = on.snapshot_of((6, 4))
    view.reset(sketch.frame.experiment, sketch.dataset)
    assert spy.at(0)[0] == "2 – 6 – 4 – 1 · 51 parameters"
    assert "51 parameters" in view.accessibleDescription()
    assert view.accessibleName()


def test_an_exported_picture_is_sharp_and_has_no_buttons(on: SimpleNamespace, show: Show) -> None:
    view = show()
    plus = on.button(view, "add a unit to hidden layer 1").geometry().center()
    pixel = on.picture(view).pixelColor(plus)
    assert pixel != LIGHT.card
    exported = grab_image(view, FigureOptions(scale=2.0))
    assert exported.size() == view.size() * 2
    assert exported.pixelColor(plus * 2) == LIGHT.card
    assert on.picture(view).pixelColor(plus) == pixel


def test_weights_are_numbers_on_the_edges_when_asked(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3,))
    numbers, _ = view.header_widgets()
    before = view.grab().toImage()
    numbers.click()
    assert view.grab().toImage() != before
    numbers.click()
    assert view.grab().toImage() == before
