"""The engine against its formula in plain loops, and the rules of batches, masks and schedules."""

import math
from dataclasses import replace
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.model import reference
from nnviz.model.network import Network
from nnviz.model.optimizers import OPTIMIZERS, Hyperparameters
from nnviz.model.order import order
from nnviz.model.reference import Problem, initial_state, loss_and_gradient, train
from nnviz.model.schedules import SCHEDULES, ScheduleParameters

SEEDS = st.integers(0, 2**32 - 1)


# The formulas again, one number at a time: value and derivative of a unit with the sum z.


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def phi(z):
    return math.erfc(-z / math.sqrt(2)) / 2


AGAIN = {
    "step": (lambda z: float(z >= 0), lambda z: 0.0),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (math.tanh, lambda z: 1 - math.tanh(z) ** 2),
    "relu": (lambda z: max(z, 0.0), lambda z: float(z > 0)),
    "leaky_relu": (lambda z: z if z > 0 else 0.01 * z, lambda z: 1.0 if z > 0 else 0.01),
    "elu": (lambda z: z if z > 0 else math.expm1(z), lambda z: 1.0 if z > 0 else math.exp(z)),
    "gelu": (
        lambda z: z * phi(z),
        lambda z: phi(z) + z * math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
    ),
    "silu": (
        lambda z: z * sigmoid(z),
        lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z))),
    ),
    "softplus": (lambda z: math.log(1 + math.exp(z)), sigmoid),
    "linear": (lambda z: z, lambda z: 1.0),
}


def loops(problem, theta, X, T, point_weights):
    """Objective and gradient by loops over points, layers, units and inputs."""
    layers, place = [], 0
    for n_in, n_out in pairwise(problem.network.sizes):
        W = [[theta[place + i * n_in + j] for j in range(n_in)] for i in range(n_out)]
        b = [theta[place + n_out * n_in + i] for i in range(n_out)]
        layers.append((W, b, place))
        place += n_out * (n_in + 1)
    total, gradient = 0.0, [0.0] * place
    for x, t, c in zip(X, T, point_weights, strict=True):
        a, sums, answers = list(x), [], [list(x)]
        for (W, b, _), name in zip(layers, problem.network.activations, strict=True):
            z = [
                sum(w * value for w, value in zip(row, a, strict=True)) + bias
                for row, bias in zip(W, b, strict=True)
            ]
            if name == "softmax":
                a = [math.exp(value) / sum(map(math.exp, z)) for value in z]
            else:
                a = [AGAIN[name][0](value) for value in z]
            sums.append(z)
            answers.append(a)
        value, delta = loss_again(problem, sums[-1], a, t)
        total += c * value / len(X)
        delta = [c * d / len(X) for d in delta]
        for layer in range(len(layers) - 1, -1, -1):
            W, b, place = layers[layer]
            n_in = len(W[0])
            for i, d in enumerate(delta):
                for j in range(n_in):
                    gradient[place + i * n_in + j] += d * answers[layer][j]
                gradient[place + len(W) * n_in + i] += d
            if layer:
                slope = AGAIN[problem.network.activations[layer - 1]][1]
                delta = [
                    sum(delta[i] * W[i][j] for i in range(len(W))) * slope(sums[layer - 1][j])
                    for j in range(n_in)
                ]
    for W, _, place in layers:
        for i, row in enumerate(W):
            for j, w in enumerate(row):
                total += problem.l1 * abs(w) + problem.l2 / 2 * w * w
                sign = (w > 0) - (w < 0)
                gradient[place + i * len(row) + j] += problem.l1 * sign + problem.l2 * w
    return total, gradient


def loss_again(problem, z, y, t):
    """The loss of one point, and its derivatives in the sums of the output."""
    pairs = list(zip(z, y, t, strict=True))
    name = problem.network.activations[-1]
    if problem.loss == "binary_cross_entropy":
        value = -sum(tk * math.log(yk) + (1 - tk) * math.log(1 - yk) for _, yk, tk in pairs)
        return value, [yk - tk for _, yk, tk in pairs]
    if problem.loss == "cross_entropy":
        return -sum(tk * math.log(yk) for _, yk, tk in pairs), [yk - tk for _, yk, tk in pairs]
    if problem.loss == "hinge":
        value = sum(max(0.0, 1 - tk * zk) for zk, _, tk in pairs)
        return value, [-tk if 1 - tk * zk > 0 else 0.0 for zk, _, tk in pairs]
    if problem.loss == "perceptron":
        return sum((yk - tk) * zk for zk, yk, tk in pairs), [yk - tk for _, yk, tk in pairs]
    value = sum((yk - tk) ** 2 / 2 for _, yk, tk in pairs)
    if name == "softmax":
        slopes = [
            sum((y[i] - t[i]) * y[i] * ((i == k) - y[k]) for i in range(len(y)))
            for k in range(len(y))
        ]
    else:
        slopes = [(yk - tk) * AGAIN[name][1](zk) for zk, yk, tk in pairs]
    return value, slopes


PAIRINGS = [("squared_error", name) for name in (*AGAIN, "softmax")] + [
    ("binary_cross_entropy", "sigmoid"),
    ("cross_entropy", "softmax"),
    ("hinge", "linear"),
    ("perceptron", "step"),
]


def draw_problem(rng, loss, output, hidden, n=5, **fields):
    """A network with 2 inputs and these hidden activations, and points for it."""
    n_outputs = 1 if loss == "hinge" else int(rng.integers(2 if output == "softmax" else 1, 4))
    sizes = (2, *(int(rng.integers(1, 4)) for _ in hidden), n_outputs)
    if loss == "hinge":
        T = rng.choice([-1.0, 1.0], size=(n, 1))
    else:
        T = np.eye(n_outputs)[rng.integers(0, n_outputs, n)]
        if n_outputs == 1:
            T = rng.integers(0, 2, (n, 1)).astype(float)
    problem = Problem(
        network=Network(sizes, (*hidden, output)),
        loss=loss,
        X=rng.normal(size=(n, 2)),
        T=T,
        **fields,
    )
    theta = rng.normal(scale=0.8, size=problem.network.n_parameters)
    return problem, theta


@pytest.mark.parametrize(("loss", "output"), PAIRINGS)
@settings(max_examples=20)
@given(seed=SEEDS, hidden=st.lists(st.sampled_from(list(AGAIN)), max_size=3))
def test_forward_and_backward_are_the_formula_in_loops(loss, output, seed, hidden):
    rng = np.random.default_rng(seed)
    problem, theta = draw_problem(rng, loss, output, tuple(hidden), l1=0.03, l2=0.2)
    c = rng.uniform(0, 2, len(problem.X))
    value, gradient = loss_and_gradient(problem, theta, problem.X, problem.T, c)
    value_again, gradient_again = loops(
        problem, theta.tolist(), problem.X.tolist(), problem.T.tolist(), c.tolist()
    )
    assert value == pytest.approx(value_again, rel=1e-11, abs=1e-13)
    np.testing.assert_allclose(gradient, gradient_again, rtol=1e-10, atol=1e-13)


def test_forward_keeps_every_layer():
    rng = np.random.default_rng(0)
    problem, theta = draw_problem(rng, "squared_error", "sigmoid", ("tanh", "relu"))
    passed = reference.forward(problem.network, theta, problem.X)
    assert [z.shape for z in passed.sums] == [(5, n) for n in problem.network.sizes[1:]]
    assert [a.shape for a in passed.activations] == [(5, n) for n in problem.network.sizes]
    assert passed.outputs is passed.activations[-1]


# Batches: every point once a pass, the last one averaged over its own size.


def batched(seed, n, batch_size, **fields):
    rng = np.random.default_rng(seed)
    return draw_problem(
        rng, "squared_error", "sigmoid", ("tanh",), n=n, batch_size=batch_size, seed=seed, **fields
    )


def visited(problem, state, updates):
    """The points of the next updates, and the state after them."""
    points = []
    for _ in range(updates):
        batch = reference.batch_indices(problem, state)
        points.append(np.arange(len(problem.X))[batch].tolist())
        state, divergence = train(problem, state, 1)
        assert divergence is None
    return points, state


@given(
    seed=SEEDS,
    n=st.integers(1, 20),
    batch_size=st.one_of(st.integers(1, 30), st.just("full")),
    shuffle=st.booleans(),
)
@settings(max_examples=50)
def test_every_point_once_in_every_pass(seed, n, batch_size, shuffle):
    problem, theta = batched(seed, n, batch_size, shuffle=shuffle)
    size = n if batch_size == "full" else min(batch_size, n)
    assert problem.updates_per_epoch == math.ceil(n / size)
    state = initial_state(problem, theta)
    for epoch in range(3):
        assert (state.epoch, state.position) == (epoch, 0)
        points, state = visited(problem, state, problem.updates_per_epoch)
        flat = list(chain.from_iterable(points))
        assert sorted(flat) == list(range(n))
        assert [len(batch) for batch in points[:-1]] == [size] * (len(points) - 1)
        assert len(points[-1]) == n - size * (len(points) - 1)
        if batch_size == "full" or not shuffle:
            assert flat == list(range(n))
        else:
            assert flat == order(n, seed, epoch).tolist()
    assert (state.epoch, state.position) == (3, 0)
    assert state.update == 3 * problem.updates_per_epoch


@settings(max_examples=30)
@given(seed=SEEDS, n=st.integers(2, 12), size=st.integers(1, 12))
def test_each_batch_is_averaged_over_its_own_size(seed, n, size):
    problem, theta = batched(seed, n, size, learning_rate=0.5)
    state = initial_state(problem, theta)
    for _ in range(2 * problem.updates_per_epoch):
        batch = reference.batch_indices(problem, state)
        X, T = problem.X[batch].tolist(), problem.T[batch].tolist()
        _, gradient = loops(problem, state.theta.tolist(), X, T, [1.0] * len(X))
        expected = state.theta - 0.5 * np.array(gradient)
        state, _ = train(problem, state, 1)
        np.testing.assert_allclose(state.theta, expected, rtol=1e-11, atol=1e-13)


def test_point_weights_follow_their_points_through_the_shuffle():
    problem, theta = batched(3, 7, 2, learning_rate=0.5)
    weights = np.arange(7.0)
    problem = replace(problem, point_weights=weights)
    state = initial_state(problem, theta)
    batch = reference.batch_indices(problem, state)
    _, gradient = loops(
        problem,
        theta.tolist(),
        problem.X[batch].tolist(),
        problem.T[batch].tolist(),
        weights[batch],
    )
    after, _ = train(problem, state, 1)
    np.testing.assert_allclose(after.theta, theta - 0.5 * np.array(gradient), rtol=1e-11)


@settings(max_examples=30)
@given(seed=SEEDS, name=st.sampled_from(list(OPTIMIZERS)), cut=st.integers(0, 20))
def test_updates_in_parts_are_the_same_updates(seed, name, cut):
    problem, theta = batched(seed, 7, 3, optimizer=name, l2=0.01)
    start = initial_state(problem, theta)
    whole, _ = train(problem, start, 20)
    half, _ = train(problem, start, cut)
    parts, _ = train(problem, half, 20 - cut)
    np.testing.assert_array_equal(whole.theta, parts.theta)
    for slot, other in zip(whole.slots, parts.slots, strict=True):
        np.testing.assert_array_equal(slot, other)
    assert (whole.update, whole.epoch, whole.position) == (20, 6, 6)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_optimizers_own_step_is_taken(optimizer):
    hyper = Hyperparameters(0.5, 0.6, 0.7, 0.8, 0.3)
    problem, theta = batched(1, 6, 4, optimizer=optimizer, hyperparameters=hyper, l1=0.1)
    state = initial_state(problem, theta)
    for t in range(1, 8):
        batch = reference.batch_indices(problem, state)
        _, grad = loss_and_gradient(problem, state.theta, problem.X[batch], problem.T[batch])
        expected, slots = OPTIMIZERS[optimizer].step(
            state.theta, grad, state.slots, t, 0.1, hyper, problem.network.is_weight
        )
        state, _ = train(problem, state, 1)
        np.testing.assert_array_equal(state.theta, expected)
        for slot, other in zip(state.slots, slots, strict=True):
            np.testing.assert_array_equal(slot, other)


# The mask, the schedule, and what must not be written to.


@settings(max_examples=60)
@given(seed=SEEDS, name=st.sampled_from(list(OPTIMIZERS)), size=st.sampled_from([1, 2, "full"]))
def test_frozen_parameters_never_move(seed, name, size):
    problem, theta = batched(seed, 5, size, optimizer=name, l1=0.1, l2=0.1)
    mask = np.random.default_rng(seed).integers(0, 2, theta.size).astype(bool)
    problem = replace(problem, trainable=mask, hyperparameters=Hyperparameters(weight_decay=0.5))
    state, _ = train(problem, initial_state(problem, theta), 6)
    np.testing.assert_array_equal(state.theta[~mask], theta[~mask])
    for slot in state.slots:
        assert not slot[~mask].any()
    is_weight = problem.network.is_weight > 0
    assert (state.theta != theta)[mask & is_weight].all()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_free_parameters_move_as_if_nothing_were_frozen(name):
    problem, theta = batched(2, 5, "full", optimizer=name, l2=0.1)
    mask = np.arange(theta.size) % 3 > 0
    start = initial_state(problem, theta)
    free, _ = train(problem, start, 1)
    masked, _ = train(replace(problem, trainable=mask), start, 1)
    np.testing.assert_array_equal(masked.theta[mask], free.theta[mask])


def test_parameters_frozen_in_mid_run_keep_no_speed():
    problem, theta = batched(2, 5, "full", optimizer="momentum")
    state, _ = train(problem, initial_state(problem, theta), 5)
    mask = np.zeros(theta.size, dtype=bool)
    after, _ = train(replace(problem, trainable=mask), state, 5)
    np.testing.assert_array_equal(after.theta, state.theta)


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_schedule_goes_by_epochs(name):
    parameters = ScheduleParameters(every=2, factor=0.25, floor=0.1, epochs=6)
    problem, theta = batched(
        4, 5, 2, learning_rate=0.8, schedule=name, schedule_parameters=parameters
    )
    state = initial_state(problem, theta)
    for _ in range(8 * problem.updates_per_epoch):
        batch = reference.batch_indices(problem, state)
        _, grad = loss_and_gradient(problem, state.theta, problem.X[batch], problem.T[batch])
        e = state.epoch
        rate = {
            "constant": 0.8,
            "step": 0.8 * 0.25 ** (e // 2),
            "exponential": 0.8 * 0.5**e,
            "cosine": 0.8 * (0.1 + 0.9 * (1 + math.cos(math.pi * min(e, 6) / 6)) / 2),
        }[name]
        expected = state.theta - rate * grad
        state, _ = train(problem, state, 1)
        np.testing.assert_allclose(state.theta, expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_nothing_given_is_written_to(optimizer):
    problem, theta = batched(5, 6, 4, optimizer=optimizer, l1=0.1)
    problem = replace(
        problem, point_weights=np.arange(6.0), trainable=np.ones(theta.size, dtype=bool)
    )
    arrays = [problem.X, problem.T, problem.point_weights, problem.trainable]
    before = [array.copy() for array in arrays]
    start = initial_state(problem, theta)
    copies = [start.theta.copy(), *(slot.copy() for slot in start.slots)]
    state, _ = train(problem, start, 5)
    for array, copy in zip([*arrays, start.theta, *start.slots], before + copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    for array in (state.theta, *state.slots):
        assert not array.flags.writeable


def test_penalty_is_over_weights_only():
    problem, _ = batched(0, 3, "full", l1=2.0, l2=3.0)
    network = problem.network
    weights = [np.full(shape, -2.0) for shape in network.shapes]
    biases = [np.full(n_out, 100.0) for n_out, _ in network.shapes]
    theta = network.join(weights, biases)
    n = int(network.is_weight.sum())
    assert reference.penalty(problem, theta) == pytest.approx(n * (2 * 2 + 3 / 2 * 4))
    gradient = network.split(reference.penalty_gradient(problem, theta))
    assert all((g == -2.0 - 6.0).all() for g in gradient[0])
    assert not np.concatenate(gradient[1]).any()
    assert not reference.penalty_gradient(problem, np.zeros_like(theta)).any()
