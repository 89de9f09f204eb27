"""Products of a layer's weights with what its units hold, for several points at once.

All that a pass needs lies in one array, `work`. A layer's block holds a row for each unit and in
it a column for each point: unit · columns + point. `columns` is a multiple of four; what a single
point needs is in `one_point`. Weights lie in θ as `Network` says: row by row, n_out × n_in.

The loops keep a block of results in registers, up to 4 units × 8 points, or × 16 where registers
hold eight numbers, while they run over the units that are summed: a number is loaded once for
several products, and no result goes to memory before it is complete.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, njit

from nnviz.model.kernels.entry import INLINE, OWNING
from nnviz.model.kernels.vectors import (
    EIGHT,
    HAS_EIGHT_LANES,
    LANES,
    add,
    at,
    load,
    load_eight,
    multiply_add,
    put,
    shifted,
    spread,
    spread_at,
    spread_eight,
    store,
    sum_of_lanes,
    sums_of_lanes,
)

WIDE = 32 * 32
"""From so many weights on a layer's products go to BLAS; by shape, never by timing."""

Array = Any
Four = tuple[float, float, float, float]


@njit(**INLINE)
def weighted_sums(
    theta: Array,
    weights: int,
    to_row: int,
    to_term: int,
    bias: int,
    rows: int,
    terms: int,
    work: Array,
    x: int,
    out: int,
    columns: int,
) -> None:
    """out[r] = bias[r] + Σₖ θ[weights + r·to_row + k·to_term] · x[k], for all columns.

    `weights`, `bias` are places in θ, `x`, `out` in `work`; without a bias, `bias` is −1. With
    (n_in, 1) as steps this is W x + b, with (1, n_in) it is Wᵀ x.
    """
    row = 0
    while row + 4 <= rows:
        b0 = b1 = b2 = b3 = 0.0
        if bias >= 0:
            b0, b1 = at(theta, bias + row), at(theta, bias + row + 1)
            b2, b3 = at(theta, bias + row + 2), at(theta, bias + row + 3)
        start = (b0, b1, b2, b3)
        first = weights + row * to_row
        place = out + row * columns
        column = 0
        while HAS_EIGHT_LANES and column + 2 * EIGHT <= columns:
            _four_rows_of_sixteen(
                theta, first, to_row, to_term, start, terms, work, x + column, place + column,
                columns,
            )  # fmt: skip
            column += 2 * EIGHT
        while column + EIGHT <= columns:
            _four_rows_of_eight(
                theta, first, to_row, to_term, start, terms, work, x + column, place + column,
                columns,
            )  # fmt: skip
            column += EIGHT
        if column < columns:
            _four_rows_of_four(
                theta, first, to_row, to_term, start, terms, work, x + column, place + column,
                columns,
            )  # fmt: skip
        row += 4
    while row < rows:
        _one_row(
            theta, weights + row * to_row, to_term, bias, row, terms, work, x,
            out + row * columns, columns,
        )  # fmt: skip
        row += 1


@njit(**INLINE)
def _four_rows_of_sixteen(
    theta: Array, w: int, to_row: int, to_term: int, start: Four, terms: int, work: Array, x: int,
    out: int, columns: int,
) -> None:  # fmt: skip
    """Four rows' sums for sixteen columns: eight results of eight lanes stay in registers."""
    e0 = f0 = spread_eight(start[0])
    e1 = f1 = spread_eight(start[1])
    e2 = f2 = spread_eight(start[2])
    e3 = f3 = spread_eight(start[3])
    for _ in range(terms):
        left, right = load_eight(work, x), load_eight(work, x + EIGHT)
        factor = spread_eight(at(theta, w))
        e0, f0 = multiply_add(factor, left, e0), multiply_add(factor, right, f0)
        factor = spread_eight(at(theta, w + to_row))
        e1, f1 = multiply_add(factor, left, e1), multiply_add(factor, right, f1)
        factor = spread_eight(at(theta, w + 2 * to_row))
        e2, f2 = multiply_add(factor, left, e2), multiply_add(factor, right, f2)
        factor = spread_eight(at(theta, w + 3 * to_row))
        e3, f3 = multiply_add(factor, left, e3), multiply_add(factor, right, f3)
        w += to_term
        x += columns
    store(work, out, e0)
    store(work, out + EIGHT, f0)
    store(work, out + columns, e1)
    store(work, out + columns + EIGHT, f1)
    store(work, out + 2 * columns, e2)
    store(work, out + 2 * columns + EIGHT, f2)
    store(work, out + 3 * columns, e3)
    store(work, out + 3 * columns + EIGHT, f3)


@njit(**INLINE)
def _four_rows_of_eight(
    theta: Array, w: int, to_row: int, to_term: int, start: Four, terms: int, work: Array, x: int,
    out: int, columns: int,
) -> None:  # fmt: skip
    e0, e1 = spread_eight(start[0]), spread_eight(start[1])
    e2, e3 = spread_eight(start[2]), spread_eight(start[3])
    for _ in range(terms):
        left = load_eight(work, x)
        e0 = multiply_add(spread_eight(at(theta, w)), left, e0)
        e1 = multiply_add(spread_eight(at(theta, w + to_row)), left, e1)
        e2 = multiply_add(spread_eight(at(theta, w + 2 * to_row)), left, e2)
        e3 = multiply_add(spread_eight(at(theta, w + 3 * to_row)), left, e3)
        w += to_term
        x += columns
    store(work, out, e0)
    store(work, out + columns, e1)
    store(work, out + 2 * columns, e2)
    store(work, out + 3 * columns, e3)


@njit(**INLINE)
def _four_rows_of_four(
    theta: Array, w: int, to_row: int, to_term: int, start: Four, terms: int, work: Array, x: int,
    out: int, columns: int,
) -> None:  # fmt: skip
    s0, s1 = spread(start[0]), spread(start[1])
    s2, s3 = spread(start[2]), spread(start[3])
    for _ in range(terms):
        left = load(work, x)
        s0 = multiply_add(spread_at(theta, w), left, s0)
        s1 = multiply_add(spread_at(theta, w + to_row), left, s1)
        s2 = multiply_add(spread_at(theta, w + 2 * to_row), left, s2)
        s3 = multiply_add(spread_at(theta, w + 3 * to_row), left, s3)
        w += to_term
        x += columns
    store(work, out, s0)
    store(work, out + columns, s1)
    store(work, out + 2 * columns, s2)
    store(work, out + 3 * columns, s3)


@njit(**INLINE)
def _one_row(
    theta: Array,
    weights: int,
    to_term: int,
    bias: int,
    row: int,
    terms: int,
    work: Array,
    x: int,
    out: int,
    columns: int,
) -> None:
    """The same for one row, up to 16 columns at a time."""
    b0 = at(theta, bias + row) if bias >= 0 else 0.0
    column = 0
    while column + 2 * EIGHT <= columns:
        e0 = e1 = spread_eight(b0)
        w, spot = weights, x + column
        for _ in range(terms):
            factor = spread_eight(at(theta, w))
            e0 = multiply_add(factor, load_eight(work, spot), e0)
            e1 = multiply_add(factor, load_eight(work, spot + EIGHT), e1)
            w += to_term
            spot += columns
        spot = out + column
        store(work, spot, e0)
        store(work, spot + EIGHT, e1)
        column += 2 * EIGHT
    while column < columns:
        s0 = spread(b0)
        w, spot = weights, x + column
        for _ in range(terms):
            s0 = multiply_add(spread_at(theta, w), load(work, spot), s0)
            w += to_term
            spot += columns
        store(work, out + column, s0)
        column += LANES


@njit(**INLINE)
def add_gradients(
    work: Array, deltas: int, x: int, n_out: int, n_in: int, gradient: int, columns: int
) -> None:
    """Add δ xᵀ, summed over the columns, to the weights' gradients and Σ δ to the biases'."""
    unit = 0
    while unit < n_out:
        row = deltas + unit * columns
        spot = gradient + unit * n_in
        k = 0
        while k + 4 <= n_in:
            x0 = x + k * columns
            x1, x2, x3 = x0 + columns, x0 + 2 * columns, x0 + 3 * columns
            s0 = s1 = s2 = s3 = spread(0.0)
            for column in range(0, columns, LANES):
                error = load(work, row + column)
                s0 = multiply_add(error, load(work, x0 + column), s0)
                s1 = multiply_add(error, load(work, x1 + column), s1)
                s2 = multiply_add(error, load(work, x2 + column), s2)
                s3 = multiply_add(error, load(work, x3 + column), s3)
            store(work, spot + k, add(load(work, spot + k), sums_of_lanes(s0, s1, s2, s3)))
            k += 4
        while k < n_in:
            x0 = x + k * columns
            s0 = spread(0.0)
            for column in range(0, columns, LANES):
                s0 = multiply_add(load(work, row + column), load(work, x0 + column), s0)
            put(work, spot + k, at(work, spot + k) + sum_of_lanes(s0))
            k += 1
        unit += 1
    biases = gradient + n_out * n_in
    for unit in range(n_out):
        row = deltas + unit * columns
        s0 = load(work, row)
        for column in range(LANES, columns, LANES):
            s0 = add(s0, load(work, row + column))
        put(work, biases + unit, at(work, biases + unit) + sum_of_lanes(s0))


@njit(**INLINE)
def is_wide(n_out: int, n_in: int, columns: int) -> bool:
    """Whether a layer's products go to BLAS."""
    return n_out * n_in >= WIDE and columns >= 16


@njit(**OWNING)
def wide_sums(
    theta: Array,
    weights: int,
    n_out: int,
    n_in: int,
    work: Array,
    x: int,
    out: int,
    columns: int,
) -> None:
    """W x + b by BLAS."""
    sums = carray(shifted(work, out), (n_out, columns))
    np.dot(
        carray(shifted(theta, weights), (n_out, n_in)),
        carray(shifted(work, x), (n_in, columns)),
        sums,
    )
    biases = weights + n_out * n_in
    for unit in range(n_out):
        bias = theta[biases + unit]
        row = sums[unit]
        for column in range(columns):
            row[column] += bias


@njit(**OWNING)
def wide_errors(
    theta: Array,
    weights: int,
    n_out: int,
    n_in: int,
    work: Array,
    deltas: int,
    out: int,
    columns: int,
) -> None:
    """Wᵀ δ by BLAS."""
    np.dot(
        carray(shifted(theta, weights), (n_out, n_in)).T,
        carray(shifted(work, deltas), (n_out, columns)),
        carray(shifted(work, out), (n_in, columns)),
    )


@njit(**OWNING)
def add_wide_gradients(
    work: Array,
    deltas: int,
    x: int,
    n_out: int,
    n_in: int,
    gradient: int,
    columns: int,
    scratch: int,
) -> None:
    """As `add_gradients`, by BLAS; `scratch` is the place of n_out · n_in numbers."""
    given = carray(shifted(work, deltas), (n_out, columns))
    products = carray(shifted(work, scratch), (n_out, n_in))
    np.dot(given, carray(shifted(work, x), (n_in, columns)).T, products)
    total = carray(shifted(work, gradient), (n_out, n_in))
    total += products
    biases = gradient + n_out * n_in
    for unit in range(n_out):
        work[biases + unit] += given[unit].sum()
