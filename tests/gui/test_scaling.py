"""A scaled interface stays on the screen, and the window comes back to its size."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.preferences import Preferences
from nnviz.gui.window import MainWindow

Open = Callable[..., MainWindow]


def test_a_scale_that_the_screen_cannot_hold_is_refused(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons")
    size = window.size()
    for _ in range(12):
        window.appearance.zoom(1)
        QApplication.processEvents()
    assert 1.0 < window.appearance.scale < 2.0
    assert window.messages.text == "The screen has no room for a larger interface."
    assert window.training.epochs.font().pixelSize() == window.appearance.theme.px(12)
    assert (window.width(), window.height()) == (size.width(), size.height())


def test_the_window_comes_back_to_its_size(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons", preferences=Preferences(width=1100, height=700))
    before = window.size()
    window.resize(1400, 1000)
    window.appearance.zoom(2)
    QApplication.processEvents()
    window.appearance.zoom(0)
    qtbot.waitUntil(lambda: window.size().width() == 1400 and window.size().height() == 1000)
    window.resize(before)
    window.appearance.zoom(1)
    window.appearance.zoom(0)
    qtbot.waitUntil(lambda: window.size() == before)
