"""Experiments from files; every error is one sentence that names the file."""

from __future__ import annotations

from pathlib import Path

from nnviz.run.experiment import Experiment

LARGEST_FILE = 256 * 1024 * 1024


def read_experiment(path: Path) -> Experiment:
    """The experiment that a JSON file holds; ValueError says what is wrong with the file."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError(f"{path}: larger than {LARGEST_FILE // 2**20} MiB.")
        text = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}).") from None
    try:
        return Experiment.from_json(text)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
