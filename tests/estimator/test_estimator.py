"""What users of scikit-learn's networks expect of ours, beyond scikit-learn's own checks."""

from __future__ import annotations

import inspect
import io
import math
import warnings
from types import SimpleNamespace
from typing import Any

import joblib
import numpy as np
import pytest
from joblib.externals.loky import get_reusable_executor
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nnviz
from nnviz.estimator import NetworkClassifier, NetworkRegressor, base
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.engine import Engine, make_engine
from nnviz.model.kernels import store
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.reference import Problem

HIDDEN = [name for name, entry in ACTIVATIONS.items() if entry.hidden]


# --- names


def test_they_are_public() -> None:
    assert nnviz.NetworkClassifier is NetworkClassifier
    assert nnviz.NetworkRegressor is NetworkRegressor


@pytest.mark.parametrize(
    ("ours", "theirs"), [(NetworkClassifier, MLPClassifier), (NetworkRegressor, MLPRegressor)]
)
def test_parameters_have_scikit_learns_names_and_defaults(ours: type, theirs: type) -> None:
    known = inspect.signature(theirs).parameters
    own = inspect.signature(ours).parameters
    assert {name for name in own if name not in known} == {"decay", "weight_decay", "initializer"}
    for name in own.keys() & known.keys():
        assert own[name].default == known[name].default, name
    missing = {"learning_rate", "power_t", "epsilon", "max_fun", "loss"}
    assert known.keys() - own.keys() <= missing
    for method in ("fit", "partial_fit", "predict"):
        names = list(inspect.signature(getattr(ours, method)).parameters)
        assert names == list(inspect.signature(getattr(theirs, method)).parameters)


@pytest.mark.parametrize(
    ("ours", "theirs"), [(NetworkClassifier, MLPClassifier), (NetworkRegressor, MLPRegressor)]
)
@pytest.mark.parametrize("early_stopping", [False, True])
def test_attributes_are_scikit_learns(
    ours: Any, theirs: Any, early_stopping: bool, X: np.ndarray, Y: np.ndarray
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        settings = {"max_iter": 3, "early_stopping": early_stopping}
        mine, other = (kind(**settings).fit(X, Y) for kind in (ours, theirs))
    names = {name for name in vars(other) if name.endswith("_") and not name.startswith("_")}
    assert {name for name in vars(mine) if name.endswith("_")} == names
    for name in ("n_iter_", "t_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(mine, name) == getattr(other, name), name


def test_shapes(X: np.ndarray, Y: np.ndarray) -> None:
    model = NetworkClassifier((5, 3), max_iter=2, n_iter_no_change=math.inf).fit(X, Y)
    assert [coefs.shape for coefs in model.coefs_] == [(2, 5), (5, 3), (3, 1)]
    assert [intercepts.shape for intercepts in model.intercepts_] == [(5,), (3,), (1,)]
    assert (model.n_iter_, model.t_, len(model.loss_curve_)) == (2, 240, 2)
    assert model.classes_.tolist() == [0, 1]
    assert model.loss_ == model.loss_curve_[-1] == model.best_loss_


@pytest.mark.parametrize(
    ("alias", "name"), [("identity", "linear"), ("logistic", "sigmoid")], ids=str
)
def test_aliases(
    alias: str, name: str, X: np.ndarray, Y: np.ndarray, fast: dict[str, Any], on: SimpleNamespace
) -> None:
    settings = {**fast, "max_iter": 3}
    one, other = (
        NetworkClassifier(**{**settings, "activation": activation}).fit(X, Y)
        for activation in (alias, name)
    )
    on.assert_equal(one, other)
    assert one.get_params()["activation"] == alias


# --- learning


@pytest.mark.parametrize("activation", HIDDEN)
@pytest.mark.parametrize("solver", OPTIMIZERS)
def test_every_activation_with_every_solver(
    activation: str, solver: str, X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]
) -> None:
    rate = {"rmsprop": 0.01, "adam": 0.01, "adamw": 0.01}.get(solver, 0.05)
    settings = {"activation": activation, "solver": solver, "learning_rate_init": rate}
    model = NetworkClassifier(**{**fast, **settings, "max_iter": 15, "batch_size": 25}).fit(X, Y)
    assert model.loss_ < model.loss_curve_[0]
    assert model.score(X, Y) > 0.6


def test_it_learns_the_moons(X: np.ndarray, Y: np.ndarray) -> None:
    model = NetworkClassifier(
        (16, 8), "tanh", learning_rate_init=0.02, max_iter=300, random_state=0
    )
    assert model.fit(X, Y).score(X, Y) >= 0.98
    assert model.score(*make_moons(500, noise=0.1, random_state=1)) >= 0.97


def test_several_targets_are_learned(X: np.ndarray, fast: dict[str, Any]) -> None:
    T = np.column_stack([X[:, 0] ** 2, X[:, 0] * X[:, 1], X[:, 1]])
    model = NetworkRegressor(**{**fast, "max_iter": 500}).fit(X, T)
    assert model.predict(X).shape == (120, 3)
    assert model.score(X, T) > 0.95
    assert MultiOutputRegressor(NetworkRegressor(**fast)).fit(X, T).predict(X).shape == (120, 3)


def test_labels_are_learned(
    X: np.ndarray, Y: np.ndarray, fast: dict[str, Any], on: SimpleNamespace
) -> None:
    labels = np.column_stack([Y, X[:, 0] > 0.5, X[:, 1] > 0.2]).astype(int)
    model = NetworkClassifier(**{**fast, "max_iter": 300}).fit(X, labels)
    proba = model.predict_proba(X)
    assert proba.shape == labels.shape
    np.testing.assert_array_equal(model.predict(X), proba > 0.5)
    assert model.score(X, labels) > 0.9
    on.assert_equal(clone(model).fit(X, csr_array(labels)), model)


def test_no_hidden_layer_is_logistic_regression(X: np.ndarray, Y: np.ndarray) -> None:
    model = NetworkClassifier((), max_iter=2, n_iter_no_change=math.inf).fit(X, Y)
    assert [coefs.shape for coefs in model.coefs_] == [(2, 1)]
    logit = X @ model.coefs_[0] + model.intercepts_[0]
    np.testing.assert_allclose(model.predict_proba(X)[:, 1:], 1 / (1 + np.exp(-logit)))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities(n_classes: int, X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]) -> None:
    names = np.array(["a", "b", "c"])[np.random.default_rng(5).integers(0, 3, 120)]
    y = Y if n_classes == 2 else names
    model = NetworkClassifier(**fast).fit(X, y)
    proba = model.predict_proba(X)
    assert proba.shape == (120, len(model.classes_))
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_array_equal(model.predict(X), model.classes_[proba.argmax(axis=1)])
    np.testing.assert_allclose(model.predict_log_proba(X), np.log(proba))


# --- where a search, a pipeline or a file has it


def test_pipeline_and_cross_validation(X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]) -> None:
    pipeline = make_pipeline(StandardScaler(), NetworkClassifier(**fast))
    scores = cross_val_score(pipeline, 100 * X + 7, Y, cv=3)
    assert scores.shape == (3,)
    assert scores.mean() > 0.8


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_grid_search(
    n_jobs: int, X: np.ndarray, Y: np.ndarray, fast: dict[str, Any], on: SimpleNamespace
) -> None:
    grid = {"hidden_layer_sizes": [(2,), (8,)], "alpha": [1e-4, 1e3]}
    try:
        search = GridSearchCV(NetworkClassifier(**fast), grid, cv=2, n_jobs=n_jobs).fit(X, Y)
    finally:
        get_reusable_executor().shutdown(wait=True)
    assert search.best_params_ == {"hidden_layer_sizes": (8,), "alpha": 1e-4}
    again = NetworkClassifier(**{**fast, **search.best_params_}).fit(X, Y)
    on.assert_equal(search.best_estimator_, again)


@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_a_stored_estimator_goes_on_as_the_one_that_was_stored(
    kind: Any, X: np.ndarray, Y: np.ndarray, fast: dict[str, Any], on: SimpleNamespace
) -> None:
    model = kind(**fast).partial_fit(X, Y, **on.classes_for(kind)).partial_fit(X, Y)
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    loaded = joblib.load(file)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    on.assert_equal(loaded.partial_fit(X, Y), model.partial_fit(X, Y))


def test_fits_on_two_threads(X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]) -> None:
    with joblib.parallel_config("threading", n_jobs=2):
        scores = cross_val_score(NetworkClassifier(**fast), X, Y, cv=4)
    np.testing.assert_array_equal(scores, cross_val_score(NetworkClassifier(**fast), X, Y, cv=4))


# --- the engine


def test_the_compiled_engine_trains(
    monkeypatch: pytest.MonkeyPatch, X: np.ndarray, Y: np.ndarray, fast: dict[str, Any]
) -> None:
    used: list[str] = []

    def recorded(name: str, problem: Problem) -> Engine:
        engine = make_engine(name, problem)
        used.append(engine.name)
        return engine

    monkeypatch.setattr(base, "make_engine", recorded)
    NetworkClassifier(**fast).fit(X, Y)
    assert used == ["compiled"]


def test_without_compiled_code_the_reference_trains_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
    X: np.ndarray,
    Y: np.ndarray,
    fast: dict[str, Any],
    on: SimpleNamespace,
) -> None:
    settings = {**fast, "batch_size": 16, "max_iter": 3}
    compiled = NetworkClassifier(**settings).fit(X, Y)

    def refuse() -> None:
        raise store.KernelsUnavailable("numba cannot be imported")

    monkeypatch.setattr(store, "load", refuse)
    model = NetworkClassifier(**settings)
    with pytest.warns(RuntimeWarning, match="reference engine.*: numba cannot be imported") as seen:
        model.fit(X, Y)
    assert seen[0].filename == __file__
    for a, b in zip(on.parameters_of(model), on.parameters_of(compiled), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-10)
