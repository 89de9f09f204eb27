"""Bringing columns to a common range; what is needed for it is learned from the training part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scaling:
    """`fit(columns)` gives (shift, scale), each (k,): a column becomes (x − shift) / scale."""

    label: str
    tooltip: str
    fit: Callable[[Array], tuple[Array, Array]]


def _none(columns: Array) -> tuple[Array, Array]:
    return np.zeros(columns.shape[1]), np.ones(columns.shape[1])


def _standard(columns: Array) -> tuple[Array, Array]:
    return columns.mean(axis=0), _without_zeros(columns.std(axis=0))


def _minmax(columns: Array) -> tuple[Array, Array]:
    low, high = columns.min(axis=0), columns.max(axis=0)
    return (low + high) / 2, _without_zeros((high - low) / 2)


def _without_zeros(scale: Array) -> Array:
    """A constant column is shifted to 0 and not divided."""
    return np.where(scale > 0.0, scale, 1.0)


SCALINGS: dict[str, Scaling] = {
    "none": Scaling("none", "Leaves the inputs as they are.", _none),
    "standard": Scaling(
        "standard",
        "Shifts every input to mean 0 and deviation 1, so that one learning rate suits them all.",
        _standard,
    ),
    "minmax": Scaling(
        "min–max",
        "Brings every input to the range from −1 to 1, so that one learning rate suits them all.",
        _minmax,
    ),
}
