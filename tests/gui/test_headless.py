"""The window without a screen: it shows a moment that it was given, and leaves Qt as it was."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui import headless
from nnviz.gui.controls.gallery import PresetGallery
from nnviz.gui.export import ExportError, FigureOptions
from nnviz.gui.headless import Studio
from nnviz.gui.states import State
from nnviz.gui.theme import LIGHT
from nnviz.gui.window import MainWindow
from nnviz.insight.history import Recorder
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer


@pytest.fixture
def snapshot() -> Snapshot:
    trainer = Trainer(preset("circles").evolve(epochs=2))
    recorder = Recorder()
    for _ in range(2):
        trainer.advance_epochs(1)
        recorder.record(trainer.frame(), len(trainer.dataset.X_train))
    return Photographer(trainer.dataset).snapshot(trainer.frame(), recorder.history())


def test_a_moment_that_was_trained_elsewhere(qtbot: QtBot, snapshot: Snapshot) -> None:
    window = MainWindow(preset("xor"), LIGHT)
    qtbot.addWidget(window)
    window.show()
    states: list[State] = []
    window.session.state_changed.connect(states.append)
    window.session.show_moment(snapshot)
    assert states == [State.FINISHED]
    assert window.session.snapshot is snapshot
    assert window.session.experiment == snapshot.frame.experiment
    assert window.session.dataset is snapshot.dataset
    assert "all 2 epochs are over" in window.status.event_text
    # Going on from there is an ordinary run.
    window.change({"epochs": 3})
    qtbot.waitUntil(lambda: window.session.state is State.PAUSED, timeout=20_000)
    window.close()


def test_qt_is_left_as_it_was(qapp: QApplication, snapshot: Snapshot) -> None:
    hook = sys.excepthook
    before = qInstallMessageHandler(None)
    qInstallMessageHandler(before)
    with Studio() as studio:
        assert sys.excepthook != hook
        options = FigureOptions(320, 240, 1.0)
        figure = studio.figure(snapshot, "curves", "png", options, "red-blue")
        with pytest.raises(ExportError):
            studio.figure(snapshot, "curves", "bmp", options, "red-blue")
    assert figure.startswith(b"\x89PNG")
    assert sys.excepthook == hook
    after = qInstallMessageHandler(before)
    assert after == before


def test_what_qt_says_is_passed_on_but_for_what_it_always_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for message in (
        "This plugin does not support propagateSizeHints()",
        'Detected locale "C" with character encoding "ANSI_X3.4-1968", which is not UTF-8.\n',
        "QPainter::begin: Paint device returned engine == 0",
    ):
        headless._print_message(QtMsgType.QtWarningMsg, None, message)
    assert capsys.readouterr().err == "nnviz: QPainter::begin: Paint device returned engine == 0\n"


def _draw(snapshot: Snapshot) -> bytes:
    with Studio() as studio:
        return studio.figure(snapshot, "curves", "png", FigureOptions(320, 240, 1.0), "red-blue")


def test_a_gallery_that_is_never_ready_is_waited_for_only_so_long(
    qapp: QApplication, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PresetGallery, "is_loading", True)
    monkeypatch.setattr(headless, "_LONGEST_LOADING", 0.05)
    with pytest.raises(ExportError, match=r"presets were not ready after 0\.05 seconds"):
        _draw(snapshot)


@pytest.mark.parametrize(
    ("failure", "raised", "sentence"),
    [
        (RuntimeError, ExportError, r"inside nnviz .*\(RuntimeError: on purpose\)"),
        (MemoryError, MemoryError, "on purpose"),
    ],
    ids=["mistake", "memory"],
)
def test_a_gallery_that_fails_is_not_waited_for(
    qapp: QApplication,
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
    failure: type[Exception],
    raised: type[Exception],
    sentence: str,
) -> None:
    def fail(gallery: PresetGallery) -> None:
        raise failure("on purpose")

    for name in ("last_value", "last_exc", "last_traceback"):
        # What Python keeps there holds the window: it is put back after the test.
        monkeypatch.setattr(sys, name, None, raising=False)
    # It stays as it is: without the failure this would wait for its whole minute.
    monkeypatch.setattr(PresetGallery, "is_loading", True)
    monkeypatch.setattr(PresetGallery, "_load_next", fail)
    with pytest.raises(raised, match=sentence):
        _draw(snapshot)
