"""N6: numbers that stop being finite end a run within one update, at the last finite moment."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.model.activations import ACTIVATIONS
from nnviz.model.network import Network
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.reference import Divergence, Problem, initial_state, loss_and_gradient, train

HIDDEN = [name for name, activation in ACTIVATIONS.items() if activation.hidden]
QUANTITIES = {"sums", "activations", "loss", "penalty", "gradient", "parameters"} | {
    f"{optimizer.label} memory" for optimizer in OPTIMIZERS.values()
}


def loss_is_finite(problem, state):
    with np.errstate(all="ignore"):
        return np.isfinite(loss_and_gradient(problem, state.theta, problem.X, problem.T)[0])


@settings(max_examples=200)
@given(
    seed=st.integers(0, 2**32 - 1),
    hidden=st.lists(st.sampled_from(HIDDEN), max_size=3),
    output=st.sampled_from(["linear", "sigmoid", "tanh", "relu", "softplus"]),
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    learning_rate=st.sampled_from([1.0, 1e6, 1e12]),
    size=st.sampled_from([1.0, 1e100, 1e200, 1e308]),
    l2=st.sampled_from([0.0, 1000.0]),
)
def test_n6_a_run_stops_within_one_update_and_keeps_a_finite_moment(
    seed, hidden, output, optimizer, learning_rate, size, l2
):
    rng = np.random.default_rng(seed)
    network = Network((2, *([3] * len(hidden)), 1), (*hidden, output))
    X = rng.uniform(-1, 1, (6, 2)) * size
    problem = Problem(
        network,
        "squared_error",
        X,
        rng.normal(size=(6, 1)),
        l2=l2,
        optimizer=optimizer,
        learning_rate=learning_rate,
    )
    start = initial_state(problem, network.initial_theta("xavier", seed % 1000))
    state, before, divergence = start, start, None
    while divergence is None and state.update < 60:
        before = state
        state, divergence = train(problem, state, 1)
        assert np.isfinite(state.theta).all()
        # A state that was reached is one to go on from; only the first may be hopeless.
        assert loss_is_finite(problem, state) or state is start
    if divergence is not None:
        assert state is before
        check_words(divergence, network, before.update)
        # Going on from there meets the same trouble, and does not get past it.
        assert train(problem, state, 5) == (state, divergence)
    # All at once it ends in the same place.
    at_once, same = train(problem, start, state.update + (divergence is not None))
    np.testing.assert_array_equal(at_once.theta, state.theta)
    assert (at_once.update, same) == (state.update, divergence)


def check_words(divergence, network, standing_at):
    # Either this update cannot be made, or it can and leads nowhere.
    assert divergence.update - standing_at in (1, 2)
    assert divergence.quantity in QUANTITIES
    assert 1 <= divergence.layer <= network.n_layers
    assert f" layer {divergence.layer}" in divergence.sentence
    assert divergence.quantity in divergence.sentence
    assert "\n" not in divergence.sentence
    assert divergence.sentence.endswith(".")


def diverge(network, theta, X, T, loss="squared_error", **fields):
    problem = Problem(network, loss, np.array(X), np.array(T), **fields)
    start = initial_state(problem, np.array(theta))
    state, divergence = train(problem, start, 1)
    assert state is start
    return divergence


LINE = Network((1, 1), ("linear",))
DEEP = Network((1, 1, 1, 1), ("linear", "linear", "linear"))


@pytest.mark.parametrize(
    ("network", "theta", "x", "fields", "layer", "quantity"),
    [
        (LINE, [1e200, 0.0], 1e200, {}, 1, "sums"),
        (DEEP, [1e200, 0.0, 1e200, 0.0, 1.0, 0.0], 1.0, {}, 2, "sums"),
        (LINE, [1.0, 0.0], 1e200, {}, 1, "loss"),
        (LINE, [1e155, 0.0], 1e-300, {"l2": 1000.0}, 1, "penalty"),
        (DEEP, [1e100, 0.0, 1e100, 0.0, 1.0, 0.0], 1.0, {}, 3, "loss"),
        (DEEP, [1.0, 0.0, 1e155, 0.0, 1.0, 0.0], 1e-300, {"l2": 1000.0}, 2, "penalty"),
        (LINE, [0.0, 1e100], 1e250, {}, 1, "gradient"),
        (DEEP, [0.0, 0.0, 1e160, 0.0, 1e160, 1.0], 1.0, {}, 1, "gradient"),
        (DEEP, [0.0, 0.0, 1.0, 0.0, 1e250, 1e100], 1.0, {}, 2, "gradient"),
        (LINE, [0.0, 1e100], 1e150, {"learning_rate": 1e100}, 1, "parameters"),
        (LINE, [0.0, 1e100], 1e150, {"optimizer": "adam"}, 1, "Adam memory"),
    ],
)
def test_names_the_first_trouble(network, theta, x, fields, layer, quantity):
    divergence = diverge(network, theta, [[x]], [[0.0]], **fields)
    assert (divergence.update, divergence.layer, divergence.quantity) == (1, layer, quantity)
    check_words(divergence, network, 0)


def test_sentence_names_layer_and_quantity():
    assert "update 7" in Divergence(7, 2, "gradient").sentence
    assert "the gradient of layer 2" in Divergence(7, 2, "gradient").sentence
    assert "the loss at the output, layer 2, became" in Divergence(7, 2, "loss").sentence
    assert "the penalty on the weights of layer 1" in Divergence(7, 1, "penalty").sentence


def test_a_step_into_an_infinite_loss_is_taken_back():
    """θ stays finite after the step, and only the next forward pass can see the trouble."""
    problem = Problem(LINE, "squared_error", np.ones((1, 1)), np.zeros((1, 1)), learning_rate=1e160)
    start = initial_state(problem, np.ones(2))
    for updates in (1, 2, 50):
        state, divergence = train(problem, start, updates)
        assert state is start
        assert (divergence.update, divergence.layer, divergence.quantity) == (2, 1, "loss")
    assert train(problem, start, 0) == (start, None)


@pytest.mark.parametrize(
    ("loss", "output", "t"),
    [("binary_cross_entropy", "sigmoid", [[0.0]]), ("cross_entropy", "softmax", [[0.0, 1.0]])],
)
def test_logarithm_of_zero_does_not_happen(loss, output, t):
    """The wrong class for certain: the probability rounds to 0, the loss does not to infinity."""
    network = Network((1, len(t[0])), (output,))
    theta = np.zeros(network.n_parameters)
    theta[0] = 5000.0
    problem = Problem(network, loss, np.ones((1, 1)), np.array(t))
    assert loss_and_gradient(problem, theta, problem.X, problem.T)[0] == 5000
    state, divergence = train(problem, initial_state(problem, theta), 100)
    assert divergence is None
    assert state.update == 100


def test_no_warning_reaches_the_user(recwarn):
    diverge(LINE, [1e200, 0.0], [[1e200]], [[0.0]])
    assert not recwarn.list


@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"])
def test_learning_rate_of_a_million_on_a_line(name):
    problem = Problem(
        LINE,
        "squared_error",
        np.array([[1.0], [2.0]]),
        np.array([[0.0], [1.0]]),
        optimizer=name,
        learning_rate=1e6,
    )
    state, divergence = train(problem, initial_state(problem, np.ones(2)), 1000)
    assert loss_is_finite(problem, state)
    if name in ("sgd", "momentum", "nesterov"):
        assert divergence is not None
        assert state.update < 100
    else:
        assert state.update == 1000
