"""The tab of the slope: the curve, the tangent, and where the next step lands."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.views import inspector_slope
from nnviz.gui.views.inspector_slope import SlopeChart
from nnviz.gui.views.legend import Legend
from nnviz.insight.parts import BiasPart, EdgePart, LossPart, NeuronPart
from nnviz.insight.slope import parameter_index, slope
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run import hands
from nnviz.run.presets import preset

Show = Callable[..., Any]


def chart_of(view: Any) -> SlopeChart:
    found = view.findChild(SlopeChart)
    assert isinstance(found, SlopeChart)
    return found


def choose(view: Any, part: Any) -> None:
    view.show_part(part)
    view.show_tab("Slope")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("part", [EdgePart(2, 1, 0), BiasPart(1, 2)], ids=str)
def test_the_curve_is_that_of_the_parameter(
    on: SimpleNamespace, show: Show, optimizer: str, part: Any
) -> None:
    view, trainer = show(on.moons(optimizer=optimizer), tab="Slope")
    choose(view, part)
    place = (2, 1, 0) if isinstance(part, EdgePart) else (1, 2, None)
    frame = trainer.frame()
    expected = slope(frame, parameter_index(frame.network, *place))
    cut = view._slope.slope
    assert np.array_equal(cut.losses, expected.losses)
    assert cut.next_value == expected.next_value
    text = on.text(view)
    assert f"At {'w' if isinstance(part, EdgePart) else 'b'} = " in text
    assert "Next step" in text
    assert "unit" in view.subtitle
    (left, right), (low, high) = chart_of(view).ranges
    assert left <= cut.value <= right
    assert left <= cut.next_value <= right
    assert low <= cut.loss <= high


@pytest.mark.parametrize("kind", ["regression", "blobs", "one"])
def test_other_networks(on: SimpleNamespace, show: Show, kind: str) -> None:
    experiment = {"regression": on.regression(), "blobs": preset("blobs"), "one": preset("or")}
    view, _ = show(experiment[kind], tab="Slope")
    choose(view, EdgePart(1, 0, 1))
    assert view._slope.slope is not None
    view.grab()


def test_without_a_parameter_a_sentence_says_what_to_do(on: SimpleNamespace, show: Show) -> None:
    view, _ = show(tab="Slope")
    for part in (None, LossPart(), NeuronPart(1, 0)):
        choose(view, part)
        assert on.text(view).startswith("Click an edge or a bias")
        assert not chart_of(view).isVisible()


def test_the_legend_names_what_is_drawn(on: SimpleNamespace, show: Show) -> None:
    view, _ = show(tab="Slope")
    choose(view, EdgePart(1, 0, 0))
    legend = view.findChild(Legend)
    assert [entry.name for entry in legend.entries] == [
        "all points", "batch, shifted", "tangent", "now", "next",
    ]  # fmt: skip
    view, _ = show(on.moons(batch_size="full"), tab="Slope")
    choose(view, EdgePart(1, 0, 0))
    assert "batch, shifted" not in [entry.name for entry in view.findChild(Legend).entries]


def test_a_frozen_parameter_is_said_to_be(on: SimpleNamespace, show: Show) -> None:
    experiment = on.moons()
    _, trainer = show(experiment)
    weights = [np.ones(shape, dtype=bool) for shape in trainer.network.shapes]
    weights[0][0, 0] = False
    biases = [np.ones(shape[0], dtype=bool) for shape in trainer.network.shapes]
    frozen = experiment.evolve(
        trainable={"weights": [w.tolist() for w in weights], "biases": [b.tolist() for b in biases]}
    )
    view, _ = show(frozen, tab="Slope")
    choose(view, EdgePart(1, 0, 0))
    assert "frozen" in on.text(view)


def test_a_weight_that_was_frozen_and_then_cut_is_said_to_be_cut(
    on: SimpleNamespace, show: Show
) -> None:
    view, trainer = show(tab="Slope")
    place = hands.Place(1, 0, 0)
    frozen = hands.frozen_experiment(trainer.experiment, trainer.network, [place], True)
    trainer.change(trainable=frozen.trainable)
    view.show_snapshot(on.snapshot_of(trainer))
    choose(view, EdgePart(1, 0, 0))
    assert "w is frozen" in on.text(view)
    hands.cut(trainer, [place])
    view.show_snapshot(on.snapshot_of(trainer))
    assert "w is cut" in on.text(view)
    view.show_tab("Equation")
    assert "for it is cut" in on.text(view)


def test_pointing_reads_the_curve(show: Show, qtbot: QtBot) -> None:
    view, _ = show(tab="Slope")
    choose(view, EdgePart(1, 0, 0))
    QApplication.processEvents()
    chart, cut, legend = chart_of(view), view._slope.slope, view.findChild(Legend)
    qtbot.mouseMove(chart, chart.place(cut.value, cut.loss).toPoint())
    value = float(legend.readout.split(": ")[1])
    assert value == pytest.approx(cut.loss, abs=0.02)
    view.prepare_export()
    assert legend.readout == ""


def test_zoom_shows_a_narrower_part(on: SimpleNamespace, show: Show) -> None:
    view, _ = show(tab="Slope")
    choose(view, EdgePart(1, 0, 0))
    (left, right), _ = chart_of(view).ranges
    on.control(view, "zoom").plus.click()
    (near, far), _ = chart_of(view).ranges
    assert far - near == pytest.approx((right - left) / 3)
    assert on.control(view, "zoom").shown == "zoom ×3"


def test_too_much_work_waits_to_be_asked_for(
    on: SimpleNamespace, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspector_slope, "MOST_POINTS", 29)
    view, trainer = show(tab="Slope")
    choose(view, EdgePart(1, 0, 0))
    assert "computed when asked" in on.text(view)
    assert view._slope.slope is None
    on.control(view, "compute the curve").click()
    assert view._slope.slope is not None
    assert not view._slope._button.isVisible()
    on.advance(view, trainer)
    assert view._slope.slope is None
    monkeypatch.setattr(inspector_slope, "MOST_POINTS", 30)
    monkeypatch.setattr(inspector_slope, "MOST_WORK", 10)
    on.advance(view, trainer)
    assert "computed when asked" in on.text(view)


def test_curves_are_computed_at_their_own_pace(
    on: SimpleNamespace, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    real = slope

    def counting(frame: Any, *rest: Any) -> Any:
        calls.append(frame.update)
        return real(frame, *rest)

    monkeypatch.setattr(inspector_slope, "slope", counting)
    view, trainer = show(tab="Slope")
    choose(view, EdgePart(1, 0, 0))
    view.set_running(True)
    for _ in range(10):
        on.advance(view, trainer)
    assert calls == [3, 4]
    view.show_tab("Step")
    view.set_running(False)
    assert calls == [3, 4]
    view.show_tab("Slope")
    assert calls == [3, 4, 13]
