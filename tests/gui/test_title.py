"""The title says which experiment it is, and whether it is saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from nnviz.gui.window import MainWindow
from nnviz.run.presets import PRESETS

Open = Callable[..., MainWindow]


def _title(window: MainWindow) -> tuple[str, bool]:
    return window.windowTitle(), window.isWindowModified()


def test_a_preset_needs_no_saving_until_it_is_changed(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("moons")
    assert _title(window) == ("Moons[*] – nnviz", False)
    window.change({"learning_rate": 0.5})
    assert _title(window) == ("Moons[*] – nnviz", True)
    window.undo_stack.undo()
    assert _title(window) == ("Moons[*] – nnviz", False)
    window.undo_stack.redo()
    assert window.isWindowModified()
    window.choose_preset("xor")
    assert _title(window) == (f"{PRESETS['xor'].title}[*] – nnviz", False)
    window.undo_stack.undo()
    qtbot.waitUntil(lambda: _title(window) == ("Moons[*] – nnviz", True))
    window.undo_stack.undo()
    qtbot.waitUntil(lambda: _title(window) == ("Moons[*] – nnviz", False))


def test_saving_names_the_file(open_window: Open, tmp_path: Path) -> None:
    window = open_window("moons")
    window.change({"epochs": 7})
    path = tmp_path / "lesson [*] 1.json"
    assert window.documents.save(str(path))
    assert _title(window) == ("lesson [ * ] 1.json[*] – nnviz", False)
    window.change({"epochs": 8})
    assert window.isWindowModified()
    window.change({"epochs": 7})
    assert not window.isWindowModified()


def test_a_write_that_fails_saves_nothing(open_window: Open, tmp_path: Path) -> None:
    window = open_window("moons")
    window.change({"epochs": 7})
    assert not window.documents.save(str(tmp_path / "no" / "where.json"))
    assert _title(window) == ("Moons[*] – nnviz", True)


def test_opening_names_the_file_and_undo_text(open_window: Open, tmp_path: Path) -> None:
    window = open_window("moons")
    path = tmp_path / "mine.json"
    path.write_text(PRESETS["circles"].experiment.evolve(epochs=9).to_json())
    assert window.documents.open(str(path))
    assert _title(window) == ("mine.json[*] – nnviz", False)
    assert window.undo_stack.undoText() == "open mine.json"


def test_a_file_that_holds_a_preset_keeps_its_name(
    open_window: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window("moons")
    path = tmp_path / "mine.json"
    path.write_text(PRESETS["circles"].experiment.to_json())
    assert window.documents.open(str(path))
    qtbot.waitUntil(lambda: window.presets.name == "circles")
    assert _title(window) == ("mine.json[*] – nnviz", False)


def test_a_run_of_an_experiment_that_is_nowhere_kept_is_unsaved(
    qtbot: QtBot, open_window: Open
) -> None:
    window = open_window("moons")
    experiment = PRESETS["moons"].experiment.evolve(epochs=9)
    other = MainWindow(experiment, window.appearance.theme)
    qtbot.addWidget(other)
    assert _title(other) == ("Experiment[*] – nnviz", True)
    other.close()


def test_undoing_an_opening_brings_back_where_the_experiment_came_from(
    open_window: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window("xor")
    window.change({"learning_rate": 0.2})
    path = tmp_path / "mine.json"
    path.write_text(PRESETS["circles"].experiment.evolve(epochs=9).to_json())
    assert window.documents.open(str(path))
    assert window.documents.path == str(path)
    qtbot.waitUntil(lambda: window.presets.name is None)
    window.undo_stack.undo()
    qtbot.waitUntil(lambda: _title(window) == ("XOR[*] – nnviz", True))
    assert window.presets.name == window.gallery.current == "xor"
    assert window.documents.path == ""
    window.undo_stack.redo()
    qtbot.waitUntil(lambda: _title(window) == ("mine.json[*] – nnviz", False))
    assert window.documents.path == str(path)
    window.choose_preset("moons")
    assert window.documents.path == ""
