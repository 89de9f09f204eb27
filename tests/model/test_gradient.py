"""N1: the gradient of whole networks against central differences, away from kinks."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.model.network import Network
from nnviz.model.reference import Problem, data_loss, forward, loss_and_gradient, penalty

HIDDEN = [name for name, activation in ACTIVATIONS.items() if activation.hidden]
PAIRINGS = [
    (loss, output)
    for loss in LOSSES
    for output in ACTIVATIONS
    if not LOSSES[loss].outputs or output in LOSSES[loss].outputs
]
KINKED = {"step", "relu", "leaky_relu", "elu"}
H = 1e-4
DEPTHS = range(4)


def draw(rng, loss, output, hidden, depth):
    n, n_outputs = 4, 1 if loss == "hinge" else 2
    # The activation in question in every hidden layer but the first of a deep one.
    names = tuple(hidden if k or depth < 3 else str(rng.choice(HIDDEN[1:])) for k in range(depth))
    network = Network((2, *([2] * depth), n_outputs), (*names, output))
    if loss == "hinge":
        T = rng.choice([-1.0, 1.0], size=(n, 1))
    elif loss == "squared_error":
        T = rng.normal(size=(n, n_outputs))
    else:
        T = np.eye(2)[rng.integers(0, 2, n)]
    problem = Problem(network, loss, rng.normal(size=(n, 2)), T, l1=0.02, l2=0.3)
    return problem, rng.normal(size=network.n_parameters), rng.uniform(0.2, 3.0, n)


def objective_and_sides(problem, theta, c):
    """The objective, and on which side of every kink each sum and each weight lies."""
    passed = forward(problem.network, theta, problem.X)
    signs = [theta > 0]
    for z, name in zip(passed.sums, problem.network.activations, strict=True):
        if name in KINKED:
            signs.append((z > 0).ravel())
    if problem.loss == "hinge":
        signs.append((problem.T * passed.sums[-1] > 1).ravel())
    value = data_loss(problem, passed, problem.T, c) + penalty(problem, theta)
    return value, np.concatenate(signs).tobytes()


def central_differences(problem, theta, c):
    """Central differences of two widths, combined so that the error falls with H⁴.

    None when a probe crosses a kink.
    """
    _, home = objective_and_sides(problem, theta, c)
    slopes = np.zeros_like(theta)
    for k in range(theta.size):
        for h, share in ((H, -1 / 3), (H / 2, 4 / 3)):
            for sign in (1, -1):
                moved = theta.copy()
                moved[k] += sign * h
                value, place = objective_and_sides(problem, moved, c)
                if place != home:
                    return None
                slopes[k] += share * sign * value / (2 * h)
    return slopes


@pytest.mark.parametrize(
    ("pairing", "hidden"),
    list(itertools.product(PAIRINGS, HIDDEN)),
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
@settings(max_examples=2)
@given(seed=st.integers(0, 2**32 - 1))
def test_n1_gradient_of_the_network_is_the_slope(pairing, hidden, seed):
    rng = np.random.default_rng(seed)
    for depth in DEPTHS:
        problem, theta, c = draw(rng, *pairing, hidden, depth)
        differences = central_differences(problem, theta, c)
        while differences is None:  # a drawn case at a kink: the next one
            problem, theta, c = draw(rng, *pairing, hidden, depth)
            differences = central_differences(problem, theta, c)
        _, gradient = loss_and_gradient(problem, theta, problem.X, problem.T, c)
        scale = np.abs(gradient).max()
        assert scale > 1e-4
        error = np.abs(gradient - differences).max() / scale
        assert error <= 1e-6, f"depth {depth}"


def test_n1_has_500_cases_and_more():
    assert len(PAIRINGS) == 15
    assert len(HIDDEN) == 10
    assert 2 * len(PAIRINGS) * len(HIDDEN) * len(DEPTHS) >= 500


@pytest.mark.parametrize(
    ("name", "derivative"), [("step", 0.0), ("relu", 0.0), ("leaky_relu", 0.01), ("elu", 1.0)]
)
def test_left_derivative_at_the_kink(name, derivative):
    """The hidden sum is exactly 0: PyTorch takes the derivative from the left, and so do we."""
    network = Network((1, 1, 1), (name, "linear"))
    theta = network.is_weight.copy()  # weights 1, biases 0
    problem = Problem(network, "squared_error", np.zeros((1, 1)), np.array([[-1.0]]))
    _, gradient = loss_and_gradient(problem, theta, problem.X, problem.T)
    _, biases = network.split(gradient)
    error = 2.0 if name == "step" else 1.0
    assert biases[1] == [error]
    assert biases[0] == [error * derivative]
