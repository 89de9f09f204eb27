"""What the decision surface tells of a place, by pointer and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import LIGHT
from nnviz.gui.views.legend import Legend
from nnviz.gui.views.surface import SurfaceView
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

Show = Callable[..., SurfaceView]


def test_read_out_of_a_place(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view = show(on.solved_xor())
    assert view.readout == ""
    on.hover(view, qtbot, 0.9, 0.1)
    x1, across, x2, up, name, value = view.readout.split()
    assert (x1, x2, name) == ("x₁", "x₂", "output")
    assert float(across) == pytest.approx(0.9, abs=0.02)
    assert float(up) == pytest.approx(0.1, abs=0.02)
    assert float(value) == pytest.approx(1.0, abs=0.02)
    widths = {len(view.readout)}
    for x, y in ((0.1, 0.1), (-0.1, 1.0), (1.1, -0.1)):
        on.hover(view, qtbot, x, y)
        widths.add(len(view.readout))
    assert len(widths) == 1
    QApplication.sendEvent(on.plot(view), QEvent(QEvent.Type.Leave))
    assert view.readout == ""


def test_read_out_of_a_regression_is_the_value(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    view = show(on.regression())
    on.hover(view, qtbot, 1.0, 0.5)
    assert float(view.readout.split()[-1]) == pytest.approx(3.0, abs=0.1)
    on.hover(view, qtbot, -2.3, 0.5)
    assert "≤" in view.readout, "beyond the scale the value is a bound"


def test_read_out_of_classes_is_the_winner_and_its_probability(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    trainer = Trainer(preset("blobs"))
    trainer.advance_epochs(5)
    view = show(trainer)
    place = trainer.dataset.inputs_train[0]
    on.hover(view, qtbot, *place)
    probabilities = trainer.predict_proba(trainer.dataset.transform([place]))[0]
    name, share = view.readout.split("  ")[-1].split(": ")
    assert float(share) == pytest.approx(probabilities.max(), abs=0.05)
    assert name == trainer.dataset.classes[int(probabilities.argmax())]


def test_the_read_out_stays_below_the_plane(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    for size in ((302, 380), (452, 510), (180, 240), (900, 380)):
        view = show(on.two_parts(), size)
        on.hover(view, qtbot, *on.two_parts().dataset.inputs_train[0])
        legend, its = on.part(view, Legend), on.plot(view)
        plane = its.box.sceneBoundingRect().translated(its.geometry().topLeft())
        assert legend.geometry().right() <= plane.right() + 1
        metrics = QFontMetricsF(LIGHT.mono(11))
        assert metrics.horizontalAdvance(legend.drawn_readout()) <= legend.width()
        assert legend.drawn_readout().startswith(("x₁", "train"))


def test_pointing_at_a_point_says_what_it_is(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    trainer = on.two_parts()
    view = show(trainer)
    train, test = trainer.dataset.inputs_train[0], trainer.dataset.inputs_test[0]
    on.hover(view, qtbot, *train)
    assert "train, yes  output" in view.readout
    on.hover(view, qtbot, *test)
    assert "test, yes  output" in view.readout
    on.hover(view, qtbot, test[0] + 0.015, test[1])
    assert "test, yes" in view.readout, "within a few pixels"
    on.box(view, "test points").click()
    assert "test" not in view.readout, "it is hidden"
    on.hover(view, qtbot, 0.5, 0.5)
    assert "yes" not in view.readout


def test_pointing_at_a_point_of_a_regression_says_its_target(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    trainer = on.regression()
    view = show(trainer)
    on.hover(view, qtbot, *trainer.dataset.inputs_train[0])
    target = trainer.dataset.y_train[0]
    assert f"train, target {target:.3g}".replace("-", "−") in view.readout


def test_what_is_read_out_has_a_name(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view = show(on.solved_xor())
    on.hover(view, qtbot, 0.4, 0.6)
    for unit, name in (((1, 0), "unit"), ((0, 1), "input"), ((2, 0), "output")):
        view.show_unit(*unit)
        assert view.readout.split()[-2] == name


def test_a_new_snapshot_renews_the_read_out(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    trainer = Trainer(preset("xor").evolve(hidden=()))
    trainer.set_parameters([np.zeros((1, 2))], [np.zeros(1)])
    view = show(trainer)
    on.hover(view, qtbot, 0.5, 0.5)
    assert view.readout.endswith("0.50")
    trainer.set_parameters([np.zeros((1, 2))], [np.full(1, 20.0)])
    view.show_snapshot(on.snapshot_of(trainer))
    assert view.readout.endswith("1.00")


def test_the_keyboard_reads_out_too(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view = show(on.solved_xor())
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: view.readout != "")
    assert float(view.readout.split()[1]) == pytest.approx(0.5, abs=0.01)
    for _ in range(4):
        qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    _, x, _, y, *_ = view.readout.split()
    assert float(x) > 0.55
    assert float(y) < 0.5
    before = view.readout
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.readout == before, "without Shift the arrows belong to the window"
    for _ in range(200):
        qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    grid = on.snapshot_of(on.solved_xor()).grid
    assert float(view.readout.split()[1].replace("−", "-")) == pytest.approx(grid.x_min)
    view.clearFocus()
    assert view.readout == ""


def test_words_for_those_who_do_not_see(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view = show(on.solved_xor())
    assert view.accessibleName() == "Decision surface"
    wanted = "Shows the output: class 0 on"
    qtbot.waitUntil(lambda: wanted in view.accessibleDescription(), timeout=3000)
    view.show_unit(1, 0)
    view.show_snapshot(on.snapshot_of(on.solved_xor()))
    wanted = "Shows unit 1 of layer 1: values from −1 to 1"
    qtbot.waitUntil(lambda: wanted in view.accessibleDescription(), timeout=3000)
    for control in view.header_widgets():
        assert control.accessibleName()
        assert control.toolTip().count(".") == 1
