"""Which fields go together: every combination either trains or is refused in one sentence."""

from itertools import product

import numpy as np
import pytest

from nnviz import Experiment, Points, Trainer
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.run.consistency import fixed_fields, network_of

SOURCES = {"two classes": "moons", "three classes": "blobs", "regression": "plane"}
NEEDED = {
    "binary_cross_entropy": {"sigmoid"},
    "cross_entropy": {"softmax"},
    "hinge": {"linear"},
    "perceptron": {"step"},
    "squared_error": set(ACTIVATIONS),
}


def goes_together(loss, output, task):
    if task == "regression":
        return loss == "squared_error" and output != "softmax"
    if task == "three classes" and loss == "hinge":
        return False
    return output in NEEDED[loss]


@pytest.mark.parametrize("task", SOURCES)
@pytest.mark.parametrize(("loss", "output"), list(product(LOSSES, ACTIVATIONS)))
def test_pairings(task, loss, output):
    fields = {"dataset": SOURCES[task], "n_samples": 12, "loss": loss, "output_activation": output}
    if goes_together(loss, output, task):
        t = Trainer(Experiment(**fields))
        t.advance(2)
        assert np.isfinite(t.train_loss)
        assert t.predict(t.dataset.X_test).shape == (3,)
        return
    with pytest.raises(ValueError, match=r"^loss, output_activation: [^\n]*\.$") as raised:
        Experiment(**fields)
    assert loss in str(raised.value) or output in str(raised.value)


@pytest.mark.parametrize(
    ("fields", "sizes"),
    [
        ({}, (2, 4, 1)),
        ({"hidden": []}, (2, 1)),
        ({"hidden": [8, 3]}, (2, 8, 3, 1)),
        ({"features": ["x1", "x2", "x1*x2"]}, (3, 4, 1)),
        ({"output_activation": "softmax", "loss": "cross_entropy"}, (2, 4, 2)),
        ({"dataset": "blobs"}, (2, 4, 3)),
        ({"dataset": "plane", "loss": "squared_error"}, (2, 4, 1)),
        ({"dataset": Points(np.zeros((3, 5)), [0, 1, 2]), "test_fraction": 0}, (5, 4, 3)),
        ({"dataset": Points(np.zeros((3, 5)), [0, 1, 1]), "test_fraction": 0}, (5, 4, 1)),
    ],
)
def test_topology(fields, sizes):
    e = Experiment(**fields)
    assert network_of(e).sizes == sizes
    assert network_of(e).activations == e.activations
    assert Trainer(e).network.sizes == sizes


def test_given_points_may_have_a_test_part_and_a_number_of_their_own_only():
    points = Points(np.zeros((8, 2)), [0, 1] * 4)
    assert len(Trainer(Experiment(dataset=points)).dataset.X_test) == 2
    for fields in ({"n_samples": 9}, {"noise": 0.1}):
        with pytest.raises(ValueError, match=next(iter(fields))):
            Experiment(dataset=points, **fields)


@pytest.mark.parametrize("n", range(2, 12))
def test_something_is_always_left_to_learn_from(n):
    for test_fraction in (0.01, 0.3, 0.5, 0.75, 0.9, 0.99):
        fields = {"n_samples": n, "test_fraction": test_fraction}
        if np.ceil(test_fraction * n) < n:
            assert len(Trainer(Experiment(**fields)).dataset.X_train) >= 1
            continue
        with pytest.raises(ValueError, match=rf"^test_fraction: {test_fraction} given; of {n} "):
            Experiment(**fields)


@pytest.mark.parametrize(
    "source",
    ["xor", "moons", Points(np.zeros((5, 2)), [0, 1, 0, 1, 1]),
     Points(np.zeros((5, 1)), np.arange(5.0), task="regression")],
    ids=["gate", "drawn", "given", "regression"],
)  # fmt: skip
def test_what_is_fixed_is_refused_otherwise_and_nothing_else(source):
    others = {"n_samples": 40, "noise": 0.5, "test_fraction": 0.2, "class_weight": (1.0, 2.0)}
    fields = {"loss": "squared_error", "output_activation": "linear", "test_fraction": 0.0}
    experiment = Experiment(dataset=source, **fields)
    fixed = fixed_fields(source)
    assert set(fixed) <= set(others)
    for name, value in others.items():
        if name not in fixed:
            assert getattr(experiment.evolve(**{name: value}), name) == value
            continue
        only, clause = fixed[name]
        assert getattr(experiment, name) == only
        with pytest.raises(ValueError, match=rf"^{name}: .* given; {clause}\.$"):
            experiment.evolve(**{name: value})
