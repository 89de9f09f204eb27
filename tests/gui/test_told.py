"""What a gesture has led to is said, where it is more than meets the eye."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QPushButton
from pytestqt.qtbot import QtBot

from nnviz.gui.experiment_editor import NEW_RUN
from nnviz.gui.states import State
from nnviz.gui.views.header_controls import HeaderTab
from nnviz.gui.views.inspector_text import TextPane
from nnviz.gui.window import MainWindow
from nnviz.insight.parts import EdgePart
from nnviz.run.presets import PRESETS

WAIT = 20_000

Open = Callable[..., MainWindow]


def _diverged(open_window: Open, qtbot: QtBot) -> MainWindow:
    """A window whose run has diverged, which has been said."""
    window = open_window("course-c09-linear")
    window.change({"learning_rate": 1e6})
    window.session.set_speed(math.inf)
    window.session.play()
    qtbot.waitUntil(lambda: window.session.state is State.DIVERGED, timeout=WAIT)
    qtbot.waitUntil(lambda: "diverged" in window.messages.text, timeout=WAIT)
    return window


def test_a_change_that_begins_a_new_run_says_how_to_get_the_old_one_back(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window("xor")
    session = window.session
    window.change({"seed": 7})
    assert window.messages.text != NEW_RUN, "nothing was trained yet"
    qtbot.waitUntil(lambda: session.state is State.PAUSED, timeout=WAIT)
    session.step("epoch")
    qtbot.waitUntil(lambda: not session.is_fresh, timeout=WAIT)
    window.change({"learning_rate": 0.01})
    assert window.messages.text != NEW_RUN, "the run goes on"
    window.change({"output_activation": "tanh", "loss": "squared_error"})
    assert window.messages.text == NEW_RUN
    qtbot.waitUntil(lambda: session.state is State.PAUSED, timeout=WAIT)
    window.undo_stack.undo()
    qtbot.waitUntil(lambda: not session.is_fresh, timeout=WAIT)


def test_the_way_out_of_a_divergence_says_where_it_has_led(open_window: Open, qtbot: QtBot) -> None:
    window = _diverged(open_window, qtbot)
    session = window.session
    button = next(b for b in window.messages.findChildren(QPushButton) if b.isVisible())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.experiment.learning_rate == 5e5, timeout=WAIT)
    snapshot = session.snapshot
    assert snapshot is not None
    assert f"Back at update {snapshot.frame.update:,};" in window.messages.text
    assert "from there the learning rate is 500000." in window.messages.text
    assert window.messages.isVisible()


def test_the_way_out_takes_no_change_of_the_loss_back(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    _trained(window, qtbot, 2)
    window.change({"loss": "squared_error"})
    session = window.session
    qtbot.waitUntil(lambda: session.snapshot.frame.experiment.loss == "squared_error", timeout=WAIT)
    window.editor.go_back_and_divide_rate(2)
    qtbot.waitUntil(lambda: session.experiment.learning_rate == 0.025, timeout=WAIT)
    assert session.experiment.loss == "squared_error"
    assert session.snapshot is not None
    assert session.snapshot.frame.update == 2


def test_a_nudge_after_an_undo_is_a_gesture_of_its_own(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    _trained(window, qtbot, 1)
    gesture = object()
    for value in (0.1, 0.2):
        window.topology.parameter_dragged.emit(EdgePart(1, 0, 0), value, gesture)
    assert window.undo_stack.count() == window.undo_stack.index() == 1
    window.undo_stack.undo()
    window.topology.parameter_dragged.emit(EdgePart(1, 0, 0), 0.3, gesture)
    assert window.undo_stack.index() == 1
    assert not window.undo_stack.canRedo()


def test_a_bookmark_is_of_the_moment_at_which_it_was_asked_for(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window("moons")
    window.session.set_speed(100.0)
    window.session.play()
    qtbot.waitUntil(lambda: not window.session.is_fresh, timeout=WAIT)
    QTest.keyClick(window.transport, Qt.Key.Key_B)
    assert window.session.state is State.PAUSED


@pytest.mark.parametrize("rate", [50.0, 1e6])
def test_no_update_before_a_divergence_is_left_untold(
    open_window: Open, qtbot: QtBot, rate: float
) -> None:
    window = open_window("xor")
    window.change({"activation": "relu", "output_activation": "linear", "loss": "squared_error"})
    qtbot.waitUntil(lambda: window.session.state is State.PAUSED, timeout=WAIT)
    window.change({"optimizer": "sgd", "learning_rate": rate})
    window.session.set_speed(math.inf)
    window.session.play()
    qtbot.waitUntil(lambda: "diverged" in window.messages.text, timeout=WAIT)
    text = window.messages.text
    diverged, shown = (
        int(re.search(pattern, text)[1])  # type: ignore[index]
        for pattern in (r"diverged at update (\d+)", r"Shown is update (\d+)")
    )
    taken_back = re.findall(r"update (\d+) was taken back", text)
    assert [int(update) for update in taken_back] == list(range(shown + 1, diverged))


@pytest.mark.parametrize("choice", ["side by side", "subtracted"])
@pytest.mark.parametrize("changes", [{}, {"loss": "squared_error"}, {"l2": 0.1}])
@pytest.mark.parametrize("preset", ["xor", "moons", "blobs", "course-c14"])
def test_a_comparison_is_seen_without_scrolling_and_says_why_losses_are_not_subtracted(
    open_window: Open, qtbot: QtBot, preset: str, changes: dict[str, Any], choice: str
) -> None:
    window = open_window(preset)
    window.resize(1280, 800)
    view, session = window.inspector, window.session
    session.step("epoch")
    qtbot.waitUntil(lambda: not session.is_fresh, timeout=WAIT)
    view.show_tab("Compare")
    view.pin_wanted.emit()
    if changes:
        window.change(changes)
    for _ in range(2):
        before = session.snapshot
        session.step("epoch")
        qtbot.waitUntil(lambda before=before: session.snapshot is not before, timeout=WAIT)
    tab = next(tab for tab in view.findChildren(HeaderTab) if tab.text() == choice)
    tab.click()
    page = view._compare
    qtbot.waitUntil(lambda: page.difference is not None and page.difference.largest is not None)
    qtbot.wait(50)  # for what the layouts queue
    found = page.difference
    assert found is not None
    panes = [pane for pane in page.findChildren(TextPane) if pane.isVisible()]
    said = "\n".join(pane.toPlainText() for pane in panes)
    for pane in panes:
        assert pane.verticalScrollBar().maximum() == 0, said
    assert found.reason_of_losses in said
    is_other = session.experiment.loss != PRESETS[preset].experiment.loss
    assert bool(found.reason_of_losses) == is_other
    assert (page._table.columns["train loss"][2] == "–") == is_other
    assert ("changed class" in said) == (found.train is not None)
    assert "layer" in said or "output" in said


def _trained(window: MainWindow, qtbot: QtBot, epochs: int = 3) -> None:
    session = window.session
    for _ in range(epochs):
        before = session.snapshot
        session.step("epoch")
        qtbot.waitUntil(lambda before=before: session.snapshot is not before, timeout=WAIT)


def test_what_was_said_of_one_moment_goes_with_it(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    _trained(window, qtbot)
    window.change({"hidden": (4, 3)})
    assert "begin anew" in window.messages.text
    assert window.messages.isVisible()
    window.timeline.seek_wanted.emit(1)
    assert not window.messages.isVisible()


def test_undo_and_redo_say_what_they_did(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    _trained(window, qtbot)
    window.change({"hidden": (4, 3)})
    window.undo_stack.undo()
    assert window.messages.text.startswith("Undone: hidden layers ")
    assert window.messages.isVisible()
    window.undo_stack.redo()
    assert window.messages.text.startswith("Redone: hidden layers ")
    window.topology.parameter_dragged.emit(EdgePart(2, 0, 1), 0.5, object())
    assert not window.messages.isVisible()
    window.undo_stack.undo()
    weight = "weight from unit 2 of layer 1 to the output"
    assert window.messages.text == f"Undone: {weight}."


def test_a_deleted_branch_says_how_it_comes_back(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    _trained(window, qtbot)
    window.timeline.seek_wanted.emit(1)
    window.change({"learning_rate": 0.5})
    _trained(window, qtbot)
    snapshot = window.session.snapshot
    assert snapshot is not None
    assert snapshot.timeline is not None
    other = next(b for b in snapshot.timeline.branches if not b.is_current)
    window.timeline.delete_wanted.emit(other.number)
    assert window.messages.text == "The branch is deleted; Ctrl+Z brings it back."


def test_watching_is_not_called_a_pause(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    _trained(window, qtbot)
    assert window.status.event_text == "Paused."
    window.inspector.watch_toggled.emit(True)
    assert window.status.event_text == "Watching micro-steps."
    window.inspector.watch_toggled.emit(False)
    assert window.status.event_text == "Paused."


def test_the_way_out_of_a_divergence_is_offered_again(open_window: Open, qtbot: QtBot) -> None:
    window = _diverged(open_window, qtbot)
    window.messages.hide()
    window.step()
    buttons = [b for b in window.messages.findChildren(QPushButton) if b.isVisible()]
    assert [b.text() for b in buttons] == ["Go back and halve the learning rate"]


def test_escape_lets_go_of_what_is_chosen_wherever_it_is_pressed(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window("xor")
    chosen: list[object] = []
    window.topology.part_chosen.connect(chosen.append)
    window.topology._hands.choose(EdgePart(1, 0, 0))
    window.transport.setFocus()
    QTest.keyClick(window.transport, Qt.Key.Key_Escape)
    assert chosen == [EdgePart(1, 0, 0), None]


def test_b_sets_a_bookmark_wherever_nothing_is_typed(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    window.transport.setFocus()
    QTest.keyClick(window.transport, Qt.Key.Key_B)
    dialog = window.timeline.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("here")
    dialog.accept()
    snapshots = window.session
    qtbot.waitUntil(
        lambda: any(mark.words == "here" for mark in snapshots.snapshot.timeline.marks),
        timeout=WAIT,
    )
    field = window.training.learning_rate
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_B)
    assert not [d for d in window.timeline.findChildren(QInputDialog) if d.isVisible()]


def test_a_click_on_a_point_of_the_output_shows_it_alone_in_the_walk(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window("xor")
    walk, shown = window.travels.walk, []
    walk.shown.connect(lambda steps, _number: shown.append(steps and steps[0].values["points"]))
    window.transport.set_granularity("micro")
    window.travels.set_granularity("micro")
    window.surface.point_clicked.emit(1)
    assert shown == [], "nobody walks"
    window.step()
    for expected in ([0, 1, 2, 3], [1], [0, 1, 2, 3]):
        qtbot.waitUntil(lambda: not walk.is_waiting and bool(shown), timeout=WAIT)
        assert shown[-1].tolist() == expected
        window.surface.point_clicked.emit(1)
