"""TransportBar: its signals, its states and its read-outs."""

from __future__ import annotations

from math import inf
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.readouts import NOTHING
from nnviz.gui.controls.speed import SPEEDS, show_speed
from nnviz.gui.controls.transport import TransportBar, most_updates
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import Experiment

FRAME = {
    "epoch": 232,
    "update": 4176,
    "train_loss": 0.0065,
    "test_loss": 0.5037,
    "train_accuracy": 1.0,
    "test_accuracy": 0.983,
}


def snapshot(**figures: Any) -> Snapshot:
    return cast(Snapshot, SimpleNamespace(frame=SimpleNamespace(**FRAME | figures)))


@pytest.fixture
def bar(qtbot: QtBot) -> TransportBar:
    widget = TransportBar()
    qtbot.addWidget(widget)
    widget.resize(1256, 52)
    widget.set_state(playing=False, can_play=True, can_step=True, can_reset=True)
    widget.show_experiment(Experiment(epochs=1000, seed=7))
    widget.show()
    widget.activateWindow()
    QApplication.processEvents()
    return widget


@pytest.fixture
def heard(bar: TransportBar) -> list[Any]:
    """The names of all signals sent, with their values where they have one."""
    log: list[Any] = []
    for name in (
        "play_pressed",
        "pause_pressed",
        "step_pressed",
        "step_back_pressed",
        "reset_pressed",
    ):
        cast(SignalInstance, getattr(bar, name)).connect(lambda name=name: log.append(name))
    for name in ("granularity_changed", "speed_changed", "seed_changed"):
        signal = cast(SignalInstance, getattr(bar, name))
        signal.connect(lambda value, name=name: log.append((name, value)))
    return log


def test_buttons(bar: TransportBar, heard: list[Any], qtbot: QtBot) -> None:
    for button in (bar.play, bar.step, bar.reset, bar.new_seed):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert heard == ["play_pressed", "step_pressed", "reset_pressed", ("seed_changed", 8)]


def test_play_becomes_pause_when_the_window_says_so(
    bar: TransportBar, heard: list[Any], qtbot: QtBot
) -> None:
    qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    assert bar.play.text() == "Play"
    bar.set_state(playing=True, can_play=False, can_step=False, can_reset=True)
    assert bar.play.text() == bar.play.accessibleName() == "Pause"
    assert bar.play.isEnabled()
    qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    assert heard == ["play_pressed", "pause_pressed"]


def test_playing_moves_nothing(bar: TransportBar) -> None:
    before = [child.geometry() for child in (bar.play, bar.step, bar.granularity, bar.read_outs)]
    bar.set_state(playing=True, can_play=True, can_step=True, can_reset=True)
    bar.show_snapshot(snapshot())
    QApplication.processEvents()
    after = [child.geometry() for child in (bar.play, bar.step, bar.granularity, bar.read_outs)]
    assert after == before


@pytest.mark.parametrize("name", ["play", "step", "reset"])
def test_states_enable_buttons(bar: TransportBar, name: str) -> None:
    wanted = {f"can_{key}": key == name for key in ("play", "step", "reset")}
    bar.set_state(playing=False, **wanted)
    assert [bar.play.isEnabled(), bar.step.isEnabled(), bar.reset.isEnabled()] == list(
        wanted.values()
    )


@pytest.mark.parametrize(
    ("reason", "ring"),
    [(Qt.FocusReason.TabFocusReason, True), (Qt.FocusReason.MouseFocusReason, False)],
)
def test_the_focus_comes_back_to_a_button_that_was_disabled(
    bar: TransportBar, reason: Qt.FocusReason, ring: bool
) -> None:
    bar.setFocus()
    bar.reset.setFocus(reason)
    bar.set_state(playing=False, can_play=False, can_step=False, can_reset=False)
    assert bar.hasFocus()
    bar.set_state(playing=False, can_play=True, can_step=True, can_reset=True)
    assert bar.reset.hasFocus()
    assert bool(bar.reset.property("ring")) == ring


def test_granularity(bar: TransportBar, heard: list[Any], qtbot: QtBot) -> None:
    bar.set_granularity("epoch")
    assert heard == []
    qtbot.mouseClick(bar.granularity.buttons()[0], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.granularity.buttons()[1], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.granularity.buttons()[2], Qt.MouseButton.LeftButton)
    assert heard == [
        ("granularity_changed", "micro"),
        ("granularity_changed", "update"),
        ("granularity_changed", "epoch"),
    ]


def test_a_step_back_needs_an_earlier_moment(
    bar: TransportBar, heard: list[Any], qtbot: QtBot
) -> None:
    assert not bar.step_back.isEnabled()
    bar.set_can_go_back(True)
    qtbot.mouseClick(bar.step_back, Qt.MouseButton.LeftButton)
    assert heard == ["step_back_pressed"]
    bar.set_state(playing=False, can_play=True, can_step=False, can_reset=True)
    assert not bar.step_back.isEnabled()
    bar.set_state(playing=False, can_play=True, can_step=True, can_reset=True)
    assert bar.step_back.isEnabled()
    bar.set_can_go_back(False)
    assert not bar.step_back.isEnabled()


def test_speed(bar: TransportBar, heard: list[Any], qtbot: QtBot) -> None:
    assert bar.speed.speed == inf
    assert bar.speed.text == "max"
    slider = bar.speed.slider
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert bar.speed.text == "1 update/s"
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert heard == [("speed_changed", 1.0), ("speed_changed", 1.5), ("speed_changed", inf)]


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_speed_is_shown_silently(bar: TransportBar, heard: list[Any], speed: float) -> None:
    bar.set_speed(speed)
    assert bar.speed.speed == speed
    assert bar.speed.text == show_speed(speed)
    assert heard == []


def test_speeds_between_positions_go_to_the_nearest(bar: TransportBar) -> None:
    for asked, shown in ((12.0, 10.0), (0.1, 1.0), (130_000.0, 100_000.0), (1e9, inf)):
        bar.set_speed(asked)
        assert bar.speed.speed == shown


def test_read_outs(bar: TransportBar, heard: list[Any]) -> None:
    bar.show_snapshot(snapshot())
    figures = {
        read_out.caption: read_out.figure
        for read_out in (
            bar.epoch,
            bar.updates,
            bar.train_loss,
            bar.test_loss,
            bar.accuracy,
            bar.seed,
        )
    }
    assert figures == {
        "epoch": "232 / 1,000",
        "updates": "4,176",
        "train loss": "0.0065",
        "test loss": "0.5037",
        "test accuracy": "98.3 %",
        "seed": "7",
    }
    assert heard == []


def test_without_a_test_part_the_training_accuracy_is_shown(bar: TransportBar) -> None:
    bar.show_snapshot(snapshot(test_loss=None, test_accuracy=None, train_accuracy=0.75))
    assert bar.test_loss.figure == NOTHING
    assert (bar.accuracy.caption, bar.accuracy.figure) == ("train accuracy", "75.0 %")


def test_a_regression_has_no_accuracy(bar: TransportBar) -> None:
    bar.show_snapshot(snapshot(test_accuracy=None, train_accuracy=None))
    assert (bar.accuracy.caption, bar.accuracy.figure) == ("test accuracy", NOTHING)


def test_the_menu_opens_from_the_button(bar: TransportBar) -> None:
    menu = QMenu(bar)
    bar.set_menu(menu)
    assert bar.menu_button.menu() is menu


def test_after_a_click_space_is_left_to_the_window(
    bar: TransportBar, heard: list[Any], qtbot: QtBot
) -> None:
    qtbot.mouseClick(bar.reset, Qt.MouseButton.LeftButton)
    qtbot.keyClick(bar.reset, Qt.Key.Key_Space)
    assert heard == ["reset_pressed"]


def test_tab_goes_from_left_to_right(bar: TransportBar, qtbot: QtBot) -> None:
    bar.setFocus()
    bar.reset.setFocus(Qt.FocusReason.TabFocusReason)
    places = []
    for _ in range(7):
        focused = QApplication.focusWidget()
        assert focused is not None
        places.append(focused.mapTo(bar, focused.rect().center()).x())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert places == sorted(places)
    assert bar.reset.hasFocus()


def test_with_the_ring_space_and_enter_press(
    bar: TransportBar, heard: list[Any], qtbot: QtBot
) -> None:
    bar.setFocus()
    bar.step.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(bar.step, Qt.Key.Key_Space)
    qtbot.keyClick(bar.step, Qt.Key.Key_Return)
    assert heard == ["step_pressed", "step_pressed"]


@pytest.mark.parametrize(
    ("changes", "updates"),
    [({}, 200 * 15), ({"batch_size": "full"}, 200), ({"batch_size": 1, "epochs": 3}, 450),
     ({"batch_size": 149, "test_fraction": 0.0}, 400), ({"batch_size": 1000}, 200)],
)  # fmt: skip
def test_most_updates(changes: dict[str, Any], updates: int) -> None:
    experiment = Experiment(n_samples=200, test_fraction=0.25, batch_size=10, epochs=200)
    assert most_updates(experiment.evolve(**changes)) == updates


def test_right_does_not_wander_from_a_button_into_the_choice_of_steps(
    bar: TransportBar, heard: list[Any], qtbot: QtBot
) -> None:
    bar.setFocus()
    bar.step.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(3):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert heard == []
    assert bar.step.hasFocus()
