"""The network's picture: what it shows of weights, biases and functions."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.topology import TopologyView
from nnviz.insight.history import History
from nnviz.insight.snapshot import Photographer
from nnviz.run.experiment import Experiment
from nnviz.run.problem import dataset_of
from nnviz.run.trainer import Trainer

Show = Callable[..., TopologyView]


def test_a_large_positive_weight_is_wide_and_has_the_positive_hue(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(), weights=(1.0, 0.4))
    image, x, rows = on.edge_rows(view, 0)
    _, _, thin = on.edge_rows(view, 1)
    assert len(rows) > len(thin) >= 1
    color = image.pixelColor(x, rows[len(rows) // 2])
    assert abs(color.hue() - LIGHT.positive.hue()) < 12


def test_a_negative_weight_is_dashed_and_has_the_negative_hue(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(), weights=(1.0, -1.0))
    assert view.arrangement is not None
    image = on.picture(view)
    drawn, hues = [], []
    for unit in (0, 1):
        tile = view.arrangement.tiles[0][unit]
        first, top, bottom = int(tile.right) + 2, int(tile.y) - 10, int(tile.bottom) + 10
        columns = [on.inked_rows(image, first + x, top, bottom, LIGHT.card) for x in range(70)]
        drawn.append(sum(map(bool, columns)) / 70)
        x, rows = next((x, rows) for x, rows in enumerate(columns) if len(rows) > 3)
        hues.append(image.pixelColor(first + x, rows[len(rows) // 2]).hue())
    assert drawn[0] == 1.0
    assert 0.4 < drawn[1] < 0.8
    assert abs(hues[1] - LIGHT.negative.hue()) < 12


def test_the_scale_follows_the_weights_and_is_begun_anew_by_a_reset(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(2,), weights=(1.0, -0.5))
    assert view.weight_scale == 1.0
    strong = on.snapshot_of((2,), (30.0,))
    view.show_snapshot(strong)
    assert view.weight_scale == 20.0
    weak = on.snapshot_of((2,), (0.3,))
    before = on.picture(view)
    view.reset(weak.frame.experiment, weak.dataset)
    assert on.picture(view) == before, (
        "what is shown stays as it is until the new run's first moment"
    )
    view.show_snapshot(weak)
    assert view.weight_scale == 0.2


def test_while_training_the_drawn_scale_glides_to_the_one_of_the_legend(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    view = show(hidden=(2,), weights=(1.0,))
    view.set_running(True)
    view.show_snapshot(on.snapshot_of((2,), (30.0,)))
    assert view.weight_scale == 20.0
    assert view.drawn_weight_scale == 1.0
    qtbot.waitUntil(lambda: view.drawn_weight_scale == 20.0)
    view.show_snapshot(on.snapshot_of((2,), (1.0,)))
    view.set_running(False)
    assert view.drawn_weight_scale == view.weight_scale == 1.0


def test_with_reduced_motion_the_scale_does_not_glide(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(2,), weights=(1.0,))
    view.set_running(True)
    view.set_reduced_motion(True)
    view.show_snapshot(on.snapshot_of((2,), (30.0,)))
    assert view.drawn_weight_scale == 20.0


def test_the_legend_changes_with_the_scale(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(2,), weights=(1.0,))
    assert view.arrangement is not None
    legend = view.arrangement.legend
    before = on.picture(view)
    view.show_snapshot(on.snapshot_of((2,), (30.0,)))
    after = on.picture(view)
    area = (0, int(legend.y), int(legend.width), int(legend.height))
    assert before.copy(*area) != after.copy(*area)


def test_zero_weights_are_shown_as_well(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(2,), weights=(0.0,))
    assert view.weight_scale > 0
    assert not on.picture(view).isNull()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_input_tiles_show_the_plane_from_left_to_right_and_bottom_to_top(
    on: SimpleNamespace, show: Show, theme: Theme
) -> None:
    view = show(theme=theme)
    assert view.arrangement is not None
    image = on.picture(view)
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
def test_biases_are_dots_in_their_sign_colour(
    on: SimpleNamespace, show: Show, bias: float, end: QColor
) -> None:
    view = show(weights=(1.0, -1.0), bias=bias)
    assert view.arrangement is not None
    image = on.picture(view)
    for layer, unit in ((1, 0), (2, 1), (3, 0)):
        x, y = view.arrangement.bias_center(layer, unit)
        assert image.pixelColor(int(x), int(y)) == end


def test_colours_follow_the_theme(on: SimpleNamespace, show: Show) -> None:
    view = show()
    light = on.picture(view)
    view.set_theme(DARK)
    dark = on.picture(view)
    assert light.pixelColor(1, 1) == LIGHT.card
    assert dark.pixelColor(1, 1) == DARK.card
    view.set_theme(LIGHT)
    assert on.picture(view) == light


def test_several_outputs_are_framed_in_their_class_colours(
    on: SimpleNamespace, qtbot: QtBot
) -> None:
    experiment = Experiment(
        dataset="blobs", hidden=(3,), output_activation="softmax", loss="cross_entropy"
    )
    view = TopologyView()
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.reset(experiment, dataset_of(experiment))
    view.show()
    assert view.arrangement is not None
    image = on.picture(view)
    for unit, tile in enumerate(view.arrangement.tiles[-1]):
        color = image.pixelColor(int(tile.x), int(tile.middle[1]))
        wanted = LIGHT.class_color(unit, 3)
        assert abs(color.hue() - wanted.hue()) < 10
    assert len(view.arrangement.output_labels) == 3


def test_an_output_is_coloured_where_its_class_is_likely(on: SimpleNamespace, qtbot: QtBot) -> None:
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
    image = on.picture(view)
    places = [tuple(map(int, tile.middle)) for tile in view.arrangement.tiles[-1]]
    colors = [image.pixelColor(*place) for place in places]
    assert colors == [LIGHT.class_color(0, 3), LIGHT.neutral, LIGHT.neutral]


def test_captions_follow_an_activation_that_changes_while_training(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(3, 2))
    trainer = Trainer(on.snapshot_of((3, 2)).frame.experiment)
    trainer.change(activation="relu")
    photographer = Photographer(trainer.dataset, 40)
    changed = photographer.snapshot(trainer.frame(), History(*[np.zeros(1)] * 8))
    view.show_snapshot(changed)
    assert "3 ReLU, 2 ReLU" in view.accessibleDescription()
    fresh = show(hidden=(3, 2))
    fresh.reset(changed.frame.experiment, changed.dataset)
    fresh.show_snapshot(changed)
    for each in (view, fresh):
        each.prepare_export()  # without buttons and focus, which may differ
    assert view.grab().toImage() == fresh.grab().toImage()


def test_a_snapshot_of_other_sizes_comes_late_and_is_ignored(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(3, 2))
    before = on.picture(view)
    view.show_snapshot(on.snapshot_of((4,)))
    assert on.picture(view) == before


def test_nothing_is_shown_before_the_first_reset(on: SimpleNamespace, qtbot: QtBot) -> None:
    view = TopologyView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show_snapshot(on.snapshot_of((3, 2)))
    on.hover(view, 50, 50)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert on.picture(view).pixelColor(200, 150) == LIGHT.card
    assert view.arrangement is None


def test_a_reset_to_other_sizes_forgets_what_was_shown(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2))
    on.hover(view, *on.middle(view, 1, 2))
    spy = QSignalSpy(view.unit_left)
    other = on.snapshot_of((2,))
    view.reset(other.frame.experiment, other.dataset)
    assert spy.count() == 1
    assert view.arrangement is not None
    assert view.arrangement.sizes == (2, 2, 1)
    tile = view.arrangement.tiles[1][0]
    assert on.picture(view).pixelColor(*map(int, tile.middle)) == LIGHT.neutral


@pytest.mark.parametrize("hidden", [(), (1,), (8, 8), (32,) * 8, (200,)])
@pytest.mark.parametrize("size", [(420, 300), (900, 700)])
def test_every_network_can_be_drawn(
    on: SimpleNamespace, show: Show, hidden: tuple[int, ...], size: tuple[int, int]
) -> None:
    view = show(hidden=hidden, size=size)
    for running in (True, False):
        view.set_running(running)
        assert not on.picture(view).isNull()
    assert view.grab().toImage().size() == view.size()
