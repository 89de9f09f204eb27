"""The worker by itself, in the thread of the test: what it sends, and when."""

from __future__ import annotations

import math
from collections.abc import Iterator
from operator import methodcaller

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from nnviz import preset
from nnviz.gui.worker import TrainingWorker
from nnviz.insight.snapshot import Snapshot

RUN, JOURNEY = 1, 1


@pytest.fixture
def playing(qtbot: QtBot) -> Iterator[tuple[TrainingWorker, list[Snapshot]]]:
    """A worker at full speed, and what it has sent; everything is acknowledged at once."""
    worker = TrainingWorker()
    snapshots: list[Snapshot] = []

    def receive(snapshot: Snapshot, _served: int) -> None:
        snapshots.append(snapshot)

    worker.photographed.connect(receive)
    worker.photographed.connect(lambda *_: worker.acknowledge(RUN))
    worker.load(RUN, JOURNEY, preset("moons").evolve(epochs=1_000_000))
    worker.set_speed(math.inf)
    worker.play(RUN)
    qtbot.waitUntil(lambda: len(snapshots) > 3)
    yield worker, snapshots
    worker.pause(RUN)
    shiboken6.delete(worker)


def test_no_picture_of_what_a_command_is_about_to_change(
    playing: tuple[TrainingWorker, list[Snapshot]], qtbot: QtBot
) -> None:
    worker, snapshots = playing
    worker.interruption.announce()
    sent = len(snapshots)
    qtbot.wait(150)
    assert len(snapshots) == sent
    worker.do(RUN, 1, methodcaller("change", learning_rate=0.007))
    assert len(snapshots) == sent + 1
    assert snapshots[-1].frame.experiment.learning_rate == 0.007
    qtbot.waitUntil(lambda: len(snapshots) > sent + 3)


@pytest.mark.parametrize("command", ["set_speed", "spell"])
def test_after_a_command_that_shows_nothing_pictures_go_on(
    playing: tuple[TrainingWorker, list[Snapshot]], qtbot: QtBot, command: str
) -> None:
    worker, snapshots = playing
    worker.interruption.announce()
    qtbot.wait(50)
    sent = len(snapshots)
    if command == "set_speed":
        worker.set_speed(1_000.0)
    else:
        worker.spell(snapshots[-1].frame, None)
    qtbot.waitUntil(lambda: len(snapshots) > sent + 2)


def test_a_hand_that_does_not_rest_sees_its_changes(
    playing: tuple[TrainingWorker, list[Snapshot]],
) -> None:
    worker, snapshots = playing
    worker.interruption.announce()
    for number in range(1, 20):
        worker.interruption.announce()  # the next one is on its way before this one is served
        rate = 0.001 * number
        worker.do(RUN, number, methodcaller("change", learning_rate=rate))
        assert snapshots[-1].frame.experiment.learning_rate == rate
