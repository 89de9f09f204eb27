"""The figures of the course, row by row."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

from nnviz import Trainer, preset
from nnviz.model.reference import forward

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


# C03: gates by hand.


def test_c03_or_by_hand():
    t = Trainer(preset("course-c03"))
    assert [w.tolist() for w in t.weights] == [[[1, 1]]]
    assert [b.tolist() for b in t.biases] == [[-1]]
    sums = forward(t.network, t.frame().theta, CORNERS).sums[0]
    assert sums[:, 0].tolist() == [-1, 0, 0, 1]
    assert t.predict(CORNERS).tolist() == [0, 1, 1, 1]
    assert t.train_accuracy == 1.0
    t.advance_epochs(3)  # nothing is wrong, so nothing moves
    assert [w.tolist() for w in t.weights] == [[[1, 1]]]


@pytest.mark.parametrize(
    ("gate", "weights", "bias", "truth"),
    [
        ("or", [1, 1], -1, [0, 1, 1, 1]),
        ("and", [1, 1], -2, [0, 0, 0, 1]),
        ("nand", [-1, -1], 1, [1, 1, 1, 0]),
        ("nor", [-1, -1], 0, [1, 0, 0, 0]),
    ],
)
def test_c03_other_gates_by_hand(gate, weights, bias, truth):
    t = Trainer(preset("course-c03").evolve(dataset=gate))
    t.set_parameters([[weights]], [[bias]])
    assert t.predict(CORNERS).tolist() == truth
    assert t.train_accuracy == 1.0


def test_c03_editing_a_weight_changes_the_table_at_once():
    t = Trainer(preset("course-c03"))
    t.set_parameters([[[1, 0]]], [[-1]])
    assert t.predict(CORNERS).tolist() == [0, 0, 1, 1]
    assert t.train_accuracy == 0.75
    assert t.train_data_loss == 0.25


def test_c03_no_single_unit_does_xor():
    t = Trainer(preset("course-c03").evolve(dataset="xor"))
    values = np.linspace(-2, 2, 9)
    for w1 in values:
        for w2 in values:
            for bias in values:
                t.set_parameters([[[w1, w2]]], [[bias]])
                assert t.train_accuracy <= 0.75


# C06: the perceptron.


def mistakes_until_right(t):
    """Updates that changed a weight, until a whole pass changes none."""
    mistakes = 0
    for _ in range(t.experiment.epochs):
        start = mistakes
        for _ in range(t.updates_per_epoch):
            before = t.frame().theta
            t.advance(1)
            mistakes += int((t.frame().theta != before).any())
        if mistakes == start:
            return mistakes
    raise AssertionError("it did not converge")


def mistake_bound(X, y):
    """(R/γ)² in the space with the constant input 1; γ is the widest margin of all planes."""
    Z = np.column_stack([X, np.ones(len(X))])
    # With every point also on the other side, the best plane goes through the origin.
    machine = SVC(kernel="linear", C=1e10, tol=1e-8).fit(np.vstack([Z, -Z]), np.append(y, 1 - y))
    w = machine.coef_[0]
    margin = (np.where(y == 1, 1, -1) * (Z @ w)).min() / np.linalg.norm(w)
    return (np.linalg.norm(Z, axis=1).max() / margin) ** 2


def test_c06_is_the_rule_of_the_course():
    t = Trainer(preset("course-c06"))
    e = t.experiment
    assert (e.dataset, e.batch_size, e.shuffle, e.initializer) == ("or", 1, False, "zeros")
    assert not t.frame().theta.any()
    w = np.zeros(3)
    for _ in range(5):
        for x, target in zip(t.dataset.X_train, t.dataset.y_train, strict=True):
            x = np.append(x, 1.0)
            w += e.learning_rate * (target - (w @ x >= 0)) * x
            t.advance(1)
            assert t.frame().theta.tolist() == w.tolist()


@pytest.mark.parametrize("gate", ["or", "and", "nand", "nor"])
def test_c06_converges_on_gates_within_the_bound(gate):
    t = Trainer(preset("course-c06").evolve(dataset=gate))
    mistakes = mistakes_until_right(t)
    assert t.train_accuracy == 1.0
    assert 0 < mistakes <= mistake_bound(t.dataset.X_train, t.dataset.y_train)


@pytest.mark.parametrize("data_seed", range(5))
def test_c06_converges_on_separable_clouds_within_the_bound(data_seed):
    t = Trainer(preset("course-c09-perceptron").evolve(data_seed=data_seed))
    mistakes = mistakes_until_right(t)
    assert t.train_accuracy == 1.0
    assert 0 < mistakes <= mistake_bound(t.dataset.X_train, t.dataset.y_train)


def test_c06_xor_is_a_cycle():
    t = Trainer(preset("course-c06").evolve(dataset="xor"))
    seen = {}
    for epoch in range(100):
        key = t.frame().theta.tobytes()
        if key in seen:
            break
        seen[key] = epoch
        t.advance_epochs(1)
    period = t.epoch - seen[key]
    assert 0 < period < 20
    theta = t.frame().theta.tolist()
    accuracies = []
    for _ in range(2 * period):
        t.advance_epochs(1)
        accuracies.append(t.train_accuracy)
    assert t.frame().theta.tolist() == theta
    assert max(accuracies) < 1


# C07: two clouds.


def test_c07_points_are_the_courses():
    t = Trainer(preset("course-c07"))
    X = np.random.RandomState(t.experiment.data_seed).randn(200, 2)
    X[:100] += (10, 10)
    y = np.repeat([0, 1], 100)
    parts = train_test_split(X, y, test_size=0.25, random_state=42)
    d = t.dataset
    for ours, theirs in zip((d.X_train, d.X_test, d.y_train, d.y_test), parts, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    e = t.experiment
    assert (e.hidden, e.output_activation, e.loss) == ((), "sigmoid", "binary_cross_entropy")
    assert (e.optimizer, e.learning_rate, e.batch_size, e.epochs) == ("adam", 0.001, 32, 1000)


@pytest.mark.parametrize("data_seed", range(3))
def test_c07_test_accuracy_is_one(data_seed):
    t = Trainer(preset("course-c07").evolve(data_seed=data_seed))
    t.advance_epochs(1000)
    assert t.test_accuracy == 1.0
    assert t.updates_per_epoch == 5


# C09: other methods inside a network, beside scikit-learn's own.


def beside(name, peer, tolerance, seed):
    """Train a preset; its coefficients and intercepts agree with the peer's."""
    t = Trainer(preset(name).evolve(seed=seed))
    t.advance_epochs(t.experiment.epochs)
    peer.fit(t.dataset.X_train, t.dataset.y_train)
    b, intercept = t.biases[0], np.atleast_1d(peer.intercept_)
    if len(b) > 1:  # softmax does not see a common shift
        b, intercept = b - b.mean(), intercept - intercept.mean()
    coefficients = np.atleast_2d(peer.coef_)
    difference = max(np.abs(t.weights[0] - coefficients).max(), np.abs(b - intercept).max())
    print(f"{name}, seed {seed}: largest difference of a coefficient {difference:.1e}")
    assert difference <= tolerance * np.abs(coefficients).max()
    return t, peer


def inverse_penalty(name):
    """scikit-learn's C: l2 = 1 / (C·n)."""
    e = preset(name)
    return 1 / (e.l2 * len(Trainer(e).dataset.X_train))


@pytest.mark.parametrize("seed", [0, 1])
def test_c09_linear_regression(seed):
    t, peer = beside("course-c09-linear", LinearRegression(), 1e-12, seed)
    X = t.dataset.X_test
    np.testing.assert_allclose(t.predict(X), peer.predict(X), rtol=1e-12)


@pytest.mark.parametrize("seed", [0, 1])
def test_c09_logistic_regression(seed):
    C = inverse_penalty("course-c09-logistic")
    peer = LogisticRegression(C=C, tol=1e-12, max_iter=10_000)
    t, peer = beside("course-c09-logistic", peer, 1e-6, seed)
    X = t.dataset.X_test
    np.testing.assert_allclose(t.predict_proba(X), peer.predict_proba(X), atol=1e-6)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_c09_support_vector_machine(seed):
    C = inverse_penalty("course-c09-svm")
    t, peer = beside("course-c09-svm", SVC(kernel="linear", C=C, tol=1e-10), 1e-4, seed)
    X = t.dataset.X_test
    np.testing.assert_array_equal(t.predict(X), peer.predict(X))


@pytest.mark.parametrize("seed", [0, 1])
def test_c09_softmax_regression(seed):
    C = inverse_penalty("course-c09-softmax")
    peer = LogisticRegression(C=C, tol=1e-12, max_iter=10_000)
    t, peer = beside("course-c09-softmax", peer, 1e-6, seed)
    X = t.dataset.X_test
    np.testing.assert_allclose(t.predict_proba(X), peer.predict_proba(X), atol=1e-6)


def test_c09_perceptron_separates_the_clouds():
    t = Trainer(preset("course-c09-perceptron"))
    t.advance_epochs(t.experiment.epochs)
    assert t.train_accuracy == 1.0
    assert t.test_accuracy == 1.0


# C14: two moons.


def test_c14_starts_where_the_course_does():
    t = Trainer(preset("course-c14"))
    random = np.random.RandomState(0)
    w1, w2 = random.randn(2, 3) / np.sqrt(2), random.randn(3, 2) / np.sqrt(3)
    np.testing.assert_array_equal(t.weights[0], w1.T)
    np.testing.assert_array_equal(t.weights[1], w2.T)
    assert not np.concatenate(t.biases).any()
    assert t.dataset.X_train.shape == (200, 2)
    assert t.test_loss is None
    assert t.experiment.epochs == 20_000


def test_c14_loss_after_1_and_1001_updates():
    t = Trainer(preset("course-c14"))
    t.advance(1)
    assert f"{t.train_loss:.6f}" == "0.432387"
    t.advance(1000)
    assert f"{t.train_loss:.6f}" == "0.068947"


@pytest.mark.slow
def test_c14_settles_in_an_orbit_of_period_two():
    t = Trainer(preset("course-c14"))
    t.advance(19_001)
    losses = {f"{t.train_loss:.6f}"}
    t.advance(1)
    losses.add(f"{t.train_loss:.6f}")
    assert losses == {"0.071316", "0.070758"}
