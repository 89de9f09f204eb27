"""The order of the points in an epoch: the compiled twin of model/order.py."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from nnviz.model.kernels.entry import INNER

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_ONE = np.uint64(1)
_HALF = np.uint64(32)

Array = Any


@njit(**INNER)
def _mix(z: Any) -> Any:
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@njit(**INNER)
def draw_order(order: Array, n: int, seed: int, epoch: int) -> None:
    """Fill `order` (n,) with the permutation that `model.order.order(n, seed, epoch)` gives."""
    key = _mix(_mix(np.uint64(seed) + _GOLDEN) + (np.uint64(epoch) + _ONE) * _GOLDEN)
    for i in range(n):
        order[i] = i
    for i in range(n - 1, 0, -1):
        size = np.uint64(i + 1)
        draw = _mix(key + size * _GOLDEN)
        j = np.int64(((draw >> _HALF) * size) >> _HALF)
        held = order[i]
        order[i] = order[j]
        order[j] = held
