"""What the engine is measured on: networks, points, and the engine itself as a peer among peers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz.model.losses import encode_targets
from nnviz.model.network import Network
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.reference import Problem, initial_state

Array = NDArray[np.float64]

SMALL = {
    "2-4-2-1": (2, 4, 2, 1),
    "2-8-8-1": (2, 8, 8, 1),
    "2-8⁶-1": (2, 8, 8, 8, 8, 8, 8, 1),
}
POINTS = 500
WIDE = (64, 256, 256, 10)
SEED = 3
RATES = {"sgd": 0.02, "momentum": 0.002, "nesterov": 0.002, "rmsprop": 0.0005, "adam": 0.0005,
         "adamw": 0.0005, "adagrad": 0.002}  # fmt: skip
"""Small enough that rounding does not grow while the peers are compared."""


class NotMeasured(Exception):
    """What should be measured is not there; the message is one line."""


class Nnviz:
    """The engine, asked for all epochs at once; NotMeasured where another one would do the work."""

    name = "nnviz"

    def __init__(self, problem: Problem, theta: Array, engine: str) -> None:
        from nnviz.model.engine import make_engine

        self._problem = problem
        self._state = initial_state(problem, theta.copy())
        self._engine = make_engine(engine, problem)
        if self._engine.name != engine:
            raise NotMeasured(
                f"{problem.network.activations}, {problem.loss}, {problem.optimizer}: "
                f"the {self._engine.name} engine does this, not the {engine} one."
            )

    def train(self, epochs: int) -> Array:
        """The parameters after `epochs` epochs from the first; ArithmeticError if it diverged."""
        updates = epochs * self._problem.updates_per_epoch
        state, divergence = self._engine.train(self._state, updates)
        if divergence is not None:
            raise ArithmeticError(divergence.sentence)
        return state.theta


def problem_of(
    sizes: tuple[int, ...],
    *,
    hidden: str = "tanh",
    output: str = "tanh",
    loss: str = "squared_error",
    optimizer: str = "sgd",
    batch_size: int | str = "full",
    points: int = POINTS,
    **others: Any,
) -> Problem:
    """A classification of points in a cube: the sign of x₁·x₂, or for more classes a linear one."""
    rng = np.random.default_rng(SEED)
    X = rng.uniform(-1.0, 1.0, (points, sizes[0]))
    n_classes = max(sizes[-1], 2)
    if n_classes == 2:
        y = (X[:, 0] * X[:, 1] > 0).astype(np.int64)
    else:
        y = (X @ rng.normal(size=(sizes[0], n_classes))).argmax(axis=1)
    if sizes[-1] == 2 and output != "softmax":
        raise ValueError("Two outputs are for softmax.")
    network = Network(sizes, (hidden,) * (len(sizes) - 2) + (output,))
    return Problem(
        network=network,
        loss=loss,
        X=X,
        T=encode_targets(y, "classification", n_classes, output),
        optimizer=optimizer,
        learning_rate=RATES[optimizer],
        batch_size=batch_size,
        seed=SEED,
        **others,
    )


def theta_of(problem: Problem) -> Array:
    """The parameters that every peer begins with."""
    return problem.network.initial_theta("xavier", SEED)


def batch_name(batch_size: int | str) -> str:
    """For a row of the table."""
    return "all points at once" if batch_size == "full" else f"batch {batch_size}"


assert set(RATES) == set(OPTIMIZERS)
