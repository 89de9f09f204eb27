"""The batch under a lens: why stochastic gradients are noisy and the full one is dear.

A pure function of a moment: the points of the next update, the gradient of each of them, and the
gradient of their batch beside that of all training points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnviz.model import reference
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.model.network import Network
from nnviz.model.reference import Problem
from nnviz.run.frame import Frame
from nnviz.run.problem import dataset_of, problem_of

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

MOST_VALUES = 2_000_000
"""Up to so many numbers, 16 MB, the gradients of single points are kept."""

MOST_AT_ONCE = 500_000
"""About as many activations are in memory at a time, however many points there are."""

MOST_MOMENTS = 2_000


@dataclass(frozen=True, eq=False)
class BatchLens:
    """The points of the next update and what each of them asks for; arrays are read-only.

    All gradients are parts of ∂L/∂θ, (n_parameters,) in the layout of `Network`. They are 0 for
    parameters that are frozen: training moves in the directions of the others alone, so those are
    compared. Numbers that are not finite make NaN in arrays and None elsewhere.
    """

    update: int
    """Updates made before this one."""
    points: Indices
    """(m,), the places of this batch's points in the training part, in the order of training."""
    point_gradients: Array | None
    """(m, n_parameters), of each point's own data loss, times the point's weight. Their mean and
    `penalty_gradient` make `batch_gradient`. None when they would be more than MOST_VALUES."""
    lengths: Array
    """(m,), how hard each point pulls: the length of its own gradient, without the penalty."""
    angles_to_full: Array
    """(m,), degrees between the point's own gradient and the mean of those of all training points,
    both without the penalty, which all points share; NaN where one of both has length 0. More
    than 90: this point pulls against the rest."""
    penalty_gradient: Array
    batch_gradient: Array
    """Of the objective on this batch, with the penalty: what the optimizer is given."""
    full_gradient: Array
    """Of the objective on all training points, with the penalty."""
    angle: float | None
    """Degrees between both, 0 to 180; None when one has length 0."""
    length_ratio: float | None
    """Length of the batch's gradient, in lengths of the full one; None when that has length 0."""
    n_points: int
    """In the training part."""
    points_per_update: int
    """As the experiment asks for it; the last batch of an epoch, `points`, may be smaller."""
    updates_per_epoch: int

    @property
    def cost_ratio(self) -> float:
        """How many times as many point gradients as this batch the full gradient costs: n / m."""
        return self.n_points / len(self.points)


def batch_lens(frame: Frame) -> BatchLens:
    """Look at the next update of a frame, which stays as it is."""
    with np.errstate(all="ignore"):
        found = _gradients_at(frame)
        point_gradients, lengths, angles = _each_point(found)
    return BatchLens(
        update=frame.update,
        points=_read_only(found.points),
        point_gradients=point_gradients,
        lengths=lengths,
        angles_to_full=angles,
        penalty_gradient=_read_only(found.penalty),
        batch_gradient=_read_only(found.batch + found.penalty),
        full_gradient=_read_only(found.full + found.penalty),
        angle=found.angle,
        length_ratio=found.length_ratio,
        n_points=len(found.problem.X),
        points_per_update=found.problem.points_per_batch,
        updates_per_epoch=found.problem.updates_per_epoch,
    )


def next_points(problem: Problem, state: reference.State) -> Indices:
    """(m,), the places of the next update's points in the training part."""
    return np.arange(len(problem.X))[reference.batch_indices(problem, state)]


def data_gradient(problem: Problem, theta: Array, points: Indices | None = None) -> Array:
    """∂/∂θ of the mean data loss of these points, or of all, without the penalty, (n_parameters,).

    Computed in chunks, so that memory stays bounded; frozen parameters are not left out.
    """
    bare = replace(problem, l1=0.0, l2=0.0)
    n = len(problem.X) if points is None else len(points)
    gradient = np.zeros_like(theta)
    for part in chunks(n, problem.network):
        # Without a choice of points a chunk is a view of the data, not a copy.
        chosen = part if points is None else points[part]
        weights = None if problem.point_weights is None else problem.point_weights[chosen]
        X = problem.X[chosen]
        mean = reference.loss_and_gradient(bare, theta, X, problem.T[chosen], weights)[1]
        gradient += mean * (len(X) / n)
    return gradient


def chunks(n: int, network: Network) -> Iterator[slice]:
    """Slices of n points whose activations fit into memory together."""
    size = max(1, MOST_AT_ONCE // sum(network.sizes))
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


class _Gradients(NamedTuple):
    """Those of the data terms, and the penalty's; 0 for frozen parameters."""

    problem: Problem
    theta: Array
    points: Indices
    batch: Array
    full: Array
    penalty: Array

    @property
    def angle(self) -> float | None:
        return angle_between(self.batch + self.penalty, self.full + self.penalty)

    @property
    def length_ratio(self) -> float | None:
        batch, full = length_of(self.batch + self.penalty), length_of(self.full + self.penalty)
        is_known = full > 0.0 and np.isfinite(full) and np.isfinite(batch / full)
        return float(batch / full) if is_known else None


def _gradients_at(frame: Frame) -> _Gradients:
    problem, theta = problem_of(frame.experiment, dataset_of(frame.experiment)), frame.theta
    points = next_points(problem, frame.state)
    moves = _movable(problem)
    batch = data_gradient(problem, theta, points)
    # The same points in another order differ by rounding, which is no angle.
    full = batch if len(points) == len(problem.X) else data_gradient(problem, theta)
    penalty = reference.penalty_gradient(problem, theta)
    return _Gradients(problem, theta, points, batch * moves, full * moves, penalty * moves)


def _movable(problem: Problem) -> Array:
    """1 where θ may change, 0 where it is frozen, (n_parameters,)."""
    if problem.trainable is None:
        return np.ones(problem.network.n_parameters)
    return problem.trainable.astype(np.float64)


def _each_point(found: _Gradients) -> tuple[Array | None, Array, Array]:
    """Every point's gradient, if there are not too many, its length, and its angle to the full.

    A point's gradient in a layer is the outer product δ aᵀ, so that its length and its product
    with another gradient need no more than products with matrices of the layer's shape.
    """
    network, m = found.problem.network, len(found.points)
    moves = _movable(found.problem)
    is_kept = m * network.n_parameters <= MOST_VALUES
    rows = np.empty((m, network.n_parameters)) if is_kept else None
    squares, products = np.zeros(m), np.zeros(m)
    masks, towards = network.split(moves), network.split(found.full)
    for part in chunks(m, network):
        for layer, (delta, a) in enumerate(_errors_and_inputs(found, part)):
            W, b = masks[0][layer], masks[1][layer]
            squares[part] += ((delta**2 @ W) * a**2).sum(axis=1) + delta**2 @ b
            W, b = towards[0][layer], towards[1][layer]
            products[part] += ((delta @ W) * a).sum(axis=1) + delta @ b
            if rows is not None:
                start, middle, end = network.places[layer]
                outer = delta[:, :, np.newaxis] * a[:, np.newaxis, :]
                rows[part, start:middle] = outer.reshape(len(delta), -1) * moves[start:middle]
                rows[part, middle:end] = delta * moves[middle:end]
    lengths = np.sqrt(squares)
    cosines = products / lengths / length_of(found.full)
    angles = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return (
        None if rows is None else _read_only(rows),
        _read_only(np.where(np.isfinite(lengths), lengths, np.nan)),
        _read_only(angles),
    )


def _errors_and_inputs(found: _Gradients, part: slice) -> Iterator[tuple[Array, Array]]:
    """Layer by layer from the first: δ (m, n_out) of each point's own loss and a (m, n_in)."""
    problem, network, points = found.problem, found.problem.network, found.points[part]
    passed = reference.forward(network, found.theta, problem.X[points])
    weights, _ = network.split(found.theta)
    activation = ACTIVATIONS[network.activations[-1]]
    delta = LOSSES[problem.loss].gradient(
        passed.sums[-1], passed.outputs, problem.T[points], activation
    )
    if problem.point_weights is not None:
        delta = delta * problem.point_weights[points][:, np.newaxis]
    deltas = [delta]
    for layer in range(network.n_layers - 1, 0, -1):
        activation = ACTIVATIONS[network.activations[layer - 1]]
        z, a = passed.sums[layer - 1], passed.activations[layer]
        deltas.append(activation.pullback(z, a, deltas[-1] @ weights[layer]))
    return zip(reversed(deltas), passed.activations, strict=False)


# --- lengths and angles


def length_of(vector: Array) -> np.float64:
    """The Euclidean length, also where a square of it would be too large or too small."""
    largest = np.abs(vector).max(initial=0.0)
    if largest == 0.0 or not np.isfinite(largest):
        return np.float64(largest)
    return np.float64(largest * np.linalg.norm(vector / largest))


def angle_between(u: Array, v: Array) -> float | None:
    """Degrees from 0 to 180; None when one has length 0 or is not finite.

    2 atan(|u/|u| − v/|v|| / |u/|u| + v/|v||), which is exact for small angles too (Kahan: How
    futile are mindless assessments of roundoff in floating-point computation?, 2006, § 12).
    """
    directions = []
    for vector in (u, v):
        largest = np.abs(vector).max(initial=0.0)
        if largest == 0.0 or not np.isfinite(largest):
            return None
        scaled = vector / largest
        directions.append(scaled / np.linalg.norm(scaled))
    apart = np.linalg.norm(directions[0] - directions[1])
    along = np.linalg.norm(directions[0] + directions[1])
    return float(np.degrees(2.0 * np.arctan2(apart, along)))


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array


# --- over time


@dataclass(frozen=True, eq=False)
class LensCurve:
    """One entry for each moment that was noted, oldest first; read-only, NaN where there is none.

    (k,) each: `update`, the updates made before; `angle` in degrees and `length_ratio`, as in
    `BatchLens`.
    """

    update: Array
    angle: Array
    length_ratio: Array

    def __len__(self) -> int:
        return len(self.update)


class LensTrace:
    """Notes how far batches stray. When full, it drops every second note and takes half as many.

    As with `Recorder`, the newest moment is always there, and going back forgets what came after.
    """

    def __init__(self, most: int = MOST_MOMENTS) -> None:
        """`most` moments are kept at a time; ValueError for fewer than 4."""
        if most < 4:
            raise ValueError(f"most: {most} given; allowed: 4 and more.")
        self._most = most
        self.clear()

    def clear(self) -> None:
        self._rows: list[tuple[float, float, float, bool]] = []
        """Update, angle, ratio, and whether nobody looked between the one before and this."""
        self._least_gap = 0.0
        self._is_interrupted = False

    def interrupt(self) -> None:
        """Nobody looks for a while: what comes next is not joined to what was before."""
        self._is_interrupted = True

    def record(self, moment: Frame | BatchLens) -> None:
        """Note a moment; from a frame no more is computed than the two gradients."""
        update = float(moment.update)
        with np.errstate(all="ignore"):
            found = moment if isinstance(moment, BatchLens) else _gradients_at(moment)
        rows = self._rows
        is_apart = self._is_interrupted and bool(rows) and update > rows[-1][0] + 1
        self._is_interrupted = False
        while rows and rows[-1][0] >= update:
            after = rows.pop()
            is_apart |= after[0] == update and after[3]
        if len(rows) >= 2 and update - rows[-2][0] < self._least_gap:
            is_apart |= rows.pop()[3]
        elif len(rows) == self._most:
            is_apart |= rows[-1][3] and self._most % 2 == 0
            self._rows = rows = _every_second(rows)
            self._least_gap = float(np.median(np.diff([noted[0] for noted in rows])))
        rows.append((update, _or_nan(found.angle), _or_nan(found.length_ratio), is_apart))

    def curve(self) -> LensCurve:
        """What was noted, as arrays that are never written again; NaN where nobody looked."""
        noted: list[tuple[float, float, float]] = []
        for update, angle, ratio, is_apart in self._rows:
            if is_apart and noted:
                noted.append(((noted[-1][0] + update) / 2, np.nan, np.nan))
            noted.append((update, angle, ratio))
        columns = np.array(noted, dtype=np.float64).reshape(-1, 3).T.copy()
        return LensCurve(*_read_only(columns))


def _every_second(
    rows: list[tuple[float, float, float, bool]],
) -> list[tuple[float, float, float, bool]]:
    """The first, the third and so on; a gap before one that goes is one before the next."""
    return [
        (*row[:3], row[3] or (number > 0 and rows[2 * number - 1][3]))
        for number, row in enumerate(rows[::2])
    ]


def lens_over_time(frames: Iterable[Frame]) -> LensCurve:
    """Angles and lengths at these moments, given oldest first; every second one of too many."""
    trace = LensTrace()
    for frame in frames:
        trace.record(frame)
    return trace.curve()


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
