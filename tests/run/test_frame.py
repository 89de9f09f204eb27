"""A frame is one immutable moment, equal to another when every bit of it is."""

import dataclasses

import numpy as np
import pytest

from nnviz import Experiment, Trainer


def frame(updates=5, **fields):
    t = Trainer(Experiment(**{"n_samples": 20, "hidden": [2], "optimizer": "adam"} | fields))
    t.advance(updates)
    return t.frame()


def test_what_it_says():
    f = frame(batch_size=4, l2=0.1)
    assert (f.update, f.epoch, f.position) == (5, 1, 4)
    assert f.train_loss == f.train_data_loss + f.penalty
    assert f.penalty > 0
    assert 0 <= f.train_accuracy <= 1
    assert [w.shape for w in f.weights] == [(2, 2), (1, 2)]
    assert [b.shape for b in f.biases] == [(2,), (1,)]
    parts = [p.ravel() for pair in zip(f.weights, f.biases, strict=True) for p in pair]
    np.testing.assert_array_equal(np.concatenate(parts), f.theta)
    assert len(f.slots) == 2


def test_nothing_in_it_can_be_written_to():
    f = frame()
    for array in (f.theta, *f.slots, *f.weights, *f.biases):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        f.penalty = 0.0


def test_equal_when_every_bit_is():
    assert frame() == frame()
    assert hash(frame()) == hash(frame())
    assert frame() != "frame"
    assert len({frame(), frame(4), frame(seed=1), frame(l2=0.1), frame(epochs=7)}) == 5
    f = frame()
    theta = f.theta.copy()
    theta[0] = np.nextafter(theta[0], 1)
    assert f != dataclasses.replace(f, state=dataclasses.replace(f.state, theta=theta))
    slots = tuple(np.nextafter(slot, 1) for slot in f.slots)
    assert f != dataclasses.replace(f, state=dataclasses.replace(f.state, slots=slots))
    assert f != dataclasses.replace(f, train_data_loss=np.nextafter(f.train_data_loss, 1))


def test_frames_with_infinite_figures_compare():
    f = dataclasses.replace(frame(), train_data_loss=float("nan"))
    assert f == dataclasses.replace(f, train_data_loss=float("nan"))
    assert f != dataclasses.replace(f, train_data_loss=float("inf"))
