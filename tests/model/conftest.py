"""Drawn problems: any network, objective, optimizer and batch that the reference knows."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import strategies as st

from nnviz.model.activations import ACTIVATIONS
from nnviz.model.kernels.engine import CompiledEngine
from nnviz.model.kernels.store import load
from nnviz.model.losses import encode_targets, losses_for
from nnviz.model.network import Network
from nnviz.model.optimizers import OPTIMIZERS, Hyperparameters
from nnviz.model.reference import Problem, initial_state
from nnviz.model.schedules import SCHEDULES, ScheduleParameters

HIDDEN = [name for name, activation in ACTIVATIONS.items() if activation.hidden]
SEEDS = st.one_of(st.integers(0, 2**32 - 1), st.just(2**63 - 1))
WIDTHS = st.integers(1, 20)
WIDE = st.sampled_from([32, 33, 40, 64])
PENALTIES = st.sampled_from([0.0, 0.0, 1e-3, 0.1])


@st.composite
def networks(draw, n_inputs, n_outputs, output):
    """Up to four hidden layers, now and then two so wide that their products go to BLAS."""
    is_wide = draw(st.integers(0, 9)) == 9
    widths = draw(st.tuples(WIDE, WIDE)) if is_wide else tuple(draw(st.lists(WIDTHS, max_size=4)))
    names = draw(st.tuples(*(st.sampled_from(HIDDEN) for _ in widths)))
    return Network((n_inputs, *widths, n_outputs), (*names, output))


@st.composite
def targets(draw, rng, n):
    """T (n, outputs) with a loss and an output activation that go with it."""
    n_classes = draw(st.integers(1, 4))  # 1 stands for a regression
    task = "regression" if n_classes == 1 else "classification"
    pairs = [
        (loss, output) for output in ACTIVATIONS for loss in losses_for(output, task, n_classes)
    ]
    loss, output = draw(st.sampled_from(pairs))
    y = rng.normal(size=n) if n_classes == 1 else rng.integers(0, n_classes, n)
    return encode_targets(y, task, n_classes, output), loss, output


@st.composite
def problems(draw, optimizers=tuple(OPTIMIZERS), most_points=200):
    """A problem of which every part is drawn."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, most_points))
    T, loss, output = draw(targets(rng, n))
    n_inputs = draw(st.integers(1, 5))
    network = draw(networks(n_inputs, T.shape[1], output))
    sizes = [st.just(1), st.just("full"), st.integers(1, 30), st.integers(1, most_points)]
    return Problem(
        network=network,
        loss=loss,
        X=rng.normal(scale=draw(st.sampled_from([0.1, 1.0, 3.0])), size=(n, n_inputs)),
        T=T,
        point_weights=rng.uniform(0.01, 10, n) if draw(st.booleans()) else None,
        l1=draw(PENALTIES),
        l2=draw(PENALTIES),
        optimizer=draw(st.sampled_from(optimizers)),
        hyperparameters=Hyperparameters(
            momentum=draw(st.floats(0, 0.99)),
            decay=draw(st.floats(0, 0.999)),
            beta_1=draw(st.floats(0, 0.99)),
            beta_2=draw(st.floats(0, 0.9999)),
            weight_decay=draw(st.floats(0, 1)),
        ),
        learning_rate=draw(st.floats(1e-6, 0.3)),
        schedule=draw(st.sampled_from(list(SCHEDULES))),
        schedule_parameters=ScheduleParameters(
            every=draw(st.integers(1, 50)),
            factor=draw(st.floats(0.1, 1)),
            floor=draw(st.floats(0, 1)),
            epochs=draw(st.integers(1, 1000)),
        ),
        batch_size=draw(st.one_of(sizes)),
        shuffle=draw(st.booleans()),
        seed=draw(SEEDS),
        trainable=rng.random(network.n_parameters) < 0.7 if draw(st.booleans()) else None,
    )


@st.composite
def problems_and_states(draw, **limits):
    """A problem, and a state of it: the first, or one that looks back on many epochs."""
    problem = draw(problems(**limits))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([0.1, 0.5, 1.0]))
    start = initial_state(problem, rng.normal(scale=scale, size=problem.network.n_parameters))
    if draw(st.booleans()):
        epoch = draw(st.one_of(st.integers(1, 3000), st.just(2**40)))
        start = replace(start, update=draw(st.integers(0, 2**40)), epoch=epoch)
    return problem, start


@pytest.fixture(scope="session")
def drawn_problems():
    """The strategy that draws a problem and a state to begin with."""
    return problems_and_states


@pytest.fixture(scope="session")
def compiled():
    """Make the compiled engine of a problem: never a stand-in for it."""
    kernels = load()
    return lambda problem: CompiledEngine(problem, kernels)
