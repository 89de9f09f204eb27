"""Loss and accuracy: the right values, ranges that keep still, words and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.curves import CurvesView
from nnviz.gui.views.legend import Legend, Mark
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset

NAN = float("nan")
Show = Callable[..., CurvesView]


def test_the_newest_values_stand_beside_the_names(on: SimpleNamespace, show: Show) -> None:
    experiment = on.moons()
    _, snapshot = on.trained(experiment, 5)
    view = show(experiment)
    assert view.readout == {
        "train": f"{snapshot.frame.train_loss:.4f}",
        "test": f"{snapshot.frame.test_loss:.4f}",
    }
    on.control(view, "accuracy").click()
    assert view.readout == {
        "train": f"{100 * snapshot.frame.train_accuracy:.1f} %",
        "test": f"{100 * snapshot.frame.test_accuracy:.1f} %",
    }


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_curves_lie_where_their_values_are(on: SimpleNamespace, show: Show, theme: Theme) -> None:
    history = on.history_of(train_loss=[1.0, 1.0, 1.0, 1.0, 1.0], test_loss=[0.1] * 5)
    view = show(on.moons(), history=history, theme=theme)
    assert on.color_near(view, 2.5, 0.0, theme.positive)
    assert any(on.color_near(view, x, -1.0, theme.negative) for x in (2.4, 2.5, 2.6))
    on.control(view, "log").click()
    assert on.color_near(view, 2.5, 1.0, theme.positive)
    assert any(on.color_near(view, x, 0.1, theme.negative) for x in (2.4, 2.5, 2.6))
    assert not on.color_near(view, 2.5, 0.55, theme.positive)


def test_train_and_test_differ_by_dash(on: SimpleNamespace, show: Show) -> None:
    view = show(on.moons(), history=on.history_of(train_loss=[1.0] * 50, test_loss=[0.1] * 50))
    image, dashes = view.grab().toImage(), {}
    for name, height, color in (("train", 0.0, LIGHT.positive), ("test", -1.0, LIGHT.negative)):
        start, end = on.pixel(view, 1, height).toPoint(), on.pixel(view, 40, height).toPoint()
        row = [image.pixelColor(x, start.y()) for x in range(start.x(), end.x())]
        colored = [abs(c.red() - color.red()) + abs(c.blue() - color.blue()) < 140 for c in row]
        dashes[name] = int(np.abs(np.diff(np.array(colored, dtype=int))).sum())
    assert dashes["train"] == 0
    assert dashes["test"] > 10


def test_a_penalty_shows_the_data_term_apart(on: SimpleNamespace, show: Show) -> None:
    view = show(on.moons(l2=0.1))
    legend = view.findChild(Legend)
    assert [entry.mark for entry in legend.entries] == [Mark.SOLID, Mark.THIN, Mark.DASHED]
    assert float(view.readout["data"]) < float(view.readout["train"])
    assert "data" not in show(on.moons()).readout


def test_without_a_test_part_there_is_one_curve(on: SimpleNamespace, show: Show) -> None:
    view = show(preset("xor"))
    assert list(view.readout) == ["train"]
    on.control(view, "accuracy").click()
    assert list(view.readout) == ["train"]


def test_a_regression_has_no_accuracy(on: SimpleNamespace, show: Show) -> None:
    inputs = np.random.default_rng(0).uniform(-1, 1, (30, 2))
    regression = Experiment(
        dataset=Points(inputs, inputs.sum(axis=1), task="regression"),
        hidden=(),
        output_activation="linear",
        loss="squared_error",
    )
    view = show(on.moons())
    on.control(view, "accuracy").click()
    trainer, snapshot = on.trained(regression, 3)
    view.reset(trainer.experiment, trainer.dataset)
    view.show_snapshot(snapshot)
    assert not view.header_widgets()[0].isVisibleTo(view)
    assert view.readout["train"] == f"{snapshot.frame.train_loss:.4f}"
    assert on.control(view, "log").isEnabled()


def test_the_log_switch_belongs_to_the_loss(on: SimpleNamespace, show: Show) -> None:
    view = show(on.moons())
    assert on.control(view, "log").isChecked()
    on.control(view, "accuracy").click()
    assert not on.control(view, "log").isEnabled()
    on.control(view, "loss").click()
    assert on.control(view, "log").isEnabled()


def test_the_cursor_reads_out_an_epoch(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    history = on.history_of(
        train_loss=[5.0, 4.0, 3.0, 2.0, 1.0], test_loss=[5.5, NAN, 3.5, 2.5, 1.5]
    )
    view = show(on.moons(), history=history)
    assert view.cursor_text == ""
    on.hover(view, qtbot, 2.1)
    assert view.cursor_text == "epoch 2"
    assert view.readout == {"train": "3.000", "test": "3.500"}
    assert on.color_near(view, 2.0, np.log10(3.0), LIGHT.positive)
    on.hover(view, qtbot, 0.9)
    assert view.readout == {"train": "4.000", "test": "–"}
    QApplication.sendEvent(on.plot(view), QEvent(QEvent.Type.Leave))
    assert view.cursor_text == ""
    assert view.readout == {"train": "1.000", "test": "1.500"}


def test_the_keyboard_reads_out_too(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    history = on.history_of(train_loss=np.linspace(2, 1, 41))
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


def test_ranges_keep_still_while_the_run_goes_on(on: SimpleNamespace, show: Show) -> None:
    losses = 1.0 / np.arange(1, 2001)
    view = show(on.moons(), history=on.history_of(train_loss=losses[:1]))
    _, snapshot = on.trained(on.moons(), 1)
    ranges = set()
    for n in range(2, 2001, 3):
        view.show_snapshot(replace(snapshot, history=on.history_of(train_loss=losses[:n])))
        (left, right), (low, high) = on.plot(view).box.viewRange()
        assert left <= 0
        assert right >= n - 1
        assert low <= np.log10(losses[n - 1])
        assert high >= 0
        ranges.add((left, right, low, high))
    assert len(ranges) < 50


def test_a_new_run_begins_with_ranges_of_its_own(on: SimpleNamespace, show: Show) -> None:
    view = show(on.moons(), history=on.history_of(train_loss=np.full(1000, 100.0)))
    trainer, snapshot = on.trained(on.moons(), 2)
    view.reset(trainer.experiment, trainer.dataset)
    assert view.readout == {}
    view.show_snapshot(snapshot)
    (_, right), _ = on.plot(view).box.viewRange()
    assert right < 3


def test_the_cursor_names_whole_epochs_where_one_can(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    many = on.history_of(train_loss=np.ones(50), epoch=np.arange(50) + 0.27)
    view = show(on.moons(), history=many)
    on.hover(view, qtbot, 30.3)
    assert view.cursor_text == "epoch 30"
    few = on.history_of(train_loss=[1.0, 1.0, 1.0], epoch=[0.0, 0.27, 1.0])
    view = show(on.moons(), history=few)
    on.hover(view, qtbot, 0.3)
    assert view.cursor_text == "epoch 0.27"
    on.hover(view, qtbot, 1.0)
    assert view.cursor_text == "epoch 1"


def test_words_for_those_who_do_not_see(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view = show(on.moons(l2=0.1), epochs=3)
    assert view.accessibleName() == "Loss and accuracy"
    wanted = ("Epoch 3:", "train loss", "penalty", "test loss", "train accuracy")
    qtbot.waitUntil(
        lambda: all(word in view.accessibleDescription() for word in wanted), timeout=3000
    )
    for name in ("loss", "accuracy", "log"):
        assert on.control(view, name).toolTip().count(".") == 1
