"""Files dropped on the window are opened, and what cannot be is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.dropping import DropTarget
from nnviz.gui.window import MainWindow
from nnviz.run.presets import PRESETS
from tests.gui.conftest import WAIT

Open = Callable[..., MainWindow]


def _files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def _drag(window: MainWindow, data: QMimeData) -> bool:
    """Whether the window would take it."""
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    event = QDragEnterEvent(window.rect().center(), copy, data, left, none)
    event.ignore()
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def _drop(window: MainWindow, data: QMimeData) -> None:
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    event = QDropEvent(QPointF(window.rect().center()), copy, data, left, none)
    # Qt delivers a drop only to what a real drag has entered, so the target is told directly.
    target = window.findChild(DropTarget)
    assert target.eventFilter(window, event)


def test_json_and_a_figure_of_ours_are_opened(
    open_window: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window("moons")
    path = tmp_path / "Übung 日本.json"
    path.write_text(PRESETS["circles"].experiment.to_json())
    assert _drag(window, _files(path))
    _drop(window, _files(path))
    assert window.session.experiment == PRESETS["circles"].experiment
    circles = PRESETS["circles"].experiment
    # Between two runs there is no snapshot.
    qtbot.waitUntil(
        lambda: (
            window.session.snapshot is not None
            and window.session.snapshot.frame.experiment == circles
        ),
        timeout=WAIT,
    )

    picture = tmp_path / "a.png"
    assert window.documents.export("surface", str(picture))
    window.choose_preset("xor")
    _drop(window, _files(picture))
    assert window.session.experiment == PRESETS["circles"].experiment


def test_what_is_no_file_is_not_taken(open_window: Open) -> None:
    window = open_window("xor")
    text = QMimeData()
    text.setText("hello")
    web = QMimeData()
    web.setUrls([QUrl("https://example.org/a.json")])
    assert not _drag(window, text)
    assert not _drag(window, web)


def test_what_cannot_be_opened_is_said(open_window: Open, tmp_path: Path) -> None:
    window = open_window("xor")
    before = window.session.experiment
    (tmp_path / "a.json").write_text("no json")
    (tmp_path / "b.csv").write_text("1,2\n")
    _drop(window, _files(tmp_path / "a.json", tmp_path / "b.csv"))
    assert window.messages.text == "2 files were dropped; drop one experiment at a time."
    for name in ("a.json", "b.csv", "missing.json"):
        _drop(window, _files(tmp_path / name))
        assert name in window.messages.text
    _drop(window, _files(tmp_path))
    assert str(tmp_path) in window.messages.text
    assert window.session.experiment == before
