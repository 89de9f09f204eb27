"""The points of an update, and what changed between two moments, on the plane."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from nnviz.data.dataset import Points
from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.colorbar import ColorBar
from nnviz.gui.views.plane_batch import MOST_RINGS, BatchItem
from nnviz.gui.views.plane_points import MOST_POINTS
from nnviz.gui.views.plane_reading import reading_of_difference
from nnviz.gui.views.surface import SurfaceView
from nnviz.insight.difference import difference
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

Show = Callable[..., SurfaceView]


# --- the batch


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_points_of_the_update_are_ringed(on: SimpleNamespace, show: Show, theme: Theme) -> None:
    trainer = Trainer(preset("moons"))
    view = show(trainer, theme=theme)
    before = view.grab().toImage()
    view.show_batch(np.array([3, 7, 20]))
    ringed = view.grab().toImage()
    view.show_batch(np.array([3, 7, 20]), 7)
    current = view.grab().toImage()
    assert before != ringed != current != before
    x, y = trainer.dataset.inputs_train[7, :2]
    at = on.pixel_at(view, x, y)
    around = [current.pixelColor(at.x() + dx, at.y()) for dx in range(6, 12)]
    assert any(on.is_near(color, theme.ink, 40) for color in around)
    view.show_batch(None)
    assert view.grab().toImage() == before


def test_rings_stay_with_their_points_while_the_network_learns(
    on: SimpleNamespace, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    draw = BatchItem.draw
    monkeypatch.setattr(BatchItem, "draw", lambda *args: calls.append(1) or draw(*args))
    trainer = Trainer(preset("moons"))
    view = show(trainer)
    assert not calls, "nothing is drawn where there is no batch"
    view.show_batch(np.arange(10), 0)
    view.grab()
    n = len(calls)
    assert n >= 1
    for _ in range(5):
        trainer.advance(1)
        view.show_snapshot(on.snapshot_of(trainer))
        view.grab()
    assert len(calls) == n


def test_sampled_points_and_places_that_are_not_there_do_no_harm(
    on: SimpleNamespace, show: Show
) -> None:
    n = MOST_POINTS + 1_000
    inputs = np.random.default_rng(0).normal(size=(n, 1))
    points = Points(inputs, (inputs[:, 0] > 0).astype(int), classes=["no", "yes"])
    view = show(Trainer(Experiment(dataset=points, hidden=(), test_fraction=0.0)))
    before = view.grab().toImage()
    view.show_batch(np.arange(n), n - 1)
    assert view.grab().toImage() != before
    assert n > MOST_RINGS
    view.show_batch(np.array([-1, n, 10**9]), n)
    assert view.grab().toImage() == before
    view.show_batch(np.array([], dtype=np.int64))
    assert view.grab().toImage() == before


def test_a_new_run_has_no_rings(on: SimpleNamespace, show: Show) -> None:
    trainer = Trainer(preset("moons"))
    view = show(trainer)
    before = view.grab().toImage()
    view.show_batch(np.array([1, 2]), 1)
    view.show_difference(np.ones((10, 10)), "change")
    view.reset(trainer.experiment, trainer.dataset)
    view.show_snapshot(on.snapshot_of(trainer))
    assert view.grab().toImage() == before
    SurfaceView().show_batch(np.array([1]), 1)


# --- the difference


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_difference_takes_the_place_of_the_output(
    on: SimpleNamespace, show: Show, theme: Theme
) -> None:
    view = show(on.solved_xor(), theme=theme)
    before = view.grab().toImage()
    grid = on.snapshot_of(on.solved_xor()).grid
    values = np.zeros((grid.resolution, grid.resolution))
    half = grid.resolution // 2
    values[:half, :half], values[half:, half:] = -0.2, 0.4
    view.show_difference(values, "change from update 10 to 60")
    assert view.caption == "change from update 10 to 60"
    assert on.part(view, ColorBar).labels[1] == "0"
    assert on.part(view, ColorBar).labels[2] == "+0.4"
    # Beside the points of the corners.
    assert on.is_near(on.color_at(view, 1.1, 1.1), theme.positive)
    assert on.is_near(on.color_at(view, -0.1, -0.1), theme.signed_color(-0.5))
    assert on.is_near(on.color_at(view, 1.1, -0.1), theme.neutral)
    view.show_unit(1, 0)
    assert view.caption == "unit 1 of layer 1"
    view.show_output()
    assert view.caption == "change from update 10 to 60"
    view.show_difference(None)
    assert view.caption == ""
    assert view.grab().toImage() == before


@pytest.mark.parametrize("name", ["moons", "blobs"])
def test_the_difference_of_two_frames_can_be_shown(
    on: SimpleNamespace, show: Show, name: str
) -> None:
    trainer = Trainer(preset(name))
    view = show(trainer)
    before = trainer.frame()
    trainer.advance(50)
    snapshot = on.snapshot_of(trainer)
    view.show_snapshot(snapshot)
    output = view.grab().toImage()
    change = difference(before, trainer.frame(), snapshot.grid).surface.change
    view.show_difference(change, "change")
    assert view.grab().toImage() != output


def test_a_difference_is_read_out(on: SimpleNamespace, show: Show, qtbot: object) -> None:
    view = show(on.solved_xor())
    view.show_difference(np.full((20, 20), 0.25), "change")
    on.hover(view, qtbot, 0.5, 0.5)
    assert "change" in view.readout
    assert "0.25" in view.readout


def test_differences_are_signed_symmetric_and_robust() -> None:
    reading = reading_of_difference(np.array([[-1.0, 2.0], [0.0, np.nan]]), LIGHT)
    assert reading.indices.tolist() == [[64, 255], [128, 128]]
    assert (reading.low, reading.high) == (-2.0, 2.0)
    nothing = reading_of_difference(np.zeros((3, 3)), LIGHT)
    assert np.all(nothing.indices == 128)
    several = reading_of_difference(np.array([[[0.1]], [[-0.5]], [[0.4]]]), LIGHT)
    assert (several.indices.tolist(), several.high) == ([[255]], 0.5)
    endless = reading_of_difference(np.array([[np.inf, 1.0]]), LIGHT)
    assert endless.indices.tolist() == [[128, 255]]
