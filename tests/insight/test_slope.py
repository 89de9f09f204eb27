"""The curve over one parameter, against the objective computed anew at every value."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import nnviz
from nnviz.insight import batch_lens as lens_module
from nnviz.insight import slope as module
from nnviz.insight.slope import Place, Slope, parameter_index, parameter_place, slope
from nnviz.model import reference
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.model.network import Network
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.frame import Frame
from nnviz.run.problem import problem_of
from nnviz.run.trainer import Trainer, dataset_of

HIDDEN = [name for name, activation in ACTIVATIONS.items() if activation.hidden]
PAIRS = [
    (loss, output)
    for loss, output in itertools.product(LOSSES, ACTIVATIONS)
    if not LOSSES[loss].outputs or output in LOSSES[loss].outputs
]
SMALL: dict[str, Any] = {"n_samples": 40, "hidden": [3, 2], "batch_size": 7}


def trainer_of(updates: int = 3, **changes: Any) -> Trainer:
    trainer = Trainer(nnviz.preset("moons").evolve(**(SMALL | changes)), engine="reference")
    trainer.advance(updates)
    return trainer


def frame_of(updates: int = 3, **changes: Any) -> Frame:
    return trainer_of(updates, **changes).frame()


def problem_at(frame: Frame) -> reference.Problem:
    return problem_of(frame.experiment, dataset_of(frame.experiment))


def objective(problem: reference.Problem, theta: Any, points: Any) -> float:
    weights = None if problem.point_weights is None else problem.point_weights[points]
    passed = reference.forward(problem.network, theta, problem.X[points])
    data_term = reference.data_loss(problem, passed, problem.T[points], weights)
    return data_term + reference.penalty(problem, theta)


def along(frame: Frame, index: int, values: Any, points: Any) -> Any:
    problem, losses = problem_at(frame), []
    for value in values:
        theta = frame.theta.copy()
        theta[index] = value
        losses.append(objective(problem, theta, points))
    return np.array(losses)


def all_points(frame: Frame) -> Any:
    return np.arange(len(problem_at(frame).X))


def batch_of(frame: Frame) -> Any:
    return all_points(frame)[reference.batch_indices(problem_at(frame), frame.state)]


def assert_is_right(trainer: Trainer, index: int, n: int = 9) -> Slope:
    frame = trainer.frame()
    cut = slope(frame, index, n=n)
    everything, batch = all_points(frame), batch_of(frame)
    for losses, points in ((cut.losses, everything), (cut.batch_losses, batch)):
        expected = along(frame, index, cut.values, points)
        np.testing.assert_allclose(losses, expected, rtol=1e-10, atol=1e-12)
    both = [cut.value, cut.next_value]
    told = ((cut.loss, cut.next_loss), (cut.batch_loss, cut.next_batch_loss))
    for losses, points in zip(told, (everything, batch), strict=True):
        expected = along(frame, index, both, points)
        np.testing.assert_allclose(losses, expected, rtol=1e-10, atol=1e-12)
    assert cut.loss == pytest.approx(frame.train_loss, rel=1e-12)
    assert cut.value == frame.theta[index]
    trainer.advance(1)
    assert cut.next_value == pytest.approx(trainer.frame().theta[index], rel=1e-12, abs=1e-15)
    assert cut.loss_after_update == pytest.approx(trainer.frame().train_loss, rel=1e-9)
    assert cut.values[0] <= min(cut.value, cut.next_value)
    assert cut.values[-1] >= max(cut.value, cut.next_value)
    return cut


def every_layer(network: Network) -> list[int]:
    """A weight and a bias of each."""
    return [index for start, biases, _ in network.places for index in (start + 1, biases)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_it_is_right_with_every_optimizer(optimizer: str) -> None:
    trainer = trainer_of(optimizer=optimizer, l1=0.01, l2=0.02, learning_rate=0.03)
    for index in every_layer(trainer.network):  # over the end of an epoch too
        assert_is_right(trainer, index)


@pytest.mark.parametrize("activation", HIDDEN)
def test_it_is_right_with_every_activation(activation: str) -> None:
    trainer = trainer_of(activation=activation, learning_rate=0.02, hidden=[3, 2, 2])
    for index in every_layer(trainer.network):
        assert_is_right(trainer, index)


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_it_is_right_with_every_loss(loss: str, output: str) -> None:
    trainer = trainer_of(loss=loss, output_activation=output, learning_rate=0.02)
    for index in every_layer(trainer.network):
        assert_is_right(trainer, index)


@pytest.mark.parametrize("batch_size", ["full", 1, 7, 30, 1000])
def test_it_is_right_with_every_size_of_batch(batch_size: int | str) -> None:
    trainer = trainer_of(batch_size=batch_size, optimizer="momentum")
    for index in every_layer(trainer.network):
        cut = assert_is_right(trainer, index)
        is_full = batch_size in ("full", 30, 1000)
        assert is_full == np.array_equal(cut.losses, cut.batch_losses)
        assert is_full == (cut.gradient == cut.batch_gradient)


@pytest.mark.parametrize("preset", ["blobs", "course-c09-linear", "course-c14", "course-c03"])
def test_classes_and_values_of_other_kinds(preset: str) -> None:
    trainer = Trainer(nnviz.preset(preset), engine="reference")
    trainer.advance(2)
    for index in every_layer(trainer.network):
        assert_is_right(trainer, index)


def test_classes_that_do_not_count_alike() -> None:
    trainer = trainer_of(class_weight=[1.0, 3.0])
    for index in every_layer(trainer.network):
        assert_is_right(trainer, index)


def test_the_last_batch_is_smaller() -> None:
    trainer = trainer_of(4)
    assert len(batch_of(trainer.frame())) == 2
    assert_is_right(trainer, 0)


SMOOTH = [name for name in HIDDEN if name not in ("step", "relu", "leaky_relu", "elu")]


@pytest.mark.parametrize("activation", SMOOTH)
def test_the_tangent_touches(activation: str) -> None:
    frame, epsilon = frame_of(activation=activation, l2=0.1, class_weight=[1.0, 2.0]), 1e-6
    for index in range(frame.network.n_parameters):
        cut = slope(frame, index, n=3)
        for points, gradient, loss, tangent in (
            (all_points(frame), cut.gradient, cut.loss, cut.tangent),
            (batch_of(frame), cut.batch_gradient, cut.batch_loss, cut.batch_tangent),
        ):
            near = [cut.value - epsilon, cut.value + epsilon]
            below, above = along(frame, index, near, points)
            assert gradient == pytest.approx((above - below) / (2 * epsilon), rel=1e-5, abs=1e-8)
            np.testing.assert_allclose(tangent, loss + gradient * (cut.values - cut.value))


def test_plain_descent_follows_the_batchs_slope() -> None:
    frame = frame_of(optimizer="sgd", learning_rate=0.1)
    for index in every_layer(frame.network):
        cut = slope(frame, index)
        assert cut.step == pytest.approx(-0.1 * cut.batch_gradient)
        assert cut.batch_gradient != pytest.approx(cut.gradient)


def test_a_frozen_parameter_stays_and_has_a_slope() -> None:
    shapes = trainer_of().network.shapes
    mask = {
        "weights": [np.zeros(shape, dtype=bool).tolist() for shape in shapes],
        "biases": [np.ones(n_out, dtype=bool).tolist() for n_out, _ in shapes],
    }
    trainer = trainer_of(trainable=mask)
    weight, bias = parameter_index(trainer.network, 2, 1, 0), parameter_index(trainer.network, 2, 1)
    cut = assert_is_right(trainer, weight)
    assert cut.is_frozen
    assert cut.step == 0.0
    assert cut.gradient != 0.0
    cut = assert_is_right(trainer, bias)
    assert not cut.is_frozen
    assert cut.step != 0.0


# --- what is shown


def test_the_span() -> None:
    frame = frame_of()
    cut = slope(frame, 2)
    assert len(cut.values) == len(cut.losses) == len(cut.batch_losses) == 101
    assert cut.values[0] == pytest.approx(cut.value - 1.0)
    assert cut.values[-1] == pytest.approx(cut.value + 1.0)
    np.testing.assert_allclose(np.diff(cut.values), 0.02)
    cut = slope(frame, 2, n=5, span=0.25)
    np.testing.assert_allclose(cut.values - cut.value, [-0.25, -0.125, 0, 0.125, 0.25], atol=1e-15)


def test_large_steps_and_large_values_widen_it() -> None:
    cut = slope(frame_of(optimizer="sgd", learning_rate=3000.0, updates=0), 2)
    assert abs(cut.step) > 1
    assert cut.values[-1] - cut.value == pytest.approx(4 * abs(cut.step))
    trainer = trainer_of()
    trainer.set_parameters([10 * W for W in trainer.weights], trainer.biases)
    index = int(np.abs(trainer.frame().theta).argmax())
    cut = slope(trainer.frame(), index)
    assert cut.values[-1] - cut.value == pytest.approx(abs(cut.value) / 2)


def test_a_narrow_span_still_has_the_next_value() -> None:
    cut = slope(frame_of(), 2, span=1e-6)
    assert abs(cut.step) > 1e-6
    assert cut.values[0] < cut.next_value < cut.values[-1]


@pytest.mark.parametrize("rate", [1e-9, 1.0, 1e12])
def test_every_step_is_in_sight(rate: float) -> None:
    frame = frame_of(0, optimizer="sgd", learning_rate=rate)
    for index in range(frame.network.n_parameters):
        for span in (None, 1e-3):
            cut = slope(frame, index, n=5, span=span)
            assert cut.values[0] < min(cut.value, cut.next_value)
            assert max(cut.value, cut.next_value) < cut.values[-1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"index": -1}, r"^index: -1 given; allowed: 0 to 19, the parameters\.$"),
        ({"index": 20}, r"^index: 20 given; allowed: 0 to 19"),
        ({"index": 0, "n": 1}, r"^n: 1 given; allowed: 2 and more"),
        ({"index": 0, "span": 0.0}, r"^span: 0\.0 given; allowed: a number above 0"),
        ({"index": 0, "span": float("nan")}, r"^span: nan given"),
        ({"index": 0, "span": float("inf")}, r"^span: inf given"),
    ],
)
def test_what_there_is_not(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        slope(frame_of(), **arguments)


# --- many points, large numbers


def test_in_chunks_the_curve_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = frame_of(batch_size=20, class_weight=[1.0, 2.0])
    kept = [slope(frame, index) for index in every_layer(frame.network)]
    monkeypatch.setattr(lens_module, "MOST_AT_ONCE", 50)
    monkeypatch.setattr(module, "VALUES_AT_ONCE", 100)
    for cut in kept:
        again = slope(frame, cut.index)
        for name in ("losses", "batch_losses", "tangent", "loss_after_update", "gradient"):
            np.testing.assert_allclose(getattr(again, name), getattr(cut, name), rtol=1e-12)


def test_numbers_that_are_not_finite() -> None:
    trainer = trainer_of(hidden=[2], activation="linear", output_activation="linear",
                         loss="squared_error")  # fmt: skip
    huge = [np.full(shape, 1e200) for shape in trainer.network.shapes]
    trainer.set_parameters(huge, [np.zeros(n) for n, _ in trainer.network.shapes])
    for index in every_layer(trainer.network):
        cut = slope(trainer.frame(), index)
        assert np.isfinite(cut.values).all()
        for array in (cut.losses, cut.batch_losses, cut.tangent, cut.batch_tangent):
            assert not np.isinf(array).any()
        assert np.isnan(cut.loss)
        assert np.isnan(cut.next_value)
        assert np.isnan(cut.loss_after_update)


def test_only_a_part_of_the_curve_is_not_finite() -> None:
    frame = frame_of(loss="squared_error", output_activation="linear")
    cut = slope(frame, frame.network.n_parameters - 1, span=1e200)
    assert np.isnan(cut.losses[0])
    assert np.isnan(cut.losses[-1])
    assert np.isfinite(cut.loss)
    assert np.isfinite(cut.losses[50])


def test_nothing_changes_and_nothing_can_be_written_to() -> None:
    trainer = trainer_of(optimizer="adam")
    before = trainer.frame()
    cut = slope(before, 3)
    assert trainer.frame() == before
    for array in vars(cut).values():
        if isinstance(array, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


# --- places


def test_places_and_indices_are_the_same_thing() -> None:
    network = trainer_of().network
    marked = np.arange(network.n_parameters)
    weights, biases = network.split(marked)
    for layer, (W, b) in enumerate(zip(weights, biases, strict=True), start=1):
        for (unit, source), index in np.ndenumerate(W):
            assert parameter_index(network, layer, unit, source) == index
            assert parameter_place(network, int(index)) == Place(layer, unit, source)
        for unit, index in enumerate(b):
            assert parameter_index(network, layer, unit) == index
            assert parameter_place(network, int(index)) == Place(layer, unit, None)


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ((0, 0, 0), r"^layer: 0 given; allowed: 1 to 3\.$"),
        ((4, 0, 0), r"^layer: 4 given"),
        ((2, 2, 0), r"^unit: 2 given; allowed in layer 2: 0 to 1\.$"),
        ((2, -1, 0), r"^unit: -1 given"),
        ((2, 0, 3), r"^source: 3 given; allowed for layer 2: 0 to 2\.$"),
        ((2, 0, -1), r"^source: -1 given"),
    ],
)
def test_a_place_that_there_is_not(place: tuple[int, int, int], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parameter_index(trainer_of().network, *place)
