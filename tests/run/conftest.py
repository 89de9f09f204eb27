"""Drawn experiments: any dataset, network, objective and optimizer that fit together."""

import numpy as np
import pytest
from hypothesis import strategies as st

from nnviz.data.dataset import Points
from nnviz.data.generators import DATASETS
from nnviz.data.scaling import SCALINGS
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.initializers import INITIALIZERS
from nnviz.model.losses import LOSSES, pairing_problem
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.schedules import SCHEDULES
from nnviz.run.consistency import network_of
from nnviz.run.experiment import Experiment
from nnviz.run.parameters import Mask, Parameters
from nnviz.run.trainer import Trainer

HIDDEN = [name for name, activation in ACTIVATIONS.items() if activation.hidden]
SEEDS = st.integers(0, 2**32 - 1)
FEATURES = ["x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "cos(x2)"]


@st.composite
def points(draw):
    """Points given one by one, of either task."""
    rng = np.random.default_rng(draw(SEEDS))
    n, n_classes = draw(st.integers(2, 12)), draw(st.integers(2, 4))
    X = rng.normal(size=(n, 2))
    if draw(st.booleans()):
        return Points(X, rng.normal(size=n), task="regression", columns=["α", "β, γ"])
    return Points(X, rng.integers(0, n_classes, n), classes=[f"c{k}" for k in range(n_classes)])


@st.composite
def experiments(draw):
    """A consistent experiment; every field is drawn."""
    source = draw(st.one_of(st.sampled_from(list(DATASETS)), points()))
    is_given = isinstance(source, Points)
    fields = {"dataset": source}
    generator = None if is_given else DATASETS[source]
    if generator and not generator.is_fixed:
        fields["n_samples"] = draw(st.integers(4, 30))
        fields["noise"] = draw(st.floats(0, 2))
    if is_given or not generator.is_fixed:
        fields["test_fraction"] = draw(st.sampled_from([0.0, 0.1, 0.25, 1 / 3]))
    task = source.task if is_given else generator.task
    n_classes = len(source.classes) if is_given else generator.n_classes
    pairs = [
        (loss, output)
        for loss in LOSSES
        for output in ACTIVATIONS
        if pairing_problem(loss, output, task, n_classes) is None
    ]
    fields["loss"], fields["output_activation"] = draw(st.sampled_from(pairs))
    hidden = draw(st.lists(st.integers(1, 4), max_size=3))
    fields["hidden"] = hidden
    names = st.lists(st.sampled_from(HIDDEN), min_size=len(hidden), max_size=len(hidden))
    fields["activation"] = draw(st.one_of(st.sampled_from(HIDDEN), names))
    if n_classes:
        weights = st.lists(st.floats(0.01, 10), min_size=n_classes, max_size=n_classes)
        fields["class_weight"] = draw(st.one_of(st.none(), st.just("balanced"), weights))
    fields |= {
        "data_seed": draw(SEEDS),
        "split_seed": draw(SEEDS),
        "seed": draw(SEEDS),
        "features": draw(st.lists(st.sampled_from(FEATURES), max_size=3)),
        "scaling": draw(st.sampled_from(list(SCALINGS))),
        "initializer": draw(st.sampled_from(list(INITIALIZERS))),
        "l1": draw(st.sampled_from([0.0, 1e-3, 0.1])),
        "l2": draw(st.sampled_from([0.0, 1e-3, 0.1])),
        "optimizer": draw(st.sampled_from(list(OPTIMIZERS))),
        "learning_rate": draw(st.floats(1e-6, 0.1)),
        "momentum": draw(st.floats(0, 0.99)),
        "decay": draw(st.floats(0, 0.999)),
        "beta_1": draw(st.floats(0, 0.99)),
        "beta_2": draw(st.floats(0, 0.9999)),
        "weight_decay": draw(st.floats(0, 1)),
        "schedule": draw(st.sampled_from(list(SCHEDULES))),
        "schedule_every": draw(st.integers(1, 50)),
        "schedule_factor": draw(st.floats(0.1, 1)),
        "schedule_floor": draw(st.floats(0, 1)),
        "batch_size": draw(st.one_of(st.just("full"), st.integers(1, 12))),
        "shuffle": draw(st.booleans()),
        "epochs": draw(st.integers(1, 1000)),
    }
    experiment = Experiment(**fields)
    return experiment.evolve(**draw(parameters_for(experiment)))


@st.composite
def parameters_for(draw, experiment):
    """Initial parameters and a mask of this experiment's shapes, or none."""
    network, changes = network_of(experiment), {}
    rng = np.random.default_rng(draw(SEEDS))
    if draw(st.booleans()):
        changes["initial_parameters"] = Parameters(
            *network.split(rng.normal(size=network.n_parameters))
        )
    if draw(st.booleans()):
        changes["trainable"] = Mask(*network.split(rng.integers(0, 2, network.n_parameters)))
    return changes


@pytest.fixture(scope="session")
def drawn_experiments():
    """The strategy that draws experiments."""
    return experiments()


@pytest.fixture
def trainer():
    """Makes a small trainer, with other fields of its experiment."""

    def make(engine="reference", **fields):
        small = {"n_samples": 40, "hidden": [3], "batch_size": 8}
        return Trainer(Experiment(**small | fields), engine)

    return make


@pytest.fixture
def nudged():
    """Gives a trainer other weights: the first one is moved."""

    def nudge(trainer, by=0.5):
        weights = [w.copy() for w in trainer.weights]
        weights[0][0, 0] += by
        trainer.set_parameters(weights, trainer.biases)

    return nudge


@pytest.fixture
def names():
    """The names of a trainer's branches."""
    return lambda trainer: [branch.name for branch in trainer.branches]
