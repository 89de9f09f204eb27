"""Hands on the network's picture: parts are chosen, dragged and nudged."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.topology import TopologyView
from nnviz.insight.parts import BiasPart, EdgePart, LossPart, NeuronPart

Show = Callable[..., TopologyView]
Keys = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


def all_of(spy: QSignalSpy) -> list[list[object]]:
    return [list(spy.at(index)) for index in range(spy.count())]


def up(place: tuple[float, float], *pixels: float) -> list[tuple[float, float]]:
    return [place, *((place[0], place[1] - way) for way in pixels)]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_click_chooses_and_the_choice_is_seen(
    on: SimpleNamespace, show: Show, theme: Theme
) -> None:
    view = show(hidden=(3, 2), weights=(1.0, -0.5), theme=theme)
    chosen = QSignalSpy(view.part_chosen)
    assert view.arrangement is not None
    assert view.arrangement.loss is not None
    places = (
        (on.middle(view, 1, 2), NeuronPart(1, 2)),
        (on.on_edge(view, 1, 2, 1), EdgePart(1, 2, 1)),
        (on.on_bias(view, 2, 1), BiasPart(2, 1)),
        (view.arrangement.loss.middle, LossPart()),
    )
    view.clearFocus()
    seen = [on.picture(view)]
    for place, part in places:
        on.click(view, place)
        on.leave(view)
        assert chosen.at(chosen.count() - 1) == [part]
        seen.append(on.picture(view))
    assert all(one != other for one, other in pairwise(seen))
    on.click(view, places[-1][0])
    assert chosen.count() == len(places), "a second click does not unchoose"


@pytest.mark.parametrize("way", ["escape", "click beside all parts"])
def test_what_is_chosen_stays_until_escape_or_a_click_beside_it(
    on: SimpleNamespace, show: Show, way: str
) -> None:
    view = show(hidden=(3, 2))
    view.setFocus()
    view.clearFocus()
    before = on.picture(view)
    on.click(view, on.middle(view, 1, 0))
    chosen = QSignalSpy(view.part_chosen)
    on.leave(view)
    view.clearFocus()
    assert chosen.count() == 0
    assert on.picture(view) != before
    if way == "escape":
        view.setFocus()
        QTest.keyClick(view, Keys.Key_Escape)
    else:
        on.click(view, (2, 2))
        on.leave(view)
    assert all_of(chosen) == [[None]]
    view.clearFocus()
    assert on.picture(view) == before


def test_a_drag_that_is_given_up_leaves_its_part_chosen(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2))
    x, y = on.on_bias(view, 1, 1)
    on.drag(view, [(x, y), (x, y - 30)], release=False)
    QTest.keyClick(view, Keys.Key_Escape)
    chosen = QSignalSpy(view.part_chosen)
    at = QPointF(x, y - 30)
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseButtonRelease, at, at, left, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view, event)
    assert chosen.count() == 0
    assert view._hands.chosen == BiasPart(1, 1)


def test_a_click_on_a_part_gives_keys_but_leaves_the_arrows_to_the_window(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(3, 2))
    view.clearFocus()
    on.click(view, on.middle(view, 1, 0))
    assert view.hasFocus()
    hovered = QSignalSpy(view.unit_hovered)
    on.leave(view)
    QTest.keyClick(view, Keys.Key_Right)
    assert hovered.count() == 0
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(view, Keys.Key_Right)
    assert hovered.count() == 1


def test_the_keyboard_chooses_and_goes_around_a_unit(show: Show) -> None:
    view = show(hidden=(3, 2))
    view.setFocus(Qt.FocusReason.TabFocusReason)
    chosen = QSignalSpy(view.part_chosen)
    QTest.keyClick(view, Keys.Key_Right)
    QTest.keyClick(view, Keys.Key_Right)
    QTest.keyClick(view, Keys.Key_Return)
    for _ in range(4):
        QTest.keyClick(view, Keys.Key_Down, SHIFT)
    QTest.keyClick(view, Keys.Key_Up, SHIFT)
    parts = [part for (part,) in all_of(chosen)]
    unit = parts[0].unit
    first, second = EdgePart(1, unit, 0), EdgePart(1, unit, 1)
    around = [BiasPart(1, unit), first, second, NeuronPart(1, unit)]
    assert parts == [NeuronPart(1, unit), *around, second]
    assert "weight" in view.accessibleDescription()
    QTest.keyClick(view, Keys.Key_Right)
    QTest.keyClick(view, Keys.Key_Right)
    QTest.keyClick(view, Keys.Key_Right)
    QTest.keyClick(view, Keys.Key_Enter)
    assert chosen.at(chosen.count() - 1) == [LossPart()]


def test_a_drag_upwards_makes_a_weight_larger(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2), weights=(1.0, 0.5))
    dragged, chosen = QSignalSpy(view.parameter_dragged), QSignalSpy(view.part_chosen)
    scale = view.drawn_weight_scale
    place = on.on_edge(view, 1, 2, 1)
    on.drag(view, up(place, 2, 20, 50))
    parts, values, gestures = zip(*all_of(dragged), strict=True)
    assert set(parts) == {EdgePart(1, 2, 1)}
    assert values == pytest.approx((0.5 + 0.2 * scale, 0.5 + 0.5 * scale))
    assert len(set(gestures)) == 1
    assert all_of(chosen) == [[EdgePart(1, 2, 1)]]
    on.drag(view, up(on.on_bias(view, 2, 0), -10, -20), SHIFT)
    part, value, gesture = dragged.at(dragged.count() - 1)
    assert part == BiasPart(2, 0)
    assert value == pytest.approx(-0.02 * scale)
    assert gesture not in gestures


def test_a_short_way_is_a_click(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2))
    dragged, chosen = QSignalSpy(view.parameter_dragged), QSignalSpy(view.part_chosen)
    on.drag(view, up(on.on_edge(view, 1, 0, 0), 2, 3))
    assert dragged.count() == 0
    assert chosen.count() == 1
    on.drag(view, up(on.middle(view, 1, 0), 30))
    assert dragged.count() == 0, "a neuron has no value to drag"


def test_the_dragged_value_is_drawn_before_the_run_has_it_and_then_let_go(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    view = show(hidden=(3, 2), weights=(1.0, 0.5))
    place = on.on_edge(view, 1, 2, 1)
    on.click(view, place)
    before = on.picture(view)
    on.drag(view, up(place, 40, 60), release=False)
    dragging = on.picture(view)
    assert dragging != before
    # Late moments, without the new value, do not make it jump back.
    view.show_snapshot(on.snapshot_of((3, 2), (1.0, 0.5), 0))
    assert on.picture(view) == dragging
    on.drag(view, [place, place])
    qtbot.waitUntil(lambda: on.picture(view) == before)


def test_a_drag_goes_on_while_training_runs(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2), weights=(1.0, 0.5))
    view.set_running(True)
    dragged = QSignalSpy(view.parameter_dragged)
    place = on.on_bias(view, 1, 1)
    scale = view.drawn_weight_scale
    on.drag(view, up(place, 10), release=False)
    view.show_snapshot(on.snapshot_of((3, 2), (0.9, 0.4), 0.3))
    on.drag(view, up(place, 10)[1:], release=False)
    assert dragged.at(0)[1] == pytest.approx(0.1 * scale)


def test_escape_takes_a_drag_back(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2), weights=(1.0, 0.5))
    dragged = QSignalSpy(view.parameter_dragged)
    on.drag(view, up(on.on_edge(view, 1, 2, 1), 40, 60), release=False)
    QTest.keyClick(view, Keys.Key_Escape)
    assert dragged.at(dragged.count() - 1)[1] == 0.5
    assert len({gesture for *_, gesture in all_of(dragged)}) == 1


def test_a_readout_shows_the_dragged_value_even_beyond_the_view(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(3, 2), weights=(1.0, 0.5))
    place = on.on_edge(view, 1, 0, 0)
    on.drag(view, up(place, 5, place[1] + 40), release=False)
    high = on.picture(view)
    x = int(place[0])
    top = on.inked_rows(high, x, 8, 60, LIGHT.card)
    assert top, "the read-out stays inside of the view"


def test_plus_and_minus_nudge_what_is_chosen(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2), weights=(1.0, 0.5))
    dragged, wanted = QSignalSpy(view.parameter_dragged), QSignalSpy(view.hidden_wanted)
    on.click(view, on.on_edge(view, 1, 2, 1))
    for key in (Keys.Key_Plus, Keys.Key_Equal, Keys.Key_Minus):
        QTest.keyClick(view, key)
    QTest.keyClick(view, Keys.Key_Underscore, SHIFT)
    scale = view.weight_scale
    values = [value for _, value, _ in all_of(dragged)]
    steps = np.cumsum([0.05, 0.05, -0.05, -0.005]) * scale
    assert values == pytest.approx((0.5 + steps).tolist())
    assert len({gesture for *_, gesture in all_of(dragged)}) == 1
    on.click(view, on.on_bias(view, 1, 0))
    QTest.keyClick(view, Keys.Key_Plus)
    assert dragged.at(4)[2] is not dragged.at(3)[2]
    assert wanted.count() == 0
    on.click(view, on.middle(view, 1, 0))
    QTest.keyClick(view, Keys.Key_Plus)
    assert all_of(wanted) == [[(4, 2)]]


def test_what_is_gone_is_chosen_no_more(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2))
    on.click(view, on.middle(view, 1, 2))
    chosen = QSignalSpy(view.part_chosen)
    same = on.snapshot_of((3, 2))
    view.reset(same.frame.experiment, same.dataset)
    assert chosen.count() == 0
    smaller = on.snapshot_of((2, 2))
    view.reset(smaller.frame.experiment, smaller.dataset)
    view.show_snapshot(smaller)
    assert all_of(chosen) == [[None]]
    on.picture(view)


def test_parts_beyond_those_that_are_drawn_do_no_harm(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(200,), size=(420, 300))
    assert view.arrangement is not None
    assert view.arrangement.more(1) > 0
    view.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(view, Keys.Key_Right)
    for _ in range(3):
        QTest.keyClick(view, Keys.Key_Right)
    for _ in range(len(view.arrangement.tiles[1]) + 3):
        QTest.keyClick(view, Keys.Key_Down, SHIFT)
    on.picture(view)
    QTest.keyClick(view, Keys.Key_F2)


def test_nothing_can_be_done_before_the_first_moment(on: SimpleNamespace, qtbot: QtBot) -> None:
    view = TopologyView()
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.show()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    snapshot = on.snapshot_of((3, 2))
    view.reset(snapshot.frame.experiment, snapshot.dataset)
    dragged = QSignalSpy(view.parameter_dragged)
    on.drag(view, up(on.on_bias(view, 1, 0), 20, 40))
    for key in (Keys.Key_F2, Keys.Key_Plus, Keys.Key_5):
        QTest.keyClick(view, key)
    assert dragged.count() == 0
    assert view.context_actions() == []
    on.picture(view)
