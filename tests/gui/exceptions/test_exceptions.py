"""Nothing is swallowed: whatever raises, wherever, is one report, and floods are counted."""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QThread, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nnviz import gui
from nnviz.gui import reporter as reporter_module
from nnviz.gui.reported import reported
from nnviz.gui.reporter import LONGEST_REASON, ExceptionReporter
from nnviz.gui.window import MainWindow

WAIT = 20_000
PURPOSE = "broken on purpose"
Listener = Any
"""The class of that name in conftest.py, which cannot be imported."""

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
