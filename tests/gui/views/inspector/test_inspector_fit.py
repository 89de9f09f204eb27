"""Equations in little room: written denser, then shorter, and never with half a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.inspector import TABS
from nnviz.gui.views.inspector_text import TextPane, cut_lines
from nnviz.insight.microsteps import microsteps
from nnviz.insight.parts import BiasPart, EdgePart, LossPart, NeuronPart, Part
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.presets import preset

Show = Callable[..., Any]
SMALL = (580, 146)
"""What a window of 1280 by 800 leaves for the inspector."""
PARTS: tuple[Part, ...] = (
    NeuronPart(1, 1), NeuronPart(2, 0), EdgePart(1, 0, 1), EdgePart(2, 0, 1), BiasPart(1, 0),
    BiasPart(2, 0), LossPart(),
)  # fmt: skip


def is_all_seen(pane: TextPane) -> bool:
    QApplication.processEvents()
    return pane.verticalScrollBar().maximum() == 0


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_small_window_shows_every_step_and_equation_without_scrolling(
    show: Show, optimizer: str
) -> None:
    experiment = preset("xor").evolve(optimizer=optimizer)
    view, trainer = show(experiment, size=SMALL)
    steps = microsteps(trainer)
    for number in range(len(steps)):
        view.show_step(steps, number)
        assert is_all_seen(view._step.formula.text), steps[number].title
        assert view._step.formula.equation.sentence in plain(view._step.formula.text)
    view.show_tab("Equation")
    for part in PARTS:
        view.show_part(part)
        assert is_all_seen(view._equation.formula.text), part
        # The step itself is never what is left out.
        last = view._equation.formula.equation.text.split(";  ")[-1]
        assert last in plain(view._equation.formula.text)


def plain(pane: TextPane) -> str:
    return pane.toPlainText().replace("\u00a0", " ")


def click_on(pane: TextPane, words: str, qtbot: QtBot) -> None:
    cursor = pane.document().find(words)
    cursor.setPosition(cursor.selectionStart() + 1)
    at = pane.cursorRect(cursor).center() + QPoint(2, 0)
    pane.setTextCursor(QTextCursor(pane.document()))
    qtbot.mouseClick(pane.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_what_was_left_out_comes_when_it_is_clicked(show: Show, qtbot: QtBot) -> None:
    view, trainer = show(preset("xor").evolve(optimizer="adam"), size=(580, 110))
    steps = microsteps(trainer)
    view.show_step(steps, len(steps) - 1)
    pane, equation = view._step.formula.text, view._step.formula.equation
    for words in ("… (4\u00a0more", "formula"):
        view.show_step(steps, 0)
        view.show_step(steps, len(steps) - 1)
        short = plain(pane)
        assert pane.is_shortened
        assert words.replace("\u00a0", " ") in short
        assert equation.formula.split(",  ")[0] not in short
        click_on(pane, words.replace("… (4\u00a0", ""), qtbot)
        for text in (*equation.formula.split(",  "), *equation.text.split(";  ")):
            assert text in plain(pane)
        assert not pane.is_shortened
        bar = pane.verticalScrollBar()
        assert bar.value() == bar.maximum() > 0, "what it leads to stays in sight"
        # Another step is short again, but the button for long sums was not meant.
        assert not view._step.formula.terms.isChecked()


def test_with_room_nothing_is_left_out(show: Show) -> None:
    view, trainer = show(preset("xor").evolve(optimizer="adam"), size=(1000, 260))
    steps = microsteps(trainer)
    view.show_step(steps, len(steps) - 1)
    pane, equation = view._step.formula.text, view._step.formula.equation
    assert not pane.is_shortened
    for text in (*equation.formula.split(",  "), *equation.text.split(";  ")):
        assert text in plain(pane)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("height", [96, 101, 107, 113])
def test_no_line_is_cut_in_half(on: SimpleNamespace, show: Show, theme: Theme, height: int) -> None:
    view, _ = show(on.moons(hidden=(40, 30)), tab="Equation", size=(580, height), theme=theme)
    view.show_part(NeuronPart(2, 0))
    view._equation.formula.terms.setChecked(True)
    pane, bar = view._equation.formula.text, view._equation.formula.text.verticalScrollBar()
    QApplication.processEvents()
    assert bar.maximum() > 0
    met = 0
    for scrolled in (0, 7, 20, 33, bar.maximum()):
        bar.setValue(scrolled)
        places = [place.toRect() & pane.viewport().rect() for place in cut_lines(pane)]
        image = view.card.grab().toImage()
        for place in places:
            met += 1
            corner = pane.viewport().mapTo(view.card, place.topLeft())
            colors = {
                image.pixelColor(corner + QPoint(x, y)).name()
                for x in range(place.width())
                for y in range(1, place.height() - 1)
            }
            assert colors <= {theme.card.name()}
    assert met >= 4


def test_small_changes_do_not_make_the_text_jump(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(preset("moons"), tab="Equation", size=(580, 131))
    view.show_part(EdgePart(1, 0, 1))
    pane, sizes = view._equation.formula.text, []
    for _ in range(40):
        on.advance(view, trainer)
        sizes.append((pane._trial, pane._size))
    assert sizes == sorted(sizes, key=lambda each: each[0])
    changes = sum(one != other for one, other in pairwise(sizes))
    assert changes <= 4


def test_the_minus_of_numbers_is_as_long_as_that_of_words(show: Show) -> None:
    view, _ = show(tab="Equation", size=(592, 300))
    view.show_part(EdgePart(1, 0, 0))
    document = view._equation.formula.text.document()
    faces, cursor = set(), QTextCursor(document)
    for place, sign in enumerate(document.toPlainText()):
        if sign == "−":
            cursor.setPosition(place + 1)
            faces.add(cursor.charFormat().fontFamilies()[0])
    assert faces == {LIGHT.font(12).families()[0]}


# --- hyphens, digits and copies, wherever they come from


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("digits", [1, 17])
def test_all_tabs_write_minus_signs_with_few_and_with_many_digits(
    on: SimpleNamespace, show: Show, loss: str, digits: int
) -> None:
    outputs = {"squared_error": "tanh", "hinge": "linear", "perceptron": "step"}
    experiment = (
        preset("blobs").evolve(n_samples=30)
        if loss == "cross_entropy"
        else on.moons(loss=loss, output_activation=outputs.get(loss, "sigmoid"), l2=0.01)
    )
    view, trainer = show(experiment)
    view.show_pin(on.snapshot_of(trainer))
    on.advance(view, trainer, 3)
    steps = microsteps(trainer)
    view.show_step(steps, 1)
    stepper = on.control(view, "digits")
    button = stepper.minus if digits == 1 else stepper.plus
    for _ in range(20):
        button.click()
    assert stepper.value == digits
    assert not button.isEnabled()
    told = []
    for number in range(len(steps)):
        view.show_step(steps, number)
        told.append(on.text(view))
    for tab in list(TABS)[1:]:
        for part in PARTS[:3] + PARTS[4:5]:
            view.show_part(part)
            view.show_tab(tab)
            told += [on.text(view), view.subtitle]
    assert sum("−" in text for text in told) > 10
    for text in told:
        assert not re.search(r"(?<![A-Za-z0-9])-|-(?=[\d(])| - ", text), text


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_kind_of_equation_is_copied_whole(
    on: SimpleNamespace, show: Show, optimizer: str
) -> None:
    view, trainer = show(on.moons(optimizer=optimizer, l2=0.01, hidden=(4,)), size=SMALL)
    steps = microsteps(trainer)
    for number in range(len(steps)):
        view.show_step(steps, number)
        check_copies(on, view, view._step.formula.equation)
    view.show_tab("Equation")
    for point in (0, 1):
        for part in PARTS:
            view.show_part(part)
            stepper = view._equation.formula.point
            stepper.set_value(point)
            view._equation.pace.ask_now()
            check_copies(on, view, view._equation.formula.equation)


def check_copies(on: SimpleNamespace, view: Any, equation: Any) -> None:
    clipboard = QGuiApplication.clipboard()
    on.control(view, "copy as text").click()
    assert clipboard.text() == f"{equation.formula}\n{equation.text}"
    assert view.subtitle  # what was copied is only told for a moment
    on.control(view, "copy as LaTeX").click()
    latex = clipboard.text()
    assert latex.isascii()
    assert latex.startswith("\\begin{gathered}\n")
    assert latex.endswith("\n\\end{gathered}")
    assert latex.count("\\\\\n") == 1
    for opening, closing in ("{}", "()", "[]"):
        assert latex.count(opening) == latex.count(closing)
    assert not re.search(r"(?<!\\)[%&#$]", latex)


def test_names_of_columns_are_copied_so_that_latex_reads_them(
    on: SimpleNamespace, show: Show
) -> None:
    inputs = np.random.default_rng(0).uniform(-1, 1, (12, 2))
    points = Points(inputs, inputs[:, 0], task="regression", columns=("share_%", "R&D $"))
    view, _ = show(on.regression(dataset=points), tab="Equation")
    view.show_part(NeuronPart(1, 0))
    check_copies(on, view, view._equation.formula.equation)
    assert r"\text{share\_\%}" in QGuiApplication.clipboard().text()
    assert r"\text{R\&D \$}" in QGuiApplication.clipboard().text()
