"""Segment: a stretch of updates made from one experiment by one engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from nnviz.model.reference import Divergence, State
from nnviz.run.experiment import Experiment
from nnviz.run.keyframes import Keyframes

Kind = Literal["start", "change", "parameters", "engine", "restored", "reset"]


class Segment:
    """Updates `first` to `end`, made from one experiment by one engine."""

    def __init__(
        self,
        parent: Segment | None,
        experiment: Experiment,
        engine: str,
        start: State,
        kind: Kind = "start",
        words: str = "",
        enter: Callable[[State], State] | None = None,
    ) -> None:
        """`enter` makes `start` from the parent's state at that update, if it can be so made."""
        self.parent = parent
        self.experiment = experiment
        self.engine = engine
        """The one that makes its updates, of ENGINES."""
        self.kind = kind
        self.words = words
        """What was edited, for people; empty where nothing was."""
        self.enter = enter
        self.gesture: object = None
        """Of which this edit is a part, such as a drag; None for one that has no parts."""
        self.keyframes = Keyframes(start, is_derivable=enter is not None)
        self.first = start.update
        self.end = start.update
        """The newest update that was made."""
        self.divergence: Divergence | None = None
        """Why nothing comes after `end`."""
        self.bookmarks: dict[int, str] = {}
        """A note by its update."""

    def lineage(self) -> list[Segment]:
        """From the root to this one."""
        line: list[Segment] = []
        segment: Segment | None = self
        while segment is not None:
            line.append(segment)
            segment = segment.parent
        return line[::-1]
