"""How each activation, loss and optimizer is written with its numbers.

One entry for each that is registered in `model`; one without an entry is written by its value
alone, and `tests/insight/test_equations.py` fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnviz.insight.equation_text import (
    Numbers,
    Piece,
    Term,
    grouped,
    product_piece,
    raised,
    write_sum,
)
from nnviz.model.activations import ACTIVATIONS, LEAKY_SLOPE
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import EPSILON, Hyperparameters

Array = NDArray[np.float64]

# --- activations


@dataclass(frozen=True)
class ActivationRule:
    """`value(z, factor, number)` writes g(z), `slope(numbers, z, a)` writes g′(z).

    `z` and `factor` are z as text, the second so that a dot may stand before it; `number` is z,
    or None while it has none. `value` gives None where that cannot be written without a number,
    or not from this z alone.
    """

    value: Callable[[str, str, float | None], str | None]
    slope: Callable[[Numbers, float, float], str]


def _leaky(z: str, factor: str, number: float | None) -> str | None:
    if number is None:
        return None
    return z if number > 0 else f"{LEAKY_SLOPE:g}·{factor}"


def _elu(z: str, factor: str, number: float | None) -> str | None:
    if number is None:
        return None
    return z if number > 0 else f"e^({z}) − 1"


def _sigmoid_slope(numbers: Numbers, z: float, a: float) -> str:
    return f"{numbers.factor(a)}·(1 − {numbers.factor(a)})"


def _gelu_slope(numbers: Numbers, z: float, a: float) -> str:
    text = numbers.plain(z)
    return f"Φ({text}) + {numbers.factor(z)}·φ({text})"


def _silu_slope(numbers: Numbers, z: float, a: float) -> str:
    sigmoid = f"σ({numbers.plain(z)})"
    return f"{sigmoid}·(1 + {numbers.factor(z)}·(1 − {sigmoid}))"


ACTIVATION_RULES: dict[str, ActivationRule] = {
    "step": ActivationRule(
        value=lambda z, factor, number: f"step({z})",
        slope=lambda numbers, z, a: "0",
    ),
    "sigmoid": ActivationRule(
        value=lambda z, factor, number: f"σ({z})",
        slope=_sigmoid_slope,
    ),
    "tanh": ActivationRule(
        value=lambda z, factor, number: f"tanh({z})",
        slope=lambda numbers, z, a: f"1 − {numbers.base(a)}²",
    ),
    "relu": ActivationRule(
        value=lambda z, factor, number: f"max(0, {z})",
        slope=lambda numbers, z, a: "1" if z > 0 else "0",
    ),
    "leaky_relu": ActivationRule(
        value=_leaky,
        slope=lambda numbers, z, a: "1" if z > 0 else f"{LEAKY_SLOPE:g}",
    ),
    "elu": ActivationRule(
        value=_elu,
        slope=lambda numbers, z, a: "1" if z > 0 else f"e^({numbers.plain(z)})",
    ),
    "gelu": ActivationRule(
        value=lambda z, factor, number: f"{z}·Φ({z})",
        slope=_gelu_slope,
    ),
    "silu": ActivationRule(
        value=lambda z, factor, number: f"{z}·σ({z})",
        slope=_silu_slope,
    ),
    "softplus": ActivationRule(
        value=lambda z, factor, number: f"ln(1 + e^({z}))",
        slope=lambda numbers, z, a: f"σ({numbers.plain(z)})",
    ),
    "linear": ActivationRule(
        value=lambda z, factor, number: z,
        slope=lambda numbers, z, a: "1",
    ),
    "softmax": ActivationRule(
        value=lambda z, factor, number: None,
        slope=_sigmoid_slope,
    ),
}


def write_symbolic(name: str) -> str:
    """g(z) of an activation, without numbers."""
    rule = ACTIVATION_RULES.get(name)
    return (rule and rule.value("z", "z", None)) or ACTIVATIONS[name].formula.partition("= ")[2]


def write_activation(
    name: str, numbers: Numbers, z: Array, a: Array, unit: int, most_terms: int | None
) -> str:
    """g(z) of a unit, from z and a (units,) of its layer."""
    number = float(z[unit])
    if name == "softmax":
        own = f"e^({numbers.plain(number)})"
        return f"{own} / ({_sum_of_powers(numbers, z, most_terms)})"
    rule = ACTIVATION_RULES.get(name)
    written = rule and rule.value(numbers.plain(number), numbers.factor(number), number)
    return written or numbers.plain(a[unit])


def write_slope(name: str, numbers: Numbers, z: float, a: float) -> str:
    """g′(z) of an activation whose units do not depend on each other."""
    rule = ACTIVATION_RULES.get(name)
    if rule:
        return rule.slope(numbers, z, a)
    return numbers.plain(ACTIVATIONS[name].derivative(np.array([z]), np.array([a]))[0])


def _piece(k: int, value: float, text: str, is_negative: bool = False) -> Piece:
    """What output k adds to a sum; `value` has the sign of it, `text` has not."""
    return Piece(Term(f"output {k + 1}", value, None, value), lambda: text, is_negative)


def _sum_of_powers(numbers: Numbers, z: Array, most_terms: int | None) -> str:
    """Σ e^z."""
    pieces = [
        _piece(k, value, f"e^({numbers.plain(z[k])})") for k, value in enumerate(np.exp(z).tolist())
    ]
    return write_sum(pieces, numbers, most_terms)


# --- losses

_SMALLEST_PROBABILITY = 1e-300
_SMALLEST_REST = 0.01  # 1 − y of a y that was rounded to some digits is worth nothing below this


@dataclass(frozen=True)
class OutputNumbers:
    """Sums z, outputs y and targets t of one point, (outputs,) each."""

    z: Array
    y: Array
    t: Array
    loss: str
    activation: str

    def loss_of(self, k: int | None = None) -> float:
        """The point's loss; that of output k alone for a loss that is a sum over outputs."""
        of = slice(None) if k is None else slice(k, k + 1)
        parts = (part[np.newaxis, of] for part in (self.z, self.y, self.t))
        return float(LOSSES[self.loss].value(*parts)[0])


@dataclass(frozen=True)
class LossRule:
    """`pieces(numbers, outputs, most)` adds up to L, `error(numbers, outputs, k, most)` is ∂L/∂zₖ.

    `most` is how many terms of a sum are written.
    """

    pieces: Callable[[Numbers, OutputNumbers, int | None], list[Piece]]
    error: Callable[[Numbers, OutputNumbers, int, int | None], str]


def _by_output(
    body: Callable[[Numbers, float, float, float], tuple[bool, str]],
) -> Callable[[Numbers, OutputNumbers, int | None], list[Piece]]:
    """Pieces of a loss that is a sum over outputs: `body(numbers, z, y, t)` is sign and text."""

    def pieces(numbers: Numbers, of: OutputNumbers, most: int | None) -> list[Piece]:
        made = []
        for k in range(len(of.z)):
            value = of.loss_of(k)
            sign, text = body(numbers, float(of.z[k]), float(of.y[k]), float(of.t[k]))
            made.append(_piece(k, value, text, sign))
        return made

    return pieces


def _squared(numbers: Numbers, z: float, y: float, t: float) -> tuple[bool, str]:
    return False, f"½·({numbers.difference(y, t)})²"


def _squared_error(numbers: Numbers, of: OutputNumbers, k: int, most: int | None) -> str:
    y, difference = of.y, of.y - of.t
    text = numbers.difference(of.y[k], of.t[k])
    if of.activation == "softmax":
        mean = [
            _piece(j, value, f"{numbers.factor(y[j])}·({numbers.difference(y[j], of.t[j])})")
            for j, value in enumerate((y * difference).tolist())
        ]
        return f"{numbers.factor(y[k])}·({text} − ({write_sum(mean, numbers, most)}))"
    slope = write_slope(of.activation, numbers, float(of.z[k]), float(y[k]))
    return text if slope == "1" else f"({text})·{grouped(slope)}"


def _binary(numbers: Numbers, z: float, y: float, t: float) -> tuple[bool, str]:
    # Of the two terms the target picks one. Where y says too little, z says it: the loss is
    # then computed from it.
    if t == 1.0:
        if y >= _SMALLEST_PROBABILITY:
            return True, f"ln({numbers.plain(y)})"
        return False, f"ln(1 + e^({numbers.plain(-z)}))"
    if 1.0 - y >= _SMALLEST_REST:
        return True, f"ln(1 − {numbers.factor(y)})"
    return False, f"ln(1 + e^({numbers.plain(z)}))"


def _cross_entropy(numbers: Numbers, of: OutputNumbers, most: int | None) -> list[Piece]:
    right, value = int(of.t.argmax()), of.loss_of()
    if of.y[right] >= _SMALLEST_PROBABILITY:
        return [_piece(right, value, f"ln({numbers.plain(of.y[right])})", is_negative=True)]
    powers = _sum_of_powers(numbers, of.z, most)
    return [_piece(right, value, f"ln({powers}) − {numbers.factor(of.z[right])}")]


def _output_minus_target(numbers: Numbers, of: OutputNumbers, k: int, most: int | None) -> str:
    return numbers.difference(of.y[k], of.t[k])


def _hinge(numbers: Numbers, z: float, y: float, t: float) -> tuple[bool, str]:
    return False, f"max(0, 1 − {numbers.factor(t)}·{numbers.factor(z)})"


def _hinge_error(numbers: Numbers, of: OutputNumbers, k: int, most: int | None) -> str:
    return f"−{numbers.factor(of.t[k])}" if 1.0 - of.t[k] * of.z[k] > 0.0 else "0"


def _perceptron(numbers: Numbers, z: float, y: float, t: float) -> tuple[bool, str]:
    return False, f"({numbers.difference(y, t)})·{numbers.factor(z)}"


LOSS_RULES: dict[str, LossRule] = {
    "squared_error": LossRule(_by_output(_squared), _squared_error),
    "binary_cross_entropy": LossRule(_by_output(_binary), _output_minus_target),
    "cross_entropy": LossRule(_cross_entropy, _output_minus_target),
    "hinge": LossRule(_by_output(_hinge), _hinge_error),
    "perceptron": LossRule(_by_output(_perceptron), _output_minus_target),
}


def loss_pieces(numbers: Numbers, of: OutputNumbers, most_terms: int | None) -> list[Piece]:
    """What a point's loss is the sum of."""
    rule = LOSS_RULES.get(of.loss)
    return (
        rule.pieces(numbers, of, most_terms)
        if rule
        else [product_piece(numbers, "loss", of.loss_of())]
    )


def write_error(numbers: Numbers, of: OutputNumbers, k: int, most_terms: int | None) -> str:
    """∂L/∂z of output k for one point, neither weighted nor averaged."""
    rule = LOSS_RULES.get(of.loss)
    if rule:
        return rule.error(numbers, of, k, most_terms)
    z, y, t = (part[np.newaxis] for part in (of.z, of.y, of.t))
    gradient = LOSSES[of.loss].gradient(z, y, t, ACTIVATIONS[of.activation])
    return numbers.plain(gradient[0, k])


# --- optimizers


@dataclass(frozen=True)
class UpdateNumbers:
    """What an update does to one parameter, called `symbol`."""

    symbol: str
    is_weight: bool
    gradient: float
    old: float
    new: float
    before: Mapping[str, float]
    """The optimizer's quantities before the update, by name."""
    after: Mapping[str, float]
    """The same after it, and what the step uses in their place."""
    learning_rate: float
    t: int
    hyper: Hyperparameters


def _descent(numbers: Numbers, of: UpdateNumbers, step: str, old: float | None = None) -> str:
    """θ ← θ − η step."""
    start, result = numbers.pair(of.old if old is None else old, of.new)
    return f"{of.symbol} ← {start} − {numbers.setting(of.learning_rate)}·{step} = {result}"


def _sgd(numbers: Numbers, of: UpdateNumbers) -> list[str]:
    return [_descent(numbers, of, numbers.factor(of.gradient))]


def _velocity(numbers: Numbers, of: UpdateNumbers) -> str:
    mu, v = numbers.setting(of.hyper.momentum), numbers.factor(of.before["velocity"])
    body = f"{mu}·{v} + {numbers.factor(of.gradient)}"
    return numbers.stated("v", body, of.after["velocity"], "←")


def _momentum(numbers: Numbers, of: UpdateNumbers) -> list[str]:
    step = numbers.factor(of.after["velocity"])
    return [_velocity(numbers, of), _descent(numbers, of, step)]


def _nesterov(numbers: Numbers, of: UpdateNumbers) -> list[str]:
    mu, v = numbers.setting(of.hyper.momentum), numbers.factor(of.after["velocity"])
    step = f"({numbers.plain(of.gradient)} + {mu}·{v})"
    return [_velocity(numbers, of), _descent(numbers, of, step)]


def _divided(numbers: Numbers, above: float, below: float) -> str:
    """above / (√below + ε)."""
    return f"{numbers.factor(above)} / (√{numbers.base(below)} + {numbers.setting(EPSILON)})"


def _adagrad(numbers: Numbers, of: UpdateNumbers) -> list[str]:
    name = "sum_of_squares"
    body = f"{numbers.plain(of.before[name])} + {numbers.base(of.gradient)}²"
    return [
        numbers.stated("s", body, of.after[name], "←"),
        _descent(numbers, of, _divided(numbers, of.gradient, of.after[name])),
    ]


def _average(numbers: Numbers, rate: float, old: float, given: str) -> str:
    """rate · old + (1 − rate) · given."""
    beta = numbers.setting(rate)
    return f"{beta}·{numbers.factor(old)} + (1 − {beta})·{given}"


def _rmsprop(numbers: Numbers, of: UpdateNumbers) -> list[str]:
    name, square = "mean_square", f"{numbers.base(of.gradient)}²"
    body = _average(numbers, of.hyper.decay, of.before[name], square)
    return [
        numbers.stated("s", body, of.after[name], "←"),
        _descent(numbers, of, _divided(numbers, of.gradient, of.after[name])),
    ]


def _adam(numbers: Numbers, of: UpdateNumbers, old: float | None = None) -> list[str]:
    statements = []
    for symbol, which, rate, given in (
        ("m", "first", of.hyper.beta_1, numbers.factor(of.gradient)),
        ("v", "second", of.hyper.beta_2, f"{numbers.base(of.gradient)}²"),
    ):
        name = f"{which}_moment"
        body = _average(numbers, rate, of.before[name], given)
        statements.append(numbers.stated(symbol, body, of.after[name], "←"))
    for symbol, which, rate in (
        ("m\u0302", "first", of.hyper.beta_1),
        ("v\u0302", "second", of.hyper.beta_2),
    ):
        moment = numbers.plain(of.after[f"{which}_moment"])
        body = f"{moment} / (1 − {numbers.setting(rate)}{raised(of.t)})"
        statements.append(numbers.stated(symbol, body, of.after[f"corrected_{which}_moment"]))
    m, v = of.after["corrected_first_moment"], of.after["corrected_second_moment"]
    return [*statements, _descent(numbers, of, _divided(numbers, m, v), old)]


def _adamw(numbers: Numbers, of: UpdateNumbers) -> list[str]:
    if not of.is_weight:
        return _adam(numbers, of)
    eta, decay = of.learning_rate, of.hyper.weight_decay
    decayed = of.old - eta * decay * of.old
    old, result = numbers.pair(of.old, decayed)
    product = f"{numbers.setting(eta)}·{numbers.setting(decay)}·{numbers.factor(of.old)}"
    shrink = f"{of.symbol} ← {old} − {product} = {result}"
    return [shrink, *_adam(numbers, of, decayed)]


OPTIMIZER_RULES: dict[str, Callable[[Numbers, UpdateNumbers], list[str]]] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
}


def write_update(name: str, numbers: Numbers, of: UpdateNumbers, is_frozen: bool) -> list[str]:
    """The statements by which an optimizer changes a parameter."""
    if is_frozen:
        return [f"{of.symbol} ← {numbers.plain(of.old)}"]
    rule = OPTIMIZER_RULES.get(name)
    if rule:
        return rule(numbers, of)
    change = of.new - of.old
    sign = "−" if math.copysign(1.0, change) < 0 else "+"
    body = f"{numbers.plain(of.old)} {sign} {numbers.plain(abs(change))}"
    return [numbers.stated(of.symbol, body, of.new, "←")]
