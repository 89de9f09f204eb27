"""N2: the compiled engine makes the updates of the reference, whatever the problem."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numba import njit

from nnviz.model import reference
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.kernels.entry import FLAGS
from nnviz.model.kernels.order import draw_order
from nnviz.model.network import Network
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.order import order
from nnviz.model.reference import Problem, initial_state

UPDATES = 200
PLAIN = 1e-12
RUNAWAY = 1e4
NORMALISING = ("adagrad", "rmsprop", "adam", "adamw")
DESCENDING = tuple(name for name in OPTIMIZERS if name not in NORMALISING)

# The same cases in every run: what rounding does to a run is not the fault of whoever runs it.
many = settings(derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


def rounded_otherwise(generator):
    """A stand-in for `reference.forward`: every number is off by up to one rounding."""

    def nudged(values):
        return values * (1.0 + np.finfo(float).eps * generator.integers(-1, 2, values.shape))

    def forward(network, theta, X):
        sums, activations = [], [X]
        for W, b, name in zip(*network.split(nudged(theta)), network.activations, strict=True):
            sums.append(nudged(activations[-1] @ W.T + b))
            activations.append(nudged(ACTIVATIONS[name].value(sums[-1])))
        return reference.ForwardPass(sums, activations)

    return forward


def batch_reversed(problem, state, generator=None):
    """The update of the reference with the points of its batch in reverse order.

    With a generator the forward pass is rounded otherwise too.
    """
    batch = reference.batch_indices(problem, state)

    def backwards(rows):
        return None if rows is None else rows[batch][::-1]

    turned = replace(
        problem,
        X=backwards(problem.X),
        T=backwards(problem.T),
        point_weights=backwards(problem.point_weights),
        batch_size="full",
    )
    with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):
        if generator is not None:
            patch.setattr(reference, "forward", rounded_otherwise(generator))
        after = reference._propose(turned, replace(state, position=0))[2]
    position = state.position + len(turned.X)
    if position == len(problem.X):
        return after
    return replace(after, position=position, epoch=state.epoch)


def vectors(state):
    """θ, then what the optimizer remembers."""
    return (state.theta, *state.slots)


def counters(state):
    return state.update, state.epoch, state.position, state.optimizer_updates


def distances(one, other):
    """How far apart two states are, in units of the largest number of each of their vectors."""
    return [
        float(np.abs(a - b).max() / (np.abs(b).max() or 1.0))
        for a, b in zip(vectors(one), vectors(other), strict=True)
    ]


def own_distances(problem, state, exact):
    """How far the reference comes from itself when its roundings are others."""
    ways = [None, *map(np.random.default_rng, range(8))]
    return np.max([distances(batch_reversed(problem, state, way), exact) for way in ways], axis=0)


def largest_sum(problem, state):
    """The largest |z| over the layers and the points of the next batch."""
    X = problem.X[reference.batch_indices(problem, state)]
    return max(np.abs(z).max() for z in reference.forward(problem.network, state.theta, X).sums)


def compare_updates(engine, state, updates=UPDATES):
    """One update from the same state, again and again; yields whether it was as close as PLAIN.

    A gradient that is left over when larger numbers cancel, or the 1 − a² of a unit at its limit,
    has few right digits in any engine, and an optimizer that divides it by its own size makes a
    whole step of it. What the engines may then differ by is measured where the need is: 100 times
    what the reference differs from itself when its points come in reverse order and its forward
    pass is rounded otherwise. Optimizers that do not divide come to need it only in a run that is
    on its way to diverge: some sums are far beyond what a saturating unit tells apart, and one of
    them may be small by chance.
    """
    problem = engine.problem
    for _ in range(updates):
        made, trouble = engine.train(state, 1)
        exact, exact_trouble = reference.train(problem, state, 1)
        assert trouble == exact_trouble
        assert counters(made) == counters(exact)
        if problem.trainable is not None:
            for before, after in zip(vectors(state), vectors(made), strict=True):
                frozen = ~problem.trainable
                np.testing.assert_array_equal(before[frozen], after[frozen])
        apart = distances(made, exact)
        if max(apart) > PLAIN:
            allowed = np.maximum(PLAIN, 100.0 * own_distances(problem, state, exact))
            assert (apart <= allowed).all(), (apart, allowed)
        if apart[0] > PLAIN and problem.optimizer in DESCENDING:
            assert largest_sum(problem, state) > RUNAWAY, apart
        yield apart[0] <= PLAIN
        if trouble is not None:
            break
        state = made


def share_of_plain(compiled, drawn, examples):
    """Compare updates of drawn problems; returns the share of those that were as close as PLAIN."""
    plain = []

    @settings(many, max_examples=examples)
    @given(drawn)
    def compare(problem_and_state):
        problem, state = problem_and_state
        plain.extend(compare_updates(compiled(problem), state))

    compare()
    return np.mean(plain)


EXAMPLES = pytest.mark.parametrize("examples", [60, pytest.param(300, marks=pytest.mark.slow)])


@EXAMPLES
def test_n2_one_update_is_that_of_the_reference(compiled, drawn_problems, examples):
    assert share_of_plain(compiled, drawn_problems(optimizers=DESCENDING), examples) > 0.99


@EXAMPLES
def test_n2_one_update_of_optimizers_that_normalise(compiled, drawn_problems, examples):
    assert share_of_plain(compiled, drawn_problems(optimizers=NORMALISING), examples) > 0.95


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    ("sizes", "batch_size"),
    [
        ((2, 48, 33, 3), 100),
        ((5, 40, 40, 3), "full"),
        ((2, 1024, 3), 64),
        ((2, 64, 64, 3), 1),
        ((2, 64, 64, 3), 17),
    ],
)
def test_n2_wide_layers(compiled, optimizer, sizes, batch_size):
    """By BLAS where there are points enough; also more points than go through at once."""
    rng = np.random.default_rng(3)
    network = Network(sizes, (*(["tanh"] * (len(sizes) - 2)), "softmax"))
    problem = Problem(
        network,
        "cross_entropy",
        rng.normal(size=(600, sizes[0])),
        np.eye(3)[rng.integers(0, 3, 600)],
        l2=0.01,
        optimizer=optimizer,
        learning_rate=0.01,
        batch_size=batch_size,
    )
    start = initial_state(problem, network.initial_theta("xavier", 1))
    assert all(compare_updates(compiled(problem), start, 12))


# --- running on


def free_distance(one, other):
    return distances(one, other)[0]


def run_otherwise(problem, state, generator):
    """UPDATES updates of the reference, every batch reversed, every pass and step rounded anew."""
    for _ in range(UPDATES):
        state = batch_reversed(problem, state, generator)
        # A penalty's gradient and the step are rounded too, and where an optimizer divides what is
        # left of one by itself, that alone is enough to send two runs apart.
        away = np.finfo(float).eps * generator.uniform(-0.5, 0.5, state.theta.shape)
        state = replace(state, theta=state.theta * (1.0 + away))
    return state


def check_free_run(compiled, problem, start):
    """No further apart than 100 times the reference from itself with its batch reversed.

    A batch of one point has no reverse, and the sum of two has none: so the forward passes are
    rounded otherwise as well.
    """
    made, trouble = compiled(problem).train(start, UPDATES)
    exact, exact_trouble = reference.train(problem, start, UPDATES)
    if exact_trouble is not None or trouble is not None:
        assert trouble is not None
        assert exact_trouble is not None
        return
    assert counters(made) == counters(exact)
    apart = free_distance(made, exact)
    own = 0.0
    for seed in range(8):
        if apart <= PLAIN + 100.0 * own:
            return
        otherwise = run_otherwise(problem, start, np.random.default_rng(seed))
        assert counters(otherwise) == counters(exact)
        own = max(own, free_distance(otherwise, exact))
    assert apart <= PLAIN + 100.0 * own


@EXAMPLES
def test_n2_running_free(compiled, drawn_problems, examples):
    @settings(many, max_examples=examples)
    @given(drawn_problems())
    def check(problem_and_state):
        check_free_run(compiled, *problem_and_state)

    check()


# --- the order of the points


@njit(**FLAGS)
def compiled_order(places, seed, epoch):
    draw_order(places, len(places), seed, epoch)


@pytest.mark.parametrize("seed", [0, 1, 2**32, 2**63 - 1])
@pytest.mark.parametrize("epoch", [0, 1, 1023, 2**40, 2**63 - 1])
@pytest.mark.parametrize("n", [1, 2, 3, 10, 500, 4097])
def test_the_order_is_that_of_the_reference(n, seed, epoch):
    places = np.full(n, -1)
    compiled_order(places, seed, epoch)
    np.testing.assert_array_equal(places, order(n, seed, epoch))


@given(n=st.integers(1, 300), seed=st.integers(0, 2**63 - 1), epoch=st.integers(0, 2**63 - 1))
def test_any_order_is_that_of_the_reference(n, seed, epoch):
    places = np.full(n, -1)
    compiled_order(places, seed, epoch)
    np.testing.assert_array_equal(places, order(n, seed, epoch))
