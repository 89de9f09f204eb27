"""PresetGallery: pictures made late, one choice, mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QApplication, QVBoxLayout, QWidget
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


def is_left_to_the_window(thumbnail: Thumbnail, key: Qt.Key) -> bool:
    """Whether neither the thumbnail nor the gallery around it wants a key."""
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(thumbnail, event)
    return not event.isAccepted()


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
    qtbot.keyClick(focus(gallery, "xor"), Qt.Key.Key_Return)
    assert chosen == ["xor"] * 3
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
    thumbnail = gallery.thumbnails()["moons"]
    thumbnail.setFocus(Qt.FocusReason.MouseFocusReason)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Down):
        assert is_left_to_the_window(thumbnail, key)
    assert chosen == []
    assert thumbnail.hasFocus()
    assert gallery.verticalScrollBar().value() == 0


def test_after_enter_space_belongs_to_the_window(
    gallery: PresetGallery, chosen: list[str], qtbot: QtBot
) -> None:
    thumbnail = focus(gallery, "xor")
    qtbot.keyClick(thumbnail, Qt.Key.Key_Return)
    assert is_left_to_the_window(thumbnail, Qt.Key.Key_Space)
    assert chosen == ["xor"]


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


def test_what_is_in_view_is_not_scrolled_to(gallery: PresetGallery, qtbot: QtBot) -> None:
    bar = gallery.verticalScrollBar()
    gallery.set_current("xor")
    assert bar.value() == 0
    bar.triggerAction(QAbstractSlider.SliderAction.SliderSingleStepAdd)
    where = bar.value()
    assert where > 0
    gallery.set_current("or-clouds")
    gallery.resize(208, 290)
    assert bar.value() == where


@pytest.mark.parametrize(("height", "is_at_top"), [(420, True), (160, False)])
def test_it_opens_at_the_top_if_the_current_one_is_in_view(
    qtbot: QtBot, height: int, is_at_top: bool
) -> None:
    """The preset is set, as in the window, before there is a layout."""
    window = QWidget()
    qtbot.addWidget(window)
    gallery = PresetGallery(window)
    gallery.set_current("moons")
    QVBoxLayout(window).addWidget(gallery)
    window.resize(230, 150)
    window.show()
    QApplication.processEvents()
    window.resize(230, height)
    QApplication.processEvents()
    assert (gallery.verticalScrollBar().value() == 0) == is_at_top
    moons = gallery.thumbnails()["moons"]
    assert moons.visibleRegion().boundingRect() == moons.rect()


def test_the_hover_frame_goes_with_the_keyboard_and_with_scrolling(
    gallery: PresetGallery, qtbot: QtBot
) -> None:
    thumbnail = gallery.thumbnails()["xor"]
    qtbot.waitUntil(lambda: all(gallery.thumbnails()[n].has_points for n in ("xor", "or")))
    plain = thumbnail.grab().toImage()
    place = QPointF(5, 5)

    def hover() -> None:
        QApplication.sendEvent(thumbnail, QEnterEvent(place, place, place))
        assert thumbnail.grab().toImage() != plain

    hover()
    QApplication.sendEvent(thumbnail, QEvent(QEvent.Type.Leave))
    assert thumbnail.grab().toImage() == plain
    hover()
    qtbot.keyClick(focus(gallery, "or"), Qt.Key.Key_Right)
    assert thumbnail.grab().toImage() == plain
    hover()
    gallery.verticalScrollBar().setValue(20)
    assert thumbnail.grab().toImage() == plain


def test_captions_are_unlike(gallery: PresetGallery) -> None:
    captions = {name: thumbnail.text() for name, thumbnail in gallery.thumbnails().items()}
    assert len(set(captions.values())) == len(captions)
    assert captions["moons"] == "Moons"
    assert captions["course-c14"] == "C14 moons"
    assert captions["course-c03"] == "C03 OR by hand"
    assert captions["course-c09-linear"] == "C09 linear"
    assert gallery.thumbnails()["course-c09-linear"].accessibleName() == "Course: linear regression"


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
