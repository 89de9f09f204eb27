"""Activation functions: each one's value and derivative side by side."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LEAKY_SLOPE = 0.01

# Beyond these arguments a factor that decays has underflowed to exactly 0. Arguments are clipped
# there before the factor is multiplied by z, or infinity · 0 would give NaN where the limit is 0.
_NORMAL_UNDERFLOW = 40.0
_SIGMOID_UNDERFLOW = 800.0

# erfc(x)·exp(x²) for x ≥ 0 as a polynomial in (x − 3)/(x + 3), lowest power first: its Chebyshev
# series, computed with 60 digits and cut where the terms fall below 1e-16.
_SCALED_ERFC = (
    0.17900115118138996,
    -0.32623356004303716,
    0.24560380171232726,
    -0.15011593650078517,
    0.07166583719815157,
    -0.024392499318422547,
    0.004269136329574221,
    0.0007077464352844613,
    -0.0005970619166482283,
    4.525532832200974e-05,
    6.405637095980165e-05,
    -1.2860647857383858e-05,
    -7.97745375760794e-06,
    2.120497143263692e-06,
    1.2508572335122541e-06,
    -2.9494738327899467e-07,
    -2.320136940092794e-07,
    2.977875717141242e-08,
    4.4091453237287747e-08,
    1.0572758036280596e-10,
    -6.996042527391528e-09,
    -8.149257754065937e-10,
    6.39052805592391e-10,
    1.2717682164068797e-10,
)


@dataclass(frozen=True)
class Activation:
    """A function a = g(z) of a layer's pre-activations, with its derivative.

    `value` takes z, `derivative` takes z and a = g(z); both answer in the shape of z, for any
    shape (softmax: points in rows, units in columns). At a kink the derivative is the left one.
    NaN gives NaN, ±infinity the limit. `output_range` is the infimum and the supremum of g.
    """

    label: str
    formula: str
    derivative_formula: str
    tooltip: str
    value: Callable[[Array], Array]
    derivative: Callable[[Array, Array], Array]
    output_range: tuple[float, float]
    hidden: bool = True
    """Whether a hidden layer may use it."""
    jacobian_product: Callable[[Array, Array, Array], Array] | None = None
    """Where units of a layer depend on each other: (z, a, grad_a) → grad_z."""

    def pullback(self, z: Array, a: Array, grad_a: Array) -> Array:
        """Carry the gradient of the loss from a back to z: the chain rule through g."""
        if self.jacobian_product is None:
            return grad_a * self.derivative(z, a)
        return self.jacobian_product(z, a, grad_a)


def _step(z: Array) -> Array:
    return np.heaviside(z, 1.0)


def _step_derivative(z: Array, a: Array) -> Array:
    return np.zeros_like(z)


def _sigmoid(z: Array) -> Array:
    e = np.exp(-np.abs(z))  # never overflows: 1/(1 + e⁻ᶻ) = eᶻ/(1 + eᶻ)
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


def _sigmoid_derivative(z: Array, a: Array) -> Array:
    return a * (1.0 - a)


def _tanh(z: Array) -> Array:
    return np.tanh(z)


def _tanh_derivative(z: Array, a: Array) -> Array:
    return 1.0 - a * a


def _relu(z: Array) -> Array:
    return np.maximum(z, 0.0)


def _relu_derivative(z: Array, a: Array) -> Array:
    return np.heaviside(z, 0.0)


def _leaky_relu(z: Array) -> Array:
    return np.where(z > 0, z, LEAKY_SLOPE * z)


def _leaky_relu_derivative(z: Array, a: Array) -> Array:
    return LEAKY_SLOPE + (1.0 - LEAKY_SLOPE) * np.heaviside(z, 0.0)


def _elu(z: Array) -> Array:
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0.0)))


def _elu_derivative(z: Array, a: Array) -> Array:
    return np.exp(np.minimum(z, 0.0))


def _normal_cdf(z: Array) -> Array:
    """Φ(z) = ½ erfc(−z/√2), the normal distribution function, within 4e-16."""
    x = np.minimum(np.abs(z), _NORMAL_UNDERFLOW) * math.sqrt(0.5)
    t = 1.0 - 6.0 / (x + 3.0)
    scaled_erfc = np.full_like(t, _SCALED_ERFC[-1])
    for coefficient in _SCALED_ERFC[-2::-1]:
        scaled_erfc = scaled_erfc * t + coefficient
    tail = 0.5 * scaled_erfc * np.exp(-x * x)
    return np.where(z < 0, tail, 1.0 - tail)


def _gelu(z: Array) -> Array:
    return np.maximum(z, -_NORMAL_UNDERFLOW) * _normal_cdf(z)


def _gelu_derivative(z: Array, a: Array) -> Array:
    x = np.clip(z, -_NORMAL_UNDERFLOW, _NORMAL_UNDERFLOW)
    density = np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    return _normal_cdf(z) + x * density


def _silu(z: Array) -> Array:
    return np.maximum(z, -_SIGMOID_UNDERFLOW) * _sigmoid(z)


def _silu_derivative(z: Array, a: Array) -> Array:
    x = np.clip(z, -_SIGMOID_UNDERFLOW, _SIGMOID_UNDERFLOW)
    return _sigmoid(x) * (1.0 + x * _sigmoid(-x))


def _softplus(z: Array) -> Array:
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))  # ln(1 + eᶻ), never overflows


def _softplus_derivative(z: Array, a: Array) -> Array:
    return _sigmoid(z)


def _linear(z: Array) -> Array:
    return z.copy()


def _linear_derivative(z: Array, a: Array) -> Array:
    return np.ones_like(z)


def _softmax(z: Array) -> Array:
    top: Array = z.max(axis=-1, keepdims=True)
    # Two finite logits may lie further apart than the largest double: −infinity is then right.
    # Infinite logits that are equal share the probability.
    with np.errstate(over="ignore", invalid="ignore"):
        below_top = np.where(z == top, 0.0, z - top)
    e = np.exp(below_top)
    total: Array = e.sum(axis=-1, keepdims=True)
    return e / total


def _softmax_diagonal(z: Array, a: Array) -> Array:
    return a * (1.0 - a)


def _softmax_jacobian_product(z: Array, a: Array, grad_a: Array) -> Array:
    mean_grad: Array = (a * grad_a).sum(axis=-1, keepdims=True)
    return a * (grad_a - mean_grad)


ACTIVATIONS: dict[str, Activation] = {
    "step": Activation(
        label="Step",
        formula="a = 1 if z ≥ 0, else 0",
        derivative_formula="a′ = 0",
        tooltip="Fires or does not; its slope is 0 everywhere, so gradient descent learns "
        "nothing through it and only the perceptron rule can train it.",
        value=_step,
        derivative=_step_derivative,
        output_range=(0.0, 1.0),
    ),
    "sigmoid": Activation(
        label="Sigmoid",
        formula="a = 1 / (1 + e⁻ᶻ)",
        derivative_formula="a′ = a (1 − a)",
        tooltip="A soft step from 0 to 1; far from 0 it is almost flat, and learning there "
        "is slow.",
        value=_sigmoid,
        derivative=_sigmoid_derivative,
        output_range=(0.0, 1.0),
    ),
    "tanh": Activation(
        label="tanh",
        formula="a = (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ)",
        derivative_formula="a′ = 1 − a²",
        tooltip="A soft step from −1 to 1 through 0; being centred, it usually learns faster "
        "than the sigmoid.",
        value=_tanh,
        derivative=_tanh_derivative,
        output_range=(-1.0, 1.0),
    ),
    "relu": Activation(
        label="ReLU",
        formula="a = max(0, z)",
        derivative_formula="a′ = 1 if z > 0, else 0",
        tooltip="Passes what is positive with slope 1, so deep networks learn fast; a unit that "
        "is negative for every point stops learning.",
        value=_relu,
        derivative=_relu_derivative,
        output_range=(0.0, math.inf),
    ),
    "leaky_relu": Activation(
        label="Leaky ReLU",
        formula="a = z if z > 0, else 0.01 z",
        derivative_formula="a′ = 1 if z > 0, else 0.01",
        tooltip="ReLU with a small slope below 0, so that no unit ever stops learning altogether.",
        value=_leaky_relu,
        derivative=_leaky_relu_derivative,
        output_range=(-math.inf, math.inf),
    ),
    "elu": Activation(
        label="ELU",
        formula="a = z if z > 0, else eᶻ − 1",
        derivative_formula="a′ = 1 if z > 0, else eᶻ",
        tooltip="ReLU that levels off smoothly at −1 below 0, which keeps activations centred "
        "and learning steady.",
        value=_elu,
        derivative=_elu_derivative,
        output_range=(-1.0, math.inf),
    ),
    "gelu": Activation(
        label="GELU",
        formula="a = z Φ(z),  Φ(z) = ½ (1 + erf(z / √2))",
        derivative_formula="a′ = Φ(z) + z φ(z),  φ(z) = e^(−z²/2) / √(2π)",
        tooltip="A smooth ReLU that weighs z by the chance that a normal variable lies below it; "
        "it has a gradient on both sides of 0 and is common in language models.",
        value=_gelu,
        derivative=_gelu_derivative,
        output_range=(-0.16997120747990369, math.inf),
    ),
    "silu": Activation(
        label="SiLU",
        formula="a = z σ(z),  σ(z) = 1 / (1 + e⁻ᶻ)",
        derivative_formula="a′ = σ(z) (1 + z (1 − σ(z)))",
        tooltip="A smooth ReLU that weighs z by its own sigmoid, so that units a little below 0 "
        "still learn.",
        value=_silu,
        derivative=_silu_derivative,
        output_range=(-0.2784645427610738, math.inf),
    ),
    "softplus": Activation(
        label="Softplus",
        formula="a = ln(1 + eᶻ)",
        derivative_formula="a′ = 1 / (1 + e⁻ᶻ)",
        tooltip="ReLU with its corner rounded off; always positive, so every unit learns from "
        "every point.",
        value=_softplus,
        derivative=_softplus_derivative,
        output_range=(0.0, math.inf),
    ),
    "linear": Activation(
        label="Linear",
        formula="a = z",
        derivative_formula="a′ = 1",
        tooltip="Leaves z as it is; layers of it together can learn no more than a straight "
        "boundary.",
        value=_linear,
        derivative=_linear_derivative,
        output_range=(-math.inf, math.inf),
    ),
    "softmax": Activation(
        label="Softmax",
        formula="aₖ = e^zₖ / Σⱼ e^zⱼ",
        derivative_formula="∂aₖ/∂zⱼ = aₖ (δₖⱼ − aⱼ)",
        tooltip="Turns the outputs into probabilities that add up to 1, so raising one class "
        "lowers the others.",
        value=_softmax,
        derivative=_softmax_diagonal,
        output_range=(0.0, 1.0),
        hidden=False,
        jacobian_product=_softmax_jacobian_product,
    ),
}
