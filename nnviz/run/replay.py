"""Makes any moment of a timeline again, each update by the engine that made it."""

from __future__ import annotations

from nnviz.model.engine import Engine, make_engine
from nnviz.model.reference import State
from nnviz.run.experiment import Experiment
from nnviz.run.problem import dataset_of, problem_of
from nnviz.run.segment import Segment

MOST_ENGINES = 4
"""Engines that are kept ready for the segments used last; each has room of its own to work in."""
WORK_BETWEEN_KEYFRAMES = 1e7
"""Some 10 ms: an update counts its points times the network's parameters, and what it takes
however small it is."""
WORK_OF_AN_UPDATE = {"compiled": 200.0, "reference": 100_000.0}


class Replay:
    """The engines of a trainer's segments, and the way from a kept moment to any other."""

    def __init__(self) -> None:
        self._engines: dict[tuple[Experiment, str], Engine] = {}

    def engine_for(self, experiment: Experiment, name: str) -> Engine:
        """Makes one where there is none; see `make_engine`, which may wait."""
        key = (experiment, name)
        engine = self._engines.pop(key, None)
        if engine is None:
            engine = make_engine(name, problem_of(experiment, dataset_of(experiment)))
            while len(self._engines) >= MOST_ENGINES:
                del self._engines[next(iter(self._engines))]
        self._engines[key] = engine  # as the newest
        return engine

    def state_at(self, segment: Segment, update: int, near: State | None = None) -> State:
        """The state of a segment after `update`, which it has.

        `near` is a state of this segment that may be nearer than what was kept.
        """
        way: list[tuple[Segment, int]] = []
        state = segment.keyframes.before(update)
        if near is not None and near.update <= update:
            state = near if state is None or state.update < near.update else state
        while state is None:
            way.append((segment, update))
            parent = segment.parent
            assert parent is not None
            segment, update = parent, segment.first
            state = segment.keyframes.before(update)
        state = self._trained(segment, state, update)
        for later, wanted in reversed(way):
            assert later.enter is not None
            state = self._trained(later, later.enter(state), wanted)
        return state

    def _trained(self, segment: Segment, state: State, update: int) -> State:
        if state.update == update:
            return state
        engine = self.engine_for(segment.experiment, segment.engine)
        reached, _ = engine.train(state, update - state.update)
        assert reached.update == update
        return reached


def gap_between_keyframes(engine: Engine) -> int:
    """After how many updates a moment is worth keeping, by what it takes to make them again."""
    problem = engine.problem
    work = problem.points_per_batch * problem.network.n_parameters
    return max(1, int(WORK_BETWEEN_KEYFRAMES / (work + WORK_OF_AN_UPDATE[engine.name])))
