"""A run that has run away: never said of one that learns, said of one that gets nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from nnviz import PRESETS, Trainer, preset
from nnviz.insight.history import COLUMNS, History, Recorder
from nnviz.insight.runaway import FEWEST_MOMENTS, FEWEST_UPDATES, rise_of_loss


def history_of(losses, gap=10):
    rows = np.full((len(losses), len(COLUMNS)), np.nan)
    rows[:, COLUMNS.index("update")] = gap * np.arange(len(losses))
    rows[:, COLUMNS.index("train_loss")] = losses
    return History.of(rows)


def rise(losses, gap=10):
    return rise_of_loss(history_of(losses, gap), gap * (len(losses) - 1))


def test_a_loss_that_stays_high():
    assert rise([1.0] + [20.0] * 11) == 20.0
    assert rise([0.5] + [3.0] * 10 + [4.0]) == 8.0


@pytest.mark.parametrize(
    "losses",
    [
        [1.0] + [4.9] * 11,
        [1.0] + [20.0] * 10 + [0.5],  # it has come down
        [1.0] + [20.0, 2.0, 1.0] * 5 + [20.0],  # it jumps
        [1.0] + [20.0] * (FEWEST_MOMENTS - 2),
        [0.0] + [20.0] * 11,
        [np.nan] + [20.0] * 11,
        [1.0] + [20.0] * 10 + [np.inf],
    ],
)
def test_nothing_is_said_of_others(losses):
    assert rise(losses) is None


def test_a_few_updates_tell_nothing():
    losses = [1.0] + [20.0] * (FEWEST_UPDATES - 2)
    assert rise(losses, gap=1) is None
    assert rise([*losses, 20.0, 20.0], gap=1) == 20.0


def test_what_comes_later_does_not_count():
    history = history_of([1.0] + [1.0] * 11 + [50.0] * 30)
    assert rise_of_loss(history, 110) is None
    assert rise_of_loss(history, 410) == 50.0


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_no_preset_runs_away(name):
    trainer = Trainer(preset(name))
    recorder = Recorder()
    for _ in range(25):
        recorder.record(trainer.frame(), len(trainer.dataset.X_train))
        trainer.advance(max(1, trainer.updates_per_epoch // 4))
        assert rise_of_loss(recorder.history(), trainer.update) is None
