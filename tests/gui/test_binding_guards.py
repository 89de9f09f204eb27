"""Guards the next upgrade of PySide6 and pyqtgraph: what broke in versions that we do not use."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
import pytest
from pyqtgraph.exporters import SVGExporter
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPen
from pytestqt.qtbot import QtBot

CALLS = 20_000
# Anything else in the process may hold None once more or less; a faulty binding takes CALLS.
SLACK = 100


class Counter(QObject):
    """Counts its own signal."""

    fired = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.fired.connect(self.on_fired)

    @Slot(int)
    def on_fired(self, number: int) -> None:
        self.count += number


def drift(call: Callable[[], object]) -> dict[object, int]:
    """Return how many references to the singletons so many calls took or left."""
    before = {value: sys.getrefcount(value) for value in (None, True, False)}
    for _ in range(CALLS):
        call()
    return {value: sys.getrefcount(value) - count for value, count in before.items()}


def test_signals_keep_reference_counts(qapp: QObject) -> None:
    counter = Counter()
    taken = drift(lambda: counter.fired.emit(1))
    assert counter.count == CALLS
    assert all(abs(count) < SLACK for count in taken.values()), taken


def test_void_methods_keep_reference_counts(qapp: QObject) -> None:
    image = QImage(8, 8, QImage.Format.Format_ARGB32_Premultiplied)
    pen = QPen()
    painter = QPainter(image)
    try:
        taken = drift(lambda: painter.setPen(pen))
    finally:
        painter.end()
    assert all(abs(count) < SLACK for count in taken.values()), taken


FAILING = """
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget


class Sender(QObject):
    sent = Signal()


def fail(*args):
    raise RuntimeError("raised on purpose")


def test_slot(qtbot):
    sender = Sender()
    sender.sent.connect(fail)
    sender.sent.emit()


def test_timer(qtbot):
    timer = QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(fail)
    with qtbot.waitSignal(timer.timeout):
        timer.start(0)


def test_paint_event(qtbot):
    class Painted(QWidget):
        def paintEvent(self, event):
            self.painted = True
            fail()

    widget = Painted()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitUntil(lambda: getattr(widget, "painted", False))


def test_warning_of_qt(qtbot):
    QObject().startTimer(-1)


def test_that_raises_nothing(qtbot):
    pass
"""


def test_exceptions_where_qt_calls_python_fail_a_test(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nqt_api = pyside6\nqt_log_level_fail = WARNING\n")
    pytester.makepyfile(FAILING)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=4, passed=1)
    raised = [line for line in result.outlines if "RuntimeError: raised on purpose" in line]
    assert len(raised) >= 3


def test_a_plot_exports_to_svg(qtbot: QtBot) -> None:
    widget = pg.PlotWidget()
    qtbot.addWidget(widget)
    widget.addItem(pg.ImageItem(np.eye(4)))
    widget.plot(np.arange(5.0), np.arange(5.0) ** 2)
    widget.setLabel("bottom", "epoch")
    widget.show()
    qtbot.waitExposed(widget)
    svg = SVGExporter(widget.plotItem).export(toBytes=True)
    root = ET.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert {"image", "path", "text"} <= tags
