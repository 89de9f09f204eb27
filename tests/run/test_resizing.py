"""What depends on the network's shape follows it, and nothing else is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnviz.run.consistency import network_of
from nnviz.run.experiment import Experiment
from nnviz.run.resizing import lost_parameters, new_parameters, with_followers
from nnviz.run.trainer import Trainer


def filled(**fields: Any) -> Experiment:
    """An experiment with given parameters and a mask."""
    experiment = Experiment(dataset="moons", **fields)
    shapes = network_of(experiment).shapes
    weights = tuple(np.full(shape, 0.5) for shape in shapes)
    biases = tuple(np.zeros(shape[0]) for shape in shapes)
    mask = (tuple(w > 0 for w in weights), tuple(b > 0 for b in biases))
    return experiment.evolve(initial_parameters=(weights, biases), trainable=mask)


@pytest.mark.parametrize(
    ("before", "hidden", "after"),
    [
        (("relu", "tanh"), (4, 4, 4), ("relu", "tanh", "tanh")),
        (("relu", "tanh"), (4,), ("relu",)),
        (("relu", "tanh"), (), ()),
        (("relu", "tanh"), (9, 9), ("relu", "tanh")),
    ],
)
def test_activations_follow_the_layers(
    before: tuple[str, ...], hidden: tuple[int, ...], after: tuple[str, ...]
) -> None:
    experiment = Experiment(dataset="moons", hidden=(3, 3), activation=before)
    changed = experiment.evolve(**with_followers(experiment, {"hidden": hidden}))
    assert changed.hidden == hidden
    assert changed.activation == after


def test_a_first_layer_takes_the_usual_activation() -> None:
    experiment = Experiment(dataset="moons", hidden=(), activation=())
    changed = experiment.evolve(**with_followers(experiment, {"hidden": (4, 4)}))
    assert changed.activations[:-1] == ("tanh", "tanh")


def test_one_name_for_all_layers_stays() -> None:
    experiment = Experiment(dataset="moons", hidden=(3,), activation="relu")
    assert with_followers(experiment, {"hidden": (3, 3)}) == {"hidden": (3, 3)}


@pytest.mark.parametrize(
    "changes",
    [
        {"features": ("x1", "x2", "x1*x2")},
        {"output_activation": "softmax", "loss": "cross_entropy"},
        {"dataset": "blobs", "output_activation": "softmax", "loss": "cross_entropy"},
    ],
)
def test_parameters_that_do_not_fit_go(changes: dict[str, Any]) -> None:
    experiment = filled()
    with pytest.raises(ValueError, match="initial_parameters"):
        experiment.evolve(**changes)
    after = experiment.evolve(**with_followers(experiment, changes))
    assert after.initial_parameters is None
    assert after.trainable is None
    assert {name: getattr(after, name) for name in changes} == changes


@pytest.mark.parametrize(
    "changes", [{"noise": 0.5}, {"activation": "relu"}, {"features": ("x1*x2", "x2")}, {}]
)
def test_parameters_that_fit_stay(changes: dict[str, Any]) -> None:
    assert with_followers(filled(), changes) == changes


def test_what_is_impossible_is_left_to_be_refused() -> None:
    changes = {"hidden": (0,)}
    assert with_followers(filled(), changes) == changes


def test_new_parameters_that_come_with_the_change_stay() -> None:
    experiment, wide = filled(), filled(hidden=(7,))
    changes = {"hidden": (7,), "initial_parameters": wide.initial_parameters}
    after = experiment.evolve(**with_followers(experiment, changes))
    assert after.initial_parameters == wide.initial_parameters


def test_what_is_frozen_stays_so_where_it_is_still_there() -> None:
    experiment = filled(hidden=(3, 2))
    assert experiment.trainable is not None
    after = experiment.evolve(**with_followers(experiment, {"hidden": (4, 2)}))
    assert after.initial_parameters is None
    weights, biases = after.trainable.weights, after.trainable.biases
    # Weights were trainable before, biases frozen; what is new may be trained.
    assert all(w.all() for w in weights)
    assert [b.tolist() for b in biases] == [[False, False, False, True], [False, False], [False]]


def test_what_is_lost_with_other_sizes_is_said() -> None:
    moons = Experiment(dataset="moons", hidden=(2,))
    given = ([np.ones((2, 2)), np.ones((1, 2))], [np.zeros(2), np.zeros(1)])
    mask = ([np.ones((2, 2), bool), np.ones((1, 2), bool)], [np.ones(2, bool), np.zeros(1, bool)])
    full = moons.evolve(initial_parameters=given, trainable=mask)
    assert lost_parameters(moons, full) == lost_parameters(full, full) == ""
    both = lost_parameters(full, moons)
    assert both == (
        "The given weights and the frozen parameters do not fit the new network; "
        "Ctrl+Z brings them back."
    )
    assert lost_parameters(full, full.evolve(trainable=None)).startswith("The frozen parameters do")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ((5,), (5, 5), "Layer 2 and the weights into the output begin anew; what"),
        ((), (4,), "Layer 1 and the weights into the output begin anew."),
        ((4,), (4, 3, 2), "Layers 2 to 3 and the weights into the output begin anew; what"),
        ((4, 3), (4,), "The weights into the output are new"),
        ((4,), (5,), ""),
    ],
)
def test_what_begins_anew_is_told_and_is_true(
    before: tuple[int, ...], after: tuple[int, ...], words: str
) -> None:
    first = Experiment(dataset="moons", hidden=before)
    assert new_parameters(first, first.evolve(hidden=after)).startswith(words)
    trainer = Trainer(first, engine="reference")
    trainer.advance(50)
    old = trainer.weights
    trainer.change(hidden=after)
    kept = [
        was.shape == now.shape and np.array_equal(was, now)
        for was, now in zip(old[:-1], trainer.weights[:-1], strict=False)
    ]
    if words:
        assert all(kept)
        into_output = trainer.weights[-1]
        assert old[-1].shape != into_output.shape or not (old[-1] == into_output).any()
