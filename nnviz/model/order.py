"""The order of the points in an epoch: the same integers on every machine and in every engine."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

_Words = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ / golden ratio, odd
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def _mix(z: _Words) -> _Words:
    """SplitMix64's finalizer: a bijection of 64-bit words in which every bit changes every bit.

    Arrays only: they wrap around silently, where NumPy's scalars warn.
    Source: Steele, Lea and Flood 2014, with the constants of Vigna's public-domain version.
    """
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@lru_cache(maxsize=4)
def order(n: int, seed: int, epoch: int) -> npt.NDArray[np.int64]:
    """The permutation of 0 … n − 1 in which an epoch visits its points; read-only, shape (n,).

    All words are unsigned 64-bit integers that wrap around. With mix as above and
    G = 0x9E3779B97F4A7C15:

        key    = mix(mix(seed + G) + (epoch + 1)·G)
        order  = 0, 1, …, n − 1
        for i = n − 1 down to 1:
            r = mix(key + (i + 1)·G)
            j = ((r >> 32)·(i + 1)) >> 32          0 ≤ j ≤ i
            swap order[i] and order[j]

    A draw depends on i alone, so all can be made at once or each where it is needed. The bound
    by multiplication and shift favours no j by more than n / 2³². Nothing is carried over from
    one epoch to the next. Raises ValueError unless 1 ≤ n < 2³² and 0 ≤ seed, epoch < 2⁶³.
    Source: Durstenfeld 1964 (the shuffle of Fisher and Yates).
    """
    if not 1 <= n < 2**32:
        raise ValueError(f"n must be from 1 to 2**32 - 1, not {n}")
    for name, value in (("seed", seed), ("epoch", epoch)):
        if not 0 <= value < 2**63:
            raise ValueError(f"{name} must be from 0 to 2**63 - 1, not {value}")

    seed_word, epoch_word = np.array([[seed], [epoch]], dtype=np.uint64)
    key = _mix(_mix(seed_word + _GOLDEN) + (epoch_word + np.uint64(1)) * _GOLDEN)

    sizes = np.arange(n, 1, -1, dtype=np.uint64)  # i + 1 for i = n − 1 … 1
    draws = _mix(key + sizes * _GOLDEN)
    picks = ((draws >> np.uint64(32)) * sizes) >> np.uint64(32)

    permutation = list(range(n))
    for i, j in zip(range(n - 1, 0, -1), picks.tolist(), strict=True):
        permutation[i], permutation[j] = permutation[j], permutation[i]

    result = np.array(permutation, dtype=np.int64)
    result.flags.writeable = False
    return result
