"""Experiments from files; every error is one sentence that names the file."""

from __future__ import annotations

from pathlib import Path

from nnviz.files import pdf_text, png_text, svg_text
from nnviz.run.experiment import Experiment

LARGEST_FILE = 256 * 1024 * 1024
"""In bytes."""

ENDINGS = (".json", ".png", ".svg", ".pdf")
"""Of the files that may hold an experiment."""


def read_experiment(path: Path) -> Experiment:
    """The experiment that a JSON file holds, or a PNG, SVG or PDF that nnviz exported.

    What kind it is, is told by what is in it and not by its name. ValueError says what is wrong
    with the file.
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
        return Experiment.from_json(_json(content))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _json(content: bytes) -> str | bytes:
    """The experiment's JSON in a file of any of our kinds; ValueError where there is none."""
    if content.startswith(png_text.SIGNATURE):
        text = png_text.png_text(content, png_text.METADATA_KEY)
    elif content.startswith(pdf_text.SIGNATURE):
        text = pdf_text.pdf_text(content)
    elif svg_text.is_svg(content):
        text = svg_text.svg_text(content)
    else:
        return content
    if text is None:
        raise ValueError("this picture holds no experiment; only exports of nnviz do.")
    return text
