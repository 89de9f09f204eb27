"""N6: both engines stop at the same update, name the same trouble, keep the same finite state."""

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnviz.model import reference
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.engine import make_engine
from nnviz.model.losses import losses_for
from nnviz.model.network import Network
from nnviz.model.optimizers import OPTIMIZERS, Hyperparameters
from nnviz.model.reference import Problem, initial_state

HIDDEN = [name for name, activation in ACTIVATIONS.items() if activation.hidden]
OUTPUTS = [name for name in HIDDEN if "squared_error" in losses_for(name, "regression", 0)]

# The same cases in every run: what rounding does to a run is not the fault of whoever runs it.
many = settings(derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def extreme_problems(draw):
    """Learning rates, inputs, targets, weights of the points and penalties beyond all measure."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    hidden = draw(st.lists(st.sampled_from(HIDDEN), max_size=3))
    network = Network((2, *([3] * len(hidden)), 1), (*hidden, draw(st.sampled_from(OUTPUTS))))
    sizes = st.sampled_from([1.0, 1e6, 1e50, 1e100])
    n = draw(st.integers(1, 9))
    problem = Problem(
        network,
        "squared_error",
        rng.uniform(-1, 1, (n, 2)) * draw(sizes),
        rng.uniform(-1, 1, (n, 1)) * draw(sizes),
        point_weights=rng.uniform(0, 1, n) * draw(sizes) if draw(st.booleans()) else None,
        l1=draw(st.sampled_from([0.0, 1e100])),
        l2=draw(st.sampled_from([0.0, 1000.0, 1e100])),
        optimizer=draw(st.sampled_from(list(OPTIMIZERS))),
        learning_rate=draw(st.sampled_from([1.0, 1e6, 1e12, 1e100])),
        batch_size=draw(st.sampled_from(["full", 1, 4])),
        trainable=rng.random(network.n_parameters) < 0.7 if draw(st.booleans()) else None,
    )
    scale = draw(st.sampled_from([1.0, 1e10, 1e100, 1e153, 1e200, 1e300]))
    return problem, initial_state(problem, rng.uniform(-1, 1, network.n_parameters) * scale)


def vectors(state):
    return (state.theta, *state.slots)


def is_hopeful(problem, state):
    with np.errstate(all="ignore"):
        return np.isfinite(reference.next_objective(problem, state))


def check_stop(problem, engine, start, updates=60):
    """Compare update by update from the engine's states, then all at once; returns the end."""
    state, trouble = start, None
    while trouble is None and state.update < updates:
        before = state
        exact, exact_trouble = reference.train(problem, before, 1)
        state, trouble = engine.train(before, 1)
        assert trouble == exact_trouble
        assert (state.update, state.epoch, state.position) == (
            exact.update,
            exact.epoch,
            exact.position,
        )
        for vector in vectors(state):
            assert np.isfinite(vector).all()
        if trouble is None:
            # A state that was reached is one to go on from.
            assert is_hopeful(problem, state)
        else:
            for one, kept in zip(vectors(state), vectors(before), strict=True):
                np.testing.assert_array_equal(one, kept)
    at_once, same = engine.train(start, updates)
    assert same == trouble
    assert at_once.update == state.update
    for one, other in zip(vectors(at_once), vectors(state), strict=True):
        np.testing.assert_array_equal(one, other)
    return state, trouble


@pytest.mark.parametrize("examples", [100, pytest.param(2000, marks=pytest.mark.slow)])
def test_n6_extreme_problems_end_as_in_the_reference(compiled, examples):
    endings = []

    @settings(many, max_examples=examples)
    @given(extreme_problems())
    def check(problem_and_state):
        problem, start = problem_and_state
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            endings.append(check_stop(problem, compiled(problem), start)[1])

    check()
    assert any(ending is None for ending in endings)
    assert any(ending is not None for ending in endings)


LINE = Network((1, 1), ("linear",))
DEEP = Network((1, 1, 1, 1), ("linear", "linear", "linear"))


@pytest.mark.parametrize(
    ("network", "theta", "x", "fields", "layer", "quantity"),
    [
        (DEEP, [1e200, 0.0, 1e200, 0.0, 1.0, 0.0], 1.0, {}, 2, "sums"),
        (DEEP, [1e100, 0.0, 1e100, 0.0, 1.0, 0.0], 1.0, {}, 3, "loss"),
        (LINE, [1e155, 0.0], 1e-300, {"l2": 1000.0}, 1, "penalty"),
        (DEEP, [1.0, 0.0, 1e155, 0.0, 1.0, 0.0], 1e-300, {"l2": 1000.0}, 2, "penalty"),
        (DEEP, [0.0, 0.0, 1e160, 0.0, 1e160, 1.0], 1.0, {}, 1, "gradient"),
        (LINE, [0.0, 1e120], 1e100, {"learning_rate": 1e100}, 1, "parameters"),
        (LINE, [0.0, 1e100], 1e100, {"optimizer": "adam"}, 1, "Adam memory"),
        (LINE, [0.0, 1e100], 1e100, {"optimizer": "adagrad"}, 1, "AdaGrad memory"),
    ],
)
def test_n6_names_the_first_trouble(network, theta, x, fields, layer, quantity):
    problem = Problem(network, "squared_error", np.array([[x]]), np.zeros((1, 1)), **fields)
    engine = make_engine("compiled", problem)
    assert engine.name == "compiled"
    start = initial_state(problem, np.array(theta))
    state, trouble = check_stop(problem, engine, start)
    assert (trouble.update, trouble.layer, trouble.quantity) == (1, layer, quantity)
    np.testing.assert_array_equal(state.theta, start.theta)


@pytest.mark.parametrize("learning_rate", [1e6, 1e20, 1e100, 1e101, 1e300])
@pytest.mark.parametrize("name", HIDDEN)
def test_n6_learning_rates_without_measure(name, learning_rate):
    """From one start, each engine on its own way: the same end at the same update."""
    rng = np.random.default_rng(0)
    network = Network((2, 4, 1), (name, "linear"))
    X, T = rng.normal(size=(20, 2)), rng.normal(size=(20, 1))
    problem = Problem(network, "squared_error", X, T, learning_rate=learning_rate)
    start = initial_state(problem, network.initial_theta("xavier", 0))
    engine = make_engine("compiled", problem)
    assert engine.name == ("compiled" if learning_rate <= 1e100 else "reference")
    assert engine.reason == ("" if learning_rate <= 1e100 else "numbers beyond 1e+100")
    state, trouble = engine.train(start, 2000)
    exact, exact_trouble = reference.train(problem, start, 2000)
    assert trouble == exact_trouble
    assert trouble is not None
    assert state.update == exact.update
    assert np.isfinite(state.theta).all()
    np.testing.assert_allclose(
        state.theta, exact.theta, rtol=1e-9, atol=1e-9 * np.abs(exact.theta).max()
    )
    assert trouble.sentence.endswith("inputs of a smaller range.")


def beyond(**fields):
    network = Network((1, 1), ("linear",))
    fields = {"X": np.ones((2, 1)), "T": np.ones((2, 1))} | fields
    return Problem(network, "squared_error", **fields)


@pytest.mark.parametrize(
    "problem",
    [
        beyond(X=np.array([[1.0], [-1.1e100]])),
        beyond(T=np.array([[1.0], [1e200]])),
        beyond(point_weights=np.array([1e300, 1.0])),
        beyond(l1=1e101),
        beyond(l2=1e101),
        beyond(learning_rate=1e101),
        beyond(hyperparameters=Hyperparameters(weight_decay=1e101)),
    ],
)
def test_numbers_beyond_measure_are_left_to_the_reference_and_it_says_so(problem):
    engine = make_engine("compiled", problem)
    assert (engine.name, engine.reason) == ("reference", "numbers beyond 1e+100")
    start = initial_state(problem, np.zeros(2))
    state, trouble = engine.train(start, 3)
    exact, exact_trouble = reference.train(problem, start, 3)
    assert trouble == exact_trouble
    np.testing.assert_array_equal(state.theta, exact.theta)


def test_just_within_measure_nothing_falls_back():
    problem = beyond(X=np.array([[1e100], [-1e100]]), learning_rate=1e100)
    engine = make_engine("compiled", problem)
    assert (engine.name, engine.reason) == ("compiled", "")
    check_stop(problem, engine, initial_state(problem, np.zeros(2)))
