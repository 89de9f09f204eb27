"""History: the figures of a run over time, thinned so that it never grows beyond a bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnviz.run.frame import Frame

Array = NDArray[np.float64]

MOST_MOMENTS = 2_000

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


class Recorder:
    """Collects moments. When full, it drops every second one and records half as often.

    With `most=None` it is never full: 64 bytes for each moment.
    """

    def __init__(self, most: int | None = MOST_MOMENTS) -> None:
        self._most = most
        self.clear()

    def clear(self) -> None:
        self._rows = np.empty((self._most or MOST_MOMENTS, len(COLUMNS)))
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
        self._rows[place] = _figures(frame, n_points)
        if place:
            # A new batch size begins the pass anew; the axis of time goes on all the same.
            self._rows[place, 1] = max(self._rows[place, 1], self._rows[place - 1, 1])
        self._count = place + 1

    def history(self) -> History:
        """What was recorded, as arrays that are never written again."""
        columns = self._rows[: self._count].T.copy()
        columns.setflags(write=False)
        return History(*columns)

    def _thin_out(self) -> int:
        kept = self._rows[::2].copy()
        self._rows[: len(kept)] = kept
        gaps = np.diff(kept[:, 0])
        self._least_gap = float(np.median(gaps))
        return len(kept)


def _figures(frame: Frame, n_points: int) -> list[float]:
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
