"""Losses, accuracies and penalties of the compiled engine are those of the reference."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnviz.model import reference
from nnviz.model.engine import ReferenceEngine
from nnviz.model.losses import LOSSES, decision_threshold
from nnviz.model.network import Network
from nnviz.model.reference import Problem


def near_ties(problem, theta, X):
    """How many points are decided by less than a rounding or so."""
    outputs = reference.forward(problem.network, theta, X).outputs
    if outputs.shape[1] == 1:
        gaps = outputs[:, 0] - decision_threshold(problem.network.activations[-1])
    else:
        first, second = np.sort(outputs, axis=1)[:, :-3:-1].T
        gaps = first - second
    # Where two outputs are equal in both engines the first one wins in both.
    return np.count_nonzero((np.abs(gaps) < 1e-13 * (1.0 + np.abs(outputs).max())) & (gaps != 0.0))


def compare_figures(compiled, problem, theta, *points):
    X, _, weights, chosen = points
    oracle = ReferenceEngine(problem)
    engine = compiled(problem)
    loss, fraction = engine.figures(theta, *points)
    exact_loss, exact_fraction = oracle.figures(theta, *points)
    # A loss next to 0 is what is left of numbers of the size of the targets.
    heaviest = 1.0 if weights is None else float(weights.max())
    assert loss == pytest.approx(exact_loss, rel=1e-12, abs=1e-14 * heaviest)
    used = X if chosen is None else X[chosen]
    assert abs(fraction - exact_fraction) * len(used) <= near_ties(problem, theta, used) + 1e-9
    assert engine.penalty(theta) == pytest.approx(oracle.penalty(theta), rel=1e-12, abs=0.0)
    assert engine.figures(theta, *points) == (loss, fraction)


@settings(
    derandomize=True, max_examples=150, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_figures_are_those_of_the_reference(compiled, drawn_problems, data):
    """Over the problem's own points, over others, over some of them."""
    problem, state = data.draw(drawn_problems())
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    n = data.draw(st.integers(1, 600))
    rows = rng.integers(0, len(problem.X), n)
    X, T = rng.normal(size=(n, problem.X.shape[1])), problem.T[rows]
    weights = rng.uniform(0.01, 10, n) if data.draw(st.booleans()) else None
    chosen = rng.choice(n, data.draw(st.integers(1, n)), replace=False)
    own = (problem.X, problem.T, problem.point_weights, None)
    for points in (own, (X, T, weights, None), (X, T, weights, np.sort(chosen))):
        compare_figures(compiled, problem, state.theta, *points)


@pytest.mark.parametrize("sizes", [(2, 48, 33, 3), (2, 1024, 3), (3, 5, 3)])
def test_figures_of_many_points(compiled, sizes):
    rng = np.random.default_rng(4)
    network = Network(sizes, (*(["gelu"] * (len(sizes) - 2)), "softmax"))
    X = rng.normal(size=(1501, sizes[0]))
    problem = Problem(network, "cross_entropy", X, np.eye(3)[rng.integers(0, 3, 1501)], l1=0.1)
    theta = network.initial_theta("xavier", 0)
    compare_figures(compiled, problem, theta, X, problem.T, None, None)


def test_figures_leave_training_alone(compiled):
    """They may be asked for between any two calls of `train`, over more points than those."""
    rng = np.random.default_rng(6)
    network = Network((2, 7, 1), ("tanh", "linear"))
    X, T = rng.normal(size=(700, 2)), rng.normal(size=(700, 1))
    problem = Problem(network, "squared_error", X[:30], T[:30], batch_size=7, optimizer="adam")
    start = reference.initial_state(problem, network.initial_theta("xavier", 0))
    expected, _ = compiled(problem).train(start, 90)
    engine, state = compiled(problem), start
    for _ in range(30):
        state, _ = engine.train(state, 3)
        engine.figures(state.theta, X, T)
        engine.penalty(state.theta)
    np.testing.assert_array_equal(state.theta, expected.theta)


def test_there_is_no_penalty_without_its_factors(compiled):
    problem = Problem(
        Network((1, 1), ("linear",)), "squared_error", np.ones((2, 1)), np.ones((2, 1))
    )
    assert compiled(problem).penalty(np.full(2, 1e200)) == 0.0
    assert compiled(replace(problem, l1=0.5)).penalty(np.array([-3.0, 7.0])) == 1.5
    assert compiled(replace(problem, l2=0.5)).penalty(np.array([-3.0, 7.0])) == 2.25
    assert compiled(replace(problem, l2=0.5)).penalty(np.array([1e200, 0.0])) == np.inf


OUTPUTS = {
    "squared_error": "linear",
    "binary_cross_entropy": "sigmoid",
    "cross_entropy": "softmax",
    "hinge": "linear",
    "perceptron": "step",
}


@pytest.mark.parametrize("z", [0.0, 5000.0, -5000.0, 1e160, 1e308])
@pytest.mark.parametrize("loss", LOSSES)
def test_figures_at_the_limits(compiled, loss, z):
    """What overflows in the reference does so here, and what does not is finite here too."""
    n_outputs = 2 if OUTPUTS[loss] == "softmax" else 1
    network = Network((1, n_outputs), (OUTPUTS[loss],))
    T = np.array([[1.0, 0.0], [0.0, 1.0]])[:, :n_outputs]
    if loss == "hinge":
        T = 2.0 * T - 1.0
    problem = Problem(network, loss, np.ones((2, 1)), T)
    theta = np.zeros(network.n_parameters)
    theta[0] = z
    assert compiled(problem).figures(theta, problem.X, T) == pytest.approx(
        ReferenceEngine(problem).figures(theta, problem.X, T), rel=1e-12, nan_ok=True
    )
