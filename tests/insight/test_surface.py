"""Pictures mean the right thing: where things lie, which value a level is, which class wins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnviz import Experiment, Points, Trainer
from nnviz.data.dataset import make_dataset
from nnviz.insight.surface import (
    Grid,
    class_picture,
    display_ranges,
    grid_around,
    neuron_values,
    plane_inputs,
    to_pictures,
)
from nnviz.model.activations import ACTIVATIONS

ANY = st.floats(width=64)


def dataset_of(X, **fields):
    X = np.asarray(X, dtype=float)
    points = Points(X, np.arange(len(X)) % 2)
    return make_dataset(points, len(X), 0.0, 0, fields.pop("test_fraction", 0.0), 0, **fields)


# The grid.


def test_places_are_the_middles_of_pixels_row_by_row_from_the_lowest():
    grid = Grid(0.0, 2.0, 10.0, 12.0, resolution=2)
    assert grid.places.tolist() == [[0.5, 10.5], [1.5, 10.5], [0.5, 11.5], [1.5, 11.5]]


@pytest.mark.parametrize("resolution", [1, 2, 7, 100])
def test_resolution(resolution):
    grid = grid_around(dataset_of([[0, 0], [1, 1]]), resolution)
    assert grid.resolution == resolution
    assert grid.places.shape == (resolution**2, 2)


@given(
    X=arrays(
        float, (4, 2), elements=st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), unique=True
    )
)
def test_the_plane_is_square_unless_that_hides_a_column_and_holds_all_points(X):
    check_plane(grid_around(dataset_of(X, test_fraction=0.5)), X)


def check_plane(grid, X):
    low, high = X.min(axis=0), X.max(axis=0)
    assert grid.x_min <= low[0]
    assert high[0] <= grid.x_max
    assert grid.y_min <= low[1]
    assert high[1] <= grid.y_max
    width, height = grid.x_max - grid.x_min, grid.y_max - grid.y_min
    assert width > 0
    assert height > 0
    least, most = sorted((high - low).tolist())
    if most <= 4.9 * least or least == 0:
        assert width == pytest.approx(height, rel=1e-6)
    elif most >= 5.1 * least:  # each column has its own scale, and fills most of it
        assert min((high - low) / [width, height]) > 0.5
    assert np.isfinite(grid.places).all()


def test_plane_leaves_a_margin_but_not_much():
    for name in ("xor", "moons", "circles", "spiral", "blobs"):
        X = Trainer(Experiment(dataset=name)).dataset.inputs_train
        grid = grid_around(Trainer(Experiment(dataset=name)).dataset)
        extent = np.ptp(X, axis=0).max()
        assert 1.1 * extent < grid.x_max - grid.x_min < 2 * extent
        assert len(f"{grid.x_min:g}") <= 5


@pytest.mark.parametrize(
    "X",
    [
        [[0.0, 0.0], [0.0, 0.0]],
        [[5.0, -3.0], [5.0, -3.0]],
        [[1e-13, 0.0], [2e-13, 1e-13]],
        [[1e-300, 0.0], [2e-300, 1e-300]],
        [[1e16, 1e16], [1e16 + 4, 1e16]],
        [[-1e200, 0.0], [1e200, 1.0]],
        [[1e17, 1e17], [1e17, 1e17]],
        [[5e-324, 0.0], [0.0, 0.0]],
        [[-3e307, -1e307], [4e307, 4e307]],
        [[1e12, 1e12], [1e12, 1e12]],
        [[1.0], [2.0]],
    ],
    ids=str,
)
def test_plane_of_strange_points(X):
    dataset = dataset_of(X)
    grid = grid_around(dataset)
    X = np.array(X)
    check_plane(grid, X if X.shape[1] > 1 else np.column_stack([X, X * 0]))
    assert plane_inputs(dataset, grid).shape == (grid.resolution**2, X.shape[1])


@pytest.mark.parametrize("X", [[[-1e308, -1e308], [1e308, 1e308]], [[1.7e308, 0.0], [0.0, 0.0]]])
def test_plane_of_points_near_the_largest_double_ends_before_them(X):
    grid = grid_around(dataset_of(X))
    check_plane(grid, np.clip(X, -4e307, 4e307))


def test_inputs_of_the_plane_are_scaled_and_made_like_any_row():
    X = np.random.default_rng(0).normal(size=(20, 2))
    dataset = dataset_of(X, scaling="standard", features=("x2", "x1*x2"))
    grid = grid_around(dataset, 5)
    np.testing.assert_array_equal(plane_inputs(dataset, grid), dataset.transform(grid.places))


def test_further_columns_stay_at_their_mean():
    X = np.random.default_rng(0).normal(size=(20, 4))
    dataset = dataset_of(X, test_fraction=0.25)
    inputs = plane_inputs(dataset, grid_around(dataset, 3))
    mean = dataset.inputs_train[:, 2:].mean(axis=0)
    np.testing.assert_allclose(inputs[:, 2:], np.tile(mean, (9, 1)))
    assert len(np.unique(inputs[:, 0])) == 3


# Values.


def test_values_of_every_layer_on_the_plane():
    t = Trainer(Experiment(dataset="moons", hidden=(3, 2), n_samples=20))
    X = np.random.default_rng(0).normal(size=(7, 2))
    values = neuron_values(t.network, t.frame().theta, X)
    assert [v.shape for v in values] == [(2, 7), (3, 7), (2, 7), (1, 7)]
    np.testing.assert_array_equal(values[0], X.T)
    W, b = t.weights[0], t.biases[0]
    np.testing.assert_allclose(values[1], np.tanh(W @ X.T + b[:, np.newaxis]), rtol=1e-12)
    np.testing.assert_allclose(values[-1][0], t.predict_proba(X)[:, 1], rtol=1e-12)


# Ranges.


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_bounded_units_show_their_own_range(name):
    values = np.array([[-0.3, 0.2], [5.0, -0.1]])
    ranges = display_ranges(values, name)
    assert ranges.shape == (2, 2)
    bounds = {"step": (0, 1), "sigmoid": (0, 1), "softmax": (0, 1), "tanh": (-1, 1)}
    if name in bounds:
        assert ranges.tolist() == [list(bounds[name])] * 2
    else:
        assert ranges.tolist() == [[-1, 1], [-5, 5]]


def test_inputs_fill_their_range():
    assert display_ranges(np.array([[0.5, -0.25], [0.0, 0.0]]), None).tolist() == [
        [-0.5, 0.5],
        [-1, 1],
    ]


@given(values=arrays(float, (3, 4), elements=ANY), name=st.sampled_from([None, "relu", "linear"]))
def test_ranges_of_any_values_can_be_shown(values, name):
    ranges = display_ranges(values, name)
    assert np.isfinite(ranges).all()
    assert (ranges[:, 0] < ranges[:, 1]).all()
    pictures = to_pictures(values, ranges, 2)
    assert pictures.min() >= 1
    assert (pictures.reshape(3, 4)[np.isnan(values)] == 128).all()
    flat, values = pictures.reshape(3, 4), np.nan_to_num(values)
    assert (flat[values > 0] >= 128).all()
    assert (flat[values < 0] <= 128).all()


# Pictures.


def test_levels_of_a_picture():
    values = np.array([[-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, np.nan, np.inf]])
    picture = to_pictures(values, np.array([[-1.0, 1.0]]), 3)
    assert picture.dtype == np.uint8
    assert picture.tolist() == [[[1, 1, 64], [128, 192, 255], [255, 128, 255]]]


def test_middle_of_a_probability_is_a_half():
    picture = to_pictures(np.array([[0.0, 0.5, 1.0, 0.25]]), np.array([[0.0, 1.0]]), 2)
    assert picture.tolist() == [[[1, 128], [255, 64]]]


@given(
    values=arrays(float, (2, 9), elements=st.floats(-3, 3)),
    top=st.floats(0.1, 5),
)
def test_levels_grow_with_values_and_are_at_most_half_a_level_off(values, top):
    ranges = np.array([[-top, top], [0.0, top]])
    levels = to_pictures(values, ranges, 3).reshape(2, 9).astype(int)
    for unit in range(2):
        order = np.argsort(values[unit])
        assert (np.diff(levels[unit][order]) >= 0).all()
    low, high = ranges[:, :1], ranges[:, 1:]
    shown = low + (levels - 1) / 254 * (high - low)
    assert np.abs(shown - np.clip(values, low, high)).max() <= (high - low).max() / 508 * 1.001


def test_pictures_can_be_handed_out():
    picture = to_pictures(np.zeros((3, 16)), np.tile([-1.0, 1.0], (3, 1)), 4)
    assert picture.shape == (3, 4, 4)
    assert picture.flags.c_contiguous
    assert not picture.flags.writeable
    classes, _ = class_picture(np.zeros((3, 16)), True, 4)
    assert classes.flags.c_contiguous
    assert not classes.flags.writeable


# Classes.


@given(
    logits=arrays(float, st.tuples(st.integers(3, 12), st.just(9)), elements=st.floats(-9, 9)),
    is_probability=st.booleans(),
)
def test_class_picture_says_who_wins_and_how_clearly(logits, is_probability):
    p = np.exp(logits) / np.exp(logits).sum(axis=0)
    picture, levels = class_picture(p if is_probability else logits, is_probability, 3)
    k = len(logits)
    assert levels == 256 // k
    assert picture.dtype == np.uint8
    winner, level = np.divmod(picture.ravel().astype(int), levels)
    assert winner.max() < k
    best = np.take_along_axis(p, winner[np.newaxis], axis=0)[0]
    np.testing.assert_allclose(best, p.max(axis=0))
    confidence = (best - 1 / k) / (1 - 1 / k)
    np.testing.assert_allclose(level, confidence * (levels - 1), atol=0.51)


def test_certainty_and_tie():
    picture, levels = class_picture(
        np.array([[1.0, 1 / 3, 0], [0, 1 / 3, 1.0], [0, 1 / 3, 0]]).repeat(3, axis=1), True, 3
    )
    assert levels == 85
    assert picture[0].tolist() == [84] * 3
    assert picture[1].tolist() == [0] * 3
    assert picture[2].tolist() == [85 + 84] * 3


@given(outputs=arrays(float, (4, 9), elements=ANY), is_probability=st.booleans())
def test_class_picture_of_any_values(outputs, is_probability):
    picture, levels = class_picture(outputs, is_probability, 3)
    assert picture.shape == (3, 3)
    assert picture.max() < 4 * levels
