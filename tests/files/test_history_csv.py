"""The history as a table: read back by other programs, exactly."""

import csv
import io
import math

import numpy as np
import pytest

from nnviz import Experiment, Trainer, preset
from nnviz.files.history_csv import history_csv, scheduled_rates
from nnviz.insight.history import COLUMNS, History, Recorder
from nnviz.model.schedules import SCHEDULES


def trained(experiment, epochs):
    """The history of a run, with an entry for every epoch, and the frames it was made of."""
    trainer = Trainer(experiment)
    recorder = Recorder(most=None)
    frames = [trainer.frame()]
    for _ in range(epochs):
        trainer.advance_epochs(1)
        frames.append(trainer.frame())
    for frame in frames:
        recorder.record(frame, len(trainer.dataset.X_train))
    return recorder.history(), frames


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def test_every_number_comes_back_exactly():
    history, frames = trained(preset("moons").evolve(l2=0.01), 7)
    rows = rows_of(history_csv(history))
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) == 8
    for row, frame in zip(rows, frames, strict=True):
        assert row["update"] == str(frame.update)
        assert row["epoch"] == str(frame.epoch)
        for name in COLUMNS[2:]:
            assert float(row[name]) == getattr(frame, name)
        assert float(row["penalty"]) > 0


def test_what_there_is_not_is_an_empty_cell():
    history, _ = trained(preset("xor"), 2)
    assert all(
        row["test_loss"] == row["test_accuracy"] == "" for row in rows_of(history_csv(history))
    )
    regression = Experiment(
        dataset="plane", output_activation="linear", loss="squared_error", hidden=[2]
    )
    history, frames = trained(regression, 1)
    rows = rows_of(history_csv(history))
    assert all(row["train_accuracy"] == row["test_accuracy"] == "" for row in rows)
    assert float(rows[1]["test_loss"]) == frames[1].test_loss


def test_a_moment_within_an_epoch_and_a_loss_beyond_all_numbers():
    columns = {name: np.array([0.0]) for name in COLUMNS}
    columns |= {"epoch": np.array([1 / 3]), "train_loss": np.array([math.inf])}
    (row,) = rows_of(history_csv(History(**columns)))
    assert float(row["epoch"]) == 1 / 3
    assert float(row["train_loss"]) == math.inf


def test_rates_get_a_column_of_their_own():
    history, _ = trained(preset("xor"), 2)
    rows = rows_of(history_csv(history, [0.1, 1 / 3, 1e-300]))
    assert list(rows[0])[:4] == ["update", "epoch", "learning_rate", "train_loss"]
    assert [float(row["learning_rate"]) for row in rows] == [0.1, 1 / 3, 1e-300]
    assert all(row["epoch"] == str(index) for index, row in enumerate(rows))
    with pytest.raises(ValueError, match="2 given; allowed: 3"):
        history_csv(history, [0.1, 0.2])


def test_an_empty_history_has_its_header():
    assert history_csv(Recorder().history()).decode() == ",".join(COLUMNS) + "\n"


@pytest.mark.parametrize("schedule", list(SCHEDULES))
def test_the_rates_are_those_that_training_takes(schedule):
    """Plain gradient descent tells its rate: the step over the gradient of a fixed slope."""
    experiment = preset("xor").evolve(
        optimizer="sgd",
        batch_size="full",
        schedule=schedule,
        schedule_every=2,
        schedule_factor=0.5,
        schedule_floor=0.1,
        learning_rate=0.25,
        epochs=6,
    )
    rates = scheduled_rates(experiment, [0, 1, 2, 3, 4, 5, 5.75])
    assert rates[0] == 0.25
    assert rates[5] == rates[6]
    trainer = Trainer(experiment)
    for rate in rates[:6]:
        start = trainer.frame()
        trainer.advance(1)
        taken = trainer.frame().theta - start.theta
        other = Trainer(experiment.evolve(schedule="constant", learning_rate=rate))
        other.restore(start)
        other.change(schedule="constant", learning_rate=rate)
        other.advance(1)
        assert np.array_equal(other.frame().theta - start.theta, taken)
