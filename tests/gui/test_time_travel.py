"""The session goes back and forth in time, on branches, by micro-steps: as the trainer does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from operator import methodcaller

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnviz.gui.micro_walk import MicroWalk
from nnviz.gui.session import TrainingSession
from nnviz.gui.states import State
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import Experiment
from nnviz.run.frame import Frame
from nnviz.run.hands import Place, set_parameter
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

WAIT = 20_000
XOR = preset("xor")


class Traveller:
    """A session with someone who looks on, and a trainer that does the same without a window."""

    def __init__(self, qtbot: QtBot, experiment: Experiment) -> None:
        self.qtbot = qtbot
        self.session = TrainingSession(experiment)
        self.snapshots: list[Snapshot] = []
        self.warned: list[str] = []
        self.networks: list[tuple[int, ...]] = []
        self.session.snapshot_ready.connect(self._look)
        self.session.warned.connect(self.warned.append)
        self.session.network_changed.connect(lambda e, _: self.networks.append(e.hidden))
        self.walk = MicroWalk(self.move)
        self.walk.set_reduced_motion(True)
        self.walk.spelling_wanted.connect(self.session.spell)
        self.session.spelled.connect(self.walk.take)
        self.session.start()
        self.trainer = Trainer(experiment, engine="reference")

    def _look(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)
        self.walk.show_snapshot(snapshot)
        self.session.acknowledge(snapshot)

    def move(self, direction: int) -> bool:
        """As the window does it for a walk."""
        return self.session.go(direction, "update")

    @property
    def frame(self) -> Frame:
        return self.snapshots[-1].frame

    def waits_for(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT)

    def is_where_the_trainer_is(self) -> None:
        frame = self.trainer.frame()
        self.waits_for(lambda: bool(self.snapshots) and self.frame == frame)
        # Settings of that moment are those in force.
        assert self.session.experiment == frame.experiment


@pytest.fixture
def travel(qtbot: QtBot) -> Iterator[Callable[..., Traveller]]:
    made: list[Traveller] = []

    def make(experiment: Experiment = XOR) -> Traveller:
        made.append(Traveller(qtbot, experiment))
        made[-1].waits_for(lambda: bool(made[-1].snapshots))
        return made[-1]

    yield make
    for traveller in made:
        traveller.walk.stop()
        traveller.session.close()


Travel = Callable[..., Traveller]


def steps(t: Traveller, count: int) -> None:
    for _ in range(count):
        update = t.frame.update
        t.session.step("update")
        t.waits_for(lambda before=update: t.frame.update == before + 1)  # type: ignore[misc]


def test_any_moment_is_that_moment_again(travel: Travel) -> None:
    t = travel()
    steps(t, 6)
    for update in (2, 5, 0, 6):
        t.session.seek(update)
        t.trainer = Trainer(XOR, engine="reference")
        t.trainer.advance(update)
        t.is_where_the_trainer_is()
        assert t.session.state is State.PAUSED
    history = t.snapshots[-1].history
    assert history.update.tolist() == list(range(7))


def test_stepping_back_by_update_and_by_epoch(travel: Travel) -> None:
    t = travel(preset("moons"))
    per_epoch = t.trainer.updates_per_epoch
    for _ in range(2):
        t.session.step("epoch")
        t.waits_for(lambda: t.session.state is State.PAUSED)
    steps(t, 3)
    for granularity, update in [
        ("update", 2 * per_epoch + 2),
        ("epoch", 2 * per_epoch),
        ("epoch", per_epoch),
        ("update", per_epoch - 1),
        ("epoch", 0),
        ("epoch", 0),
        ("update", 0),
    ]:
        t.session.step_back(granularity)
        t.waits_for(lambda wanted=update: t.frame.update == wanted)  # type: ignore[misc]


def test_playing_from_the_past_retraces_and_a_change_begins_a_branch(travel: Travel) -> None:
    e = XOR.evolve(epochs=30)
    t = travel(e)
    t.session.play()
    t.waits_for(lambda: t.session.state is State.FINISHED)
    t.session.seek(4)
    t.session.play()
    t.waits_for(lambda: t.session.state is State.FINISHED)
    t.trainer = Trainer(e, engine="reference")
    t.trainer.advance_epochs(30)
    t.is_where_the_trainer_is()
    t.session.seek(4)
    t.session.change({"learning_rate": 0.5})
    t.session.play()
    t.waits_for(lambda: t.session.state is State.FINISHED)
    t.trainer.seek(4)
    t.trainer.change(learning_rate=0.5)
    t.trainer.advance_epochs(30 - t.trainer.epoch)
    t.is_where_the_trainer_is()
    outline = t.snapshots[-1].timeline
    assert outline is not None
    assert outline.branches == t.trainer.branches
    t.session.travel(methodcaller("checkout", 1))
    t.trainer.checkout(1)
    t.is_where_the_trainer_is()


def test_a_change_of_the_layers_keeps_what_is_learned(travel: Travel) -> None:
    t = travel(preset("moons"))
    steps(t, 5)
    number = t.session.adopt(t.session.experiment.evolve(hidden=(8,)))
    assert number is not None
    assert t.networks == [(8,)]
    t.trainer.advance(5)
    t.trainer.change(hidden=(8,))
    t.is_where_the_trainer_is()
    steps(t, 2)
    t.session.undo(number)
    t.trainer.advance(2)
    t.trainer.undo()
    t.is_where_the_trainer_is()
    assert t.networks[-1] == preset("moons").hidden
    t.session.redo(number)
    t.trainer.redo()
    t.is_where_the_trainer_is()


def test_a_drag_is_one_gesture(travel: Travel) -> None:
    t = travel()
    steps(t, 3)
    before = t.frame
    number = None
    for value in (0.1, 0.5, 0.9):
        command = partial(set_parameter, place=Place(1, 0, 0), value=value, gesture="drag")
        number = t.session.do(command, number)
    t.waits_for(lambda: t.frame.weights[0][0, 0] == 0.9)
    assert number is not None
    t.session.undo(number)
    t.waits_for(lambda: t.frame == before)


def test_what_is_refused_is_said_and_has_no_undo(travel: Travel) -> None:
    t = travel()
    steps(t, 3)
    before = t.frame
    t.session.seek(99)
    t.waits_for(lambda: bool(t.warned))
    assert t.warned[-1].startswith("update: 99 given; allowed: 0 to 3")
    number = t.session.do(partial(set_parameter, place=Place(9, 0, 0), value=1.0))
    t.waits_for(lambda: len(t.warned) == 2)
    t.session.undo(number)
    steps(t, 1)
    assert t.frame.update == before.update + 1


def test_a_run_that_was_left_is_gone_back_to(travel: Travel) -> None:
    t = travel()
    steps(t, 4)
    before, journey = t.frame, t.session.journey
    t.session.load(preset("moons"))
    t.waits_for(lambda: t.frame.experiment == preset("moons"))
    t.session.load(before.experiment, journey=journey)
    t.waits_for(lambda: t.frame == before)
    t.session.seek(1)
    t.waits_for(lambda: t.frame.update == 1)


def test_after_a_divergence_half_the_rate_from_the_best_moment(travel: Travel) -> None:
    e = preset("moons").evolve(
        learning_rate=1e4, optimizer="sgd", activation="relu", loss="squared_error",
        output_activation="linear",
    )  # fmt: skip
    t = travel(e)
    t.session.play()
    t.waits_for(lambda: t.session.state is State.DIVERGED)
    t.waits_for(lambda: t.snapshots[-1].timeline.marks != ())  # type: ignore[union-attr]
    marks = t.snapshots[-1].timeline.marks  # type: ignore[union-attr]
    assert marks[-1].kind == "diverged"
    assert "became infinite or not a number" in marks[-1].words
    t.session.go_back_and_divide_rate(2)
    t.waits_for(lambda: t.frame.experiment.learning_rate == 5e3)
    assert t.session.state is State.PAUSED
    assert t.session.experiment.learning_rate == 5e3


# Micro-steps.


def test_micro_steps_both_ways_across_updates(travel: Travel) -> None:
    t = travel()
    titles = []
    t.walk.forward()
    t.waits_for(lambda: not t.walk.is_waiting)
    count = t.walk.count
    for _ in range(count):
        assert t.walk.step is not None
        titles.append(t.walk.step.title)
        new = t.walk.step.values.get("new_weights")
        t.walk.forward()
        t.waits_for(lambda: not t.walk.is_waiting)
    assert t.frame.update == 1
    assert t.walk.number == 0
    assert new is not None
    for shown, told in zip(t.frame.weights, new, strict=True):
        np.testing.assert_allclose(shown, told, rtol=0, atol=1e-12)
    for title in reversed(titles):
        t.walk.back()
        t.waits_for(lambda: not t.walk.is_waiting)
        assert t.walk.step is not None
        assert t.walk.step.title == title
    assert (t.frame.update, t.walk.number) == (0, 0)
    t.walk.back()
    t.waits_for(lambda: not t.walk.is_waiting)
    assert (t.frame.update, t.walk.number) == (0, 0)


def test_one_point_alone(travel: Travel) -> None:
    t = travel(preset("moons"))
    t.walk.forward()
    t.waits_for(lambda: not t.walk.is_waiting)
    t.walk.choose_point(2)
    t.waits_for(lambda: not t.walk.is_waiting)
    assert t.walk.step is not None
    assert t.walk.step.title.startswith("Load point 3 of 10")


def test_watching_walks_by_itself_and_stops(travel: Travel, qtbot: QtBot) -> None:
    t = travel()
    t.walk.set_speed(20)
    with qtbot.waitSignal(t.walk.watching_changed):
        t.walk.watch(True)
    t.waits_for(lambda: t.frame.update >= 2)
    t.walk.watch(False)
    t.waits_for(lambda: not t.walk.is_waiting)
    seen = t.frame.update, t.walk.number
    qtbot.wait(200)
    assert (t.frame.update, t.walk.number) == seen
    t.walk.stop()
    assert t.walk.step is None


def test_a_run_that_is_over_in_no_time_has_its_curve(travel: Travel) -> None:
    t = travel(preset("moons").evolve(epochs=60))
    t.session.play()
    t.waits_for(lambda: t.session.state is State.FINISHED)
    t.waits_for(lambda: t.frame.epoch == 60)
    history = t.snapshots[-1].history
    assert len(history) > 3 * len(t.snapshots)
    assert (history.update[1:] > history.update[:-1]).all()
    for row in range(0, len(history), 7):
        t.trainer = Trainer(preset("moons").evolve(epochs=60), engine="reference")
        t.trainer.advance(int(history.update[row]))
        assert t.trainer.train_loss == history.train_loss[row]
