"""Buttons and sliders: which keys they leave to the window, and where a press brings a handle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.buttons import PushButton, Slider, ToolButton
from nnviz.gui.theme import Theme

ARROWS = [Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down]


class Window(QWidget):
    """Hears the keys that its buttons leave to it."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[int] = []
        self.clicks: list[bool] = []
        row = QHBoxLayout(self)
        self.buttons = (PushButton("Play"), ToolButton("Step", "Steps."), QPushButton("beside"))
        for button in self.buttons:
            button.clicked.connect(lambda _=False: self.clicks.append(True))
            row.addWidget(button)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.keys.append(event.key())


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    widget = Window()
    qtbot.addWidget(widget)
    widget.show()
    widget.activateWindow()
    QApplication.processEvents()
    return widget


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("reason", [Qt.FocusReason.TabFocusReason, Qt.FocusReason.MouseFocusReason])
def test_arrows_are_the_windows(
    window: Window, qtbot: QtBot, index: int, reason: Qt.FocusReason
) -> None:
    button = window.buttons[index]
    window.buttons[2].setFocus()
    button.setFocus(reason)
    for key in ARROWS:
        qtbot.keyClick(QApplication.focusWidget(), key)
    assert window.keys == ARROWS
    assert button.hasFocus()


@pytest.mark.parametrize("index", [0, 1])
def test_space_is_the_windows_after_a_click(window: Window, qtbot: QtBot, index: int) -> None:
    button = window.buttons[index]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert window.keys == [Qt.Key.Key_Space]
    assert len(window.clicks) == 1
    window.buttons[2].setFocus()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert len(window.clicks) == 2


@pytest.fixture
def slider(qtbot: QtBot, dress: Callable[[str], Theme]) -> Slider:
    dress("light")
    widget = Slider("Speed", "Sets the speed.")
    qtbot.addWidget(widget)
    widget.resize(220, 24)
    widget.set_position(0, maximum=50)
    widget.show()
    QApplication.processEvents()
    return widget


@pytest.fixture
def heard(slider: Slider) -> list[Any]:
    log: list[Any] = []
    slider.moved.connect(lambda position: log.append(("moved", position)))
    slider.settled.connect(lambda position: log.append(("settled", position)))
    return log


@pytest.mark.parametrize(("share", "position"), [(0.0, 0), (0.25, 12), (0.5, 25), (1.0, 50)])
def test_a_press_beside_the_handle_brings_it_there(
    slider: Slider, heard: list[Any], qtbot: QtBot, share: float, position: int
) -> None:
    slider.set_position(30)
    at = QPoint(round(share * (slider.width() - 1)), 12)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=at)
    assert slider.value() == pytest.approx(position, abs=1)
    assert heard == [("moved", slider.value()), ("settled", slider.value())]


def test_after_the_jump_the_handle_follows_the_pointer(
    slider: Slider, heard: list[Any], qtbot: QtBot
) -> None:
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(60, 12))
    qtbot.mouseMove(slider, QPoint(160, 12))
    assert slider.value() == pytest.approx(37, abs=2)
    assert "settled" not in dict(heard)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(160, 12))
    assert heard[-1] == ("settled", slider.value())


def test_with_few_positions_the_nearest_is_taken(
    slider: Slider, heard: list[Any], qtbot: QtBot
) -> None:
    slider.set_position(0, maximum=2)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(85, 12))
    assert slider.value() == 1
    assert heard == [("moved", 1), ("settled", 1)]


def test_a_press_on_the_handle_moves_nothing(
    slider: Slider, heard: list[Any], qtbot: QtBot
) -> None:
    slider.set_position(25)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    qtbot.mouseClick(slider, Qt.MouseButton.RightButton, pos=QPoint(10, 12))
    assert slider.value() == 25
    assert [name for name, _ in heard] == ["settled"]
