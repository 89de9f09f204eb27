"""Loss and accuracy: the right values, ranges that keep still, words and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.gui.export import grab_image
from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.curve_changes import Changes
from nnviz.gui.views.curve_items import dashed, segments, thinned
from nnviz.gui.views.curve_series import (
    Range,
    accuracy_series,
    loss_series,
    nearest,
)
from nnviz.gui.views.curves import CurvesView
from nnviz.gui.views.legend import Legend, Mark
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
    image, at = grab_image(view, 1.0), pixel(view, x, y).toPoint()
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


def test_the_newest_values_stand_beside_the_names(show: Show) -> None:
    experiment = moons()
    _, snapshot = trained(experiment, 5)
    view = show(experiment)
    assert view.readout == {
        "train": f"{snapshot.frame.train_loss:.4f}",
        "test": f"{snapshot.frame.test_loss:.4f}",
    }
    control(view, "accuracy").click()
    assert view.readout == {
        "train": f"{100 * snapshot.frame.train_accuracy:.1f} %",
        "test": f"{100 * snapshot.frame.test_accuracy:.1f} %",
    }


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_curves_lie_where_their_values_are(show: Show, theme: Theme) -> None:
    history = history_of(train_loss=[1.0, 1.0, 1.0, 1.0, 1.0], test_loss=[0.1] * 5)
    view = show(moons(), history=history, theme=theme)
    assert color_near(view, 2.5, 0.0, theme.positive)
    assert any(color_near(view, x, -1.0, theme.negative) for x in (2.4, 2.5, 2.6))
    control(view, "log").click()
    assert color_near(view, 2.5, 1.0, theme.positive)
    assert any(color_near(view, x, 0.1, theme.negative) for x in (2.4, 2.5, 2.6))
    assert not color_near(view, 2.5, 0.55, theme.positive)


def test_train_and_test_differ_by_dash(show: Show) -> None:
    view = show(moons(), history=history_of(train_loss=[1.0] * 50, test_loss=[0.1] * 50))
    image, dashes = grab_image(view, 1.0), {}
    for name, height, color in (("train", 0.0, LIGHT.positive), ("test", -1.0, LIGHT.negative)):
        start, end = pixel(view, 1, height).toPoint(), pixel(view, 40, height).toPoint()
        row = [image.pixelColor(x, start.y()) for x in range(start.x(), end.x())]
        colored = [abs(c.red() - color.red()) + abs(c.blue() - color.blue()) < 140 for c in row]
        dashes[name] = int(np.abs(np.diff(np.array(colored, dtype=int))).sum())
    assert dashes["train"] == 0
    assert dashes["test"] > 10


def test_a_penalty_shows_the_data_term_apart(show: Show) -> None:
    view = show(moons(l2=0.1))
    legend = view.findChild(Legend)
    assert [entry.mark for entry in legend.entries] == [Mark.SOLID, Mark.THIN, Mark.DASHED]
    assert float(view.readout["data"]) < float(view.readout["train"])
    assert "data" not in show(moons()).readout


def test_without_a_test_part_there_is_one_curve(show: Show) -> None:
    view = show(preset("xor"))
    assert list(view.readout) == ["train"]
    control(view, "accuracy").click()
    assert list(view.readout) == ["train"]


def test_a_regression_has_no_accuracy(show: Show) -> None:
    inputs = np.random.default_rng(0).uniform(-1, 1, (30, 2))
    regression = Experiment(
        dataset=Points(inputs, inputs.sum(axis=1), task="regression"),
        hidden=(),
        output_activation="linear",
        loss="squared_error",
    )
    view = show(moons())
    control(view, "accuracy").click()
    trainer, snapshot = trained(regression, 3)
    view.reset(trainer.experiment, trainer.dataset)
    view.show_snapshot(snapshot)
    assert not view.header_widgets()[0].isVisibleTo(view)
    assert view.readout["train"] == f"{snapshot.frame.train_loss:.4f}"
    assert control(view, "log").isEnabled()


def test_the_log_switch_belongs_to_the_loss(show: Show) -> None:
    view = show(moons())
    assert control(view, "log").isChecked()
    control(view, "accuracy").click()
    assert not control(view, "log").isEnabled()
    control(view, "loss").click()
    assert control(view, "log").isEnabled()


def test_the_cursor_reads_out_an_epoch(show: Show, qtbot: QtBot) -> None:
    history = history_of(train_loss=[5.0, 4.0, 3.0, 2.0, 1.0], test_loss=[5.5, NAN, 3.5, 2.5, 1.5])
    view = show(moons(), history=history)
    assert view.cursor_text == ""
    hover(view, qtbot, 2.1)
    assert view.cursor_text == "epoch 2"
    assert view.readout == {"train": "3.000", "test": "3.500"}
    assert color_near(view, 2.0, np.log10(3.0), LIGHT.positive)
    hover(view, qtbot, 0.9)
    assert view.readout == {"train": "4.000", "test": "–"}
    QApplication.sendEvent(plot(view), QEvent(QEvent.Type.Leave))
    assert view.cursor_text == ""
    assert view.readout == {"train": "1.000", "test": "1.500"}


def test_the_keyboard_reads_out_too(show: Show, qtbot: QtBot) -> None:
    history = history_of(train_loss=np.linspace(2, 1, 41))
    view = show(preset("xor"), history=history)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: view.cursor_text == "epoch 40")
    for _ in range(10):
        qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.cursor_text == "epoch 30"
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.cursor_text == "epoch 30", "without Shift the arrows belong to the window"
    for _ in range(50):
        qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.cursor_text == "epoch 0"
    view.clearFocus()
    assert view.cursor_text == ""


def test_ranges_keep_still_while_the_run_goes_on(show: Show) -> None:
    losses = 1.0 / np.arange(1, 2001)
    view = show(moons(), history=history_of(train_loss=losses[:1]))
    _, snapshot = trained(moons(), 1)
    ranges = set()
    for n in range(2, 2001, 3):
        view.show_snapshot(replace(snapshot, history=history_of(train_loss=losses[:n])))
        (left, right), (low, high) = plot(view).box.viewRange()
        assert left <= 0
        assert right >= n - 1
        assert low <= np.log10(losses[n - 1])
        assert high >= 0
        ranges.add((left, right, low, high))
    assert len(ranges) < 50


def test_a_new_run_begins_with_ranges_of_its_own(show: Show) -> None:
    view = show(moons(), history=history_of(train_loss=np.full(1000, 100.0)))
    trainer, snapshot = trained(moons(), 2)
    view.reset(trainer.experiment, trainer.dataset)
    assert view.readout == {}
    view.show_snapshot(snapshot)
    (_, right), _ = plot(view).box.viewRange()
    assert right < 3


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


@pytest.mark.parametrize("history", ODD, ids=range(len(ODD)))
def test_odd_histories_do_no_harm(show: Show, qtbot: QtBot, history: History) -> None:
    view = show(moons(), history=history)
    for name in ("log", "accuracy", "loss", "log"):
        control(view, name).click()
        hover(view, qtbot, 1.0)
        grab_image(view)
    QApplication.sendEvent(plot(view), QEvent(QEvent.Type.Leave))


def test_a_loss_of_zero_lies_on_the_floor() -> None:
    series = loss_series(history_of(train_loss=[1.0, 0.1, 0.0]), LIGHT, True, None)
    heights = series.curves[0].y
    assert heights[:2] == pytest.approx([0.0, -1.0])
    assert heights[2] == series.y_range.low
    assert series.value_texts(2) == ("0",)


@pytest.mark.parametrize(
    ("accuracies", "low"),
    [([0.95, 1.0], 90), ([0.5, 1.0], 50), ([0.38, 1.0], 30), ([1.0], 90), ([0.0, 1.0], 0)],
)
def test_the_axis_of_the_accuracy(accuracies: list[float], low: float) -> None:
    history = history_of(train_accuracy=accuracies, train_loss=accuracies)
    series = accuracy_series(history, LIGHT, None)
    assert series.y_range == Range(low, 100.0, is_percent=True)
    lower = accuracy_series(history_of(train_accuracy=[0.3], train_loss=[1]), LIGHT, series.y_range)
    assert lower.y_range.low == min(low, 30.0)


def test_the_nearest_moment() -> None:
    epochs = np.array([0.0, 1.0, 4.0])
    assert [nearest(epochs, at) for at in (-5, 0.4, 0.6, 2.4, 2.6, 99)] == [0, 0, 1, 1, 2, 2]


def test_the_cursor_names_whole_epochs_where_one_can(show: Show, qtbot: QtBot) -> None:
    many = history_of(train_loss=np.ones(50), epoch=np.arange(50) + 0.27)
    view = show(moons(), history=many)
    hover(view, qtbot, 30.3)
    assert view.cursor_text == "epoch 30"
    few = history_of(train_loss=[1.0, 1.0, 1.0], epoch=[0.0, 0.27, 1.0])
    view = show(moons(), history=few)
    hover(view, qtbot, 0.3)
    assert view.cursor_text == "epoch 0.27"
    hover(view, qtbot, 1.0)
    assert view.cursor_text == "epoch 1"


@pytest.mark.parametrize("n_epochs", [1_000, 3_000, 10_000, 250_000])
@pytest.mark.parametrize("size", [(302, 165), (452, 255), (180, 110)])
def test_the_last_epoch_is_not_cut_off(show: Show, n_epochs: int, size: tuple[int, int]) -> None:
    history = history_of(train_loss=[1.0, 0.1], epoch=[0.0, n_epochs])
    view = show(moons(), history=history, size=size)
    view.show_snapshot(view._snapshot)
    QApplication.processEvents()
    its = plot(view)
    at, text = its.getAxis("bottom")._tickLevels[0][-1]
    assert len(text) >= len("1,000")
    half = its.text_width([(at, text)]) / 2
    assert pixel(view, at, 0).x() + half <= its.geometry().right()


def changed(trainer: Trainer, snapshot: Snapshot, **changes: Any) -> Snapshot:
    """The snapshot at the same moment after a change, as a paused run shows it."""
    trainer.change(**changes)
    return replace(snapshot, frame=trainer.frame())


def test_a_change_in_the_middle_of_a_run_is_marked_and_named(show: Show, qtbot: QtBot) -> None:
    trainer, snapshot = trained(moons(), 10)
    view = show(moons(), epochs=10)
    view.show_snapshot(snapshot)
    view.show_snapshot(changed(trainer, snapshot, activation="relu"))
    view.show_snapshot(changed(trainer, snapshot, learning_rate=0.25))
    trainer.advance_epochs(1)
    view.show_snapshot(replace(snapshot, frame=trainer.frame()))
    hover(view, qtbot, 10.0)
    assert view.cursor_text == "epoch 10: activation ReLU, learning rate 0.25"
    hover(view, qtbot, 5.0)
    assert view.cursor_text == "epoch 5"
    view.reset(trainer.experiment, trainer.dataset)
    view.show_snapshot(snapshot)
    hover(view, qtbot, 10.0)
    assert view.cursor_text == "epoch 10"


def test_a_change_draws_a_dotted_line_and_cuts_the_curve(show: Show) -> None:
    trainer, first = trained(moons(), 2)
    before = history_of(train_loss=[1.0, 1.0, 1.0])
    after = history_of(train_loss=[1.0, 1.0, 0.1, 0.1, 0.1])
    view = show(moons(), history=before)
    view.show_snapshot(replace(first, history=before))
    view.show_snapshot(replace(changed(trainer, first, activation="relu"), history=before))
    update = trainer.update
    after = replace(after, update=np.array([0.0, update / 2, update, update + 1, update + 2]))
    trainer.advance(2)
    view.show_snapshot(replace(first, frame=trainer.frame(), history=after))
    QApplication.processEvents()
    assert color_near(view, 0.5, 0.0, LIGHT.positive)
    assert color_near(view, 3.0, -1.0, LIGHT.positive)
    assert not color_near(view, 1.5, -0.5, LIGHT.positive), "no ramp from one level to the other"
    image, top = grab_image(view, 1.0), pixel(view, 2.0, -0.2).toPoint()
    bottom = pixel(view, 2.0, -0.8).toPoint()
    columns = [
        [image.pixelColor(top.x() + dx, y) != LIGHT.card for y in range(top.y(), bottom.y())]
        for dx in (-1, 0, 1)
    ]
    assert any(0.1 < np.mean(column) < 0.6 for column in columns), "a dotted line"


def test_changes_belong_to_their_run() -> None:
    trainer, snapshot = trained(moons(), 3)
    changes = Changes()
    changes.note(snapshot)
    changes.note(changed(trainer, snapshot, epochs=500))
    assert changes.all == (), "how long it goes on changes no figure"
    changes.note(changed(trainer, snapshot, l2=0.01))
    (change,) = changes.all
    assert (change.text, change.jumps, change.epoch) == ("L2 0.01", True, 3.0)
    changes.note(changed(trainer, snapshot, l2=0.0))
    assert changes.all == (), "and back again at the same moment"
    trainer.advance_epochs(1)
    changes.note(replace(changed(trainer, snapshot, batch_size="full")))
    assert [(change.text, change.jumps) for change in changes.all] == [("batch size full", False)]
    changes.note(snapshot)
    assert [change.text for change in changes.all] == ["batch size 10"], "back in time"
    changes.note(replace(snapshot, run=2))
    assert changes.all == ()


def test_what_is_changed_before_the_first_update_is_no_change() -> None:
    trainer, snapshot = trained(moons(), 0)
    changes = Changes()
    changes.note(snapshot)
    changes.note(changed(trainer, snapshot, activation="relu"))
    assert changes.all == ()


def test_losses_of_any_size_have_room(show: Show) -> None:
    view = show(moons(), history=history_of(train_loss=[1.0, 2e305], test_loss=[1.0, 3.2e-5]))
    assert view.readout == {"train": "2·10³⁰⁵", "test": "3.2·10⁻⁵"}
    widths = {len(entry.widest_value) for entry in view.findChild(Legend).entries}
    assert widths == {len("3.2·10⁻⁵")}


def test_what_the_figures_leave_out_is_said(show: Show) -> None:
    assert show(moons(optimizer="adam")).note == ""
    view = show(moons(optimizer="adamw"))
    assert view.note == "without AdamW's decay"
    _, snapshot = trained(moons(), 1)
    view.show_snapshot(replace(snapshot, frame=replace(snapshot.frame, is_sampled=True)))
    assert view.note == "from a fair sample"


def test_words_for_those_who_do_not_see(show: Show, qtbot: QtBot) -> None:
    view = show(moons(l2=0.1), epochs=3)
    assert view.accessibleName() == "Loss and accuracy"
    wanted = ("Epoch 3:", "train loss", "penalty", "test loss", "train accuracy")
    qtbot.waitUntil(
        lambda: all(word in view.accessibleDescription() for word in wanted), timeout=3000
    )
    for name in ("loss", "accuracy", "log"):
        assert control(view, name).toolTip().count(".") == 1


@pytest.mark.parametrize("size", [(302, 165), (452, 255), (180, 110), (900, 600)])
def test_tick_labels_are_inside_and_apart(show: Show, size: tuple[int, int]) -> None:
    view = show(moons(), history=history_of(train_loss=10.0 ** -np.linspace(0, 7, 300)), size=size)
    its = plot(view)
    assert view.rect().contains(its.geometry())
    line = view.findChild(Legend).sizeHint().height()
    places = [pixel(view, 0, at).y() for at, _ in its.getAxis("left")._tickLevels[0]]
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
