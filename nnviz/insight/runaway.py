"""Runaway: whether a run that is finite has left for good what it began with."""

from __future__ import annotations

import numpy as np

from nnviz.insight.history import History

MANY_TIMES = 5.0
"""Higher than at the beginning: no preset comes near it with any optimizer at its own rate."""
FEWEST_UPDATES = 20
FEWEST_MOMENTS = 8


def rise_of_loss(history: History, update: int) -> float | None:
    """How many times as high as at the beginning the loss is, if it stays MANY_TIMES as high.

    What counts is the present loss, and the median of the later half of the moments up to
    `update`: one that jumps and comes down again has not run away. None too where there is not
    enough to tell.
    """
    losses = history.train_loss[history.update <= update]
    if len(losses) < FEWEST_MOMENTS or update - history.update[0] < FEWEST_UPDATES:
        return None
    first, later = losses[0], losses[len(losses) // 2 :]
    if not first > 0 or not np.isfinite(later).all():
        return None
    rise = float(losses[-1] / first)
    return rise if min(rise, float(np.median(later)) / first) >= MANY_TIMES else None
