"""Timeline: the tree of all that a run has been through. It stores and picks; it does not train.

An edit ends a segment and begins one. A branch is a way through the tree, from its root to the
tip that it grows at. What lies between the moments that are kept is made again by whoever trains.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nnviz.model.reference import State
from nnviz.run.annotations import Annotation, Deletion, Renaming
from nnviz.run.branches import Branch, Line, branches_of, passes, superfluous
from nnviz.run.experiment import Experiment
from nnviz.run.keyframes import BUDGET, bytes_of, thin_out
from nnviz.run.segment import Segment

MOST_UNDONE = 500
"""Gestures that can be undone; each keeps its segments."""


class Place(NamedTuple):
    """A moment: where two segments meet it says in which of them."""

    segment: Segment
    update: int
    line: Line


class Gesture(NamedTuple):
    """What can be undone: it led from one moment to another."""

    before: Place
    after: Place
    token: object
    """The same for all parts of one gesture, such as a drag; None for one that has no parts."""
    annotation: Annotation | None = None
    """Where nothing was trained or edited, what was done instead; undoing it goes nowhere."""


class Timeline:
    """All segments and branches, where one stands in them, and what can be undone."""

    def __init__(self, experiment: Experiment, engine: str, state: State) -> None:
        self.budget = BUDGET
        """Bytes that all kept moments together may take."""
        root = Segment(None, experiment, engine, state)
        self.lines = [Line(1, "main", root)]
        self.line = self.lines[0]
        self.segment = root
        self._undo: list[Gesture] = []
        self._redo: list[Gesture] = []
        self._bytes = bytes_of(state)

    # --- where what is

    def place(self, update: int) -> Place:
        """Where one stands at a moment of the present segment."""
        return Place(self.segment, update, self.line)

    def oldest(self) -> int:
        return self.line.tip.lineage()[0].first

    def newest(self) -> int:
        """The newest update of this branch."""
        return self.line.tip.end

    def segment_at(self, update: int, line: Line | None = None) -> Segment:
        """The segment of a branch to which an update belongs; at an edit, the one that it began."""
        lineage = (line or self.line).tip.lineage()
        return next(segment for segment in reversed(lineage) if segment.first <= update)

    def next_segment(self) -> Segment | None:
        """What follows the present segment on this branch."""
        if self.segment is self.line.tip:
            return None
        lineage = self.line.tip.lineage()
        return lineage[lineage.index(self.segment) + 1]

    def is_at_tip(self, update: int) -> bool:
        """Whether nothing comes after this moment on this branch."""
        return self.segment is self.line.tip and update == self.segment.end

    def reachable(self) -> Iterator[Segment]:
        """Every segment that a branch or an undo can come to, each once."""
        seen: set[int] = set()
        gestures = (*self._undo, *self._redo)
        places = [place for gesture in gestures for place in (gesture.before, gesture.after)]
        kept = [g.annotation.kept for g in gestures if g.annotation is not None]
        tips = (*(p.segment for p in places), *kept, *(line.tip for line in self.lines))
        for tip in tips:
            segment: Segment | None = tip
            while segment is not None and id(segment) not in seen:
                seen.add(id(segment))
                yield segment
                segment = segment.parent

    @property
    def bytes(self) -> int:
        """What all kept moments take."""
        return self._bytes

    # --- going on

    def extend(self, state: State, gap: int) -> None:
        """The present segment has come to this state; kept when it is `gap` updates on."""
        segment = self.segment
        if state.update <= segment.end:
            return
        segment.end = state.update
        if segment.keyframes.offer(state, gap):
            self._bytes += bytes_of(state)
            if self._bytes > self.budget:
                self._weigh()

    def begin(self, update: int, segment: Segment, token: object = None) -> None:
        """An edit at `update` of the present segment, after which another one begins.

        At the tip the branch goes on with it. Before the tip, and where it has no parent, it
        begins a branch, and the old one stays. What has the token of the gesture before is undone
        with it.
        """
        before = self.place(update)
        segment.gesture = token
        self._attach(update, segment)
        after = self.place(segment.first)
        self._redo.clear()
        if token is not None and self._undo and self._undo[-1].token == token:
            self._undo[-1] = self._undo[-1]._replace(after=after)
        else:
            self._undo.append(Gesture(before, after, token))
            del self._undo[:-MOST_UNDONE]
        self._weigh()

    def can_amend(self, token: object, update: int) -> bool:
        """Whether the present segment is a part of the same gesture, and nothing came of it yet."""
        return (
            token is not None
            and bool(self._undo)
            and self._undo[-1].token == token
            and self._undo[-1].after.segment is self.segment
            and self.segment.first == update
            and self.is_at_tip(update)
        )

    def switch(self, update: int, segment: Segment) -> None:
        """From the tip on with another engine: no gesture, nothing to undo."""
        self._attach(update, segment)
        self._weigh()

    def note_move(self, before: Place) -> None:
        """A gesture has gone from `before` to where one stands: it can be undone."""
        self._redo.clear()
        self._undo.append(Gesture(before, self.place(self.segment.first), None))

    def _attach(self, update: int, segment: Segment) -> None:
        if segment.parent is not None and self.is_at_tip(update):
            self.line.tip = segment
        else:
            self.line = self.new_line(segment)
        self.segment = segment
        self._prune()

    def new_line(self, tip: Segment, like: Line | None = None) -> Line:
        """With the number and name of `like`, a branch that has gone, if they are free."""
        numbers, names = {line.number for line in self.lines}, {line.name for line in self.lines}
        if like is not None and like.number not in numbers and like.name not in names:
            line = Line(like.number, like.name, tip, like.is_named)
        else:
            number = max(numbers) + 1
            while f"branch {number}" in names:  # given by hand to another one
                number += 1
            line = Line(number, f"branch {number}", tip)
        self.lines.append(line)
        self.lines.sort(key=lambda line: line.number)
        return line

    def _weigh(self) -> None:
        self._bytes = thin_out([s.keyframes for s in self.reachable()], self.budget)

    # --- undoing

    @property
    def last_gesture(self) -> Gesture | None:
        """What `undo` would undo."""
        return self._undo[-1] if self._undo else None

    @property
    def next_redone(self) -> Gesture | None:
        """What `redo` would do again."""
        return self._redo[-1] if self._redo else None

    def annotate(self, update: int, annotation: Annotation) -> None:
        """Do something that is no edit; a gesture like any other."""
        annotation.do(self)
        here = self.place(update)
        self._redo.clear()
        self._undo.append(Gesture(here, here, None, annotation))
        del self._undo[:-MOST_UNDONE]
        self._weigh()

    def undo(self) -> Place | None:
        """Stand where the last gesture began; ValueError when there is none.

        None where the gesture was an annotation, for which one need not go anywhere.
        """
        if not self._undo:
            raise ValueError("undo: no gesture is left to undo.")
        gesture = self._undo.pop()
        self._redo.append(gesture)
        if gesture.annotation is not None:
            gesture.annotation.undo(self)
            return None
        place = self.stand(gesture.before)
        self._drop_bare(gesture.after.segment)
        return place

    def redo(self) -> Place | None:
        """Stand where the gesture that was undone last had led; ValueError when there is none.

        None where it was an annotation.
        """
        if not self._redo:
            raise ValueError("redo: no gesture is left to redo.")
        gesture = self._redo.pop()
        self._undo.append(gesture)
        if gesture.annotation is not None:
            gesture.annotation.do(self)
            return None
        return self.stand(gesture.after)

    def stand(self, place: Place) -> Place:
        """Stand at a moment, on a branch that it belongs to, which is made where there is none."""
        segment, update = place.segment, place.update
        candidates = [c for c in (place.line, self.line, *self.lines) if c in self.lines]
        line = next((c for c in candidates if passes(segment, update, c)), None)
        self.line = line or self._line_through(place)
        self.segment = place.segment
        self._prune()
        return self.place(place.update)

    def _line_through(self, place: Place) -> Line:
        segment, line = place.segment, place.line
        if line in self.lines:
            lineage = line.tip.lineage()
            if segment in lineage:
                after = lineage[lineage.index(segment) + 1 :]
                # An edit that nothing came of goes without a trace; redoing it brings it back.
                if all(s.end == s.first for s in after) and not self._is_shared(after, line):
                    line.tip = segment
                    return line
            elif line.tip is segment.parent and line.tip.end == segment.first:
                line.tip = segment
                return line
        return self.new_line(segment, line)

    def _drop_bare(self, tip: Segment) -> None:
        """Let go of a branch that nothing came of but the edit that began it; redo makes it again.

        One with a name or a bookmark stays.
        """
        if tip.end == tip.first and not tip.bookmarks:
            self.lines = [
                line
                for line in self.lines
                if line is self.line or line.tip is not tip or line.is_named
            ]

    def _is_shared(self, segments: list[Segment], line: Line) -> bool:
        others = [other for other in self.lines if other is not line]
        return any(s in other.tip.lineage() for other in others for s in segments)

    def _prune(self) -> None:
        """Let go of branches that hold nothing which another does not hold too."""
        for line in superfluous(self.lines, self.line):
            self.lines.remove(line)

    # --- branches

    def branches(self) -> tuple[Branch, ...]:
        """All of them, oldest first."""
        return branches_of(self.lines, self.line)

    def line_of(self, branch: Branch | int | str) -> Line:
        """By the branch, its number or its name; ValueError when there is none."""
        wanted = branch.number if isinstance(branch, Branch) else branch
        for line in self.lines:
            if wanted in (line.number, line.name) and not isinstance(wanted, bool):
                return line
        given = branch.name if isinstance(branch, Branch) else branch
        names = ", ".join(line.name for line in self.lines)
        raise ValueError(f"branch: {given!r} given; allowed: {names}.")

    def rename(self, update: int, line: Line, name: str) -> None:
        """ValueError when the name is empty or another branch has it."""
        name = " ".join(name.split())
        if not name or any(other.name == name for other in self.lines if other is not line):
            raise ValueError(f"branch: the name {name!r} is empty or taken; choose another one.")
        self.annotate(update, Renaming(line.number, name))

    def delete(self, update: int, line: Line) -> None:
        """ValueError for the branch that one stands on."""
        if line is self.line:
            raise ValueError(
                f"branch: {line.name!r} is the one in use; go to another branch before deleting it."
            )
        self.annotate(update, Deletion(line))
