"""Annotations: what is done to branches and moments without training. Each can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nnviz.run.branches import Line
from nnviz.run.segment import Segment

if TYPE_CHECKING:
    from nnviz.run.timeline import Timeline


class Annotation(Protocol):
    """Something that can be done and undone any number of times, wherever one stands."""

    def do(self, timeline: Timeline) -> None: ...

    def undo(self, timeline: Timeline) -> None: ...

    @property
    def kept(self) -> Segment | None:
        """What has to be kept for undoing it; None where the branches keep it."""


@dataclass(eq=False)
class Deletion:
    """A branch goes; undone it comes back, with its number and name if they are still free."""

    line: Line

    def do(self, timeline: Timeline) -> None:
        for line in timeline.lines:
            # Who has gone to it meanwhile keeps it.
            if line.number == self.line.number and line is not timeline.line:
                self.line = line
        if self.line in timeline.lines and self.line is not timeline.line:
            timeline.lines.remove(self.line)

    def undo(self, timeline: Timeline) -> None:
        if not any(line.number == self.line.number for line in timeline.lines):
            self.line = timeline.new_line(self.line.tip, self.line)

    @property
    def kept(self) -> Segment | None:
        return self.line.tip


@dataclass(eq=False)
class Renaming:
    """A branch, by its number, gets another name."""

    number: int
    name: str
    before: tuple[str, bool] = ("", False)
    """The name that it had, and whether that was given by hand."""

    def do(self, timeline: Timeline) -> None:
        for line in self._lines(timeline):
            self.before = line.name, line.is_named
            line.name, line.is_named = self.name, True

    def undo(self, timeline: Timeline) -> None:
        for line in self._lines(timeline):
            line.name, line.is_named = self.before

    def _lines(self, timeline: Timeline) -> list[Line]:
        return [line for line in timeline.lines if line.number == self.number]

    @property
    def kept(self) -> Segment | None:
        return None


@dataclass(eq=False)
class Bookmarking:
    """A moment gets a note, or loses it where that is None."""

    segment: Segment
    update: int
    note: str | None
    before: str | None = None

    def do(self, timeline: Timeline) -> None:
        self.before = self.segment.bookmarks.get(self.update)
        self._set(self.note)

    def undo(self, timeline: Timeline) -> None:
        self._set(self.before)

    def _set(self, note: str | None) -> None:
        if note is None:
            self.segment.bookmarks.pop(self.update, None)
        else:
            self.segment.bookmarks[self.update] = note

    @property
    def kept(self) -> Segment | None:
        return self.segment
