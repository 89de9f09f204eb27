"""The tab of steps: where one is, what happens there, and what can be asked for."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.views.inspector_controls import PhaseRow
from nnviz.insight.equations import equation_of_step
from nnviz.insight.microsteps import microsteps
from nnviz.insight.parts import BiasPart, EdgePart, LossPart, NeuronPart, Part
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

Show = Callable[..., Any]
OUTPUTS = {
    "binary_cross_entropy": "sigmoid",
    "squared_error": "tanh",
    "hinge": "linear",
    "perceptron": "step",
}


def test_without_a_walk_one_sentence_says_how_to_begin(on: SimpleNamespace, show: Show) -> None:
    view, _ = show()
    assert on.text(view).startswith("Press 1 and then →, or Watch")
    assert view.findChild(PhaseRow).phase is None
    assert not on.control(view, "previous micro-step").isEnabled()


def test_every_step_shows_its_phase_place_and_equation(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(size=(592, 400))
    frame, steps = trainer.frame(), microsteps(trainer)
    for number, step in enumerate(steps):
        view.show_step(steps, number)
        assert view.findChild(PhaseRow).phase == step.phase
        equation, shown = equation_of_step(frame, steps, number), on.text(view)
        assert equation.sentence in shown
        assert equation.title in shown
        for part in (*equation.formula.split(",  "), *equation.text.split(";  ")):
            assert part in shown
        labels = [label.text() for label in view.findChildren(type(view._step._count))]
        assert f"step {number + 1} of {len(steps)}" in labels
    assert "update 4" in view.subtitle


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(on: SimpleNamespace, show: Show, optimizer: str) -> None:
    view, trainer = show(on.moons(optimizer=optimizer))
    steps = microsteps(trainer)
    view.show_step(steps, len(steps) - 1)
    assert OPTIMIZERS[optimizer].label in on.text(view)
    assert view._step.formula.equation.text


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(on: SimpleNamespace, show: Show, loss: str) -> None:
    experiment = (
        preset("blobs")
        if loss == "cross_entropy"
        else on.moons(loss=loss, output_activation=OUTPUTS[loss], l2=0.1)
    )
    view, trainer = show(experiment)
    steps = microsteps(trainer)
    number = next(n for n, step in enumerate(steps) if step.phase == "loss")
    view.show_step(steps, number)
    assert LOSSES[loss].label in on.text(view)
    for tab in ("Equation", "Batch", "Slope", "Compare"):
        view.show_tab(tab)
        view.show_part(EdgePart(1, 0, 0))


def test_a_chosen_part_is_shown_in_its_layer_only(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show()
    frame, steps = trainer.frame(), microsteps(trainer)
    view.show_step(steps, 1)
    cases = {
        NeuronPart(1, 2): (2, None),
        BiasPart(1, 1): (1, None),
        EdgePart(1, 2, 1): (2, 1),
        NeuronPart(2, 1): (None, None),
        LossPart(): (None, None),
        None: (None, None),
    }
    gradients = next(
        n
        for n, s in enumerate(steps)
        if s.phase == "backward" and s.layer == 1 and "gradients" in s.title
    )
    for part, (unit, source) in cases.items():
        view.show_part(part)
        for number in (1, gradients):
            view.show_step(steps, number)
            expected = equation_of_step(frame, steps, number, unit, source)
            assert view._step.formula.equation == expected
    assert view.tab == "Step"


def test_a_point_is_chosen_and_let_go_by_its_number(show: Show) -> None:
    view, trainer = show()
    chosen: list[int | None] = []
    view.point_chosen.connect(chosen.append)
    steps = microsteps(trainer)
    batch = steps[0].values["points"]
    view.choose_point(int(batch[2]))
    assert chosen == [], "nobody walks"
    view.show_step(steps, 1)
    for _ in range(2):
        view.choose_point(int(batch[2]))
    absent = next(point for point in range(30) if point not in batch)
    view.choose_point(absent)
    assert chosen == [2, None]


def test_a_click_on_a_phase_asks_for_it(show: Show, qtbot: QtBot) -> None:
    view, trainer = show(size=(700, 130))
    row = view.findChild(PhaseRow)
    for steps in (None, microsteps(trainer)):
        view.show_step(steps, 0)
        assert list(row.chips()) == ["load", "forward", "loss", "backward", "update"]
        for phase, chip in row.chips().items():
            with qtbot.waitSignal(view.phase_asked) as asked:
                qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=chip.center().toPoint())
            assert asked.args == [phase]


def test_a_chosen_bias_has_all_lines_of_its_update(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(size=(900, 300))
    steps, frame = microsteps(trainer), trainer.frame()
    last = len(steps) - 1
    view.show_step(steps, last)
    hint = "Click a bias for all its lines."
    assert hint in on.text(view)
    view.show_part(BiasPart(steps[last].layer, 0))
    assert hint not in on.text(view)
    assert view._step.formula.equation == equation_of_step(frame, steps, last, 0, is_of_bias=True)
    view.show_part(BiasPart(1, 2))
    assert steps[last].layer != 1
    view.show_tab("Step")
    assert hint in on.text(view), "it has no part in the step"


def test_the_walk_keeps_the_moment_that_it_began_at(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show()
    steps, frame = microsteps(trainer), trainer.frame()
    view.show_step(steps, 2)
    on.advance(view, trainer)
    view.show_step(steps, 3)
    assert view._step.formula.equation == equation_of_step(frame, steps, 3)
    view.show_step(None, 0)
    assert on.text(view).startswith("Press 1")


def test_steps_of_another_network_are_not_put_beside_this_one(
    on: SimpleNamespace, show: Show
) -> None:
    view, _ = show(on.regression())
    _, other = show(on.moons(hidden=(8, 8)))
    steps = microsteps(other)
    for number in range(len(steps)):
        view.show_step(steps, number)
        assert on.text(view)


def test_the_buttons_ask(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view, trainer = show()
    view.show_step(microsteps(trainer), 3)
    asked: list[int] = []
    view.step_asked.connect(asked.append)
    on.control(view, "next micro-step").click()
    on.control(view, "previous micro-step").click()
    assert asked == [1, -1]
    with qtbot.waitSignal(view.watch_toggled) as heard:
        on.control(view, "watch micro-steps").click()
    assert heard.args == [True]
    assert on.control(view, "watch micro-steps").text() == "Stop"
    with qtbot.assertNotEmitted(view.watch_toggled):
        view.set_watching(False)
    assert on.control(view, "watch micro-steps").text() == "Watch"


def test_the_speed_of_watching(on: SimpleNamespace, show: Show) -> None:
    view, _ = show()
    speeds: list[float] = []
    view.watch_speed_changed.connect(speeds.append)
    speed = on.control(view, "steps a second")
    assert view.watch_speed == 2.0
    for _ in range(12):
        speed.plus.click()
    assert speeds[-1] == view.watch_speed == 20.0
    assert not speed.plus.isEnabled()
    view.set_watch_speed(0.01)
    assert view.watch_speed == 0.5
    assert speeds[-1] == 20.0
    assert speed.shown == "0.5/s"


def test_one_point_of_the_batch_is_chosen(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show()
    chosen: list[int | None] = []
    view.point_chosen.connect(chosen.append)
    view.show_step(microsteps(trainer), 1)
    point = on.control(view, "points shown")
    assert point.shown == "whole batch"
    point.plus.click()
    assert chosen == [0]
    alone = microsteps(trainer, 4)
    view.show_step(alone, 1)
    # As in the equation, it is called by its place in the training part.
    name = f"point {alone[0].values['points'][0] + 1}"
    assert point.shown == name
    assert f"here for {name}." in on.text(view)
    for _ in range(9):
        point.plus.click()
    assert chosen[-1] == 6
    view.show_step(microsteps(trainer, 0), 1)
    point.minus.click()
    assert chosen[-1] is None


def test_a_point_that_is_not_in_the_next_batch_is_missed_aloud(
    on: SimpleNamespace, show: Show
) -> None:
    view, trainer = show()
    view.show_step(microsteps(trainer), 1)
    point = on.control(view, "points shown")
    point.plus.click()
    alone = microsteps(trainer, 0)
    view.show_step(alone, 1)
    assert "not in this batch" not in on.text(view)
    name = int(alone[0].values["points"][0]) + 1
    on.advance(view, trainer)
    view.show_step(microsteps(trainer), 1)
    missing = f"Point {name} is not in this batch; showing the whole batch."
    assert on.text(view).startswith(missing)
    assert point.shown == "whole batch"
    # The next one that is chosen is another one, and no choice misses nothing.
    point.plus.click()
    view.show_step(microsteps(trainer, 0), 1)
    point.minus.click()
    on.advance(view, trainer)
    view.show_step(microsteps(trainer), 1)
    assert "not in this batch" not in on.text(view)


def test_with_other_data_no_point_is_missed(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show()
    view.show_step(microsteps(trainer), 1)
    on.control(view, "points shown").plus.click()
    other = Trainer(on.moons(data_seed=5), engine="reference")
    view.reset(other.experiment, other.dataset)
    view.show_snapshot(on.snapshot_of(other))
    view.show_step(microsteps(other), 1)
    assert "not in this batch" not in on.text(view)


def test_the_update_in_the_title_is_short_enough_to_be_read(
    on: SimpleNamespace, show: Show
) -> None:
    view, trainer = show(preset("xor"), updates=12_000)
    view.show_step(microsteps(trainer), 1)
    assert view.subtitle == "update 12,001, epoch 12,001"
    assert "…" not in view.subtitle
    view, trainer = show(on.moons(), updates=6)
    view.show_step(microsteps(trainer), 1)
    assert view.subtitle == "update 7, epoch 2, batch 2/5"


def test_a_batch_of_one_point_has_no_choice(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(on.moons(batch_size=1))
    view.show_step(microsteps(trainer), 1)
    assert not view._step._point.isVisible()


def test_a_walk_that_begins_brings_its_tab(show: Show) -> None:
    view, trainer = show(tab="Batch")
    steps = microsteps(trainer)
    view.show_step(steps, 0)
    assert view.tab == "Step"
    view.show_tab("Slope")
    view.show_step(steps, 1)
    assert view.tab == "Slope"


def test_reset_ends_the_walk(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show()
    view.show_step(microsteps(trainer), 1)
    view.reset(trainer.experiment, trainer.dataset)
    assert on.text(view).startswith("Press 1")


@pytest.mark.parametrize("width", [420, 560, 592, 900])
def test_nothing_is_cut_off_at_any_width(show: Show, width: int) -> None:
    view, trainer = show(size=(width, 150))
    steps = microsteps(trainer)
    view.show_step(steps, len(steps) - 1)
    QApplication.processEvents()
    page = view._step
    row = (page._phases, page._count, page._back, page._on, page._watch, page._speed)
    for child in (*row, page.formula):
        assert child.isVisible()
        assert page.rect().contains(child.geometry())
    for left, right in pairwise(row):
        assert left.geometry().right() < right.geometry().left()
    for child in row[1:]:
        assert child.width() >= child.sizeHint().width()
    assert page._speed.sizeHint().width() == page._speed.width()
    if width >= 560:
        assert page._phases.width() == page._phases.sizeHint().width()


def test_nothing_in_the_row_moves_out_when_a_walk_begins(show: Show) -> None:
    view, trainer = show(size=(500, 150))
    page = view._step
    before = page._speed.geometry()
    steps = microsteps(trainer)
    for number in range(len(steps)):
        view.show_step(steps, number)
        QApplication.processEvents()
        assert page._speed.isVisible()
        assert page._speed.geometry() == before


@pytest.mark.parametrize("part", [NeuronPart(3, 0), EdgePart(2, 0, 1), BiasPart(3, 0), LossPart()])
def test_a_part_that_the_step_does_not_tell_of_has_its_equation(
    on: SimpleNamespace, show: Show, part: Part
) -> None:
    view, trainer = show()
    steps = microsteps(trainer)
    view.show_step(steps, 1)
    assert steps[1].layer == 1
    view.show_part(NeuronPart(1, 2))
    assert view.tab == "Step"
    view.show_part(part)
    assert view.tab == "Equation"
    view.show_step(steps, 1)  # the same step again is no step
    assert view.tab == "Equation"
    view.show_step(steps, 2)
    assert view.tab == "Step"


def test_a_tab_that_was_chosen_stays_while_one_steps(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show()
    steps = microsteps(trainer)
    view.show_step(steps, 1)
    view.show_part(NeuronPart(3, 0))
    view.show_tab("Batch")
    view.show_tab("Equation")
    view.show_step(steps, 2)
    assert view.tab == "Equation"


def test_the_loss_belongs_to_its_step(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show()
    steps = microsteps(trainer)
    number = next(number for number, step in enumerate(steps) if step.phase == "loss")
    view.show_step(steps, number)
    view.show_part(LossPart())
    assert view.tab == "Step"
