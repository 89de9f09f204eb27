"""Frozen and cut parts of the network: asked for, and seen."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy, QTest

from nnviz.gui.export_png import grab_image
from nnviz.gui.export_stage import FigureOptions
from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.topology import TopologyView
from nnviz.insight.parts import BiasPart, EdgePart
from nnviz.run.experiment import Experiment
from nnviz.run.hands import Place, cut, freeze
from nnviz.run.trainer import Trainer

Show = Callable[..., TopologyView]
Keys = Qt.Key


def trainer_of(hidden: tuple[int, ...] = (3, 2)) -> Trainer:
    return Trainer(Experiment(dataset="moons", hidden=hidden))


def action(actions: list[QAction], text: str) -> QAction:
    (found,) = [each for each in actions if each.text() == text]
    return found


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("hidden", [(3, 2), (20, 20)])
def test_frozen_and_cut_parts_are_seen(
    on: SimpleNamespace, show: Show, theme: Theme, hidden: tuple[int, ...]
) -> None:
    view = show(hidden=hidden, theme=theme)
    trainer = trainer_of(hidden)
    on.with_snapshot(view, trainer)
    view.set_running(True)
    view.set_reduced_motion(True)
    free = on.picture(view)
    freeze(trainer, [Place(1, 0, 1)])
    on.with_snapshot(view, trainer)
    frozen = on.picture(view)
    cut(trainer, [Place(1, 0, 1)])
    on.with_snapshot(view, trainer)
    is_cut = on.picture(view)
    freeze(trainer, [Place(1, 1)])
    on.with_snapshot(view, trainer)
    seen = [free, frozen, is_cut, on.picture(view)]
    assert all(seen[a] != seen[b] for a in range(4) for b in range(a))


def test_an_edge_that_is_cut_has_a_gap(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=())
    trainer = trainer_of(())
    cut(trainer, [Place(1, 0, 0)])
    on.with_snapshot(view, trainer)
    assert view.arrangement is not None
    first, second = (tile.right for tile in view.arrangement.tiles[0])
    x = (first + view.arrangement.tiles[1][0].x) / 2
    image = on.picture(view)
    top, bottom = view.arrangement.tiles[0][0].y, view.arrangement.tiles[0][1].y
    upper = on.inked_rows(image, int(x), int(top), int((top + bottom) / 2) + 20, LIGHT.card)
    assert second
    assert not upper


def test_frozen_parts_are_seen_in_figures(on: SimpleNamespace, show: Show) -> None:
    view = show()
    trainer = trainer_of()
    on.with_snapshot(view, trainer)
    free = grab_image(view, FigureOptions())
    freeze(trainer, [Place(1, 0, 1)])
    cut(trainer, [Place(2, 0, 1)])
    on.with_snapshot(view, trainer)
    assert grab_image(view, FigureOptions()) != free


def test_f_freezes_and_lets_learn_and_delete_cuts(on: SimpleNamespace, show: Show) -> None:
    view = show()
    trainer = trainer_of()
    on.with_snapshot(view, trainer)
    frozen, gone = QSignalSpy(view.freeze_wanted), QSignalSpy(view.cut_wanted)
    on.click(view, on.on_edge(view, 1, 2, 1))
    QTest.keyClick(view, Keys.Key_F)
    assert frozen.at(0) == [(EdgePart(1, 2, 1),), True]
    freeze(trainer, [Place(1, 2, 1)])
    on.with_snapshot(view, trainer)
    QTest.keyClick(view, Keys.Key_F)
    assert frozen.at(1) == [(EdgePart(1, 2, 1),), False]
    QTest.keyClick(view, Keys.Key_Delete)
    assert gone.at(0) == [(EdgePart(1, 2, 1),)]
    on.click(view, on.middle(view, 1, 0))
    QTest.keyClick(view, Keys.Key_F)
    assert frozen.at(2) == [(BiasPart(1, 0), EdgePart(1, 0, 0), EdgePart(1, 0, 1)), True]
    on.click(view, on.middle(view, 0, 0))
    QTest.keyClick(view, Keys.Key_F)
    assert frozen.count() == 3, "inputs have nothing that could learn"


def test_a_unit_is_cut_off_on_both_sides(on: SimpleNamespace, show: Show) -> None:
    view = show()
    on.with_snapshot(view, trainer_of())
    gone = QSignalSpy(view.cut_wanted)
    incoming = (BiasPart(1, 0), EdgePart(1, 0, 0), EdgePart(1, 0, 1))
    outgoing = (EdgePart(2, 0, 0), EdgePart(2, 1, 0))
    on.click(view, on.middle(view, 1, 0))
    QTest.keyClick(view, Keys.Key_Delete)
    assert gone.at(0) == [(*incoming, *outgoing)]
    unit = QPointF(*on.middle(view, 1, 0))
    action(view.context_actions(unit), "Cut").trigger()
    assert gone.at(1) == gone.at(0)
    on.click(view, on.middle(view, 0, 1))
    QTest.keyClick(view, Keys.Key_Delete)
    assert gone.at(2) == [tuple(EdgePart(1, target, 1) for target in range(3))]
    on.click(view, on.middle(view, 3, 0))
    QTest.keyClick(view, Keys.Key_Delete)
    assert gone.at(3) == [(BiasPart(3, 0), EdgePart(3, 0, 0), EdgePart(3, 0, 1))]


def test_the_menu_of_an_edge(on: SimpleNamespace, show: Show) -> None:
    view = show()
    trainer = trainer_of()
    on.with_snapshot(view, trainer)
    place = QPointF(*on.on_edge(view, 1, 2, 1))
    texts = [each.text() for each in view.context_actions(place)]
    assert texts == ["Type its value…", "Freeze", "Cut"]
    frozen, gone = QSignalSpy(view.freeze_wanted), QSignalSpy(view.cut_wanted)
    action(view.context_actions(place), "Freeze").trigger()
    assert frozen.at(0) == [(EdgePart(1, 2, 1),), True]
    action(view.context_actions(place), "Cut").trigger()
    assert gone.count() == 1
    freeze(trainer, [Place(1, 2, 1)])
    on.with_snapshot(view, trainer)
    action(view.context_actions(place), "Let it learn").trigger()
    assert frozen.at(1)[1] is False


def test_the_menu_of_a_unit_and_of_a_layer(on: SimpleNamespace, show: Show) -> None:
    view = show()
    on.with_snapshot(view, trainer_of())
    removed, frozen = QSignalSpy(view.unit_removal_wanted), QSignalSpy(view.freeze_wanted)
    unit = QPointF(*on.middle(view, 2, 1))
    texts = [each.text() for each in view.context_actions(unit)]
    assert texts == ["Freeze", "Cut", "Freeze layer 2", "Remove this unit"]
    on.click(view, on.middle(view, 2, 1))
    assert [each.text() for each in view.context_actions()] == texts
    chosen = QSignalSpy(view.part_chosen)
    action(view.context_actions(unit), "Remove this unit").trigger()
    assert removed.at(0) == [2, 1]
    assert chosen.at(0) == [None]
    assert view.arrangement is not None
    caption = QPointF(*view.arrangement.captions[1].middle)
    assert [each.text() for each in view.context_actions(caption)] == [
        "Freeze layer 1",
        "Cut layer 1",
    ]
    action(view.context_actions(caption), "Freeze layer 1").trigger()
    assert len(frozen.at(0)[0]) == 3 * 3
    on_input = view.context_actions(QPointF(*on.middle(view, 0, 0)))
    assert [each.text() for each in on_input] == ["Cut"]
    assert view.context_actions(QPointF(1, 1)) == []


def test_the_only_unit_of_a_layer_stays(on: SimpleNamespace, show: Show) -> None:
    view = show(hidden=(1,))
    on.with_snapshot(view, trainer_of((1,)))
    actions = view.context_actions(QPointF(*on.middle(view, 1, 0)))
    assert not action(actions, "Remove this unit").isEnabled()
    output = view.context_actions(QPointF(*on.middle(view, 2, 0)))
    assert "Remove this unit" not in [each.text() for each in output]
