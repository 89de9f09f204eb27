"""The inspector on the screen, and what tests do with it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.gui.card import Card
from nnviz.gui.theme import LIGHT, Theme, load_fonts
from nnviz.gui.views.inspector import InspectorView
from nnviz.gui.views.inspector_text import TextPane
from nnviz.insight.history import Recorder
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

Show = Callable[..., tuple[InspectorView, Trainer]]


def moons(**changes: Any) -> Experiment:
    small: dict[str, Any] = {"n_samples": 40, "hidden": (3, 2), "batch_size": 7}
    return preset("moons").evolve(**(small | changes))


def regression(**changes: Any) -> Experiment:
    inputs = np.random.default_rng(0).uniform(-1, 1, (30, 2))
    fields: dict[str, Any] = {
        "dataset": Points(inputs, inputs.sum(axis=1), task="regression"),
        "hidden": (1,),
        "output_activation": "linear",
        "loss": "squared_error",
        "batch_size": 5,
    }
    return Experiment(**(fields | changes))


def snapshot_of(trainer: Trainer) -> Snapshot:
    recorder, frame = Recorder(), trainer.frame()
    recorder.record(frame, len(trainer.dataset.y_train))
    return Photographer(trainer.dataset, 8).snapshot(frame, recorder.history())


@pytest.fixture(scope="module")
def fonts(qapp: QApplication) -> None:
    load_fonts()


@pytest.fixture
def show(fonts: None, qtbot: QtBot) -> Show:
    """Put an inspector on the screen that shows an experiment after some updates."""

    def show_it(
        experiment: Experiment | None = None,
        updates: int = 3,
        tab: str = "Step",
        size: tuple[int, int] = (592, 130),
        theme: Theme = LIGHT,
    ) -> tuple[InspectorView, Trainer]:
        trainer = Trainer(moons() if experiment is None else experiment, engine="reference")
        trainer.advance(updates)
        view = InspectorView()
        card = Card("Inspector", view)
        qtbot.addWidget(card)
        for control in view.header_widgets():
            card.add_header_widget(control)
        view.card = card  # type: ignore[attr-defined]
        view.set_theme(theme)
        card.set_theme(theme)
        card.resize(size[0] + 28, size[1] + 50)
        view.show_tab(tab)
        card.show()
        view.reset(trainer.experiment, trainer.dataset)
        view.show_snapshot(snapshot_of(trainer))
        QApplication.processEvents()
        return view, trainer

    return show_it


def text(view: InspectorView) -> str:
    """What the tab that is seen says."""
    return "\n".join(pane.toPlainText() for pane in view.findChildren(TextPane) if seen(pane))


def seen(widget: QWidget) -> bool:
    return widget.isVisible()


def control(view: QWidget, name: str) -> Any:
    """The control of this accessible name that is seen."""
    return next(
        widget
        for widget in view.findChildren(QWidget)
        if widget.accessibleName() == name and widget.isVisible()
    )


def advance(view: InspectorView, trainer: Trainer, updates: int = 1) -> None:
    trainer.advance(updates)
    view.show_snapshot(snapshot_of(trainer))


@pytest.fixture
def on() -> SimpleNamespace:
    """What tests do with the view, by name."""
    return SimpleNamespace(
        moons=moons,
        regression=regression,
        snapshot_of=snapshot_of,
        text=text,
        control=control,
        advance=advance,
    )
