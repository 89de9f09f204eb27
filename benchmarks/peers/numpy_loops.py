"""The peer in NumPy: training as one writes it by hand, with no checks and nothing to look at."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nnviz.model.reference import Problem

Array = NDArray[np.float64]


class NumPyLoops:
    """tanh in every layer, squared error, gradient descent; ValueError for anything else.

    `draw(epoch)` gives the order of an epoch's points; NumPy's own shuffle where none is given,
    which is the quickest that NumPy has.
    """

    name = "NumPy"

    def __init__(
        self,
        problem: Problem,
        theta: Array,
        draw: Callable[[int], NDArray[np.int64]] | None = None,
    ) -> None:
        if (
            set(problem.network.activations) != {"tanh"}
            or problem.loss != "squared_error"
            or problem.optimizer != "sgd"
        ):
            raise ValueError("The NumPy peer knows tanh, squared error and sgd alone.")
        self._problem, self._theta, self._draw = problem, theta, draw

    def train(self, epochs: int) -> Array:
        """The parameters after `epochs` epochs from the first."""
        problem = self._problem
        X, T, rate = problem.X, problem.T, problem.learning_rate
        n, batch = len(X), problem.points_per_batch
        theta = self._theta.copy()
        weights, biases = problem.network.split(theta)
        last = len(weights) - 1
        rng = np.random.default_rng(problem.seed)
        for epoch in range(epochs):
            order = rng.permutation(n) if self._draw is None else self._draw(epoch)
            for start in range(0, n, batch):
                chosen = order[start : start + batch]
                activations = [X[chosen]]
                for W, b in zip(weights, biases, strict=True):
                    activations.append(np.tanh(activations[-1] @ W.T + b))
                y = activations[-1]
                delta = (y - T[chosen]) * (1.0 - y * y) / len(chosen)
                for layer in range(last, -1, -1):
                    a = activations[layer]
                    W, b = weights[layer], biases[layer]
                    weight_gradient, bias_gradient = delta.T @ a, delta.sum(axis=0)
                    if layer > 0:
                        delta = (delta @ W) * (1.0 - a * a)
                    W -= rate * weight_gradient
                    b -= rate * bias_gradient
        return theta
