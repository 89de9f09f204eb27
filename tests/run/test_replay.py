"""Runs are deterministic, and a frame is all that is needed to go on, bit for bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz import Diverged, Experiment, Trainer
from nnviz.model.optimizers import OPTIMIZERS

LIVE = st.fixed_dictionaries(
    {},
    optional={
        "batch_size": st.one_of(st.integers(1, 12), st.just("full")),
        "shuffle": st.booleans(),
        "optimizer": st.sampled_from(list(OPTIMIZERS)),
        "learning_rate": st.floats(1e-4, 0.5),
        "momentum": st.floats(0, 0.9),
        "l1": st.sampled_from([0.0, 0.01]),
        "l2": st.sampled_from([0.0, 0.01]),
        "schedule": st.sampled_from(["constant", "step", "cosine"]),
        "epochs": st.integers(1, 50),
    },
)


def go_on(t, updates, changes=None):
    """Where a trainer comes to, and what stopped it."""
    if changes:
        t.change(**changes)
    try:
        t.advance(updates)
    except Diverged as error:
        return t.frame(), str(error)
    return t.frame(), None


@settings(max_examples=60, deadline=None)
@given(data=st.data(), updates=st.integers(0, 40))
def test_the_same_experiment_twice(drawn_experiments, data, updates):
    e = data.draw(drawn_experiments)
    again = Experiment.from_json(e.to_json())
    assert go_on(Trainer(e), updates) == go_on(Trainer(again), updates)


@settings(max_examples=100, deadline=None)
@given(
    data=st.data(),
    before=st.integers(0, 20),
    first=LIVE,
    middle=st.integers(0, 15),
    second=LIVE,
    after=st.integers(0, 25),
)
def test_restore_continues_identically(
    drawn_experiments, data, before, first, middle, second, after
):
    t = Trainer(data.draw(drawn_experiments))
    go_on(t, before, first)
    kept, _ = go_on(t, middle)
    expected = go_on(t, after, second)
    t.restore(kept)
    assert t.frame() == kept
    assert go_on(t, after, second) == expected
    # A trainer that never made the updates before needs no more than the frame.
    other = Trainer(kept.experiment)
    other.restore(kept)
    assert other.frame() == kept
    assert other.experiment == kept.experiment
    assert go_on(other, after, second) == expected


@settings(max_examples=40, deadline=None)
@given(data=st.data(), cuts=st.lists(st.integers(0, 12), max_size=5))
def test_updates_one_by_one_or_at_once(drawn_experiments, data, cuts):
    e = data.draw(drawn_experiments)
    parts, stopped = Trainer(e), None
    for cut in cuts:
        _, stopped = go_on(parts, cut)
        if stopped:
            break
    else:
        _, stopped = go_on(parts, 0)
    at_once = go_on(Trainer(e), sum(cuts))
    assert at_once == (parts.frame(), stopped)


def test_frames_stay_as_they_are():
    t = Trainer(Experiment(n_samples=20, test_fraction=0))
    t.advance(3)
    frame, theta = t.frame(), t.frame().theta.copy()
    loss = frame.train_loss
    t.advance(10)
    t.change(optimizer="sgd")
    t.reset()
    np.testing.assert_array_equal(frame.theta, theta)
    assert (frame.update, frame.train_loss) == (3, loss)


def test_a_frame_of_another_shape_is_refused():
    t = Trainer(Experiment(hidden=[3]))
    t.advance(2)
    before = t.frame()
    for other in (
        Experiment(hidden=[4]),
        Experiment(hidden=[3, 3]),
        Experiment(hidden=[3], features=["x1"]),
        Experiment(hidden=[3], output_activation="softmax", loss="cross_entropy"),
    ):
        with pytest.raises(ValueError, match=r"^frame: .*2-3-1.*\.$"):
            t.restore(Trainer(other).frame())
        assert t.frame() == before


def test_a_frame_brings_its_experiment():
    t = Trainer(Experiment(hidden=[3], learning_rate=0.1))
    frame = Trainer(Experiment(hidden=[3], learning_rate=0.7, dataset="circles", seed=3)).frame()
    t.restore(frame)
    assert t.frame() == frame
    assert t.experiment.dataset == "circles"
    assert t.dataset is Trainer(frame.experiment).dataset


def test_restore_after_divergence():
    e = Experiment(
        dataset="plane", output_activation="linear", loss="squared_error", learning_rate=1e6
    ).evolve(optimizer="sgd", hidden=[])
    t = Trainer(e)
    start = t.frame()
    with pytest.raises(Diverged):
        t.advance(1000)
    t.restore(start)
    assert t.diverged is None
    assert t.frame() == start
