"""The style sheet: the theme's colours only, pictures that exist, no font that beats setFont."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from nnviz.gui import stylesheet as module
from nnviz.gui.icons import GLYPHS, icon, icon_file, pixmap
from nnviz.gui.stylesheet import stylesheet
from nnviz.gui.theme import LIGHT, THEMES, Theme

themes = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


@themes
def test_qt_understands_it(qapp: QApplication, qtbot: QtBot, theme: Theme) -> None:
    """Qt warns about a sheet that it cannot parse, and a warning fails a test."""
    qapp.setStyleSheet(stylesheet(theme))
    try:
        for kind in (QPushButton, QComboBox, QCheckBox, QLineEdit):
            widget = kind()
            qtbot.addWidget(widget)
            widget.show()
            assert not widget.grab().isNull()
    finally:
        qapp.setStyleSheet("")


@themes
def test_nothing_is_left_to_fill_in(qapp: QApplication, theme: Theme) -> None:
    sheet = stylesheet(theme)
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")


def test_it_has_no_colours_of_its_own() -> None:
    source = Path(module.__file__).read_text("utf-8")
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", source)
    assert "rgb" not in source
    assert not re.search(r":\s*(white|black|gray|red|blue)\b", source)


@themes
def test_it_sets_no_fonts(qapp: QApplication, theme: Theme) -> None:
    assert "font" not in stylesheet(theme)


@themes
def test_its_pictures_exist(qapp: QApplication, theme: Theme) -> None:
    paths = re.findall(r'url\("([^"]+)"\)', stylesheet(theme))
    assert len(paths) >= 4
    for path in paths:
        assert not QImage(path).isNull()
        for scale in (2, 3):
            sharp = QImage(path.replace(".png", f"@{scale}x.png"))
            assert sharp.width() == scale * QImage(path).width()


@themes
def test_a_combo_box_has_an_arrow_and_a_checked_box_a_mark(
    qapp: QApplication, qtbot: QtBot, theme: Theme
) -> None:
    qapp.setStyleSheet(stylesheet(theme))
    try:
        combo, checked, unchecked = QComboBox(), QCheckBox(), QCheckBox()
        checked.setChecked(True)
        for widget in (combo, checked, unchecked):
            qtbot.addWidget(widget)
            widget.resize(100, 26)
            widget.show()
        image = combo.grab().toImage()
        middle = {image.pixelColor(x, y).name() for x in range(82, 96) for y in range(8, 18)}
        assert len(middle) > 2
        assert checked.grab().toImage() != unchecked.grab().toImage()
        mark = checked.grab().toImage()
        colors = {mark.pixelColor(x, y).name() for x in range(14) for y in range(26)}
        assert theme.accent.name() in colors
    finally:
        qapp.setStyleSheet("")


@pytest.mark.parametrize("name", GLYPHS)
def test_every_icon_is_drawn_inside_its_square(qapp: QApplication, name: str) -> None:
    image = pixmap(name, LIGHT.ink, 48).toImage()
    drawn = [(x, y) for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() > 127]
    assert len(drawn) > 40
    for axis in (0, 1):
        values = [point[axis] for point in drawn]
        assert min(values) > 0
        assert max(values) < 47
        # The play triangle's weight lies right of the middle; nothing is further off than that.
        assert abs((min(values) + max(values)) / 2 - 23.5) < 5
    assert not icon(name, LIGHT).isNull()


def test_a_broken_icon_file_is_made_again(qapp: QApplication) -> None:
    path = icon_file("check", LIGHT.accent, 10)
    path.write_bytes(b"")
    assert not QImage(str(icon_file("check", LIGHT.accent, 10))).isNull()
    assert not list(path.parent.glob("tmp*"))


def test_icons_do_without_a_cache(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    from nnviz.gui import icons

    monkeypatch.setattr(icons, "cache_dir", lambda: None)
    icons._folder.cache_clear()
    try:
        path = icon_file("check", LIGHT.accent, 10)
        assert not QImage(str(path)).isNull()
    finally:
        icons._folder.cache_clear()
        icons._process_folder().cleanup()
        icons._process_folder.cache_clear()
