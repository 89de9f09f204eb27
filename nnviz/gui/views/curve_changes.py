"""Changes in the middle of a run: where the curves may jump, and because of what."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from nnviz.gui.views.scales import short_text
from nnviz.insight.snapshot import Snapshot
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.schedules import SCHEDULES
from nnviz.run.experiment import Experiment
from nnviz.run.outline import Outline

_LABELLED: dict[str, Any] = {
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
_JUMPS = frozenset({"activation", "hidden", "loss", "l1", "l2"})
"""Fields that give the same parameters another loss."""
_WITHOUT_EFFECT = frozenset({"epochs"})


class Change(NamedTuple):
    """From this moment on another experiment holds."""

    update: int
    epoch: float
    text: str
    """What has been changed: "activation ReLU, L2 0.01"."""
    jumps: bool
    """Whether the figures before and after are not comparable."""


class Changes:
    """The changes of a run, found by comparing each snapshot with the one before."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._run = -1
        self._experiment: Experiment | None = None
        self._all: list[Change] = []
        self._start: Experiment | None = None

    @property
    def all(self) -> tuple[Change, ...]:
        """The changes, oldest first."""
        return tuple(self._all)

    def note(self, snapshot: Snapshot) -> None:
        """Look whether this snapshot's experiment is another than the last one's."""
        if snapshot.timeline is not None:
            self._all = _changes_of(snapshot, snapshot.timeline)
            return
        frame, before = snapshot.frame, self._experiment
        if snapshot.run != self._run:
            self.clear()
            before = None
        # Going back in time forgets what came after.
        while self._all and self._all[-1].update > frame.update:
            self._all.pop()
        self._run, self._experiment = snapshot.run, frame.experiment
        # Before the first update there are no figures that a change could be told from.
        if before is None or before is frame.experiment or not frame.update:
            return
        if self._all and self._all[-1].update == frame.update and self._start is not None:
            # Several changes at one moment, as while a slider is dragged, are one.
            before = self._start
            self._all.pop()
        fields = before.differences(frame.experiment)
        fields = {name: fields[name] for name in fields if name not in _WITHOUT_EFFECT}
        if fields:
            self._start = before
            epoch = float(snapshot.history.epoch[-1]) if len(snapshot.history) else 0.0
            text = _words(fields)
            self._all.append(Change(frame.update, epoch, text, not _JUMPS.isdisjoint(fields)))


def _changes_of(snapshot: Snapshot, timeline: Outline) -> list[Change]:
    """Those of the whole branch that one stands on."""
    history, found = snapshot.history, []
    for update, steps in groupby(timeline.changes, key=itemgetter(0)):
        # Several changes at one moment, as while a slider is dragged, are one.
        all_steps = list(steps)
        fields = all_steps[0][1].differences(all_steps[-1][2])
        fields = {name: fields[name] for name in fields if name not in _WITHOUT_EFFECT}
        # Before the first update there are no figures that a change could be told from.
        if not fields or not update or not len(history):
            continue
        place = min(int(np.searchsorted(history.update, update)), len(history) - 1)
        epoch, jumps = float(history.epoch[place]), not _JUMPS.isdisjoint(fields)
        found.append(Change(update, epoch, _words(fields), jumps))
    return found


def _words(fields: dict[str, Any]) -> str:
    return ", ".join(_word(name, value) for name, value in fields.items())


def _word(name: str, value: Any) -> str:
    label = name.upper() if name in ("l1", "l2") else name.replace("_", " ")
    if isinstance(value, bool):
        return label if value else f"no {label}"
    if isinstance(value, int | float):
        return f"{label} {short_text(value) if isinstance(value, float) else value}"
    if isinstance(value, str):
        known = _LABELLED.get(name, {})
        return f"{label} {known[value].label if value in known else value}"
    return label


def near(changes: Iterable[Change], epoch: float, reach: float) -> Change | None:
    """The change nearest to an epoch, at most `reach` epochs away."""
    close = [change for change in changes if abs(change.epoch - epoch) <= reach]
    return min(close, key=lambda change: abs(change.epoch - epoch), default=None)
