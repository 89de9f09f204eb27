"""One point of a batch stands for it where an equation has room for one: which, and why."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import nnviz
from nnviz.data.dataset import Points
from nnviz.insight.equation_example import example_row
from nnviz.insight.equation_text import format_number
from nnviz.insight.equations import equation_of, equation_of_step
from nnviz.insight.microsteps import microsteps
from nnviz.insight.parts import LossPart
from nnviz.model.losses import LOSSES
from nnviz.run.frame import Frame
from nnviz.run.trainer import Trainer

MakeFrame = Callable[..., Frame]


def test_the_formula_of_several_points_says_that_their_mean_is_taken() -> None:
    frame = Trainer(nnviz.preset("xor"), engine="reference").frame()
    of_one = LOSSES[frame.experiment.loss].formula
    for point, expected in ((0, of_one), (None, f"L = Σ ℓ / n,  ℓ{of_one.removeprefix('L')}")):
        steps = microsteps(frame, point)
        assert next(step for step in steps if step.phase == "loss").formula == expected
        first_error = next(step for step in steps if step.phase == "backward")
        assert first_error.formula.endswith(" / n") == (point is None)
        assert equation_of(frame, LossPart(), point).formula.replace("  ", " ") == expected.replace(
            "  ", " "
        )


def test_the_example_of_a_batch_teaches_something() -> None:
    frame = Trainer(nnviz.preset("xor"), engine="reference").frame()
    steps = microsteps(frame)
    assert example_row(steps) == 3  # (1, 1): every other point has a 0
    for number, step in enumerate(steps):
        sentence = equation_of_step(frame, steps, number).sentence
        of_batch = {"forward": "mean", "backward": "sum"}.get(step.phase)
        if of_batch is None or "weight_gradients" in step.values:
            assert "the picture" not in sentence
        else:
            kept = next(name for name in ("errors", "activations", "sums") if name in step.values)
            of_points = step.values[kept][:, 0]
            shown = of_points.sum() if of_batch == "sum" else of_points.mean()
            expected = f"; the picture has the batch's {of_batch}, {format_number(shown, 3)}."
            assert "Numbers of point 4 of 4" in sentence
            assert sentence.endswith(expected)
    assert equation_of_step(frame, steps, 0).sentence.endswith(
        "of point 4 of 4, which stands for the batch in all steps: it has, of those with the "
        "fewest zeros, the longest gradient."
    )
    assert "·0" not in equation_of_step(frame, steps, 1).text.replace("·0.", "")


def test_the_example_is_the_same_in_all_steps_and_its_numbers_are_its_own(
    frame_of: MakeFrame,
) -> None:
    frame = frame_of(updates=5)
    steps = microsteps(frame)
    row = example_row(steps)
    alone = microsteps(frame, row)
    place = steps[0].values["points"][row] + 1
    for number, step in enumerate(steps):
        if step.phase != "forward":
            continue
        one, other = (equation_of_step(frame, told, number, 0) for told in (steps, alone))
        assert one.text == other.text
        assert f"Numbers of point {place}, one of 7;" in one.sentence
        assert other.sentence.endswith(f", here for point {place}.")
    lengths = []
    for point in range(7):
        told = microsteps(frame, point)
        gradients = [step.values for step in told if "penalty_gradients" in step.values]
        lengths.append(sum((g[f"{kind}_gradients"] ** 2).sum() for g in gradients
                           for kind in ("weight", "bias")))  # fmt: skip
    assert row == int(np.argmax(lengths))
    why = f"of point {place}, one of 7, which stands for the batch in all steps: it has the longest"
    assert why in equation_of_step(frame, steps, 0).sentence
    assert equation_of_step(frame, alone, 0).sentence.endswith(f"of point {place}.")


def test_among_many_points_the_example_is_one_of_the_first(frame_of: MakeFrame) -> None:
    X = np.stack([np.linspace(0.5, 3.0, 1_500), np.ones(1_500)], axis=1)
    points = Points(X, np.linspace(0.0, 2.0, 1_500), task="regression")
    frame = frame_of(dataset=points, hidden=[], activation="tanh", output_activation="linear",
                     loss="squared_error", features=[], scaling="none", test_fraction=0.0,
                     batch_size="full", updates=0)  # fmt: skip
    steps = microsteps(frame)
    assert example_row(steps) < 1_000
    assert "it has, of the first 1,000, the longest gradient" in (
        equation_of_step(frame, steps, 0).sentence
    )


def test_the_example_of_points_that_overflow_is_one_that_does_not(frame_of: MakeFrame) -> None:
    X = np.array([[1e200, 1.0], [0.5, 2.0], [0.25, 1.0]])
    points = Points(X, [0.0, 1.0, 2.0], task="regression")
    frame = frame_of(dataset=points, hidden=[], activation="tanh", output_activation="linear",
                     loss="squared_error", features=[], scaling="none", test_fraction=0.0,
                     batch_size="full", updates=0)  # fmt: skip
    assert example_row(microsteps(frame)) > 0


def test_with_a_single_point_the_update_is_still_that_of_the_batch(frame_of: MakeFrame) -> None:
    frame = frame_of(updates=5)
    whole, alone = microsteps(frame), microsteps(frame, 2)
    for number, step in enumerate(whole):
        if step.phase == "update":
            one, other = (equation_of_step(frame, steps, number) for steps in (whole, alone))
            assert one.text == other.text
            assert "There is one update" not in one.sentence
            assert other.sentence.endswith("There is one update for all 7 points of the batch.")
    single = frame_of(updates=5, batch_size=1)
    steps = microsteps(single)
    assert "There is one update" not in equation_of_step(single, steps, len(steps) - 1).sentence
