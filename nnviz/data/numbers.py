"""Numbers from outside: an array of them, or a sentence on what is wrong with it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def real_numbers(values: Any) -> Array | None:
    """A new array of doubles, rows one after the other in memory; None when `values` are none.

    Texts that look like numbers, complex numbers, missing values and ragged rows are no numbers;
    whole numbers of any size are, as long as a double can hold them.
    """
    try:
        given = np.asarray(values)
        if given.dtype.kind == "O" and not all(
            isinstance(value, int | float | np.number) for value in given.flat
        ):
            return None
        if given.dtype.kind not in "biufO":
            return None
        return np.array(given, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None


def checked_rows(name: str, values: Any, columns: int, what: str) -> Array:
    """Finite rows (n, columns); ValueError with `name` and with `what` each row needs."""
    rows = real_numbers(values)
    if rows is None:
        raise ValueError(f"{name}: every row needs numbers, {what}, and no other values.")
    if rows.ndim != 2 or rows.shape[1] != columns:
        raise ValueError(f"{name}: shape {rows.shape} given; each row needs {what}.")
    if not np.isfinite(rows).all():
        row = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
        raise ValueError(f"{name}: row {row + 1} has a value that is infinite or not a number.")
    return rows
