"""The leak check of conftest.py finds what it should, and leaves alone what it should not."""

from __future__ import annotations

from pathlib import Path

import pytest

GOOD = """
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QWidget

def test_closed_by_qtbot(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()

def test_cycle(qtbot):
    widget = QWidget()
    widget.itself = widget
    widget.timer = QTimer(widget)
    widget.timer.start(10)

def test_thread_that_ended(qtbot):
    thread = QThread()
    thread.start()
    thread.quit()
    assert thread.wait(5000)
"""
LEAKS = {
    "widget": "thing = QWidget()",
    "timer": "thing = QTimer(); thing.start(1000)",
    "QThread": "thing = QThread(); thing.start()",
    "animation": "thing = QPauseAnimation(60000); thing.start()",
    "thread": "Thread(target=thing.wait, args=(30,), name='sleeper', daemon=True).start()",
}
BAD = """
from threading import Event, Thread
from PySide6.QtCore import QPauseAnimation, QThread, QTimer
from PySide6.QtWidgets import QWidget

KEPT = []

def test_leak(qtbot):
    thing = Event()
    {leak}
    KEPT.append(thing)
"""


@pytest.fixture(autouse=True)
def _same_conftest(pytester: pytest.Pytester) -> None:
    source = (Path(__file__).parent / "conftest.py").read_text("utf-8")
    pytester.makeconftest(source.replace("GRACE = 2.0", "GRACE = 0.1"))


def test_tidy_tests_pass(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(GOOD)
    pytester.runpytest_subprocess().assert_outcomes(passed=3)


def test_every_leak_fails_its_test(pytester: pytest.Pytester) -> None:
    for name, leak in LEAKS.items():
        pytester.makepyfile(**{f"test_{name}": BAD.format(leak=leak)})
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=len(LEAKS), errors=len(LEAKS))
    result.stdout.fnmatch_lines(
        ["left behind: " + what for what in ("QThread*", "QPauseAnimation*", "thread sleeper")]
    )
