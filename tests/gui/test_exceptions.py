"""Nothing is swallowed: whatever raises, wherever, is one report, and the program goes on."""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QThread, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nnviz import gui
from nnviz.files.experiment_file import read_experiment
from nnviz.gui import reporter as reporter_module
from nnviz.gui.reported import reported
from nnviz.gui.reporter import LONGEST_REASON, ExceptionReporter
from nnviz.gui.session import State, TrainingSession
from nnviz.gui.window import MainWindow
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.presets import PRESETS, preset
from nnviz.run.trainer import Trainer

WAIT = 20_000
PURPOSE = "broken on purpose"


class Listener(QObject):
    """Keeps what the reporter says, and on which thread it said it."""

    def __init__(self, reporter: ExceptionReporter) -> None:
        super().__init__()
        self.raised: list[str] = []
        self.repeated: list[tuple[str, str]] = []
        self.threads: set[threading.Thread] = set()
        reporter.raised.connect(self._on_raised)
        reporter.repeated.connect(self._on_repeated)

    @Slot(str)
    def _on_raised(self, sentence: str) -> None:
        self.threads.add(threading.current_thread())
        self.raised.append(sentence)

    @Slot(str, str)
    def _on_repeated(self, before: str, after: str) -> None:
        self.threads.add(threading.current_thread())
        self.repeated.append((before, after))


@pytest.fixture
def listener(qtbot: QtBot) -> Iterator[Listener]:
    reporter = ExceptionReporter()
    listener = Listener(reporter)
    reporter.install()
    yield listener
    reporter.restore()


# --- each place that can raise

KEPT: list[Any] = []
"""What must live until the test is over."""


class Failing(QObject):
    asked = Signal()

    @Slot()
    def fail(self) -> None:
        raise RuntimeError(PURPOSE)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.User:
            raise RuntimeError(PURPOSE)
        return super().event(event)


class FailingThread(QThread):
    def run(self) -> None:
        raise RuntimeError(PURPOSE)


class FailingPaint(QWidget):
    frames = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.frames += 1
        painter = QPainter(self)
        painter.drawLine(0, 0, 9, 9)
        raise RuntimeError(PURPOSE)


class FailingItem(pg.GraphicsObject):
    has_failed = False

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, 1, 1)

    @reported
    def paint(self, painter: QPainter, *_: object) -> None:
        if not self.has_failed:
            self.has_failed = True
            raise RuntimeError(PURPOSE)


class FailingEnd:
    def __del__(self) -> None:
        raise RuntimeError(PURPOSE)


def _in_a_slot(qtbot: QtBot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    failing = Failing(button)
    button.clicked.connect(failing.fail)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def _in_a_lambda(qtbot: QtBot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    button.clicked.connect(lambda: [].pop())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def _in_a_timer(qtbot: QtBot) -> None:
    failing = Failing()
    KEPT.append(failing)
    QTimer.singleShot(0, failing.fail)


def _in_an_event(qtbot: QtBot) -> None:
    failing = Failing()
    KEPT.append(failing)
    QApplication.postEvent(failing, QEvent(QEvent.Type.User))


def _in_a_paint(qtbot: QtBot) -> None:
    widget = FailingPaint()
    KEPT.append(widget)
    qtbot.addWidget(widget)
    widget.show()


def _in_a_worker(qtbot: QtBot) -> None:
    thread, failing, asker = QThread(), Failing(), Failing()
    failing.moveToThread(thread)
    asker.asked.connect(failing.fail)
    thread.start()
    failing.destroyed.connect(thread.quit, Qt.ConnectionType.DirectConnection)
    asker.asked.connect(failing.deleteLater)
    asker.asked.emit()
    assert thread.wait(WAIT)


def _in_a_qthread(qtbot: QtBot) -> None:
    thread = FailingThread()
    thread.start()
    assert thread.wait(WAIT)


def _in_a_thread(qtbot: QtBot) -> None:
    thread = threading.Thread(target=Failing().fail)
    thread.start()
    thread.join()


def _in_a_finalizer(qtbot: QtBot) -> None:
    FailingEnd()
    gc.collect()


def _in_pyqtgraphs_paint(qtbot: QtBot) -> None:
    plot = pg.PlotWidget()
    KEPT.append(plot)
    qtbot.addWidget(plot)
    plot.addItem(FailingItem())
    plot.show()


def _in_pyqtgraphs_signal(qtbot: QtBot) -> None:
    plot = pg.PlotWidget()
    qtbot.addWidget(plot)
    failing = Failing(plot)
    plot.getViewBox().sigRangeChanged.connect(failing.fail)
    plot.setXRange(3, 4)


SOURCES = {
    source.__name__.removeprefix("_in_"): source
    for source in (
        _in_a_slot,
        _in_a_lambda,
        _in_a_timer,
        _in_an_event,
        _in_a_paint,
        _in_a_worker,
        _in_a_qthread,
        _in_a_thread,
        _in_a_finalizer,
        _in_pyqtgraphs_paint,
        _in_pyqtgraphs_signal,
    )
}


@pytest.mark.parametrize("source", SOURCES)
def test_what_raises_is_reported_once_on_the_windows_thread(
    qtbot: QtBot, listener: Listener, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    SOURCES[source](qtbot)
    qtbot.waitUntil(lambda: bool(listener.raised), timeout=WAIT)
    qtbot.wait(20)
    KEPT.clear()
    assert len(listener.raised) == 1
    reason = "IndexError: pop from empty list" if source == "a_lambda" else PURPOSE
    assert reason in listener.raised[0]
    assert "test_exceptions.py line" in listener.raised[0]
    assert "You can go on: save the experiment with Ctrl+S" in listener.raised[0]
    assert listener.threads == {threading.main_thread()}
    assert capsys.readouterr().err.count("Traceback") == 1


def test_every_item_of_a_plot_reports_what_its_paint_raises() -> None:
    for module in pkgutil.walk_packages(gui.__path__, "nnviz.gui."):
        importlib.import_module(module.name)
    kinds, items = [pg.GraphicsObject], []
    while kinds:
        kinds += (kind := kinds.pop()).__subclasses__()
        if kind.__module__.startswith("nnviz.") and "paint" in vars(kind):
            items.append(kind)
    assert len(items) >= 5
    for item in items:
        # What the decorator makes; plain functions have no such attribute.
        assert hasattr(vars(item)["paint"], "__wrapped__"), item


# --- floods


def test_a_paint_that_raises_in_every_frame_is_one_report_with_a_count(
    qtbot: QtBot, listener: Listener, capfd: pytest.CaptureFixture[str]
) -> None:
    widget = FailingPaint()
    qtbot.addWidget(widget)
    timer = QTimer(widget)
    timer.timeout.connect(widget.update)
    timer.start(5)
    widget.show()
    qtbot.waitUntil(lambda: widget.frames >= 60 and len(listener.repeated) >= 2, timeout=WAIT)
    timer.stop()
    widget.hide()
    frames = widget.frames
    qtbot.waitUntil(lambda: f"again {frames - 1} times" in listener.repeated[-1][1], timeout=WAIT)
    assert len(listener.raised) == 1
    # A chain: each names the sentence that it takes the place of.
    shown = listener.raised[0]
    for before, after in listener.repeated:
        assert before == shown
        shown = after
    # As many as one each half second, not one each frame.
    assert len(listener.repeated) < frames / 4
    assert capfd.readouterr().err.count("Traceback") == 1


def test_a_gesture_that_fails_anew_is_news(
    qtbot: QtBot, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporter_module, "QUIET", -1.0)
    failing = Failing()
    for count in (1, 2, 3):
        QTimer.singleShot(0, failing.fail)
        qtbot.waitUntil(lambda count=count: len(listener.raised) == count, timeout=WAIT)
    assert "again 1 time)" in listener.raised[1].replace(". ", ")")
    assert listener.repeated == []


def test_different_mistakes_are_different_reports(qtbot: QtBot, listener: Listener) -> None:
    _in_a_lambda(qtbot)
    _in_a_slot(qtbot)
    _in_a_slot(qtbot)
    qtbot.waitUntil(lambda: len(listener.raised) == 2, timeout=WAIT)
    assert ["IndexError" in sentence for sentence in listener.raised] == [True, False]


def test_a_long_reason_is_cut_and_broken_streams_do_no_harm(
    qtbot: QtBot, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent:
        def __str__(self) -> str:
            raise ValueError("no words")

    with Path(os.devnull).open("w") as closed:
        pass
    for stream in (None, closed):
        monkeypatch.setattr(sys, "stderr", stream)
        sys.excepthook(RuntimeError, RuntimeError("x\n" * 500), None)
        sys.excepthook(ValueError, ValueError(Silent()), None)
        monkeypatch.undo()
    qtbot.waitUntil(lambda: len(listener.raised) == 2, timeout=WAIT)
    assert "\n" not in listener.raised[0]
    assert len(listener.raised[0]) < LONGEST_REASON + 150


def test_the_hooks_are_given_back_and_repetitions_written(
    qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    reporter = ExceptionReporter()
    reporter.install()
    failing = Failing()
    for _ in range(1_001):
        QTimer.singleShot(0, failing.fail)
    qtbot.wait(10)
    reporter.restore()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    written = capsys.readouterr().err
    assert written.count("Traceback") == 1
    assert written.splitlines()[-1].startswith(f"nnviz: RuntimeError: {PURPOSE}, in Failing.fail")
    assert written.endswith("again 1,000 times\n")


def test_a_report_takes_the_place_of_its_shorter_form_only_while_that_is_shown(
    open_window: Callable[..., MainWindow],
) -> None:
    messages = open_window("xor").messages
    messages.warn("first")
    messages.replace("first", "first, again")
    assert messages.text == "first, again"
    messages.inform("something else")
    messages.replace("first, again", "first, twice")
    assert messages.text == "something else"
    messages.warn("first")
    messages.hide()
    messages.replace("first", "first, again")
    assert not messages.isVisible()


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
