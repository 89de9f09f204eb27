"""An update from a single point: stochastic gradient descent.

A layer's block in `work` holds a number for each unit and begins at a multiple of eight, so that
vectors may run over its end. What they find there is never used.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from nnviz.model.kernels.activations import activate, pull_back
from nnviz.model.kernels.arguments import Model, Points, Room
from nnviz.model.kernels.entry import INLINE, INNER
from nnviz.model.kernels.losses import start_errors
from nnviz.model.kernels.vectors import (
    LANES,
    add,
    at,
    gather,
    load,
    multiply,
    multiply_add,
    put,
    spread,
    spread_at,
    store,
    sum_of_lanes,
    sums_of_lanes,
)

Array = Any


@njit(**INLINE)
def _block(units: int) -> int:
    """The length of a layer's block."""
    return (units + 7) // 8 * 8


@njit(**INLINE)
def _sums(
    theta: Array, weights: int, biases: int, rows: int, terms: int, work: Array, x: int, out: int
) -> None:
    """W x + b: along the rows of W, four rows at a time."""
    whole = terms - terms % LANES
    last = rows - 1
    r0 = weights
    for row in range(0, rows, LANES):
        # Behind the last row it is taken again, and nobody looks at the result.
        r1 = r0 + (terms if row < last else 0)
        r2 = r1 + (terms if row + 1 < last else 0)
        r3 = r2 + (terms if row + 2 < last else 0)
        if row + LANES <= rows:
            s = load(theta, biases + row)
        else:
            first, second = biases + row, biases + min(row + 1, last)
            s = gather(theta, first, second, biases + last, biases + last)
        if whole > 0:
            s0 = s1 = s2 = s3 = spread(0.0)
            for term in range(0, whole, LANES):
                inputs = load(work, x + term)
                s0 = multiply_add(load(theta, r0 + term), inputs, s0)
                s1 = multiply_add(load(theta, r1 + term), inputs, s1)
                s2 = multiply_add(load(theta, r2 + term), inputs, s2)
                s3 = multiply_add(load(theta, r3 + term), inputs, s3)
            s = add(s, sums_of_lanes(s0, s1, s2, s3))
        for term in range(whole, terms):
            column = gather(theta, r0 + term, r1 + term, r2 + term, r3 + term)
            s = multiply_add(column, spread_at(work, x + term), s)
        store(work, out + row, s)
        r0 = r3 + terms


@njit(**INLINE)
def _errors(
    theta: Array, weights: int, n_out: int, n_in: int, work: Array, deltas: int, out: int
) -> None:
    """Wᵀ δ: along the rows of W."""
    for term in range(0, n_in, LANES):
        s = spread(0.0)
        w = weights + term
        if term + LANES <= n_in:
            # Two sums side by side: each waits for its last term.
            t = s
            pairs = n_out - n_out % 2
            for unit in range(0, pairs, 2):
                s = multiply_add(spread_at(work, deltas + unit), load(theta, w), s)
                t = multiply_add(spread_at(work, deltas + unit + 1), load(theta, w + n_in), t)
                w += 2 * n_in
            if pairs < n_out:
                s = multiply_add(spread_at(work, deltas + pairs), load(theta, w), s)
            s = add(s, t)
        else:
            i, j = min(1, n_in - term - 1), min(2, n_in - term - 1)
            for unit in range(n_out):
                row = gather(theta, w, w + i, w + j, w + j)
                s = multiply_add(spread_at(work, deltas + unit), row, s)
                w += n_in
        store(work, out + term, s)


@njit(**INLINE)
def _twice(work: Array, place: int) -> Any:
    """Two numbers, and the same again: a row of two weights fills half a vector only, two rows one,
    and networks of a plane of points begin with such rows."""
    return gather(work, place, place + 1, place, place + 1)


@njit(**INLINE)
def _two_twice(work: Array, place: int) -> Any:
    """Two numbers, each of them twice."""
    return gather(work, place, place, place + 1, place + 1)


@njit(**INNER)
def deltas_of_point(
    model: Model, points: Points, loss: int, point: int, room: Room
) -> tuple[float, float]:
    """Forwards and backwards: all activations and δ; returns Σ z² of the outputs, a bound of Σ g².

    The gradient of a layer's weights is δ xᵀ, that of its biases δ, so of all layers' together
    Σ g² is at most Σ δ² · (Σ x² + 1).
    """
    work, sizes, layers = room.work, model.sizes, model.layers
    inputs = 1.0
    features = sizes[0]
    for feature in range(features):
        number = at(points.X, point * features + feature)
        put(work, room.activations + feature, number)
        inputs += number * number
    squares = spread(0.0)
    offset = 0
    for layer in range(layers):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        x = room.activations + offset
        offset += _block(n_in)
        _sums(
            model.theta, model.places[2 * layer], model.places[2 * layer + 1], n_out, n_in, work,
            x, room.sums + offset,
        )  # fmt: skip
        activate(model.codes[layer], work, room.sums + offset, room.activations + offset, n_out, 1)
    outputs = sizes[layers]
    for output in range(outputs):
        put(work, room.targets + output, at(points.T, point * outputs + output))
    if points.is_weighted:
        put(work, room.weights, at(points.weights, point))
    size = start_errors(
        loss, model.codes[layers - 1], work, room.sums + offset, room.activations + offset,
        room.targets, room.errors + offset, outputs, 1, 1, 1.0,
        room.weights if points.is_weighted else -1,
    )  # fmt: skip
    errors = 0.0
    for output in range(outputs):
        error = at(work, room.errors + offset + output)
        errors += error * error
    bound = spread(0.0)
    for layer in range(layers - 1, 0, -1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        deltas = room.errors + offset
        offset -= _block(n_in)
        x, e = room.activations + offset, room.errors + offset
        _errors(model.theta, model.places[2 * layer], n_out, n_in, work, deltas, e)
        pull_back(model.codes[layer - 1], work, room.sums + offset, x, e, n_in, 1)
        for unit in range(0, n_in, LANES):
            # Units that were taken twice are counted twice.
            vector = load(work, x + unit)
            squares = multiply_add(vector, vector, squares)
            vector = load(work, e + unit)
            bound = multiply_add(vector, vector, bound)
    return size, (errors + sum_of_lanes(bound)) * (inputs + sum_of_lanes(squares))


@njit(**INNER)
def gradient_of_point(model: Model, room: Room) -> None:
    """Spell out the gradient that `deltas_of_point` has found."""
    work, x, deltas = room.work, room.activations, room.errors
    for layer in range(model.layers):
        n_in, n_out = model.sizes[layer], model.sizes[layer + 1]
        deltas += _block(n_in)
        place = room.gradient + model.places[2 * layer]
        unit = 0
        if n_in == 2:
            inputs = _twice(work, x)
            while unit + 2 <= n_out:
                store(work, place, multiply(_two_twice(work, deltas + unit), inputs))
                unit += 2
                place += LANES
        # The units in the innermost loop: rows are short.
        whole = n_in - n_in % LANES
        for term in range(0, whole, LANES):
            inputs, spot = load(work, x + term), place + term
            for row in range(unit, n_out):
                store(work, spot, multiply(spread_at(work, deltas + row), inputs))
                spot += n_in
        for term in range(whole, n_in):
            number, spot = at(work, x + term), place + term
            for row in range(unit, n_out):
                put(work, spot, at(work, deltas + row) * number)
                spot += n_in
        place += (n_out - unit) * n_in
        whole = n_out - n_out % LANES
        for unit in range(0, whole, LANES):
            store(work, place + unit, load(work, deltas + unit))
        for unit in range(whole, n_out):
            put(work, place + unit, at(work, deltas + unit))
        x += _block(n_in)


@njit(**INNER)
def descend_from_point(model: Model, room: Room, eta: float) -> None:
    """θ ← θ − η g without spelling out g."""
    theta, work, x, deltas = model.theta, room.work, room.activations, room.errors
    rate = spread(-eta)
    for layer in range(model.layers):
        n_in, n_out = model.sizes[layer], model.sizes[layer + 1]
        deltas += _block(n_in)
        place, biases = model.places[2 * layer], model.places[2 * layer + 1]
        whole = n_in - n_in % LANES
        unit = 0
        if n_in == 2:
            inputs = multiply(rate, _twice(work, x))
            while unit + 2 <= n_out:
                factors = _two_twice(work, deltas + unit)
                store(theta, place, multiply_add(factors, inputs, load(theta, place)))
                unit += 2
                place += LANES
        for term in range(0, whole, LANES):
            inputs, spot = multiply(rate, load(work, x + term)), place + term
            for row in range(unit, n_out):
                delta = spread_at(work, deltas + row)
                store(theta, spot, multiply_add(delta, inputs, load(theta, spot)))
                spot += n_in
        for term in range(whole, n_in):
            number, spot = -eta * at(work, x + term), place + term
            for row in range(unit, n_out):
                put(theta, spot, at(theta, spot) + at(work, deltas + row) * number)
                spot += n_in
        whole = n_out - n_out % LANES
        for unit in range(0, whole, LANES):
            b = multiply_add(rate, load(work, deltas + unit), load(theta, biases + unit))
            store(theta, biases + unit, b)
        for unit in range(whole, n_out):
            put(theta, biases + unit, at(theta, biases + unit) - eta * at(work, deltas + unit))
        x += _block(n_in)
