"""What a hand does to single parameters and units: one edit each, kept, undoable."""

from __future__ import annotations

import numpy as np
import pytest

from nnviz import Experiment, Trainer
from nnviz.run.hands import Place, cut, freeze, remove_unit, set_parameter


def trainer(**fields):
    e = Experiment(**{"n_samples": 40, "hidden": [3, 2], "batch_size": 8} | fields)
    t = Trainer(e, "reference")
    t.advance(5)
    return t


def test_one_value_is_set():
    t = trainer()
    before = t.frame()
    set_parameter(t, Place(2, 1, 0), 0.75)
    set_parameter(t, Place(3, 0), -0.5)
    assert t.weights[1][1, 0] == 0.75
    assert t.biases[2][0] == -0.5
    differs = t.frame().theta != before.theta
    assert differs.sum() == 2
    was = f"{before.biases[2][0]:.4g}".replace("-", "−")
    assert t.timeline.segment.words == f"bias of the output: {was} → −0.5"
    t.undo()
    t.undo()
    assert t.frame() == before


def test_what_is_frozen_stays_and_learns_again():
    t = trainer(optimizer="adam")
    weight, bias = t.weights[0][1, 1], t.biases[1][0]
    freeze(t, [Place(1, 1, 1), Place(2, 0)])
    t.advance(20)
    assert (t.weights[0][1, 1], t.biases[1][0]) == (weight, bias)
    assert Experiment.from_json(t.experiment.to_json()) == t.experiment
    freeze(t, [Place(1, 1, 1)], frozen=False)
    t.advance(3)
    assert t.weights[0][1, 1] != weight
    assert t.biases[1][0] == bias
    freeze(t, [Place(2, 0)], frozen=False)
    assert t.experiment.trainable is None


def test_what_is_cut_is_zero_and_stays_so():
    t = trainer()
    before = t.frame()
    cut(t, [Place(1, 0, 0), Place(1, 0, 1)])
    assert t.timeline.segment.words == "cut 2 connections"
    t.advance(20)
    assert t.weights[0][0].tolist() == [0.0, 0.0]
    assert t.weights[0][1].tolist() != before.weights[0][1].tolist()
    end = t.frame()
    t.seek(2)
    t.advance(23)
    assert t.frame() == end
    t.undo()
    assert t.frame() == before


@pytest.mark.parametrize("unit", [0, 1, 2])
def test_a_unit_is_removed_and_the_others_stay(unit):
    t = trainer(optimizer="adam")
    freeze(t, [Place(1, 2, 0)])
    before = t.frame()
    left = [u for u in range(3) if u != unit]
    remove_unit(t, 1, unit)
    np.testing.assert_array_equal(t.weights[0], before.weights[0][left])
    np.testing.assert_array_equal(t.biases[0], before.biases[0][left])
    np.testing.assert_array_equal(t.weights[1], before.weights[1][:, left])
    np.testing.assert_array_equal(t.weights[2], before.weights[2])
    for old, new in zip(before.slots, t.frame().slots, strict=True):
        old_weights = before.network.split(old)[0]
        np.testing.assert_array_equal(t.network.split(new)[0][1], old_weights[1][:, left])
    frozen = t.experiment.trainable.weights[0]
    assert [list(row) for row in ~frozen] == [[u == 2, False] for u in left]
    t.advance(4)
    end = t.frame()
    t.seek(1)
    t.advance(8)
    assert t.frame() == end
    t.undo()
    assert t.frame() == before


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (lambda t: set_parameter(t, Place(4, 0, 0), 1.0), "layer: 4 given; allowed: 1 to 3."),
        (lambda t: set_parameter(t, Place(1, 3, 0), 1.0), "unit: 3 given; allowed: 0 to 2."),
        (lambda t: set_parameter(t, Place(1, 0, 2), 1.0), "source: 2 given; allowed: 0 to 1."),
        (lambda t: set_parameter(t, Place(1, 0, 0), float("nan")), "weights hold a value that is "),
        (lambda t: cut(t, [Place(0, 0)]), "layer: 0 given; allowed: 1 to 3."),
        (lambda t: remove_unit(t, 3, 0), "layer: 3 given; allowed: 1 to 2, the hidden."),
        (lambda t: remove_unit(t, 1, 7), "unit: 7 given; allowed: 0 to 2."),
    ],
)
def test_what_is_not_there_is_refused(do, words):
    t = trainer()
    before = t.frame()
    with pytest.raises(ValueError, match=r".") as raised:
        do(t)
    assert str(raised.value).startswith(words)
    assert t.frame() == before


def test_the_only_unit_of_a_layer_stays():
    t = trainer(hidden=[1])
    with pytest.raises(ValueError, match=r"^unit: layer 1 has no other"):
        remove_unit(t, 1, 0)
