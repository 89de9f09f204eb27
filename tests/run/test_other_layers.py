"""Units and layers come and go in the middle of a run; what is learned elsewhere stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz import Experiment, Trainer
from nnviz.model.network import Network
from nnviz.run.resizing import carried

SIZES = st.lists(st.integers(1, 4), max_size=3)


def trainer(**fields):
    return Trainer(Experiment(**{"n_samples": 40, "hidden": [3, 2], "batch_size": 8} | fields))


def test_a_unit_more_keeps_all_others():
    t = trainer(optimizer="adam")
    t.advance(7)
    before = t.frame()
    t.change(hidden=[4, 2])
    after = t.frame()
    fresh = Trainer(after.experiment).frame()
    np.testing.assert_array_equal(after.weights[0][:3], before.weights[0])
    np.testing.assert_array_equal(after.weights[0][3], fresh.weights[0][3])
    np.testing.assert_array_equal(after.weights[1][:, :3], before.weights[1])
    np.testing.assert_array_equal(after.weights[1][:, 3], fresh.weights[1][:, 3])
    np.testing.assert_array_equal(after.weights[2], before.weights[2])
    np.testing.assert_array_equal(after.biases[0][:3], before.biases[0])
    assert (after.update, after.epoch, after.position) == (7, before.epoch, before.position)
    # The optimizer remembers what it knew of the others, and nothing of the new ones.
    for old, new in zip(before.slots, after.slots, strict=True):
        memory, kept = after.network.split(new)[0], before.network.split(old)[0]
        np.testing.assert_array_equal(memory[0][:3], kept[0])
        assert not memory[0][3].any()


def test_a_unit_less_and_back():
    t = trainer()
    t.advance(7)
    before = t.frame()
    t.change(hidden=[2, 2])
    np.testing.assert_array_equal(t.weights[0], before.weights[0][:2])
    np.testing.assert_array_equal(t.weights[1], before.weights[1][:, :2])
    t.advance(5)
    t.undo()
    assert t.frame() == before


def test_a_layer_more_and_a_layer_less():
    t = trainer()
    t.advance(7)
    before = t.frame()
    t.change(hidden=[3, 2, 5])
    fresh = Trainer(t.experiment).frame()
    for layer in (0, 1):
        np.testing.assert_array_equal(t.weights[layer], before.weights[layer])
    for layer in (2, 3):
        np.testing.assert_array_equal(t.weights[layer], fresh.weights[layer])
    np.testing.assert_array_equal(t.biases[3], before.biases[2])
    t.change(hidden=[3])
    np.testing.assert_array_equal(t.weights[0], before.weights[0])
    np.testing.assert_array_equal(t.biases[1], before.biases[2])
    t.change(hidden=[])
    assert [w.shape for w in t.weights] == [(1, 2)]


def test_activations_given_by_layer_follow():
    t = trainer(activation=["relu", "tanh"])
    t.change(hidden=[3, 2, 2])
    assert t.experiment.activations == ("relu", "tanh", "tanh", "sigmoid")


def test_before_the_first_update_it_is_the_run_of_the_other_network():
    t = trainer()
    t.change(hidden=[5, 5])
    other = Trainer(t.experiment)
    assert t.frame() == other.frame()
    t.advance(20)
    other.advance(20)
    assert t.frame() == other.frame()


def test_what_is_impossible_changes_nothing():
    t = trainer()
    t.advance(3)
    before = t.frame()
    with pytest.raises(ValueError, match=r"^hidden: "):
        t.change(hidden=[0])
    assert t.frame() == before


@settings(max_examples=100, deadline=None)
@given(SIZES, SIZES)
def test_each_parameter_is_its_own_or_fresh(one, other):
    def network(hidden):
        return Network((2, *hidden, 1), ("tanh",) * (len(hidden) + 1))

    before, after = network(one), network(other)
    values, fresh = 1.0 + np.arange(before.n_parameters), -1.0 - np.arange(after.n_parameters)
    result = carried(before, after, values, fresh)
    assert ((result == fresh) | (result > 0)).all()
    kept = result[result > 0]
    assert len(set(kept.tolist())) == len(kept)
    if one == other:
        np.testing.assert_array_equal(result, values)
