"""The best moment of a run, by a loss."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nnviz.insight.history import History
from nnviz.run.outline import Outline


def best_row(losses: NDArray[np.float64], history: History, outline: Outline | None) -> int | None:
    """Where a loss was lowest, as a row of the history; None where it never was finite.

    `losses` (rows,) is one of the history's columns. Only moments count at which it was measured
    by the formula that the branch ends with: another one has another scale.
    """
    since = last_other_loss(outline)
    is_alike = history.update > (-1 if since is None else since)
    finite = np.where(np.isfinite(losses) & is_alike, losses, np.inf)
    row = int(finite.argmin()) if len(finite) else 0
    return row if len(finite) and np.isfinite(finite[row]) else None


def last_other_loss(outline: Outline | None) -> int | None:
    """The update after which the branch got the loss that it ends with; None if it began so."""
    changes = () if outline is None else outline.changes
    return max((update for update, old, new in changes if old.loss != new.loss), default=None)
