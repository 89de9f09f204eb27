"""What outlives a session comes back; garbage means the defaults."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui import preferences as module
from nnviz.gui.preferences import (
    FILE,
    MOST_RECENT,
    Preferences,
    load_preferences,
    read_preferences,
    save_preferences,
)
from nnviz.gui.preset_tracker import PresetTracker
from nnviz.gui.theme import THEMES
from nnviz.gui.window import MainWindow
from nnviz.run.presets import PRESETS

Open = Callable[..., MainWindow]

CHOSEN = Preferences(
    appearance="dark",
    palette="purple-green",
    scale=1.2,
    reduce_motion=True,
    width=1500,
    height=900,
    splitters={"columns": (250, 700, 400), "right": (300, 400)},
    recent_presets=("spiral", "xor"),
)


def test_they_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "settings_dir", lambda: tmp_path)
    assert load_preferences() == Preferences()
    save_preferences(CHOSEN)
    assert load_preferences() == CHOSEN
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_without_a_folder_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "settings_dir", lambda: None)
    save_preferences(CHOSEN)
    assert load_preferences() == Preferences()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"scale": "big", "palette": "purple-green"}', Preferences(palette="purple-green")),
        ('{"palette": "mauve", "appearance": "pink", "scale": 1.5}', Preferences(scale=1.5)),
        ('{"recent_presets": ["xor", "gone", "xor", "moons"]}', ("xor", "moons")),
        ('{"splitters": {"columns": [1, -2]}, "width": 900}', Preferences(width=900)),
        ('{"width": 1e999, "height": 1.5, "is_maximized": 1}', Preferences()),
        ('{"from": "a later version", "scale": 2.0}', Preferences(scale=2.0)),
        ('{"\\ud800": 1, "appearance": "\\ud800"}', Preferences()),
        ('{"scale": NaN}', Preferences()),
        ("[]", Preferences()),
        ("", Preferences()),
        ("[" * 100_000, Preferences()),
        ("\x00\xff", Preferences()),
    ],
)
def test_garbage_means_defaults_and_the_rest_is_kept(
    tmp_path: Path, text: str, expected: Preferences | tuple[str, ...]
) -> None:
    path = tmp_path / FILE
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    read = read_preferences(path)
    if isinstance(expected, tuple):
        assert read == Preferences(recent_presets=expected)
    else:
        assert read == expected


def test_a_window_begins_as_the_last_one_ended(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons", preferences=CHOSEN)
    assert window.appearance.theme == THEMES["dark"].adapted("purple-green", 1.2)
    assert (window.width(), window.height()) == (1500, 900)
    assert window.presets.recent == ("moons", "spiral", "xor")
    assert window.commands.menu.isEnabled()
    window.choose_preset("circles")
    window.appearance.zoom(-1)
    window.appearance.choose_palette("red-blue")
    window.arrangement.restore({"columns": (300, 500, 600)})
    kept = window.preferences
    assert kept.recent_presets == ("circles", "moons", "spiral", "xor")
    assert (kept.scale, kept.palette, kept.appearance) == (1.1, "red-blue", "dark")
    assert kept.reduce_motion
    other = open_window("moons", preferences=kept)
    QApplication.processEvents()
    assert other.preferences.splitters["columns"] == pytest.approx(kept.splitters["columns"], abs=3)
    assert other.appearance.theme == window.appearance.theme


def test_the_program_keeps_them_from_start_to_start(tmp_path: Path) -> None:
    environment = dict(os.environ) | {
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }

    def run(*arguments: str) -> Preferences:
        command = [sys.executable, "-m", "nnviz", "--quit-after", "0.3", *arguments]
        subprocess.run(command, env=environment, check=True, timeout=60)
        return read_preferences(tmp_path / "config" / "nnviz" / FILE)

    assert run("--preset", "spiral").recent_presets == ("spiral",)
    path = tmp_path / "config" / "nnviz" / FILE
    path.write_text(CHOSEN.model_dump_json())
    kept = run("--preset", "blobs")
    assert kept.recent_presets == ("blobs", "spiral", "xor")
    assert (kept.scale, kept.palette, kept.appearance) == (1.2, "purple-green", "dark")
    assert (kept.width, kept.height) == (1500, 900)
    assert run().recent_presets == kept.recent_presets


def test_sizes_of_another_arrangement_are_ignored(open_window: Open) -> None:
    strange = Preferences(splitters={"columns": (1, 2), "right": (0, 0), "gone": (5,)})
    window = open_window("moons", preferences=strange)
    assert window.arrangement.sizes().keys() == {"columns", "left", "center", "right"}
    assert min(window.arrangement.sizes()["columns"]) > 100


def test_recent_presets_are_listed_and_chosen(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons")
    menu = window.commands.recent_menu
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == [PRESETS["moons"].title]
    window.choose_preset("xor")
    window.choose_preset("spiral")
    window.choose_preset("xor")
    menu.aboutToShow.emit()
    titles = [PRESETS[name].title for name in ("xor", "spiral", "moons")]
    assert [action.text() for action in menu.actions()] == titles
    menu.actions()[1].trigger()
    assert window.session.experiment == PRESETS["spiral"].experiment


def test_the_list_of_recent_presets_is_short() -> None:
    tracker = PresetTracker("moons")
    for name in PRESETS:
        tracker.choose(name)
    assert tracker.recent == tuple(reversed(PRESETS))[:MOST_RECENT]


def test_a_preset_is_followed_through_changes() -> None:
    tracker = PresetTracker("moons")
    experiment = PRESETS["moons"].experiment
    tracker.follow(experiment.evolve(epochs=7))
    assert tracker.name == "moons"
    tracker.follow(experiment.evolve(dataset="circles", epochs=7))
    assert tracker.name is None
    tracker.follow(PRESETS["spiral"].experiment)
    assert tracker.name == "spiral"
    assert PresetTracker("no such preset").name is None
