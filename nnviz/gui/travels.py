"""Travels: all gestures that go through time or lay a hand on the network, and what answers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from nnviz.gui.experiment_editor import ExperimentEditor
from nnviz.gui.micro_walk import MicroWalk
from nnviz.gui.session import TrainingSession
from nnviz.gui.states import State
from nnviz.gui.views.inspector import InspectorView
from nnviz.gui.views.surface import SurfaceView
from nnviz.gui.views.timeline import TimelineView
from nnviz.gui.views.topology import TopologyView
from nnviz.insight.parts import BiasPart, EdgePart
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import Experiment

# What answers a gesture is imported with the first one: the window must not wait for it.
if TYPE_CHECKING:
    from nnviz.insight.difference import Difference
    from nnviz.insight.microsteps import MicroStep
    from nnviz.run.hands import Place

    Parts = Iterable[EdgePart | BiasPart]


class Travels(QObject):
    """Connects the network, the output, the inspector and the timeline with the session."""

    can_go_back = Signal(bool)
    granularity_changed = Signal(str)

    def __init__(
        self,
        parent: QObject,
        session: TrainingSession,
        editor: ExperimentEditor,
        topology: TopologyView,
        surface: SurfaceView,
        inspector: InspectorView,
        timeline: TimelineView,
    ) -> None:
        super().__init__(parent)
        self._session, self._editor = session, editor
        self._topology, self._surface = topology, surface
        self._inspector, self._timeline = inspector, timeline
        self._granularity = "update"
        self._pin: Snapshot | None = None
        self._steps: tuple[MicroStep, ...] | None = None
        self._number = 0
        self.walk = MicroWalk(self._move_by_update, self)
        self._connect_walk()
        self._connect_time()
        self._connect_hands()

    # --- connections

    def _connect_walk(self) -> None:
        walk, inspector = self.walk, self._inspector
        walk.spelling_wanted.connect(self._session.spell)
        self._session.spelled.connect(walk.take)
        walk.shown.connect(self._show_step)
        walk.progressed.connect(self._show_progress)
        walk.watching_changed.connect(inspector.set_watching)
        inspector.watch_toggled.connect(self._watch)
        inspector.watch_speed_changed.connect(walk.set_speed)
        inspector.step_asked.connect(self._walk_by)
        inspector.phase_asked.connect(self._walk_to)
        inspector.point_chosen.connect(walk.choose_point)
        self._surface.point_clicked.connect(inspector.choose_point)
        inspector.point_hovered.connect(self._ring)

    def _connect_time(self) -> None:
        bar, session = self._timeline, self._session
        bar.seek_wanted.connect(session.seek)
        bar.checkout_wanted.connect(lambda number: session.travel(methodcaller("checkout", number)))
        bar.rename_wanted.connect(self._rename)
        bar.delete_wanted.connect(self._delete)
        bar.bookmark_wanted.connect(self._bookmark)
        bar.menu.pause_wanted.connect(self._pause)
        bar.bookmark_removed.connect(self._remove_bookmark)
        for view in (bar, self._inspector):
            view.pin_wanted.connect(self.pin)
            view.unpin_wanted.connect(self.unpin)
        self._inspector.difference_shown.connect(self._show_difference)

    def _connect_hands(self) -> None:
        topology = self._topology
        topology.part_chosen.connect(self._inspector.show_part)
        topology.parameter_dragged.connect(self._set_parameter)
        topology.freeze_wanted.connect(self._freeze)
        topology.cut_wanted.connect(self._cut)
        topology.unit_removal_wanted.connect(self._remove_unit)

    # --- stepping

    def set_granularity(self, granularity: str) -> None:
        """What a step is: "micro", "update" or "epoch"."""
        self._granularity = granularity
        if granularity != "micro":
            self.walk.stop()

    def forward(self) -> None:
        self._go(1)

    def back(self) -> None:
        self._go(-1)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.walk.show_snapshot(snapshot)
        self._tell_way_back()

    def show_state(self, state: State) -> None:
        """While it trains by itself, nobody walks."""
        if state in (State.PLAYING, State.LOADING):
            self.walk.stop()
        self._inspector.set_running(state is State.PLAYING)

    def forget(self) -> None:
        """Another run is shown: nothing of the one before is compared with it."""
        self.walk.stop()
        self.unpin()

    def _go(self, direction: int) -> None:
        if self._granularity == "micro":
            self._walk_by(direction)
        else:
            self._session.go(direction, self._granularity)

    def _walk_by(self, direction: int) -> None:
        self._stand_still()
        if direction > 0:
            self.walk.forward()
        else:
            self.walk.back()

    @Slot(str)
    def _walk_to(self, phase: str) -> None:
        self._stand_still()
        self.walk.go_to(phase)

    def _stand_still(self) -> None:
        """Who walks by micro-steps does not train meanwhile."""
        self._pause()
        self._choose_micro()

    @Slot()
    def _pause(self) -> None:
        if self._session.state is State.PLAYING:
            self._session.pause()

    def _move_by_update(self, direction: int) -> bool:
        return self._session.go(direction, "update")

    @Slot(bool)
    def _watch(self, watching: bool) -> None:
        if watching:
            self._stand_still()
        self.walk.watch(watching)

    def _choose_micro(self) -> None:
        if self._granularity != "micro":
            self._granularity = "micro"
            self.granularity_changed.emit("micro")

    @Slot(object, int)
    def _show_step(self, steps: tuple[MicroStep, ...] | None, number: int) -> None:
        self._steps, self._number = steps, number
        self._tell_way_back()
        self._inspector.show_step(steps, number)
        if steps is None:
            self._topology.show_step(None)
            self._surface.show_batch(None)
            return
        points = steps[0].values["points"]
        from nnviz.insight.equation_example import example_row

        # The one whose numbers the inspector tells.
        self._surface.show_batch(points, int(points[example_row(steps)]))

    @Slot(object)
    def _ring(self, point: int | None) -> None:
        """The inspector points at one of the update's points."""
        points = None if self._steps is None else self._steps[0].values["points"]
        if point is not None and points is None:
            points = np.array([point])
        self._surface.show_batch(points, point)

    def _tell_way_back(self) -> None:
        snapshot = self._session.snapshot
        outline = None if snapshot is None else snapshot.timeline
        is_later = outline is not None and outline.update > outline.oldest
        self.can_go_back.emit(is_later or (self._steps is not None and self._number > 0))

    @Slot(float)
    def _show_progress(self, progress: float) -> None:
        if self._steps is not None:
            self._topology.show_step(self._steps[self._number], progress)

    # --- time

    @Slot(int, str)
    def _rename(self, number: int, name: str) -> None:
        self._editor.do("rename the branch", methodcaller("rename_branch", number, name))

    @Slot(str)
    def _bookmark(self, note: str) -> None:
        self._editor.do("bookmark", methodcaller("bookmark", note))

    @Slot()
    def _remove_bookmark(self) -> None:
        self._editor.do("remove the bookmark", methodcaller("remove_bookmark"))

    @Slot(int)
    def _delete(self, number: int) -> None:
        told = "The branch is deleted; Ctrl+Z brings it back."
        self._editor.do("delete a branch", methodcaller("delete_branch", number), told)

    @Slot()
    def pin(self) -> None:
        """Compare other moments with the one that is shown now."""
        snapshot = self._session.snapshot
        if snapshot is not None:
            self._pin = snapshot
            outline = snapshot.timeline
            branch = None if outline is None else outline.current.number
            self._timeline.set_pin(snapshot.frame.update, branch)
            self._inspector.show_pin(snapshot)

    @Slot()
    def unpin(self) -> None:
        if self._pin is not None:
            self._pin = None
            self._timeline.set_pin(None, None)
            self._inspector.show_pin(None)

    @Slot(object)
    def _show_difference(self, difference: Difference | None) -> None:
        snapshot = self._session.snapshot
        if difference is None or self._pin is None or snapshot is None:
            self._surface.show_difference(None, "")
            self._topology.show_difference(None)
            return
        self._topology.show_difference(difference)
        before, after = self._pin.frame.update, snapshot.frame.update
        label = f"change from update {before:,} to {after:,}"
        self._surface.show_difference(difference.surface.change, label)

    # --- hands

    @Slot(object, float, object)
    def _set_parameter(self, part: EdgePart | BiasPart, value: float, gesture: object) -> None:
        from nnviz.run.hands import set_parameter

        command = partial(set_parameter, place=place_of(part), value=value, gesture=gesture)
        self._editor.do_part(gesture, self._name(part), command)

    @Slot(object, bool)
    def _freeze(self, parts: Parts, frozen: bool) -> None:
        from nnviz.run.hands import frozen_experiment

        experiment, network = self._present()
        if experiment is not None:
            places = [place_of(part) for part in parts]
            after = frozen_experiment(experiment, network, places, frozen)
            self._editor.change({"trainable": after.trainable})

    @Slot(object)
    def _cut(self, parts: Parts) -> None:
        from nnviz.run.hands import cut

        places = tuple(place_of(part) for part in parts)
        self._editor.do("cut", partial(cut, places=places))

    @Slot(int, int)
    def _remove_unit(self, layer: int, unit: int) -> None:
        from nnviz.run.hands import remove_unit

        text = f"remove unit {unit + 1} of layer {layer}"
        self._editor.do(text, partial(remove_unit, layer=layer, unit=unit))

    def _present(self) -> tuple[Experiment | None, Any]:
        snapshot = self._session.snapshot
        if snapshot is None:
            return None, None
        return self._session.experiment, snapshot.frame.network

    def _name(self, part: EdgePart | BiasPart) -> str:
        """As all views call it."""
        from nnviz.gui.views.inspector_words import parameter_words

        snapshot, place = self._session.snapshot, place_of(part)
        if snapshot is None:
            return "weight" if isinstance(part, EdgePart) else "bias"
        return parameter_words(snapshot.frame.network, snapshot.dataset, *place)


def place_of(part: EdgePart | BiasPart) -> Place:
    """Where a part of the picture stands among the parameters."""
    from nnviz.run.hands import Place

    if isinstance(part, EdgePart):
        return Place(part.layer, part.target, part.source)
    return Place(part.layer, part.unit)
