"""Keys and focus in the whole window: what Space, arrows and letters do, and where."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.states import State
from nnviz.gui.window import MainWindow
from nnviz.run.presets import PRESETS
from nnviz.run.trainer import Trainer

WAIT = 20_000

Open = Callable[..., MainWindow]


def _update(window: MainWindow) -> int:
    snapshot = window.session.snapshot
    return -1 if snapshot is None else snapshot.frame.update


def _wait_for_update(qtbot: QtBot, window: MainWindow, least: int) -> None:
    qtbot.waitUntil(lambda: _update(window) >= least, timeout=WAIT)


@pytest.mark.parametrize(
    ("key", "modifier"),
    [
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier),
    ],
)
def test_space_plays_and_pauses(
    open_window: Open, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    window = open_window()
    window.change({"epochs": 1_000_000})  # or a fast machine is done before it is asked
    qtbot.keyClick(window, key, modifier)
    _wait_for_update(qtbot, window, 10)
    assert window.session.state is State.PLAYING
    qtbot.keyClick(window, key, modifier)
    assert window.session.state is State.PAUSED


def test_keys_step_reset_and_choose_the_granularity(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    per_epoch = Trainer(PRESETS["moons"].experiment).updates_per_epoch
    qtbot.keyClick(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: _update(window) == 1, timeout=WAIT)
    qtbot.keyClick(window, Qt.Key.Key_3)
    qtbot.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: _update(window) == per_epoch, timeout=WAIT)
    qtbot.keyClick(window, Qt.Key.Key_2)
    qtbot.keyClick(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: _update(window) == per_epoch + 1, timeout=WAIT)
    qtbot.keyClick(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: _update(window) == 0, timeout=WAIT)


def test_typing_into_a_field_is_no_command(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    field = window.training.epochs
    field.setFocus()
    field.selectAll()
    for key in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_R, Qt.Key.Key_Right):
        qtbot.keyClick(field, key)
    qtbot.wait(50)
    assert _update(window) == 0
    assert window.session.state is State.PAUSED


def test_no_key_is_given_twice(open_window: Open) -> None:
    window = open_window()
    keys = [
        shortcut.toString()
        for action in set(window.findChildren(QAction)) | set(window.actions())
        for shortcut in action.shortcuts()
        if not shortcut.isEmpty()
    ]
    assert len(keys) == len(set(keys))
    usual = ("Ctrl+Z", "Ctrl+Y", "Ctrl+Shift+Z", "Ctrl+O", "Ctrl+S", "Ctrl+E", "F1", "Ctrl+Space")
    assert set(usual) <= set(keys)


@pytest.mark.parametrize("button", ["discretise", "test points", "accuracy", "log"])
def test_space_plays_after_a_click_on_a_views_control(
    open_window: Open, qtbot: QtBot, button: str
) -> None:
    window = open_window("moons")
    found = [
        widget
        for widget in window.findChildren(QAbstractButton)
        if widget.text() == button and widget.isVisible()
    ]
    assert len(found) == 1
    window.transport.setFocus()
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)
    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Space)
    assert window.session.state is State.PLAYING


def test_arrows_step_whatever_button_has_the_focus(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons")
    made = 0
    for button in window.findChildren(QAbstractButton):
        is_ready = button.isVisible() and button.isEnabled()
        if not is_ready or _walks_by_arrows(button) or window.topology.isAncestorOf(button):
            continue
        button.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(button, Qt.Key.Key_Right)
        made += 1
        qtbot.waitUntil(lambda made=made: _update(window) == made, timeout=WAIT)
    assert made > 8


def _walks_by_arrows(button: QAbstractButton) -> bool:
    """Segments and thumbnails: within them the arrows choose, as within the network."""
    return type(button).__name__ in ("_SegmentButton", "Thumbnail")


def test_every_focusable_widget_has_a_name(open_window: Open) -> None:
    window = open_window("moons")
    nameless = [
        f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
    ]
    assert nameless == []


def test_the_list_of_keys_does_not_block(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    qtbot.keyClick(window, Qt.Key.Key_F1)
    boxes = [widget for widget in QApplication.topLevelWidgets() if widget.windowTitle() == "Keys"]
    assert len(boxes) == 1
    assert not boxes[0].isModal()
    boxes[0].close()
