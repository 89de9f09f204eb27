"""The loss as a curve over one parameter, its slope here, and where the next step lands.

A pure function of a moment. All other parameters stay as they are, so this is a cut through the
loss along one axis of θ.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnviz.insight.batch_lens import chunks, data_gradient, next_points
from nnviz.insight.microsteps import microsteps
from nnviz.model import reference
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.model.network import Network
from nnviz.model.reference import ForwardPass, Problem
from nnviz.run.frame import Frame
from nnviz.run.problem import dataset_of, problem_of

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

LEAST_SPAN = 1.0
STEPS_SHOWN = 4.0
"""How many steps like the next one fit on either side of the present value."""
PART_SHOWN = 0.5
"""Which part of the present value fits on either side of it at least."""
ROOM = 1.25
"""How many steps fit where a span that is asked for is narrower than one."""

VALUES_AT_ONCE = 32_768
"""So many activations at a time stay in the processor's cache: several times faster."""

LARGEST = 4e307
"""How far a curve goes from the present value, so that its width does not overflow."""


class Place(NamedTuple):
    """Where in the network a parameter is."""

    layer: int
    """Counted from 1."""
    unit: int
    """In that layer, counted from 0."""
    source: int | None
    """The unit or input that a weight comes from, counted from 0; None for a bias."""


@dataclass(frozen=True, eq=False)
class Slope:
    """A cut through the loss along θ[index]; arrays are read-only.

    The loss is the objective, data term and penalty. "All" are the points of the training part,
    "batch" those of the next update, whose slope that update follows. What is not finite is NaN.
    """

    update: int
    """Updates made before this one."""
    index: int
    place: Place
    is_frozen: bool
    """Whether training leaves this parameter as it is; its curve has a slope all the same."""
    values: Array
    """(n,) of θ[index], rising, evenly spaced; the present and the next one lie between them."""
    losses: Array
    """(n,), of all points."""
    batch_losses: Array
    """(n,), of the batch."""
    tangent: Array
    """(n,), the straight line loss + gradient · (values − value)."""
    batch_tangent: Array
    """(n,), the same for the batch."""
    value: float
    loss: float
    batch_loss: float
    gradient: float
    """∂L/∂θ[index] of all points. At a kink of an activation, what training takes there."""
    batch_gradient: float
    """The same of the batch."""
    next_value: float
    """Where the optimizer's next update puts this parameter."""
    next_loss: float
    """On the curve there: of all points, no other parameter moved."""
    next_batch_loss: float
    """The same of the batch."""
    loss_after_update: float
    """Of all points, after the whole update: all parameters moved."""

    @property
    def step(self) -> float:
        """What the next update adds."""
        return self.next_value - self.value


def slope(frame: Frame, index: int, n: int = 101, span: float | None = None) -> Slope:
    """Cut through the loss of a frame, which stays as it is, along θ[index].

    The curve has `n` values, from `span` below the present one to `span` above it, or farther
    where the next one is not between. Without a span: at least ±1, four steps, and half the value.
    ValueError for an index that there is not, n below 2, or a span that is not above 0 and finite.
    """
    place = parameter_place(frame.network, index)
    if n < 2:
        raise ValueError(f"n: {n} given; allowed: 2 and more.")
    if span is not None and not (isfinite(span) and span > 0.0):
        raise ValueError(f"span: {span} given; allowed: a number above 0.")
    with np.errstate(all="ignore"):
        return _slope(frame, int(index), place, n, span)


def parameter_index(network: Network, layer: int, unit: int, source: int | None = None) -> int:
    """Where in θ the weight from `source` to `unit` of `layer` is, or without source its bias.

    Layers count from 1, units and sources from 0. ValueError for one that there is not.
    """
    if not 1 <= layer <= network.n_layers:
        raise ValueError(f"layer: {layer} given; allowed: 1 to {network.n_layers}.")
    n_out, n_in = network.shapes[layer - 1]
    if not 0 <= unit < n_out:
        raise ValueError(f"unit: {unit} given; allowed in layer {layer}: 0 to {n_out - 1}.")
    start, biases, _ = network.places[layer - 1]
    if source is None:
        return biases + unit
    if not 0 <= source < n_in:
        raise ValueError(f"source: {source} given; allowed for layer {layer}: 0 to {n_in - 1}.")
    return start + unit * n_in + source


def parameter_place(network: Network, index: int) -> Place:
    """The reverse of `parameter_index`; ValueError for an index that there is not."""
    last = network.n_parameters - 1
    if not 0 <= index <= last:
        raise ValueError(f"index: {index} given; allowed: 0 to {last}, the parameters.")
    layer = network.layer_of(index)
    start, biases, _ = network.places[layer - 1]
    if index >= biases:
        return Place(layer, index - biases, None)
    unit, source = divmod(index - start, network.sizes[layer - 1])
    return Place(layer, unit, source)


def _slope(frame: Frame, index: int, place: Place, n: int, span: float | None) -> Slope:
    problem, theta = problem_of(frame.experiment, dataset_of(frame.experiment)), frame.theta
    points = next_points(problem, frame.state)
    is_full = len(points) == len(problem.X)
    last = microsteps(frame)[-1].values
    next_theta = frame.network.join(last["new_weights"], last["new_biases"])
    value, next_value = float(theta[index]), float(next_theta[index])
    values = _around(value, next_value, n, span)
    # Both moments go along, so that they are exactly where the curve is.
    asked = np.array([*values, value, next_value])
    of_all = _Cut(problem, theta, index, place, None).losses(asked)
    of_batch = of_all if is_full else _Cut(problem, theta, index, place, points).losses(asked)
    by_penalty = reference.penalty_gradient(problem, theta)[index]
    gradient = data_gradient(problem, theta)[index] + by_penalty
    batch_gradient = gradient
    if not is_full:
        batch_gradient = data_gradient(problem, theta, points)[index] + by_penalty
    loss, batch_loss = of_all[n], of_batch[n]
    return Slope(
        update=frame.update,
        index=index,
        place=place,
        is_frozen=problem.trainable is not None and not problem.trainable[index],
        values=_finite(values),
        losses=_finite(of_all[:n]),
        batch_losses=_finite(of_batch[:n]),
        tangent=_finite(loss + gradient * (values - value)),
        batch_tangent=_finite(batch_loss + batch_gradient * (values - value)),
        value=value,
        loss=_number(loss),
        batch_loss=_number(batch_loss),
        gradient=_number(gradient),
        batch_gradient=_number(batch_gradient),
        next_value=_number(next_value),
        next_loss=_number(of_all[n + 1]),
        next_batch_loss=_number(of_batch[n + 1]),
        loss_after_update=_number(_objective(problem, next_theta)),
    )


def _around(value: float, next_value: float, n: int, span: float | None) -> Array:
    """n values around the present one, the next one among them if it is finite."""
    step = abs(next_value - value) if isfinite(next_value) else 0.0
    if span is None:
        half = max(LEAST_SPAN, STEPS_SHOWN * step, PART_SHOWN * abs(value))
    else:
        half = max(span, ROOM * step)
    half = min(half, LARGEST)
    return np.asarray(np.linspace(value - half, value + half, n))


def _objective(problem: Problem, theta: Array) -> float:
    """Data term and penalty of all training points, in chunks."""
    n, total = len(problem.X), 0.0
    for part in chunks(n, problem.network):
        weights = None if problem.point_weights is None else problem.point_weights[part]
        passed = reference.forward(problem.network, theta, problem.X[part])
        mean = reference.data_loss(problem, passed, problem.T[part], weights)
        total += mean * (len(passed.outputs) / n)
    return total + reference.penalty(problem, theta)


class _Cut:
    """The objective on some points along one parameter.

    Layers before its own never change, in its own layer one unit does, in the next layer each sum
    changes by a multiple of that unit. Only what is behind is computed anew for every value.
    """

    def __init__(
        self, problem: Problem, theta: Array, index: int, place: Place, points: Indices | None
    ) -> None:
        self._problem, self._theta, self._index = problem, theta, index
        self._layer, self._unit, self._source = place
        self._points = points
        self._weights, self._biases = problem.network.split(theta)

    def losses(self, values: Array) -> Array:
        """The objective at each of the values (k,), all else as it is: (k,)."""
        problem, network = self._problem, self._problem.network
        n = len(problem.X if self._points is None else self._points)
        widest = max(network.sizes[self._layer :])
        totals = np.zeros(len(values))
        for part in chunks(n, network):
            chosen = part if self._points is None else self._points[part]
            passed = reference.forward(network, self._theta, problem.X[chosen])
            block = max(1, VALUES_AT_ONCE // (len(passed.outputs) * widest))
            for start in range(0, len(values), block):
                here = slice(start, start + block)
                sums, outputs = self._behind(passed, values[here])
                totals[here] += self._summed(sums, outputs, chosen)
        return totals / n + self._penalties(values)

    def _behind(self, passed: ForwardPass, values: Array) -> tuple[Array, Array]:
        """z and y of the last layer, (k, m, outputs) each, for values (k,) and m points."""
        names = self._problem.network.activations
        place, unit = self._layer - 1, self._unit
        # Differences, so that at the present value nothing changes, not even by rounding.
        moved = (values - self._theta[self._index])[:, np.newaxis]
        taken = 1.0 if self._source is None else passed.activations[place][:, self._source]
        unit_sums = passed.sums[place][:, unit] + moved * taken
        if self._layer == self._problem.network.n_layers:
            sums = np.repeat(passed.sums[-1][np.newaxis], len(values), axis=0)
            sums[:, :, unit] = unit_sums
            return sums, ACTIVATIONS[names[-1]].value(sums)
        activation = ACTIVATIONS[names[place]].value(unit_sums)
        changes = activation - passed.activations[place + 1][:, unit]
        sums = (
            passed.sums[place + 1] + changes[:, :, np.newaxis] * self._weights[place + 1][:, unit]
        )
        for layer in range(place + 2, len(names)):
            # One long list of points: a single product of matrices instead of many small ones.
            a = ACTIVATIONS[names[layer - 1]].value(sums).reshape(-1, sums.shape[-1])
            z = a @ self._weights[layer].T + self._biases[layer]
            sums = z.reshape(*sums.shape[:2], -1)
        return sums, ACTIVATIONS[names[-1]].value(sums)

    def _summed(self, sums: Array, outputs: Array, chosen: slice | Indices) -> Array:
        """The sum over the points of their losses, each times its point's weight, (k,)."""
        problem, shape = self._problem, (-1, sums.shape[-1])
        T = np.broadcast_to(problem.T[chosen], sums.shape).reshape(shape)
        losses = LOSSES[problem.loss].value(sums.reshape(shape), outputs.reshape(shape), T)
        losses = losses.reshape(sums.shape[:2])
        if problem.point_weights is not None:
            losses = losses * problem.point_weights[chosen]
        return np.asarray(losses.sum(axis=1))

    def _penalties(self, values: Array) -> Array | float:
        problem = self._problem
        if self._source is None:
            return reference.penalty(problem, self._theta)
        theta = self._theta.copy()
        theta[self._index] = 0.0
        own = problem.l1 * np.abs(values) + 0.5 * problem.l2 * values**2
        return reference.penalty(problem, theta) + own


def _finite(array: Array) -> Array:
    """The same numbers, those that are not finite as NaN, never written again."""
    kept = np.where(np.isfinite(array), array, np.nan)
    kept.setflags(write=False)
    return kept


def _number(value: float | np.floating) -> float:
    return float(value) if np.isfinite(value) else float("nan")
