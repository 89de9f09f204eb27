"""Nothing stays lit, chosen or written that is no longer what it was."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication

from nnviz.gui.views.topology import TopologyView
from nnviz.insight.parts import BiasPart, EdgePart, LossPart, NeuronPart
from nnviz.run.experiment import Experiment
from nnviz.run.trainer import Trainer

Show = Callable[..., TopologyView]


def trainer_of(hidden: tuple[int, ...]) -> Trainer:
    return Trainer(Experiment(dataset="moons", hidden=hidden))


def test_another_topology_and_the_old_one_again_light_nothing(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(4, 2))
    view.clearFocus()
    left = QSignalSpy(view.unit_left)
    on.hover(view, *on.middle(view, 1, 2))
    view.grab()
    assert view.readout_place is not None
    for hidden in ((4, 2, 2), (4, 2)):
        on.with_snapshot(view, trainer_of(hidden))
        view.grab()
        assert view.readout_place is None
        assert view.cursor().shape() == Qt.CursorShape.ArrowCursor
    assert left.count() == 1


@pytest.mark.parametrize("part", [NeuronPart(2, 0), BiasPart(2, 0), EdgePart(2, 0, 1)])
def test_what_was_the_output_is_chosen_no_more_when_it_is_a_hidden_unit(
    on: SimpleNamespace, show: Show, part: NeuronPart | BiasPart | EdgePart
) -> None:
    view = show(hidden=(4,))
    view._hands.choose(part)
    chosen = QSignalSpy(view.part_chosen)
    on.with_snapshot(view, trainer_of((4, 4)))
    assert [chosen.at(index) for index in range(chosen.count())] == [[None]]


@pytest.mark.parametrize(
    "part", [NeuronPart(1, 2), EdgePart(1, 2, 1), NeuronPart(0, 1), LossPart()]
)
def test_what_stays_what_it_is_stays_chosen(
    on: SimpleNamespace, show: Show, part: NeuronPart | EdgePart | LossPart
) -> None:
    view = show(hidden=(4,))
    view._hands.choose(part)
    chosen = QSignalSpy(view.part_chosen)
    for hidden in ((4, 4), (4, 3), (4,)):
        on.with_snapshot(view, trainer_of(hidden))
    assert chosen.count() == 0


def test_over_a_button_nothing_of_the_picture_is_pointed_at(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(4, 2))
    left = QSignalSpy(view.unit_left)
    on.hover(view, *on.middle(view, 1, 3))
    place = QPointF(4, 4)
    plus = on.button(view, "add a unit to hidden layer 1")
    QApplication.sendEvent(plus, QEnterEvent(place, place, place))
    assert left.count() == 1
    assert view.readout_place is None


def test_what_moves_away_under_the_pointer_is_pointed_at_no_more(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(4, 2))
    hovered, left = QSignalSpy(view.unit_hovered), QSignalSpy(view.unit_left)
    place = on.middle(view, 3, 0)
    on.hover(view, *place)
    same = trainer_of((4, 2))
    view.reset(same.experiment.evolve(activation="relu"), same.dataset)
    assert (hovered.count(), left.count()) == (1, 0), "it has not moved"
    view.resize(1100, 700)
    view.grab()
    QApplication.processEvents()
    assert view.arrangement is not None
    assert not view.arrangement.tiles[3][0].contains(*place)
    assert left.count() == 1 or hovered.count() == 2


def test_a_drag_that_ends_outside_leaves_no_plate(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(3, 2), weights=(1.0, 0.5))
    x, y = on.on_edge(view, 1, 2, 1)
    on.drag(view, [(x, y), (x, y - 30), (x, -400)], release=False)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    view.grab()
    assert view.readout_place is not None, "while it is dragged, it is told"
    on.drag(view, [(x, -400)])
    view.grab()
    assert view.readout_place is None


def test_after_a_drag_the_value_is_that_of_the_run_that_trains(
    on: SimpleNamespace, show: Show
) -> None:
    view = show(hidden=(3, 2))
    trainer = trainer_of((3, 2))
    on.with_snapshot(view, trainer)
    view.set_running(True)
    x, y = on.on_edge(view, 1, 2, 1)
    on.drag(view, [(x, y), (x, y - 30), (x, y - 60)])
    held = view._picture.value_of(EdgePart(1, 2, 1))
    shown = []
    for _ in range(4):
        weights = [W.copy() for W in trainer.weights]
        weights[0][2, 1] = held - 0.7
        trainer.set_parameters(weights, [np.array(b) for b in trainer.biases])
        snapshot = on.moment_of(trainer)
        view.show_snapshot(snapshot)
        shown.append(view._picture.value_of(EdgePart(1, 2, 1)))
    assert shown[0] == held, "the first may be from before"
    assert shown[-1] == pytest.approx(held - 0.7)
