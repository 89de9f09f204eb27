"""PresetGallery: pictures made late, one choice, mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.gallery import COLUMNS, PresetGallery, preset_points
from nnviz.gui.controls.thumbnail import Scatter, Thumbnail
from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.run.presets import PRESETS


@pytest.fixture
def gallery(qtbot: QtBot) -> PresetGallery:
    widget = PresetGallery()
    qtbot.addWidget(widget)
    widget.resize(208, 300)
    widget.show()
    widget.activateWindow()
    QApplication.processEvents()
    return widget


@pytest.fixture
def chosen(gallery: PresetGallery) -> list[str]:
    names: list[str] = []
    gallery.chosen.connect(names.append)
    return names


def focus(gallery: PresetGallery, name: str) -> Thumbnail:
    thumbnail = gallery.thumbnails()[name]
    gallery.setFocus()
    thumbnail.setFocus(Qt.FocusReason.TabFocusReason)
    return thumbnail


def test_every_preset_is_there_the_course_last(gallery: PresetGallery) -> None:
    names = list(gallery.thumbnails())
    assert sorted(names) == sorted(PRESETS)
    is_course = [name.startswith("course-") for name in names]
    assert is_course == sorted(is_course)
    for name, thumbnail in gallery.thumbnails().items():
        assert " ".join(thumbnail.toolTip().split()) == PRESETS[name].hint


def test_a_click_chooses_also_again(
    gallery: PresetGallery, chosen: list[str], qtbot: QtBot
) -> None:
    for _ in range(2):
        qtbot.mouseClick(gallery.thumbnails()["xor"], Qt.MouseButton.LeftButton)
    assert chosen == ["xor", "xor"]
    assert gallery.current == "xor"
    assert [name for name, t in gallery.thumbnails().items() if t.isChecked()] == ["xor"]


def test_the_program_chooses_silently(gallery: PresetGallery, chosen: list[str]) -> None:
    gallery.set_current("moons")
    gallery.set_current("no preset of that name")
    gallery.set_current(None)
    assert chosen == []
    assert not any(thumbnail.isChecked() for thumbnail in gallery.thumbnails().values())


def test_arrows_walk_and_enter_chooses(
    gallery: PresetGallery, chosen: list[str], qtbot: QtBot
) -> None:
    names = list(gallery.thumbnails())
    focus(gallery, names[0])
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(QApplication.focusWidget(), key)
    assert gallery.thumbnails()[names[1 + COLUMNS]].hasFocus()
    assert chosen == []
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert chosen == [names[1 + COLUMNS]]


def test_arrows_reach_every_preset_and_scroll_to_it(gallery: PresetGallery, qtbot: QtBot) -> None:
    names = list(gallery.thumbnails())
    focus(gallery, names[0])
    for name in names[1:]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
        thumbnail = gallery.thumbnails()[name]
        assert thumbnail.hasFocus()
        assert not thumbnail.visibleRegion().isEmpty()


def test_after_a_click_keys_belong_to_the_window(
    gallery: PresetGallery, chosen: list[str], qtbot: QtBot
) -> None:
    thumbnail = gallery.thumbnails()["xor"]
    thumbnail.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.keyClick(thumbnail, Qt.Key.Key_Space)
    qtbot.keyClick(thumbnail, Qt.Key.Key_Right)
    assert chosen == []
    assert thumbnail.hasFocus()


def test_tab_stops_once(gallery: PresetGallery) -> None:
    for name in ("moons", None):
        gallery.set_current(name)
        stops = [
            t for t in gallery.thumbnails().values() if t.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        assert len(stops) == 1


def test_the_current_one_is_scrolled_to(gallery: PresetGallery) -> None:
    last = list(gallery.thumbnails())[-1]
    assert gallery.thumbnails()[last].visibleRegion().isEmpty()
    gallery.set_current(last)
    assert not gallery.thumbnails()[last].visibleRegion().isEmpty()


def test_points_are_made_late_and_once(qtbot: QtBot) -> None:
    asked: list[str] = []

    def points_of(name: str) -> Scatter:
        asked.append(name)
        return Scatter(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([0, 1]), 2)

    gallery = PresetGallery(points_of=points_of)
    qtbot.addWidget(gallery)
    gallery.resize(208, 160)
    assert asked == []
    gallery.show()
    qtbot.waitUntil(lambda: len(asked) >= COLUMNS)
    for _ in range(100):
        QApplication.processEvents()
    assert len(asked) == len(set(asked)) < len(PRESETS)
    gallery.set_theme(DARK)
    QApplication.processEvents()
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_picture_shows_classes_where_they_are(
    gallery: PresetGallery, qtbot: QtBot, theme: Theme
) -> None:
    gallery.set_theme(theme)
    thumbnail = gallery.thumbnails()["xor"]
    qtbot.waitUntil(lambda: thumbnail.has_points)
    image = thumbnail.grab().toImage()
    side, middle = 20, (thumbnail.width() // 2, 27)
    for dx, dy, color in (
        (-1, 1, theme.negative),
        (1, -1, theme.negative),
        (-1, -1, theme.positive),
        (1, 1, theme.positive),
    ):
        at = (middle[0] + dx * side, middle[1] + dy * side)
        assert image.pixelColor(*at) == QColor(color), at


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_points(name: str) -> None:
    scatter = preset_points(name)
    assert scatter.X.shape == (len(scatter.y), 2)
    assert np.isfinite(scatter.X).all()


@pytest.mark.parametrize(
    ("X", "n_classes"),
    [(np.zeros((1, 2)), 2), (np.full((5, 2), 3.0), 5), (np.array([[0.0, 0.0], [1e9, 0.0]]), 0)],
)
def test_odd_points_are_drawn(qtbot: QtBot, X: NDArray[np.float64], n_classes: int) -> None:
    scatter = Scatter(X, np.arange(len(X), dtype=float), n_classes)
    gallery = PresetGallery(points_of=lambda _: scatter)
    qtbot.addWidget(gallery)
    gallery.show()
    first = next(iter(gallery.thumbnails().values()))
    qtbot.waitUntil(lambda: first.has_points)
    assert not first.grab().isNull()


@pytest.mark.parametrize("width", [208, 216, 232])
def test_titles_are_not_cut(qtbot: QtBot, dress: Callable[[str], Theme], width: int) -> None:
    theme = dress("light")
    gallery = PresetGallery()
    qtbot.addWidget(gallery)
    gallery.set_theme(theme)
    gallery.resize(width, 300)
    gallery.show()
    QApplication.processEvents()
    for thumbnail in gallery.thumbnails().values():
        for checked in (False, True):
            thumbnail.setChecked(checked)
            assert "…" not in "".join(thumbnail.title_lines()), thumbnail.name
