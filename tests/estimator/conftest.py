"""Points to learn, settings that learn them soon, and what tests do with estimators."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_moons

from nnviz.estimator import NetworkClassifier


@pytest.fixture
def moons() -> tuple[np.ndarray, np.ndarray]:
    """120 points of two classes, in the plane."""
    X, y = make_moons(120, noise=0.1, random_state=0)
    return X, y


@pytest.fixture
def X(moons: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Where the moons' points lie."""
    return moons[0]


@pytest.fixture
def Y(moons: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """The moons' classes, 0 and 1; to a regression, numbers."""
    return moons[1]


@pytest.fixture
def fast() -> dict[str, Any]:
    """Settings that learn the moons soon; all passes are wanted, so that none is warned of."""
    return {
        "hidden_layer_sizes": (8,),
        "activation": "tanh",
        "learning_rate_init": 0.05,
        "max_iter": 60,
        "random_state": 0,
        "n_iter_no_change": math.inf,
    }


def parameters_of(estimator: Any) -> list[np.ndarray]:
    return [*estimator.coefs_, *estimator.intercepts_]


def assert_equal(one: Any, other: Any) -> None:
    """Bit for bit."""
    for a, b in zip(parameters_of(one), parameters_of(other), strict=True):
        np.testing.assert_array_equal(a, b)


def classes_for(kind: Any) -> dict[str, Any]:
    """What the first partial fit to the moons must be told besides."""
    return {"classes": [0, 1]} if kind is NetworkClassifier else {}


@pytest.fixture
def on() -> SimpleNamespace:
    """What tests do with estimators, by name."""
    return SimpleNamespace(
        parameters_of=parameters_of, assert_equal=assert_equal, classes_for=classes_for
    )
