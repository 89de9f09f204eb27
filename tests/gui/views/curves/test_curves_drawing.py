"""How curves are thinned, cut and dashed, and where their axes end."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import LIGHT
from nnviz.gui.views.curve_items import dashed, segments, thinned
from nnviz.gui.views.curve_series import (
    Range,
    accuracy_series,
    loss_series,
    nearest,
)
from nnviz.gui.views.curves import CurvesView
from nnviz.gui.views.legend import Legend
from nnviz.insight.history import History

NAN = float("nan")
Show = Callable[..., CurvesView]


def test_odd_histories_do_no_harm(
    on: SimpleNamespace, show: Show, qtbot: QtBot, odd_history: History
) -> None:
    view = show(on.moons(), history=odd_history)
    for name in ("log", "accuracy", "loss", "log"):
        on.control(view, name).click()
        on.hover(view, qtbot, 1.0)
        view.grab()
    QApplication.sendEvent(on.plot(view), QEvent(QEvent.Type.Leave))


def test_a_loss_of_zero_lies_on_the_floor(on: SimpleNamespace) -> None:
    series = loss_series(on.history_of(train_loss=[1.0, 0.1, 0.0]), LIGHT, True, None)
    heights = series.curves[0].y
    assert heights[:2] == pytest.approx([0.0, -1.0])
    assert heights[2] == series.y_range.low
    assert series.value_texts(2) == ("0",)


@pytest.mark.parametrize(
    ("accuracies", "low"),
    [([0.95, 1.0], 90), ([0.5, 1.0], 50), ([0.38, 1.0], 30), ([1.0], 90), ([0.0, 1.0], 0)],
)
def test_the_axis_of_the_accuracy(on: SimpleNamespace, accuracies: list[float], low: float) -> None:
    history = on.history_of(train_accuracy=accuracies, train_loss=accuracies)
    series = accuracy_series(history, LIGHT, None)
    assert series.y_range == Range(low, 100.0, is_percent=True)
    lower = accuracy_series(
        on.history_of(train_accuracy=[0.3], train_loss=[1]), LIGHT, series.y_range
    )
    assert lower.y_range.low == min(low, 30.0)


def test_the_nearest_moment() -> None:
    epochs = np.array([0.0, 1.0, 4.0])
    assert [nearest(epochs, at) for at in (-5, 0.4, 0.6, 2.4, 2.6, 99)] == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("n_epochs", [1_000, 3_000, 10_000, 250_000])
@pytest.mark.parametrize("size", [(302, 165), (452, 255), (180, 110)])
def test_the_last_epoch_is_not_cut_off(
    on: SimpleNamespace, show: Show, n_epochs: int, size: tuple[int, int]
) -> None:
    history = on.history_of(train_loss=[1.0, 0.1], epoch=[0.0, n_epochs])
    view = show(on.moons(), history=history, size=size)
    view.show_snapshot(view._snapshot)
    QApplication.processEvents()
    its = on.plot(view)
    at, text = its.getAxis("bottom")._tickLevels[0][-1]
    assert len(text) >= len("1,000")
    half = its.text_width([(at, text)]) / 2
    assert on.pixel(view, at, 0).x() + half <= its.geometry().right()


def test_losses_of_any_size_have_room(on: SimpleNamespace, show: Show) -> None:
    view = show(on.moons(), history=on.history_of(train_loss=[1.0, 2e305], test_loss=[1.0, 3.2e-5]))
    assert view.readout == {"train": "2·10³⁰⁵", "test": "3.2·10⁻⁵"}
    widths = {len(entry.widest_value) for entry in view.findChild(Legend).entries}
    assert widths == {len("3.2·10⁻⁵")}


@pytest.mark.parametrize("size", [(302, 165), (452, 255), (180, 110), (900, 600)])
def test_tick_labels_are_inside_and_apart(
    on: SimpleNamespace, show: Show, size: tuple[int, int]
) -> None:
    view = show(
        on.moons(), history=on.history_of(train_loss=10.0 ** -np.linspace(0, 7, 300)), size=size
    )
    its = on.plot(view)
    assert view.rect().contains(its.geometry())
    line = view.findChild(Legend).sizeHint().height()
    places = [on.pixel(view, 0, at).y() for at, _ in its.getAxis("left")._tickLevels[0]]
    assert len(places) >= 2
    assert np.abs(np.diff(places)).min() > 0.8 * line
    assert its.getAxis("bottom").labelText == "epoch"


@given(st.integers(0, 3000), st.integers(0, 5), st.integers(1, 400))
def test_thinning_keeps_the_extremes(n: int, seed: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.uniform(0, width, n)), rng.normal(0, 50, n)
    few_x, few_y = thinned(x, y)
    assert len(few_x) <= max(2 * (width + 1), n if n < 2 * width + 4 else 0)
    assert np.all(np.diff(few_x) >= 0)
    if n:
        assert (few_y.min(), few_y.max()) == (y.min(), y.max())
        assert (few_x[0], few_x[-1]) == (x[0], x[-1])


def test_gaps_cut_the_curve_apart() -> None:
    x, y = np.arange(6.0), np.array([0.0, 1.0, NAN, 3.0, np.inf, 5.0])
    assert segments(x, y).tolist() == [[0, 0, 1, 1]]
    assert segments(x[:1], y[:1]).shape == (0, 4)


@given(
    st.lists(st.tuples(st.floats(0, 5), st.floats(-40, 40)), min_size=1, max_size=60),
    st.floats(1, 9),
    st.floats(1, 9),
)
def test_dashes_lie_on_the_curve_and_leave_gaps(
    steps: list[tuple[float, float]], dash: float, gap: float
) -> None:
    places = np.cumsum(np.vstack([[0.0, 0.0], steps]), axis=0)
    lines = np.column_stack([places[:-1], places[1:]])
    whole = np.hypot(*(lines[:, 2:] - lines[:, :2]).T).sum()
    dashes = dashed(lines, dash, gap)
    drawn = np.hypot(*(dashes[:, 2:] - dashes[:, :2]).T).sum()
    assert drawn <= whole + 1e-6
    if whole > 4 * (dash + gap):
        assert drawn >= 0.6 * whole * dash / (dash + gap)
    if 4 * (dash + gap) < whole < 500:
        assert drawn <= 1.4 * whole * dash / (dash + gap)
