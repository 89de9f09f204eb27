"""Appearance, palette, scale and motion: chosen in one place, followed everywhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Qt
from pytestqt.qtbot import QtBot

from nnviz.gui.appearance import Appearance
from nnviz.gui.preferences import Preferences
from nnviz.gui.theme import DARK, LARGEST_SCALE, LIGHT, PALETTES, SMALLEST_SCALE, Theme
from nnviz.gui.window import MainWindow

Open = Callable[..., MainWindow]


@pytest.fixture
def owner(qtbot: QtBot) -> QObject:
    return QObject()


def test_choices_become_a_theme(owner: QObject) -> None:
    appearance = Appearance(DARK, Preferences(), owner)
    seen: list[Theme] = []
    appearance.changed.connect(seen.append)
    assert appearance.theme == DARK
    appearance.choose("light")
    appearance.choose_palette("brown-teal")
    appearance.set_scale(1.5)
    appearance.set_scale(1.5)
    assert seen == [
        LIGHT,
        LIGHT.adapted("brown-teal", 1.0),
        LIGHT.adapted("brown-teal", 1.5),
    ]
    appearance.choose("system")
    assert appearance.theme == DARK.adapted("brown-teal", 1.5)


def test_the_scale_stays_within_its_limits(owner: QObject) -> None:
    appearance = Appearance(LIGHT, Preferences(), owner)
    for _ in range(40):
        appearance.zoom(1)
    assert appearance.scale == LARGEST_SCALE
    for _ in range(40):
        appearance.zoom(-1)
    assert appearance.scale == SMALLEST_SCALE
    appearance.zoom(0)
    assert appearance.scale == 1.0
    assert appearance.theme.scale == 1.0


def test_motion_is_told_once(owner: QObject) -> None:
    appearance = Appearance(LIGHT, Preferences(reduce_motion=True), owner)
    told: list[bool] = []
    appearance.motion_changed.connect(told.append)
    appearance.reduce_motion(True)
    appearance.reduce_motion(False)
    assert told == [False]
    assert not appearance.reduces_motion


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_palette_leaves_all_but_its_ends(theme: Theme, name: str) -> None:
    adapted = theme.adapted(name, 1.0)
    assert (adapted.ink, adapted.ground, adapted.neutral) == (
        theme.ink,
        theme.ground,
        theme.neutral,
    )
    assert adapted.negative != adapted.positive
    assert adapted.signed_table()[255] == adapted.positive.rgb()
    assert hash(adapted) == hash(theme.adapted(name, 1.0))
    assert adapted == theme.adapted(name, 1.0)


def test_lengths_and_fonts_follow_the_scale() -> None:
    large = LIGHT.adapted("orange-blue", 1.5)
    assert large.px(12) == 18
    assert large.px(0) == 0
    assert LIGHT.adapted("orange-blue", 0.75).px(1) == 1
    assert large.font(12).pixelSize() == 18
    assert large.mono(12).pixelSize() == 18
    assert large.heading(12).pixelSize() == 18


def test_keys_scale_the_window_and_back(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons")
    control = Qt.KeyboardModifier.ControlModifier
    before = window.grab().toImage()
    qtbot.keyClick(window, Qt.Key.Key_Equal, control)
    qtbot.keyClick(window, Qt.Key.Key_Plus, control)
    assert window.appearance.scale == pytest.approx(1.2)
    assert window.training.epochs.font().pixelSize() == 14
    qtbot.keyClick(window, Qt.Key.Key_Minus, control)
    assert window.appearance.scale == pytest.approx(1.1)
    qtbot.keyClick(window, Qt.Key.Key_0, control)
    assert window.appearance.scale == 1.0
    assert window.grab().toImage().size() == before.size()


def test_menu_and_choices_agree(open_window: Open) -> None:
    window = open_window("moons")
    window.appearance.choose("dark")
    window.appearance.choose_palette("red-blue")
    window.appearance.reduce_motion(True)
    checked = {
        action.text().replace("&", "")
        for menu in window.commands.menu.findChildren(type(window.commands.menu))
        for action in menu.actions()
        if action.isChecked()
    }
    assert {"Dark", PALETTES["red-blue"].label} <= checked
    motion = [a for a in window.commands.menu.actions() if a.text() == "Reduce &motion"]
    assert motion[0].isChecked()
    motion[0].trigger()
    assert not window.appearance.reduces_motion
