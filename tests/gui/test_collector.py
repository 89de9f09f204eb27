"""Objects of Qt end on the window's thread, whichever thread makes the garbage."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.collector import Collector

WAIT = 20_000
ENOUGH = 100_000
"""Cycles; many times what makes the interpreter collect."""


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[Collector]:
    collector = Collector()
    collector.start()
    yield collector
    collector.stop()


class Cycle:
    def __init__(self) -> None:
        self.itself = self


def _litter() -> None:
    for _ in range(ENOUGH):
        Cycle()


def _drop_a_cycle_of(kind: type[QObject], ended_on: list[threading.Thread]) -> None:
    class Own(kind):  # type: ignore[misc, valid-type]
        """Has a dictionary, and so can be in a cycle."""

    thing = Own()
    thing.itself = thing
    thing.destroyed.connect(
        lambda: ended_on.append(threading.current_thread()), Qt.ConnectionType.DirectConnection
    )


@pytest.mark.parametrize("kind", [QWidget, QTimer, QObject])
def test_a_cycle_ends_on_the_windows_thread_though_another_makes_the_garbage(
    qtbot: QtBot, collector: Collector, kind: type[QObject]
) -> None:
    ended_on: list[threading.Thread] = []
    _drop_a_cycle_of(kind, ended_on)
    thread = threading.Thread(target=_litter)
    thread.start()
    thread.join()
    assert ended_on == []
    qtbot.waitUntil(lambda: bool(ended_on), timeout=WAIT)
    assert ended_on == [threading.main_thread()]


def test_garbage_does_not_pile_up(qtbot: QtBot, collector: Collector) -> None:
    _litter()
    qtbot.waitUntil(
        lambda: sum(type(thing) is Cycle for thing in gc.get_objects()) < 1_000, timeout=WAIT
    )


@pytest.mark.parametrize("is_enabled", [True, False])
def test_it_leaves_the_interpreter_as_it_was(qtbot: QtBot, is_enabled: bool) -> None:
    before = gc.isenabled()
    collector = Collector()
    try:
        (gc.enable if is_enabled else gc.disable)()
        collector.start()
        assert not gc.isenabled()
        collector.stop()
        assert gc.isenabled() is is_enabled
        assert gc.get_freeze_count() == 0
    finally:
        (gc.enable if before else gc.disable)()
