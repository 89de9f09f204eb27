"""The experiment that an SVG file carries."""

from __future__ import annotations

from nnviz.files.xml_text import experiment_element, experiment_text

_LOOKED_AT = 200
"""Bytes in which markup has to begin."""


def is_svg(data: bytes) -> bool:
    """Whether the file begins as XML does; what is in it is seen when it is read."""
    return data[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def svg_metadata(experiment_json: str) -> str:
    """The `metadata` element of an SVG that holds an experiment."""
    return f"<metadata>{experiment_element(experiment_json)}</metadata>"


def svg_text(data: bytes) -> str | None:
    """The experiment's JSON; None where there is none; ValueError when the file is damaged."""
    return experiment_text(data)
