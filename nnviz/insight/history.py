"""History: the figures of a run over time, thinned so that it never grows beyond a bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnviz.run.frame import Frame

Array = NDArray[np.float64]

MOST_MOMENTS = 2_000
_FIRST_ROOM = 64
"""Moments that there is room for at first: many a segment is short."""

COLUMNS = (
    "update",
    "epoch",
    "train_loss",
    "train_data_loss",
    "penalty",
    "test_loss",
    "train_accuracy",
    "test_accuracy",
)


@dataclass(frozen=True, eq=False)
class History:
    """One entry for each moment that was recorded, oldest first; NaN where there is no figure."""

    update: Array
    epoch: Array
    """Fractional: passes over the points, with the part of the present one."""
    train_loss: Array
    train_data_loss: Array
    penalty: Array
    test_loss: Array
    train_accuracy: Array
    test_accuracy: Array

    def __len__(self) -> int:
        return len(self.update)

    @classmethod
    def of(cls, rows: Array) -> History:
        """From one row of COLUMNS for each moment, (n, 8)."""
        columns = rows.T.copy()
        columns.setflags(write=False)
        return cls(*columns)


class Recorder:
    """Collects moments. When full, it drops every second one and records half as often.

    With `most=None` it is never full: 64 bytes for each moment.
    """

    def __init__(self, most: int | None = MOST_MOMENTS) -> None:
        self._most = most
        self.clear()

    def clear(self) -> None:
        self._rows = np.empty((_FIRST_ROOM, len(COLUMNS)))
        self._count = 0
        self._least_gap = 0.0

    def record(self, frame: Frame, n_points: int) -> None:
        """Note a frame of a run over `n_points` training points.

        A moment nearer to the one before than the present spacing replaces the newest entry, so
        that the newest moment is always there. Going back in time forgets what came after.
        """
        update = float(frame.update)
        while self._count and self._rows[self._count - 1, 0] >= update:
            self._count -= 1
        is_close = self._count >= 2 and update - self._rows[self._count - 2, 0] < self._least_gap
        place = self._count - 1 if is_close else self._count
        if place == self._most:
            place = self._thin_out()
        elif place == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[place] = figures_of(frame, n_points)
        if place:
            # A new batch size begins the pass anew; the axis of time goes on all the same.
            self._rows[place, 1] = max(self._rows[place, 1], self._rows[place - 1, 1])
        self._count = place + 1

    def history(self) -> History:
        """What was recorded, as arrays that are never written again."""
        return History.of(self.rows)

    @property
    def rows(self) -> Array:
        """(n, 8), one row of COLUMNS for each moment; a view that later records may change."""
        return self._rows[: self._count]

    @property
    def newest(self) -> float:
        """The update of the newest moment; −1 when there is none."""
        return float(self._rows[self._count - 1, 0]) if self._count else -1.0

    def _thin_out(self) -> int:
        kept = self._rows[: self._count : 2].copy()
        self._rows[: len(kept)] = kept
        gaps = np.diff(kept[:, 0])
        self._least_gap = float(np.median(gaps))
        return len(kept)


def figures_of(frame: Frame, n_points: int) -> list[float]:
    """A moment's row of COLUMNS, of a run over `n_points` training points."""
    nan = float("nan")
    values: list[float | None] = [
        frame.update,
        frame.epoch + frame.position / n_points,
        frame.train_loss,
        frame.train_data_loss,
        frame.penalty,
        frame.test_loss,
        frame.train_accuracy,
        frame.test_accuracy,
    ]
    return [nan if value is None else float(value) for value in values]
