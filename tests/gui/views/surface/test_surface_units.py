"""A neuron's picture in place of the output; views that have nothing to show."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.gui.theme import LIGHT
from nnviz.gui.views.colorbar import ColorBar
from nnviz.gui.views.legend import Legend
from nnviz.gui.views.plane_items import PointsItem
from nnviz.gui.views.plane_points import MOST_POINTS
from nnviz.gui.views.surface import SurfaceView
from nnviz.insight.snapshot import Photographer
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

Show = Callable[..., SurfaceView]


def test_a_hovered_neuron_takes_the_place_of_the_output(on: SimpleNamespace, show: Show) -> None:
    view = show(on.solved_xor())
    assert on.is_near(on.color_at(view, 1.1, 1.1), LIGHT.negative)
    view.show_unit(1, 0)  # is positive above x₁ + x₂ = 0.5
    assert on.is_near(on.color_at(view, 1.1, 1.1), LIGHT.positive)
    assert view.caption == "unit 1 of layer 1"
    assert on.part(view, ColorBar).labels == ("−1", "0", "1")
    view.show_unit(0, 1)  # the input x₂
    assert view.caption == "x₂"
    assert on.is_near(on.color_at(view, 0.3, 1.1), LIGHT.signed_color(1.0), 40)
    view.show_output()
    assert view.caption == ""
    assert on.part(view, ColorBar).labels == ("class 0", "0.5", "class 1")
    assert on.is_near(on.color_at(view, 1.1, 1.1), LIGHT.negative)


@pytest.mark.parametrize(("layer", "unit"), [(1, 5), (9, 0), (-1, 0), (1, -1), (2, 1)])
def test_a_neuron_that_is_not_there_leaves_the_output(
    on: SimpleNamespace, show: Show, layer: int, unit: int
) -> None:
    view = show(on.solved_xor())
    view.show_unit(layer, unit)
    assert view.caption == ""
    assert on.is_near(on.color_at(view, 1.1, 1.1), LIGHT.negative)


def test_late_answers_of_other_networks_do_no_harm(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    blobs, deep = Trainer(preset("blobs")), Trainer(preset("moons").evolve(hidden=(8, 8, 8)))
    view = show(deep)
    view.show_unit(3, 7)
    on.hover(view, qtbot, 0.0, 0.0)
    for trainer in (blobs, on.regression(), on.solved_xor(), deep):
        view.show_snapshot(on.snapshot_of(trainer))
        QApplication.processEvents()
    assert view.caption == "unit 8 of layer 3"
    coarse = Photographer(deep.dataset, 17).snapshot(deep.frame(), on.snapshot_of(deep).history)
    view.show_snapshot(coarse)
    QApplication.processEvents()


def test_before_the_first_snapshot_there_is_nothing_but_axes(
    on: SimpleNamespace, qtbot: QtBot
) -> None:
    view = SurfaceView()
    qtbot.addWidget(view)
    view.resize(302, 380)
    view.show_unit(1, 1)
    view.show_output()
    trainer = on.solved_xor()
    view.reset(trainer.experiment, trainer.dataset)
    image = view.grab().toImage()
    assert on.is_near(image.pixelColor(150, 150), LIGHT.card)


def test_reset_takes_the_old_picture_and_points_away(on: SimpleNamespace, show: Show) -> None:
    view = show(on.solved_xor())
    other = Trainer(preset("moons"))
    view.reset(other.experiment, other.dataset)
    QApplication.processEvents()
    assert on.is_near(on.color_at(view, 0, 0), LIGHT.card)
    assert on.is_near(on.color_at(view, 0.9, 0.1), LIGHT.card)


def test_of_many_points_a_fair_sample_is_drawn_and_said(on: SimpleNamespace, show: Show) -> None:
    trainer = Trainer(preset("moons").evolve(n_samples=2 * MOST_POINTS))
    view = show(trainer)
    assert on.part(view, Legend).readout == "5,000 of 10,000 points"
    qt_description = view.accessibleDescription()
    assert "7500 training and 2500 test points" in qt_description


def test_one_column_lies_on_a_line(on: SimpleNamespace, show: Show) -> None:
    inputs = np.linspace(-1, 1, 20)[:, None]
    points = Points(inputs, (inputs[:, 0] > 0).astype(int))
    trainer = Trainer(Experiment(dataset=points, hidden=()))
    trainer.set_parameters([np.array([[30.0]])], [np.zeros(1)])
    view = show(trainer)
    assert on.is_near(on.color_at(view, -0.5, 0.5), LIGHT.negative)
    assert on.is_near(on.color_at(view, 0.5, -0.5), LIGHT.positive)


def test_the_menu_is_the_windows(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view = show(on.solved_xor())
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    viewport = on.plot(view).viewport()
    with qtbot.waitSignal(view.customContextMenuRequested, timeout=1000):
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, QPoint(80, 80), viewport.mapToGlobal(QPoint(80, 80))
        )
        QApplication.sendEvent(viewport, event)


def test_the_plane_cannot_be_moved(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view = show(on.solved_xor())
    before = on.pixel_at(view, 0.5, 0.5)
    viewport = on.plot(view).viewport()
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
        qtbot.mousePress(viewport, button, pos=QPoint(100, 100))
        qtbot.mouseMove(viewport, QPoint(150, 130))
        qtbot.mouseRelease(viewport, button, pos=QPoint(150, 130))
        qtbot.mouseDClick(viewport, button, pos=QPoint(150, 130))
        # Else the button stays down, for the tests that follow too.
        qtbot.mouseRelease(viewport, button, pos=QPoint(150, 130))
    assert on.pixel_at(view, 0.5, 0.5) == before


def test_points_are_drawn_once_and_not_with_every_frame(
    on: SimpleNamespace, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    draw = PointsItem.draw
    monkeypatch.setattr(PointsItem, "draw", lambda *args: calls.append(1) or draw(*args))
    trainer = Trainer(preset("moons"))
    view = show(trainer)
    n = len(calls)
    assert n >= 1
    for _ in range(5):
        trainer.advance(1)
        view.show_snapshot(on.snapshot_of(trainer))
        view.grab()
    assert len(calls) == n


@pytest.mark.parametrize("size", [(340, 380), (600, 620)])
def test_the_caption_hides_no_point_if_it_can_stand_elsewhere(
    on: SimpleNamespace, show: Show, size: tuple[int, int]
) -> None:
    view = show(on.solved_xor())
    view.resize(*size)
    view.show_unit(1, 0)
    QApplication.processEvents()
    data, grid, plane = view._data, view._grid, view._plane
    assert data is not None
    assert grid is not None
    caption = QRectF(view._caption.geometry()).translated(view._plot.pos().toPointF())
    assert plane.contains(caption)
    assert data.count_in(caption, plane, grid) == 0
    assert data.count_in(plane, plane, grid) == len(data.x)


def test_a_click_on_a_training_point_tells_which_it_is(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    view = show(on.solved_xor())
    clicked: list[int] = []
    view.point_clicked.connect(clicked.append)
    data, plane, grid = view._data, view._plane, view._grid
    assert data is not None
    assert grid is not None
    for number, (x, y) in enumerate(zip(data.x.tolist(), data.y.tolist(), strict=True)):
        across = plane.left() + (x - grid.x_min) / (grid.x_max - grid.x_min) * plane.width()
        up = plane.bottom() - (y - grid.y_min) / (grid.y_max - grid.y_min) * plane.height()
        at = view._plot.mapFrom(view, QPoint(round(across), round(up)))
        qtbot.mouseClick(view._plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert clicked[-1] == number
    middle = view._plot.mapFrom(view, plane.center().toPoint())
    qtbot.mouseClick(view._plot.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert len(clicked) == 4, "no point is there"
