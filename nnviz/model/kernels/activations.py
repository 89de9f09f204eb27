"""Activations and their derivatives over whole layers: the compiled twins of ACTIVATIONS.

A layer's sums z, activations a and errors e are blocks of `work`, each of `count` numbers one
after the other; units and points are not told apart but for softmax, whose units depend on each
other.
"""

from __future__ import annotations

from math import sqrt, tau
from typing import Any

from numba import njit

from nnviz.model.activations import LEAKY_SLOPE
from nnviz.model.kernels.entry import INNER
from nnviz.model.kernels.functions import exp, expm1, normal_cdf, sigmoid, softplus, tanh
from nnviz.model.kernels.vectors import (
    LANES,
    add,
    divide,
    larger,
    load,
    multiply,
    multiply_add,
    shifted,
    store,
    subtract,
)

STEP, SIGMOID, TANH, RELU, LEAKY_RELU, ELU, GELU, SILU, SOFTPLUS, LINEAR, SOFTMAX = range(11)

CODES: dict[str, int] = {
    "step": STEP,
    "sigmoid": SIGMOID,
    "tanh": TANH,
    "relu": RELU,
    "leaky_relu": LEAKY_RELU,
    "elu": ELU,
    "gelu": GELU,
    "silu": SILU,
    "softplus": SOFTPLUS,
    "linear": LINEAR,
    "softmax": SOFTMAX,
}
"""The compiled activations; a name that is missing here trains on the reference engine."""

_NORMAL_PEAK = 1.0 / sqrt(tau)
_FAR = 40.0
"""Beyond this the normal density has underflowed: there z is held, or ∞ · 0 would give NaN."""
_NEAR = 1e-300
"""Below this a product with z may have lost its digits."""
_FARTHER = 800.0
"""The same for e⁻ᶻ."""

Array = Any


@njit(**INNER)
def _whole(count: int) -> int:
    """So many numbers that none is left over when a vector of them goes at once.

    What lies behind a layer's block is not in use then: later layers' sums and activations on the
    way forward, their errors on the way back. A number done alone costs as much as four.
    """
    return (count + LANES - 1) // LANES * LANES


@njit(**INNER)
def activate(code: int, work: Array, z: int, a: int, units: int, columns: int) -> None:
    """a = g(z) for a layer's units × columns."""
    if code == SOFTMAX:
        _softmax(work, z, a, units, columns)
        return
    count = _whole(units * columns)
    sums, out = shifted(work, z), shifted(work, a)
    if code == TANH:
        for k in range(count):
            out[k] = tanh(sums[k])
    elif code == RELU:
        for k in range(count):
            # Written so that NaN passes.
            out[k] = 0.0 if sums[k] <= 0.0 else sums[k]
    elif code == SIGMOID:
        for k in range(count):
            out[k] = sigmoid(sums[k])
    elif code == LINEAR:
        for k in range(count):
            out[k] = sums[k]
    else:
        _activate_rarer(code, sums, out, count)


@njit(**INNER)
def _activate_rarer(code: int, sums: Array, out: Array, count: int) -> None:
    if code == STEP:
        for k in range(count):
            out[k] = 1.0 if sums[k] >= 0.0 else (0.0 if sums[k] < 0.0 else sums[k])
    elif code == LEAKY_RELU:
        for k in range(count):
            out[k] = sums[k] if sums[k] > 0.0 else LEAKY_SLOPE * sums[k]
    elif code == ELU:
        for k in range(count):
            below = expm1(min(sums[k], 0.0))
            out[k] = sums[k] if sums[k] > 0.0 else below
    elif code == GELU:
        for k in range(count):
            out[k] = max(sums[k], -_FAR) * normal_cdf(sums[k])
    elif code == SILU:
        for k in range(count):
            out[k] = max(sums[k], -_FARTHER) * sigmoid(sums[k])
    elif code == SOFTPLUS:
        for k in range(count):
            out[k] = softplus(sums[k])


@njit(**INNER)
def _softmax(work: Array, z: int, a: int, units: int, columns: int) -> None:
    """e^(z − top) by its sum, four points at a time."""
    count = units * columns
    if columns == 1:
        top = work[z]
        for unit in range(1, units):
            top = max(top, work[z + unit])
        for unit in range(units):
            work[a + unit] = work[z + unit] - top
    else:
        for column in range(0, columns, LANES):
            tops = load(work, z + column)
            for k in range(columns, count, columns):
                tops = larger(tops, load(work, z + column + k))
            for k in range(0, count, columns):
                store(work, a + column + k, subtract(load(work, z + column + k), tops))
    for k in range(a, a + _whole(count)):
        work[k] = exp(work[k])
    if columns == 1:
        total = 0.0
        for unit in range(units):
            total += work[a + unit]
        for unit in range(units):
            work[a + unit] /= total
    else:
        for column in range(0, columns, LANES):
            totals = load(work, a + column)
            for k in range(columns, count, columns):
                totals = add(totals, load(work, a + column + k))
            for k in range(0, count, columns):
                store(work, a + column + k, divide(load(work, a + column + k), totals))


@njit(**INNER)
def pull_back(code: int, work: Array, z: int, a: int, e: int, units: int, columns: int) -> None:
    """e = e · g′(z) for a layer's units × columns: from ∂L/∂a to ∂L/∂z."""
    if code == SOFTMAX:
        _pull_back_softmax(work, a, e, units, columns)
        return
    count = _whole(units * columns)
    sums, outs, errors = shifted(work, z), shifted(work, a), shifted(work, e)
    if code == TANH:
        for k in range(count):
            errors[k] *= 1.0 - outs[k] * outs[k]
    elif code == RELU:
        for k in range(count):
            errors[k] = errors[k] if sums[k] > 0.0 else 0.0 * errors[k]
    elif code == SIGMOID:
        for k in range(count):
            errors[k] *= outs[k] * (1.0 - outs[k])
    elif code != LINEAR:
        _pull_back_rarer(code, sums, outs, errors, count)


@njit(**INNER)
def _pull_back_rarer(code: int, sums: Array, outs: Array, errors: Array, count: int) -> None:
    if code == STEP:
        for k in range(count):
            errors[k] *= 0.0
    elif code == LEAKY_RELU:
        for k in range(count):
            errors[k] *= 1.0 if sums[k] > 0.0 else LEAKY_SLOPE
    elif code == ELU:
        for k in range(count):
            errors[k] *= exp(min(sums[k], 0.0))
    elif code == GELU:
        for k in range(count):
            x = max(min(sums[k], _FAR), -_FAR)
            # a = z Φ(z) is known; only at 0, and where z was held, Φ cannot be read off it.
            share = 0.5 if abs(x) < _NEAR else outs[k] / sums[k]
            share = 1.0 if x == _FAR else (0.0 if x == -_FAR else share)
            errors[k] *= share + x * (_NORMAL_PEAK * exp(-0.5 * x * x))
    elif code == SILU:
        for k in range(count):
            x = max(min(sums[k], _FARTHER), -_FARTHER)
            share = sigmoid(x)
            errors[k] *= share * (1.0 + x * (1.0 - share))
    elif code == SOFTPLUS:
        for k in range(count):
            errors[k] *= sigmoid(sums[k])


@njit(**INNER)
def _pull_back_softmax(work: Array, a: int, e: int, units: int, columns: int) -> None:
    """e = a · (e − Σ a e), four points at a time."""
    count = units * columns
    if columns == 1:
        mean = 0.0
        for unit in range(units):
            mean += work[a + unit] * work[e + unit]
        for unit in range(units):
            work[e + unit] = work[a + unit] * (work[e + unit] - mean)
        return
    for column in range(0, columns, LANES):
        means = multiply(load(work, a + column), load(work, e + column))
        for k in range(columns, count, columns):
            means = multiply_add(load(work, a + column + k), load(work, e + column + k), means)
        for k in range(0, count, columns):
            place = e + column + k
            change = subtract(load(work, place), means)
            store(work, place, multiply(load(work, a + column + k), change))
