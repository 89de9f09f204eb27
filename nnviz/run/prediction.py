"""What a network answers: classes, values, probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnviz.data.numbers import checked_rows
from nnviz.model import reference
from nnviz.model.losses import decide
from nnviz.model.network import Network

Array = NDArray[np.float64]


def predictions(network: Network, theta: Array, X: ArrayLike, task: str) -> NDArray[Any]:
    """Class indices (n,), or target values (n,) of a regression, for rows X (n, features)."""
    outputs = _forward(network, theta, X).outputs
    return outputs[:, 0] if task == "regression" else decide(outputs, network.activations[-1])


def class_probabilities(network: Network, theta: Array, X: ArrayLike, task: str) -> Array:
    """(n, classes) for rows X (n, features); several sigmoid outputs are divided by their sum.

    ValueError unless the output activation is sigmoid or softmax, or for regression.
    """
    name = network.activations[-1]
    if task == "regression" or name not in ("sigmoid", "softmax"):
        raise ValueError(
            f"output_activation: {name} gives no probabilities; "
            "allowed: sigmoid or softmax, with classes."
        )
    passed = _forward(network, theta, X)
    if passed.outputs.shape[1] == 1:
        return np.column_stack([1.0 - passed.outputs, passed.outputs])
    if name == "softmax":
        return passed.outputs
    # In logarithms, so that outputs that all round to 0 still have a sum.
    logs = -np.logaddexp(0.0, -passed.sums[-1])
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _forward(network: Network, theta: Array, X: ArrayLike) -> reference.ForwardPass:
    n_inputs = network.sizes[0]
    rows = checked_rows("X", X, n_inputs, f"{n_inputs} numbers")
    with np.errstate(all="ignore"):
        return reference.forward(network, theta, rows)
