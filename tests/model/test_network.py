"""Topology and parameter layout: where each weight lies in θ, and what does not fit."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.model.initializers import INITIALIZERS
from nnviz.model.network import Network

SIZES = st.lists(st.integers(1, 5), min_size=2, max_size=5).map(tuple)


def network_of(sizes):
    return Network(sizes, ("tanh",) * (len(sizes) - 2) + ("sigmoid",))


def test_layout_by_hand():
    network = Network((2, 3, 1), ("tanh", "sigmoid"))
    assert network.n_layers == 2
    assert network.shapes == ((3, 2), (1, 3))
    assert network.n_parameters == 13
    weights, biases = network.split(np.arange(13.0))
    assert [w.tolist() for w in weights] == [[[0, 1], [2, 3], [4, 5]], [[9, 10, 11]]]
    assert [b.tolist() for b in biases] == [[6, 7, 8], [12]]
    assert network.is_weight.tolist() == [1] * 6 + [0] * 3 + [1] * 3 + [0]
    assert [network.layer_of(index) for index in range(13)] == [1] * 9 + [2] * 4


@given(SIZES, st.integers(0, 2**32 - 1))
def test_split_and_join_are_inverse(sizes, seed):
    network = network_of(sizes)
    theta = np.random.default_rng(seed).normal(size=network.n_parameters)
    weights, biases = network.split(theta)
    assert [w.shape for w in weights] == [(out, n) for n, out in pairwise(sizes)]
    assert [b.shape for b in biases] == [(out,) for out in sizes[1:]]
    np.testing.assert_array_equal(network.join(weights, biases), theta)
    assert sum(w.size for w in weights) == network.is_weight.sum()


def test_parts_are_views_of_theta():
    network = network_of((2, 2, 1))
    theta = np.zeros(network.n_parameters)
    weights, biases = network.split(theta)
    weights[0][1, 0] = 5
    biases[1][0] = 7
    assert theta.tolist() == [0, 0, 5, 0, 0, 0, 0, 0, 7]
    theta.setflags(write=False)
    for part in (*network.split(theta)[0], *network.split(theta)[1]):
        assert not part.flags.writeable


def test_joined_theta_is_a_copy():
    network = network_of((1, 1))
    weights, biases = [np.array([[1.0]])], [np.array([2.0])]
    theta = network.join(weights, biases)
    theta[:] = 0
    assert weights[0][0, 0] == 1
    assert biases[0][0] == 2


@pytest.mark.parametrize(
    ("weights", "biases", "words"),
    [
        ([np.zeros((3, 2))], [np.zeros(3)], "2 layers"),
        ([np.zeros((2, 3)), np.zeros((1, 3))], [np.zeros(3), np.zeros(1)], "weights of layer 1"),
        ([np.zeros((3, 2)), np.zeros((3, 1))], [np.zeros(3), np.zeros(1)], "weights of layer 2"),
        ([np.zeros((3, 2)), np.zeros((1, 3))], [np.zeros(2), np.zeros(1)], "biases of layer 1"),
        (
            [np.zeros((3, 2)), np.zeros((1, 3))],
            [np.zeros(3), np.zeros((1, 1))],
            "biases of.* 2",
        ),
    ],
)
def test_shapes_that_do_not_fit(weights, biases, words):
    with pytest.raises(ValueError, match=words):
        Network((2, 3, 1), ("tanh", "sigmoid")).join(weights, biases)


@pytest.mark.parametrize(
    ("sizes", "activations"),
    [((2,), ()), ((), ()), ((2, 0, 1), ("tanh", "tanh")), ((2, 1), ()), ((2, 1), ("tanh",) * 2)],
)
def test_impossible_topology(sizes, activations):
    with pytest.raises(ValueError, match=r"given.*needed"):
        Network(sizes, activations)


def test_layer_of_an_index_beyond_theta():
    with pytest.raises(IndexError):
        network_of((2, 1)).layer_of(3)


def test_is_a_value():
    network = network_of((2, 3, 1))
    assert network == network_of((2, 3, 1))
    assert hash(network) == hash(network_of((2, 3, 1)))
    assert not network.is_weight.flags.writeable
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.sizes = (1, 1)


def test_mask_keeps_truth_values():
    network = network_of((2, 1))
    mask = network.join_mask([[[True, False]]], [[True]])
    assert mask.dtype == np.bool_
    assert mask.tolist() == [True, False, True]


@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_initial_weights_come_from_one_philox_stream(initializer):
    network = network_of((2, 3, 4, 1))
    stream = np.random.Generator(np.random.Philox(7))
    weights, biases = network.split(network.initial_theta(initializer, 7))
    for W, (n_out, n_in) in zip(weights, network.shapes, strict=True):
        np.testing.assert_array_equal(W, INITIALIZERS[initializer].draw(stream, n_out, n_in))
    assert not np.concatenate(biases).any()


def test_seed_decides_initial_weights():
    network = network_of((2, 3, 1))
    first, again, other = (network.initial_theta("xavier", seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other)[network.is_weight == 1].all()
