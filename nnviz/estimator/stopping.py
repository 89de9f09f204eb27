"""When to stop: after some passes in which the figure that is looked at did not improve."""

from __future__ import annotations

import math


class Patience:
    """Counts the passes since a figure, larger being better, last grew by `tol`.

    As in scikit-learn: a pass counts when the figure stays below the best one + `tol`, and it is
    over with more than `n_iter_no_change` such passes in a row.
    """

    def __init__(self, tol: float, n_iter_no_change: float) -> None:
        self._tol = float(tol)
        self._most = float(n_iter_no_change)
        self._best = -math.inf
        self._passes = 0

    @property
    def is_over(self) -> bool:
        return self._passes > self._most

    @property
    def is_endless(self) -> bool:
        """Whether all passes were asked for, whatever they bring."""
        return math.isinf(self._most)

    def notes_a_best(self, figure: float) -> bool:
        """Look at the figure of a pass; whether it is better than all before."""
        has_improved = figure >= self._best + self._tol  # not so for NaN
        self._passes = 0 if has_improved else self._passes + 1
        if not figure > self._best:
            return False
        self._best = figure
        return True
