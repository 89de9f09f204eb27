"""Rows: labels, marks of what a change does, rows that hide, reasons why a row is disabled."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.choice import ChoiceBox
from nnviz.gui.controls.effect_mark import EffectMark
from nnviz.gui.controls.limits import limits_of
from nnviz.gui.controls.number_field import NumberField
from nnviz.gui.controls.rows import Rows, align
from nnviz.gui.controls.seed_button import SeedButton
from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.effects import Effect
from nnviz.run.experiment import tooltip


class Form:
    """One row for each effect."""

    def __init__(self, qtbot: QtBot) -> None:
        self.rows = Rows()
        qtbot.addWidget(self.rows)
        self.l2 = NumberField("L2", "real", limits_of("l2"))
        self.l2.explain(tooltip("l2"))
        self.seed = NumberField("Seed", "whole", limits_of("seed"))
        self.button = SeedButton("New seed", tooltip("seed"))
        self.noise = NumberField("Noise", "real", limits_of("noise"))
        self.optimizer = ChoiceBox("Optimizer", OPTIMIZERS, tooltip("optimizer"))
        self.labels = [
            self.rows.add("L2", self.l2, field="l2"),
            self.rows.add("seed", self.seed, self.button, field="seed"),
            self.rows.add("noise", self.noise, field="noise"),
            self.rows.add("plain", self.optimizer),
        ]
        self.rows.resize(220, 200)
        self.rows.show()
        QApplication.processEvents()


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    return Form(qtbot)


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_row_says_what_a_change_does(form: Form) -> None:
    effects = [Effect.LIVE, Effect.REBUILDS, Effect.NEW_DATA]
    marks = form.rows.marks()
    assert [mark.effect for mark in marks] == effects
    fields = (("l2", form.l2), ("seed", form.seed), ("noise", form.noise))
    for mark, label, (field, control) in zip(marks, form.labels, fields, strict=False):
        sentence = mark.effect.sentence
        assert words(mark.toolTip()) == sentence
        assert words(label.toolTip()) == tooltip(field)
        assert control.accessibleDescription() == f"{tooltip(field)} {sentence}"
        # Beside the label, and in one line with it.
        assert label.geometry().right() < mark.geometry().left()
        assert abs(label.geometry().center().y() - mark.geometry().center().y()) <= 2
    assert form.button.accessibleDescription() == form.seed.accessibleDescription()
    assert form.optimizer.accessibleDescription() == ""
    assert [label.buddy() for label in form.labels] == [
        form.l2, form.seed, form.noise, form.optimizer,
    ]  # fmt: skip


def test_a_hidden_row_leaves_no_gap(form: Form) -> None:
    before = form.rows.sizeHint().height()
    form.rows.set_row_visible(form.button, False)
    assert not any(w.isVisible() for w in (form.seed, form.button, form.labels[1]))
    assert not form.rows.marks()[1].isVisible()
    QApplication.processEvents()
    one = form.noise.sizeHint().height()
    assert before - form.rows.sizeHint().height() >= one
    form.rows.set_row_visible(form.seed, True)
    assert form.seed.isVisible()
    QApplication.processEvents()
    assert form.rows.sizeHint().height() == before
    with pytest.raises(ValueError, match="in no row"):
        form.rows.set_row_visible(QLabel(form.rows), True)


def test_a_reason_disables_the_row_and_goes_again(form: Form) -> None:
    for control, others in ((form.seed, [form.button]), (form.optimizer, [])):
        usual = [w.toolTip() for w in (control, *others)]
        form.rows.set_reason(control, "There is nothing to choose.")
        for widget in (control, *others):
            assert not widget.isEnabled()
            assert words(widget.toolTip()) == "There is nothing to choose."
        # A value that is shown meanwhile does not hide the reason.
        form.seed.set_value(7)
        assert words(control.toolTip()) == "There is nothing to choose."
        form.rows.set_reason(control, "")
        assert [w.toolTip() for w in (control, *others)] == usual
        assert control.isEnabled()


def test_the_label_tells_the_reason_too(form: Form) -> None:
    usual = form.labels[2].toolTip()
    form.rows.set_reason(form.noise, "It can have no noise.")
    assert words(form.labels[2].toolTip()) == "It can have no noise."
    form.rows.set_reason(form.noise, "")
    assert form.labels[2].toolTip() == usual


def test_groups_of_rows_stand_in_one_line(form: Form, qtbot: QtBot) -> None:
    other = Rows()
    qtbot.addWidget(other)
    field = NumberField("Wide", "real", limits_of("l1"))
    other.add("a much longer label", field, field="l1")
    other.resize(260, 40)
    other.show()
    align(form.rows, other)
    QApplication.processEvents()
    assert form.l2.geometry().left() == field.geometry().left()


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_each_mark_is_drawn_and_unlike_the_others(
    qtbot: QtBot, dress: Callable[..., Theme], effect: Effect, theme: Theme
) -> None:
    dress(theme.name)
    pictures: dict[Effect, QImage] = {}
    for other in Effect:
        mark = EffectMark(other)
        qtbot.addWidget(mark)
        mark.set_theme(theme)
        mark.resize(mark.sizeHint())
        pictures[other] = mark.grab().toImage()
    picture = pictures.pop(effect)
    ground = picture.pixelColor(0, 0)
    places = [(x, y) for x in range(picture.width()) for y in range(picture.height())]
    assert any(picture.pixelColor(x, y) != ground for x, y in places)
    assert all(picture != other for other in pictures.values())
