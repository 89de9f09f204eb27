"""Hundreds of random gestures on the real window while it trains: nothing breaks, nothing leaks."""

from __future__ import annotations

import gc
import random
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QAbstractAnimation, QCoreApplication, QEvent, QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from nnviz.gui.states import State
from nnviz.gui.theme import LIGHT, load_fonts
from nnviz.gui.window import MainWindow
from nnviz.run.presets import PRESETS
from nnviz.run.trainer import Trainer

# What the offscreen platform cannot do: raise a window, grab the keyboard for a menu.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support ")

WAIT = 30_000
LEAST_TRAINING = 0.6
"""The part of the gestures that has to meet a network in training."""

Monkey = Any
"""The class of that name in conftest.py, which cannot be imported."""


def _settle() -> None:
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
        gc.collect()


def _is_of_tool_tips(widget: QWidget) -> bool:
    """Once a tool tip was shown, Qt keeps its label, and an empty widget that is never shown."""
    name = widget.metaObject().className()
    is_empty = not widget.children() and widget.parent() is None and widget.isHidden()
    return name == "QTipLabel" or (name == "QWidget" and is_empty)


def _living() -> dict[str, int]:
    """How many of what must not pile up there are. Only while no window trains.

    A tuple that another thread is just making is broken by whoever gets hold of it too.
    """
    _settle()
    names = [
        widget.metaObject().className()
        for widget in QApplication.allWidgets()
        if not _is_of_tool_tips(widget)
    ]
    counts = {"threads": threading.active_count()}
    counts |= {name: names.count(name) for name in names}
    for kind, is_running in (
        (QThread, QThread.isRunning),
        (QTimer, QTimer.isActive),
        (QAbstractAnimation, lambda thing: thing.state() != QAbstractAnimation.State.Stopped),
    ):
        things = [t for t in gc.get_objects() if issubclass(type(t), kind) and isValid(t)]
        counts[kind.__name__] = sum(bool(is_running(thing)) for thing in things)
    return counts


class Zoo:
    """Windows for monkeys, which it closes and destroys."""

    def __init__(
        self, qtbot: QtBot, folder: Path, bring_monkey: Callable[[MainWindow, Path], Monkey]
    ) -> None:
        self._qtbot, self._folder, self._bring_monkey = qtbot, folder, bring_monkey
        self._open: list[Monkey] = []

    def open(self, name: str) -> Monkey:
        window = MainWindow(PRESETS[name].experiment, LIGHT, preset=name)
        folder = self._folder / f"Käse {len(list(self._folder.iterdir()))}"
        folder.mkdir()
        monkey = self._bring_monkey(window, folder)
        self._open.append(monkey)
        window.show()
        self._qtbot.waitExposed(window)
        window.session.start(play=True)
        self._qtbot.waitUntil(lambda: window.session.snapshot is not None, timeout=WAIT)
        return monkey

    def close(self, monkey: Monkey) -> None:
        self._open.remove(monkey)
        window = monkey.window
        window.close()
        assert window.session.state is State.CLOSED
        window.deleteLater()

    def close_all(self) -> None:
        while self._open:
            self.close(self._open[-1])

    def prove_it_lives(self, monkey: Monkey) -> None:
        """After whatever happened: reset begins where a fresh trainer does, and play trains."""
        session, qtbot = monkey.window.session, self._qtbot
        qtbot.waitUntil(lambda: session.state is not State.LOADING, timeout=WAIT)
        monkey.window.reset()
        qtbot.waitUntil(lambda: _update(monkey) == 0, timeout=WAIT)
        assert session.state is State.PAUSED
        assert session.snapshot is not None
        fresh = Trainer(session.experiment)
        for shown, wanted in zip(session.snapshot.frame.weights, fresh.weights, strict=True):
            np.testing.assert_array_equal(shown, wanted)
        monkey.window.toggle()
        qtbot.waitUntil(
            lambda: _update(monkey) > 0 or session.state is State.DIVERGED, timeout=WAIT
        )
        monkey.check()


def _update(monkey: Monkey) -> int:
    snapshot = monkey.window.session.snapshot
    return -1 if snapshot is None else snapshot.frame.update


@pytest.fixture
def zoo(
    qtbot: QtBot, tmp_path: Path, bring_monkey: Callable[[MainWindow, Path], Monkey]
) -> Iterator[Zoo]:
    load_fonts()
    zoo = Zoo(qtbot, tmp_path, bring_monkey)
    yield zoo
    zoo.close_all()
    # Qt crashes when it ends what Python put there after Python's end; as the program does.
    QApplication.clipboard().clear()


def _storm(zoo: Zoo, seed: int, gestures: int) -> None:
    chance = random.Random(seed)
    before = _living()
    monkey = zoo.open(chance.choice(sorted(PRESETS)))
    monkey.replay(monkey.gestures(chance, gestures))
    assert monkey.met_training >= LEAST_TRAINING * gestures
    zoo.prove_it_lives(monkey)
    window = weakref.ref(monkey.window)
    zoo.close(monkey)
    del monkey
    assert _living() == before
    assert window() is None


@pytest.mark.parametrize("seed", [1])
def test_300_gestures_break_nothing_and_leave_nothing(zoo: Zoo, seed: int) -> None:
    _storm(zoo, seed, 300)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_more_seeds_break_nothing_and_leave_nothing(zoo: Zoo, seed: int) -> None:
    _storm(zoo, seed, 300)


def test_the_same_gestures_again_make_nothing_more(zoo: Zoo) -> None:
    """Objects that pile up with each round would in the end fill the memory."""
    chance = random.Random(99)
    monkey = zoo.open("moons")
    monkey.replay(monkey.gestures(chance, 15))
    gestures = list(monkey.made)
    counts = []
    for _ in range(4):
        monkey.replay(gestures)
        monkey.window.choose_preset("moons")
        zoo.prove_it_lives(monkey)
        _settle()
        counts.append(len(monkey.window.findChildren(QObject)))
    zoo.close(monkey)
    # The first rounds may still make what is made once and kept.
    assert counts[-1] <= counts[1], counts


def test_windows_that_are_closed_leave_nothing(zoo: Zoo) -> None:
    zoo.close(zoo.open("xor"))
    before = _living()
    for name in ("xor", "blobs", "spiral"):
        monkey = zoo.open(name)
        window = weakref.ref(monkey.window)
        zoo.close(monkey)
        del monkey
        assert _living() == before
        assert window() is None
