"""CompiledEngine: packs a problem for the kernels, and turns their answers into states."""

from __future__ import annotations

import math
from dataclasses import astuple, replace
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz.model import optimizers, reference
from nnviz.model.engine import ReferenceEngine, Stop
from nnviz.model.kernels.activations import CODES as ACTIVATIONS
from nnviz.model.kernels.layers import WIDE
from nnviz.model.kernels.losses import CODES as LOSSES
from nnviz.model.kernels.memory import LINE, aligned, aligned_rows, in_lines
from nnviz.model.kernels.optimizers import CODES as OPTIMIZERS
from nnviz.model.kernels.updates import EXTREME, POINTS_AT_HAND, STOPPED
from nnviz.model.losses import decision_threshold
from nnviz.model.network import Array, Network
from nnviz.model.reference import Divergence, Problem, State

LARGEST = 1e100
"""Where no given number is larger than this, and neither is the learning rate, no number in an
update overflows before the kernel has seen that it will: LARGEST_SQUARE."""

MOST_COLUMNS = 64
"""Points that go through the network at once. Their numbers should stay in the fastest cache."""
WIDE_COLUMNS = 256
"""The same where a layer's products go to BLAS, which shares the work out itself."""
EPOCHS_AHEAD = 1024
"""For so many epochs the schedule's rates are computed in advance."""

_NO_NUMBERS = np.empty(0)
_NO_INTEGERS = np.empty(0, dtype=np.int64)


def obstacle(problem: Problem) -> str:
    """What a problem has that is not compiled, in a few words; empty if nothing."""
    for names, compiled in (
        (problem.network.activations, ACTIVATIONS),
        ((problem.loss,), LOSSES),
        ((problem.optimizer,), OPTIMIZERS),
    ):
        for name in names:
            if name not in compiled:
                return f"{name} is not compiled"
    hyper = problem.hyperparameters
    numbers = (problem.learning_rate, problem.l1, problem.l2, *astuple(hyper))
    given = [problem.X, problem.T, np.array(numbers)]
    if problem.point_weights is not None:
        given.append(problem.point_weights)
    if any(float(np.abs(array).max(initial=0.0)) > LARGEST for array in given):
        return f"numbers beyond {LARGEST:.0e}"
    return ""


class CompiledEngine:
    """Trains one problem by compiled code; not for two threads at once."""

    name = "compiled"
    reason = ""

    def __init__(self, problem: Problem, kernels: Any) -> None:
        """`kernels` is what `store.load` gives."""
        self._kernels = kernels
        self.problem = problem
        network = problem.network
        self._sizes = np.array(network.sizes, dtype=np.int64)
        self._places = np.array(
            [(start, biases) for start, biases, _ in network.places], dtype=np.int64
        )
        self._codes = np.array([ACTIVATIONS[name] for name in network.activations], dtype=np.int64)
        self._X = _in_a_row(problem.X)
        self._T = _in_a_row(problem.T)
        self._weights = _or_empty(problem.point_weights)
        hyper = problem.hyperparameters
        self._hyper = np.array(
            [
                hyper.momentum,
                hyper.decay,
                hyper.beta_1,
                hyper.beta_2,
                hyper.weight_decay,
                _log(hyper.beta_1),
                _log(hyper.beta_2),
                *(0.0, 0.0),  # for `foresee`
            ],
            dtype=np.float64,
        )
        is_natural = problem.batch_size == "full" or not problem.shuffle
        self._order = np.empty(0 if is_natural else len(problem.X), dtype=np.int64)
        self._ordered_epoch = -1
        mask = problem.trainable
        self._frozen = _NO_INTEGERS if mask is None else np.flatnonzero(~mask).astype(np.int64)
        self._is_wide = is_wide(network)
        self._columns = columns_for(network, problem.points_per_batch)
        self._figure_columns = columns_for(network, WIDE_COLUMNS)
        self._layout, size = self._laid_out(max(self._columns, self._figure_columns))
        self._work = aligned(np.zeros(size))
        self._theta = np.empty(network.n_parameters)
        self._measures = np.zeros(3)
        self._rates = np.array([problem.learning_rate], dtype=np.float64)
        self._first_epoch = -1
        self._reach = float(np.abs(self._X).max())

    def _laid_out(self, columns: int) -> tuple[NDArray[np.int64], int]:
        """Where in `work` what lies, and how long it is."""
        network = self.problem.network
        n_slots = len(optimizers.OPTIMIZERS[self.problem.optimizer].slots)
        most_weights = max(n_out * n_in for n_out, n_in in network.shapes)
        lengths = (
            *3 * (sum(network.sizes) * columns,),  # activations, sums, errors
            network.sizes[-1] * columns,  # targets
            columns,  # weights of the points
            network.n_parameters,  # gradient
            most_weights if most_weights >= WIDE else 0,  # products of BLAS
            len(self._frozen) * (1 + n_slots),
            # inputs, targets and weights of points that are fetched in advance
            (network.sizes[0] + network.sizes[-1] + 1) * POINTS_AT_HAND,
        )
        # Each begins where a line of the processor's cache does.
        places = np.cumsum([0, *map(in_lines, lengths)])
        return places[:-1].astype(np.int64), int(places[-1]) + LINE

    # --- training

    def train(
        self, state: State, updates: int, stop: Stop | None = None
    ) -> tuple[State, Divergence | None]:
        """Make `updates` updates, as `reference.train` does; fewer when a stop is asked for.

        Where numbers grow so large that an update may overflow, the reference makes that update:
        it tells in which layer and in which quantity a run diverges.
        """
        start = state
        state, divergence = self._advanced(start, start.update + updates, stop or Stop())
        if divergence is None and state.update > start.update and not self._stays_finite(state):
            divergence = reference.train(self.problem, state, 1)[1]
        if divergence is None:
            return state, None
        if state.update > start.update and not np.isfinite(_objective(self.problem, state)):
            # The step that led here is taken back, by doing again all that went before it.
            state, _ = self._advanced(start, state.update - 1, Stop())
        return state, divergence

    def _advanced(self, state: State, goal: int, stop: Stop) -> tuple[State, Divergence | None]:
        """The state at update `goal`, or that from which no update could be made, and why."""
        while state.update < goal:
            state, reason = self._trained(state, goal - state.update, stop)
            if reason == STOPPED:
                break
            if reason == EXTREME:
                after, divergence = reference.train(self.problem, state, 1)
                if divergence is not None:
                    return state, divergence
                state = after
        return state, None

    def _trained(self, state: State, updates: int, stop: Stop) -> tuple[State, int]:
        """One call of the kernel, which may make fewer updates, and why it came back."""
        problem = self.problem
        rates, first_epoch = self._rates_from(state.epoch)
        used = -(-state.position // problem.points_per_batch)
        if len(rates) > 1:
            left = (first_epoch + len(rates) - state.epoch) * problem.updates_per_epoch - used
            updates = min(updates, left)
        theta = aligned(state.theta)
        slots = aligned_rows(state.slots, theta.size)
        counters = np.array(
            [
                state.update,
                state.epoch,
                state.position,
                state.optimizer_updates,
                self._ordered_epoch,
            ],
            dtype=np.int64,
        )
        reason = self._called(
            self._kernels.train_by_points if self._columns == 1 else self._kernels.train,
            theta,
            slots,
            counters,
            self._sizes,
            self._places,
            self._codes,
            LOSSES[problem.loss],
            OPTIMIZERS[problem.optimizer],
            self._hyper,
            problem.l1,
            problem.l2,
            rates,
            first_epoch,
            self._X,
            self._T,
            self._weights,
            problem.seed,
            self._order,
            self._frozen,
            self._work,
            self._layout,
            updates,
            stop.flag,
            problem.points_per_batch,
            self._columns,
        )
        update, epoch, position, optimizer_updates, self._ordered_epoch = counters.tolist()
        after = replace(
            state,
            theta=reference.frozen(theta),
            slots=tuple(reference.frozen(slot[: theta.size].copy()) for slot in slots),
            update=update,
            epoch=epoch,
            position=position,
            optimizer_updates=optimizer_updates,
        )
        return after, reason

    def _called(self, kernel: Any, *arguments: Any) -> Any:
        """What a kernel answers; BLAS, where it is used, keeps to this thread."""
        if not self._is_wide:
            return kernel(*arguments)
        with _libraries_of_threads().limit(limits=1, user_api="blas"):
            return kernel(*arguments)

    def _rates_from(self, epoch: int) -> tuple[Array, int]:
        """Learning rates of the epochs from some epoch on; one rate holds for all."""
        if self.problem.schedule == "constant":
            return self._rates, 0
        if not self._first_epoch <= epoch < self._first_epoch + len(self._rates):
            self._first_epoch = epoch
            self._rates = np.array(
                [
                    reference.learning_rate(self.problem, later)
                    for later in range(epoch, epoch + EPOCHS_AHEAD)
                ]
            )
        return self._rates, self._first_epoch

    def _stays_finite(self, state: State) -> bool:
        """Whether the objective at a state is finite, whatever batch comes next."""
        network, reach = self.problem.network, self._reach
        with np.errstate(all="ignore"):
            for W, b in zip(*network.split(state.theta), strict=True):
                # No activation is farther from 0 than its sum, by more than 1.
                reach = float((np.abs(W).sum(axis=1) * reach + np.abs(b)).max()) + 1.0
            if reach < LARGEST:
                return True
            return bool(np.isfinite(_objective(self.problem, state)))

    # --- figures

    def figures(
        self,
        theta: Array,
        X: Array,
        T: Array,
        point_weights: Array | None = None,
        chosen: NDArray[np.int64] | None = None,
    ) -> tuple[float, float]:
        loss, right, _ = self._measured(theta, X, T, point_weights, chosen)
        if not np.isfinite(loss):
            # How an overflow shows is the reference's to say.
            return ReferenceEngine(self.problem).figures(theta, X, T, point_weights, chosen)
        n = len(X) if chosen is None else len(chosen)
        return loss / n, right / n

    def penalty(self, theta: Array) -> float:
        if self.problem.l1 == 0.0 and self.problem.l2 == 0.0:
            return 0.0
        return self._measured(theta, _NO_NUMBERS, _NO_NUMBERS, None, None)[2]

    def _measured(
        self,
        theta: Array,
        X: Array,
        T: Array,
        point_weights: Array | None,
        chosen: NDArray[np.int64] | None,
    ) -> tuple[float, float, float]:
        """Sum of the losses, points decided rightly, penalty."""
        problem = self.problem
        self._theta[:] = theta
        self._called(
            self._kernels.figures,
            self._theta,
            self._sizes,
            self._places,
            self._codes,
            LOSSES[problem.loss],
            problem.l1,
            problem.l2,
            _in_a_row(X),
            _in_a_row(T),
            _or_empty(point_weights),
            _NO_INTEGERS if chosen is None else chosen,
            self._work,
            self._layout,
            self._figure_columns,
            decision_threshold(problem.network.activations[-1]),
            self._measures,
        )
        total, right, penalty = self._measures.tolist()
        return total, right, penalty


def is_wide(network: Network) -> bool:
    """Whether products of some layer go to BLAS."""
    return max(n_out * n_in for n_out, n_in in network.shapes) >= WIDE


def columns_for(network: Network, points: int) -> int:
    """How many points of a batch go through the network at once; by shape alone."""
    if points == 1:
        return 1
    return min(-(-points // 4) * 4, WIDE_COLUMNS if is_wide(network) else MOST_COLUMNS)


@cache
def _libraries_of_threads() -> Any:
    """The libraries with threads of their own, the one that compiled code calls among them."""
    import_module("scipy.linalg.cython_blas")
    return import_module("threadpoolctl").ThreadpoolController()


def _log(beta: float) -> float:
    return math.log(beta) if beta > 0.0 else -math.inf


def _objective(problem: Problem, state: State) -> float:
    with np.errstate(all="ignore"):
        return reference.next_objective(problem, state)


def _in_a_row(points: Array) -> Array:
    return np.ascontiguousarray(points, dtype=np.float64).reshape(-1)


def _or_empty(numbers: Array | None) -> Array:
    if numbers is None:
        return _NO_NUMBERS
    return _in_a_row(numbers)
