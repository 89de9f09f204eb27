"""What the estimators refuse, and the sentence that says so."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from nnviz.estimator import NetworkClassifier, NetworkRegressor


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden_layer_sizes", 0),
        ("hidden_layer_sizes", (8, -1)),
        ("hidden_layer_sizes", "8"),
        ("hidden_layer_sizes", (8, 2.5)),
        ("hidden_layer_sizes", np.ones((2, 2), dtype=int)),
        ("activation", "softmax"),
        ("activation", "rellu"),
        ("activation", ["tanh", "relu"]),
        ("solver", "lbfgs"),
        ("alpha", -1e-4),
        ("alpha", math.nan),
        ("alpha", "0.1"),
        ("batch_size", 0),
        ("batch_size", "all"),
        ("batch_size", 2.5),
        ("learning_rate_init", 0),
        ("max_iter", 0),
        ("max_iter", True),
        ("shuffle", "yes"),
        ("random_state", -1),
        ("random_state", "one"),
        ("tol", -1),
        ("verbose", "loud"),
        ("warm_start", None),
        ("momentum", 1.1),
        ("nesterovs_momentum", 1),
        ("early_stopping", 0),
        ("validation_fraction", 1),
        ("beta_1", 1),
        ("beta_2", -0.1),
        ("n_iter_no_change", 0),
        ("decay", 1),
        ("weight_decay", math.inf),
        ("initializer", "glorot"),
    ],
)
@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_impossible_parameters(
    kind: Any, name: str, value: Any, X: np.ndarray, Y: np.ndarray
) -> None:
    model = kind(**{name: value})
    with pytest.raises(ValueError, match=rf"^{name}: .+ given; allowed: .+\.$"):
        model.fit(X, Y)
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_numbers_of_numpy_are_numbers(X: np.ndarray, Y: np.ndarray) -> None:
    model = NetworkClassifier(
        np.array([4, 3]),
        np.array(["tanh", "relu"]),
        alpha=np.float32(0.1),
        batch_size=np.int64(30),
        max_iter=np.int32(2),
        shuffle=np.bool_(False),
        n_iter_no_change=np.inf,
    ).fit(X, Y)
    assert [coefs.shape for coefs in model.coefs_] == [(2, 4), (4, 3), (3, 1)]


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (np.ones(119), r"sample_weight: shape \(119,\) given"),
        (np.ones((120, 1)), r"sample_weight: shape \(120, 1\) given"),
        (-np.ones(120), "sample_weight: -1 given; allowed: numbers from 0"),
        (np.zeros(120), "sample_weight: all weights are zero"),
        (np.full(120, np.nan), "NaN"),
    ],
)
def test_impossible_weights(
    weights: np.ndarray, sentence: str, X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=sentence):
        NetworkClassifier(**fast).fit(X, Y, weights)


def test_weights_count_in_proportion(
    X: np.ndarray, Y: np.ndarray, fast: dict[str, Any], on: SimpleNamespace
) -> None:
    weights = np.linspace(0, 2, 120)
    settings = {**fast, "alpha": 0.0, "max_iter": 5, "batch_size": 50}
    model = NetworkClassifier(**settings).fit(X, Y, weights)
    for factor in (1e-300, 1e307):
        other = NetworkClassifier(**settings).fit(X, Y, factor * weights)
        for a, b in zip(on.parameters_of(other), on.parameters_of(model), strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)


def test_a_validation_part_that_weighs_nothing(X: np.ndarray, Y: np.ndarray) -> None:
    model = NetworkRegressor(early_stopping=True, random_state=0)
    weights = np.eye(120)[0] + np.eye(120)[1]
    with pytest.raises(ValueError, match="sample_weight: all weights are zero"):
        model.fit(X, Y, weights)


def test_impossible_classes(X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="y: one class given, 3; allowed: two classes or more"):
        NetworkClassifier(**fast).fit(X, np.full(120, 3))
    with pytest.raises(ValueError, match="y: several columns of classes given"):
        NetworkClassifier(**fast).fit(X, np.column_stack([Y, Y + 1, Y]))


@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_divergence_is_said_and_leaves_finite_weights(
    kind: Any, X: np.ndarray, Y: np.ndarray, fast: dict[str, Any], on: SimpleNamespace
) -> None:
    settings = {"solver": "sgd", "activation": "relu", "learning_rate_init": 1e90}
    model = kind(**{**fast, **settings})
    with pytest.raises(ValueError, match=r"Training diverged at update .*smaller learning rate"):
        model.fit(1e3 * X, Y)
    assert all(np.isfinite(array).all() for array in on.parameters_of(model))


def test_inputs_are_left_alone(X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]) -> None:
    points, targets, weights = X.copy(), Y.astype(float), np.linspace(0, 1, 120)
    given = [array.copy() for array in (points, targets, weights)]
    for array in (points, targets, weights):
        array.setflags(write=False)
    model = NetworkRegressor(**{**fast, "max_iter": 2}).fit(points, targets, weights)
    model.predict(points)
    model.coefs_[0][:] = 0.0  # a fitted estimator's arrays are the user's own
    for array, copy in zip((points, targets, weights), given, strict=True):
        np.testing.assert_array_equal(array, copy)
