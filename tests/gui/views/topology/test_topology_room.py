"""Nothing that is written into the network's picture hides a unit or is cut, in any width."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.edges import EdgeGeometry
from nnviz.gui.views.frozen_marks import FrozenMarks
from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.topology import TopologyView
from nnviz.gui.views.topology_layout import TextWidths, arrange
from nnviz.gui.views.topology_steps import Scene, scene_of
from nnviz.insight.microsteps import MicroStep, microsteps
from nnviz.run.experiment import Experiment
from nnviz.run.hands import Place, cut, freeze
from nnviz.run.parameters import Mask
from nnviz.run.trainer import Trainer

Show = Callable[..., TopologyView]

FIVES, EIGHTS = (5,) * 6, (8,) * 6
SIZES = [(420, 319), (580, 388), (977, 581)]
"""Of the view in windows 1024, 1280 and 1920 pixels wide."""


@cache
def trainer_of(hidden: tuple[int, ...], dataset: str = "moons") -> Trainer:
    trainer = Trainer(Experiment(dataset=dataset, hidden=hidden, batch_size=10))
    trainer.advance(20)
    return trainer


@cache
def steps_of(
    hidden: tuple[int, ...], point: int | None, dataset: str = "moons"
) -> tuple[MicroStep, ...]:
    return microsteps(trainer_of(hidden, dataset), point)


def tiles_of(view: TopologyView) -> list[QRectF]:
    assert view.arrangement is not None
    return [QRectF(*tile) for column in view.arrangement.tiles for tile in column]


# --- the plate of the loss


@pytest.mark.parametrize("scale", [1.0, 1.3, 2.0])
@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("hidden", [(), (1,), (4, 2), (32,), FIVES, EIGHTS, (8,) * 8, (2, 12)])
def test_the_loss_hides_no_unit(hidden: tuple[int, ...], outputs: int, scale: float) -> None:
    sizes = (2, *hidden, outputs)
    texts = TextWidths(16.0, 40.0 if outputs > 1 else 0.0, (50.0,) * len(sizes))
    for width, height in [*SIZES, (1400, 1000), (500, 800), (900, 310)]:
        layout = arrange(scale * width, scale * height, sizes, texts, scale)
        if layout.loss is None:
            continue
        assert layout.loss.right <= layout.stage.right
        assert layout.loss.bottom <= layout.stage.bottom
        for tile in (tile for column in layout.tiles for tile in column):
            assert not layout.loss.overlaps(tile)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hidden", [(4, 2), FIVES, EIGHTS])
def test_deep_networks_have_room_for_the_loss(
    hidden: tuple[int, ...], size: tuple[int, int]
) -> None:
    layout = arrange(*size, (2, *hidden, 1), TextWidths(16.0, 0.0, (50.0,) * (len(hidden) + 2)))
    assert layout.loss is not None


@pytest.mark.parametrize("size", SIZES[1:])
@pytest.mark.parametrize("hidden", [(4,), (4, 2), FIVES])
def test_a_ring_around_the_loss_is_not_cut(hidden: tuple[int, ...], size: tuple[int, int]) -> None:
    layout = arrange(*size, (2, *hidden, 1), TextWidths(16.0, 0.0, (50.0,) * (len(hidden) + 2)))
    assert layout.loss is not None
    assert layout.loss.right <= layout.stage.right - 8


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hidden", [(4, 2), FIVES, EIGHTS])
@pytest.mark.parametrize("point", [0, None])
def test_numbers_of_steps_hide_neither_the_loss_nor_each_other(
    on: SimpleNamespace,
    show: Show,
    hidden: tuple[int, ...],
    size: tuple[int, int],
    point: int | None,
) -> None:
    view = show(hidden=hidden, size=size)
    on.with_snapshot(view, trainer_of(hidden))
    assert view.arrangement is not None
    assert view.arrangement.loss is not None
    loss = QRectF(*view.arrangement.loss)
    for step in steps_of(hidden, point):
        view.show_step(step)
        view.grab()
        places = [plate.place for plate in view.step_plates]
        assert not any(place.intersects(loss) for place in places), step.title
        for one, other in combinations(places, 2):
            assert not one.intersects(other), step.title


@pytest.mark.parametrize("size", SIZES[1:])
@pytest.mark.parametrize("point", [0, None])
def test_every_edge_of_a_small_network_has_its_number(
    on: SimpleNamespace, show: Show, size: tuple[int, int], point: int | None
) -> None:
    view = show(hidden=(4, 2), size=size)
    on.with_snapshot(view, trainer_of((4, 2)))
    for step in steps_of((4, 2), point):
        view.show_step(step)
        view.grab()
        scene = scene_of(step, 3)
        edges = 0 if scene.weights is None else scene.weights.size
        beside = (0 if numbers is None else numbers.size for numbers in (scene.units, scene.biases))
        assert len(view.step_plates) == edges + sum(beside), step.title


def test_a_loss_without_a_plate_is_told_in_words() -> None:
    step = next(step for step in steps_of((4, 2), None) if step.phase == "loss")
    scene = scene_of(step, 3)
    assert all("below: the loss" in text for text in scene.keys(0, 0)[:-1])
    texts = scene.keys(0, 0, has_plate=False)
    assert all("loss: 0." in text for text in texts[:-1])


# --- what the numbers are


@pytest.mark.parametrize("theme", [LIGHT, DARK, LIGHT.adapted("orange-blue", 1.3)])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("hidden", "dataset"), [((4, 2), "moons"), (EIGHTS, "moons"), ((3,), "blobs")]
)
def test_what_the_numbers_are_is_never_cut(
    on: SimpleNamespace,
    show: Show,
    hidden: tuple[int, ...],
    dataset: str,
    size: tuple[int, int],
    theme: Theme,
) -> None:
    view = show(hidden=hidden, size=tuple(round(theme.scale * side) for side in size), theme=theme)
    on.with_snapshot(view, trainer_of(hidden, dataset))
    for step in (*steps_of(hidden, 0, dataset), *steps_of(hidden, None, dataset)):
        view.show_step(step)
        view.grab()
        assert view.step_key
        assert not view.step_key.endswith("…"), view.step_key


def test_keys_get_shorter_and_shorter(on: SimpleNamespace, show: Show) -> None:
    view = show()
    metrics = QFontMetricsF(view.font())
    for step in (*steps_of((4, 2), 0), *steps_of((4, 2), None)):
        for digits in (0, 2, 3):
            widths = [*map(metrics.horizontalAdvance, scene_of(step, 3).keys(digits, digits))]
            assert widths == sorted(widths, reverse=True), step.title


# --- the read-out of what is pointed at


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hidden", [(4, 2), FIVES, EIGHTS])
def test_the_read_out_hides_nothing_of_what_it_is_about(
    on: SimpleNamespace,
    show: Show,
    qtbot: QtBot,
    hidden: tuple[int, ...],
    size: tuple[int, int],
) -> None:
    view = show(hidden=hidden, size=size)
    on.with_snapshot(view, trainer_of(hidden))
    qtbot.waitUntil(lambda: view.is_smooth)
    assert view.arrangement is not None
    for layer, column in enumerate(view.arrangement.tiles):
        for unit, tile in enumerate(column):
            on.hover(view, *on.middle(view, layer, unit))
            view.grab()
            assert view.readout_place is not None
            assert not view.readout_place.intersects(QRectF(*tile)), (layer, unit)
            assert QRectF(view.rect()).contains(view.readout_place)
    for layer, target, source in ((1, 0, 0), (1, 0, 1), (2, 0, 0), (2, hidden[1] - 1, 0)):
        x, y = on.on_edge(view, layer, target, source)
        on.hover(view, x, y)
        view.grab()
        place = view.readout_place
        assert place is not None
        assert not place.contains(x, y)
        ends = view.arrangement.tiles[layer - 1][source], view.arrangement.tiles[layer][target]
        assert not any(place.intersects(QRectF(*tile)) for tile in ends), (layer, target, source)


def test_the_read_out_of_a_small_network_hides_no_unit_at_all(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(4, 2))
    on.with_snapshot(view, trainer_of((4, 2)))
    for layer, units in enumerate((2, 4, 2, 1)):
        for unit in range(units):
            on.hover(view, *on.middle(view, layer, unit))
            view.grab()
            place = view.readout_place
            assert place is not None
            assert not any(place.intersects(tile) for tile in tiles_of(view)), (layer, unit)


# --- numbers


def test_numbers_of_a_large_network_are_those_of_what_is_meant(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=EIGHTS)
    on.with_snapshot(view, trainer_of(EIGHTS))
    view.clearFocus()
    view.set_shows_numbers(True)
    without = on.picture(view)
    on.click(view, on.middle(view, 3, 2))
    view.clearFocus()
    chosen = on.picture(view)
    view.set_shows_numbers(False)
    assert on.picture(view) != chosen
    assert without != chosen


@pytest.mark.parametrize("hidden", [(4, 2), (4, 2, 2, 2, 2, 2), EIGHTS])
def test_numbers_are_on_all_edges_or_on_those_of_a_chosen_unit(
    on: SimpleNamespace, show: Show, hidden: tuple[int, ...]
) -> None:
    view = show(hidden=hidden, size=(580, 388))
    on.with_snapshot(view, trainer_of(hidden))
    without = on.picture(view)
    view.set_shows_numbers(True)
    on.picture(view)
    picture: NetworkPicture = view._picture
    n_edges = len(picture.edges or ())
    shown = len(picture._plates._places)
    assert shown == (n_edges if hidden == (4, 2) else 0)
    assert on.picture(view) != without, "the legend says how to see them"
    on.click(view, on.middle(view, 2, 1))
    on.picture(view)
    assert len(picture._plates._places) >= hidden[0]


@pytest.mark.parametrize(("old", "new"), [(0.5, 0.25), (0.0, 0.03), (-1e-6, 2.5e-6), (-3e5, 4e7)])
def test_both_sides_of_an_arrow_have_the_same_decimals(old: float, new: float) -> None:
    scene = Scene(
        1, scene_of(steps_of((4, 2), 0)[0], 3).light,
        biases=np.array([new]), old_biases=np.array([old]),
    )  # fmt: skip
    text = scene.bias_text(0)
    assert "-" not in text, "a minus is no hyphen"
    before, after = (side.partition("·")[0] for side in text.split(" → "))
    decimals = [len(side.partition(".")[2]) for side in (before, after) if side != "0"]
    assert len(set(decimals)) == 1, text


def test_an_old_value_that_is_far_smaller_is_not_called_0() -> None:
    scene = Scene(
        1, scene_of(steps_of((4, 2), 0)[0], 3).light,
        biases=np.array([4e7]), old_biases=np.array([-3.0]),
    )  # fmt: skip
    assert scene.bias_text(0).startswith("−3 → 4.00")


def test_the_edited_value_has_a_true_minus(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2), weights=(-0.5,))
    on.click(view, on.on_edge(view, 1, 2, 1))
    editor = view._hands.editor
    view._hands.edit()
    assert editor.line.text() == "−0.5"


# --- what training leaves alone


def frozen_marks(places: list[Place], hidden: tuple[int, ...] = (4, 3)) -> FrozenMarks:
    trainer = Trainer(Experiment(dataset="moons", hidden=hidden))
    freeze(trainer, places)
    mask: Mask | None = trainer.experiment.trainable
    assert mask is not None
    texts = TextWidths(16.0, 0.0, (50.0,) * (len(hidden) + 2))
    return FrozenMarks(mask, EdgeGeometry(arrange(580, 388, (2, *hidden, 1), texts)))


def test_ticks_of_single_edges_do_not_cross() -> None:
    some = [Place(2, 0, 0), Place(2, 0, 1), Place(2, 1, 0), Place(2, 1, 2), Place(2, 2, 1)]
    marks = frozen_marks(some)
    boxes = marks.boxes(np.ones(len(marks.edges)))
    assert len(boxes) == len(some)
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other)


def test_the_only_edge_of_a_layer_can_be_frozen() -> None:
    marks = frozen_marks([Place(2, 0, 0)], hidden=(1,))
    assert len(marks.boxes(np.ones(len(marks.edges)))) == 1
    assert marks._clear_shares.keys() == set(np.flatnonzero(marks.is_frozen).tolist())
    assert len(marks._ticks(np.flatnonzero(marks.is_frozen), True)) == 1


def test_a_frozen_layer_has_one_bar_before_each_unit() -> None:
    marks = frozen_marks([Place(2, unit, source) for unit in range(3) for source in range(4)])
    boxes = marks.boxes(np.ones(len(marks.edges)))
    assert len(boxes) == 3
    tiles = marks.edges.layout.tiles
    for box, tile in zip(boxes, tiles[2], strict=True):
        assert tiles[1][0].right < box.x < box.right < tile.x
        assert box.y < tile.middle[1] < box.bottom


def test_numbers_hide_no_mark(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(4, 3))
    trainer = Trainer(Experiment(dataset="moons", hidden=(4, 3)))
    freeze(trainer, [Place(2, unit, source) for unit in range(3) for source in range(4)])
    cut(trainer, [Place(1, 1, 0)])
    on.with_snapshot(view, trainer)
    view.set_shows_numbers(True)
    view.grab()
    picture: NetworkPicture = view._picture
    assert picture.marks is not None
    assert picture.weights is not None
    bars = [QRectF(*box) for box in picture.marks.boxes(picture.weights)]
    places = picture._plates._places.values()
    assert places
    assert not any(place.intersects(bar) for place in places for bar in bars)
