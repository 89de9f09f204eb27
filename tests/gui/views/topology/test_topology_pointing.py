"""What is pointed at in the network's picture, by pointer and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from nnviz.gui.views.topology import TopologyView

Show = Callable[..., TopologyView]


def test_hovering_a_neuron_tells_which_and_leaving_tells_that_too(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(3, 2))
    hovered, left = QSignalSpy(view.unit_hovered), QSignalSpy(view.unit_left)
    on.hover(view, *on.middle(view, 1, 2))
    on.hover(view, on.middle(view, 1, 2)[0] + 2, on.middle(view, 1, 2)[1])
    on.hover(view, *on.middle(view, 0, 0))
    assert [hovered.at(index) for index in range(hovered.count())] == [[1, 2], [0, 0]]
    assert left.count() == 0
    on.leave(view)
    assert left.count() == 1


def test_hovering_a_neuron_dims_the_edges_of_others(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(), weights=(1.0, 1.0))
    image, x, rows = on.edge_rows(view, 1)
    strong = image.pixelColor(x, rows[len(rows) // 2])
    on.hover(view, *on.middle(view, 0, 0))
    dimmed = on.picture(view).pixelColor(x, rows[len(rows) // 2])
    assert dimmed.lightness() > strong.lightness() + 30
    _, _, own = on.edge_rows(view, 0)
    assert own
    on.leave(view)
    assert on.picture(view) == image


def test_hovering_an_edge_does_not_choose_a_unit_but_shows_its_weight(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(3, 2), weights=(1.0, 0.5))
    hovered = QSignalSpy(view.unit_hovered)
    before = on.picture(view)
    assert view.arrangement is not None
    tile = view.arrangement.tiles[2][0]
    on.hover(view, tile.right + 8, tile.middle[1])
    assert hovered.count() == 0
    assert on.picture(view) != before
    on.hover(view, 2, 2)
    assert on.picture(view) == before


def test_hovering_a_bias_means_its_unit(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2))
    hovered = QSignalSpy(view.unit_hovered)
    assert view.arrangement is not None
    x, y = view.arrangement.bias_center(2, 1)
    on.hover(view, x - 2, y + 2)
    assert hovered.at(0) == [2, 1]


def test_arrow_keys_walk_over_the_units(show: Show) -> None:
    view = show(hidden=(3, 2))
    hovered, left = QSignalSpy(view.unit_hovered), QSignalSpy(view.unit_left)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    keys = Qt.Key
    for key in (keys.Key_Right, keys.Key_Right, keys.Key_Down, keys.Key_Right, keys.Key_Right):
        QTest.keyClick(view, key)
    places = [tuple(hovered.at(index)) for index in range(hovered.count())]
    assert places[0] == (0, 0)
    assert [layer for layer, _ in places] == [0, 1, 1, 2, 3]
    assert places[2][1] == places[1][1] + 1
    assert "output" in view.accessibleDescription()
    QTest.keyClick(view, keys.Key_Escape)
    assert left.count() == 1


def test_what_the_keyboard_chose_stays_while_the_pointer_passes_over_nothing(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(3, 2))
    view.setFocus()
    left = QSignalSpy(view.unit_left)
    QTest.keyClick(view, Qt.Key.Key_Right)
    on.hover(view, 2, 2)
    on.leave(view)
    assert left.count() == 0
    view.clearFocus()
    assert left.count() == 1


def test_the_focus_can_be_seen(on: SimpleNamespace, show: Show) -> None:
    view = show()
    view.clearFocus()
    before = on.picture(view)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    focused = on.picture(view)
    assert focused != before
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert on.picture(view) not in (before, focused)


def test_a_click_does_not_take_the_arrow_keys_from_the_window(show: Show) -> None:
    view = show()
    view.clearFocus()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert not view.hasFocus()


@pytest.mark.parametrize(
    ("key", "modifier", "taken"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, True),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier, False),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, False),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier, False),
    ],
)
def test_only_plain_arrows_are_kept_from_the_windows_shortcuts(
    show: Show, key: Qt.Key, modifier: Qt.KeyboardModifier, taken: bool
) -> None:
    view = show()
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifier)
    event.ignore()
    QApplication.sendEvent(view, event)
    assert event.isAccepted() is taken
