"""A snapshot holds a moment with its pictures, right side up; nothing in it is written again."""

import dataclasses
import math

import numpy as np
import pytest

from nnviz import Experiment, Points, Trainer, preset
from nnviz.insight.history import Recorder
from nnviz.insight.snapshot import Photographer, resolution_for
from nnviz.insight.surface import RESOLUTION, neuron_values, plane_inputs, to_pictures
from nnviz.model.network import Network

TWO = {"output_activation": "softmax", "loss": "cross_entropy"}


def photograph(t, resolution=RESOLUTION):
    photographer = Photographer(t.dataset, resolution)
    recorder = Recorder()
    recorder.record(t.frame(), len(t.dataset.X_train))
    return photographer.snapshot(t.frame(), recorder.history(), 12.5, run=3)


def level_at(picture, grid, x, y):
    """The level of a picture at a point of the plane."""
    column = int((x - grid.x_min) / (grid.x_max - grid.x_min) * grid.resolution)
    row = int((y - grid.y_min) / (grid.y_max - grid.y_min) * grid.resolution)
    return int(picture[row, column])


def trained(name, **changes):
    t = Trainer(preset(name).evolve(**changes))
    t.advance_epochs(t.experiment.epochs)
    return t


def test_what_it_holds():
    t = Trainer(Experiment(hidden=(3, 2)))
    s = photograph(t)
    assert s.frame == t.frame()
    assert s.dataset is t.dataset
    assert (s.updates_per_second, s.run) == (12.5, 3)
    n = RESOLUTION
    assert [p.shape for p in s.pictures] == [(2, n, n), (3, n, n), (2, n, n), (1, n, n)]
    assert [r.shape for r in s.ranges] == [(2, 2), (3, 2), (2, 2), (1, 2)]
    assert s.output.shape == (n, n)
    assert s.output_levels == 0
    assert len(s.history) == 1


@pytest.mark.parametrize("fields", [{}, TWO, TWO | {"dataset": "blobs"}, {"dataset": "blobs"}])
def test_arrays_are_for_ever(fields):
    s = photograph(Trainer(Experiment(**fields)), 20)
    for array in (*s.pictures, s.output):
        assert array.dtype == np.uint8
        assert array.flags.c_contiguous
        assert not array.flags.writeable
    for array in s.ranges:
        assert array.dtype == np.float64
        assert not array.flags.writeable
    with pytest.raises(dataclasses.FrozenInstanceError):
        s.run = 4


def test_pictures_of_the_inputs_grow_to_the_right_and_upwards():
    s = photograph(Trainer(Experiment(dataset="circles")), 30)
    x1, x2 = s.pictures[0].astype(int)
    assert (np.diff(x1, axis=1) > 0).all()
    assert (np.diff(x1, axis=0) == 0).all()
    assert (np.diff(x2, axis=0) > 0).all()  # row 0 is the lowest y
    assert (np.diff(x2, axis=1) == 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_corners_of_xor_have_the_right_colours(seed):
    s = photograph(trained("xor", seed=seed))
    for x, y, label in [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]:
        level = level_at(s.output, s.grid, x, y)
        assert level > 200 if label else level < 56
    np.testing.assert_array_equal(s.output, s.pictures[-1][0])


def test_and_is_dark_in_one_corner():
    """No symmetry: a picture that is mirrored or turned would fail."""
    t = Trainer(preset("course-c03"))
    t.set_parameters([[[1.0, 0.0]]], [[-0.5]])  # x1 alone decides
    s = photograph(t)
    assert level_at(s.output, s.grid, 0, 0) == level_at(s.output, s.grid, 0, 1) == 1
    assert level_at(s.output, s.grid, 1, 0) == level_at(s.output, s.grid, 1, 1) == 255
    t.set_parameters([[[0.0, 1.0]]], [[-0.5]])  # x2 alone
    s = photograph(t)
    assert level_at(s.output, s.grid, 1, 0) == 1
    assert level_at(s.output, s.grid, 0, 1) == 255


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("moons", {}),
        ("circles", {}),
        ("blobs", {}),
        ("circles", TWO),
        ("circles", {"output_activation": "tanh", "loss": "squared_error"}),
        ("circles", {"output_activation": "linear", "loss": "hinge"}),
        ("circles", {"scaling": "standard"}),
        ("circles", {"features": ("x1^2", "x2^2")}),
    ],
)
def test_the_output_picture_is_what_is_predicted(name, changes):
    t = trained(name, epochs=40, **changes)
    s = photograph(t, 40)
    predicted = t.predict(t.dataset.transform(s.grid.places)).reshape(40, 40)
    if t.dataset.n_classes == 2:
        assert s.output_levels == 0
        clear = s.output != 128
        np.testing.assert_array_equal(s.output[clear] > 128, predicted[clear] == 1)
    else:
        assert s.output_levels == 256 // 3
        np.testing.assert_array_equal(s.output // s.output_levels, predicted)


def test_level_of_a_probability():
    t = trained("moons", epochs=20)
    s = photograph(t, 25)
    p = t.predict_proba(t.dataset.transform(s.grid.places))[:, 1].reshape(25, 25)
    np.testing.assert_allclose((s.output - 1.0) / 254, p, atol=1 / 508 + 1e-9)
    assert s.ranges[-1].tolist() == [[0, 1]]
    t = trained("moons", epochs=20, **TWO)
    s = photograph(t, 25)
    p = t.predict_proba(t.dataset.transform(s.grid.places))[:, 1].reshape(25, 25)
    np.testing.assert_allclose((s.output - 1.0) / 254, p, atol=1 / 508 + 1e-9)


def test_hidden_units_by_their_formula():
    t = trained("moons", epochs=5, hidden=(3,), activation="tanh")
    s = photograph(t, 15)
    W, b = t.weights[0], t.biases[0]
    values = np.tanh(s.grid.places @ W.T + b).T.reshape(3, 15, 15)
    assert s.ranges[1].tolist() == [[-1, 1]] * 3
    np.testing.assert_allclose((s.pictures[1] - 128.0) / 127, values, atol=0.5 / 127 + 1e-9)


def test_unbounded_units_fill_their_own_range():
    t = trained("moons", epochs=5, hidden=(4,), activation="relu")
    s = photograph(t, 30)
    values = np.maximum(s.grid.places @ t.weights[0].T + t.biases[0], 0)
    np.testing.assert_allclose(s.ranges[1][:, 1], np.maximum(values.max(axis=0), 1))
    np.testing.assert_allclose(s.ranges[1][:, 0], -s.ranges[1][:, 1])
    assert s.pictures[1].min() >= 128


def test_a_regression_is_shown_on_the_scale_of_its_targets():
    t = trained("course-c09-linear")
    s = photograph(t, 20)
    top = np.abs(t.dataset.y_train).max()
    np.testing.assert_allclose(s.ranges[-1], [[-top, top]])
    values = t.predict(t.dataset.transform(s.grid.places)).reshape(20, 20)
    np.testing.assert_allclose((s.output - 128.0) / 127, np.clip(values / top, -1, 1), atol=0.01)
    zero = Points(np.arange(6.0).reshape(3, 2), np.zeros(3), task="regression")
    e = Experiment(dataset=zero, test_fraction=0, loss="squared_error", output_activation="linear")
    assert np.isfinite(photograph(Trainer(e), 5).ranges[-1]).all()


@pytest.mark.parametrize("output", ["sigmoid", "softmax", "linear", "relu"])
@pytest.mark.parametrize("dataset", ["moons", "blobs"])
@pytest.mark.parametrize("size", [1e10, 1e150, 1e308])
def test_huge_parameters_are_still_shown(output, dataset, size):
    loss = "cross_entropy" if output == "softmax" else "squared_error"
    t = Trainer(Experiment(dataset=dataset, output_activation=output, loss=loss))
    t.set_parameters([np.sign(w) * size for w in t.weights], [b + size for b in t.biases])
    s = photograph(t, 12)
    for ranges in s.ranges:
        assert np.isfinite(ranges).all()
        assert (ranges[:, 0] < ranges[:, 1]).all()
    for pictures in s.pictures:
        assert pictures.min() >= 1


@pytest.mark.parametrize("size", [1e-299, 1e-13, 1e100, 3e307])
def test_points_of_any_size_are_shown(size):
    points = Points(np.array([[1.0, 0.5], [-1.0, 0.25], [0.5, -1.0]]) * size, [0, 1, 1])
    s = photograph(Trainer(Experiment(dataset=points, test_fraction=0)), 10)
    assert len(np.unique(s.pictures[0][0])) == 10
    for x, y in points.X:
        assert s.grid.x_min < x < s.grid.x_max
        assert s.grid.y_min < y < s.grid.y_max


def test_a_frame_of_another_experiment_on_the_same_points():
    t = Trainer(Experiment(hidden=(3,)))
    photographer = Photographer(t.dataset, 10)
    other = Trainer(Experiment(hidden=(5, 2), activation="relu"))
    s = photographer.snapshot(other.frame(), Recorder().history())
    assert [len(p) for p in s.pictures] == [2, 5, 2, 1]
    assert math.isclose(s.frame.train_loss, other.train_loss)


@pytest.mark.parametrize(
    ("sizes", "resolution"),
    [((2, 8, 8, 1), 100), ((2, 1), 100), ((2, *[32] * 8, 1), 62), ((2, *[1024] * 8, 1), 40)],
)
def test_many_units_are_pictured_with_fewer_places(sizes, resolution):
    network = Network(sizes, ("tanh",) * (len(sizes) - 1))
    assert resolution_for(network) == resolution


# Single precision, where it shows the same.


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "softplus", "gelu", "elu"])
def test_single_precision_shows_the_same_pictures(activation, monkeypatch):
    t = Trainer(Experiment(dataset="moons", hidden=(6, 5, 4), activation=activation))
    t.advance(60)
    photographer = Photographer(t.dataset, 30)
    assert photographer._places_for(t.frame()).dtype == np.float32
    quick = photographer.snapshot(t.frame(), Recorder().history())
    monkeypatch.setattr(photographer, "_single", None)
    exact = photographer.snapshot(t.frame(), Recorder().history())
    for one, other in zip(quick.pictures, exact.pictures, strict=True):
        difference = np.abs(one.astype(int) - other)
        assert difference.max() <= 1, "where a value lies between two levels"
        assert difference.mean() < 0.01
    for one, other in zip(quick.ranges, exact.ranges, strict=True):
        assert one.dtype == np.float64
        np.testing.assert_allclose(one, other, rtol=1e-5)


@pytest.mark.parametrize("size", [0.0, 1.0, 300.0])
@pytest.mark.parametrize("seed", range(4))
def test_weights_that_single_precision_could_not_tell_apart_are_computed_in_double(size, seed):
    t = Trainer(Experiment(dataset="moons", hidden=(8, 8, 8)))
    rng = np.random.default_rng(seed)
    shapes = t.network.shapes
    t.set_parameters([size * rng.normal(size=s) for s in shapes],
                     [size * rng.normal(size=s[0]) for s in shapes])  # fmt: skip
    s = photograph(t, 20)
    values = neuron_values(t.network, t.frame().theta, plane_inputs(t.dataset, s.grid))
    for picture, layer, limits in zip(s.pictures, values, s.ranges, strict=True):
        exact = to_pictures(layer, limits, 20)
        assert np.abs(picture.astype(int) - exact).max() <= 1


def test_points_far_from_the_origin_are_computed_in_double():
    points = Points(np.array([[1e6, 0.5], [1e6 + 1, 0.25], [1e6 + 2, -1.0]]), [0, 1, 1])
    t = Trainer(Experiment(dataset=points, test_fraction=0, scaling="none"))
    photographer = Photographer(t.dataset, 20)
    assert photographer._places_for(t.frame()).dtype == np.float64
    assert len(np.unique(photographer.snapshot(t.frame(), Recorder().history()).pictures[0][1])) > 5
