"""Optimizers: from the gradient to the next parameters, in order of increasing complexity.

θ are all parameters of the network as one flat vector, g is the gradient of the objective at θ,
η is the learning rate. What an optimizer remembers from one update to the next lies in its slots,
vectors as long as θ that are 0 before the first update. Arithmetic on vectors is elementwise.
Where textbooks differ, the rule is the one that PyTorch documents:
https://docs.pytorch.org/docs/stable/optim.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Slots = tuple[Array, ...]

EPSILON = 1e-8
"""Keeps the division finite where a parameter has never had a gradient."""


@dataclass(frozen=True)
class Hyperparameters:
    """The numbers that optimizers have beside the learning rate; each reads those it names."""

    momentum: float = 0.9
    decay: float = 0.9
    beta_1: float = 0.9
    beta_2: float = 0.999
    weight_decay: float = 0.01


Step = Callable[[Array, Array, Slots, int, float, Hyperparameters, Array], tuple[Array, Slots]]
Corrections = Callable[[Slots, int, Hyperparameters], dict[str, Array]]


def _none(slots: Slots, t: int, hyper: Hyperparameters) -> dict[str, Array]:
    return {}


@dataclass(frozen=True)
class Optimizer:
    """An update rule with explicit state.

    `step(theta, grad, slots, t, eta, hyper, is_weight)` gives the new (theta, slots) as arrays of
    their own and writes to none that it is given. t counts updates from 1. is_weight is 1.0 where
    theta holds a weight, 0.0 where it holds a bias. `parameters` names the fields of
    Hyperparameters that it reads.
    """

    label: str
    formula: str
    tooltip: str
    slots: tuple[str, ...]
    parameters: tuple[str, ...]
    step: Step
    corrections: Corrections = _none
    """From the slots after update t: what the step uses in their place, by name."""

    def initial_slots(self, n: int) -> Slots:
        """Slots before the first update of n parameters: zeros."""
        return tuple(np.zeros(n) for _ in self.slots)


def _sgd(
    theta: Array,
    grad: Array,
    slots: Slots,
    t: int,
    eta: float,
    hyper: Hyperparameters,
    is_weight: Array,
) -> tuple[Array, Slots]:
    """Gradient descent: a step downhill.

        θ ← θ − η g

    The gradient is that of the current batch, so this is batch, mini-batch and stochastic
    gradient descent alike. Source: Robbins and Monro 1951; torch.optim.SGD.
    """
    return theta - eta * grad, ()


def _momentum(
    theta: Array,
    grad: Array,
    slots: Slots,
    t: int,
    eta: float,
    hyper: Hyperparameters,
    is_weight: Array,
) -> tuple[Array, Slots]:
    """Momentum: a heavy ball that remembers the way it was rolling.

        v ← μ v + g
        θ ← θ − η v

    Under a constant gradient v grows to g / (1 − μ). Source: Polyak 1964; torch.optim.SGD with
    momentum μ (the learning rate is outside v, where Sutskever et al. 2013 have it inside).
    """
    (v,) = slots
    mu = hyper.momentum

    v = mu * v + grad
    return theta - eta * v, (v,)


def _nesterov(
    theta: Array,
    grad: Array,
    slots: Slots,
    t: int,
    eta: float,
    hyper: Hyperparameters,
    is_weight: Array,
) -> tuple[Array, Slots]:
    """Nesterov momentum: look ahead along the way, then correct.

        v ← μ v + g
        θ ← θ − η (g + μ v)

    θ is the point already looked ahead to, so the gradient is needed at θ only.
    Source: Nesterov 1983, Sutskever et al. 2013; torch.optim.SGD with nesterov=True.
    """
    (v,) = slots
    mu = hyper.momentum

    v = mu * v + grad
    return theta - eta * (grad + mu * v), (v,)


def _adagrad(
    theta: Array,
    grad: Array,
    slots: Slots,
    t: int,
    eta: float,
    hyper: Hyperparameters,
    is_weight: Array,
) -> tuple[Array, Slots]:
    """AdaGrad: a learning rate for each parameter, smaller where gradients have been large.

        s ← s + g²
        θ ← θ − η g / (√s + ε)

    The sum s only grows, so the steps only shrink. Source: Duchi, Hazan and Singer 2011;
    torch.optim.Adagrad.
    """
    (s,) = slots

    s = s + grad * grad
    return theta - eta * grad / (np.sqrt(s) + EPSILON), (s,)


def _rmsprop(
    theta: Array,
    grad: Array,
    slots: Slots,
    t: int,
    eta: float,
    hyper: Hyperparameters,
    is_weight: Array,
) -> tuple[Array, Slots]:
    """RMSProp: AdaGrad that forgets; the sum becomes a moving average.

        s ← ρ s + (1 − ρ) g²
        θ ← θ − η g / (√s + ε)

    Source: Tieleman and Hinton 2012, lecture 6.5; torch.optim.RMSprop (ρ is its alpha).
    """
    (s,) = slots
    rho = hyper.decay

    s = rho * s + (1 - rho) * grad * grad
    return theta - eta * grad / (np.sqrt(s) + EPSILON), (s,)


def _corrected_moments(slots: Slots, t: int, hyper: Hyperparameters) -> dict[str, Array]:
    m, v = slots
    return {
        "corrected_first_moment": m / (1 - hyper.beta_1**t),
        "corrected_second_moment": v / (1 - hyper.beta_2**t),
    }


def _adam(
    theta: Array,
    grad: Array,
    slots: Slots,
    t: int,
    eta: float,
    hyper: Hyperparameters,
    is_weight: Array,
) -> tuple[Array, Slots]:
    """Adam: momentum divided by RMSProp, both corrected for having started at 0.

        m ← β₁ m + (1 − β₁) g          average of the gradient
        v ← β₂ v + (1 − β₂) g²         average of its square
        m̂ = m / (1 − β₁ᵗ)
        v̂ = v / (1 − β₂ᵗ)
        θ ← θ − η m̂ / (√v̂ + ε)

    After t updates the weights in the average m add up to 1 − β₁ᵗ only, hence the corrections.
    While the gradient keeps its sign a step is about η long, whatever the gradient's size.
    Source: Kingma and Ba 2015, algorithm 1; torch.optim.Adam.
    """
    m, v = slots
    beta_1, beta_2 = hyper.beta_1, hyper.beta_2

    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad * grad
    m_hat, v_hat = _corrected_moments((m, v), t, hyper).values()
    return theta - eta * m_hat / (np.sqrt(v_hat) + EPSILON), (m, v)


def _adamw(
    theta: Array,
    grad: Array,
    slots: Slots,
    t: int,
    eta: float,
    hyper: Hyperparameters,
    is_weight: Array,
) -> tuple[Array, Slots]:
    """AdamW: Adam, and apart from it every weight shrinks by the same factor.

        θ ← θ − η λ θ                  weights, not biases
        θ ← Adam(θ, g)

    A penalty λ/2 Σ w² in the loss would pass through Adam's division and hardly touch weights
    with large gradients; decay that is decoupled from the gradient treats all alike.
    Source: Loshchilov and Hutter 2019, algorithm 2; torch.optim.AdamW.
    """
    lambda_ = hyper.weight_decay

    theta = theta - eta * lambda_ * theta * is_weight
    return _adam(theta, grad, slots, t, eta, hyper, is_weight)


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer(
        label="Gradient descent",
        formula="θ ← θ − η g",
        tooltip="Steps straight downhill, as far as the slope times the learning rate says.",
        slots=(),
        parameters=(),
        step=_sgd,
    ),
    "momentum": Optimizer(
        label="Momentum",
        formula="v ← μ v + g,  θ ← θ − η v",
        tooltip="Rolls on in the direction of earlier steps, so it is faster along valleys and "
        "may overshoot.",
        slots=("velocity",),
        parameters=("momentum",),
        step=_momentum,
    ),
    "nesterov": Optimizer(
        label="Nesterov momentum",
        formula="v ← μ v + g,  θ ← θ − η (g + μ v)",
        tooltip="Momentum that looks ahead before it steps, so it overshoots less.",
        slots=("velocity",),
        parameters=("momentum",),
        step=_nesterov,
    ),
    "adagrad": Optimizer(
        label="AdaGrad",
        formula="s ← s + g²,  θ ← θ − η g / (√s + ε)",
        tooltip="Gives each parameter a learning rate of its own that shrinks with every gradient "
        "it has had, so learning slows down by itself.",
        slots=("sum_of_squares",),
        parameters=(),
        step=_adagrad,
    ),
    "rmsprop": Optimizer(
        label="RMSProp",
        formula="s ← ρ s + (1 − ρ) g²,  θ ← θ − η g / (√s + ε)",
        tooltip="Divides each gradient by its recent size, so steep and flat directions are "
        "learned at the same pace.",
        slots=("mean_square",),
        parameters=("decay",),
        step=_rmsprop,
    ),
    "adam": Optimizer(
        label="Adam",
        formula="m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  "
        "θ ← θ − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)",
        tooltip="Joins momentum with a learning rate for each parameter, so it learns fast over a "
        "wide range of learning rates.",
        slots=("first_moment", "second_moment"),
        parameters=("beta_1", "beta_2"),
        step=_adam,
        corrections=_corrected_moments,
    ),
    "adamw": Optimizer(
        label="AdamW",
        formula="θ ← θ − η λ θ (weights),  θ ← Adam(θ, g)",
        tooltip="Adam that also shrinks every weight a little at each update, which keeps the "
        "learned function simple.",
        slots=("first_moment", "second_moment"),
        parameters=("beta_1", "beta_2", "weight_decay"),
        step=_adamw,
        corrections=_corrected_moments,
    ),
}
