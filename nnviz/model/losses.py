"""Losses with their gradients, and what they ask of the outputs: coding, decision, pairing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from nnviz.model.activations import Activation

Array = npt.NDArray[np.float64]
Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class Loss:
    """What training makes small: a loss L of outputs y = g(z) against targets t.

    z, y, t are (n, outputs), points in rows, t as `encode_targets` codes it. `value` gives (n,),
    summed over outputs; `gradient` gives dL/dz (n, outputs), per point, not averaged.
    """

    label: str
    formula: str
    tooltip: str
    outputs: tuple[str, ...]
    """The output activations that it can be paired with; empty: any."""
    value: Callable[[Array, Array, Array], Array]
    gradient: Callable[[Array, Array, Array, Activation], Array]


def _over_outputs(per_output: Array) -> Array:
    total: Array = per_output.sum(axis=1)
    return total


def _squared_error(z: Array, y: Array, t: Array) -> Array:
    error = y - t
    return _over_outputs(0.5 * error * error)


def _squared_error_gradient(z: Array, y: Array, t: Array, activation: Activation) -> Array:
    return activation.pullback(z, y, y - t)


def _binary_cross_entropy(z: Array, y: Array, t: Array) -> Array:
    # −t ln σ(z) − (1 − t) ln(1 − σ(z)) = ln(1 + eᶻ) − t z, with the large parts cancelled first.
    return _over_outputs((np.maximum(z, 0.0) - t * z) + np.log1p(np.exp(-np.abs(z))))


def _cross_entropy(z: Array, y: Array, t: Array) -> Array:
    # −Σ t ln softmax(z) = ln Σ eᶻ − Σ t z, with the largest logit taken out of the sum. A finite
    # logit that lies further below it than the largest double counts as e^−∞ = 0.
    top: Array = z.max(axis=1, keepdims=True)
    with np.errstate(over="ignore"):
        return np.log(_over_outputs(np.exp(z - top))) + (top[:, 0] - _over_outputs(t * z))


def _cross_entropy_gradient(z: Array, y: Array, t: Array, activation: Activation) -> Array:
    # For sigmoid and softmax alike the derivative of the activation cancels.
    return y - t


def _hinge(z: Array, y: Array, t: Array) -> Array:
    return _over_outputs(np.maximum(0.0, 1.0 - t * z))


def _hinge_gradient(z: Array, y: Array, t: Array, activation: Activation) -> Array:
    return -t * np.heaviside(1.0 - t * z, 0.0)


def _perceptron(z: Array, y: Array, t: Array) -> Array:
    return _over_outputs((y - t) * z)


def _perceptron_gradient(z: Array, y: Array, t: Array, activation: Activation) -> Array:
    return y - t


LOSSES: dict[str, Loss] = {
    "squared_error": Loss(
        label="Squared error",
        formula="L = ½ Σₖ (yₖ − tₖ)²",
        tooltip="Punishes the square of the distance to the target, so large errors pull hardest.",
        outputs=(),
        value=_squared_error,
        gradient=_squared_error_gradient,
    ),
    "binary_cross_entropy": Loss(
        label="Binary cross-entropy",
        formula="L = −Σₖ [tₖ ln yₖ + (1 − tₖ) ln(1 − yₖ)]",
        tooltip="Punishes confident mistakes hardest and keeps a strong gradient where the "
        "sigmoid is flat, so a wrong output recovers fast.",
        outputs=("sigmoid",),
        value=_binary_cross_entropy,
        gradient=_cross_entropy_gradient,
    ),
    "cross_entropy": Loss(
        label="Cross-entropy",
        formula="L = −Σₖ tₖ ln yₖ",
        tooltip="Makes the probability of the right class large; the gradient is simply "
        "probability minus target.",
        outputs=("softmax",),
        value=_cross_entropy,
        gradient=_cross_entropy_gradient,
    ),
    "hinge": Loss(
        label="Hinge",
        formula="L = max(0, 1 − t z)",
        tooltip="Asks for a margin of 1 and ignores points beyond it, so that only points near "
        "the boundary move it, as in a support vector machine.",
        outputs=("linear",),
        value=_hinge,
        gradient=_hinge_gradient,
    ),
    "perceptron": Loss(
        label="Perceptron",
        formula="L = Σₖ (yₖ − tₖ) zₖ",
        tooltip="Learns from mistakes only: a point on the wrong side moves the boundary towards "
        "itself, a point on the right side changes nothing.",
        outputs=("step",),
        value=_perceptron,
        gradient=_perceptron_gradient,
    ),
}


def _is_signed(output_activation: str) -> bool:
    """Whether one output for two classes is coded −1/+1, not 0/1."""
    return output_activation in ("tanh", "linear")


def n_outputs(task: Task, n_classes: int, output_activation: str) -> int:
    """Number of output units: one for a regression, one or two for two classes, else one each."""
    if task == "regression" or (n_classes == 2 and output_activation != "softmax"):
        return 1
    return n_classes


def encode_targets(
    y: npt.NDArray[np.int64] | Array, task: Task, n_classes: int, output_activation: str
) -> Array:
    """Code y (n,), class indices or target values, as targets T (n, outputs).

    One output for two classes: −1/+1 for tanh and linear, 0/1 for the rest. Otherwise one-hot.
    """
    if task == "regression":
        return y.astype(np.float64)[:, np.newaxis]
    if n_outputs(task, n_classes, output_activation) == 1:
        off = -1.0 if _is_signed(output_activation) else 0.0
        return np.where(y[:, np.newaxis] == 1, 1.0, off)
    return np.where(y[:, np.newaxis] == np.arange(n_classes), 1.0, 0.0)


def decision_threshold(output_activation: str) -> float:
    """From which value on a single output says class 1."""
    return 0.0 if _is_signed(output_activation) else 0.5


def decide(outputs: Array, output_activation: str) -> npt.NDArray[np.intp]:
    """Class indices (n,) for outputs (n, k): the half-way threshold, or the largest output."""
    if outputs.shape[1] == 1:
        return np.where(outputs[:, 0] >= decision_threshold(output_activation), 1, 0)
    largest: npt.NDArray[np.intp] = outputs.argmax(axis=1)
    return largest


def pairing_problem(loss: str, output_activation: str, task: Task, n_classes: int) -> str | None:
    """Say in one clause why these do not go together; None where they do. Names are registered."""
    if task == "regression":
        if loss != "squared_error":
            return f"{loss} needs classes; a regression allows only squared_error"
        if output_activation == "softmax":
            return "a regression needs an output activation other than softmax"
        return None
    if n_classes < 2:
        return f"a classification needs two classes or more, not {n_classes}"
    allowed = LOSSES[loss].outputs
    if allowed and output_activation not in allowed:
        return f"{loss} needs the output activation {' or '.join(allowed)}, not {output_activation}"
    if loss == "hinge" and n_classes != 2:
        return f"hinge needs two classes, not {n_classes}"
    return None


def pairing_hint(loss: str, output_activation: str, task: Task, n_classes: int) -> str | None:
    """`pairing_problem` in a few words about the loss, for a list of losses: "needs classes"."""
    if pairing_problem(loss, output_activation, task, n_classes) is None:
        return None
    if task == "regression":
        return "needs other outputs than softmax" if loss == "squared_error" else "needs classes"
    allowed = LOSSES[loss].outputs
    if n_classes >= 2 and allowed and output_activation not in allowed:
        return f"needs {' or '.join(allowed)} outputs"
    return "needs two classes"


def losses_for(output_activation: str, task: Task, n_classes: int) -> tuple[str, ...]:
    """The losses that go with these outputs; those made for this output activation come first."""
    fitting = [
        name for name in LOSSES if not pairing_problem(name, output_activation, task, n_classes)
    ]
    return tuple(sorted(fitting, key=lambda name: not LOSSES[name].outputs))
