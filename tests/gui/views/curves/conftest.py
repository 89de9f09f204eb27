"""Curves on the screen, and what tests do with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.curves import CurvesView
from nnviz.gui.views.plot import QuietPlot
from nnviz.insight.history import COLUMNS, History, Recorder
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

NAN = float("nan")
Show = Callable[..., CurvesView]


def history_of(**columns: Any) -> History:
    """A history with these columns, an epoch for each entry, and NaN for the rest."""
    n = len(next(iter(columns.values())))
    values = {name: np.full(n, NAN) for name in COLUMNS}
    values["update"] = values["epoch"] = np.arange(n, dtype=float)
    values["penalty"] = np.zeros(n)
    values |= {name: np.array(column, dtype=float) for name, column in columns.items()}
    values.setdefault("train_data_loss", values["train_loss"])
    return History(**values)


def trained(experiment: Experiment, epochs: int) -> tuple[Trainer, Snapshot]:
    trainer, recorder = Trainer(experiment), Recorder()
    n_points = len(trainer.dataset.y_train)
    recorder.record(trainer.frame(), n_points)
    for _ in range(epochs):
        trainer.advance_epochs(1)
        recorder.record(trainer.frame(), n_points)
    photographer = Photographer(trainer.dataset, 8)
    return trainer, photographer.snapshot(trainer.frame(), recorder.history())


def moons(**changes: Any) -> Experiment:
    return preset("moons").evolve(**changes)


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Put a view on the screen that shows an experiment's first epochs, or another history."""

    def show_it(
        experiment: Experiment,
        epochs: int = 5,
        history: History | None = None,
        size: tuple[int, int] = (302, 165),
        theme: Theme = LIGHT,
    ) -> CurvesView:
        view = CurvesView()
        qtbot.addWidget(view)
        for control in view.header_widgets():
            qtbot.addWidget(control)
        view.set_theme(theme)
        view.resize(*size)
        view.show()
        trainer, snapshot = trained(experiment, epochs)
        view.reset(trainer.experiment, trainer.dataset)
        view.show_snapshot(snapshot if history is None else replace(snapshot, history=history))
        QApplication.processEvents()
        return view

    return show_it


def control(view: CurvesView, name: str) -> Any:
    widgets = [w for head in view.header_widgets() for w in (head, *head.findChildren(QWidget))]
    return next(widget for widget in widgets if widget.accessibleName() == name)


def plot(view: CurvesView) -> QuietPlot:
    found = view.findChild(QuietPlot)
    assert isinstance(found, QuietPlot)
    return found


def pixel(view: CurvesView, x: float, y: float) -> QPointF:
    its = plot(view)
    return its.box.mapViewToScene(QPointF(x, y)) + its.mapTo(view, QPointF())


def color_near(view: CurvesView, x: float, y: float, wanted: QColor) -> bool:
    """Whether a pixel within 2 of the place has this colour."""
    image, at = view.grab().toImage(), pixel(view, x, y).toPoint()
    return any(
        max(abs(a - b) for a, b in zip(color.getRgb(), wanted.getRgb(), strict=True)) < 40
        for dx in range(-2, 3)
        for dy in range(-2, 3)
        for color in [image.pixelColor(at.x() + dx, at.y() + dy)]
    )


def hover(view: CurvesView, qtbot: QtBot, epoch: float) -> None:
    its = plot(view)
    (_, _), (low, high) = its.box.viewRange()
    at = pixel(view, epoch, (low + high) / 2).toPoint()
    qtbot.mouseMove(its.viewport(), its.mapFrom(view, at))


def changed(trainer: Trainer, snapshot: Snapshot, **changes: Any) -> Snapshot:
    """The snapshot at the same moment after a change, as a paused run shows it."""
    trainer.change(**changes)
    return replace(snapshot, frame=trainer.frame())


ODD = (
    history_of(train_loss=[]),
    history_of(train_loss=[0.5]),
    history_of(train_loss=[0.0, 0.0, 0.0]),
    history_of(train_loss=[NAN, NAN]),
    history_of(train_loss=[np.inf, 1.0, -np.inf, 1e300, 1e-300]),
    history_of(train_loss=[1.0, NAN, 0.5, NAN], test_loss=[NAN, NAN, 2.0, 1.0]),
    history_of(train_loss=[-1.0, -2.0]),
    history_of(train_loss=np.random.default_rng(0).uniform(0, 1, 2000)),
    history_of(train_loss=[1.0, 0.5], epoch=[0.0, 0.002]),
    history_of(train_loss=[1.0, 0.5], epoch=[0.0, 1e6]),
    history_of(train_loss=[1.0, 0.5], epoch=[7.0, 7.0]),
)


@pytest.fixture(params=ODD, ids=range(len(ODD)))
def odd_history(request: pytest.FixtureRequest) -> History:
    """A history of a kind that does not come every day."""
    history: History = request.param
    return history


@pytest.fixture
def on() -> SimpleNamespace:
    """What tests do on the view, by name."""
    return SimpleNamespace(
        history_of=history_of,
        trained=trained,
        moons=moons,
        control=control,
        plot=plot,
        pixel=pixel,
        color_near=color_near,
        hover=hover,
        changed=changed,
    )
