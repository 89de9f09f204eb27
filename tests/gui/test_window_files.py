"""Exports and experiments in the whole window: menus, dialogs, keys."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.export_dialog import ExportDialog
from nnviz.gui.states import State
from nnviz.gui.window import MainWindow
from nnviz.run.experiment import Experiment
from nnviz.run.presets import PRESETS

WAIT = 20_000

Open = Callable[..., MainWindow]


def _press_export(window: MainWindow, qtbot: QtBot) -> None:
    dialog = window.findChild(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    focus = dialog.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Return)


@pytest.mark.parametrize("name", ["window", "network", "surface", "curves"])
def test_every_view_exports_from_menu_context_menu_and_keyboard(
    open_window: Open,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    window = open_window("xor")
    asked: list[str] = []

    def choose(parent: QWidget, title: str, suggestion: str, *rest: object) -> tuple[str, str]:
        asked.append(Path(suggestion).name)
        return str(tmp_path / f"{len(asked)}.png"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    label = {"surface": "Output", "curves": "Loss"}.get(name, name.capitalize())
    for action in window.commands.export_menu.actions():
        if action.text().replace("&", "").startswith(label):
            action.trigger()
            _accept_dialog(window)
    focus = {
        "window": window.training.epochs,
        "network": window.topology,
        "surface": window.surface,
        "curves": window.curves,
    }[name]
    focus.setFocus()
    qtbot.keyClick(focus, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    _accept_dialog(window)
    if name != "window":
        window.commands.figure_menu(name).actions()[0].trigger()
        _accept_dialog(window)
    ending = "" if name == "window" else f"_{name}"
    expected = f"xor_adam_lr0.05_epoch0{ending}.png"
    assert asked == [expected] * (2 if name == "window" else 3)
    assert len(list(tmp_path.iterdir())) == len(asked)
    assert "Written" in window.messages.text


def _accept_dialog(window: MainWindow) -> None:
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    assert dialog.isVisible()
    next(b for b in dialog.findChildren(QAbstractButton) if b.text() == "Export…").click()
    dialog.hide()


@pytest.mark.parametrize("name", ["window", "network", "surface", "curves"])
def test_every_view_is_copied_from_menu_and_context_menu(open_window: Open, name: str) -> None:
    window = open_window("xor")
    clipboard = QApplication.clipboard()
    clipboard.clear()
    if name == "window":
        window.commands.copy_menu.actions()[0].trigger()
    else:
        window.commands.figure_menu(name).actions()[1].trigger()
    assert not clipboard.image().isNull()
    assert "Copied" in window.messages.text


def test_the_history_is_saved_from_the_menu(
    open_window: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("xor")
    for _ in range(3):
        window.session.step("epoch")
        qtbot.waitUntil(lambda: window.session.state is State.PAUSED, timeout=WAIT)
    path = tmp_path / "history.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_rest: (str(path), ""))
    action = next(a for a in window.commands.menu.actions() if "history" in a.text())
    action.trigger()
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert int(rows[-1]["update"]) == window.session.snapshot.frame.update
    assert float(rows[-1]["train_loss"]) == window.session.snapshot.frame.train_loss


def test_a_write_that_fails_says_so(open_window: Open, tmp_path: Path) -> None:
    window = open_window("xor")
    assert not window.documents.export("window", str(tmp_path / "no" / "where.png"))
    assert "was not written" in window.messages.text


def test_an_experiment_is_opened(open_window: Open, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window("xor")
    experiment = Experiment(dataset="circles", hidden=(3,), epochs=7)
    path = tmp_path / "e.json"
    path.write_text(experiment.to_json())
    assert window.documents.open(str(path))
    qtbot.waitUntil(lambda: window.session.experiment == experiment, timeout=WAIT)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.session.experiment == PRESETS["xor"].experiment


def test_an_export_can_be_opened_again(open_window: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = open_window("circles")
    path = str(tmp_path / "window.png")
    assert window.documents.export("window", path)
    window.choose_preset("xor")
    assert window.documents.open(path)
    assert window.session.experiment == PRESETS["circles"].experiment


def test_a_named_experiment_is_saved_again_without_a_question(
    open_window: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("xor")
    asked: list[str] = []

    def choose(_parent: QWidget, _title: str, suggestion: str, *_rest: object) -> tuple[str, str]:
        asked.append(suggestion)
        return str(tmp_path / f"{len(asked)}.json"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_S, control)
    window.change({"epochs": 7})
    qtbot.keyClick(window, Qt.Key.Key_S, control)
    assert len(asked) == 1
    assert Experiment.from_json((tmp_path / "1.json").read_text()).epochs == 7
    qtbot.keyClick(window, Qt.Key.Key_S, control | shift)
    assert asked[1:] == [str(tmp_path / "1.json")]
    assert window.windowTitle().startswith("2.json")


def test_places_are_asked_for_where_the_user_went_last(
    open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("xor")
    asked: list[str] = []

    def choose(_parent: QWidget, _title: str, suggestion: str, *_rest: object) -> tuple[str, str]:
        asked.append(suggestion)
        return str(tmp_path / "a.csv"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    window.documents.ask_and_save_history()
    window.documents.ask_and_save_history()
    assert not Path(asked[0]).is_absolute()
    assert Path(asked[1]) == tmp_path / "xor_history.csv"


def test_a_place_that_was_not_given_leaves_the_dialog_open(
    open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("xor")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    window.documents.ask_and_export("network")
    dialog = window.findChild(ExportDialog)
    next(b for b in dialog.findChildren(QAbstractButton) if b.text() == "Export…").click()
    assert dialog.isVisible()
    dialog.hide()
