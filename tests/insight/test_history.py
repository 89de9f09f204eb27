"""The history of a run: bounded, in order, with its first and its newest moment."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz import Experiment, Trainer
from nnviz.insight.history import COLUMNS, MOST_MOMENTS, History, Recorder

BASE = Trainer(Experiment(n_samples=8, hidden=[])).frame()


def frame_at(update, **changes):
    state = dataclasses.replace(BASE.state, update=update, epoch=update // 2, position=update % 2)
    return dataclasses.replace(BASE, state=state, **{"train_data_loss": 1 / (update + 1)} | changes)


def recorded(updates, most=MOST_MOMENTS):
    recorder = Recorder(most)
    for update in updates:
        recorder.record(frame_at(update), 2)
    return recorder.history()


def test_columns():
    assert tuple(field.name for field in dataclasses.fields(History)) == COLUMNS
    history = recorded([0, 1, 5])
    assert len(history) == 3
    assert history.update.tolist() == [0, 1, 5]
    assert history.epoch.tolist() == [0, 0.5, 2.5]
    np.testing.assert_allclose(history.train_data_loss, [1, 1 / 2, 1 / 6])
    np.testing.assert_array_equal(history.train_loss, history.train_data_loss + history.penalty)


def test_figures_of_a_real_run():
    t = Trainer(Experiment(n_samples=20, l2=0.1))
    recorder = Recorder()
    frames = []
    for _ in range(7):
        frames.append(t.frame())
        recorder.record(frames[-1], len(t.dataset.X_train))
        t.advance(1)
    history = recorder.history()
    for name in COLUMNS:
        if name != "epoch":
            assert getattr(history, name).tolist() == [getattr(f, name) for f in frames]
    assert history.epoch.tolist() == [0, 10 / 15, 1, 1 + 10 / 15, 2, 2 + 10 / 15, 3]


def test_nan_where_there_is_none():
    recorder = Recorder()
    nothing = {"test_loss": None, "test_accuracy": None, "train_accuracy": None}
    recorder.record(frame_at(0, **nothing), 2)
    recorder.record(frame_at(1, train_data_loss=float("inf")), 2)
    history = recorder.history()
    for name in nothing:
        assert np.isnan(getattr(history, name)[0])
        assert not np.isnan(getattr(history, name)[1])
    assert history.train_loss[1] == np.inf


def test_empty():
    history = Recorder().history()
    assert len(history) == 0
    assert all(getattr(history, name).shape == (0,) for name in COLUMNS)


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(st.integers(1, 50), min_size=1, max_size=150),
    most=st.integers(4, 40),
    start=st.integers(0, 5),
)
def test_bounded_in_order_with_first_and_newest(steps, most, start):
    updates = [start, *(start + int(u) for u in np.cumsum(steps))]
    recorder = Recorder(most)
    for update in updates:
        recorder.record(frame_at(update), 2)
        history = recorder.history()
        assert 1 <= len(history) <= most
        assert history.update[0] == start
        assert history.update[-1] == update
        assert (np.diff(history.update) > 0).all()
        assert (np.diff(history.epoch) >= 0).all()
    assert set(history.update.tolist()) <= set(updates)
    np.testing.assert_array_equal(history.train_data_loss, 1 / (history.update + 1))
    if len(updates) <= most:
        assert history.update.tolist() == updates


def test_a_long_run_is_spread_evenly():
    history = recorded(range(50_000), most=100)
    assert 50 <= len(history) <= 100
    gaps = np.diff(history.update)
    assert gaps.max() <= 4 * np.median(gaps)
    assert history.update[-1] == 49_999


def test_many_frames_first_and_few_later():
    """A slow start, shown update by update, and then full speed."""
    updates = [*range(300), *range(300, 100_000, 997)]
    history = recorded(updates, most=100)
    assert history.update[0] == 0
    assert history.update[-1] == updates[-1]
    assert (history.update > 10_000).sum() > 20


def test_going_back_forgets_what_came_after():
    assert recorded([0, 10, 20, 30, 15]).update.tolist() == [0, 10, 15]
    assert recorded([5, 10, 5]).update.tolist() == [5]
    assert recorded([5, 10, 0]).update.tolist() == [0]


def test_the_same_moment_again_is_replaced():
    recorder = Recorder()
    recorder.record(frame_at(0), 2)
    recorder.record(frame_at(4), 2)
    recorder.record(frame_at(4, train_data_loss=9.0), 2)
    assert recorder.history().train_data_loss.tolist() == [1, 9]


def test_handed_out_arrays_stay_as_they_are():
    recorder = Recorder(4)
    recorder.record(frame_at(0), 2)
    history = recorder.history()
    for update in range(1, 50):
        recorder.record(frame_at(update), 2)
    assert history.update.tolist() == [0]
    for name in COLUMNS:
        with pytest.raises(ValueError, match="read-only"):
            getattr(history, name)[...] = 0


def test_clear_forgets_all():
    recorder = Recorder(8)
    for update in range(100):
        recorder.record(frame_at(update), 2)
    recorder.clear()
    for update in range(8):
        recorder.record(frame_at(update), 2)
    assert recorder.history().update.tolist() == list(range(8))


def test_default_bound():
    assert MOST_MOMENTS == 2000
    assert len(recorded(range(4500))) <= 2000


def test_without_a_bound_every_moment_is_kept():
    assert recorded(range(0, 13_500, 3), most=None).update.tolist() == list(range(0, 13_500, 3))
