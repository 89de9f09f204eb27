"""Micro-steps in the network's picture: the place that is lit, its light and its numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations, pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPixmap
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication

from nnviz.gui.export_png import grab_image
from nnviz.gui.export_stage import FigureOptions
from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.topology import TopologyView
from nnviz.gui.views.topology_marks import fitting_number
from nnviz.gui.views.topology_step_drawing import StepPainter
from nnviz.gui.views.topology_steps import Light, scene_of
from nnviz.insight.microsteps import MicroStep, microsteps
from nnviz.insight.parts import NeuronPart
from nnviz.run.experiment import Experiment
from nnviz.run.trainer import Trainer

Show = Callable[..., TopologyView]

DEEP = (8, 8, 8, 8, 8, 8)


@cache
def trainer_of(hidden: tuple[int, ...]) -> Trainer:
    trainer = Trainer(Experiment(dataset="moons", hidden=hidden, batch_size=10))
    trainer.advance(20)
    return trainer


@cache
def steps_of(hidden: tuple[int, ...], point: int | None = 0) -> tuple[MicroStep, ...]:
    return microsteps(trainer_of(hidden), point)


def step_of(
    hidden: tuple[int, ...], phase: str, layer: int, value: str, point: int | None = 0
) -> MicroStep:
    (found,) = [
        step
        for step in steps_of(hidden, point)
        if step.phase == phase and step.layer == layer and value in step.values
    ]
    return found


def plates(view: TopologyView) -> list[tuple[QRectF, str]]:
    """The numbers that the view has found places for."""
    view.grab()
    return [(plate.place, plate.text) for plate in view.step_plates]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("hidden", [(), (1,), (4, 2), DEEP])
@pytest.mark.parametrize("point", [0, None])
def test_every_step_is_seen_and_none_leaves_a_trace(
    on: SimpleNamespace,
    show: Show,
    theme: Theme,
    hidden: tuple[int, ...],
    point: int | None,
) -> None:
    view = show(hidden=hidden, theme=theme)
    on.with_snapshot(view, trainer_of(hidden))
    view.set_running(True)
    view.set_reduced_motion(True)
    view.clearFocus()
    before = on.picture(view)
    seen = [before]
    for step in steps_of(hidden, point)[:: 1 if len(hidden) < 3 else 5]:
        view.show_step(step)
        seen.append(on.picture(view))
    assert all(one != other for one, other in pairwise(seen))
    view.show_step(None)
    assert on.picture(view) == before


def test_the_light_goes_along_the_edges(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(4, 2), weights=(2.0,))
    on.with_snapshot(view, trainer_of((4, 2)))
    assert view.arrangement is not None
    left, right = view.arrangement.tiles[0][0].right, view.arrangement.tiles[1][0].x

    def reach(step: MicroStep, progress: float, color: QColor) -> float:
        """The mean place across of the pixels in a colour between two columns, 0 to 1."""
        view.show_step(step, progress)
        image = on.picture(view)
        columns = [
            x
            for x in range(int(left) + 8, int(right) - 8)
            for y in range(int(image.height() * 0.9))
            if image.pixelColor(x, y) == color
        ]
        return (float(np.mean(columns)) - left) / (right - left)

    forward = step_of((4, 2), "forward", 1, "inputs")
    assert reach(forward, 0.3, LIGHT.accent) < 0.45 < reach(forward, 0.7, LIGHT.accent)
    backward = step_of((4, 2), "backward", 1, "weight_gradients")
    assert reach(backward, 0.7, LIGHT.warning) < 0.45 < reach(backward, 0.3, LIGHT.warning)


def test_with_reduced_motion_the_light_has_arrived(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(4, 2))
    on.with_snapshot(view, trainer_of((4, 2)))
    step = step_of((4, 2), "forward", 2, "products")
    view.show_step(step, 1.0)
    arrived = on.picture(view)
    view.show_step(step, 0.4)
    assert on.picture(view) != arrived
    view.set_reduced_motion(True)
    assert on.picture(view) == arrived
    view.show_step(step, 0.2)
    assert on.picture(view) == arrived


@pytest.mark.parametrize("theme", [LIGHT, LIGHT.adapted("orange-blue", 1.6)])
@pytest.mark.parametrize("point", [0, None])
def test_a_small_network_has_a_number_on_every_edge_and_unit(
    on: SimpleNamespace, show: Show, theme: Theme, point: int | None
) -> None:
    size = (round(640 * theme.scale), round(480 * theme.scale))
    view = show(hidden=(4, 2), theme=theme, size=size)
    on.with_snapshot(view, trainer_of((4, 2)))
    assert view.arrangement is not None
    tiles = [QRectF(*tile) for column in view.arrangement.tiles for tile in column]
    for step in steps_of((4, 2), point):
        view.show_step(step)
        scene = scene_of(step, 3)
        found = plates(view)
        wanted = [scene.units, scene.biases, scene.weights]
        least = sum(0 if numbers is None else numbers.size for numbers in wanted)
        assert len(found) >= 0.85 * least
        for (one, _), (other, _) in combinations(found, 2):
            assert not one.intersects(other)
        for place, _ in found:
            assert QRectF(view.rect()).contains(place)
            assert place.height() >= 10 * theme.scale
            assert not any(tile.contains(place) for tile in tiles) or scene.units is not None


def test_a_large_network_has_numbers_on_the_edges_of_what_is_chosen_only(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=DEEP)
    on.with_snapshot(view, trainer_of(DEEP))
    view.show_step(step_of(DEEP, "backward", 3, "weight_gradients"))
    assert plates(view) == []
    on.click(view, on.middle(view, 3, 2))
    assert len(plates(view)) == 8
    on.click(view, on.middle(view, 5, 2))
    assert plates(view) == []
    view.show_step(step_of(DEEP, "forward", 3, "products"))
    assert len(plates(view)) == 8, "what units answer has room"


def test_steps_are_named_for_those_who_do_not_see_them(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(4, 2))
    on.with_snapshot(view, trainer_of((4, 2)))
    step = steps_of((4, 2))[-1]
    view.show_step(step)
    assert step.title in view.accessibleDescription()
    view.show_step(None)
    assert step.title not in view.accessibleDescription()


def test_a_step_of_another_network_comes_late_and_does_no_harm(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=())
    on.with_snapshot(view, trainer_of(()))
    view.clearFocus()
    before = on.picture(view)
    view.show_step(step_of((4, 2), "update", 3, "new_weights"))
    assert on.picture(view) == before
    fresh = TopologyView()
    fresh.show_step(steps_of((4, 2))[0])
    fresh.deleteLater()
    # The number of layers is the same, but not that of units.
    view = show(hidden=(3, 2))
    for step in steps_of((4, 2)):
        view.show_step(step)
        on.picture(view)
    other = show(hidden=(8, 8))
    for step in steps_of((4, 2)):
        other.show_step(step)
        on.picture(other)


def test_a_step_is_no_part_of_a_figure(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(4, 2))
    on.with_snapshot(view, trainer_of((4, 2)))
    without = grab_image(view, FigureOptions())
    view.show_step(steps_of((4, 2))[3])
    on.click(view, on.middle(view, 1, 0))
    assert grab_image(view, FigureOptions()) == without


@pytest.mark.parametrize("hidden", [(4, 2), DEEP])
def test_steps_are_sharp_on_fine_screens(
    on: SimpleNamespace, show: Show, hidden: tuple[int, ...]
) -> None:
    view = show(hidden=hidden)
    on.with_snapshot(view, trainer_of(hidden))
    view.show_step(step_of(hidden, "forward", 2, "products"))
    pixmap = QPixmap(view.size() * 2)
    pixmap.setDevicePixelRatio(2.0)
    view.render(pixmap)
    assert view.arrangement is not None
    image, tile = pixmap.toImage(), view.arrangement.tiles[2][0]
    ring = image.pixelColor(round(2 * (tile.x - 2.2)), round(2 * tile.middle[1]) - 24)
    assert ring == LIGHT.accent


def test_weights_are_written_where_there_is_room(on: SimpleNamespace, show: Show) -> None:
    for hidden, has_room in (((4, 2), True), (DEEP, False)):
        view = show(hidden=hidden)
        on.with_snapshot(view, trainer_of(hidden))
        view.set_running(True)
        view.set_reduced_motion(True)
        before = on.picture(view)
        assert view.arrangement is not None
        stage = QRect(0, 0, view.width(), int(view.arrangement.legend.y))
        view.set_shows_numbers(True)
        shown = on.picture(view)
        assert (shown.copy(stage) != before.copy(stage)) is has_room
        assert shown != before, "where there is no room, the legend says how to see them"
        view.set_shows_numbers(False)
        assert on.picture(view) == before


def test_pointing_at_things_goes_on_during_a_step(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(4, 2))
    on.with_snapshot(view, trainer_of((4, 2)))
    view.show_step(step_of((4, 2), "forward", 2, "products"))
    hovered, chosen = QSignalSpy(view.unit_hovered), QSignalSpy(view.part_chosen)
    on.hover(view, *on.middle(view, 1, 2))
    on.click(view, on.middle(view, 1, 2))
    on.picture(view)
    assert hovered.count() == 1
    assert chosen.at(0) == [NeuronPart(1, 2)]


# --- what a step lights


def test_scenes_say_where_which_way_and_what() -> None:
    forward = scene_of(step_of((4, 2), "forward", 2, "products"), 3)
    assert (forward.layer, forward.edges, forward.backwards) == (2, 2, False)
    assert forward.weights is not None
    assert forward.weights.shape == (2, 4)
    errors = scene_of(step_of((4, 2), "backward", 2, "arriving"), 3)
    assert (errors.layer, errors.edges, errors.backwards) == (2, 3, True)
    assert errors.light is Light.ERROR
    assert errors.weights is None
    gradients = scene_of(step_of((4, 2), "backward", 2, "weight_gradients"), 3)
    assert (gradients.layer, gradients.edges, gradients.backwards) == (2, 2, True)
    loss = scene_of(step_of((4, 2), "loss", 3, "loss"), 3)
    assert loss.loss
    assert "wanted" in loss.units_key


def test_an_update_writes_old_and_new_with_the_digits_that_tell_them_apart() -> None:
    scene = scene_of(step_of((4, 2), "update", 1, "weight_steps"), 3)
    for target, source in np.ndindex(4, 2):
        old, new = scene.edge_text(target, source, 3).split(" → ")
        assert old != new
        assert len(old.lstrip("−").partition(".")[2]) == len(new.lstrip("−").partition(".")[2])


def test_numbers_of_a_batch_are_means_and_sums() -> None:
    step = step_of((4, 2), "forward", 1, "inputs", None)
    scene = scene_of(step, 3)
    assert scene.units is not None
    assert scene.units == pytest.approx(step.values["sums"].mean(axis=0))
    assert all("10" in text for text in scene.keys(3, 3)[:-1])
    errors = scene_of(step_of((4, 2), "backward", 1, "arriving", None), 3)
    gradients = scene_of(step_of((4, 2), "backward", 1, "weight_gradients", None), 3)
    assert errors.units == pytest.approx(gradients.biases)


def test_a_picture_without_a_step_paints_nothing_more() -> None:
    picture = NetworkPicture()
    painter = StepPainter(picture)
    assert not painter.show(None, 1.0)
    assert painter.title == ""
    assert picture.step is None


@pytest.mark.parametrize("value", [0.33, 1.58e249, 2.2250738585072014e-308, 12345.678, 0.0])
def test_the_loss_on_its_plate_is_never_cut(value: float, qapp: QApplication) -> None:
    metrics = QFontMetricsF(LIGHT.font(11))
    text = fitting_number(value, metrics, 44.0)
    assert metrics.horizontalAdvance(text) <= 44.0
    if value == 0.33:
        assert text == "0.33"
    if value == 1.58e249:
        assert "249" in text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
