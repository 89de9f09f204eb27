"""Decisions over the plane in fine pixels, so that their borders are lines and not staircases."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nnviz.gui.theme import NEUTRAL_INDEX

Indices = NDArray[np.uint8]
Levels = NDArray[np.int16]

FINER = 4
"""Pixels in place of one, in each direction."""
_EIGHTHS = ((3, 5, 0), (1, 7, 0), (0, 7, 1), (0, 5, 3))
"""Weights of the node before, of the own and of the next one at each of the finer pixels."""
_LOWEST, _HIGHEST = 1, 255


def decided_sign(indices: Indices) -> Indices:
    """A signed picture (n, n) as its two ends, (4n, 4n): interpolated first, decided after."""
    finer = _finer(indices.astype(np.int16) - NEUTRAL_INDEX)
    return (finer >= 0).view(np.uint8) * np.uint8(_HIGHEST - _LOWEST) + np.uint8(_LOWEST)


def decided_class(indices: Indices, levels: int, n_classes: int) -> Indices:
    """A picture of classes (n, n) as the winners at full confidence, (4n, 4n).

    Between two nodes the border lies where their margins over the second class cancel out, which
    is right where no third class is near.
    """
    winners = np.minimum(indices // levels, n_classes - 1)
    share = (indices % levels) / max(levels - 1, 1) * (1 - 1 / n_classes) + 1 / n_classes
    margins = np.rint(np.clip(2 * share - 1, 0.02, 1.0) * 127).astype(np.int16)
    best: Levels | None = None
    decided = np.zeros((FINER * len(indices), FINER * indices.shape[1]), dtype=np.uint8)
    for winner in np.flatnonzero(np.bincount(winners.ravel())).tolist():
        support = _finer(np.where(winners == winner, margins, np.int16(0)))
        if best is None:
            decided[:] = winner
            best = support
            continue
        np.copyto(decided, np.uint8(winner), where=support > best)
        np.maximum(best, support, out=best)
    return decided * np.uint8(levels) + np.uint8(levels - 1)


def _finer(levels: Levels) -> Levels:
    """Linear between the nodes, constant beyond the outer ones; in 64 times the unit."""
    # The second pass, over four times as much, runs along contiguous rows.
    wide = _finer_rows(np.ascontiguousarray(levels.T)).T
    return _finer_rows(np.ascontiguousarray(wide))


def _finer_rows(levels: Levels) -> Levels:
    n_rows, n_columns = levels.shape
    before = np.concatenate([levels[:1], levels[:-1]])
    after = np.concatenate([levels[1:], levels[-1:]])
    finer = np.empty((n_rows, FINER, n_columns), dtype=np.int16)
    for place, (of_before, own, of_after) in enumerate(_EIGHTHS):
        other, share = (before, of_before) if of_before else (after, of_after)
        np.multiply(levels, own, out=finer[:, place])
        finer[:, place] += share * other
    return finer.reshape(FINER * n_rows, n_columns)
