"""A failure in the worker, in a view or anywhere in the program: it is said, and work goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from nnviz.files.experiment_file import read_experiment
from nnviz.gui.session import TrainingSession
from nnviz.gui.states import State
from nnviz.gui.window import MainWindow
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.presets import PRESETS, preset
from nnviz.run.trainer import Trainer

WAIT = 20_000
PURPOSE = "broken on purpose"
Listener = Any
"""The class of that name in conftest.py, which cannot be imported."""

# --- the worker


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[TrainingSession]:
    session = TrainingSession(preset("moons").evolve(epochs=1_000_000))
    session.snapshot_ready.connect(session.acknowledge)
    session.start()
    qtbot.waitUntil(lambda: session.snapshot is not None, timeout=WAIT)
    yield session
    session.close()


def _update(session: TrainingSession) -> int:
    return -1 if session.snapshot is None else session.snapshot.frame.update


def _fails_once(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, after: int) -> None:
    """Let a method raise in its call number `after`, and never again."""
    original = getattr(owner, name)
    calls = []

    def method(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == after:
            raise RuntimeError(PURPOSE)
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, method)


@pytest.mark.parametrize(
    ("owner", "method"),
    [(Trainer, "advance"), (Trainer, "frame"), (Photographer, "snapshot")],
    ids=["training", "figures", "picture"],
)
@pytest.mark.parametrize("gesture", ["play", "step"])
def test_a_worker_that_raises_pauses_and_can_go_on(
    qtbot: QtBot,
    listener: Listener,
    session: TrainingSession,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    method: str,
    gesture: str,
) -> None:
    first = session.snapshot
    assert first is not None
    _fails_once(monkeypatch, owner, method, after=3 if gesture == "play" else 1)
    if gesture == "play":
        session.play()
    else:
        session.step("epoch")
    qtbot.waitUntil(lambda: bool(listener.raised), timeout=WAIT)
    qtbot.waitUntil(lambda: session.state is State.PAUSED, timeout=WAIT)
    assert len(listener.raised) == 1
    qtbot.wait(50)
    shown = _update(session)
    session.step("update")
    qtbot.waitUntil(lambda: _update(session) == shown + 1, timeout=WAIT)
    session.play()
    qtbot.waitUntil(lambda: _update(session) > shown + 20, timeout=WAIT)
    assert session.state is State.PLAYING
    session.reset()
    qtbot.waitUntil(lambda: _update(session) == 0, timeout=WAIT)
    assert session.snapshot is not None
    assert session.snapshot.frame == first.frame


def test_an_experiment_that_cannot_be_loaded_leaves_the_run_there_is(
    qtbot: QtBot,
    listener: Listener,
    session: TrainingSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session.change({"learning_rate": 0.5})
    session.play()
    qtbot.waitUntil(lambda: _update(session) > 20, timeout=WAIT)
    before = session.experiment
    warned: list[str] = []
    session.warned.connect(warned.append)
    for number, error in enumerate([RuntimeError(PURPOSE), MemoryError(), ValueError("too big")]):
        trained = _update(session)

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(Trainer, "__init__", fail)
            session.load(preset("xor"))
            assert session.state is State.LOADING
            qtbot.waitUntil(lambda: session.state is State.PAUSED, timeout=WAIT)
        assert len(warned) == number + 1
        assert session.experiment == before
        session.play()
        qtbot.waitUntil(lambda trained=trained: _update(session) > trained + 5, timeout=WAIT)
        assert session.state is State.PLAYING
    assert len(listener.raised) == 1
    session.load(preset("xor"), play=False)
    qtbot.waitUntil(lambda: _update(session) == 0, timeout=WAIT)
    assert session.experiment == preset("xor")


def test_a_change_that_fails_leaves_the_experiment_that_is_trained(
    qtbot: QtBot, session: TrainingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = session.experiment
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "change", lambda *_, **__: int("no number"))
        session.change({"learning_rate": 0.5})
        qtbot.waitUntil(lambda: session.experiment == before, timeout=WAIT)
    session.change({"learning_rate": 0.25})
    session.step("update")
    qtbot.waitUntil(lambda: _update(session) == 1, timeout=WAIT)
    assert session.snapshot is not None
    assert session.snapshot.frame.experiment.learning_rate == 0.25


def test_a_view_that_fails_to_show_does_not_stop_the_frames(
    open_window: Callable[..., MainWindow],
    qtbot: QtBot,
    listener: Listener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_window("moons")
    shown: list[int] = []

    def fail(snapshot: Snapshot) -> None:
        shown.append(snapshot.frame.update)
        raise RuntimeError(PURPOSE)

    monkeypatch.setattr(window.surface, "show_snapshot", fail)
    window.change({"epochs": 100_000})
    window.session.play()
    qtbot.waitUntil(lambda: len(shown) > 5, timeout=WAIT)
    assert shown == sorted(shown)
    qtbot.waitUntil(lambda: bool(listener.raised), timeout=WAIT)
    assert len(listener.raised) == 1
    window.close()


# --- the whole program

FAILING_PROGRAM = f"""
import gc, sys
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter
from nnviz.gui import app
from nnviz.gui.views.curves import CurvesView
from nnviz.gui.window import MainWindow
from nnviz.__main__ import main

def paint(view, event):
    painter = QPainter(view)
    if paint.fails:
        raise RuntimeError("{PURPOSE}")

paint.fails = False
CurvesView.paintEvent = paint

class Window(MainWindow):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.driver = QTimer(self)
        self.driver.timeout.connect(self.drive)
        self.driver.start(300)
        self.scenes = iter(self.play())

    def play(self):
        yield
        {{gesture}}
        yield
        yield
        print(self.messages.isVisible(), self.messages.text)
        self.session.pause()
        yield
        print(gc.isenabled(), self.session.state.value, self.session.snapshot.frame.update > 0)
        print(self.documents.save(sys.argv[1]))
        self.close()

    def drive(self):
        next(self.scenes, None)

    def fail(self, *_):
        raise RuntimeError("{PURPOSE}")

    def fail_in_each_frame(self):
        paint.fails = True
        self.painter = QTimer(self)
        self.painter.timeout.connect(self.curves.update)
        self.painter.start(10)

app.MainWindow = Window
sys.exit(main(["--preset", "moons", "--play", "--quit-after", "60"]))
"""

GESTURES = {
    "slot": "self.transport.step_pressed.connect(self.fail); self.transport.step_pressed.emit()",
    "paint": "self.fail_in_each_frame()",
    "worker": "self.session._worker._advance = self.fail",
    "thread": "import threading; threading.Thread(target=self.fail).start()",
}


@pytest.mark.parametrize("gesture", GESTURES)
def test_the_program_goes_on_and_the_experiment_can_be_saved(tmp_path: Path, gesture: str) -> None:
    path = tmp_path / "saved.json"
    done = subprocess.run(
        [sys.executable, "-c", FAILING_PROGRAM.format(gesture=GESTURES[gesture]), str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    visible, state, saved = done.stdout.splitlines()
    assert visible.startswith("True Something went wrong inside nnviz (RuntimeError: broken")
    assert "line" in visible
    # Garbage is left to the window's thread alone.
    assert state == "False paused True"
    assert saved == "True"
    assert read_experiment(path) == PRESETS["moons"].experiment
    assert done.stderr.count("Traceback") == 1
    assert "painter" not in done.stderr.replace("painter = QPainter(view)", "")


def test_a_figure_in_the_clipboard_does_not_crash_the_end() -> None:
    copying = """copy_to_clipboard(self.cards["network"], FigureOptions(), "{}")
        self.close()"""
    program = FAILING_PROGRAM.format(gesture=copying).replace(
        "from nnviz.gui import app",
        "from nnviz.gui import app\nfrom nnviz.gui.export import FigureOptions, copy_to_clipboard",
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
