"""The update rules of OPTIMIZERS in place, and the penalties' gradient: compiled twins."""

from __future__ import annotations

from math import sqrt
from typing import Any

from numba import njit

from nnviz.model.kernels.entry import INLINE, INNER
from nnviz.model.kernels.functions import expm1
from nnviz.model.kernels.vectors import (
    EIGHT,
    add,
    divide,
    load_eight,
    multiply,
    multiply_add,
    shifted,
    spread_eight,
    square_root,
    store,
    sum_of_lanes,
)
from nnviz.model.optimizers import EPSILON

SGD, MOMENTUM, NESTEROV, ADAGRAD, RMSPROP, ADAM, ADAMW = range(7)

CODES: dict[str, int] = {
    "sgd": SGD,
    "momentum": MOMENTUM,
    "nesterov": NESTEROV,
    "adagrad": ADAGRAD,
    "rmsprop": RMSPROP,
    "adam": ADAM,
    "adamw": ADAMW,
}
"""The compiled optimizers; a name that is missing here trains on the reference engine."""

OF_M, OF_V = 7, 8
"""Where `hyper` has Adam's 1 / (1 − β₁ᵗ) and 1 / (1 − β₂ᵗ)."""

Array = Any


@njit(**INLINE)
def sum_of_squares(numbers: Array, count: int) -> float:
    """Σ of the squares of so many numbers."""
    total = 0.0
    for k in range(count):
        total += numbers[k] * numbers[k]
    return total


@njit(**INNER)
def add_penalty_gradient(
    theta: Array, gradient: Array, places: Array, layers: int, l1: float, l2: float
) -> None:
    """Add l1·sign(w) + l2·w for the weights; `places` (2 · layers,) tells where they lie."""
    for layer in range(layers):
        for k in range(places[2 * layer], places[2 * layer + 1]):
            w = theta[k]
            sign = 1.0 if w > 0.0 else (-1.0 if w < 0.0 else 0.0)
            gradient[k] += l1 * sign + l2 * w


@njit(**INNER)
def penalty(theta: Array, places: Array, layers: int, l1: float, l2: float) -> float:
    """l1·Σ|w| + l2/2·Σw² over the weights."""
    sizes = squares = 0.0
    for layer in range(layers):
        for k in range(places[2 * layer], places[2 * layer + 1]):
            sizes += abs(theta[k])
            squares += theta[k] * theta[k]
    return l1 * sizes + 0.5 * l2 * squares


@njit(**INNER)
def foresee(code: int, t: int, hyper: Array) -> None:
    """Put into `hyper` what update t, counted from 1, needs and what its gradient does not change.

    Called before the gradient is computed: the processor then does both at once, where Adam would
    have to wait for two exponentials.
    """
    if code in (ADAM, ADAMW):
        hyper[OF_M] = 1.0 / _complement_of_power(hyper[2], hyper[5], t)
        hyper[OF_V] = 1.0 / _complement_of_power(hyper[3], hyper[6], t)


@njit(**INNER)
def step(
    code: int,
    theta: Array,
    n: int,
    gradient: Array,
    slots: Array,
    slot_length: int,
    places: Array,
    layers: int,
    eta: float,
    hyper: Array,
) -> float:
    """Change θ (n,) and the slots, `slot_length` numbers each, in place; returns Σ θ² afterwards.

    `hyper` holds momentum, decay, β₁, β₂, the weight decay, ln β₁, ln β₂, and what `foresee` has
    put there for this update.
    """
    if code in (ADAM, ADAMW):
        if code == ADAMW:
            shrink = eta * hyper[4]
            for layer in range(layers):
                for k in range(places[2 * layer], places[2 * layer + 1]):
                    theta[k] -= shrink * theta[k]
        return _adam(theta, n, gradient, slots, shifted(slots, slot_length), eta, hyper)
    if code == SGD:
        for k in range(n):
            theta[k] -= eta * gradient[k]
    elif code == MOMENTUM:
        v, mu = slots, hyper[0]
        for k in range(n):
            v[k] = mu * v[k] + gradient[k]
            theta[k] -= eta * v[k]
    elif code == NESTEROV:
        v, mu = slots, hyper[0]
        for k in range(n):
            v[k] = mu * v[k] + gradient[k]
            theta[k] -= eta * (gradient[k] + mu * v[k])
    elif code == ADAGRAD:
        s = slots
        for k in range(n):
            s[k] += gradient[k] * gradient[k]
            theta[k] -= eta * gradient[k] / (sqrt(s[k]) + EPSILON)
    elif code == RMSPROP:
        s, rho = slots, hyper[1]
        for k in range(n):
            s[k] = rho * s[k] + (1.0 - rho) * gradient[k] * gradient[k]
            theta[k] -= eta * gradient[k] / (sqrt(s[k]) + EPSILON)
    return sum_of_squares(theta, n)


@njit(**INNER)
def _adam(
    theta: Array,
    n: int,
    gradient: Array,
    m: Array,
    v: Array,
    eta: float,
    hyper: Array,
) -> float:
    # Written with vectors, for the compiler tells four arrays apart at length, and few divisions
    # and roots are left over.
    beta_1, beta_2 = hyper[2], hyper[3]
    rate, of_v = eta * hyper[OF_M], hyper[OF_V]
    b1, c1 = spread_eight(beta_1), spread_eight(1.0 - beta_1)
    b2, c2 = spread_eight(beta_2), spread_eight(1.0 - beta_2)
    rates, of_vs, epsilons = spread_eight(-rate), spread_eight(of_v), spread_eight(EPSILON)
    squares = spread_eight(0.0)
    # What is behind the last one, up to the end of a line of the cache, is 0 and stays so.
    for k in range(0, n, EIGHT):
        gs = load_eight(gradient, k)
        ms = multiply_add(b1, load_eight(m, k), multiply(c1, gs))
        vs = multiply_add(b2, load_eight(v, k), multiply(multiply(c2, gs), gs))
        store(m, k, ms)
        store(v, k, vs)
        change = divide(multiply(rates, ms), add(square_root(multiply(vs, of_vs)), epsilons))
        new = add(load_eight(theta, k), change)
        store(theta, k, new)
        squares = multiply_add(new, new, squares)
    return sum_of_lanes(squares)


@njit(**INLINE)
def _complement_of_power(beta: float, log_beta: float, t: int) -> float:
    """1 − βᵗ; of t alone, so that a run that is interrupted goes on as one that is not."""
    if t * (1.0 - beta) > 40.0:  # ln β < β − 1, and 1 − e⁻⁴⁰ is rounded to 1
        return 1.0
    return -expm1(t * log_beta)
