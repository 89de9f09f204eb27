"""The network's picture: what it shows, what it asks for, what it tells of what is pointed at."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.card import Card
from nnviz.gui.export import grab_image
from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.step_button import StepButton
from nnviz.gui.views.topology import TopologyView
from nnviz.gui.views.unit_buttons import MOST_UNITS
from nnviz.insight.history import History
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.experiment import MOST_HIDDEN_LAYERS, Experiment
from nnviz.run.trainer import Trainer, dataset_of

Show = Callable[..., TopologyView]


@cache
def snapshot_of(
    hidden: tuple[int, ...], weights: tuple[float, ...] = (), bias: float = 0
) -> Snapshot:
    """A moment of a network with these weights, layer by layer and row by row, over again."""
    trainer = Trainer(Experiment(dataset="moons", hidden=hidden))
    network = trainer.network
    if weights:
        values = iter(np.resize(weights, network.n_parameters))
        trainer.set_parameters(
            [
                np.array([next(values) for _ in range(a * b)]).reshape(a, b)
                for a, b in network.shapes
            ],
            [np.full(a, bias) for a, _ in network.shapes],
        )
    nothing = np.zeros(1)
    history = History(*[nothing] * 8)
    return Photographer(trainer.dataset, 40).snapshot(trainer.frame(), history)


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Show a view of a network with given hidden layers and weights."""

    def make(
        hidden: tuple[int, ...] = (3, 2),
        weights: tuple[float, ...] = (),
        bias: float = 0,
        size: tuple[int, int] = (640, 480),
        theme: Theme = LIGHT,
    ) -> TopologyView:
        view = TopologyView()
        qtbot.addWidget(view)
        view.set_theme(theme)
        view.resize(*size)
        snapshot = snapshot_of(hidden, weights, bias)
        view.reset(snapshot.frame.experiment, snapshot.dataset)
        view.show_snapshot(snapshot)
        # The offscreen platform activates a window later: its focus would come in mid-test.
        with qtbot.waitActive(view):
            view.show()
        return view

    return make


def picture(view: QWidget) -> QImage:
    return view.grab().toImage()


def hover(view: TopologyView, x: float, y: float) -> None:
    place, none = QPointF(x, y), Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, place, place, none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view, event)


def leave(view: TopologyView) -> None:
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))


def middle(view: TopologyView, layer: int, unit: int) -> tuple[float, float]:
    assert view.arrangement is not None
    return view.arrangement.tiles[layer][unit].middle


def button(view: TopologyView, name: str) -> StepButton:
    (found,) = [b for b in view.findChildren(StepButton) if b.accessibleName() == name]
    return found


def inked_rows(image: QImage, x: int, top: int, bottom: int, ground: QColor) -> list[int]:
    """Rows of a pixel column that differ clearly from the ground."""
    rows = []
    for y in range(top, bottom):
        color = image.pixelColor(x, y)
        difference = max(
            abs(color.red() - ground.red()),
            abs(color.green() - ground.green()),
            abs(color.blue() - ground.blue()),
        )
        if difference > 40:
            rows.append(y)
    return rows


# --- edges, as they are seen


def edge_rows(view: TopologyView, source: int) -> tuple[QImage, int, list[int]]:
    """Where the edge from a unit of the first layer leaves its tile in a network without fans."""
    assert view.arrangement is not None
    tile = view.arrangement.tiles[0][source]
    image, x = picture(view), int(tile.right) + 30
    rows = inked_rows(image, x, int(tile.y) - 10, int(tile.bottom) + 10, LIGHT.card)
    return image, x, rows


def test_a_large_positive_weight_is_wide_and_has_the_positive_hue(show: Show) -> None:
    view = show(hidden=(), weights=(1.0, 0.4))
    image, x, rows = edge_rows(view, 0)
    _, _, thin = edge_rows(view, 1)
    assert len(rows) > len(thin) >= 1
    color = image.pixelColor(x, rows[len(rows) // 2])
    assert abs(color.hue() - LIGHT.positive.hue()) < 12


def test_a_negative_weight_is_dashed_and_has_the_negative_hue(show: Show) -> None:
    view = show(hidden=(), weights=(1.0, -1.0))
    assert view.arrangement is not None
    image = picture(view)
    drawn, hues = [], []
    for unit in (0, 1):
        tile = view.arrangement.tiles[0][unit]
        first, top, bottom = int(tile.right) + 2, int(tile.y) - 10, int(tile.bottom) + 10
        columns = [inked_rows(image, first + x, top, bottom, LIGHT.card) for x in range(70)]
        drawn.append(sum(map(bool, columns)) / 70)
        x, rows = next((x, rows) for x, rows in enumerate(columns) if len(rows) > 3)
        hues.append(image.pixelColor(first + x, rows[len(rows) // 2]).hue())
    assert drawn[0] == 1.0
    assert 0.4 < drawn[1] < 0.8
    assert abs(hues[1] - LIGHT.negative.hue()) < 12


def test_the_scale_follows_the_weights_and_is_begun_anew_by_a_reset(show: Show) -> None:
    view = show(hidden=(2,), weights=(1.0, -0.5))
    assert view.weight_scale == 1.0
    strong = snapshot_of((2,), (30.0,))
    view.show_snapshot(strong)
    assert view.weight_scale == 20.0
    weak = snapshot_of((2,), (0.3,))
    before = picture(view)
    view.reset(weak.frame.experiment, weak.dataset)
    assert picture(view) == before, "what is shown stays as it is until the new run's first moment"
    view.show_snapshot(weak)
    assert view.weight_scale == 0.2


def test_while_training_the_drawn_scale_glides_to_the_one_of_the_legend(
    show: Show, qtbot: QtBot
) -> None:
    view = show(hidden=(2,), weights=(1.0,))
    view.set_running(True)
    view.show_snapshot(snapshot_of((2,), (30.0,)))
    assert view.weight_scale == 20.0
    assert view.drawn_weight_scale == 1.0
    qtbot.waitUntil(lambda: view.drawn_weight_scale == 20.0)
    view.show_snapshot(snapshot_of((2,), (1.0,)))
    view.set_running(False)
    assert view.drawn_weight_scale == view.weight_scale == 1.0


def test_with_reduced_motion_the_scale_does_not_glide(show: Show) -> None:
    view = show(hidden=(2,), weights=(1.0,))
    view.set_running(True)
    view.set_reduced_motion(True)
    view.show_snapshot(snapshot_of((2,), (30.0,)))
    assert view.drawn_weight_scale == 20.0


def test_the_legend_changes_with_the_scale(show: Show) -> None:
    view = show(hidden=(2,), weights=(1.0,))
    assert view.arrangement is not None
    legend = view.arrangement.legend
    before = picture(view)
    view.show_snapshot(snapshot_of((2,), (30.0,)))
    after = picture(view)
    area = (0, int(legend.y), int(legend.width), int(legend.height))
    assert before.copy(*area) != after.copy(*area)


def test_zero_weights_are_shown_as_well(show: Show) -> None:
    view = show(hidden=(2,), weights=(0.0,))
    assert view.weight_scale > 0
    assert not picture(view).isNull()


# --- tiles and biases


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_input_tiles_show_the_plane_from_left_to_right_and_bottom_to_top(
    show: Show, theme: Theme
) -> None:
    view = show(theme=theme)
    assert view.arrangement is not None
    image = picture(view)
    x1, x2 = view.arrangement.tiles[0]
    left = image.pixelColor(int(x1.x) + 4, int(x1.middle[1]))
    right = image.pixelColor(int(x1.right) - 4, int(x1.middle[1]))
    assert abs(left.hue() - theme.negative.hue()) < 15
    assert abs(right.hue() - theme.positive.hue()) < 15
    bottom = image.pixelColor(int(x2.middle[0]), int(x2.bottom) - 4)
    top = image.pixelColor(int(x2.middle[0]), int(x2.y) + 4)
    assert abs(bottom.hue() - theme.negative.hue()) < 15
    assert abs(top.hue() - theme.positive.hue()) < 15


@pytest.mark.parametrize(("bias", "end"), [(1.0, LIGHT.positive), (-1.0, LIGHT.negative)])
def test_biases_are_dots_in_their_sign_colour(show: Show, bias: float, end: QColor) -> None:
    view = show(weights=(1.0, -1.0), bias=bias)
    assert view.arrangement is not None
    image = picture(view)
    for layer, unit in ((1, 0), (2, 1), (3, 0)):
        x, y = view.arrangement.bias_center(layer, unit)
        assert image.pixelColor(int(x), int(y)) == end


def test_colours_follow_the_theme(show: Show) -> None:
    view = show()
    light = picture(view)
    view.set_theme(DARK)
    dark = picture(view)
    assert light.pixelColor(1, 1) == LIGHT.card
    assert dark.pixelColor(1, 1) == DARK.card
    view.set_theme(LIGHT)
    assert picture(view) == light


def test_several_outputs_are_framed_in_their_class_colours(qtbot: QtBot) -> None:
    experiment = Experiment(
        dataset="blobs", hidden=(3,), output_activation="softmax", loss="cross_entropy"
    )
    view = TopologyView()
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.reset(experiment, dataset_of(experiment))
    view.show()
    assert view.arrangement is not None
    image = picture(view)
    for unit, tile in enumerate(view.arrangement.tiles[-1]):
        color = image.pixelColor(int(tile.x), int(tile.middle[1]))
        wanted = LIGHT.class_color(unit, 3)
        assert abs(color.hue() - wanted.hue()) < 10
    assert len(view.arrangement.output_labels) == 3


def test_an_output_is_coloured_where_its_class_is_likely(qtbot: QtBot) -> None:
    experiment = Experiment(
        dataset="blobs", hidden=(), output_activation="softmax", loss="cross_entropy"
    )
    trainer = Trainer(experiment)
    trainer.set_parameters([np.zeros((3, 2))], [np.array([9.0, 0.0, -9.0])])
    history = History(*[np.zeros(1)] * 8)
    view = TopologyView()
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.reset(experiment, trainer.dataset)
    view.show_snapshot(Photographer(trainer.dataset, 40).snapshot(trainer.frame(), history))
    assert view.arrangement is not None
    image = picture(view)
    places = [tuple(map(int, tile.middle)) for tile in view.arrangement.tiles[-1]]
    colors = [image.pixelColor(*place) for place in places]
    assert colors == [LIGHT.class_color(0, 3), LIGHT.neutral, LIGHT.neutral]


# --- late and missing snapshots


def test_captions_follow_an_activation_that_changes_while_training(show: Show) -> None:
    view = show(hidden=(3, 2))
    trainer = Trainer(snapshot_of((3, 2)).frame.experiment)
    trainer.change(activation="relu")
    photographer = Photographer(trainer.dataset, 40)
    changed = photographer.snapshot(trainer.frame(), History(*[np.zeros(1)] * 8))
    view.show_snapshot(changed)
    assert "3 ReLU, 2 ReLU" in view.accessibleDescription()
    fresh = show(hidden=(3, 2))
    fresh.reset(changed.frame.experiment, changed.dataset)
    fresh.show_snapshot(changed)
    assert grab_image(view, 1.0) == grab_image(fresh, 1.0)


def test_a_snapshot_of_other_sizes_comes_late_and_is_ignored(show: Show) -> None:
    view = show(hidden=(3, 2))
    before = picture(view)
    view.show_snapshot(snapshot_of((4,)))
    assert picture(view) == before


def test_nothing_is_shown_before_the_first_reset(qtbot: QtBot) -> None:
    view = TopologyView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show_snapshot(snapshot_of((3, 2)))
    hover(view, 50, 50)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert picture(view).pixelColor(200, 150) == LIGHT.card
    assert view.arrangement is None


def test_a_reset_to_other_sizes_forgets_what_was_shown(show: Show) -> None:
    view = show(hidden=(3, 2))
    hover(view, *middle(view, 1, 2))
    spy = QSignalSpy(view.unit_left)
    other = snapshot_of((2,))
    view.reset(other.frame.experiment, other.dataset)
    assert spy.count() == 1
    assert view.arrangement is not None
    assert view.arrangement.sizes == (2, 2, 1)
    tile = view.arrangement.tiles[1][0]
    assert picture(view).pixelColor(*map(int, tile.middle)) == LIGHT.neutral


@pytest.mark.parametrize("hidden", [(), (1,), (8, 8), (32,) * 8, (200,)])
@pytest.mark.parametrize("size", [(420, 300), (900, 700)])
def test_every_network_can_be_drawn(
    show: Show, hidden: tuple[int, ...], size: tuple[int, int]
) -> None:
    view = show(hidden=hidden, size=size)
    for running in (True, False):
        view.set_running(running)
        assert not picture(view).isNull()
    assert grab_image(view, 1.0).size() == view.size()


# --- what is asked for


def test_units_are_added_and_taken_in_place(show: Show) -> None:
    view = show(hidden=(3, 2))
    spy = QSignalSpy(view.hidden_wanted)
    QTest.mouseClick(button(view, "add a unit to hidden layer 1"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(button(view, "remove a unit from hidden layer 2"), Qt.MouseButton.LeftButton)
    assert [spy.at(index)[0] for index in range(spy.count())] == [(4, 2), (3, 1)]


def test_buttons_work_from_the_keyboard(show: Show) -> None:
    view = show(hidden=(3, 2))
    spy = QSignalSpy(view.hidden_wanted)
    plus = button(view, "add a unit to hidden layer 2")
    assert plus.focusPolicy() & Qt.FocusPolicy.TabFocus
    QTest.keyClick(plus, Qt.Key.Key_Space)
    assert spy.at(0)[0] == (3, 3)


def test_tab_goes_from_the_picture_to_its_buttons(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    view, after = TopologyView(), QLineEdit()
    row.addWidget(view)
    row.addWidget(after)
    snapshot = snapshot_of((3, 2))
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


def test_plus_and_minus_change_the_layer_where_the_keyboard_stands(show: Show) -> None:
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
    larger = snapshot_of((3, 2))
    view.reset(larger.frame.experiment, larger.dataset)
    view.show_snapshot(larger)
    assert hovered.at(hovered.count() - 1) == [2, 0]
    QTest.keyClick(view, keys.Key_Plus)
    assert wanted.at(3)[0] == (3, 3)


def test_plus_does_nothing_for_what_the_pointer_is_over(show: Show) -> None:
    view = show(hidden=(3, 2))
    view.setFocus()
    wanted = QSignalSpy(view.hidden_wanted)
    hover(view, *middle(view, 1, 1))
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert wanted.count() == 0


@pytest.mark.parametrize(("units", "less", "more"), [(1, False, True), (MOST_UNITS, True, False)])
def test_units_have_limits(show: Show, units: int, less: bool, more: bool) -> None:
    view = show(hidden=(units,))
    assert button(view, "remove a unit from hidden layer 1").isEnabled() is less
    assert button(view, "add a unit to hidden layer 1").isEnabled() is more


def test_layers_are_added_and_taken(show: Show, qtbot: QtBot) -> None:
    view = show(hidden=(3, 2))
    (counter,) = view.header_widgets()
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
    minus, plus = view.header_widgets()[0].findChildren(StepButton)
    assert (minus.isEnabled(), plus.isEnabled()) == (less, more)


def test_a_first_layer_can_be_added(show: Show) -> None:
    view = show(hidden=())
    spy = QSignalSpy(view.hidden_wanted)
    _, plus = view.header_widgets()[0].findChildren(StepButton)
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


def test_buttons_of_layers_that_are_gone_are_hidden(show: Show) -> None:
    view = show(hidden=(3, 2))
    other = snapshot_of((2,))
    view.reset(other.frame.experiment, other.dataset)
    visible = [b for b in view.findChildren(StepButton) if b.parent() is view and b.isVisible()]
    assert len(visible) == 2


def test_the_subtitle_tells_sizes_and_parameters(show: Show) -> None:
    view = show()
    spy = QSignalSpy(view.subtitle_changed)
    sketch = snapshot_of((6, 4))
    view.reset(sketch.frame.experiment, sketch.dataset)
    assert spy.at(0)[0] == "2 – 6 – 4 – 1 · 51 parameters"
    assert "51 parameters" in view.accessibleDescription()
    assert view.accessibleName()


# --- pointing


def test_hovering_a_neuron_tells_which_and_leaving_tells_that_too(show: Show) -> None:
    view = show(hidden=(3, 2))
    hovered, left = QSignalSpy(view.unit_hovered), QSignalSpy(view.unit_left)
    hover(view, *middle(view, 1, 2))
    hover(view, middle(view, 1, 2)[0] + 2, middle(view, 1, 2)[1])
    hover(view, *middle(view, 0, 0))
    assert [hovered.at(index) for index in range(hovered.count())] == [[1, 2], [0, 0]]
    assert left.count() == 0
    leave(view)
    assert left.count() == 1


def test_hovering_a_neuron_dims_the_edges_of_others(show: Show) -> None:
    view = show(hidden=(), weights=(1.0, 1.0))
    image, x, rows = edge_rows(view, 1)
    strong = image.pixelColor(x, rows[len(rows) // 2])
    hover(view, *middle(view, 0, 0))
    dimmed = picture(view).pixelColor(x, rows[len(rows) // 2])
    assert dimmed.lightness() > strong.lightness() + 30
    _, _, own = edge_rows(view, 0)
    assert own
    leave(view)
    assert picture(view) == image


def test_hovering_an_edge_does_not_choose_a_unit_but_shows_its_weight(show: Show) -> None:
    view = show(hidden=(3, 2), weights=(1.0, 0.5))
    hovered = QSignalSpy(view.unit_hovered)
    before = picture(view)
    assert view.arrangement is not None
    tile = view.arrangement.tiles[2][0]
    hover(view, tile.right + 8, tile.middle[1])
    assert hovered.count() == 0
    assert picture(view) != before
    hover(view, 2, 2)
    assert picture(view) == before


def test_hovering_a_bias_means_its_unit(show: Show) -> None:
    view = show(hidden=(3, 2))
    hovered = QSignalSpy(view.unit_hovered)
    assert view.arrangement is not None
    x, y = view.arrangement.bias_center(2, 1)
    hover(view, x - 2, y + 2)
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


def test_what_the_keyboard_chose_stays_while_the_pointer_passes_over_nothing(show: Show) -> None:
    view = show(hidden=(3, 2))
    view.setFocus()
    left = QSignalSpy(view.unit_left)
    QTest.keyClick(view, Qt.Key.Key_Right)
    hover(view, 2, 2)
    leave(view)
    assert left.count() == 0
    view.clearFocus()
    assert left.count() == 1


def test_the_focus_can_be_seen(show: Show) -> None:
    view = show()
    view.clearFocus()
    before = picture(view)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    focused = picture(view)
    assert focused != before
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert picture(view) not in (before, focused)


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


# --- motion


def test_edges_flow_while_running_and_only_then(show: Show, qtbot: QtBot) -> None:
    view = show(weights=(1.0, -1.0))
    assert not view.is_flowing
    view.set_running(True)
    assert view.is_flowing
    first = picture(view)
    qtbot.waitUntil(lambda: picture(view) != first)
    view.set_running(False)
    assert not view.is_flowing
    still = picture(view)
    qtbot.wait(80)
    assert picture(view) == still


def test_reduced_motion_stops_the_flow(show: Show, qtbot: QtBot) -> None:
    view = show(weights=(1.0, -1.0))
    view.set_running(True)
    view.set_reduced_motion(True)
    assert not view.is_flowing
    still = picture(view)
    qtbot.wait(80)
    assert picture(view) == still
    view.set_reduced_motion(False)
    assert view.is_flowing


def test_a_hidden_view_does_not_flow(show: Show) -> None:
    view = show()
    view.set_running(True)
    view.hide()
    assert not view.is_flowing
    view.show()
    assert view.is_flowing


def test_a_large_network_is_crisp_while_running_and_smooth_at_rest(
    show: Show, qtbot: QtBot
) -> None:
    view = show(hidden=(20, 20))
    view.set_running(True)
    assert not view.is_flowing
    assert not view.is_smooth
    crisp = picture(view)
    view.set_running(False)
    qtbot.waitUntil(lambda: view.is_smooth)
    assert picture(view) != crisp
    view.set_running(True)
    view.prepare_export()
    assert view.is_smooth
    view.finish_export()
    assert not view.is_smooth


def test_a_large_network_at_rest_shows_the_last_moment_however_fast_it_came(
    show: Show, qtbot: QtBot
) -> None:
    one, other = snapshot_of((20, 20), (1.0, -0.5)), snapshot_of((20, 20), (-0.7, 1.0))
    view = show(hidden=(20, 20), weights=(-0.7, 1.0))
    qtbot.waitUntil(lambda: view.is_smooth)
    wanted = picture(view)
    view.set_running(True)
    for _ in range(3):
        for snapshot in (one, other):
            view.show_snapshot(snapshot)
            view.repaint()
    view.set_running(False)
    qtbot.waitUntil(lambda: view.is_smooth)
    assert picture(view) == wanted


def test_an_exported_picture_is_sharp_and_has_no_buttons(show: Show) -> None:
    view = show()
    plus = button(view, "add a unit to hidden layer 1").geometry().center()
    pixel = picture(view).pixelColor(plus)
    assert pixel != LIGHT.card
    exported = grab_image(view, 2.0)
    assert exported.size() == view.size() * 2
    assert exported.pixelColor(plus * 2) == LIGHT.card
    assert picture(view).pixelColor(plus) == pixel
