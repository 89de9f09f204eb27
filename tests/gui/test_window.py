"""The whole window with its real thread: every gesture, every control, while training goes on."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.preferences import Preferences
from nnviz.gui.states import State
from nnviz.gui.theme import DARK, LIGHT, MONOSPACED, SANS
from nnviz.gui.window import MainWindow
from nnviz.run.outline import Outline
from nnviz.run.presets import PRESETS

WAIT = 20_000

Open = Callable[..., MainWindow]


def _update(window: MainWindow) -> int:
    snapshot = window.session.snapshot
    return -1 if snapshot is None else snapshot.frame.update


def _wait_for_update(qtbot: QtBot, window: MainWindow, least: int) -> None:
    qtbot.waitUntil(lambda: _update(window) >= least, timeout=WAIT)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_can_be_shown_and_stepped(open_window: Open, qtbot: QtBot, name: str) -> None:
    window = open_window(name)
    window.grab()
    qtbot.keyClick(window, Qt.Key.Key_Right)
    _wait_for_update(qtbot, window, 1)
    window.grab()
    assert _update(window) == 1


def test_play_learns_and_stops_at_the_epochs(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor", play=True)
    qtbot.waitUntil(lambda: window.session.state is State.FINISHED, timeout=WAIT)
    _wait_for_update(qtbot, window, 500)
    snapshot = window.session.snapshot
    assert snapshot is not None
    assert snapshot.frame.train_accuracy == 1.0
    assert "500 epochs are over" in window.status.event_text
    # The four corners of the truth table have the colours of their classes.
    grid, picture = snapshot.grid, snapshot.output
    for (x, y), target in zip(snapshot.dataset.X_train, snapshot.dataset.y_train, strict=True):
        column = int((x - grid.x_min) / (grid.x_max - grid.x_min) * grid.resolution)
        row = int((y - grid.y_min) / (grid.y_max - grid.y_min) * grid.resolution)
        assert (picture[row, column] > 128) == (target == 1)


def test_every_control_while_running(open_window: Open, qtbot: QtBot) -> None:
    """Each control, by mouse or keyboard, while training goes on: nothing breaks."""
    window = open_window("moons")
    window.training.changed.emit({"epochs": 1_000_000})
    window.session.play()
    _wait_for_update(qtbot, window, 5)
    buttons = [
        button
        for button in window.findChildren(QAbstractButton)
        if button.isVisible() and button.isEnabled() and not _opens_something(button)
    ]
    assert len(buttons) > 25
    for button in buttons:
        if button.isVisible() and button.isEnabled():
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
            qtbot.wait(2)
    for box in window.findChildren(QComboBox):
        for _ in range(box.count()):
            box.setFocus()
            qtbot.keyClick(box, Qt.Key.Key_Down)
            qtbot.wait(2)
    window.session.play()
    qtbot.waitUntil(
        lambda: window.session.state in (State.PLAYING, State.FINISHED, State.DIVERGED),
        timeout=WAIT,
    )
    window.choose_preset("xor")
    qtbot.waitUntil(lambda: window.session.experiment == PRESETS["xor"].experiment, timeout=WAIT)


def _opens_something(button: QAbstractButton) -> bool:
    return getattr(button, "menu", lambda: None)() is not None


def test_presets_from_the_gallery(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    for name in ("or", "circles", "blobs", "course-c14", "moons"):
        window.gallery.chosen.emit(name)
        qtbot.waitUntil(
            lambda name=name: (
                window.session.snapshot is not None
                and window.session.snapshot.frame.experiment == PRESETS[name].experiment
            ),
            timeout=WAIT,
        )
        assert window.gallery.current == name


def test_live_changes_keep_the_weights(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons")
    window.training.changed.emit({"epochs": 1_000_000})
    window.session.play()
    _wait_for_update(qtbot, window, 50)
    for changes in ({"learning_rate": 0.001}, {"batch_size": "full"}, {"l2": 0.01}):
        before = _update(window)
        window.training.changed.emit(changes)
        _wait_for_update(qtbot, window, before + 5)
    assert window.session.state is State.PLAYING
    assert window.session.experiment.l2 == 0.01


def test_changes_can_be_undone_and_redone(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons")
    first = window.session.experiment
    window.training.changed.emit({"learning_rate": 0.5})
    window.topology.hidden_wanted.emit((2, 2))
    last = window.session.experiment
    assert (last.learning_rate, last.hidden) == (0.5, (2, 2))
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.session.experiment == first
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert window.session.experiment == last
    assert window.undo_stack.undoText() == "hidden layers 6 – 4 → 2 – 2"


def test_units_are_added_in_place(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons", play=True)
    _wait_for_update(qtbot, window, 5)
    window.topology.hidden_wanted.emit((7, 4))
    qtbot.waitUntil(
        lambda: (
            window.session.snapshot is not None
            and window.session.snapshot.frame.network.sizes == (2, 7, 4, 1)
        ),
        timeout=WAIT,
    )


def test_an_impossible_change_is_a_message_and_nothing_else(open_window: Open) -> None:
    window = open_window("moons")
    before = window.session.experiment
    window.change({"learning_rate": -3.0})
    assert window.session.experiment == before
    assert window.messages.isVisible()
    assert "learning_rate: -3.0 given" in window.messages.text


def test_divergence_is_a_message_and_a_way_on(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("course-c09-linear")
    window.change({"learning_rate": 1e6})
    window.session.play()
    qtbot.waitUntil(lambda: window.session.state is State.DIVERGED, timeout=WAIT)
    qtbot.waitUntil(lambda: "diverged" in window.messages.text, timeout=WAIT)
    assert not QApplication.activeModalWidget()
    snapshot = window.session.snapshot
    assert snapshot is not None
    assert np.isfinite(snapshot.frame.theta).all()
    window.change({"learning_rate": 0.1})
    window.session.reset()
    window.session.play()
    _wait_for_update(qtbot, window, 50)


def test_a_finite_run_that_gets_nowhere_is_offered_a_way_out(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window("moons")
    window.change({"learning_rate": 1000.0, "activation": "relu", "optimizer": "sgd"})
    window.session.set_speed(math.inf)
    window.session.play()
    qtbot.waitUntil(lambda: "times as high" in window.messages.text, timeout=WAIT)
    assert window.session.state is not State.DIVERGED
    assert "the learning rate, 1000, is too large" in window.messages.text
    button = next(b for b in window.messages.findChildren(QPushButton) if b.isVisible())
    assert button.text() == "Go back to a tenth of the learning rate"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.experiment.learning_rate == 100.0, timeout=WAIT)
    window.undo_stack.undo()
    qtbot.waitUntil(lambda: window.session.experiment.learning_rate == 1000.0, timeout=WAIT)


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (1024, 700)])
def test_a_message_leaves_time_line_and_cards_free(
    open_window: Open, qtbot: QtBot, size: tuple[int, int]
) -> None:
    window = open_window("course-c09-linear")
    window.resize(*size)
    window.change({"learning_rate": 1e6})
    window.session.set_speed(math.inf)
    window.session.play()
    qtbot.waitUntil(lambda: "diverged" in window.messages.text, timeout=WAIT)
    for width in (size[0], size[0] - 60):
        window.resize(width, size[1])
        QApplication.processEvents()
        timeline = window.timeline.geometry().translated(
            window.timeline.parentWidget().mapTo(window, QPoint(0, 0))
        )
        assert not timeline.intersects(window.messages.geometry())
        for card in window.cards.values():
            place = card.geometry().translated(card.parentWidget().mapTo(window, QPoint(0, 0)))
            assert not place.intersects(window.messages.geometry())
        assert window.rect().contains(window.messages.geometry())


def test_names_deletions_and_bookmarks_can_be_undone(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")

    def outline() -> Outline:
        snapshot = window.session.snapshot
        assert snapshot is not None
        assert snapshot.timeline is not None
        return snapshot.timeline

    def names() -> list[str]:
        return [branch.name for branch in outline().branches]

    def becomes(wanted: list[str]) -> None:
        qtbot.waitUntil(lambda: names() == wanted, timeout=WAIT)

    qtbot.keyClick(window, Qt.Key.Key_Right)
    _wait_for_update(qtbot, window, 1)
    window.session.seek(0)
    qtbot.waitUntil(lambda: _update(window) == 0, timeout=WAIT)
    window.change({"learning_rate": 0.5})
    qtbot.keyClick(window, Qt.Key.Key_Right)
    _wait_for_update(qtbot, window, 1)
    becomes(["main", "branch 2"])
    bar = window.timeline
    bar.rename_wanted.emit(2, "faster")
    becomes(["main", "faster"])
    bar.bookmark_wanted.emit("here")
    qtbot.waitUntil(lambda: any(m.kind == "bookmark" for m in outline().marks), timeout=WAIT)
    bar.delete_wanted.emit(1)
    becomes(["faster"])
    window.undo_stack.undo()
    becomes(["main", "faster"])
    window.undo_stack.undo()
    qtbot.waitUntil(lambda: not any(m.kind == "bookmark" for m in outline().marks), timeout=WAIT)
    window.undo_stack.undo()
    becomes(["main", "branch 2"])
    window.undo_stack.redo()
    becomes(["main", "faster"])
    # A name that is taken is refused, and what is undone afterwards is what was done before.
    bar.rename_wanted.emit(2, "main")
    qtbot.waitUntil(lambda: "taken" in window.messages.text, timeout=WAIT)
    window.undo_stack.undo()
    window.undo_stack.undo()
    becomes(["main", "branch 2"])


def test_a_neuron_that_is_pointed_at_takes_the_place_of_the_output(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window("moons")
    output = window.surface.caption
    window.topology.unit_hovered.emit(1, 2)
    assert window.surface.caption != output
    window.topology.unit_left.emit()
    assert window.surface.caption == output


def test_light_dark_and_back(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons")
    for name, theme in (("dark", DARK), ("light", LIGHT)):
        window.appearance.choose(name)
        picture = window.grab().toImage()
        assert picture.pixelColor(2, picture.height() // 2) == theme.ground
    window.appearance.choose("system")


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (1, 1)])
def test_nothing_is_clipped_or_lies_over_another(
    open_window: Open, qtbot: QtBot, size: tuple[int, int]
) -> None:
    window = open_window("moons")
    window.resize(*size)
    QApplication.processEvents()
    parts = [window.transport, window.status, *window.cards.values()]
    frames = [
        part.geometry().translated(part.parentWidget().mapTo(window, QPoint())) for part in parts
    ]
    for index, frame in enumerate(frames):
        assert window.rect().contains(frame)
        assert not any(frame.intersects(other) for other in frames[index + 1 :])
    for part in parts:
        least = part.minimumSizeHint()
        assert part.width() >= least.width()
        assert part.height() >= least.height()


def test_closing_while_running_leaves_nothing(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("spiral", play=True)
    _wait_for_update(qtbot, window, 5)
    window.close()
    assert window.session.state is State.CLOSED
    assert window.session._thread.isFinished()


def test_a_hidden_window_goes_on_training(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("spiral", play=True)
    window.hide()
    before = _update(window)
    _wait_for_update(qtbot, window, before + 50)


def test_the_speed_of_a_preset_gives_way_to_the_users(open_window: Open) -> None:
    window = open_window("xor")
    window.transport.speed_changed.emit(math.inf)
    speeds: list[float] = []
    window.session._speed.connect(speeds.append)
    window.choose_preset("moons")
    assert speeds == []


def test_a_preset_that_is_chosen_again_begins_anew(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor", play=True)
    qtbot.waitUntil(lambda: window.session.state is State.FINISHED, timeout=WAIT)
    window.gallery.chosen.emit("xor")
    qtbot.waitUntil(lambda: window.session.state is State.PAUSED, timeout=WAIT)
    qtbot.waitUntil(lambda: _update(window) == 0, timeout=WAIT)
    window.session.play()
    _wait_for_update(qtbot, window, 500)


def test_a_change_at_the_end_leaves_it_finished(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor", play=True)
    qtbot.waitUntil(lambda: window.session.state is State.FINISHED, timeout=WAIT)
    qtbot.waitUntil(lambda: _update(window) == 500, timeout=WAIT)
    window.change({"learning_rate": 0.2})
    assert window.session.state is State.FINISHED
    window.change({"epochs": 600})
    assert window.session.state is State.PAUSED
    assert window.status.event_text == "Paused."
    window.reset()
    qtbot.waitUntil(lambda: _update(window) == 0, timeout=WAIT)


def test_a_message_goes_when_its_reason_has_gone(open_window: Open) -> None:
    window = open_window("moons")
    for way_out in (
        lambda: window.change({"learning_rate": 0.02}),
        window.reset,
        window.toggle,
        window.step,
        lambda: window.choose_preset("xor"),
    ):
        window.warn("Something was wrong.")
        assert window.messages.isVisible()
        way_out()
        assert not window.messages.isVisible()


def test_what_no_longer_fits_goes_with_a_change_and_is_said(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window("xor")
    weights = [W.copy() for W in window.session.snapshot.frame.weights]
    biases = [b.copy() for b in window.session.snapshot.frame.biases]
    window.change({"initial_parameters": (weights, biases)})
    qtbot.waitUntil(lambda: window.session.state is State.PAUSED)
    before = window.session.experiment
    assert before.initial_parameters is not None
    window.change({"hidden": (3, 3)})
    assert window.session.experiment.initial_parameters is None
    assert window.messages.text == (
        "The given weights do not fit the new network; Ctrl+Z brings them back."
    )
    window.undo_stack.undo()
    assert window.session.experiment == before


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_no_widget_has_the_font_of_the_system(
    open_window: Open, qapp: QApplication, scale: float
) -> None:
    """Also of the first window, whose widgets are made before it is dressed."""
    before = qapp.font(), qapp.styleSheet()
    qapp.setStyleSheet("")
    qapp.setFont(QFont("Sans Serif", 9))
    try:
        window = open_window("xor", preferences=Preferences(scale=scale))
        families = {widget.font().family() for widget in window.findChildren(QWidget)}
        assert families == {SANS, MONOSPACED}
        assert window.transport.font().pixelSize() == round(13 * scale)
    finally:
        qapp.setFont(before[0])
        qapp.setStyleSheet(before[1])
