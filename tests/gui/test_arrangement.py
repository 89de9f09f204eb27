"""Where the parts stand: first sizes, room for what is unfolded, and the interface's scale."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from nnviz.gui.arrangement import DATA_HEIGHT, LEFT_COLUMN, RIGHT_COLUMN
from nnviz.gui.preferences import Preferences
from nnviz.gui.window import MainWindow

Open = Callable[..., MainWindow]


def _left(window: MainWindow) -> list[int]:
    return window.arrangement.splitters["left"].sizes()


def test_a_window_begins_with_the_sizes_of_the_design(open_window: Open) -> None:
    window = open_window("moons")
    left, _, right = window.arrangement.sizes()["columns"]
    assert (left, right) == (LEFT_COLUMN, RIGHT_COLUMN)
    bar = window.more.verticalScrollBar()
    assert bar.maximum() == 0, "folded, all sections are in view"
    assert _left(window)[0] >= 0.9 * DATA_HEIGHT


def test_a_taller_window_gives_the_room_to_the_presets(open_window: Open) -> None:
    low, tall = open_window("moons"), open_window("moons", preferences=Preferences(height=1080))
    data, training, more = zip(_left(low), _left(tall), strict=True)
    assert data[1] == data[0] + 280
    assert training[1] == training[0]
    assert more[1] == more[0]


def test_what_is_unfolded_gets_room_and_gives_it_back(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons", preferences=Preferences(height=1080))
    before = _left(window)
    header = window.more.sections()["points"].header
    header.click()
    qtbot.waitUntil(lambda: _left(window)[2] > before[2] + 100)
    qtbot.waitUntil(lambda: window.more.verticalScrollBar().maximum() == 0)
    assert _left(window)[1] == before[1]
    header.click()
    qtbot.waitUntil(lambda: _left(window) == pytest.approx(before, abs=8))


def test_the_presets_keep_their_least_height(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons")
    window.more.sections()["network"].header.click()
    least = window.cards["data"].minimumSizeHint().height()
    qtbot.waitUntil(lambda: _left(window)[0] == pytest.approx(least, abs=2))
    assert window.more.verticalScrollBar().maximum() > 0


def test_the_left_column_grows_with_the_scale_and_back(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons", preferences=Preferences(width=1920, height=1080))
    columns = window.arrangement.splitters["columns"]
    before = columns.sizes()
    window.appearance.set_scale(1.4)
    qtbot.waitUntil(lambda: columns.sizes()[0] == pytest.approx(1.4 * LEFT_COLUMN, abs=2))
    window.appearance.set_scale(1.0)
    qtbot.waitUntil(lambda: columns.sizes()[0] == LEFT_COLUMN)
    assert columns.sizes() == pytest.approx(before, rel=0.05)


def test_a_splitter_that_the_user_moved_stays(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons", preferences=Preferences(height=1080))
    splitter = window.arrangement.splitters["left"]
    window.more.sections()["points"].header.click()
    least = window.cards["more"].sizeHint().height()
    qtbot.waitUntil(lambda: _left(window)[2] > least - 20)
    splitter.moveSplitter(window.cards["more"].y() + 60, 2)
    moved = _left(window)
    window.more.sections()["points"].header.click()
    qtbot.wait(50)
    assert _left(window) == moved


def test_room_that_the_user_gave_comes_back_after_folding(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons", preferences=Preferences(height=1080))
    splitter = window.arrangement.splitters["left"]
    splitter.moveSplitter(window.cards["more"].y() - 100, 2)
    chosen = _left(window)
    header = window.more.sections()["optimizer"].header
    header.click()
    qtbot.wait(50)
    assert _left(window)[2] >= chosen[2]
    header.click()
    qtbot.waitUntil(lambda: _left(window) == pytest.approx(chosen, abs=2))
