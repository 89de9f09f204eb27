"""Traveller: stands at a moment of a timeline, and goes on from it or to any other."""

from __future__ import annotations

from nnviz.data.dataset import Dataset
from nnviz.model import reference
from nnviz.model.engine import Engine, Stop
from nnviz.model.network import Network
from nnviz.model.reference import Divergence, State
from nnviz.run.edits import nothing
from nnviz.run.experiment import Experiment
from nnviz.run.figures import Figures
from nnviz.run.problem import dataset_of, initial_theta
from nnviz.run.replay import Replay, gap_between_keyframes
from nnviz.run.segment import Segment
from nnviz.run.timeline import Place, Timeline


class Diverged(ArithmeticError):
    """A number became infinite or NaN; the trainer stands at the last finite moment."""

    def __init__(self, divergence: Divergence) -> None:
        super().__init__(divergence.sentence)
        self.divergence = divergence


class Traveller:
    """What a trainer works with at the moment where it stands: state, engine and figures.

    It trains within the segments of the timeline, and passes from one to the next.
    """

    def __init__(self, experiment: Experiment, wanted_engine: str) -> None:
        """`wanted_engine` is one of ENGINES, or ValueError; see `make_engine`, which may wait."""
        self.wanted_engine = wanted_engine
        """The one that trains from the tip of a branch on."""
        self.replay = Replay()
        self.divergence: Divergence | None = None
        self._work_on(experiment, self.replay.engine_for(experiment, wanted_engine))
        self.state = self.initial_state()
        self.timeline = Timeline(experiment, self.engine.name, self.state)
        self._segment = self.timeline.segment

    def _work_on(self, experiment: Experiment, engine: Engine) -> None:
        self.experiment = experiment
        self.dataset: Dataset = dataset_of(experiment)
        self.figures = Figures(experiment, self.dataset, engine)
        self.engine = engine
        self.gap = gap_between_keyframes(engine)
        """Updates after which a moment is kept."""

    # --- the present moment

    @property
    def update(self) -> int:
        return self.state.update

    @property
    def network(self) -> Network:
        return self.engine.problem.network

    def initial_state(self) -> State:
        """Of the present experiment."""
        return reference.initial_state(self.engine.problem, initial_theta(self.experiment))

    def is_initial(self, segment: Segment) -> bool:
        """Whether a segment begins as a new run of the present experiment would."""
        return segment.experiment == self.experiment and same_bits(
            self.replay.state_at(segment, segment.first), self.initial_state()
        )

    # --- going on

    def advance(self, goal: int, stop: Stop | None) -> bool:
        """Towards update `goal`, at most to where this segment or its next kept moment ends.

        False when `stop` asked for an end before. Raises Diverged.
        """
        timeline = self.timeline
        following = timeline.next_segment()
        target = self._target_at_tip(goal) if following is None else min(goal, following.first)
        self.state, self.divergence = self.engine.train(self.state, target - self.update, stop)
        timeline.extend(self.state, self.gap)
        if self.divergence is not None:
            timeline.segment.divergence = self.divergence
            raise Diverged(self.divergence)
        if following is not None and self.update == following.first:
            # Edits made at the same update follow one another.
            self.stand_in(timeline.segment_at(self.update), self.update)
        return self.update == target

    def _target_at_tip(self, goal: int) -> int:
        timeline = self.timeline
        if timeline.is_at_tip(self.update) and self.wanted_engine != self.engine.name:
            self.take_over(self.replay.engine_for(self.experiment, self.wanted_engine))
        target = min(goal, self.update + self.gap)
        if self.update < timeline.segment.end:
            # Perhaps another engine takes over where the branch ends.
            target = min(target, timeline.segment.end)
        return target

    def take_over(self, engine: Engine) -> None:
        """From the tip of the branch on, another engine trains."""
        if engine.name == self.engine.name:
            self.engine = engine
            return
        words = f"from here on the {engine.name} engine trains: the same but for rounding"
        segment = Segment(
            self.timeline.segment,
            self.experiment,
            engine.name,
            self.state,
            "engine",
            words,
            nothing,
        )
        self.timeline.switch(self.update, segment)
        self._segment = segment
        self._work_on(self.experiment, engine)

    def begin(self, segment: Segment, gesture: object = None) -> None:
        """An edit: the segment begins at the present moment, or by itself."""
        self.timeline.begin(self.update, segment, gesture)
        self.stand_in(segment, segment.first)

    # --- going elsewhere

    def go_to(self, place: Place) -> None:
        """To a moment that the timeline stands at."""
        self.stand_in(place.segment, place.update)

    def stand_in(self, segment: Segment, update: int) -> None:
        """Stand at a moment of a segment of this branch."""
        near = self.state if segment is self._segment else None
        self.state = self.replay.state_at(segment, update, near)
        self._segment = self.timeline.segment = segment
        self.divergence = None
        engine = self.replay.engine_for(segment.experiment, segment.engine)
        if engine is not self.engine:
            self._work_on(segment.experiment, engine)

    def start_of_pass(self) -> int:
        """The update at which the present pass over the points began, or the one before it."""
        segment, state = self._segment, self.state
        while True:
            problem = self.replay.engine_for(segment.experiment, segment.engine).problem
            used = -(-state.position // problem.points_per_batch)
            start = state.update - (used or problem.updates_per_epoch)
            if start >= segment.first:
                break
            start = segment.first
            first = self.replay.state_at(segment, start)
            begins_here = first.position == 0 and start < self.update
            if begins_here or segment.parent is None:
                break
            segment = segment.parent
            state = self.replay.state_at(segment, start)
        return max(start, self.timeline.oldest())

    def find(self, experiment: Experiment, state: State) -> Place | None:
        """A moment of the timeline that has this state, on this branch if it can be."""
        timeline = self.timeline
        for line in sorted(timeline.lines, key=lambda line: line is not timeline.line):
            for segment in reversed(line.tip.lineage()):
                if (
                    segment.first <= state.update <= segment.end
                    and segment.experiment == experiment
                    and same_bits(self.replay.state_at(segment, state.update), state)
                ):
                    return Place(segment, state.update, line)
        return None


def same_bits(one: State, other: State) -> bool:
    """Whether every bit of both is the same."""
    arrays = zip((one.theta, *one.slots), (other.theta, *other.slots), strict=False)
    return (
        (one.update, one.epoch, one.position, one.optimizer_updates)
        == (other.update, other.epoch, other.position, other.optimizer_updates)
        and len(one.slots) == len(other.slots)
        and all(a is b or a.tobytes() == b.tobytes() for a, b in arrays)
    )
