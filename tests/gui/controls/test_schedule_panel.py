"""SchedulePanel and RatePlot: the chosen schedule's numbers, and its rate over the epochs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import make_dataset
from nnviz.gui.controls.rate_plot import RatePlot, rate_at
from nnviz.gui.controls.schedule import SchedulePanel, by_tenths
from nnviz.gui.theme import Theme
from nnviz.gui.views.plot import QuietPlot
from nnviz.model.schedules import SCHEDULES, ScheduleParameters
from nnviz.run.experiment import Experiment

MOONS = Experiment(dataset="moons", n_samples=20, learning_rate=0.08, epochs=120)
DATASET = make_dataset("moons", 20, 0.2, 0, 0.25, 0)
PARAMETERS = {"schedule_every": 30, "schedule_factor": 0.25, "schedule_floor": 0.125}


def shown(qtbot: QtBot) -> SchedulePanel:
    """A panel; no fixture, whose value would outlive the check for what is left behind."""
    widget = SchedulePanel()
    qtbot.addWidget(widget)
    widget.resize(216, 300)
    widget.show_experiment(MOONS, DATASET)
    widget.show()
    return widget


@pytest.mark.parametrize("name", SCHEDULES)
def test_only_its_own_numbers_are_shown(qtbot: QtBot, name: str) -> None:
    panel = shown(qtbot)
    panel.show_experiment(MOONS.evolve(schedule=name), DATASET)
    fields = {"every": panel.every, "factor": panel.factor, "floor": panel.floor}
    visible = tuple(key for key, field in fields.items() if field.isVisible())
    assert visible == SCHEDULES[name].parameters
    assert panel.schedule.current == name
    assert panel.formula.text == SCHEDULES[name].formula


def test_every_control_tells_its_field(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    heard: list[dict[str, Any]] = []
    panel.changed.connect(heard.append)
    for name in ("step", "cosine"):
        panel.schedule.activated.emit(panel.schedule.findData(name))
        panel.show_experiment(MOONS.evolve(schedule=name), DATASET)
        for number, text in ((panel.every, "50"), (panel.factor, "0.1"), (panel.floor, "0,2")):
            if number.isVisible():
                number.setFocus()
                qtbot.keyClick(number, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
                qtbot.keyClicks(number, text)
                qtbot.keyClick(number, Qt.Key.Key_Return)
    assert heard == [
        {"schedule": "step"},
        {"schedule_every": 50},
        {"schedule_factor": 0.1},
        {"schedule": "cosine"},
        {"schedule_floor": 0.2},
    ]
    assert all(MOONS.evolve(**change) for change in heard)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("epochs", [1, 7, 120, 1_000_000_000])
def test_the_line_is_the_schedule(qtbot: QtBot, name: str, epochs: int) -> None:
    panel = shown(qtbot)
    experiment = MOONS.evolve(schedule=name, epochs=epochs, **PARAMETERS)
    panel.show_experiment(experiment, DATASET)
    curve = panel.plot.curve
    parameters = ScheduleParameters(every=30, factor=0.25, floor=0.125, epochs=epochs)
    # The first point and then both ends of each step: the rate holds from one epoch to the next.
    at = np.concatenate([curve.x[:1], curve.x[1::2]])
    rates = np.concatenate([curve.y[:1], curve.y[2::2]])
    assert (at[0], at[-1]) == (0, epochs)
    assert len(at) == min(epochs, 400) + 1
    expected = [SCHEDULES[name].rate(0.08, int(epoch), parameters) for epoch in at]
    np.testing.assert_allclose(rates, expected, rtol=1e-15)
    np.testing.assert_array_equal(curve.y[1::2], rates[:-1])


def test_it_follows_rate_length_and_parameters(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    cosine = MOONS.evolve(schedule="cosine", schedule_floor=0.5)
    panel.show_experiment(cosine, DATASET)
    assert panel.plot.caption == "0.08 → 0.04 over 120 epochs"
    panel.show_experiment(cosine.evolve(learning_rate=0.2), DATASET)
    assert panel.plot.caption == "0.2 → 0.1 over 120 epochs"
    panel.show_experiment(cosine.evolve(epochs=2000), DATASET)
    assert panel.plot.caption == "0.08 → 0.04 over 2,000 epochs"
    assert panel.plot.curve.x[-1] == 2000
    panel.show_experiment(cosine.evolve(schedule_floor=0.0), DATASET)
    assert panel.plot.caption == "0.08 → 0 over 120 epochs"
    panel.show_experiment(MOONS, DATASET)
    assert panel.plot.caption == "stays 0.08 over 120 epochs"
    assert "stays 0.08" in panel.plot.accessibleDescription()


def inner(plot: RatePlot) -> QuietPlot:
    assert plot._plot is not None
    return plot._plot


def ticks(plot: RatePlot, side: str) -> list[str]:
    return [text for _, text in inner(plot).getAxis(side)._tickLevels[0]]


def test_the_axes_have_the_rates_and_the_epochs(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    panel.show_experiment(MOONS.evolve(schedule="cosine", schedule_floor=0.25), DATASET)
    assert ticks(panel.plot, "left") == ["0.08", "0.02"]
    assert ticks(panel.plot, "bottom") == ["0", "120"]
    # Two labels upon each other could not be read: the caption has both.
    panel.show_experiment(MOONS.evolve(schedule="cosine", schedule_floor=0.9), DATASET)
    assert ticks(panel.plot, "left") == ["0.08"]
    assert "0.08 → 0.072" in panel.plot.caption


def test_the_mark_is_where_the_run_is(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    experiment = MOONS.evolve(schedule="step", **PARAMETERS)
    panel.show_experiment(experiment, DATASET)
    assert panel.plot.marked_epoch == 0
    for epoch in (1, 59, 60, 120):
        panel.show_epoch(epoch)
        assert panel.plot.marked_epoch == epoch
        mark = panel.plot._mark._marks[0]
        assert abs(mark.x - epoch) <= 1
        assert mark.y == pytest.approx(rate_at(experiment, round(mark.x)) / 0.08)
    panel.show_epoch(121)
    assert panel.plot.marked_epoch is None
    assert panel.plot._mark._marks == ()
    panel.show_epoch(0)
    assert panel.plot.marked_epoch == 0


@pytest.mark.parametrize("rate", [5e-324, 1e-300, 1e12])
def test_rates_of_any_size_can_be_drawn(qtbot: QtBot, rate: float) -> None:
    panel = shown(qtbot)
    panel.show_experiment(MOONS.evolve(schedule="cosine", learning_rate=rate), DATASET)
    QApplication.processEvents()
    assert not panel.plot.grab().isNull()


def test_the_pointer_reads_out(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    panel.show_experiment(MOONS.evolve(schedule="step", **PARAMETERS), DATASET)
    QApplication.processEvents()
    plot = inner(panel.plot)
    place = plot.mapFromScene(plot.box.mapViewToScene(QPoint(45, 0)))
    qtbot.mouseMove(plot.viewport(), place)
    assert panel.plot.caption in ("epoch 44: 0.02", "epoch 45: 0.02")
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert panel.plot.caption.endswith("over 120 epochs")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_it_fits_a_narrow_column(
    qtbot: QtBot, dress: Callable[[str], Theme], theme: str, scale: float
) -> None:
    panel = shown(qtbot)
    scaled = dress(theme).adapted("orange-blue", scale)
    panel.set_theme(scaled)
    panel.show_experiment(MOONS.evolve(schedule="step", epochs=1_000_000_000), DATASET)
    assert panel.minimumSizeHint().width() <= scaled.px(216)
    assert panel.plot.height() == scaled.px(96)


def test_tenths_have_no_rounding_dust() -> None:
    assert by_tenths(0.2, 1) == 0.3
    assert by_tenths(0.3, -1) == 0.2


def test_a_folded_plot_is_not_made(qtbot: QtBot) -> None:
    panel = SchedulePanel()
    qtbot.addWidget(panel)
    panel.show_experiment(MOONS.evolve(schedule="cosine"), DATASET)
    panel.show_epoch(60)
    assert panel.plot._plot is None
    assert panel.plot.curve.y[0] == 0.08
    panel.show()
    assert ticks(panel.plot, "left") == ["0.08", "0"]
    assert panel.plot._mark._marks[0].x == 60
