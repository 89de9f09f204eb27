"""Answers of a trainer: classes, target units and probabilities, and rows that do not fit."""

import math

import numpy as np
import pytest

from nnviz import Experiment, Trainer
from nnviz.model.reference import forward

BLOBS = {"dataset": "blobs", "output_activation": "softmax", "loss": "cross_entropy"}


def trainer(**fields):
    return Trainer(Experiment(**{"n_samples": 40, "hidden": [3], "batch_size": 8} | fields))


def plane(**fields):
    return trainer(dataset="plane", output_activation="linear", loss="squared_error", **fields)


def test_predict_gives_class_indices():
    t = trainer(**BLOBS)
    t.advance(50)
    X = t.dataset.X_test
    answers = t.predict(X)
    assert answers.dtype.kind == "i"
    assert answers.shape == (10,)
    p = t.predict_proba(X)
    assert p.shape == (10, 3)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_array_equal(p.argmax(axis=1), answers)
    assert t.predict(X.tolist()).tolist() == answers.tolist()
    assert t.predict(np.zeros((0, 2))).shape == (0,)


def test_predict_gives_target_units_for_a_regression():
    t = plane(hidden=[])
    t.advance(100)
    rows = np.array([[0.5, -0.5], [1.0, 1.0]])
    expected = rows @ t.weights[0][0] + t.biases[0]
    np.testing.assert_allclose(t.predict(rows), expected, rtol=1e-14)
    assert t.predict(rows).shape == (2,)


@pytest.mark.parametrize("output", ["sigmoid", "step", "tanh", "linear", "relu", "softplus"])
def test_threshold_of_two_classes(output):
    loss = "perceptron" if output == "step" else "squared_error"
    t = trainer(hidden=[], output_activation=output, loss=loss)
    t.set_parameters([[[1.0, 0.0]]], [[0.0]])
    half = {"sigmoid": 0.0, "step": 0.0, "tanh": 0.0, "linear": 0.0, "relu": 0.5}
    z = half.get(output, math.log(math.exp(0.5) - 1))
    assert t.predict([[z - 1e-9, 0.0], [z + 1e-9, 0.0]]).tolist() == [0, 1]
    if output != "softplus":
        assert t.predict([[z, 0.0]]).tolist() == [1]


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_probabilities_of_two_classes(output):
    loss = "cross_entropy" if output == "softmax" else "binary_cross_entropy"
    t = trainer(output_activation=output, loss=loss)
    p = t.predict_proba(t.dataset.X_train)
    assert p.shape == (30, 2)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-14)
    outputs = forward(t.network, t.frame().theta, t.dataset.X_train).outputs
    np.testing.assert_allclose(p[:, 1], outputs[:, -1], rtol=1e-14)


def test_probabilities_of_several_sigmoids_add_up_to_one():
    t = trainer(dataset="blobs")
    for scale in (1.0, 1e3):
        t.set_parameters([w * scale for w in t.weights], [b - scale for b in t.biases])
        p = t.predict_proba(t.dataset.X_train)
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
        assert p.min() >= 0


@pytest.mark.parametrize("output", ["linear", "tanh", "relu"])
def test_no_probabilities_from_other_outputs(output):
    t = trainer(output_activation=output, loss="squared_error")
    with pytest.raises(ValueError, match=rf"^output_activation: {output} .*sigmoid or softmax"):
        t.predict_proba(t.dataset.X_train)


def test_no_probabilities_for_a_regression():
    t = trainer(dataset="plane", output_activation="sigmoid", loss="squared_error")
    with pytest.raises(ValueError, match=r"^output_activation"):
        t.predict_proba([[0.0, 0.0]])


@pytest.mark.parametrize(
    "X",
    [
        [1.0, 2.0],
        [[1.0]],
        [[1.0, 2.0, 3.0]],
        None,
        "ab",
        [["a", "b"]],
        [[1.0], [1.0, 2.0]],
        [[float("nan"), 0.0]],
        [[float("inf"), 0.0]],
    ],
)
@pytest.mark.parametrize("name", ["predict", "predict_proba"])
def test_rows_that_do_not_fit(name, X):
    with pytest.raises(ValueError, match=r"^X: ") as raised:
        getattr(trainer(), name)(X)
    assert "\n" not in str(raised.value)


def test_answers_leave_everything_as_it_was():
    t = trainer()
    t.advance(3)
    before = t.frame()
    X = np.ones((2, 2))
    t.predict(X)
    p = t.predict_proba(X)
    p[:] = 0
    assert (X == 1).all()
    assert t.frame() == before
