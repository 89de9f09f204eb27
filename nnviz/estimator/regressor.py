"""NetworkRegressor: a network that answers with numbers."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d

from nnviz.estimator.base import NetworkEstimator
from nnviz.estimator.points import TrainingPoints
from nnviz.model.network import Array


class NetworkRegressor(RegressorMixin, NetworkEstimator):  # type: ignore[misc]
    """A network for regression, trained by nnviz's engine, used as in scikit-learn.

    Its outputs are linear, its loss is half the squared error, summed over the targets of a point.
    Parameters and attributes are those of `NetworkClassifier`, without the classes; `score` is R².
    """

    _loss = "squared_error"
    _output_activation = "linear"
    _wants_numbers = True

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn X (n, features) with targets y (n,) or (n, targets), `max_iter` passes at most.

        `sample_weight` (n,) says how much each point counts. ValueError names a parameter that is
        impossible, or says where training diverged.
        """
        self._fit(X, y, sample_weight, is_partial=False)
        return self

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Make one pass over these points, going on from what was learned; as `fit` otherwise."""
        self._fit(X, y, sample_weight, is_partial=True)
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The answers for X (n, features): (n,), or (n, targets) when there are several."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self.n_outputs_ == 1 else outputs

    def _targets(
        self, y: Any, *, is_new: bool, is_partial: bool, classes: ArrayLike | None
    ) -> Array:
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return np.ascontiguousarray(y.reshape(len(y), -1), dtype=np.float64)

    def _strata(self, T: Array) -> None:
        return None

    def _score(self, outputs: Array, points: TrainingPoints) -> float:
        if not np.isfinite(outputs).all():
            return float("nan")
        return float(r2_score(points.T, outputs, sample_weight=points.weights))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
