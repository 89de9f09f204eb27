"""The update rules of OPTIMIZERS in place, and the penalties' gradient: compiled twins."""

from __future__ import annotations

from math import log, sqrt
from typing import Any

from numba import njit

from nnviz.model.kernels.entry import INNER
from nnviz.model.kernels.functions import expm1
from nnviz.model.kernels.vectors import window
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

Array = Any


@njit(**INNER)
def add_penalty_gradient(
    theta: Array, gradient: Array, places: Array, l1: float, l2: float
) -> None:
    """Add l1·sign(w) + l2·w for the weights; `places` (layers, 3) tells where they lie."""
    for layer in range(len(places)):
        for k in range(places[layer, 0], places[layer, 1]):
            w = theta[k]
            sign = 1.0 if w > 0.0 else (-1.0 if w < 0.0 else 0.0)
            gradient[k] += l1 * sign + l2 * w


@njit(**INNER)
def penalty(theta: Array, places: Array, l1: float, l2: float) -> float:
    """l1·Σ|w| + l2/2·Σw² over the weights."""
    sizes = squares = 0.0
    for layer in range(len(places)):
        for k in range(places[layer, 0], places[layer, 1]):
            sizes += abs(theta[k])
            squares += theta[k] * theta[k]
    return l1 * sizes + 0.5 * l2 * squares


@njit(**INNER)
def step(
    code: int,
    theta: Array,
    gradient: Array,
    slots: Array,
    places: Array,
    t: int,
    eta: float,
    hyper: Array,
) -> None:
    """Change θ (n,) and the slots, one after the other, in place; t counts updates from 1.

    `hyper` holds momentum, decay, β₁, β₂ and the weight decay.
    """
    n = len(theta)
    if code == SGD:
        for k in range(n):
            theta[k] -= eta * gradient[k]
    elif code == ADAM:
        _adam(theta, gradient, window(slots, 0, n), window(slots, n, n), t, eta, hyper[2], hyper[3])
    elif code == ADAMW:
        shrink = eta * hyper[4]
        for layer in range(len(places)):
            for k in range(places[layer, 0], places[layer, 1]):
                theta[k] -= shrink * theta[k]
        _adam(theta, gradient, window(slots, 0, n), window(slots, n, n), t, eta, hyper[2], hyper[3])
    elif code == MOMENTUM:
        v, mu = window(slots, 0, n), hyper[0]
        for k in range(n):
            v[k] = mu * v[k] + gradient[k]
            theta[k] -= eta * v[k]
    elif code == NESTEROV:
        v, mu = window(slots, 0, n), hyper[0]
        for k in range(n):
            v[k] = mu * v[k] + gradient[k]
            theta[k] -= eta * (gradient[k] + mu * v[k])
    elif code == ADAGRAD:
        s = window(slots, 0, n)
        for k in range(n):
            s[k] += gradient[k] * gradient[k]
            theta[k] -= eta * gradient[k] / (sqrt(s[k]) + EPSILON)
    elif code == RMSPROP:
        s, rho = window(slots, 0, n), hyper[1]
        for k in range(n):
            s[k] = rho * s[k] + (1.0 - rho) * gradient[k] * gradient[k]
            theta[k] -= eta * gradient[k] / (sqrt(s[k]) + EPSILON)


@njit(**INNER)
def _adam(
    theta: Array,
    gradient: Array,
    m: Array,
    v: Array,
    t: int,
    eta: float,
    beta_1: float,
    beta_2: float,
) -> None:
    rate = eta / _complement_of_power(beta_1, t)
    of_v = 1.0 / _complement_of_power(beta_2, t)
    for k in range(len(theta)):
        g = gradient[k]
        m[k] = beta_1 * m[k] + (1.0 - beta_1) * g
        v[k] = beta_2 * v[k] + (1.0 - beta_2) * g * g
        theta[k] -= rate * m[k] / (sqrt(v[k] * of_v) + EPSILON)


@njit(**INNER)
def _complement_of_power(beta: float, t: int) -> float:
    """1 − βᵗ; of t alone, so that a run that is interrupted goes on as one that is not."""
    return 1.0 if beta <= 0.0 else -expm1(t * log(beta))
