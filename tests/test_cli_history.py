"""`nnviz train --history`: a line for every epoch, also of a run that went wrong."""

import csv
import json
import os
import subprocess
import sys

import pytest

from nnviz import Trainer, preset
from nnviz.__main__ import main
from nnviz.files import atomic

COLUMNS = (
    "update epoch learning_rate train_loss train_data_loss penalty test_loss "
    "train_accuracy test_accuracy"
).split()
DIVERGING = (
    "--set dataset=plane --set output_activation=linear --set loss=squared_error "
    "--set optimizer=sgd --set batch_size=full --set hidden= --set learning_rate=30"
).split()


def train(*arguments):
    return main(["train", *map(str, arguments)])


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_line_for_the_start_and_for_every_epoch(tmp_path, capsys):
    path = tmp_path / "history.csv"
    settings = ("--set", "schedule=step", "--set", "schedule_every=3", "--set", "l2=0.01")
    status = train("--preset", "moons", "--epochs", 7, *settings, "--history", path, "--json")
    captured = capsys.readouterr()
    assert (status, captured.err) == (0, "")
    rows = rows_of(path)
    assert list(rows[0]) == COLUMNS
    assert [row["epoch"] for row in rows] == [str(epoch) for epoch in range(8)]
    trainer = Trainer(preset("moons").evolve(epochs=7, schedule="step", schedule_every=3, l2=0.01))
    for row in rows:
        frame = trainer.frame()
        assert row["update"] == str(frame.update)
        for name in COLUMNS[3:]:
            assert float(row[name]) == getattr(frame, name)
        trainer.advance_epochs(1)
    rates = [float(row["learning_rate"]) for row in rows]
    assert rates == [0.03, 0.03, 0.03, 0.015, 0.015, 0.015, 0.0075, 0.0075]
    result = json.loads(captured.out)
    assert result["train_loss"] == float(rows[-1]["train_loss"])


def test_more_epochs_than_the_window_would_keep(tmp_path):
    path = tmp_path / "history.csv"
    assert train("--preset", "or", "--epochs", 4500, "--history", path) == 0
    rows = rows_of(path)
    assert [row["update"] for row in rows] == [str(update) for update in range(4501)]


def test_the_result_is_the_same_as_without(tmp_path, capsys):
    arguments = ("--preset", "circles", "--epochs", 5, "--json")
    train(*arguments)
    without = capsys.readouterr().out
    train(*arguments, "--history", tmp_path / "history.csv")
    assert capsys.readouterr().out == without


def test_a_run_that_diverges_keeps_its_history(tmp_path, capsys):
    path = tmp_path / "history.csv"
    assert train("--preset", "moons", *DIVERGING, "--history", path) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert "diverged" in captured.err
    rows = rows_of(path)
    assert 1 < len(rows) < 300
    assert [row["epoch"] for row in rows] == [str(epoch) for epoch in range(len(rows))]
    assert float(rows[-1]["train_loss"]) > float(rows[0]["train_loss"])


def test_a_run_that_is_interrupted_keeps_its_history(tmp_path, capsys, monkeypatch):
    advance = Trainer.advance_epochs

    def interrupt(trainer, epochs=1):
        if trainer.epoch == 4:
            raise KeyboardInterrupt
        advance(trainer, epochs)

    monkeypatch.setattr(Trainer, "advance_epochs", interrupt)
    path = tmp_path / "history.csv"
    assert train("--preset", "moons", "--history", path) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "nnviz: Stopped at epoch 4.\n")
    assert len(rows_of(path)) == 5


@pytest.mark.parametrize("place", ["missing/history.csv", ".", "file/history.csv"])
def test_a_place_that_cannot_be_written_is_refused_before_training(
    tmp_path, capsys, monkeypatch, place
):
    (tmp_path / "file").write_text("a file, and no folder")

    def advance(*_):
        raise AssertionError("it trained")

    monkeypatch.setattr(Trainer, "advance_epochs", advance)
    path = tmp_path / place
    assert train("--preset", "moons", "--history", path) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert str(path) in captured.err
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_write_that_fails_at_the_end_keeps_the_figures_and_the_old_file(
    tmp_path, capsys, monkeypatch
):
    path = tmp_path / "history.csv"
    path.write_text("old")
    check = atomic.check_writable

    def check_and_fill_the_disk(target):
        check(target)
        monkeypatch.setattr(os, "write", full)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "check_writable", check_and_fill_the_disk)
    assert train("--preset", "xor", "--epochs", 2, "--history", path) == 1
    monkeypatch.undo()
    captured = capsys.readouterr()
    assert "train accuracy" in captured.out
    assert captured.err == f"nnviz: {path} cannot be written (No space left on device).\n"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("language", ["C", "C.UTF-8"])
def test_any_path_in_any_language(tmp_path, language):
    folder = tmp_path / "ein Ordner für 日本語"
    folder.mkdir()
    path = folder / "Verlauf ä.csv"
    done = subprocess.run(
        [sys.executable, "-m", "nnviz", *"train --preset or --epochs 2 --history".split(), path],
        capture_output=True,
        timeout=100,
        check=False,
        env=os.environ | {"LC_ALL": language, "LANG": language},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(rows_of(path)) == 3
