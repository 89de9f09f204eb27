"""Frame: one immutable moment of a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnviz.model.network import Network
from nnviz.model.reference import State
from nnviz.run.experiment import Experiment

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frame:
    """One moment: the experiment, the full state of training, and its figures.

    Two frames are equal when the experiment, every bit of the state and every figure are.
    """

    experiment: Experiment
    network: Network
    state: State
    train_data_loss: float
    """Mean loss over the training points, without the penalty."""
    penalty: float
    test_loss: float | None
    """Data term over the test part; None without one."""
    train_accuracy: float | None
    """Fraction of points classified rightly; None for regression."""
    test_accuracy: float | None
    is_sampled: bool = False
    """Whether the figures come from a fair sample of many points."""

    @property
    def theta(self) -> Array:
        """All parameters, (n_parameters,), read-only."""
        return self.state.theta

    @property
    def slots(self) -> tuple[Array, ...]:
        """The optimizer's memory."""
        return self.state.slots

    @property
    def update(self) -> int:
        return self.state.update

    @property
    def epoch(self) -> int:
        """Completed passes over the training points."""
        return self.state.epoch

    @property
    def position(self) -> int:
        """Points of the present pass that were used already."""
        return self.state.position

    @property
    def train_loss(self) -> float:
        """The objective: data term and penalty."""
        return self.train_data_loss + self.penalty

    @property
    def weights(self) -> list[Array]:
        """(n_out, n_in) of every layer, read-only."""
        return self.network.split(self.theta)[0]

    @property
    def biases(self) -> list[Array]:
        """(n_out,) of every layer, read-only."""
        return self.network.split(self.theta)[1]

    def _content(self) -> tuple[object, ...]:
        state = self.state
        return (
            self.experiment,
            state.theta.tobytes(),
            tuple(slot.tobytes() for slot in state.slots),
            (state.update, state.epoch, state.position, state.optimizer_updates),
            # repr tells every float from every other, and NaN equals itself.
            repr((self.train_data_loss, self.penalty, self.test_loss)),
            (self.train_accuracy, self.test_accuracy, self.is_sampled),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frame) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())
