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
    units = _units(columns)
    columns = columns / units
    mean, deviation = columns.mean(axis=0), columns.std(axis=0)
    # The mean of equal numbers is rounded: what little remains is no spread.
    is_constant = columns.min(axis=0) == columns.max(axis=0)
    mean = np.where(is_constant, columns[0], mean)
    return mean * units, _without_zeros(np.where(is_constant, 0.0, deviation) * units)


def _minmax(columns: Array) -> tuple[Array, Array]:
    low, high = columns.min(axis=0) / 2, columns.max(axis=0) / 2
    return low + high, _without_zeros(high - low)


def _units(columns: Array) -> Array:
    """For each column the power of two near its largest value, so that no square overflows."""
    _, exponents = np.frexp(np.abs(columns).max(axis=0))
    units: Array = np.ldexp(1.0, np.clip(exponents, -1_000, 1_000))
    return units


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
