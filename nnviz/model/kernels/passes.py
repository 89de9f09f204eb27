"""One batch through the network, forwards and backwards, for a chunk of its points at a time.

`shape` says what `work` looks like: see `CompiledEngine`, which fills both.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from nnviz.model.kernels.activations import activate, pull_back
from nnviz.model.kernels.entry import INLINE, INNER
from nnviz.model.kernels.layers import (
    add_gradients,
    add_wide_gradients,
    errors_of_one,
    gradients_of_one,
    is_wide,
    weighted_sums,
    weighted_sums_of_one,
    wide_errors,
    wide_sums,
)
from nnviz.model.kernels.losses import start_errors
from nnviz.model.kernels.vectors import at, put

Array = Any


@njit(**INLINE)
def gather(
    X: Array, T: Array, features: int, outputs: int, weights: Array, order: Array,
    start: int, points: int, work: Array, x: int, t: int, w: int, columns: int,
) -> None:  # fmt: skip
    """Put points order[start:start + points], or start … where `order` is empty, into columns.

    X (n · features,) and T (n · outputs,) hold a point after the other; `weights` (n,) is empty
    when all count alike. Columns from `points` on become zeros.
    """
    for column in range(points):
        point = start + column
        if len(order) > 0:
            point = at(order, point)
        for feature in range(features):
            put(work, x + feature * columns + column, at(X, point * features + feature))
        for output in range(outputs):
            put(work, t + output * columns + column, at(T, point * outputs + output))
        if len(weights) > 0:
            put(work, w + column, at(weights, point))
    for column in range(points, columns):
        for feature in range(features):
            put(work, x + feature * columns + column, 0.0)
        for output in range(outputs):
            put(work, t + output * columns + column, 0.0)


@njit(inline="always", **INNER)
def forward(
    theta: Array,
    sizes: Array,
    places: Array,
    codes: Array,
    work: Array,
    activations: int,
    sums: int,
    columns: int,
) -> int:
    """All layers' sums and activations; returns the row of the first output.

    `activations`, `sums` are the places of the blocks of all units, the inputs first; the sums of
    the inputs are not used. Up to seven numbers behind either block may be written to.
    """
    row = 0
    for layer in range(len(codes)):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        weights, biases = places[layer, 0], places[layer, 1]
        x = activations + row * columns
        row += n_in
        z, a = sums + row * columns, activations + row * columns
        if columns == 1:
            weighted_sums_of_one(theta, weights, biases, n_out, n_in, work, x, z)
        elif is_wide(n_out, n_in, columns):
            wide_sums(theta, weights, n_out, n_in, work, x, z, columns)
        else:
            weighted_sums(theta, weights, n_in, 1, biases, n_out, n_in, work, x, z, columns)
        activate(codes[layer], work, z, a, n_out, columns)
    return row


@njit(inline="always", **INNER)
def backward(
    theta: Array,
    sizes: Array,
    places: Array,
    codes: Array,
    work: Array,
    activations: int,
    sums: int,
    errors: int,
    gradient: int,
    scratch: int,
    first_output: int,
    columns: int,
) -> None:
    """From the errors of the last layer to the gradient: set for a single point, else added to."""
    row = first_output
    for layer in range(len(codes) - 1, -1, -1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        weights = places[layer, 0]
        deltas = errors + row * columns
        row -= n_in
        x, e = activations + row * columns, errors + row * columns
        goal = gradient + weights
        wide = is_wide(n_out, n_in, columns)
        if columns == 1:
            gradients_of_one(work, deltas, x, n_out, n_in, goal)
        elif wide:
            add_wide_gradients(work, deltas, x, n_out, n_in, goal, columns, scratch)
        else:
            add_gradients(work, deltas, x, n_out, n_in, goal, columns)
        if layer == 0:
            return
        if columns == 1:
            errors_of_one(theta, weights, n_out, n_in, work, deltas, e)
        elif wide:
            wide_errors(theta, weights, n_out, n_in, work, deltas, e, columns)
        else:
            weighted_sums(theta, weights, 1, n_in, -1, n_in, n_out, work, deltas, e, columns)
        pull_back(codes[layer - 1], work, sums + row * columns, x, e, n_in, columns)


@njit(inline="always", **INNER)
def chunk(
    theta: Array, sizes: Array, places: Array, codes: Array, loss: int,
    X: Array, T: Array, weights: Array, order: Array, start: int, points: int, share: float,
    work: Array, layout: Array, columns: int,
) -> float:  # fmt: skip
    """Add a chunk of a batch to the gradient; returns the sum of its outputs' z²."""
    activations, sums, errors, targets = layout[0], layout[1], layout[2], layout[3]
    weighted, gradient, scratch = layout[4], layout[5], layout[6]
    last = len(codes) - 1
    gather(
        X, T, sizes[0], sizes[last + 1], weights, order, start, points, work, activations,
        targets, weighted, columns,
    )  # fmt: skip
    first_output = forward(theta, sizes, places, codes, work, activations, sums, columns)
    first = first_output * columns
    size = start_errors(
        loss, codes[last], work, sums + first, activations + first, targets, errors + first,
        sizes[last + 1], columns, points, share, weighted if len(weights) > 0 else -1,
    )  # fmt: skip
    backward(
        theta, sizes, places, codes, work, activations, sums, errors, gradient, scratch,
        first_output, columns,
    )  # fmt: skip
    return size
