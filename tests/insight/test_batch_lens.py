"""The gradients of single points, of their batch and of all points, against the reference."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import nnviz
from nnviz.insight import batch_lens as module
from nnviz.insight.batch_lens import (
    BatchLens,
    LensTrace,
    angle_between,
    batch_lens,
    data_gradient,
    length_of,
    lens_over_time,
)
from nnviz.insight.microsteps import microsteps
from nnviz.model import reference
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
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


def gradient_on(problem: reference.Problem, theta: Any, points: Any) -> Any:
    """As training computes it, in one go."""
    weights = None if problem.point_weights is None else problem.point_weights[points]
    X, T = problem.X[points], problem.T[points]
    return reference.loss_and_gradient(problem, theta, X, T, weights)[1]


def angle(u: Any, v: Any) -> float:
    """The textbook's formula."""
    cosine = u @ v / np.linalg.norm(u) / np.linalg.norm(v)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def assert_is_right(frame: Frame) -> BatchLens:
    lens, problem = batch_lens(frame), problem_at(frame)
    moves = 1.0 if problem.trainable is None else problem.trainable
    bare = replace(problem, l1=0.0, l2=0.0)
    assert lens.point_gradients is not None
    for point, gradient in zip(lens.points, lens.point_gradients, strict=True):
        own = gradient_on(bare, frame.theta, [point]) * moves
        np.testing.assert_allclose(gradient, own, rtol=0, atol=1e-12)
    everything = np.arange(len(problem.X))
    batch = gradient_on(problem, frame.theta, lens.points) * moves
    full = gradient_on(problem, frame.theta, everything) * moves
    np.testing.assert_allclose(lens.batch_gradient, batch, rtol=0, atol=1e-12)
    np.testing.assert_allclose(lens.full_gradient, full, rtol=0, atol=1e-12)
    mean = lens.point_gradients.mean(axis=0) + lens.penalty_gradient
    np.testing.assert_allclose(mean, lens.batch_gradient, rtol=0, atol=1e-12)
    lengths = np.linalg.norm(lens.point_gradients, axis=1)
    np.testing.assert_allclose(lens.lengths, lengths, rtol=1e-9, atol=1e-15)
    if np.linalg.norm(full) > 0 and np.linalg.norm(batch) > 0:
        assert lens.angle == pytest.approx(angle(batch, full), abs=1e-4)
        ratio = np.linalg.norm(batch) / np.linalg.norm(full)
        assert lens.length_ratio == pytest.approx(ratio)
    return lens


@pytest.mark.parametrize("activation", HIDDEN)
def test_it_is_right_with_every_activation(activation: str) -> None:
    assert_is_right(frame_of(activation=activation, learning_rate=0.02))


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_it_is_right_with_every_loss(loss: str, output: str) -> None:
    assert_is_right(frame_of(loss=loss, output_activation=output, learning_rate=0.02, l2=0.01))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_gradient_of_the_batch_is_what_the_optimizer_is_given(optimizer: str) -> None:
    frame = frame_of(optimizer=optimizer, l1=0.01, l2=0.02)
    lens = assert_is_right(frame)
    steps = [step for step in microsteps(frame) if step.phase == "update"]
    given = frame.network.join(
        [step.values["weight_gradients"] for step in steps],
        [step.values["bias_gradients"] for step in steps],
    )
    np.testing.assert_allclose(lens.batch_gradient, given, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(lens.points, microsteps(frame)[0].values["points"])


@pytest.mark.parametrize("preset", ["blobs", "course-c09-linear", "course-c14", "xor"])
def test_classes_and_values_of_other_kinds(preset: str) -> None:
    trainer = Trainer(nnviz.preset(preset).evolve(batch_size=3), engine="reference")
    trainer.advance(2)
    assert_is_right(trainer.frame())


def test_a_points_gradient_is_the_slope_of_its_own_loss() -> None:
    frame, epsilon = frame_of(activation="tanh", class_weight=[1.0, 3.0], l2=0.3), 1e-6
    problem, lens = problem_at(frame), batch_lens(frame)
    assert problem.point_weights is not None
    assert lens.point_gradients is not None

    def own_losses(index: int, change: float) -> Any:
        theta = frame.theta.copy()
        theta[index] += change
        passed = reference.forward(problem.network, theta, problem.X[lens.points])
        T = problem.T[lens.points]
        losses = LOSSES[problem.loss].value(passed.sums[-1], passed.outputs, T)
        return losses * problem.point_weights[lens.points]  # type: ignore[index]

    for index in range(frame.network.n_parameters):
        slopes = (own_losses(index, epsilon) - own_losses(index, -epsilon)) / (2 * epsilon)
        np.testing.assert_allclose(lens.point_gradients[:, index], slopes, atol=1e-8)


def test_classes_that_do_not_count_alike() -> None:
    lens = assert_is_right(frame_of(class_weight=[1.0, 3.0]))
    plain = batch_lens(frame_of(0))
    weighted = batch_lens(frame_of(0, class_weight=[1.0, 3.0]))
    ratios = weighted.lengths / plain.lengths
    assert set(np.round(ratios, 9)) <= {1.0, 3.0}
    assert len(lens.points) == 7


def mask_of(frame: Frame, weights: bool, biases: bool) -> dict[str, Any]:
    shapes = frame.network.shapes
    return {
        "weights": [np.full(shape, weights).tolist() for shape in shapes],
        "biases": [np.full(n_out, biases).tolist() for n_out, _ in shapes],
    }


def test_frozen_parameters_are_not_compared() -> None:
    mask = mask_of(frame_of(), weights=False, biases=True)
    frame = frame_of(trainable=mask, l2=0.1)
    lens = assert_is_right(frame)
    frozen = frame.network.is_weight > 0
    assert lens.point_gradients is not None
    for gradient in (lens.batch_gradient, lens.full_gradient, lens.penalty_gradient):
        assert not gradient[frozen].any()
    assert not lens.point_gradients[:, frozen].any()
    assert lens.full_gradient[~frozen].all()


def test_where_everything_is_frozen_there_is_no_angle() -> None:
    lens = batch_lens(frame_of(trainable=mask_of(frame_of(), weights=False, biases=False)))
    assert lens.angle is None
    assert lens.length_ratio is None
    assert np.isnan(lens.angles_to_full).all()
    assert not lens.lengths.any()


def test_the_full_batch_is_the_full_gradient() -> None:
    for batch_size in ("full", 30, 1000):  # the last ones shuffle all 30 points
        lens = batch_lens(frame_of(batch_size=batch_size, l2=0.1))
        assert lens.angle == 0.0
        assert lens.length_ratio == 1.0
        assert lens.cost_ratio == 1.0
        assert lens.updates_per_epoch == 1
        assert sorted(lens.points.tolist()) == list(range(30))


def test_a_single_points_batch_has_the_angle_of_that_point() -> None:
    lens = assert_is_right(frame_of(batch_size=1))
    assert lens.angle == pytest.approx(lens.angles_to_full[0], abs=1e-5)
    assert lens.lengths[0] == pytest.approx(np.linalg.norm(lens.batch_gradient))
    assert lens.cost_ratio == 30.0
    assert (lens.points_per_update, lens.updates_per_epoch) == (1, 30)


def test_angles_of_points_leave_the_penalty_out() -> None:
    frame = frame_of(l2=0.5)
    lens = batch_lens(frame)
    full = lens.full_gradient - lens.penalty_gradient
    assert lens.point_gradients is not None
    expected = [angle(gradient, full) for gradient in lens.point_gradients]
    np.testing.assert_allclose(lens.angles_to_full, expected, atol=1e-5)


def test_the_last_batch_is_smaller() -> None:
    lens = assert_is_right(frame_of(updates=4))
    assert len(lens.points) == 2
    assert (lens.points_per_update, lens.updates_per_epoch) == (7, 5)
    assert (lens.n_points, lens.cost_ratio) == (30, 15.0)
    assert lens.update == 4


def test_an_epoch_of_batches_averages_to_the_full_gradient() -> None:
    trainer = trainer_of(0, batch_size=10, learning_rate=1e-12, optimizer="sgd")
    batches = []
    for _ in range(3):
        lens = batch_lens(trainer.frame())
        batches.append(lens.batch_gradient)
        trainer.advance(1)
    np.testing.assert_allclose(np.mean(batches, axis=0), lens.full_gradient, atol=1e-9)


def test_many_points_keep_their_lengths_and_angles_only(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = frame_of(batch_size="full", class_weight=[1.0, 2.0], l1=0.1)
    kept = batch_lens(frame)
    monkeypatch.setattr(module, "MOST_VALUES", 100)
    monkeypatch.setattr(module, "MOST_AT_ONCE", 100)  # 12 points in a chunk
    lens = batch_lens(frame)
    assert lens.point_gradients is None
    np.testing.assert_allclose(lens.lengths, kept.lengths, rtol=1e-12)
    np.testing.assert_allclose(lens.angles_to_full, kept.angles_to_full, atol=1e-6)
    np.testing.assert_allclose(lens.full_gradient, kept.full_gradient, rtol=0, atol=1e-14)


def test_in_chunks_the_rows_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = frame_of(batch_size=20)
    kept = batch_lens(frame)
    monkeypatch.setattr(module, "MOST_AT_ONCE", 27)  # 3 points in a chunk
    lens = assert_is_right(frame)
    assert kept.point_gradients is not None
    assert lens.point_gradients is not None
    np.testing.assert_allclose(lens.point_gradients, kept.point_gradients, rtol=0, atol=1e-14)


def test_more_points_than_one_chunk() -> None:
    frame = frame_of(1, n_samples=60_000, test_fraction=0.0)
    problem = problem_at(frame)
    expected = gradient_on(problem, frame.theta, np.arange(60_000))
    np.testing.assert_allclose(data_gradient(problem, frame.theta), expected, rtol=0, atol=1e-12)


def test_numbers_that_are_not_finite() -> None:
    trainer = trainer_of(hidden=[2], activation="linear", output_activation="linear",
                         loss="squared_error")  # fmt: skip
    huge = [np.full(shape, 1e200) for shape in trainer.network.shapes]
    trainer.set_parameters(huge, [np.zeros(n) for n, _ in trainer.network.shapes])
    lens = batch_lens(trainer.frame())
    assert lens.angle is None
    assert lens.length_ratio is None
    assert np.isnan(lens.angles_to_full).all()
    assert np.isnan(lens.lengths).all()


def test_nothing_changes_and_nothing_can_be_written_to() -> None:
    trainer = trainer_of(optimizer="adam")
    before = trainer.frame()
    lens = batch_lens(before)
    assert trainer.frame() == before
    for array in vars(lens).values():
        if isinstance(array, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


# --- angles and lengths


def test_angles() -> None:
    u = np.array([1.0, 0.0])
    assert angle_between(u, u) == 0.0
    assert angle_between(u, 3 * u) == 0.0
    assert angle_between(u, -u) == 180.0
    assert angle_between(u, np.array([0.0, 1e-300])) == pytest.approx(90.0)
    assert angle_between(1e200 * u, np.array([1e-200, 1e-200])) == pytest.approx(45.0)
    assert angle_between(u, np.array([1.0, 1e-12])) == pytest.approx(np.degrees(1e-12))
    for other in (0 * u, np.array([np.nan, 1.0]), np.array([np.inf, 1.0])):
        assert angle_between(u, other) is None


def test_lengths() -> None:
    assert length_of(np.array([3.0, -4.0])) == 5.0
    assert length_of(np.array([3e200, 4e200])) == pytest.approx(5e200)
    assert length_of(np.array([3e-200, 4e-200])) == pytest.approx(5e-200)
    assert length_of(np.zeros(3)) == 0.0


# --- over time


def test_the_trace_notes_moments() -> None:
    trainer, trace, frames = trainer_of(0), LensTrace(), []
    for _ in range(6):
        frames.append(trainer.frame())
        trace.record(frames[-1])
        trainer.advance(1)
    curve = trace.curve()
    lenses = [batch_lens(frame) for frame in frames]
    assert curve.update.tolist() == [0, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(curve.angle, [lens.angle for lens in lenses])
    np.testing.assert_array_equal(curve.length_ratio, [lens.length_ratio for lens in lenses])
    same = lens_over_time(frames)
    for name in ("update", "angle", "length_ratio"):
        np.testing.assert_array_equal(getattr(same, name), getattr(curve, name))
        with pytest.raises(ValueError, match="read-only"):
            getattr(curve, name)[...] = 0
    assert len(curve) == 6


def test_the_trace_takes_lenses_too_and_notes_what_there_is_not() -> None:
    lens = batch_lens(frame_of())
    trace = LensTrace()
    trace.record(lens)
    trace.record(replace(lens, update=9, angle=None, length_ratio=None))
    curve = trace.curve()
    assert curve.update.tolist() == [3, 9]
    assert curve.angle[0] == lens.angle
    assert np.isnan([curve.angle[1], curve.length_ratio[1]]).all()


def test_going_back_forgets_what_came_after() -> None:
    lens, trace = batch_lens(frame_of()), LensTrace()
    for update in (0, 1, 2, 3, 1):
        trace.record(replace(lens, update=update))
    assert trace.curve().update.tolist() == [0, 1]
    trace.clear()
    assert len(trace.curve()) == 0


def test_the_trace_never_grows_beyond_its_bound() -> None:
    lens, trace = batch_lens(frame_of()), LensTrace(most=10)
    for update in range(1000):
        trace.record(replace(lens, update=update))
        assert len(trace.curve()) <= 10
        assert trace.curve().update[-1] == update
    updates = trace.curve().update
    assert updates[0] == 0
    assert (np.diff(updates) > 0).all()
    assert np.diff(updates[:-1]).max() <= 4 * np.diff(updates[:-1]).min()


def gaps_of(trace: LensTrace) -> list[tuple[float, float]]:
    """Between which updates nobody looked."""
    curve = trace.curve()
    gaps = np.flatnonzero(np.isnan(curve.angle))
    return [(float(curve.update[k - 1]), float(curve.update[k + 1])) for k in gaps]


def noted(trace: LensTrace, *updates: int) -> None:
    lens = batch_lens(frame_of())
    for update in updates:
        trace.record(replace(lens, update=update))


def test_what_nobody_looked_at_is_a_gap() -> None:
    trace = LensTrace()
    trace.interrupt()
    noted(trace, 1, 6)
    assert gaps_of(trace) == [], "before the first there is none"
    trace.interrupt()
    noted(trace, 6)
    assert gaps_of(trace) == [], "the same moment again"
    trace.interrupt()
    noted(trace, 7)
    assert gaps_of(trace) == [], "the next one"
    trace.interrupt()
    noted(trace, 20, 21)
    assert gaps_of(trace) == [(7, 20)]
    noted(trace, 20)
    assert gaps_of(trace) == [(7, 20)]
    noted(trace, 3)
    assert gaps_of(trace) == []


def test_gaps_stay_where_notes_are_thinned_and_do_not_add_to_them() -> None:
    trace = LensTrace(most=8)
    noted(trace, 0, 1, 2)
    trace.interrupt()
    for update in range(1000, 1200):
        noted(trace, update)
        assert len(gaps_of(trace)) == 1, update
        assert len(trace.curve()) <= 8 + 1
    (gap,) = gaps_of(trace)
    assert gap[0] <= 2
    assert gap[1] >= 1000


def test_a_bound_that_is_too_small() -> None:
    with pytest.raises(ValueError, match=r"^most: 3 given"):
        LensTrace(most=3)
