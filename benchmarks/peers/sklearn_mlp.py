"""The peer in scikit-learn: one `partial_fit` a mini-batch, as one must to see each update."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nnviz.model.reference import Problem

Array = NDArray[np.float64]

LARGEST_BATCH = 200
"""One call of partial_fit with more points would make several updates."""


class SklearnMLP:
    """MLPRegressor with solver sgd, no momentum, no penalty.

    Its loss is the squared error, ½(y − t)², its output always linear. `draw(epoch)` gives the
    order of an epoch's points; NumPy's shuffle where none is given. ValueError for what it cannot
    do, and for batches beyond LARGEST_BATCH.
    """

    name = "scikit-learn"

    def __init__(
        self,
        problem: Problem,
        theta: Array,
        draw: Callable[[int], NDArray[np.int64]] | None = None,
    ) -> None:
        *hidden, output = problem.network.activations
        if (
            (set(hidden), output) != ({"tanh"}, "linear")
            or problem.T.shape[1] != 1
            or problem.loss != "squared_error"
            or problem.optimizer != "sgd"
            or problem.points_per_batch > LARGEST_BATCH
        ):
            raise ValueError(
                "The scikit-learn peer knows tanh, one linear output, squared error and sgd, "
                f"up to {LARGEST_BATCH} points a batch."
            )
        self._problem, self._theta, self._draw = problem, theta, draw

    def train(self, epochs: int) -> Array:
        """The parameters after `epochs` epochs from the first."""
        problem = self._problem
        X, y = problem.X, problem.T[:, 0]
        n, batch = len(X), problem.points_per_batch
        model = self._model()
        rng = np.random.default_rng(problem.seed)
        for epoch in range(epochs):
            order = rng.permutation(n) if self._draw is None else self._draw(epoch)
            for start in range(0, n, batch):
                chosen = order[start : start + batch]
                model.partial_fit(X[chosen], y[chosen])
        return problem.network.join([W.T for W in model.coefs_], model.intercepts_)

    def _model(self):  # type: ignore[no-untyped-def]  # scikit-learn is imported when it is needed
        from sklearn.neural_network import MLPRegressor

        problem = self._problem
        model = MLPRegressor(
            hidden_layer_sizes=problem.network.sizes[1:-1],
            activation="tanh",
            solver="sgd",
            alpha=0.0,
            learning_rate_init=problem.learning_rate,
            momentum=0.0,
            nesterovs_momentum=False,
            shuffle=False,
        )
        # One call makes its arrays and one update; then they get the parameters to begin with.
        model.partial_fit(problem.X[:1], problem.T[:1, 0])
        weights, biases = problem.network.split(self._theta)
        for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
            model.coefs_[layer][...] = W.T
            model.intercepts_[layer][...] = b
        return model
