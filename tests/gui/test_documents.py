"""Opening, saving and exporting: what is written, and what is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from nnviz.files.experiment_file import read_experiment
from nnviz.files.history_csv import history_csv
from nnviz.gui.documents import Documents
from nnviz.gui.export import FigureOptions
from nnviz.gui.export_dialog import ExportDialog
from nnviz.gui.session import TrainingSession
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset


class Told:
    def __init__(self, documents: Documents) -> None:
        self.informed: list[str] = []
        self.warned: list[str] = []
        self.opened: list[tuple[Experiment, str]] = []
        self.saved: list[str] = []
        documents.informed.connect(self.informed.append)
        documents.warned.connect(self.warned.append)
        documents.opened.connect(lambda experiment, path: self.opened.append((experiment, path)))
        documents.saved.connect(self.saved.append)


@pytest.fixture
def parts(qtbot: QtBot) -> Iterator[tuple[Documents, Told, TrainingSession]]:
    window, view = QLabel("window"), QLabel("view")
    for widget in (window, view):
        qtbot.addWidget(widget)
        widget.resize(120, 80)
    session = TrainingSession(preset("xor").evolve(optimizer="adam", learning_rate=0.01))
    documents = Documents(session, window, {"network": view})
    session.start()
    qtbot.waitUntil(lambda: session.snapshot is not None, timeout=20_000)
    yield documents, Told(documents), session
    session.close()


Parts = tuple[Documents, Told, TrainingSession]


@pytest.mark.parametrize("name", ["window", "network"])
def test_an_export_carries_its_experiment(parts: Parts, tmp_path: Path, name: str) -> None:
    documents, told, session = parts
    path = tmp_path / "picture.png"
    assert documents.export(name, str(path))
    assert told.informed == [f"Written: {path}"]
    with Image.open(path) as picture:
        picture.load()
        text = picture.text["nnviz-experiment"]  # type: ignore[attr-defined]
    assert Experiment.from_json(text) == session.experiment


def test_an_export_that_fails_says_so_and_keeps_the_older_file(
    parts: Parts, tmp_path: Path
) -> None:
    documents, told, _ = parts
    older = tmp_path / "older.png"
    older.write_bytes(b"older")
    assert not documents.export("window", str(older / "below-a-file.png"))
    assert older.read_bytes() == b"older"
    assert len(told.warned) == 1
    assert "was not written" in told.warned[0]


def test_the_suggested_name_says_what_is_in_it(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, _, _ = parts
    suggestions: list[str] = []

    def choose(parent: object, title: str, suggestion: str, *rest: object) -> tuple[str, str]:
        suggestions.append(Path(suggestion).name)
        return str(tmp_path / Path(suggestion).stem), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    for name, kind in (("window", "png"), ("network", "svg"), ("network", "pdf")):
        documents.ask_and_export(name)
        dialog = documents.parent().findChild(ExportDialog)
        assert isinstance(dialog, ExportDialog)
        assert dialog.isVisible()
        dialog.wanted.emit(dialog.choices.view, kind, dialog.choices.options())
        dialog.hide()
    documents.ask_and_save()
    documents.ask_and_save_history()
    assert suggestions == [
        "xor_adam_lr0.01_epoch0.png",
        "xor_adam_lr0.01_epoch0_network.svg",
        "xor_adam_lr0.01_epoch0_network.pdf",
        "xor.json",
        "xor_history.csv",
    ]
    # An ending that was left out is added.
    assert {path.name for path in tmp_path.iterdir()} == set(suggestions)


@pytest.mark.parametrize("kind", ["json", "csv", "png", "svg", "pdf"])
def test_a_file_whose_ending_was_not_typed_is_not_replaced(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    documents, told, _ = parts
    older = tmp_path / f"old.{kind}"
    older.write_bytes(b"older")
    typed = [str(tmp_path / "old"), str(older)]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (typed.pop(0), ""))

    def save() -> None:
        if kind == "json":
            documents.ask_and_save()
        elif kind == "csv":
            documents.ask_and_save_history()
        else:
            documents.ask_and_export("network")
            dialog = documents.parent().findChild(ExportDialog)
            assert isinstance(dialog, ExportDialog)
            dialog.wanted.emit("network", kind, FigureOptions())
            dialog.hide()

    save()
    assert older.read_bytes() == b"older"
    assert told.warned == [f"old.{kind} exists already: choose it by its full name to replace it."]
    assert (told.informed, told.saved, documents.path) == ([], [], "")
    save()  # now by its full name, about which the system's dialog has asked
    assert older.read_bytes() != b"older"
    assert len(told.warned) == 1
    assert [path.name for path in tmp_path.iterdir()] == [older.name]


def test_a_figure_is_told_by_the_experiment_of_its_picture(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not by the one that was asked for, whose first picture is still being made."""
    documents, _, session = parts
    drawn = session.experiment
    suggestions: list[str] = []

    def choose(parent: object, title: str, suggestion: str, *rest: object) -> tuple[str, str]:
        suggestions.append(Path(suggestion).name)
        return str(tmp_path / suggestion), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    documents.ask_and_export("network")
    dialog = documents.parent().findChild(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    session.load(preset("moons"))
    dialog.wanted.emit("network", "png", FigureOptions())
    dialog.hide()
    documents.copy("network")
    documents.ask_and_save_history()
    documents.ask_and_save()
    assert session.snapshot is not None  # of the experiment before: no event came in between
    assert session.snapshot.frame.experiment == drawn
    assert suggestions == [
        "xor_adam_lr0.01_epoch0_network.png",
        "xor_history.csv",
        "moons.json",
    ]
    assert read_experiment(tmp_path / suggestions[0]) == drawn
    copied = tmp_path / "copied.png"
    clipboard = QGuiApplication.clipboard()
    copied.write_bytes(clipboard.mimeData().data("image/png").data())
    clipboard.clear()
    assert read_experiment(copied) == drawn
    assert read_experiment(tmp_path / "moons.json") == session.experiment


def test_nothing_is_exported_before_the_first_picture(qtbot: QtBot, tmp_path: Path) -> None:
    window = QLabel("window")
    qtbot.addWidget(window)
    session = TrainingSession(preset("xor"))
    documents = Documents(session, window, {})
    told = Told(documents)
    path = tmp_path / "early.png"
    assert not documents.export("window", str(path))
    documents.copy("window")
    documents.ask_and_save_history()
    session.close()
    assert len(told.informed) == 3
    assert all("nothing to export yet" in sentence for sentence in told.informed)
    assert not path.exists()


def test_a_cancelled_dialog_does_nothing(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, told, _ = parts
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    documents.ask_and_export("window")
    dialog = documents.parent().findChild(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    dialog.wanted.emit("window", "png", FigureOptions())
    dialog.hide()
    documents.ask_and_save()
    documents.ask_and_save_history()
    documents.ask_and_open()
    assert (told.informed, told.warned, told.opened) == ([], [], [])


def test_an_experiment_goes_out_and_comes_in(parts: Parts, tmp_path: Path) -> None:
    documents, told, session = parts
    path = tmp_path / "experiment.json"
    assert documents.save(str(path))
    assert documents.open(str(path))
    assert told.opened == [(session.experiment, str(path))]
    assert told.saved == [str(path)]
    assert documents.path == str(path)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_figure_goes_out_and_its_experiment_comes_in(
    parts: Parts, tmp_path: Path, kind: str
) -> None:
    documents, told, session = parts
    path = tmp_path / f"figure.{kind}"
    assert documents.export("network", str(path))
    assert documents.open(str(path))
    assert told.opened == [(session.experiment, str(path))]


def test_a_view_is_copied(parts: Parts) -> None:
    documents, told, _ = parts
    documents.copy("network")
    assert told.informed == ["Copied: the network, as a picture."]
    assert QGuiApplication.clipboard().mimeData().hasImage()
    QGuiApplication.clipboard().clear()


def test_the_history_is_written(parts: Parts, tmp_path: Path) -> None:
    documents, told, session = parts
    path = tmp_path / "h.csv"
    assert documents.save_history(str(path))
    assert session.snapshot is not None
    assert path.read_bytes() == history_csv(session.snapshot.history)
    assert told.informed == [f"Written: {path}"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"x": 1}', b"\xff\xfe", b'{"seed": NaN}'])
def test_what_is_no_experiment_is_refused_in_one_sentence(
    parts: Parts, tmp_path: Path, content: bytes
) -> None:
    documents, told, _ = parts
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    assert not documents.open(str(path))
    assert told.opened == []
    assert len(told.warned) == 1
    assert str(path) in told.warned[0]
    assert "\n" not in told.warned[0]


def test_a_save_that_fails_says_so(parts: Parts, tmp_path: Path) -> None:
    documents, told, _ = parts
    assert not documents.save(str(tmp_path / "no such folder" / "experiment.json"))
    assert "was not written" in told.warned[0]
