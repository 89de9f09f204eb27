"""Changes in the middle of a run, as the curves show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import LIGHT
from nnviz.gui.views.curve_changes import Changes
from nnviz.gui.views.curves import CurvesView

NAN = float("nan")
Show = Callable[..., CurvesView]


def test_a_change_in_the_middle_of_a_run_is_marked_and_named(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    trainer, snapshot = on.trained(on.moons(), 10)
    view = show(on.moons(), epochs=10)
    view.show_snapshot(snapshot)
    view.show_snapshot(on.changed(trainer, snapshot, activation="relu"))
    view.show_snapshot(on.changed(trainer, snapshot, learning_rate=0.25))
    trainer.advance_epochs(1)
    view.show_snapshot(replace(snapshot, frame=trainer.frame()))
    on.hover(view, qtbot, 10.0)
    assert view.cursor_text == "epoch 10: activation ReLU, learning rate 0.25"
    on.hover(view, qtbot, 5.0)
    assert view.cursor_text == "epoch 5"
    view.reset(trainer.experiment, trainer.dataset)
    view.show_snapshot(snapshot)
    on.hover(view, qtbot, 10.0)
    assert view.cursor_text == "epoch 10"


def test_a_change_draws_a_dotted_line_and_cuts_the_curve(on: SimpleNamespace, show: Show) -> None:
    trainer, first = on.trained(on.moons(), 2)
    before = on.history_of(train_loss=[1.0, 1.0, 1.0])
    after = on.history_of(train_loss=[1.0, 1.0, 0.1, 0.1, 0.1])
    view = show(on.moons(), history=before)
    view.show_snapshot(replace(first, history=before))
    view.show_snapshot(replace(on.changed(trainer, first, activation="relu"), history=before))
    update = trainer.update
    after = replace(after, update=np.array([0.0, update / 2, update, update + 1, update + 2]))
    trainer.advance(2)
    view.show_snapshot(replace(first, frame=trainer.frame(), history=after))
    QApplication.processEvents()
    assert on.color_near(view, 0.5, 0.0, LIGHT.positive)
    assert on.color_near(view, 3.0, -1.0, LIGHT.positive)
    assert not on.color_near(view, 1.5, -0.5, LIGHT.positive), "no ramp from one level to the other"
    image, top = view.grab().toImage(), on.pixel(view, 2.0, -0.2).toPoint()
    bottom = on.pixel(view, 2.0, -0.8).toPoint()
    columns = [
        [image.pixelColor(top.x() + dx, y) != LIGHT.card for y in range(top.y(), bottom.y())]
        for dx in (-1, 0, 1)
    ]
    assert any(0.1 < np.mean(column) < 0.6 for column in columns), "a dotted line"


def test_changes_belong_to_their_run(on: SimpleNamespace) -> None:
    trainer, snapshot = on.trained(on.moons(), 3)
    changes = Changes()
    changes.note(snapshot)
    changes.note(on.changed(trainer, snapshot, epochs=500))
    assert changes.all == (), "how long it goes on changes no figure"
    changes.note(on.changed(trainer, snapshot, l2=0.01))
    (change,) = changes.all
    assert (change.text, change.jumps, change.epoch) == ("L2 0.01", True, 3.0)
    changes.note(on.changed(trainer, snapshot, l2=0.0))
    assert changes.all == (), "and back again at the same moment"
    trainer.advance_epochs(1)
    changes.note(replace(on.changed(trainer, snapshot, batch_size="full")))
    assert [(change.text, change.jumps) for change in changes.all] == [("batch size full", False)]
    changes.note(snapshot)
    assert [change.text for change in changes.all] == ["batch size 10"], "back in time"
    changes.note(replace(snapshot, run=2))
    assert changes.all == ()


def test_what_is_changed_before_the_first_update_is_no_change(on: SimpleNamespace) -> None:
    trainer, snapshot = on.trained(on.moons(), 0)
    changes = Changes()
    changes.note(snapshot)
    changes.note(on.changed(trainer, snapshot, activation="relu"))
    assert changes.all == ()


def test_what_the_figures_leave_out_is_said(on: SimpleNamespace, show: Show) -> None:
    assert show(on.moons(optimizer="adam")).note == ""
    view = show(on.moons(optimizer="adamw"))
    assert view.note == "without AdamW's decay"
    _, snapshot = on.trained(on.moons(), 1)
    view.show_snapshot(replace(snapshot, frame=replace(snapshot.frame, is_sampled=True)))
    assert view.note == "from a fair sample"
