"""The walk through micro-steps keeps the point that was chosen, as far as it can."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nnviz.gui.micro_walk import MicroWalk
from nnviz.insight.batch_lens import next_points
from nnviz.insight.history import Recorder
from nnviz.insight.microsteps import microsteps
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset
from nnviz.run.problem import problem_of
from nnviz.run.trainer import Trainer


class Walked:
    """A walk over a trainer, which answers at once."""

    def __init__(self, experiment: Experiment) -> None:
        self.trainer = Trainer(experiment, engine="reference")
        self.walk = MicroWalk(self.move)
        self.walk.set_reduced_motion(True)
        self.walk.spelling_wanted.connect(self.spell)
        self.show()

    def snapshot(self) -> Snapshot:
        recorder, frame = Recorder(), self.trainer.frame()
        recorder.record(frame, len(self.trainer.dataset.y_train))
        return Photographer(self.trainer.dataset, 8).snapshot(frame, recorder.history())

    def show(self) -> None:
        self.walk.show_snapshot(self.snapshot())

    def spell(self, frame: object, point: int | None) -> None:
        assert frame is not None
        self.walk.take(frame, point, microsteps(frame, point))  # type: ignore[arg-type]

    def move(self, direction: int) -> bool:
        self.trainer.seek(update=self.trainer.update + direction) if direction < 0 else None
        self.trainer.advance(1) if direction > 0 else None
        return True

    def next_update(self) -> None:
        update = self.trainer.update
        while self.trainer.update == update:
            self.walk.forward()
        self.show()

    @property
    def points(self) -> list[int]:
        """Those that are shown, as places in the training part."""
        step = self.walk._steps
        assert step is not None
        return list(step[0].values["points"])

    @property
    def batch(self) -> list[int]:
        """Those of the next update."""
        experiment = self.trainer.experiment
        problem = problem_of(experiment, self.trainer.dataset)
        return list(next_points(problem, self.trainer.frame().state))


@pytest.fixture
def walked(qapp: object) -> Callable[..., Walked]:
    def make(name: str, **changes: object) -> Walked:
        made = Walked(preset(name).evolve(**changes))
        made.walk.forward()
        return made

    return make


def test_of_a_full_batch_a_point_is_kept_for_ever(walked: Callable[..., Walked]) -> None:
    w = walked("xor")
    w.walk.choose_point(2)
    for _ in range(4):
        assert w.points == [2]
        w.next_update()
    w.walk.back()
    w.show()
    assert w.points == [2]
    w.walk.choose_point(None)
    w.next_update()
    assert w.points == [0, 1, 2, 3]


def test_of_mini_batches_it_is_shown_where_it_is_one_of_them(
    walked: Callable[..., Walked],
) -> None:
    w = walked("moons", n_samples=40, batch_size=7)
    chosen = w.batch[3]
    w.walk.choose_point(3)
    seen = []
    for _ in range(12):
        expected = [chosen] if chosen in w.batch else w.batch
        assert w.points == expected
        seen.append(len(w.points))
        w.next_update()
    assert seen.count(1) >= 2
    assert max(seen) == 7


def test_points_of_other_data_are_other_points(walked: Callable[..., Walked]) -> None:
    w = walked("xor")
    w.walk.choose_point(2)
    w.trainer = Trainer(preset("or"), engine="reference")
    w.show()
    assert w.points == [0, 1, 2, 3]


def test_a_point_that_is_not_there_shows_the_batch(walked: Callable[..., Walked]) -> None:
    w = walked("xor")
    for point in (4, -1):
        w.walk.choose_point(point)
        assert w.points == [0, 1, 2, 3]


def test_a_phase_is_gone_to_at_once() -> None:
    walked = Walked(preset("xor"))
    walk = walked.walk
    seen: list[str] = []
    walk.shown.connect(lambda steps, number: steps and seen.append(steps[number].title))
    titles = [step.title for step in microsteps(walked.trainer)]
    phases = [step.phase for step in microsteps(walked.trainer)]
    order = ("backward", "load", "update", "loss", "forward")
    for phase in order:
        walk.go_to(phase)
        assert walk.step is not None
        assert walk.step.phase == phase
        assert walk.number == phases.index(phase)
    assert seen == [titles[phases.index(phase)] for phase in order]
    walk.forward()
    assert walk.number == phases.index("forward") + 1
    walk.stop()
    walk.forward()
    assert walk.number == 0, "the walk begins at its beginning"
