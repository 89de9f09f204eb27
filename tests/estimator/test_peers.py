"""Both estimators held against scikit-learn's, from equal weights and in equal order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.neural_network import MLPClassifier, MLPRegressor

import nnviz
from nnviz.estimator import NetworkClassifier, NetworkRegressor

N = 37  # no batch size below divides it
RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(N, 3))
SCORES = X @ RANDOM.normal(size=(3, 4)) + np.sin(2 * X[:, :1])

TASKS: dict[str, np.ndarray] = {
    "two classes": np.where(SCORES[:, 0] > 0, "yes", "no"),
    "three classes": SCORES[:, :3].argmax(axis=1) + 5,
    "labels": (SCORES > 0).astype(int),
    "one target": SCORES[:, 0],
    "several targets": SCORES,
}
SOLVERS: dict[str, dict[str, Any]] = {
    "plain": {"momentum": 0.0},
    "momentum": {"momentum": 0.9, "nesterovs_momentum": False},
    "nesterov": {"momentum": 0.9, "nesterovs_momentum": True},
}


def pair(task: str, **settings: Any) -> tuple[Any, Any, dict[str, Any]]:
    """Ours and scikit-learn's with the same weights, before the first update, and the classes."""
    y = TASKS[task]
    is_regression = "target" in task
    settings = {
        "hidden_layer_sizes": (6, 4),
        "activation": "tanh",
        "solver": "sgd",
        "alpha": 0.0,
        "batch_size": 8,
        "learning_rate_init": 0.05,
        "shuffle": False,
        "random_state": 3,
        **settings,
    }
    ours = (NetworkRegressor if is_regression else NetworkClassifier)(**settings)
    classes = {} if is_regression or task == "labels" else {"classes": np.unique(y)}
    # A pass at a rate that changes nothing shows the weights that the seed draws.
    start = clone(ours).set_params(solver="sgd", learning_rate_init=1e-300)
    start.partial_fit(X, y, **classes)

    peer = (MLPRegressor if is_regression else MLPClassifier)(**settings)
    theirs = {"classes": np.arange(y.shape[1])} if task == "labels" else classes
    peer.partial_fit(X, y, **theirs)
    # That pass was only to make its arrays; the optimizer forgets it with the weights.
    peer.coefs_ = [coefs.copy() for coefs in start.coefs_]
    peer.intercepts_ = [intercepts.copy() for intercepts in start.intercepts_]
    del peer._optimizer
    return ours, peer, classes


def assert_same(ours: Any, peer: Any, tolerance: float = 1e-10) -> None:
    for a, b in zip(
        [*ours.coefs_, *ours.intercepts_], [*peer.coefs_, *peer.intercepts_], strict=True
    ):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance)


@pytest.mark.parametrize("activation", ["tanh", "relu", "logistic", "identity"])
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("task", TASKS)
def test_same_passes_as_scikit_learn(task: str, solver: str, activation: str) -> None:
    ours, peer, classes = pair(task, activation=activation, **SOLVERS[solver])
    y = TASKS[task]
    before = [coefs.copy() for coefs in peer.coefs_]
    for _ in range(5):
        ours.partial_fit(X, y, **classes)
        peer.partial_fit(X, y)
        assert_same(ours, peer)
    assert max(abs(a - b).max() for a, b in zip(before, peer.coefs_, strict=True)) > 1e-3
    if "target" in task:
        np.testing.assert_allclose(ours.predict(X), peer.predict(X), atol=1e-9)
    else:
        np.testing.assert_array_equal(ours.predict(X), peer.predict(X))
        np.testing.assert_allclose(ours.predict_proba(X), peer.predict_proba(X), atol=1e-9)
    assert ours.score(X, y) == pytest.approx(peer.score(X, y), abs=1e-9)
    assert (ours.out_activation_, ours.n_layers_, ours.n_outputs_) == (
        peer.out_activation_,
        peer.n_layers_,
        peer.n_outputs_,
    )


@pytest.mark.parametrize("task", TASKS)
def test_alpha_is_scikit_learns_where_batches_are_of_one_size(task: str) -> None:
    ours, peer, classes = pair(task, alpha=0.5, batch_size=N)
    for _ in range(5):
        ours.partial_fit(X, TASKS[task], **classes)
        peer.partial_fit(X, TASKS[task])
    assert_same(ours, peer)


def test_alpha_of_a_smaller_last_batch_is_divided_by_the_size_of_the_others() -> None:
    ours, peer, _ = pair("one target", alpha=0.5, momentum=0.0, batch_size=N - 1)
    y = TASKS["one target"]
    # The same pass in two parts: the last point alone, its penalty made that of the others.
    peer.partial_fit(X[:-1], y[:-1])
    peer.set_params(alpha=0.5 / (N - 1), batch_size=1).partial_fit(X[-1:], y[-1:])
    ours.partial_fit(X, y)
    assert_same(ours, peer)


@pytest.mark.parametrize("task", TASKS)
def test_sample_weights_are_scikit_learns_in_full_batches(task: str) -> None:
    weights = np.random.default_rng(1).uniform(0, 3, N)
    ours, peer, classes = pair(task, alpha=0.5, batch_size=N)
    for _ in range(5):
        ours.partial_fit(X, TASKS[task], weights, **classes)
        peer.partial_fit(X, TASKS[task], weights)
    assert_same(ours, peer)


def test_adam_differs_by_where_epsilon_stands() -> None:
    """Theirs divides ε by √(1 − β₂ᵗ), so at t = 1 this ε makes theirs equal to ours."""
    ours, peer, _ = pair("one target", solver="adam", batch_size=N)
    y = TASKS["one target"]
    other = clone(ours).partial_fit(X, y)
    peer.set_params(epsilon=1e-8 * np.sqrt(1 - 0.999)).partial_fit(X, y)
    assert_same(ours.partial_fit(X, y), peer)
    _, plain, _ = pair("one target", solver="adam", batch_size=N)
    plain.partial_fit(X, y)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_same(other, plain)


@pytest.mark.parametrize("solver", ["sgd", "adagrad", "rmsprop", "adam", "adamw"])
def test_the_same_as_a_trainer(solver: str) -> None:
    """One engine: the estimator's passes are those of an experiment with the same seed."""
    y = (SCORES[:, 0] > 0).astype(int)
    ours = NetworkClassifier(
        (6, 4), ["gelu", "tanh"], solver=solver, alpha=0.08, batch_size=8, max_iter=7,
        learning_rate_init=0.01, random_state=11, n_iter_no_change=np.inf,
    ).fit(X, y)  # fmt: skip
    t = nnviz.Trainer(
        nnviz.Experiment(
            dataset=nnviz.Points(X, y), scaling="none", hidden=(6, 4), activation=("gelu", "tanh"),
            output_activation="sigmoid", loss="binary_cross_entropy", test_fraction=0,
            initializer="xavier", optimizer="nesterov" if solver == "sgd" else solver,
            learning_rate=0.01, l2=0.01, batch_size=8, seed=11,
        )
    )  # fmt: skip
    t.advance_epochs(7)
    for coefs, weights in zip(ours.coefs_, t.weights, strict=True):
        np.testing.assert_allclose(coefs.T, weights, rtol=0, atol=1e-12)
    for intercepts, biases in zip(ours.intercepts_, t.biases, strict=True):
        np.testing.assert_allclose(intercepts, biases, rtol=0, atol=1e-12)
    assert ours.loss_ == pytest.approx(t.train_loss, abs=1e-12)
