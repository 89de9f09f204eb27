"""Figures: how good a network is at a moment, over the training and the test part."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nnviz.data.dataset import Dataset
from nnviz.model.engine import Engine
from nnviz.model.reference import State
from nnviz.run.experiment import Experiment
from nnviz.run.frame import Frame
from nnviz.run.problem import point_weights, targets_of

Array = NDArray[np.float64]


class Figures:
    """Makes frames of the states of one experiment, with the losses and accuracies there."""

    def __init__(self, experiment: Experiment, dataset: Dataset, engine: Engine) -> None:
        """`engine` computes them; `dataset` is the experiment's."""
        self._experiment, self._engine, self._dataset = experiment, engine, dataset
        self._test_T = targets_of(experiment, dataset, dataset.y_test)
        self._weights_train, self._weights_test = point_weights(experiment, dataset)

    def frame(self, state: State, at_most: int | None = None) -> Frame:
        """That moment, its figures exact unless the points are more than `at_most`.

        Then they come from a fair sample of that size, the same one every time.
        """
        problem, X_test = self._engine.problem, self._dataset.X_test
        train, test = _sample(len(problem.X), at_most), _sample(len(X_test), at_most)
        theta = state.theta
        data_loss, accuracy = self._of(theta, problem.X, problem.T, self._weights_train, train)
        test_loss, test_accuracy = self._of(theta, X_test, self._test_T, self._weights_test, test)
        penalty = self._engine.penalty(theta)
        assert data_loss is not None
        return Frame(
            experiment=self._experiment,
            network=problem.network,
            state=state,
            train_data_loss=data_loss,
            penalty=penalty,
            test_loss=test_loss,
            train_accuracy=accuracy,
            test_accuracy=test_accuracy,
            is_sampled=train is not None or test is not None,
        )

    def _of(
        self,
        theta: Array,
        X: Array,
        T: Array,
        weights: Array | None,
        sample: NDArray[np.int64] | None,
    ) -> tuple[float | None, float | None]:
        """Data loss and accuracy on these points, or on a sample of them."""
        if len(X) == 0:
            return None, None
        loss, accuracy = self._engine.figures(theta, X, T, weights, sample)
        return loss, None if self._dataset.task == "regression" else accuracy


@lru_cache(maxsize=8)
def _sample(n: int, at_most: int | None) -> NDArray[np.int64] | None:
    if at_most is None or n <= at_most:
        return None
    return np.random.RandomState(0).choice(n, size=at_most, replace=False)
