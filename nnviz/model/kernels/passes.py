"""One batch through the network, forwards and backwards, for a chunk of its points at a time."""

from __future__ import annotations

from typing import Any

from numba import njit

from nnviz.model.kernels.activations import activate, pull_back
from nnviz.model.kernels.arguments import Model, Points, Room
from nnviz.model.kernels.entry import INNER, SPLICED
from nnviz.model.kernels.layers import (
    add_gradients,
    add_wide_gradients,
    is_wide,
    weighted_sums,
    wide_errors,
    wide_sums,
)
from nnviz.model.kernels.losses import start_errors
from nnviz.model.kernels.vectors import LANES, at, load, put, store

Array = Any


@njit(**INNER)
def gather_points(
    points: Points, features: int, outputs: int, start: int, count: int, work: Array, x: int,
    t: int, w: int, columns: int,
) -> None:  # fmt: skip
    """Put `count` points, from the one in place `start` on, into columns of `work`.

    x, t, w are the places for inputs, targets and weights. Columns from `count` on become zeros.
    """
    for feature in range(features):
        for column in range(count):
            point = at(points.order, start + column) if points.is_ordered else start + column
            put(work, x + column, at(points.X, point * features + feature))
        for column in range(count, columns):
            put(work, x + column, 0.0)
        x += columns
    for output in range(outputs):
        for column in range(count):
            point = at(points.order, start + column) if points.is_ordered else start + column
            put(work, t + column, at(points.T, point * outputs + output))
        for column in range(count, columns):
            put(work, t + column, 0.0)
        t += columns
    if points.is_weighted:
        for column in range(count):
            point = at(points.order, start + column) if points.is_ordered else start + column
            put(work, w + column, at(points.weights, point))


@njit(**SPLICED)
def copy_columns(work: Array, rows: int, first: int, stride: int, to: int, columns: int) -> None:
    """Rows of `columns` numbers, a multiple of four, from places `stride` apart, one by one."""
    for _ in range(rows):
        for column in range(0, columns, LANES):
            store(work, to + column, load(work, first + column))
        first += stride
        to += columns


@njit(**INNER)
def forward(model: Model, work: Array, activations: int, sums: int, columns: int) -> int:
    """All layers' sums and activations; returns the row of the first output.

    `activations`, `sums` are the places of the blocks of all units, the inputs first; the sums of
    the inputs are not used. Up to seven numbers behind either block may be written to.
    """
    theta = model.theta
    row = 0
    for layer in range(model.layers):
        n_in, n_out = model.sizes[layer], model.sizes[layer + 1]
        weights, biases = model.places[2 * layer], model.places[2 * layer + 1]
        x = activations + row * columns
        row += n_in
        z, a = sums + row * columns, activations + row * columns
        if is_wide(n_out, n_in, columns):
            wide_sums(theta, weights, n_out, n_in, work, x, z, columns)
        else:
            weighted_sums(theta, weights, n_in, 1, biases, n_out, n_in, work, x, z, columns)
        activate(model.codes[layer], work, z, a, n_out, columns)
    return row


@njit(**SPLICED)
def backward(model: Model, room: Room, first_output: int, columns: int) -> None:
    """From the errors of the last layer to the gradient, which they are added to."""
    theta, work = model.theta, room.work
    row = first_output
    for layer in range(model.layers - 1, -1, -1):
        n_in, n_out = model.sizes[layer], model.sizes[layer + 1]
        weights = model.places[2 * layer]
        deltas = room.errors + row * columns
        row -= n_in
        x, e = room.activations + row * columns, room.errors + row * columns
        goal = room.gradient + weights
        wide = is_wide(n_out, n_in, columns)
        if wide:
            add_wide_gradients(work, deltas, x, n_out, n_in, goal, columns, room.products)
        else:
            add_gradients(work, deltas, x, n_out, n_in, goal, columns)
        if layer == 0:
            return
        if wide:
            wide_errors(theta, weights, n_out, n_in, work, deltas, e, columns)
        else:
            weighted_sums(theta, weights, 1, n_in, -1, n_in, n_out, work, deltas, e, columns)
        pull_back(model.codes[layer - 1], work, room.sums + row * columns, x, e, n_in, columns)


@njit(**SPLICED)
def chunk(
    model: Model, loss: int, is_weighted: bool, points: int, share: float, room: Room, columns: int
) -> float:
    """Add a chunk of a batch to the gradient; returns the sum of its outputs' z².

    Inputs, targets and weights of the points are in their places already.
    """
    row = forward(model, room.work, room.activations, room.sums, columns)
    first = row * columns
    size = start_errors(
        loss, model.codes[model.layers - 1], room.work, room.sums + first,
        room.activations + first, room.targets, room.errors + first, model.sizes[model.layers],
        columns, points, share, room.weights if is_weighted else -1,
    )  # fmt: skip
    backward(model, room, row, columns)
    return size
