"""Every icon is there, is drawn, and takes the colour asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QIcon, QPixmap
from pytestqt.qtbot import QtBot

from nnviz.gui import icons
from nnviz.gui.theme import LIGHT


@pytest.mark.parametrize("name", icons.GLYPHS)
def test_a_glyph_is_drawn_inside_its_square(qtbot: QtBot, name: str) -> None:
    picture = icons.pixmap(name, QColor("#c01020"), 48).toImage()
    inked = [(x, y) for x in range(48) for y in range(48) if picture.pixelColor(x, y).alpha() > 128]
    assert len(inked) > 60
    assert all(0 < x < 47 and 0 < y < 47 for x, y in inked)
    assert any(picture.pixelColor(x, y) == QColor("#c01020") for x, y in inked)


def test_a_disabled_icon_is_paler(qtbot: QtBot) -> None:
    made = icons.icon("play", LIGHT)
    normal = made.pixmap(24, QIcon.Mode.Normal).toImage().pixelColor(12, 12)
    disabled = made.pixmap(24, QIcon.Mode.Disabled).toImage().pixelColor(12, 12)
    assert disabled.lightness() > normal.lightness()


def test_a_file_that_was_spoilt_is_made_again(qtbot: QtBot) -> None:
    path = icons.icon_file("check", QColor("#123456"), 12)
    path.write_bytes(b"no picture")
    assert icons.icon_file("check", QColor("#123456"), 12) == path
    assert QPixmap(str(path)).width() == 12
    assert (path.parent / f"{path.stem}@3x.png").is_file()


def test_without_a_cache_folder_there_are_icons_too() -> None:
    script = (
        "from PySide6.QtGui import QColor, QGuiApplication\n"
        "from nnviz.gui import icons\n"
        "app = QGuiApplication([])\n"
        "print(icons.icon_file('check', QColor('red'), 12))\n"
    )
    environment = dict(os.environ) | {"HOME": "/dev/null", "XDG_CACHE_HOME": "/dev/null/cache"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).exists()  # it went with its process
