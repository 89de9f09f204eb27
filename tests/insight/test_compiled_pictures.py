"""Whichever engine makes the pictures, they look the same; who makes them is never by chance."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from nnviz import PRESETS, Experiment, Points, Trainer, preset
from nnviz.insight.history import Recorder
from nnviz.insight.snapshot import Photographer
from nnviz.insight.surface import neuron_values, plane_inputs
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.kernels import store

HISTORY = Recorder().history()
HIDDEN = [name for name, activation in ACTIVATIONS.items() if activation.hidden]
TWO = {"output_activation": "softmax", "loss": "cross_entropy"}


def both(trainer, resolution=40, frame=None):
    """The same moment by the compiled code and by NumPy."""
    frame = frame or trainer.frame()
    compiled = Photographer(trainer.dataset, resolution, "compiled")
    assert compiled.engine == "compiled"
    by_numpy = Photographer(trainer.dataset, resolution)
    return compiled.snapshot(frame, HISTORY), by_numpy.snapshot(frame, HISTORY)


def far_from_steps(trainer, grid):
    """For each layer the places, (n, n), where no step before or in it hangs on rounding."""
    network = trainer.network
    values = neuron_values(network, trainer.frame().theta, plane_inputs(trainer.dataset, grid))
    is_far = np.ones(grid.resolution**2, dtype=bool)
    yield is_far.reshape(grid.resolution, -1)
    parameters = zip(trainer.weights, trainer.biases, strict=True)
    for (W, b), x, name in zip(parameters, values, network.activations, strict=False):
        if name == "step":
            sums = W @ x + b[:, np.newaxis]
            is_exact = np.abs(W) @ np.abs(x) + np.abs(b)[:, np.newaxis] == 0.0
            is_far = is_far & (is_exact | (np.abs(sums) > 1e-5)).all(axis=0)
        yield is_far.reshape(grid.resolution, -1)


def check(trainer, resolution=40):
    one, other = both(trainer, resolution)
    compared = list(far_from_steps(trainer, one.grid))
    for is_far in compared:
        assert is_far.mean() > 0.9
    assert one.grid == other.grid
    assert one.output_levels == other.output_levels
    for pictures, expected, is_far in zip(one.pictures, other.pictures, compared, strict=True):
        assert pictures.shape == expected.shape
        difference = np.abs(pictures.astype(int) - expected)[:, is_far]
        assert difference.max() <= 1, "where a value lies between two levels"
        # NumPy may use single precision.
        assert np.count_nonzero(difference) <= max(1, 0.01 * difference.size)
    for ranges, expected in zip(one.ranges, other.ranges, strict=True):
        assert ranges.dtype == np.float64
        np.testing.assert_allclose(ranges, expected, rtol=1e-5)
    if one.output_levels:
        winners, expected = (s.output // s.output_levels for s in (one, other))
        assert (winners != expected).mean() <= 0.002, "on the border between two classes"
        same = winners == expected
        assert np.abs(one.output.astype(int) - other.output)[same].max() <= 1
    else:
        assert np.abs(one.output.astype(int) - other.output)[compared[-1]].max() <= 1
    return one


@pytest.mark.parametrize("name", PRESETS)
def test_presets(name):
    trainer = Trainer(preset(name), engine="reference")
    check(trainer)
    trainer.advance_epochs(min(20, trainer.experiment.epochs))
    check(trainer)


@pytest.mark.parametrize("activation", HIDDEN)
def test_activations(activation):
    trainer = Trainer(Experiment(dataset="moons", hidden=(8, 8), activation=activation))
    trainer.advance(100)
    check(trainer)


@pytest.mark.parametrize(
    "fields",
    [
        TWO,
        TWO | {"dataset": "blobs"},
        {"dataset": "blobs"},
        {"dataset": "blobs", "output_activation": "linear", "loss": "squared_error"},
        {"output_activation": "tanh", "loss": "squared_error"},
        {"output_activation": "linear", "loss": "hinge"},
        {"output_activation": "relu", "loss": "squared_error"},
        {"hidden": ()},
        {"hidden": (40, 64, 40)},
        {"hidden": (6, 5, 4), "activation": ("relu", "tanh", "gelu")},
        {"features": ("x1", "x2", "x1^2", "x1*x2", "sin(x1)"), "scaling": "standard"},
    ],
    ids=str,
)
@pytest.mark.parametrize("resolution", [17, 40])
def test_outputs_layers_and_features(fields, resolution):
    trainer = Trainer(Experiment(**{"dataset": "moons", "hidden": (5, 4)} | fields))
    trainer.advance(100)
    check(trainer, resolution)


@pytest.mark.parametrize("columns", [1, 2, 4])
@pytest.mark.parametrize("targets", [1.0, 1e-4, 1e6, 0.0])
def test_regression_over_any_number_of_columns(columns, targets):
    X = np.random.default_rng(0).normal(size=(30, columns))
    points = Points(X, targets * X.sum(axis=1), task="regression")
    fields = {"loss": "squared_error", "output_activation": "linear", "learning_rate": 1e-3}
    trainer = Trainer(Experiment(dataset=points, hidden=(4,), **fields))
    trainer.advance(20)
    snapshot = check(trainer)
    top = np.abs(trainer.dataset.y_train).max()
    if top > 0.0:
        assert snapshot.ranges[-1].tolist() == [[-top, top]]


@pytest.mark.parametrize("dataset", ["moons", "blobs"])
@pytest.mark.parametrize("output", ["softmax", "linear", "sigmoid"])
@pytest.mark.parametrize("size", [1e3, 1e10, 1e150, 1e308, np.inf, np.nan])
def test_parameters_of_any_size(dataset, output, size):
    loss = "cross_entropy" if output == "softmax" else "squared_error"
    trainer = Trainer(
        Experiment(dataset=dataset, hidden=(4, 4), output_activation=output, loss=loss)
    )
    frame = trainer.frame()
    with np.errstate(all="ignore"):
        theta = frame.theta * size
    one, other = both(trainer, 12, replace(frame, state=replace(frame.state, theta=theta)))
    assert one.output_levels == other.output_levels
    for pictures, expected in zip(one.pictures, other.pictures, strict=True):
        if size > 1e100 or np.isnan(size):  # made by NumPy, both of them
            np.testing.assert_array_equal(pictures, expected)
        else:
            assert np.abs(pictures.astype(int) - expected).max() <= 1
    for ranges in one.ranges:
        assert np.isfinite(ranges).all()
        assert (ranges[:, 0] < ranges[:, 1]).all()


def test_tiny_targets_have_a_scale():
    points = Points(np.arange(6.0).reshape(3, 2), np.array([0, 5e-324, 1e-320]), task="regression")
    fields = {"test_fraction": 0, "loss": "squared_error", "output_activation": "linear"}
    check(Trainer(Experiment(dataset=points, **fields)), 5)


# Arrays.


@pytest.mark.parametrize("fields", [{}, TWO, TWO | {"dataset": "blobs"}, {"activation": "relu"}])
def test_no_snapshot_is_written_by_the_next(fields):
    trainer = Trainer(Experiment(**fields))
    photographer = Photographer(trainer.dataset, 20, "compiled")
    first = photographer.snapshot(trainer.frame(), HISTORY)
    arrays = [*first.pictures, *first.ranges, first.output]
    before = [array.copy() for array in arrays]
    trainer.advance(20)
    second = photographer.snapshot(trainer.frame(), HISTORY)
    for array, copy in zip(arrays, before, strict=True):
        assert not array.flags.writeable
        assert array.flags.c_contiguous
        np.testing.assert_array_equal(array, copy)
    for array in (*second.pictures[1:], *second.ranges[1:], second.output):
        for earlier in arrays:
            assert not np.shares_memory(array, earlier)
    # What never changes is there once.
    assert first.pictures[0] is second.pictures[0]


def test_frames_of_other_networks_on_the_same_points():
    small = Trainer(Experiment(hidden=(3,)))
    large = Trainer(Experiment(hidden=(5, 2), activation="relu"))
    photographer = Photographer(small.dataset, 20, "compiled")
    for trainer in (small, large, small):
        snapshot = photographer.snapshot(trainer.frame(), HISTORY)
        assert [len(pictures) for pictures in snapshot.pictures] == list(trainer.network.sizes)
        expected = Photographer(small.dataset, 20).snapshot(trainer.frame(), HISTORY)
        assert np.abs(snapshot.output.astype(int) - expected.output).max() <= 1


# Who makes them.


def test_the_engine_is_chosen_by_name_and_may_be_switched():
    dataset = Trainer(Experiment()).dataset
    photographer = Photographer(dataset, 10)
    assert photographer.engine == "reference"
    photographer.use("compiled")
    assert photographer.engine == "compiled"
    photographer.use("reference")
    assert photographer.engine == "reference"
    with pytest.raises(ValueError, match="engine: 'fast' given; allowed: compiled, reference"):
        photographer.use("fast")


def test_without_kernels_there_is_the_reference(monkeypatch):
    def refuse():
        raise store.KernelsUnavailable("there are none")

    trainer = Trainer(Experiment(), engine="reference")
    monkeypatch.setattr(store, "load", refuse)
    photographer = Photographer(trainer.dataset, 10, "compiled")
    assert photographer.engine == "reference"
    expected = Photographer(trainer.dataset, 10).snapshot(trainer.frame(), HISTORY)
    shown = photographer.snapshot(trainer.frame(), HISTORY)
    np.testing.assert_array_equal(shown.output, expected.output)


def test_an_activation_that_is_not_compiled_is_left_to_numpy(monkeypatch):
    from nnviz.model.kernels import pictures

    trainer = Trainer(Experiment(hidden=(3,), activation="gelu"), engine="reference")
    monkeypatch.delitem(pictures.CODES, "gelu")
    one, other = both(trainer)
    for shown, expected in zip(one.pictures, other.pictures, strict=True):
        np.testing.assert_array_equal(shown, expected)


def test_numba_is_not_loaded_before_it_is_asked_for():
    program = """
import sys
from nnviz import Experiment, Trainer
from nnviz.insight.snapshot import Photographer
from nnviz.insight.surface import neuron_values, plane_inputs
Photographer(Trainer(Experiment(), engine="reference").dataset, 10)
assert "numba" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
