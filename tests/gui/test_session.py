"""The session and its worker: real threads, queued signals, numbered runs."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from nnviz.gui import journey as journey_module
from nnviz.gui.session import TrainingSession
from nnviz.gui.states import TRANSITIONS, State
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

WAIT = 20_000


class Viewer:
    """Stands in for the window: keeps what it is told, acknowledges unless it is slow."""

    def __init__(self, session: TrainingSession, acknowledges: bool = True) -> None:
        self.session = session
        self.acknowledges = acknowledges
        self.snapshots: list[Snapshot] = []
        self.states: list[State] = []
        self.informed: list[str] = []
        self.warned: list[str] = []
        self.loaded: list[Experiment] = []
        session.snapshot_ready.connect(self._on_snapshot)
        session.state_changed.connect(self.states.append)
        session.informed.connect(self.informed.append)
        session.warned.connect(self.warned.append)
        session.experiment_loaded.connect(
            lambda experiment, dataset: self.loaded.append(experiment)
        )

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)
        if self.acknowledges:
            self.session.acknowledge(snapshot)

    @property
    def update(self) -> int:
        return self.snapshots[-1].frame.update if self.snapshots else -1


Start = Callable[..., tuple[TrainingSession, Viewer]]


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Start]:
    sessions: list[TrainingSession] = []

    def make(
        experiment: Experiment, play: bool = False, acknowledges: bool = True
    ) -> tuple[TrainingSession, Viewer]:
        session = TrainingSession(experiment)
        sessions.append(session)
        viewer = Viewer(session, acknowledges)
        session.start(play=play)
        qtbot.waitUntil(lambda: bool(viewer.snapshots), timeout=WAIT)
        return session, viewer

    yield make
    for session in sessions:
        session.close()


def test_it_starts_paused_and_shows_the_initial_weights(start: Start) -> None:
    experiment = preset("xor")
    session, viewer = start(experiment)
    assert session.state is State.PAUSED
    assert viewer.update == 0
    np.testing.assert_array_equal(
        viewer.snapshots[0].frame.weights[0], Trainer(experiment).weights[0]
    )


def test_playing_stops_at_the_epochs_and_says_so(start: Start, qtbot: QtBot) -> None:
    session, viewer = start(preset("xor").evolve(epochs=120), play=True)
    qtbot.waitUntil(lambda: session.state is State.FINISHED, timeout=WAIT)
    qtbot.waitUntil(lambda: viewer.snapshots[-1].frame.epoch == 120, timeout=WAIT)
    session.play()
    assert session.state is State.FINISHED
    assert "All 120 epochs are over: raise the epochs" in viewer.informed[-1]
    session.change({"epochs": 130})
    assert session.state is State.PAUSED
    session.play()
    qtbot.waitUntil(lambda: viewer.snapshots[-1].frame.epoch == 130, timeout=WAIT)


def test_what_is_shown_is_what_a_trainer_computes(start: Start, qtbot: QtBot) -> None:
    experiment = preset("moons").evolve(epochs=5)
    session, viewer = start(experiment, play=True)
    qtbot.waitUntil(lambda: session.state is State.FINISHED, timeout=WAIT)
    qtbot.waitUntil(lambda: viewer.snapshots[-1].frame.epoch == 5, timeout=WAIT)
    trainer = Trainer(experiment, engine="reference")
    trainer.advance_epochs(5)
    assert viewer.snapshots[-1].frame == trainer.frame()


def test_single_steps_by_update_and_by_epoch(start: Start, qtbot: QtBot) -> None:
    session, viewer = start(preset("moons"))
    for expected in (1, 2, 3):
        session.step("update")
        qtbot.waitUntil(lambda n=expected: viewer.update == n, timeout=WAIT)
        qtbot.waitUntil(lambda: session.state is State.PAUSED, timeout=WAIT)
    session.step("epoch")
    qtbot.waitUntil(lambda: viewer.snapshots[-1].frame.epoch == 1, timeout=WAIT)
    assert viewer.snapshots[-1].frame.position == 0
    qtbot.waitUntil(lambda: session.state is State.PAUSED, timeout=WAIT)


def test_every_step_that_was_asked_for_is_made(start: Start, qtbot: QtBot) -> None:
    session, viewer = start(preset("moons"))
    for _ in range(20):
        session.step("update")
        qtbot.waitUntil(lambda: session.state is State.PAUSED, timeout=WAIT)
    qtbot.waitUntil(lambda: viewer.update == 20, timeout=WAIT)


def test_pause_stops_within_a_slice_and_nothing_moves_after_it(start: Start, qtbot: QtBot) -> None:
    session, viewer = start(preset("spiral"), play=True)
    qtbot.waitUntil(lambda: viewer.update > 50, timeout=WAIT)
    session.pause()
    assert session.state is State.PAUSED
    qtbot.wait(150)
    update, count = viewer.update, len(viewer.snapshots)
    qtbot.wait(150)
    assert (viewer.update, len(viewer.snapshots)) == (update, count)


def test_reset_gives_the_same_weights_again(start: Start, qtbot: QtBot) -> None:
    session, viewer = start(preset("moons"), play=True)
    first = viewer.snapshots[0].frame
    qtbot.waitUntil(lambda: viewer.update > 20, timeout=WAIT)
    session.reset()
    assert session.state is State.PAUSED
    qtbot.waitUntil(lambda: viewer.update == 0, timeout=WAIT)
    assert viewer.snapshots[-1].frame == first
    # What was trained stays, and is retraced.
    history = viewer.snapshots[-1].history
    assert history.update[-1] > 20
    outline = viewer.snapshots[-1].timeline
    assert (outline.update, outline.newest) == (0, history.update[-1])


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 0.001},
        {"batch_size": "full"},
        {"batch_size": 1},
        {"l2": 0.01},
        {"l1": 0.001},
        {"optimizer": "sgd"},
        {"activation": "relu"},
        {"schedule": "cosine"},
        {"epochs": 400},
    ],
    ids=str,
)
def test_live_changes_keep_the_run(start: Start, qtbot: QtBot, changes: dict[str, Any]) -> None:
    session, viewer = start(preset("moons"), play=True)
    qtbot.waitUntil(lambda: viewer.update > 20, timeout=WAIT)
    before = viewer.update
    session.change(changes)
    assert session.state is State.PLAYING
    field, value = next(iter(changes.items()))
    qtbot.waitUntil(
        lambda: getattr(viewer.snapshots[-1].frame.experiment, field) == value, timeout=WAIT
    )
    assert viewer.update >= before
    assert len(viewer.loaded) == 1


@pytest.mark.parametrize(
    "changes", [{"initializer": "he"}, {"seed": 4}, {"data_seed": 5}, {"noise": 0.4}], ids=str
)
def test_other_changes_begin_a_new_run_that_goes_on_playing(
    start: Start, qtbot: QtBot, changes: dict[str, Any]
) -> None:
    session, viewer = start(preset("moons"), play=True)
    qtbot.waitUntil(lambda: viewer.update > 20, timeout=WAIT)
    run = viewer.snapshots[-1].run
    session.change(changes)
    qtbot.waitUntil(lambda: session.state is State.PLAYING, timeout=WAIT)
    qtbot.waitUntil(lambda: viewer.update > 20 and viewer.snapshots[-1].run > run, timeout=WAIT)
    field, value = next(iter(changes.items()))
    assert getattr(viewer.loaded[-1], field) == value


def test_an_impossible_change_is_said_and_changes_nothing(start: Start) -> None:
    session, viewer = start(preset("moons"))
    before = session.experiment
    session.change({"learning_rate": -1.0})
    session.change({"loss": "hinge"})
    assert session.experiment == before
    assert [sentence.split(":")[0] for sentence in viewer.warned] == [
        "learning_rate",
        "loss, output_activation",
    ]


def test_divergence_keeps_the_last_finite_frame_and_says_which_layer(
    start: Start, qtbot: QtBot
) -> None:
    experiment = preset("course-c09-linear").evolve(learning_rate=1e6, hidden=(4,))
    session, viewer = start(experiment.evolve(activation="relu"), play=True)
    qtbot.waitUntil(lambda: session.state is State.DIVERGED, timeout=WAIT)
    qtbot.waitUntil(lambda: bool(viewer.warned), timeout=WAIT)
    assert "diverged at update" in viewer.warned[-1]
    assert np.isfinite(viewer.snapshots[-1].frame.theta).all()
    assert math.isfinite(viewer.snapshots[-1].frame.train_loss)
    session.change({"learning_rate": 0.01})
    assert session.state is State.PAUSED


def test_one_snapshot_is_in_flight_until_it_is_acknowledged(start: Start, qtbot: QtBot) -> None:
    session, viewer = start(preset("spiral"), play=True, acknowledges=False)
    qtbot.wait(400)
    assert len(viewer.snapshots) == 1
    session.acknowledge(viewer.snapshots[-1])
    qtbot.waitUntil(lambda: len(viewer.snapshots) == 2, timeout=WAIT)
    assert viewer.update > 0


def test_what_a_gesture_has_made_out_of_date_is_not_drawn(start: Start, qtbot: QtBot) -> None:
    session, viewer = start(preset("spiral"), play=True)
    session.pause()
    count, stale = len(viewer.snapshots), viewer.snapshots[-1]
    session._on_photographed(stale, session._interruption.sent - 1)
    assert len(viewer.snapshots) == count
    # Not two in a row, however many gestures follow each other.
    session._on_photographed(stale, session._interruption.sent - 1)
    assert len(viewer.snapshots) == count + 1
    # The end of the run is shown, whatever was passed over on the way to it.
    end = session._worker._trainer
    assert end is not None
    qtbot.waitUntil(lambda: viewer.update == end.update and end.update > 0, timeout=WAIT)


def test_a_snapshot_that_was_passed_over_comes_again(start: Start, qtbot: QtBot) -> None:
    session, viewer = start(preset("xor"), acknowledges=False)
    viewer.acknowledges = True
    count = len(viewer.snapshots)
    session._on_photographed(viewer.snapshots[-1], session._interruption.sent - 1)
    # Nothing has happened since, so nothing else would have brought it.
    qtbot.waitUntil(lambda: len(viewer.snapshots) == count + 1, timeout=WAIT)
    assert viewer.update == 0


def test_a_late_answer_of_another_run_is_dropped(start: Start, qtbot: QtBot) -> None:
    session, viewer = start(preset("spiral"), play=True)
    old = viewer.snapshots[-1]
    session.load(preset("xor"), play=False)
    count = len(viewer.snapshots)
    session._on_photographed(old, session._interruption.sent)
    session._on_stopped(old.run, "finished", "too late")
    assert len(viewer.snapshots) == count
    assert "too late" not in viewer.informed
    qtbot.waitUntil(lambda: session.state is State.PAUSED, timeout=WAIT)


def test_the_end_of_a_step_that_comes_late_does_not_pause(start: Start, qtbot: QtBot) -> None:
    session, viewer = start(preset("spiral"), play=True)
    session._on_stopped(session._run, "goal", "")
    assert session.state is State.PLAYING
    update = viewer.update
    qtbot.waitUntil(lambda: viewer.update > update, timeout=WAIT)


def test_speed_limits_the_updates(start: Start, qtbot: QtBot) -> None:
    session, viewer = start(preset("moons"))
    session.set_speed(5.0)
    session.play()
    qtbot.wait(1000)
    session.pause()
    assert 1 <= viewer.update <= 12
    session.set_speed(math.inf)
    session.play()
    qtbot.waitUntil(lambda: viewer.update > 100, timeout=WAIT)


def test_figures_of_many_points_come_from_a_sample(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journey_module, "MOST_POINTS_FOR_FIGURES", 50)
    _, viewer = start(preset("moons"))
    assert viewer.snapshots[0].frame.is_sampled


def test_closing_while_running_ends_the_thread(start: Start, qtbot: QtBot) -> None:
    session, viewer = start(preset("spiral"), play=True)
    qtbot.waitUntil(lambda: viewer.update > 5, timeout=WAIT)
    thread = session.findChild(QThread) or session._thread
    session.close()
    assert session.state is State.CLOSED
    assert thread.isFinished()
    session.play()
    session.change({"learning_rate": 0.5})
    session.close()
    assert session.state is State.CLOSED


def test_training_runs_in_a_thread_of_its_own(start: Start, qtbot: QtBot) -> None:
    session, _ = start(preset("xor"))
    assert session._worker.thread() is session._thread
    assert session._thread is not session.thread()


def test_the_transitions_are_complete() -> None:
    for state in State:
        assert TRANSITIONS[state, "close"] is State.CLOSED
        if state is not State.CLOSED:
            assert TRANSITIONS[state, "load"] is State.LOADING
    assert all(state is not State.CLOSED for (state, event) in TRANSITIONS if event != "close")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_order_of_gestures_leaves_it_alive(start: Start, qtbot: QtBot, seed: int) -> None:
    session, viewer = start(preset("xor"))
    chance = random.Random(seed)
    gestures: list[Callable[[], object]] = [
        session.play,
        session.pause,
        session.toggle,
        session.reset,
        lambda: session.step("update"),
        lambda: session.step("epoch"),
        lambda: session.set_speed(chance.choice([3.0, 1000.0, math.inf])),
        lambda: session.load(preset(chance.choice(["xor", "moons", "blobs"]))),
        lambda: session.change({"learning_rate": chance.choice([0.01, 0.1, 1e9])}),
        lambda: session.change({"hidden": (chance.randint(1, 5),) * chance.randint(0, 3)}),
        lambda: session.change({"seed": chance.randint(0, 99)}),
    ]
    for _ in range(60):
        chance.choice(gestures)()
        qtbot.wait(chance.choice([0, 1, 5, 20]))
    session.load(preset("xor"), play=False)
    qtbot.waitUntil(lambda: session.state is State.PAUSED, timeout=WAIT)
    session.step("update")
    qtbot.waitUntil(lambda: viewer.update == 1, timeout=WAIT)
