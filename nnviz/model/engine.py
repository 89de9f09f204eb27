"""The engines that train: the readable reference, and its compiled twin.

Both take a problem and give the same: `reference.py` is what `kernels/` is proved against. Nothing
here loads the compiled code before it is asked for.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nnviz.model import reference
from nnviz.model.losses import decide
from nnviz.model.network import Array
from nnviz.model.reference import Divergence, Problem, State

ENGINES = ("compiled", "reference")


class Stop:
    """A flag by which another thread ends a call of `train` early."""

    def __init__(self) -> None:
        self.flag: NDArray[np.uint8] = np.zeros(1, dtype=np.uint8)
        """What compiled code looks at."""

    def ask(self) -> None:
        self.flag[0] = 1

    def clear(self) -> None:
        self.flag[0] = 0

    @property
    def is_asked(self) -> bool:
        return bool(self.flag[0])


class Engine(Protocol):
    """What trains one problem, and tells its figures."""

    name: str
    """One of ENGINES."""
    reason: str
    """Why it is not the compiled one, where that was asked for; else empty."""
    problem: Problem

    def train(
        self, state: State, updates: int, stop: Stop | None = None
    ) -> tuple[State, Divergence | None]:
        """Make `updates` updates; fewer when a stop is asked for or a number is not finite.

        Returns the state reached and what went wrong, or None: see `reference.train`.
        """
        ...

    def figures(
        self,
        theta: Array,
        X: Array,
        T: Array,
        point_weights: Array | None = None,
        chosen: NDArray[np.int64] | None = None,
    ) -> tuple[float, float]:
        """The data loss, and the fraction decided as the targets are, over the points X, T.

        X (n, features), T (n, outputs), point_weights (n,); `chosen` (m,) names those that count,
        None for all. There has to be one. Without classes the fraction says nothing.
        """
        ...

    def penalty(self, theta: Array) -> float:
        """l1·Σ|w| + l2/2·Σw²."""
        ...


class ReferenceEngine:
    """Plain NumPy."""

    name = "reference"

    def __init__(self, problem: Problem, reason: str = "") -> None:
        """`reason` says why this is not the compiled engine, where that was asked for."""
        self.problem = problem
        self.reason = reason

    def train(
        self, state: State, updates: int, stop: Stop | None = None
    ) -> tuple[State, Divergence | None]:
        if stop is not None and stop.is_asked:
            return state, None
        return reference.train(self.problem, state, updates)

    def figures(
        self,
        theta: Array,
        X: Array,
        T: Array,
        point_weights: Array | None = None,
        chosen: NDArray[np.int64] | None = None,
    ) -> tuple[float, float]:
        if chosen is not None:
            X, T = X[chosen], T[chosen]
            point_weights = None if point_weights is None else point_weights[chosen]
        with np.errstate(all="ignore"):
            passed = reference.forward(self.problem.network, theta, X)
            loss = reference.data_loss(self.problem, passed, T, point_weights)
        output = self.problem.network.activations[-1]
        right = decide(passed.outputs, output) == decide(T, output)
        return loss, float(right.mean())

    def penalty(self, theta: Array) -> float:
        with np.errstate(all="ignore"):
            return reference.penalty(self.problem, theta)


def make_engine(name: str, problem: Problem) -> Engine:
    """The engine of that name for a problem; ValueError for a name that is not in ENGINES.

    "compiled" loads the compiled code, and compiles it where that was not done before, which takes
    half a minute. Where there is none, or it does not know what the problem asks for, the engine is
    the reference, and its `reason` says why.
    """
    if name not in ENGINES:
        raise ValueError(f"engine: {name!r} given; allowed: {', '.join(ENGINES)}.")
    if name == "reference":
        return ReferenceEngine(problem)
    from nnviz.model.kernels.store import KernelsUnavailable, load

    try:
        kernels = load()
    except KernelsUnavailable as error:
        return ReferenceEngine(problem, str(error))
    from nnviz.model.kernels.engine import CompiledEngine, obstacle

    reason = obstacle(problem)
    return ReferenceEngine(problem, reason) if reason else CompiledEngine(problem, kernels)
