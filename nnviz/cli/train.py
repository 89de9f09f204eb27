"""`nnviz train`: a run without a window."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnviz.cli.errors import (
    FAILED,
    CommandError,
    failed_write_is_said,
    missing_library_is_said,
    print_result,
)
from nnviz.cli.options import AsJson, Epochs, OpenFile, Preset, Settings, experiment_of
from nnviz.cli.progress import train_to_the_end, trainer_for

if TYPE_CHECKING:
    from nnviz.run.frame import Frame
    from nnviz.run.trainer import Trainer


def train_command(
    preset: Preset = None,
    open_file: OpenFile = None,
    epochs: Epochs = None,
    settings: Settings = None,
    history: Annotated[
        Path | None,
        typer.Option(
            "--history",
            metavar="FILE",
            help="Write the figures at the start and after every epoch to FILE, as CSV.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train without a window, and print the figures reached."""
    experiment = experiment_of("train", preset, open_file, epochs, settings)
    with missing_library_is_said():
        trainer = trainer_for(experiment)
    if history is None:
        train_to_the_end(trainer)
        _print_figures(trainer.frame(), as_json)
        return
    failures = _train_and_write(trainer, history)
    if trainer.epoch == experiment.epochs:
        # A history that could not be written does not cost the figures too.
        _print_figures(trainer.frame(), as_json)
    if failures:
        raise CommandError(" ".join(map(str, failures)), FAILED)


def _train_and_write(trainer: Trainer, path: Path) -> list[CommandError]:
    """Train, and write the history also of a run that ended early; returns what went wrong."""
    from nnviz.files.atomic import check_writable, write_whole
    from nnviz.files.history_csv import history_csv, scheduled_rates
    from nnviz.insight.history import Recorder

    with failed_write_is_said(path):
        check_writable(path)
    recorder = Recorder(most=None)
    n_points = len(trainer.dataset.X_train)
    failures = []
    try:
        train_to_the_end(trainer, lambda frame: recorder.record(frame, n_points))
    except CommandError as error:
        failures.append(error)
    history = recorder.history()
    rates = scheduled_rates(trainer.experiment, history.epoch.tolist())
    try:
        with failed_write_is_said(path):
            write_whole(path, history_csv(history, rates))
    except CommandError as error:
        failures.append(error)
    return failures


def _print_figures(frame: Frame, as_json: bool) -> None:
    figures = _figures(frame)
    if as_json:
        result = figures | {"experiment": frame.experiment.model_dump()}
        print_result(json.dumps(result, allow_nan=False))
        return
    for name, value in figures.items():
        if value is not None:
            print_result(f"{name.replace('_', ' '):<16}{value:>12.6g}")


def _figures(frame: Frame) -> dict[str, float | None]:
    """The figures by name; None also for one that is not finite, as JSON has no infinity."""
    figures = {
        "epoch": frame.epoch,
        "update": frame.update,
        "train_loss": frame.train_loss,
        "train_data_loss": frame.train_data_loss,
        "test_loss": frame.test_loss,
        "train_accuracy": frame.train_accuracy,
        "test_accuracy": frame.test_accuracy,
    }
    return {
        name: value if value is not None and isfinite(value) else None
        for name, value in figures.items()
    }
