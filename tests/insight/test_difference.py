"""Two moments subtracted, against the trainer's own answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nnviz
from nnviz.insight.difference import FIGURES, difference
from nnviz.insight.history import Recorder
from nnviz.insight.slope import Place
from nnviz.insight.snapshot import Photographer
from nnviz.insight.surface import Grid, grid_around
from nnviz.model import reference
from nnviz.model.activations import ACTIVATIONS
from nnviz.run.frame import Frame
from nnviz.run.trainer import Trainer

SMALL: dict[str, Any] = {"n_samples": 40, "hidden": [3, 2], "batch_size": 7}


def trainer_of(updates: int = 0, preset: str = "moons", **changes: Any) -> Trainer:
    if preset == "moons":
        changes = SMALL | changes
    trainer = Trainer(nnviz.preset(preset).evolve(**changes), engine="reference")
    trainer.advance(updates)
    return trainer


def frame_of(updates: int = 0, preset: str = "moons", **changes: Any) -> Frame:
    return trainer_of(updates, preset, **changes).frame()


def two_moments(updates: int = 60, **changes: Any) -> tuple[Trainer, Frame, Frame]:
    trainer = trainer_of(**changes)
    before = trainer.frame()
    trainer.advance(updates)
    return trainer, before, trainer.frame()


def outputs_of(trainer: Trainer, X: Any) -> Any:
    frame = trainer.frame()
    return reference.forward(frame.network, frame.theta, X).outputs


# --- parameters


def test_parameters_are_subtracted() -> None:
    _, before, after = two_moments()
    told = difference(before, after)
    assert told.reason == ""
    assert told.weights is not None
    assert told.biases is not None
    for name, changes in (("weights", told.weights), ("biases", told.biases)):
        for mine, old, new in zip(
            changes, getattr(before, name), getattr(after, name), strict=True
        ):
            np.testing.assert_array_equal(mine, new - old)


def changed_by(place: Place, old: float, new: float) -> tuple[Frame, Frame]:
    """Two frames that differ in one parameter."""
    trainer, frames = trainer_of(), []
    for value in (old, new):
        weights, biases = [W.copy() for W in trainer.weights], [b.copy() for b in trainer.biases]
        layer, unit, source = place
        if source is None:
            biases[layer - 1][unit] = value
        else:
            weights[layer - 1][unit, source] = value
        trainer.set_parameters(weights, biases)
        frames.append(trainer.frame())
    return frames[0], frames[1]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place(1, 2, 0), "the weight from x₁ to unit 3 of layer 1"),
        (Place(2, 1, 2), "the weight from unit 3 of layer 1 to unit 2 of layer 2"),
        (Place(3, 0, 1), "the weight from unit 2 of layer 2 to the output"),
        (Place(1, 0, None), "the bias of unit 1 of layer 1"),
        (Place(3, 0, None), "the bias of the output"),
    ],
)
def test_the_largest_change_is_named(place: Place, words: str) -> None:
    told = difference(*changed_by(place, -0.52, 0.11))
    assert told.largest == place
    assert told.sentences[0] == f"The largest change is in {words}: −0.520 → 0.110."


def test_it_is_the_largest_in_either_direction() -> None:
    _, before, after = two_moments()
    told = difference(before, after)
    assert told.largest is not None
    assert told.weights is not None
    assert told.biases is not None
    layer, unit, source = told.largest
    W, b = told.weights[layer - 1], told.biases[layer - 1]
    mine = b[unit] if source is None else W[unit, source]
    largest = max(np.abs(array).max() for array in (*told.weights, *told.biases))
    assert abs(mine) == largest


def test_small_changes_are_told_apart() -> None:
    told = difference(*changed_by(Place(1, 0, None), 0.5, 0.50001))
    assert told.sentences[0].endswith(": 0.50000 → 0.50001.")


def test_both_sides_of_an_arrow_have_equally_many_decimals_and_no_hyphen() -> None:
    for old, new, end in (
        (0.0, -0.05, "0.0000 → −0.0500."),
        (-0.973, -0.923, "−0.973 → −0.923."),
        (2e-5, -1e-5, "2.00·10⁻⁵ → −1.00·10⁻⁵."),
    ):
        sentence = difference(*changed_by(Place(1, 0, None), old, new)).sentences[0]
        assert sentence.endswith(f": {end}")


def test_outputs_of_several_classes_are_named() -> None:
    trainer = trainer_of(preset="blobs")
    before = trainer.frame()
    biases = [b.copy() for b in trainer.biases]
    biases[-1][2] = -4.0
    trainer.set_parameters(trainer.weights, biases)
    sentence = difference(before, trainer.frame()).sentences[0]
    name = trainer.dataset.classes[2]
    assert sentence == f"The largest change is in the bias of the output of {name}: 0.00 → −4.00."


def test_the_same_moment() -> None:
    frame = frame_of(5)
    told = difference(frame, frame)
    assert told.largest is None
    assert not told.surface.change.any()
    assert told.surface.part_changed == 0.0
    assert all(figure.change == 0.0 for figure in told.figures.values())
    assert told.train is not None
    assert len(told.train.changed) == 0
    assert told.sentences[0] == "No parameter changed."
    assert "stayed at" in told.sentences[1]
    assert told.sentences[1].endswith("; none of 30 changed class.")


def test_other_shapes_have_a_sentence() -> None:
    told = difference(frame_of(), frame_of(hidden=[4]))
    assert told.weights is None
    assert told.biases is None
    assert told.largest is None
    assert told.reason == (
        "The networks have different shapes, 2-3-2-1 and 2-4-1, "
        "so their parameters do not correspond."
    )
    assert told.sentences[0] == told.reason
    assert told.surface.change.any()


def test_other_features_share_the_plane_but_not_the_parameters() -> None:
    after = trainer_of(9, features=["x1", "x2^2"])
    told = difference(frame_of(), after.frame())
    assert told.weights is None
    assert told.reason == (
        "The networks have different inputs, (x1, x2) and (x1, x2^2), "
        "so their parameters do not correspond."
    )
    places = told.surface.grid.places
    expected = outputs_of(after, after.dataset.transform(places))[:, 0]
    np.testing.assert_allclose(told.surface.after.ravel(), 2 * expected - 1, atol=1e-12)
    assert told.train is not None


# --- figures


def test_figures_are_subtracted() -> None:
    _, before, after = two_moments(l2=0.1)
    told = difference(before, after)
    assert tuple(told.figures) == FIGURES
    for name, figure in told.figures.items():
        old, new = getattr(before, name), getattr(after, name)
        assert (figure.before, figure.after) == (old, new)
        assert figure.change == new - old
    with pytest.raises(TypeError):
        told.figures["penalty"] = told.figures["penalty"]  # type: ignore[index]


def test_figures_that_there_are_not() -> None:
    told = difference(frame_of(test_fraction=0.0), frame_of(9, test_fraction=0.0))
    assert told.figures["test_loss"].change is None
    assert told.test is None
    told = difference(frame_of(), frame_of(test_fraction=0.0))
    assert told.figures["test_loss"].before is not None
    assert told.figures["test_loss"].after is None
    assert told.figures["test_loss"].change is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"loss": "squared_error"}, "Binary cross-entropy and squared error are"),
        ({"class_weight": [1.0, 2.0]}, "Classes count otherwise, so losses are"),
        (
            {"loss": "cross_entropy", "output_activation": "softmax"},
            "Binary cross-entropy and cross-entropy are",
        ),
    ],
)
def test_losses_of_other_kinds_are_not_subtracted(changes: dict[str, Any], reason: str) -> None:
    told = difference(frame_of(), frame_of(50, **changes))
    for name in ("train_data_loss", "train_loss", "test_loss"):
        assert told.figures[name].after is not None
        assert told.figures[name].change is None
    assert told.figures["train_accuracy"].change is not None
    assert told.reason_of_losses == f"{reason} not subtracted."
    assert told.sentences[0] == told.reason_of_losses
    assert told.sentences[2].startswith("The accuracy on the training points rose from 0.")


def test_targets_of_other_codings_have_other_losses() -> None:
    one = frame_of(loss="squared_error", output_activation="sigmoid")
    other = frame_of(loss="squared_error", output_activation="tanh")
    told = difference(one, other)
    assert told.figures["train_data_loss"].change is None
    assert told.reason_of_losses.startswith("Targets are coded otherwise")
    assert difference(one, one).reason_of_losses == ""
    assert difference(one, one).figures["train_data_loss"].change == 0.0


def test_a_sentence_on_what_came_of_it() -> None:
    _, before, after = two_moments()
    told = difference(before, after)
    assert told.train is not None
    old, new = (f"{frame.train_data_loss:.3g}" for frame in (before, after))
    assert told.sentences[1] == (
        f"The mean loss of the training points fell from {old} to {new}; "
        f"{len(told.train.changed)} of 30 changed class, {len(told.train.gained)} to the right "
        f"one, {len(told.train.lost)} from it."
    )


# --- decisions


@pytest.mark.parametrize("preset", ["moons", "blobs", "course-c09-svm", "course-c14"])
def test_points_that_changed_class(preset: str) -> None:
    trainer, before, after = two_moments(preset=preset)
    told, data = difference(before, after), trainer.dataset
    for part, X, y in (
        (told.train, data.X_train, data.y_train),
        (told.test, data.X_test, data.y_test),
    ):
        if len(y) == 0:
            assert part is None
            continue
        assert part is not None
        answers = []
        for frame in (before, after):
            trainer.restore(frame)
            answers.append(trainer.predict(X))
        was, is_ = answers
        assert part.n_points == len(y)
        assert part.changed.tolist() == [k for k in range(len(y)) if was[k] != is_[k]]
        assert part.gained.tolist() == [k for k in part.changed if is_[k] == y[k]]
        assert part.lost.tolist() == [k for k in part.changed if was[k] == y[k]]
    assert told.train is not None
    gain = (len(told.train.gained) - len(told.train.lost)) / told.train.n_points
    assert told.figures["train_accuracy"].change == pytest.approx(gain)
    assert len(told.train.changed) > 0


def test_other_points_are_not_compared() -> None:
    told = difference(frame_of(), frame_of(9, data_seed=1))
    assert told.train is None
    assert told.test is None
    assert told.weights is not None
    assert "changed class" not in told.sentences[1]


def test_other_scales_of_the_same_points_are() -> None:
    told = difference(frame_of(), frame_of(9, scaling="standard"))
    assert told.train is not None
    assert told.test is not None


def test_a_regression_decides_nothing() -> None:
    trainer, before, after = two_moments(preset="course-c09-linear")
    told = difference(before, after)
    assert told.train is None
    assert told.test is None
    assert told.surface.is_changed is None
    assert told.surface.part_changed is None
    assert told.figures["train_accuracy"].change is None
    assert told.sentences[1].startswith("The mean loss of the training points fell from")
    expected = trainer.predict(trainer.dataset.transform(told.surface.grid.places))
    np.testing.assert_allclose(told.surface.after.ravel(), expected, atol=1e-12)


# --- the plane


@pytest.mark.parametrize("output", ACTIVATIONS)
def test_the_plane_is_what_the_window_shows(output: str) -> None:
    trainer, before, after = two_moments(
        20, output_activation=output, loss="squared_error", learning_rate=0.01
    )
    surface = difference(before, after).surface
    outputs = outputs_of(trainer, trainer.dataset.transform(surface.grid.places)).T
    if len(outputs) == 2:
        expected = outputs[1] - outputs[0]
    elif output in ("tanh", "linear"):
        expected = outputs[0]
    else:
        expected = 2 * outputs[0] - 1
    np.testing.assert_allclose(surface.after.ravel(), expected, atol=1e-12)
    np.testing.assert_array_equal(surface.change, surface.after - surface.before)
    assert surface.grid == grid_around(trainer.dataset)
    decided = trainer.predict(trainer.dataset.transform(surface.grid.places))
    trainer.restore(before)
    was = trainer.predict(trainer.dataset.transform(surface.grid.places))
    assert surface.is_changed is not None
    np.testing.assert_array_equal(surface.is_changed.ravel(), decided != was)
    assert surface.part_changed == pytest.approx(np.mean(decided != was))


@pytest.mark.parametrize("changes", [{}, {"output_activation": "softmax", "loss": "cross_entropy"}])
def test_its_levels_are_those_of_the_picture(changes: dict[str, Any]) -> None:
    trainer, before, after = two_moments(**changes)
    surface = difference(before, after).surface
    recorder = Recorder()
    snapshot = Photographer(trainer.dataset).snapshot(after, recorder.history())
    levels = np.rint(np.clip(surface.after[0], -1, 1) * 127 + 128)
    assert np.abs(levels - snapshot.output).max() <= 1


def test_three_classes_have_three_surfaces() -> None:
    trainer, before, after = two_moments(preset="blobs")
    surface = difference(before, after).surface
    assert surface.change.shape == (3, 100, 100)
    outputs = outputs_of(trainer, trainer.dataset.transform(surface.grid.places))
    np.testing.assert_allclose(surface.after.reshape(3, -1), outputs.T, atol=1e-12)


def test_two_ways_to_say_two_classes_compare() -> None:
    one = frame_of(40)
    other = frame_of(40, output_activation="softmax", loss="cross_entropy")
    surface = difference(one, other).surface
    assert surface.change.shape == (1, 100, 100)
    assert np.abs(surface.before).max() <= 1
    assert np.abs(surface.after).max() <= 1


def test_a_plane_around_the_points_of_both() -> None:
    one, other = trainer_of(), trainer_of(preset="circles", noise=0.0)
    grid = difference(one.frame(), other.frame()).surface.grid
    assert difference(other.frame(), one.frame()).surface.grid == grid
    for each in (grid_around(one.dataset), grid_around(other.dataset)):
        assert grid.x_min <= each.x_min
        assert grid.x_max >= each.x_max
        assert grid.y_min <= each.y_min
        assert grid.y_max >= each.y_max


def test_a_plane_that_is_given() -> None:
    grid = Grid(-1.0, 1.0, -2.0, 0.0, 10)
    surface = difference(frame_of(), frame_of(9), grid).surface
    assert surface.grid is grid
    assert surface.change.shape == (1, 10, 10)


def points_of(columns: tuple[str, ...], seed: int = 0) -> Any:
    X = np.random.RandomState(seed).normal(size=(20, len(columns)))
    return nnviz.Points(X, (X[:, 0] > 0).astype(int), columns=columns)


def test_what_lies_behind_the_plane_is_held_where_it_was() -> None:
    def of(seed: int) -> Trainer:
        points = points_of(("a", "b", "c"), seed)
        return trainer_of(dataset=points, n_samples=20, noise=0.0)

    one, other = of(0), of(1)
    surface = difference(one.frame(), other.frame()).surface
    held = one.dataset.inputs_train[:, 2].mean()
    rows = np.column_stack([surface.grid.places, np.full(100 * 100, held)])
    for trainer, shown in ((one, surface.before), (other, surface.after)):
        expected = outputs_of(trainer, trainer.dataset.transform(rows))[:, 0]
        np.testing.assert_allclose(shown.ravel(), 2 * expected - 1, atol=1e-12)


def test_there_must_be_a_common_plane() -> None:
    one = frame_of(dataset=points_of(("a", "b")), n_samples=20, noise=0.0)
    other = frame_of(dataset=points_of(("a", "c")), n_samples=20, noise=0.0)
    with pytest.raises(ValueError, match=r"^columns: a, b and a, c given; a common plane needs"):
        difference(one, other)
    with pytest.raises(ValueError, match=r"^classes: 2 and 3 given"):
        difference(frame_of(), frame_of(preset="blobs"))
    with pytest.raises(ValueError, match=r"^task: classification and regression given"):
        difference(frame_of(), frame_of(preset="course-c09-linear"))


# --- values


def test_numbers_that_are_not_finite() -> None:
    trainer = trainer_of(hidden=[2], activation="linear", output_activation="linear",
                         loss="squared_error")  # fmt: skip
    frames = []
    for size in (-1e308, 1e308):
        huge = [np.full(shape, size) for shape in trainer.network.shapes]
        trainer.set_parameters(huge, [np.zeros(n) for n, _ in trainer.network.shapes])
        frames.append(trainer.frame())
    told = difference(*frames)
    for surface in (told.surface.before, told.surface.after, told.surface.change):
        assert not np.isinf(surface).any()
    assert told.figures["train_data_loss"].change is None
    assert told.largest is not None


def test_nothing_changes_and_nothing_can_be_written_to() -> None:
    trainer, before, after = two_moments()
    told = difference(before, after)
    assert trainer.frame() == after
    assert told.weights is not None
    assert told.biases is not None
    assert told.train is not None
    arrays = [*told.weights, *told.biases, told.train.changed, told.train.gained, told.train.lost]
    arrays += [array for array in vars(told.surface).values() if isinstance(array, np.ndarray)]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
