"""scikit-learn's own checks of an estimator, all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from nnviz.estimator import NetworkClassifier, NetworkRegressor


# Whether 200 passes are enough for a check's points is not what it checks.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(
    [
        NetworkClassifier(max_iter=100),
        NetworkRegressor(max_iter=100),
        NetworkClassifier(
            (8, 4), ["tanh", "elu"], solver="sgd", batch_size="full", learning_rate_init=0.1
        ),
        NetworkRegressor((8,), "silu", solver="rmsprop", learning_rate_init=0.01, tol=0.01),
    ]
)
def test_checks_of_scikit_learn(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)
