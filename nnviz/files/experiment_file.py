"""Experiments from files; every error is one sentence that names the file."""

from __future__ import annotations

from pathlib import Path

from nnviz.run.experiment import Experiment

LARGEST_FILE = 256 * 1024 * 1024
"""In bytes."""


def read_experiment(path: Path) -> Experiment:
    """The experiment that a JSON file holds; ValueError says what is wrong with the file."""
    try:
        with path.open("rb") as file:
            # A device or a pipe has no size to ask for first, and perhaps no end.
            text = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}).") from None
    if len(text) > LARGEST_FILE:
        raise ValueError(f"{path}: larger than {LARGEST_FILE:,} bytes.")
    try:
        return Experiment.from_json(text)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
