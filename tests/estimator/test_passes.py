"""Passes over the points: seeds, one pass after another, when to stop."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from nnviz.estimator import NetworkClassifier, NetworkRegressor
from nnviz.model.optimizers import OPTIMIZERS

# --- seeds


@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_a_seed_reproduces_bit_for_bit(
    kind: Any, X: np.ndarray, Y: np.ndarray, fast: dict[str, Any], on: SimpleNamespace
) -> None:
    model = kind(**{**fast, "batch_size": 7, "max_iter": 5})
    on.assert_equal(model.fit(X, Y), clone(model).fit(X, Y))
    on.assert_equal(clone(model).fit(X, Y), model.fit(X, Y))
    other = clone(model).set_params(random_state=1).fit(X, Y)
    assert not np.array_equal(other.coefs_[0], model.coefs_[0])


def test_random_states(X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]) -> None:
    def coefs(random_state: Any) -> np.ndarray:
        settings = {**fast, "max_iter": 1, "random_state": random_state}
        return np.asarray(NetworkClassifier(**settings).fit(X, Y).coefs_[0])

    drawn = np.random.RandomState(3)
    first, second = coefs(drawn), coefs(drawn)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, coefs(np.random.RandomState(3)))
    np.testing.assert_array_equal(coefs(np.int64(4)), coefs(4))
    assert not np.array_equal(coefs(None), coefs(None))


# --- one pass after another


@pytest.mark.parametrize("solver", OPTIMIZERS)
@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_partial_fits_are_the_passes_of_a_fit(
    kind: Any, solver: str, X: np.ndarray, Y: np.ndarray, fast: dict[str, Any], on: SimpleNamespace
) -> None:
    """With the optimizer's memory, and a new order for every pass."""
    settings = {**fast, "solver": solver, "batch_size": 11, "max_iter": 4}
    whole = kind(**settings).fit(X, Y)
    parts = kind(**settings)
    for _ in range(4):
        parts.partial_fit(X, Y, **on.classes_for(kind))
    on.assert_equal(parts, whole)
    assert parts.loss_curve_ == whole.loss_curve_
    assert (parts.n_iter_, parts.t_) == (1, whole.t_)


def test_partial_fit_by_classes(X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]) -> None:
    model = NetworkClassifier(**fast)
    with pytest.raises(ValueError, match="classes: must be given to the first call"):
        model.partial_fit(X, Y)
    model.partial_fit(X[Y == 0], Y[Y == 0], classes=[0, 1, 2])
    for _ in range(200):
        model.partial_fit(X[Y == 1], Y[Y == 1])
        model.partial_fit(X[Y == 0], Y[Y == 0])
    assert model.predict_proba(X).shape == (120, 3)
    with pytest.raises(ValueError, match=r"y: the classes \[7\] given; allowed: \[0, 1, 2\]"):
        model.partial_fit(X, np.full(120, 7))
    with pytest.raises(ValueError, match=r"classes: \[0, 1\] given; allowed: \[0, 1, 2\]"):
        model.partial_fit(X, Y, classes=[0, 1])
    with pytest.raises(ValueError, match="the same form as before"):
        model.partial_fit(X, np.column_stack([Y, 1 - Y]))


def test_partial_fit_after_fit_goes_on(X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]) -> None:
    model = NetworkRegressor(**fast).fit(X, Y)
    fitted = model.loss_
    for _ in range(20):
        model.partial_fit(X, Y)
    assert model.loss_ < fitted
    assert len(model.loss_curve_) == 80


def test_assigned_weights_are_used(X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]) -> None:
    model = NetworkRegressor(**{**fast, "hidden_layer_sizes": ()}).partial_fit(X, Y)
    model.coefs_ = [np.array([[2.0], [3.0]])]
    model.intercepts_ = [np.array([-1.0])]
    np.testing.assert_allclose(model.predict(X), X @ [2, 3] - 1)
    model.set_params(learning_rate_init=1e-300).partial_fit(X, Y)
    assert model.coefs_[0].tolist() == [[2.0], [3.0]]


@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_warm_start(kind: Any, X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]) -> None:
    model = kind(**{**fast, "warm_start": True, "max_iter": 10})
    losses = [model.fit(X, Y).loss_ for _ in range(4)]
    assert losses == sorted(losses, reverse=True)
    assert len(model.loss_curve_) == 40
    assert model.n_iter_ == 10
    cold = kind(**{**fast, "max_iter": 10})
    assert cold.fit(X, Y).loss_ == cold.fit(X, Y).loss_ == losses[0]


def test_warm_start_with_another_network(
    X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]
) -> None:
    model = NetworkClassifier(**{**fast, "warm_start": True}).fit(X, Y)
    with pytest.raises(ValueError, match=r"hidden_layer_sizes: \(5,\) given; allowed: \(8,\)"):
        model.set_params(hidden_layer_sizes=5).fit(X, Y)
    with pytest.raises(ValueError, match=r"y: the classes \[2\] given; allowed: \[0, 1\]"):
        model.set_params(hidden_layer_sizes=8).fit(X, Y + 1)
    regressor = NetworkRegressor(**fast).partial_fit(X, Y)
    with pytest.raises(ValueError, match="y: 2 targets a point given; allowed: 1, as before"):
        regressor.partial_fit(X, np.column_stack([Y, Y]))


# --- when it stops


def test_it_stops_when_the_loss_improves_no_more(
    X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]
) -> None:
    model = NetworkClassifier(**{**fast, "n_iter_no_change": 3, "tol": 0.01, "max_iter": 1000})
    model.fit(X, Y)
    assert 5 < model.n_iter_ < 200
    curve = np.array(model.loss_curve_)
    # Of the last four passes none was better by tol than all before it; the one before them was.
    gains = np.minimum.accumulate(curve)[:-1] - curve[1:]
    assert (gains[-4:] < 0.01).all()
    assert gains[-5] >= 0.01


def test_max_iter_warns_unless_all_passes_were_wanted(
    X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]
) -> None:
    settings = {**fast, "max_iter": 5}
    with pytest.warns(ConvergenceWarning, match="max_iter: all 5 passes were made") as caught:
        NetworkClassifier(**{**settings, "n_iter_no_change": 10}).fit(X, Y)
    assert caught[0].filename == __file__
    assert NetworkClassifier(**settings).fit(X, Y).n_iter_ == 5


@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
@pytest.mark.parametrize("weights", [None, np.linspace(0.5, 2, 120)], ids=["alike", "weighted"])
def test_early_stopping(
    kind: Any,
    weights: np.ndarray | None,
    X: np.ndarray,
    Y: np.ndarray,
    fast: dict[str, Any],
    on: SimpleNamespace,
) -> None:
    model = kind(
        **{**fast, "early_stopping": True, "n_iter_no_change": 20, "max_iter": 2000},
        validation_fraction=0.25,
    ).fit(X, Y, weights)
    assert model.n_iter_ < 2000
    assert model.t_ == 90 * model.n_iter_
    scores = model.validation_scores_
    assert len(scores) == model.n_iter_
    assert model.best_validation_score_ == max(scores) > 0.5
    assert model.best_loss_ is None
    # The weights kept are those of the best pass, as a fit of that many passes has them.
    best = clone(model).set_params(max_iter=1 + int(np.argmax(scores)), n_iter_no_change=math.inf)
    on.assert_equal(best.fit(X, Y, weights), model)
    with pytest.raises(ValueError, match="early_stopping: True given; allowed: False"):
        model.partial_fit(X, Y)
    with pytest.raises(ValueError, match=r"validation_fraction: 0\.001 given, which sets 1 of 120"):
        NetworkRegressor(early_stopping=True, validation_fraction=0.001).fit(X, Y)


def test_verbose(
    capsys: pytest.CaptureFixture[str], X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]
) -> None:
    NetworkClassifier(**{**fast, "max_iter": 2}).fit(X, Y)
    assert capsys.readouterr().out == ""
    model = NetworkClassifier(**{**fast, "max_iter": 2}, verbose=True).fit(X, Y)
    lines = [f"Pass {i}: loss {loss:.8f}" for i, loss in enumerate(model.loss_curve_, start=1)]
    assert capsys.readouterr().out.splitlines() == lines
