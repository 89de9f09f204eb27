"""Somebody who listens to what the reporter of exceptions says."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from nnviz.gui.reporter import ExceptionReporter


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
