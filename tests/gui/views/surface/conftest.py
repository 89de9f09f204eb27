"""A decision surface on the screen, and what tests do with it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.plot import QuietPlot
from nnviz.gui.views.surface import SurfaceView
from nnviz.insight.history import Recorder
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

Show = Callable[..., SurfaceView]


def snapshot_of(trainer: Trainer) -> Snapshot:
    recorder = Recorder()
    recorder.record(trainer.frame(), len(trainer.dataset.y_train))
    return Photographer(trainer.dataset).snapshot(trainer.frame(), recorder.history())


def solved_xor() -> Trainer:
    """Two tanh units that draw XOR's two lines: x₁ + x₂ = 0.5 and x₁ + x₂ = 1.5."""
    trainer = Trainer(preset("xor").evolve(hidden=(2,), activation="tanh"))
    trainer.set_parameters(
        [np.array([[10.0, 10.0], [10.0, 10.0]]), np.array([[10.0, -10.0]])],
        [np.array([-5.0, -15.0]), np.array([-10.0])],
    )
    return trainer


def regression(n: int = 60) -> Trainer:
    inputs = np.random.default_rng(3).uniform(-2, 2, (n, 2))
    points = Points(inputs, 3 * inputs[:, 0], task="regression")
    trainer = Trainer(
        Experiment(dataset=points, hidden=(), output_activation="linear", loss="squared_error")
    )
    trainer.set_parameters([np.array([[3.0, 0.0]])], [np.array([0.0])])
    return trainer


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Put a view on the screen with the snapshot of a trainer."""

    def show_it(
        trainer: Trainer, size: tuple[int, int] = (302, 380), theme: Theme = LIGHT
    ) -> SurfaceView:
        view = SurfaceView()
        qtbot.addWidget(view)
        for control in view.header_widgets():
            qtbot.addWidget(control)
        view.set_theme(theme)
        view.resize(*size)
        view.show()
        view.reset(trainer.experiment, trainer.dataset)
        view.show_snapshot(snapshot_of(trainer))
        QApplication.processEvents()
        return view

    return show_it


def part(view: SurfaceView, kind: type[QWidget]) -> QWidget:
    found = view.findChild(kind)
    assert isinstance(found, kind)
    return found


def plot(view: SurfaceView) -> QuietPlot:
    return part(view, QuietPlot)


def pixel_at(view: SurfaceView, x: float, y: float) -> QPoint:
    """The pixel of the view that shows the place (x, y) of the plane."""
    its = plot(view)
    scene = its.box.mapViewToScene(QPointF(x, y))
    return its.mapTo(view, its.mapFromScene(scene))


def color_at(view: SurfaceView, x: float, y: float) -> QColor:
    return view.grab().toImage().pixelColor(pixel_at(view, x, y))


def is_near(color: QColor, other: QColor, most: int = 24) -> bool:
    return all(
        abs(a - b) <= most
        for a, b in zip(color.getRgb()[:3], other.getRgb()[:3], strict=True)
    )  # fmt: skip


def box(view: SurfaceView, text: str) -> QWidget:
    return next(w for w in view.header_widgets() if w.accessibleName() == text)


def hover(view: SurfaceView, qtbot: QtBot, x: float, y: float) -> None:
    its = plot(view)
    qtbot.mouseMove(its.viewport(), its.mapFrom(view, pixel_at(view, x, y)))


def two_parts() -> Trainer:
    points = Points([[0, 0], [1, 0], [0, 1], [1, 1]], [1, 1, 1, 1], classes=["no", "yes"])
    trainer = Trainer(Experiment(dataset=points, test_fraction=0.5, hidden=()))
    trainer.set_parameters([np.zeros((1, 2))], [np.zeros(1)])
    return trainer


@pytest.fixture
def on() -> SimpleNamespace:
    """What tests do on the view, by name."""
    return SimpleNamespace(
        snapshot_of=snapshot_of,
        solved_xor=solved_xor,
        regression=regression,
        part=part,
        plot=plot,
        pixel_at=pixel_at,
        color_at=color_at,
        is_near=is_near,
        box=box,
        hover=hover,
        two_parts=two_parts,
    )
