"""Experiments from files; every error is one sentence that names the file."""

from __future__ import annotations

from pathlib import Path

from nnviz.files.png_text import METADATA_KEY, SIGNATURE, png_text
from nnviz.run.experiment import Experiment

LARGEST_FILE = 256 * 1024 * 1024
"""In bytes."""


def read_experiment(path: Path) -> Experiment:
    """The experiment that a JSON file holds, or a PNG that nnviz exported.

    ValueError says what is wrong with the file.
    """
    try:
        with path.open("rb") as file:
            # A device or a pipe has no size to ask for first, and perhaps no end.
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}).") from None
    if len(content) > LARGEST_FILE:
        raise ValueError(f"{path}: larger than {LARGEST_FILE:,} bytes.")
    try:
        if not content.startswith(SIGNATURE):
            return Experiment.from_json(content)
        text = png_text(content, METADATA_KEY)
        if text is None:
            raise ValueError("this picture holds no experiment; only exports of nnviz do.")
        return Experiment.from_json(text)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
