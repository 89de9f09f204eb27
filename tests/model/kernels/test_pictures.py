"""Compiled pictures are NumPy's, but for values within rounding of the border of two levels."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.insight.surface import class_picture, display_ranges, neuron_values, to_pictures
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.kernels.pictures import PLACES, Camera
from nnviz.model.kernels.store import load
from nnviz.model.network import Network

HIDDEN = [name for name, activation in ACTIVATIONS.items() if activation.hidden]
OFTEN = 1e-3
"""Of so many levels one may be the neighbour; found are some 1e-6 in double precision."""


def make(sizes, *activations, size=1.0, seed=0):
    """A network of these layers, and parameters for it."""
    network = Network(sizes, activations)
    theta = size * np.random.default_rng(seed).normal(size=network.n_parameters)
    return network, theta


def places(n, features=2, seed=0):
    return np.random.default_rng(seed).uniform(-2, 2, size=(n, features))


def own_ranges(network):
    """Those of bounded activations; empty ones for units whose values decide."""
    rows = [display_ranges(np.array([[0.0]]), name)[0] for name in network.activations]
    is_bounded = [np.isfinite(ACTIVATIONS[name].output_range).all() for name in network.activations]
    rows = np.where(np.array(is_bounded)[:, np.newaxis], rows, 0.0)
    return np.repeat(rows, network.sizes[1:], axis=0)


def by_numpy(network, theta, X):
    """Values of the outputs, levels (units, n) and ranges (units, 2)."""
    values = neuron_values(network, theta, X)[1:]
    ranges = [display_ranges(*layer) for layer in zip(values, network.activations, strict=True)]
    pictures = []
    for layer, limits in zip(values, ranges, strict=True):
        padded = np.pad(layer, ((0, 0), (0, 40 * 40 - len(X))))
        pictures.append(to_pictures(padded, limits, 40).reshape(len(layer), -1)[:, : len(X)])
    return values[-1], np.concatenate(pictures), np.concatenate(ranges)


def check(network, theta, X):
    levels_np, ranges_np = by_numpy(network, theta, X)[1:]
    ranges = own_ranges(network)
    levels, decision = Camera(network, X, load()).take(theta, ranges)
    assert levels.dtype == np.uint8
    difference = np.abs(levels.astype(int) - levels_np)
    assert difference.max() <= 1
    assert np.count_nonzero(difference) <= max(1, OFTEN * difference.size)
    np.testing.assert_allclose(ranges, ranges_np, rtol=1e-10)
    return decision


@pytest.mark.parametrize("name", HIDDEN)
def test_every_activation(name):
    network, theta = make((2, 8, 8, 1), name, name, "sigmoid")
    assert check(network, theta, places(1000)) is None


@pytest.mark.parametrize("n", [1, 3, 15, 16, 17, PLACES - 1, PLACES, PLACES + 1, 3 * PLACES + 20])
@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_any_number_of_places(n, name):
    network, theta = make((2, 5, 3, 2), name, name, "linear")
    check(network, theta, places(n))


@settings(derandomize=True, max_examples=40)
@given(
    inner=st.lists(st.tuples(st.integers(1, 40), st.sampled_from(HIDDEN)), max_size=4),
    ends=st.tuples(st.integers(1, 6), st.integers(1, 5), st.sampled_from(list(ACTIVATIONS))),
    n=st.integers(1, 400),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_network(inner, ends, n, seed):
    features, outputs, last = ends
    sizes = (features, *(size for size, _ in inner), outputs)
    network = Network(sizes, (*(name for _, name in inner), last))
    generator = np.random.default_rng(seed)
    reach = np.concatenate(
        [np.full(n_out * (n_in + 1), 1.5 / np.sqrt(n_in)) for n_out, n_in in network.shapes]
    )
    theta = reach * generator.normal(size=network.n_parameters)
    if "step" in network.activations:
        # A sum of a few halves may be 0 but for its rounding, and the step is all or nothing.
        theta = theta + 1e-7
    check(network, theta, places(n, features, seed))


def test_wide_layers():
    network, theta = make((3, 64, 80, 64, 1), "tanh", "relu", "gelu", "tanh", size=0.2)
    check(network, theta, places(500, 3))


@pytest.mark.parametrize("name", ["softmax", "linear", "sigmoid"])
def test_difference_of_two_outputs(name):
    network, theta = make((2, 6, 2), "tanh", name)
    X = places(400)
    decision = check(network, theta, X)
    outputs = by_numpy(network, theta, X)[0]
    expected = to_pictures(outputs[1:] - outputs[:1], np.array([[-1.0, 1.0]]), 20)
    assert np.abs(decision.astype(int) - expected.ravel()).max() <= 1


@pytest.mark.parametrize("name", ["softmax", "linear", "sigmoid", "relu"])
@pytest.mark.parametrize("classes", [3, 7, 100])
def test_which_class_wins(name, classes):
    network, theta = make((2, 6, classes), "tanh", name, seed=1)
    X = places(400)
    decision = check(network, theta, X)
    expected, steps = class_picture(by_numpy(network, theta, X)[0], name == "softmax", 20)
    winner, step = np.divmod(decision.astype(int), steps)
    expected_winner, expected_step = np.divmod(expected.ravel().astype(int), steps)
    np.testing.assert_array_equal(winner, expected_winner)
    assert np.abs(step - expected_step).max() <= 1
    assert len(np.unique(winner)) >= 2


def test_of_equal_classes_the_first_wins():
    network = Network((2, 4), ("softmax",))
    _, decision = Camera(network, places(50), load()).take(
        np.zeros(network.n_parameters), own_ranges(network)
    )
    assert (decision == 0).all()


@pytest.mark.parametrize(
    ("values", "limits", "levels"),
    [
        # −0.5 and 0.5 lie on the border of two levels: the even one is taken.
        ([-1e99, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0], (-1.0, 1.0), [1, 1, 64, 128, 192, 255, 255]),
        ([0.0, 0.5, 1.0, 0.25], (0.0, 1.0), [1, 128, 255, 64]),
        ([-3e-300, 1.4e-300, 3e-300], (-2e-300, 2e-300), [1, 217, 255]),
        ([-5e99, 1e100, 0.0], (-1e100, 1e100), [64, 255, 128]),
        ([0.0, 0.25, -4.0], (0.0, 0.0), [128, 136, 1]),
        ([0.0, 0.25, -0.5], (0.0, 0.0), [128, 160, 64]),
    ],
)  # fmt: skip
def test_level_of_a_value(values, limits, levels):
    network = Network((1, 1), ("linear",))
    X = np.array(values)[:, np.newaxis]
    ranges = np.array([limits])
    shown, _ = Camera(network, X, load()).take(np.array([1.0, 0.0]), ranges)
    assert shown.tolist() == [levels]
    if limits == (0.0, 0.0):
        largest = max(1.0, np.abs(values).max())
        assert ranges.tolist() == [[-largest, largest]]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e150, -1e307])
@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_numbers_that_may_overflow_are_left_to_numpy(bad, at):
    network, theta = make((2, 4, 3, 1), "relu", "tanh", "sigmoid")
    theta[at] = bad
    ranges = own_ranges(network)
    before = ranges.copy()
    assert Camera(network, places(30), load()).take(theta, ranges) is None
    np.testing.assert_array_equal(ranges, before)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e101])
def test_so_are_places_that_may(bad):
    network, theta = make((2, 4, 1), "tanh", "tanh")
    X = places(30)
    X[7, 1] = bad
    assert Camera(network, X, load()).take(theta, own_ranges(network)) is None


def test_large_weights_into_bounded_units_do_not_add_up_over_layers():
    names = ("tanh",) * 30
    network, theta = make((2,) + (4,) * 30, *names, size=1e6)
    check(network, theta, places(100))
    network = Network(network.sizes, ("relu",) * 30)
    assert Camera(network, places(100), load()).take(theta, own_ranges(network)) is None


# Whose memory it is.


@pytest.mark.parametrize("name", ["tanh", "relu"])
@pytest.mark.parametrize("outputs", [1, 2, 3])
def test_pictures_are_not_written_again(name, outputs):
    network, theta = make((2, 8, outputs), name, "softmax" if outputs > 1 else "sigmoid")
    camera = Camera(network, places(200), load())
    first = camera.take(theta, own_ranges(network))
    kept = [None if array is None else array.copy() for array in first]
    second = camera.take(-theta, own_ranges(network))
    for array, copy, later in zip(first, kept, second, strict=True):
        if array is not None:
            np.testing.assert_array_equal(array, copy)
            assert not np.shares_memory(array, later)
            assert (array != later).any()


def test_parameters_stay_as_they_are_and_may_be_read_only():
    network, theta = make((2, 8, 1), "gelu", "linear")
    theta.setflags(write=False)
    check(network, theta, places(200))


def test_the_same_again_bit_for_bit():
    network, theta = make((2, 40, 40, 3), "relu", "tanh", "softmax")
    camera = Camera(network, places(300), load())
    first = camera.take(theta, own_ranges(network))
    camera.take(2 * theta, own_ranges(network))
    again = Camera(network, places(300), load()).take(theta, own_ranges(network))
    for array, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(array, other)


def test_cameras_work_beside_each_other():
    network, theta = make((2, 32, 32, 1), "relu", "tanh", "tanh")
    X = places(1500)
    thetas = [theta * (1 + k / 10) for k in range(20)]

    def take_all(_):
        camera = Camera(network, X, load())
        return [camera.take(each, own_ranges(network))[0] for each in thetas]

    alone = take_all(0)
    with ThreadPoolExecutor(3) as pool:
        for taken in pool.map(take_all, range(3)):
            np.testing.assert_array_equal(taken, alone)


def test_what_does_not_fit_is_refused():
    network, theta = make((2, 3, 1), "tanh", "tanh")
    with pytest.raises(ValueError, match="3 features given, the network has 2"):
        Camera(network, places(10, 3), load())
    camera = Camera(network, places(10), load())
    with pytest.raises(ValueError, match=r"shape \(3, 2\) given, \(4, 2\) needed"):
        camera.take(theta, np.zeros((3, 2)))
    with pytest.raises(ValueError, match="broadcast"):
        camera.take(theta[:-1], own_ranges(network))


def test_all_activations_are_known():
    assert all(Camera.knows(Network((2, 3), (name,))) for name in ACTIVATIONS)
