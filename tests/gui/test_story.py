"""One session from end to end, by mouse and keys; every number is that of a trainer by itself.

XOR: three micro-steps forward, two back, 50 epochs, back to epoch 10, a weight is dragged, 20
epochs, back to the first branch, compare, undo all.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from nnviz import Trainer, microsteps, preset
from nnviz.gui.states import State
from nnviz.gui.views.inspector_compare import ComparePage
from nnviz.gui.views.topology_pointing import Part, target_at
from nnviz.gui.window import MainWindow
from nnviz.insight.difference import Difference, difference
from nnviz.run.frame import Frame
from nnviz.run.hands import Place, set_parameter

WAIT = 20_000
LEFT = Qt.MouseButton.LeftButton

Open = Callable[..., MainWindow]


class Hand:
    """Uses the window as a user does."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    @property
    def frame(self) -> Frame:
        snapshot = self.window.session.snapshot
        assert snapshot is not None
        return snapshot.frame

    def waits_for(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT)

    def presses(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        QTest.keyClick(self.window, key, modifier or Qt.KeyboardModifier.NoModifier)

    def steps(self, key: Qt.Key, count: int) -> None:
        """Micro-steps: each waits for the one before."""
        for _ in range(count):
            self.presses(key)
            self.waits_for(lambda: not self.window.travels.walk.is_waiting)

    def undoes(self) -> None:
        self.presses(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    def scrubs_to(self, update: int) -> None:
        """By the mouse near the place, then by the arrow keys."""
        bar = self.window.timeline
        track = bar.track
        assert track is not None
        QTest.mouseClick(bar, LEFT, pos=QPoint(round(track.x_of(update)), round(track.y)))
        self.waits_for(lambda: abs(self.frame.update - update) <= 3)
        bar.setFocus(Qt.FocusReason.TabFocusReason)
        while self.frame.update != update:
            at = self.frame.update
            QTest.keyClick(bar, Qt.Key.Key_Right if at < update else Qt.Key.Key_Left)
            self.waits_for(lambda at=at: self.frame.update != at)  # type: ignore[misc]
        self.window.transport.setFocus()

    def drags_an_edge(self, pixels: int) -> Place:
        """Some edge into the first hidden layer, upwards; returns which."""
        topology = self.window.topology
        place, at = _edge_in_the_open(self.window)
        QTest.mouseMove(topology, at)
        QTest.mousePress(topology, LEFT, pos=at)
        for step in range(0, pixels + 1, 5):
            QTest.mouseMove(topology, at - QPoint(0, step))
        QTest.mouseRelease(topology, LEFT, pos=at - QPoint(0, pixels))
        return place


def _edge_in_the_open(window: MainWindow) -> tuple[Place, QPoint]:
    picture = window.topology._picture
    stage = picture.layout.stage
    first, second = picture.layout.tiles[0][0], picture.layout.tiles[1][0]
    x = (first.right + second.x) / 2
    for y in np.arange(stage.y + 5, stage.bottom - 5, 1.0):
        target = target_at(x, float(y), picture)
        if target is not None and target.part is Part.EDGE:
            assert picture.edges is not None
            source = int(picture.edges.source[target.edge])
            return Place(target.layer, target.unit, source), QPointF(x, y).toPoint()
    raise AssertionError("There is no edge to be seen.")


def _assert_same(shown: Difference, expected: Difference) -> None:
    assert shown.figures == expected.figures
    assert shown.sentences == expected.sentences
    assert shown.largest == expected.largest
    for mine, wanted in (
        (shown.weights, expected.weights),
        (shown.biases, expected.biases),
        ((shown.surface.change,), (expected.surface.change,)),
    ):
        assert mine is not None
        assert wanted is not None
        for one, other in zip(mine, wanted, strict=True):
            np.testing.assert_array_equal(one, other)


def test_the_story_of_xor(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    window.resize(1280, 800)
    hand, trainer = Hand(window, qtbot), Trainer(preset("xor"), engine="reference")
    start = trainer.frame()
    assert hand.frame == start

    # Three micro-steps forward, two back.
    hand.presses(Qt.Key.Key_1)
    told = microsteps(trainer)
    for number in range(3):
        hand.steps(Qt.Key.Key_Right, 1)
        step = window.travels.walk.step
        assert step is not None
        assert (step.title, step.formula) == (told[number].title, told[number].formula)
        for name, value in told[number].values.items():
            np.testing.assert_array_equal(step.values[name], value)
    assert window.transport.step_back.isEnabled()
    hand.steps(Qt.Key.Key_Left, 2)
    assert window.travels.walk.number == 0
    assert hand.frame == start

    # Fifty epochs.
    hand.presses(Qt.Key.Key_3)
    window.change({"epochs": 50})
    hand.presses(Qt.Key.Key_Space)
    hand.waits_for(lambda: window.session.state is State.FINISHED)
    trainer.change(epochs=50)
    trainer.advance_epochs(50)
    hand.waits_for(lambda: hand.frame == trainer.frame())
    first_end = trainer.frame()

    # Back to epoch 10, which is update 10: all four points make an update.
    hand.scrubs_to(10)
    trainer.seek(10)
    assert hand.frame == trainer.frame()
    assert window.session.state is State.PAUSED

    # A weight is dragged; the loss follows at once.
    before = trainer.train_loss
    place = hand.drags_an_edge(40)
    hand.waits_for(lambda: hand.frame != trainer.frame())
    assert place.source is not None
    index = place.layer - 1, (place.unit, place.source)
    hand.waits_for(lambda: window.session._interruption.served == window.session._interruption.sent)
    qtbot.wait(100)
    value = float(hand.frame.weights[index[0]][index[1]])
    assert value > trainer.weights[index[0]][index[1]]
    set_parameter(trainer, place, value)
    assert hand.frame == trainer.frame()
    assert hand.frame.train_loss != before

    # Twenty epochs.
    for epoch in range(11, 31):
        hand.presses(Qt.Key.Key_Right)
        hand.waits_for(lambda epoch=epoch: hand.frame.epoch == epoch)  # type: ignore[misc]
    trainer.advance_epochs(20)
    hand.waits_for(lambda: hand.frame == trainer.frame())
    second_end = trainer.frame()
    outline = window.session.snapshot.timeline  # type: ignore[union-attr]
    assert outline is not None
    assert outline.branches == trainer.branches

    # Back to the first branch, and compare.
    differences: list[Difference] = []
    window.inspector.difference_shown.connect(differences.append)
    window.travels.pin()
    window.timeline.menu.aboutToShow.emit()
    next(a for a in window.timeline.menu.actions() if a.text().startswith("main")).trigger()
    trainer.checkout("main")
    hand.waits_for(lambda: hand.frame == trainer.frame() == first_end)
    window.inspector.show_tab("Compare")
    snapshot = window.session.snapshot
    assert snapshot is not None
    expected = difference(second_end, first_end, snapshot.grid)
    page = window.inspector._page("Compare")
    assert isinstance(page, ComparePage)
    hand.waits_for(lambda: page.difference is not None)
    assert page.difference is not None
    _assert_same(page.difference, expected)
    assert expected.figures["train_loss"].before == second_end.train_loss
    assert expected.figures["train_loss"].after == hand.frame.train_loss
    subtracted = next(b for b in page.findChildren(QAbstractButton) if b.text() == "subtracted")
    subtracted.click()
    hand.waits_for(lambda: bool(differences))
    _assert_same(differences[-1], expected)
    change = window.topology._picture.change
    assert change is not None
    for shown, those in zip(change, (expected.weights, expected.biases), strict=True):
        assert those is not None
        assert all(map(np.array_equal, shown, those))

    # Undo all: the drag, and the change of the epochs.
    while window.undo_stack.canUndo():
        hand.undoes()
        trainer.undo()
        hand.waits_for(lambda: hand.frame == trainer.frame())
    assert hand.frame == start
    assert window.session.experiment == preset("xor")
    # Nothing of it is lost.
    outline = window.session.snapshot.timeline  # type: ignore[union-attr]
    assert outline is not None
    assert outline.branches == trainer.branches
    assert {branch.newest for branch in outline.branches} >= {30, 50}
