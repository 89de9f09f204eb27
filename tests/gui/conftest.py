"""A real window with its real thread, for the tests that need one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.preferences import Preferences
from nnviz.gui.theme import LIGHT, load_fonts
from nnviz.gui.window import MainWindow
from nnviz.run.presets import PRESETS

WAIT = 20_000

Open = Callable[..., MainWindow]


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[Open]:
    load_fonts()
    windows: list[MainWindow] = []

    def make(
        name: str = "moons", play: bool = False, preferences: Preferences | None = None
    ) -> MainWindow:
        window = MainWindow(PRESETS[name].experiment, LIGHT, name, preferences)
        windows.append(window)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        window.session.set_speed(math.inf)
        window.session.start(play=play)
        qtbot.waitUntil(lambda: window.session.snapshot is not None, timeout=WAIT)
        return window

    yield make
    while windows:
        windows.pop().close()
