"""Losses over a batch: the compiled twins of LOSSES.

Sums z, outputs y and targets t of the last layer are blocks of `work`: a row for each output and
in it a column for each point. Columns from `points` on are padding and count for nothing.
"""

from __future__ import annotations

from math import log
from typing import Any

from numba import njit

from nnviz.model.kernels.activations import pull_back
from nnviz.model.kernels.entry import INLINE, INNER
from nnviz.model.kernels.functions import exp, softplus
from nnviz.model.kernels.vectors import shifted

SQUARED_ERROR, BINARY_CROSS_ENTROPY, CROSS_ENTROPY, HINGE, PERCEPTRON = range(5)

CODES: dict[str, int] = {
    "squared_error": SQUARED_ERROR,
    "binary_cross_entropy": BINARY_CROSS_ENTROPY,
    "cross_entropy": CROSS_ENTROPY,
    "hinge": HINGE,
    "perceptron": PERCEPTRON,
}
"""The compiled losses; a name that is missing here trains on the reference engine."""

Array = Any


@njit(**INLINE)
def start_errors(
    code: int,
    activation: int,
    work: Array,
    z: int,
    y: int,
    t: int,
    e: int,
    outputs: int,
    columns: int,
    points: int,
    share: float,
    weights: int,
) -> float:
    """e = ∂L/∂z, each point's times `share` and its weight; returns Σ z² over the block.

    `weights` is the place of the points' weights, −1 when all count alike.
    """
    count = outputs * columns
    sums, outs = shifted(work, z), shifted(work, y)
    targets, errors = shifted(work, t), shifted(work, e)
    size = 0.0
    for k in range(count):
        size += sums[k] * sums[k]
    if code == HINGE:
        for k in range(count):
            errors[k] = -targets[k] * share if 1.0 - targets[k] * sums[k] > 0.0 else 0.0
    else:
        for k in range(count):
            errors[k] = (outs[k] - targets[k]) * share
    if code == SQUARED_ERROR:
        pull_back(activation, work, z, y, e, outputs, columns)
    if points < columns or weights >= 0:
        for output in range(outputs):
            row = e + output * columns
            if weights >= 0:
                for column in range(points):
                    work[row + column] *= work[weights + column]
            for column in range(points, columns):
                work[row + column] = 0.0
    return size


@njit(**INNER)
def sum_of_losses(
    code: int,
    work: Array,
    z: int,
    y: int,
    t: int,
    outputs: int,
    columns: int,
    points: int,
    weights: int,
) -> float:
    """The sum over the points of their losses, each times its weight."""
    total = 0.0
    for column in range(points):
        loss = 0.0
        if code == CROSS_ENTROPY:
            loss = _cross_entropy(work, z + column, t + column, outputs, columns)
        else:
            for output in range(outputs):
                place = output * columns + column
                loss += _loss_of_output(code, work[z + place], work[y + place], work[t + place])
        if weights >= 0:
            loss *= work[weights + column]
        total += loss
    return total


@njit(**INNER)
def _loss_of_output(code: int, z: float, y: float, t: float) -> float:
    if code == SQUARED_ERROR:
        return 0.5 * (y - t) * (y - t)
    if code == BINARY_CROSS_ENTROPY:
        # (max(z, 0) − t z) + ln(1 + e^−|z|): the large parts cancel first.
        return (max(z, 0.0) - t * z) + softplus(-abs(z))
    if code == HINGE:
        return max(0.0, 1.0 - t * z)
    return (y - t) * z


@njit(**INNER)
def _cross_entropy(work: Array, z: int, t: int, outputs: int, columns: int) -> float:
    top = work[z]
    for output in range(1, outputs):
        top = max(top, work[z + output * columns])
    total = wanted = 0.0
    for output in range(outputs):
        logit = work[z + output * columns]
        total += exp(logit - top)
        wanted += work[t + output * columns] * logit
    return log(total) + (top - wanted)


@njit(**INNER)
def count_of_right(
    work: Array, y: int, t: int, outputs: int, columns: int, points: int, threshold: float
) -> int:
    """How many points are decided as their targets are: by the threshold, or the largest output."""
    right = 0
    for column in range(points):
        if outputs == 1:
            right += (work[y + column] >= threshold) == (work[t + column] >= threshold)
            continue
        best = wanted = 0
        for output in range(1, outputs):
            place = output * columns + column
            if work[y + place] > work[y + best * columns + column]:
                best = output
            if work[t + place] > work[t + wanted * columns + column]:
                wanted = output
        right += best == wanted
    return right
