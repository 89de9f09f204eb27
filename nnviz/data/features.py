"""Inputs made from inputs: x1², x1·x2, sin x1 and the like."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEATURES: dict[str, tuple[re.Pattern[str], Callable[..., Array]]] = {
    "x1": (re.compile(r"x([0-9]{1,4})"), lambda x: x),
    "x1^2": (re.compile(r"x([0-9]{1,4})\^2"), np.square),
    "x1*x2": (re.compile(r"x([0-9]{1,4})\*x([0-9]{1,4})"), np.multiply),
    "sin(x1)": (re.compile(r"sin\(x([0-9]{1,4})\)"), np.sin),
    "cos(x1)": (re.compile(r"cos\(x([0-9]{1,4})\)"), np.cos),
}
"""An example of each form of feature: how it is written, and what it computes."""


def parse_feature(text: str) -> tuple[Callable[..., Array], tuple[int, ...]] | None:
    """The function and the columns, counted from 0, that a feature names; None if it is none."""
    for pattern, function in FEATURES.values():
        if match := pattern.fullmatch(text):
            return function, tuple(int(number) - 1 for number in match.groups())
    return None


def feature_problem(text: str, n_columns: int) -> str | None:
    """Why a feature cannot be made from `n_columns` columns, as a clause; None if it can."""
    parsed = parse_feature(text)
    if parsed is None:
        shown = repr(text) if len(text) <= 40 else repr(text[:40]) + "…"
        return f"{shown} is not a feature, write one like {', '.join(FEATURES)}"
    for column in parsed[1]:
        if not 0 <= column < n_columns:
            return f"{text!r} names x{column + 1}, the data have x1 to x{n_columns}"
    return None


def make_features(features: tuple[str, ...], columns: Array) -> Array:
    """The features (n, len(features)) made from `columns` (n, k); all columns when none is named.

    ValueError names a feature that cannot be made.
    """
    if not features:
        return columns
    made = []
    for text in features:
        if problem := feature_problem(text, columns.shape[1]):
            raise ValueError(f"features: {problem}.")
        parsed = parse_feature(text)
        assert parsed is not None
        function, numbers = parsed
        made.append(function(*(columns[:, number] for number in numbers)))
    return np.column_stack(made)
