"""The engine of the window: the reference at first, the compiled one when it can be had."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui import engine_switch
from nnviz.gui.interruption import Interruption
from nnviz.gui.session import TrainingSession
from nnviz.gui.states import State
from nnviz.gui.status_line import StatusLine
from nnviz.gui.theme import LIGHT, load_fonts
from nnviz.gui.window import MainWindow
from nnviz.insight.snapshot import Snapshot
from nnviz.model.engine import Stop
from nnviz.model.kernels import preparation as preparation_module
from nnviz.model.kernels import store
from nnviz.model.kernels.compiler import Compiler
from nnviz.model.kernels.preparation import Preparation
from nnviz.model.kernels.store import KernelStore
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

WAIT = 120_000
Tell = Callable[[str, str], object]


class Viewer:
    """Stands in for the window: keeps what it is told."""

    def __init__(self, session: TrainingSession) -> None:
        self.session = session
        self.snapshots: list[Snapshot] = []
        self.told: list[tuple[str, str]] = []
        session.snapshot_ready.connect(self._on_snapshot)
        session.engine_told.connect(self._on_told)

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)
        self.session.acknowledge(snapshot)

    def _on_told(self, engine: str, note: str) -> None:
        self.told.append((engine, note))

    @property
    def update(self) -> int:
        return self.snapshots[-1].frame.update if self.snapshots else -1


Start = Callable[..., tuple[TrainingSession, Viewer]]


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Compile before anything waits for a window: that takes half a minute and more."""
    store.load()


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Start]:
    sessions: list[TrainingSession] = []

    def make(name: str = "moons", **changes: Any) -> tuple[TrainingSession, Viewer]:
        experiment = preset(name).evolve(**changes) if changes else preset(name)
        session = TrainingSession(experiment, engine="compiled")
        sessions.append(session)
        viewer = Viewer(session)
        session.start()
        qtbot.waitUntil(lambda: bool(viewer.snapshots), timeout=WAIT)
        return session, viewer

    yield make
    for session in sessions:
        session.close()


class Gate:
    """Holds preparations back until it is opened."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked = 0

    def make(self, tell: Tell) -> Preparation:
        self.asked += 1
        gate = self.open

        class Held(Preparation):
            def _get_ready(self) -> None:
                gate.wait()
                super()._get_ready()

        return Held(tell)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(engine_switch, "make_preparation", gate.make)
    yield gate
    gate.open.set()


def steps(session: TrainingSession, viewer: Viewer, qtbot: QtBot, count: int) -> None:
    for _ in range(count):
        before = viewer.update
        session.step("update")
        qtbot.waitUntil(lambda before=before: viewer.update == before + 1, timeout=WAIT)
        qtbot.waitUntil(lambda: session.state is State.PAUSED, timeout=WAIT)


# --- the switch


def test_the_compiled_engine_takes_over_from_the_very_same_state(
    start: Start, gate: Gate, qtbot: QtBot
) -> None:
    session, viewer = start(optimizer="adam", learning_rate=0.01)
    steps(session, viewer, qtbot, 7)
    last, count = viewer.snapshots[-1].frame, len(viewer.snapshots)
    gate.open.set()
    qtbot.waitUntil(lambda: ("compiled", "") in viewer.told, timeout=WAIT)
    qtbot.waitUntil(lambda: len(viewer.snapshots) > count, timeout=WAIT)
    after = viewer.snapshots[-1].frame
    assert after.update == 7
    np.testing.assert_array_equal(after.theta, last.theta)
    assert after.state.position == last.state.position
    for one, other in zip(after.state.slots, last.state.slots, strict=True):
        np.testing.assert_array_equal(one, other)
    steps(session, viewer, qtbot, 5)
    trainer = Trainer(session.experiment, engine="reference")
    trainer.advance(7)
    trainer.use("compiled")
    trainer.advance(5)
    np.testing.assert_array_equal(viewer.snapshots[-1].frame.theta, trainer.frame().theta)
    assert gate.asked == 1


def test_training_goes_on_across_the_switch(start: Start, gate: Gate, qtbot: QtBot) -> None:
    session, viewer = start(epochs=100_000)
    session.play()
    qtbot.waitUntil(lambda: viewer.update > 20, timeout=WAIT)
    assert viewer.told == []
    gate.open.set()
    qtbot.waitUntil(lambda: viewer.told == [("compiled", "")], timeout=WAIT)
    reached = viewer.update
    qtbot.waitUntil(lambda: viewer.update > reached + 1000, timeout=WAIT)
    assert session.state is State.PLAYING


def test_an_experiment_that_is_loaded_later_is_compiled_from_the_start(
    start: Start, qtbot: QtBot
) -> None:
    session, viewer = start()
    qtbot.waitUntil(lambda: ("compiled", "") in viewer.told, timeout=WAIT)
    session.load(preset("xor"), play=False)
    qtbot.waitUntil(lambda: viewer.snapshots[-1].frame.experiment == preset("xor"), timeout=WAIT)
    qtbot.waitUntil(lambda: session.state is State.PAUSED, timeout=WAIT)
    steps(session, viewer, qtbot, 3)
    trainer = Trainer(preset("xor"), engine="compiled")
    trainer.advance(3)
    assert viewer.snapshots[-1].frame == trainer.frame()
    assert viewer.told == [("compiled", "")]


def test_nothing_is_prepared_where_the_reference_is_wanted(
    gate: Gate, qtbot: QtBot, start: Start
) -> None:
    session = TrainingSession(preset("xor"))
    viewer = Viewer(session)
    session.start()
    qtbot.waitUntil(lambda: bool(viewer.snapshots), timeout=WAIT)
    steps(session, viewer, qtbot, 2)
    session.close()
    assert gate.asked == 0
    assert viewer.told == []


# --- the first start


@pytest.fixture
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Compiler]:
    """Kernels that take for ever to compile; the compilers that were made."""
    monkeypatch.syspath_prepend(str(tmp_path))
    package = tmp_path / "endless_kernels"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "kernels.py").write_text("import time\nwhile True:\n    time.sleep(0.05)\n")
    made: list[Compiler] = []

    class Noted(Compiler):
        def __init__(self, base: Path, modules: tuple[str, ...] = ()) -> None:
            super().__init__(base, modules)
            made.append(self)

    kernels = KernelStore(("endless_kernels.kernels",), tmp_path / "base")
    monkeypatch.setattr(preparation_module, "Compiler", Noted)
    monkeypatch.setattr(engine_switch, "make_preparation", lambda tell: Preparation(tell, kernels))
    return made


def test_the_reference_trains_while_a_child_compiles(
    start: Start, qtbot: QtBot, endless: list[Compiler], tmp_path: Path
) -> None:
    session, viewer = start()
    qtbot.waitUntil(lambda: bool(endless) and bool(endless[0].process_id), timeout=WAIT)
    qtbot.waitUntil(lambda: bool(viewer.told), timeout=WAIT)
    assert viewer.told == [("reference", "compiling, first start only")]
    session.play()
    qtbot.waitUntil(lambda: viewer.update > 20, timeout=WAIT)
    session.pause()
    process = endless[0].process_id
    assert process is not None
    os.kill(process, 0)  # it lives
    preparation = session._worker._switch._preparation
    assert preparation is not None
    session.close()
    preparation._thread.join()  # a machine that is busy may take longer than a window waits
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert [path.name for path in (tmp_path / "base").iterdir() if path.name != "lock"] == []


def test_without_kernels_it_stays_with_the_reference_and_says_why(
    start: Start, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kernels = KernelStore(("nnviz.model.kernels.entry",), tmp_path)
    monkeypatch.setattr(kernels, "load_from_cache", _refuse)
    monkeypatch.setattr(engine_switch, "make_preparation", lambda tell: Preparation(tell, kernels))
    session, viewer = start()
    qtbot.waitUntil(lambda: bool(viewer.told), timeout=WAIT)
    assert viewer.told == [("reference", "numba is not installed")]
    steps(session, viewer, qtbot, 3)
    trainer = Trainer(session.experiment, engine="reference")
    trainer.advance(3)
    assert viewer.snapshots[-1].frame == trainer.frame()


def _refuse(*arguments: object) -> None:
    from nnviz.model.kernels.store import KernelsUnavailable

    raise KernelsUnavailable("numba is not installed")


# --- interrupting


def test_a_stop_is_asked_for_until_all_commands_have_arrived() -> None:
    interruption = Interruption()
    assert not interruption.stop.is_asked
    interruption.announce()
    interruption.announce()
    interruption.arrived()
    assert interruption.stop.is_asked
    interruption.arrived()
    assert not interruption.stop.is_asked
    interruption.arrived()  # one that was not announced
    interruption.announce()
    assert interruption.stop.is_asked


COMMANDS: dict[str, Callable[[TrainingSession], object]] = {
    "pause": TrainingSession.pause,
    "reset": TrainingSession.reset,
    "step": lambda session: session.step("epoch"),
    "load": lambda session: session.load(preset("xor"), play=False),
    "change": lambda session: session.change({"learning_rate": 0.5}),
    "another network": lambda session: session.change({"hidden": (3,)}),
    "speed": lambda session: session.set_speed(10.0),
    "close": TrainingSession.close,
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_interrupts_an_update_that_takes_for_ever(
    start: Start, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, gate: Gate, command: str
) -> None:
    session, _ = start()
    begun, served = threading.Event(), threading.Event()

    def advance_for_ever(trainer: Trainer, updates: int = 1, stop: Stop | None = None) -> None:
        assert stop is not None
        begun.set()
        while not stop.is_asked:
            time.sleep(0.001)

    def arrived() -> None:
        whole_arrived()
        served.set()

    monkeypatch.setattr(Trainer, "advance", advance_for_ever)
    session.play()
    assert begun.wait(60)
    whole_arrived = session._interruption.arrived
    monkeypatch.setattr(session._interruption, "arrived", arrived)
    gate.open.set()  # else closing would wait for it
    COMMANDS[command](session)
    assert served.wait(60)


def test_an_update_that_was_given_up_is_made_later(
    start: Start, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, viewer = start("xor")
    qtbot.waitUntil(lambda: ("compiled", "") in viewer.told, timeout=WAIT)
    given_up: list[int] = []
    advance = Trainer.advance

    def advance_at_the_second_time(
        trainer: Trainer, updates: int = 1, stop: Stop | None = None
    ) -> None:
        if trainer.update not in given_up:
            given_up.append(trainer.update)
            stop = Stop()
            stop.ask()
        advance(trainer, updates, stop=stop)

    monkeypatch.setattr(Trainer, "advance", advance_at_the_second_time)
    steps(session, viewer, qtbot, 4)
    assert given_up == [0, 1, 2, 3]
    monkeypatch.undo()
    trainer = Trainer(session.experiment, engine="compiled")
    trainer.advance(4)
    assert viewer.snapshots[-1].frame == trainer.frame()


# --- what the window says


@pytest.mark.parametrize(
    ("engine", "note", "text"),
    [
        ("compiled", "", "compiled"),
        ("reference", "", ""),
        ("reference", "compiling, first start only", "compiling, first start only"),
        ("reference", "numba is not installed", "reference engine: numba is not installed"),
    ],
)
def test_the_status_line_tells_the_engine(qtbot: QtBot, engine: str, note: str, text: str) -> None:
    status = StatusLine()
    qtbot.addWidget(status)
    status.show_engine("reference", "something else")
    status.show_engine(engine, note)
    assert status.engine_text == text


def test_the_window_tells_the_engine(qtbot: QtBot, qapp: QApplication) -> None:
    load_fonts()
    window = MainWindow(preset("xor"), LIGHT, engine="compiled")
    qtbot.addWidget(window)
    window.show()
    window.session.start()
    assert window.status.engine_text == ""
    qtbot.waitUntil(lambda: window.status.engine_text == "compiled", timeout=WAIT)
    window.close()
