"""Where the parts stand: first sizes, room for what is unfolded, and the interface's scale."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from nnviz.gui.arrangement import DATA_HEIGHT, ENOUGH_FOR_MORE, LEFT_COLUMN, RIGHT_COLUMN
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


@pytest.mark.parametrize("height", [800, 1080])
@pytest.mark.parametrize("section", ["points", "network", "objective", "optimizer", "schedule"])
def test_no_field_of_training_moves_when_a_section_unfolds(
    open_window: Open, qtbot: QtBot, height: int, section: str
) -> None:
    window = open_window("moons", preferences=Preferences(height=height))
    field = window.training.learning_rate
    before, sizes = field.mapTo(window, QPoint(0, 0)), _left(window)
    opened = window.more.sections()[section]
    with qtbot.waitSignal(window.more.folded):
        opened.header.click()
    qtbot.wait(20)  # for what is queued
    assert opened.is_open
    assert field.mapTo(window, QPoint(0, 0)) == before
    assert _left(window) == sizes


def test_what_is_unfolded_in_a_slit_gets_room_and_gives_it_back(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window("moons", preferences=Preferences(height=1080))
    splitter = window.arrangement.splitters["left"]
    splitter.moveSplitter(window.cards["more"].y() + 50, 2)
    before = _left(window)
    assert before[2] < ENOUGH_FOR_MORE - 20
    header = window.more.sections()["points"].header
    header.click()
    qtbot.waitUntil(lambda: _left(window)[2] == pytest.approx(ENOUGH_FOR_MORE, abs=2))
    assert _left(window)[1] == before[1]
    header.click()
    qtbot.waitUntil(lambda: _left(window) == pytest.approx(before, abs=8))


@pytest.mark.parametrize("height", [600, 660, 700, 740])
def test_the_presets_keep_their_least_height(open_window: Open, qtbot: QtBot, height: int) -> None:
    window = open_window("moons", preferences=Preferences(height=height))
    before = _left(window)
    with qtbot.waitSignal(window.more.folded):
        window.more.sections()["network"].header.click()
    qtbot.wait(20)  # for what is queued
    data, _, more = _left(window)
    assert data >= window.cards["data"].minimumSizeHint().height()
    assert before[2] <= more <= max(before[2], ENOUGH_FOR_MORE)
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
