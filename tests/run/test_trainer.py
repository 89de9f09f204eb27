"""The face of the trainer, line by line as the design has it."""

import math

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from nnviz import Experiment, Points, Trainer
from nnviz.model.losses import encode_targets
from nnviz.model.order import order

BLOBS = {"dataset": "blobs", "output_activation": "softmax", "loss": "cross_entropy"}


def trainer(**fields):
    return Trainer(Experiment(**{"n_samples": 40, "hidden": [3], "batch_size": 8} | fields))


def plane(**fields):
    return trainer(dataset="plane", output_activation="linear", loss="squared_error", **fields)


def parameters(t):
    return [array.tolist() for array in (*t.weights, *t.biases)]


# At the start.


def test_starts_at_update_zero_with_the_networks_shape():
    t = trainer(hidden=[3, 2], test_fraction=0.25)
    assert (t.update, t.epoch, t.frame().position) == (0, 0, 0)
    assert [w.shape for w in t.weights] == [(3, 2), (2, 3), (1, 2)]
    assert [b.shape for b in t.biases] == [(3,), (2,), (1,)]
    assert t.dataset.X_train.shape == (30, 2)
    assert t.dataset.y_train.shape == (30,)
    assert t.dataset.X_test.shape == (10, 2)
    assert not any(b.any() for b in t.biases)
    assert t.diverged is None


@pytest.mark.parametrize(
    ("fields", "outputs", "coding"),
    [
        ({}, 1, {0: [0], 1: [1]}),
        ({"output_activation": "relu", "loss": "squared_error"}, 1, {0: [0], 1: [1]}),
        ({"output_activation": "tanh", "loss": "squared_error"}, 1, {0: [-1], 1: [1]}),
        ({"output_activation": "linear", "loss": "hinge"}, 1, {0: [-1], 1: [1]}),
        ({"output_activation": "softmax", "loss": "cross_entropy"}, 2, {0: [1, 0], 1: [0, 1]}),
        (BLOBS, 3, {0: [1, 0, 0], 1: [0, 1, 0], 2: [0, 0, 1]}),
        ({"dataset": "blobs"}, 3, {0: [1, 0, 0], 1: [0, 1, 0], 2: [0, 0, 1]}),
    ],
)
def test_outputs_and_their_coding(fields, outputs, coding):
    t = trainer(**fields)
    assert t.weights[-1].shape == (outputs, 3)
    y = np.array(list(coding))
    T = encode_targets(y, "classification", len(coding), t.experiment.output_activation)
    assert T.tolist() == list(coding.values())


def test_weights_are_read_only_copies():
    t = trainer()
    before = t.weights
    for array in (*t.weights, *t.biases):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
        assert not np.shares_memory(array, t.frame().theta)
    values = [w.tolist() for w in before]
    t.advance(5)
    assert [w.tolist() for w in before] == values
    assert [w.tolist() for w in t.weights] != values


def test_seed_decides_weights_and_order_only():
    base, other = trainer(), trainer(seed=1)
    assert parameters(base) == parameters(trainer())
    assert parameters(base) != parameters(other)
    np.testing.assert_array_equal(base.dataset.X_train, other.dataset.X_train)
    for name in ("data_seed", "split_seed"):
        other = trainer(**{name: 1})
        assert parameters(base) == parameters(other)
        assert base.dataset.X_train.tolist() != other.dataset.X_train.tolist()


def test_initial_parameters_are_where_it_starts_and_resets_to():
    given = ([[[1.0, 2.0]]], [[3.0]])
    for t in (trainer(hidden=[], initial_parameters=given, seed=s) for s in (0, 5)):
        assert parameters(t) == [[[1.0, 2.0]], [3.0]]
        t.advance(3)
        t.reset()
        assert parameters(t) == [[[1.0, 2.0]], [3.0]]


# Going on.


@pytest.mark.parametrize("batch_size", [1, 7, 30, 31, 1000, "full"])
def test_updates_of_an_epoch(batch_size):
    t = trainer(batch_size=batch_size)
    n = len(t.dataset.X_train)
    expected = 1 if batch_size == "full" else math.ceil(n / batch_size)
    assert t.updates_per_epoch == expected
    t.advance(expected - 1)
    assert t.epoch == 0
    t.advance(1)
    assert (t.epoch, t.update) == (1, expected)


@pytest.mark.parametrize("start", range(9))
def test_advance_epochs_until_the_epoch_has_grown(start):
    t = trainer(batch_size=8)  # four updates to an epoch
    t.advance(start)
    epoch = t.epoch
    t.advance_epochs(2)
    assert t.epoch == epoch + 2
    assert t.update == 4 * (epoch + 2)
    assert t.frame().position == 0
    t.advance_epochs(0)
    assert t.update == 4 * (epoch + 2)


def test_neither_stops_at_epochs():
    t = trainer(epochs=1, batch_size="full")
    t.advance(3)
    t.advance_epochs(3)
    assert (t.epoch, t.update) == (6, 6)


@pytest.mark.parametrize("name", ["advance", "advance_epochs"])
def test_advance_backwards_is_refused(name):
    t = trainer()
    with pytest.raises(ValueError, match="-1 given"):
        getattr(t, name)(-1)
    assert t.update == 0


def test_updates_by_hand():
    """Two updates of one linear unit, by the formula and the order of points."""
    t = plane(hidden=[], optimizer="sgd", learning_rate=0.5, batch_size=16, l2=0.1, seed=4)
    X, y = t.dataset.X_train, t.dataset.y_train
    w, b = t.weights[0][0], t.biases[0][0]
    for batch in (order(30, 4, 0)[:16], order(30, 4, 0)[16:]):
        error = X[batch] @ w + b - y[batch]
        gradient_w = error @ X[batch] / len(batch) + 0.1 * w
        w, b = w - 0.5 * gradient_w, b - 0.5 * error.mean()
    t.advance(2)
    np.testing.assert_allclose(t.weights[0][0], w, rtol=1e-13)
    np.testing.assert_allclose(t.biases[0][0], b, rtol=1e-13)


# The figures.


def test_train_loss_is_data_term_and_penalty():
    t = trainer(l1=0.01, l2=0.1)
    t.advance(10)
    w = np.concatenate([w.ravel() for w in t.weights])
    penalty = 0.01 * np.abs(w).sum() + 0.1 / 2 * (w**2).sum()
    assert t.frame().penalty == pytest.approx(penalty, rel=1e-13)
    assert t.train_loss == t.train_data_loss + t.frame().penalty
    p = t.predict_proba(t.dataset.X_train)[np.arange(30), t.dataset.y_train]
    assert t.train_data_loss == pytest.approx(-np.log(p).mean(), rel=1e-12)
    p = t.predict_proba(t.dataset.X_test)[np.arange(10), t.dataset.y_test]
    assert t.test_loss == pytest.approx(-np.log(p).mean(), rel=1e-12)


def test_weight_decay_of_adamw_is_no_part_of_the_loss():
    t = trainer(optimizer="adamw", weight_decay=10.0)
    assert t.train_loss == t.train_data_loss


@pytest.mark.parametrize("fields", [{}, BLOBS, {"output_activation": "linear", "loss": "hinge"}])
def test_accuracy_is_the_fraction_that_is_right(fields):
    t = trainer(**fields)
    t.advance(20)
    d = t.dataset
    assert t.train_accuracy == (t.predict(d.X_train) == d.y_train).mean()
    assert t.test_accuracy == (t.predict(d.X_test) == d.y_test).mean()


def test_what_there_is_none_of():
    t = trainer(test_fraction=0)
    assert t.test_loss is None
    assert t.test_accuracy is None
    assert t.train_accuracy is not None
    t = plane()
    assert t.test_loss is not None
    assert t.train_accuracy is None
    assert t.test_accuracy is None


def test_balanced_class_weights_are_scikit_learns():
    rng = np.random.default_rng(0)
    points = Points(rng.normal(size=(60, 2)), np.repeat([0, 1, 2], [40, 15, 5]))
    fields = BLOBS | {"dataset": points, "test_fraction": 0.25, "n_samples": 60}
    t = trainer(**fields, class_weight="balanced")
    y = t.dataset.y_train
    weights = compute_class_weight("balanced", classes=np.arange(3), y=y)
    p = t.predict_proba(t.dataset.X_train)[np.arange(len(y)), y]
    assert t.train_data_loss == pytest.approx((weights[y] * -np.log(p)).mean(), rel=1e-12)
    same = trainer(**fields, class_weight=weights)
    t.advance(30)
    same.advance(30)
    np.testing.assert_allclose(t.frame().theta, same.frame().theta, rtol=1e-12)
    plain = trainer(**fields)
    plain.advance(30)
    assert plain.frame().theta.tolist() != t.frame().theta.tolist()


def test_class_weight_is_the_number_of_copies():
    """A class that counts twice trains as if each of its points stood there twice."""
    X, y = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]]), np.array([0, 1, 1])
    fields = {"test_fraction": 0, "batch_size": "full", "optimizer": "sgd"}
    weighted = Trainer(Experiment(dataset=Points(X, y), class_weight=[2 * 3 / 4, 3 / 4], **fields))
    doubled = Trainer(Experiment(dataset=Points(X[[0, 0, 1, 2]], y[[0, 0, 1, 2]]), **fields))
    weighted.advance(20)
    doubled.advance(20)
    np.testing.assert_allclose(weighted.frame().theta, doubled.frame().theta, rtol=1e-12)
    assert weighted.train_loss == pytest.approx(doubled.train_loss, rel=1e-12)


def test_figures_of_many_points_come_from_a_fair_sample():
    t = trainer(n_samples=400)
    t.advance(20)
    assert not t.frame().is_sampled
    assert t.frame(at_most=300) == t.frame()
    sampled = t.frame(at_most=100)
    assert sampled.is_sampled
    assert sampled == t.frame(at_most=100)
    assert sampled.train_loss != t.train_loss
    assert sampled.train_loss == pytest.approx(t.train_loss, rel=0.3)
