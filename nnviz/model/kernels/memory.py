"""Numbers placed so that a register is filled from one line of the processor's cache."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnviz.model.network import Array

LINE = 8
"""Numbers in a line of the processor's cache."""


def aligned(numbers: Array) -> Array:
    """A copy that begins where a line of the processor's cache does; zeros fill up its last line.

    Elsewhere every other vector lies across two lines; an update took up to a fifth longer then,
    or not, as chance had it at the start of the program.
    """
    room = np.zeros(in_lines(numbers.size) + LINE)
    first = -room.__array_interface__["data"][0] // 8 % LINE
    copy = room[first : first + numbers.size]
    copy[:] = numbers
    return copy


def aligned_rows(vectors: Sequence[Array], length: int) -> Array:
    """Copies of vectors of that length as rows of one array, each as by `aligned`."""
    rows = np.zeros((len(vectors), in_lines(length)))
    for row, vector in zip(rows, vectors, strict=True):
        row[:length] = vector
    return aligned(rows.reshape(-1)).reshape(rows.shape)


def in_lines(length: int) -> int:
    """So many numbers, and what fills up their last line of the cache."""
    return -(-length // LINE) * LINE
