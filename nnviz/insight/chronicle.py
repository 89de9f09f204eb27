"""Chronicle: the figures of every branch of a timeline, each moment recorded once."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from nnviz.insight.history import COLUMNS, MOST_MOMENTS, History, Recorder, figures_of
from nnviz.run.frame import Frame
from nnviz.run.segment import Segment
from nnviz.run.timeline import Timeline

Array = NDArray[np.float64]
_UPDATE, _EPOCH = COLUMNS.index("update"), COLUMNS.index("epoch")


class Chronicle:
    """One recorder for each segment; a branch's history is that of its segments, end to end.

    What a branch that was deleted had is forgotten with it.
    """

    def __init__(self) -> None:
        self._recorders: WeakKeyDictionary[Segment, Recorder] = WeakKeyDictionary()

    def record(self, timeline: Timeline, frame: Frame, n_points: int) -> None:
        """Note the present moment, unless later ones of its segment are known already."""
        recorder = self._recorders.get(timeline.segment)
        if recorder is None:
            recorder = self._recorders[timeline.segment] = Recorder()
        if recorder.newest < frame.update:
            recorder.record(frame, n_points)

    def count(self, timeline: Timeline, at_most: int) -> int:
        """How many known moments there are from the beginning to the end of the present segment.

        Nobody counts on after `at_most`.
        """
        count, end = 0, np.inf
        for segment in reversed(timeline.segment.lineage()):
            count += int(np.searchsorted(self._rows(segment)[:, _UPDATE], end))
            end = segment.first
            if count >= at_most:
                return at_most
        return count

    def history(self, timeline: Timeline, frame: Frame, n_points: int) -> History:
        """The whole present branch, also what comes after `frame`, the moment one stands at."""
        lineage = timeline.line.tip.lineage()
        ends = [segment.first for segment in lineage[1:]] + [np.inf]
        parts = [
            rows[rows[:, _UPDATE] < end]
            for segment, end in zip(lineage, ends, strict=True)
            if len(rows := self._rows(segment))
        ]
        now = np.array([figures_of(frame, n_points)])
        rows = np.concatenate([*parts, now]) if parts else now
        rows = _with_moment(rows[:-1], now)
        rows = _thinned(rows, frame.update)
        # A new batch size begins the pass anew; the axis of time goes on all the same.
        rows[:, _EPOCH] = np.maximum.accumulate(rows[:, _EPOCH])
        return History.of(rows)

    def _rows(self, segment: Segment) -> Array:
        recorder = self._recorders.get(segment)
        return np.empty((0, len(COLUMNS))) if recorder is None else recorder.rows


def _with_moment(rows: Array, now: Array) -> Array:
    """The rows with this one in its place: its figures may not have been recorded."""
    updates, update = rows[:, _UPDATE], now[0, _UPDATE]
    before, after = np.searchsorted(updates, [update, update + 0.5])
    return np.concatenate([rows[:before], now, rows[after:]])


def _thinned(rows: Array, update: int) -> Array:
    """At most MOST_MOMENTS or so, evenly; the first, the last and the present one stay."""
    if len(rows) <= MOST_MOMENTS:
        return rows
    every = -(-len(rows) // MOST_MOMENTS)
    keeps = np.arange(len(rows)) % every == 0
    keeps |= rows[:, _UPDATE] == update
    keeps[-1] = True
    kept: Array = rows[keeps]
    return kept
