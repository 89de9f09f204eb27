"""The tab of equations: live, with as many digits and terms as are wanted, to be copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.gui.theme import DARK, LIGHT, PALETTES
from nnviz.gui.views import inspector_equation, inspector_pace
from nnviz.gui.views.inspector_lines import equation_paragraphs
from nnviz.gui.views.inspector_text import LEAST_CONTRAST, Span, contrast
from nnviz.insight.equations import Equation, equation_of
from nnviz.insight.parts import BiasPart, EdgePart, LossPart, NeuronPart, Part
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

Show = Callable[..., Any]
PARTS = [NeuronPart(0, 1), NeuronPart(1, 0), EdgePart(1, 0, 1), BiasPart(2, 0), LossPart()]


def shown(view: Any) -> Any:
    return view._equation.formula


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_without_a_part_a_sentence_says_what_to_do(on: SimpleNamespace, show: Show) -> None:
    view, _ = show(tab="Equation")
    assert on.text(view).startswith("Click a neuron, an edge, a bias or the loss")
    QGuiApplication.clipboard().setText("before")
    view._pages["Equation"].copy()
    assert QGuiApplication.clipboard().text() == "before"


@pytest.mark.parametrize("part", PARTS, ids=str)
@pytest.mark.parametrize("kind", ["moons", "regression", "blobs", "wide"])
def test_every_part_of_every_network(
    on: SimpleNamespace, show: Show, part: Part, kind: str
) -> None:
    experiment = {
        "moons": on.moons(),
        "regression": on.regression(),
        "blobs": preset("blobs"),
        "wide": on.moons(hidden=(32,) * 8),
    }[kind]
    view, trainer = show(experiment, updates=1, tab="Equation", size=(592, 400))
    view.show_part(part)
    expected = equation_of(trainer.frame(), part)
    assert shown(view).equation == expected
    text = on.text(view)
    assert expected.sentence.removeprefix(expected.title) in text
    for statement in expected.text.split(";  "):
        assert statement in text


def test_it_is_live(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Equation")
    view.show_part(NeuronPart(1, 0))
    on.advance(view, trainer, 5)
    assert shown(view).equation == equation_of(trainer.frame(), NeuronPart(1, 0))


def test_a_point_is_put_in(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Equation")
    view.show_part(NeuronPart(1, 0))
    point = on.control(view, "point put in")
    point.plus.click()
    point.plus.click()
    assert shown(view).equation == equation_of(trainer.frame(), NeuronPart(1, 0), 1)
    view.show_part(BiasPart(1, 0))
    assert not point.isVisible()
    assert shown(view).equation == equation_of(trainer.frame(), BiasPart(1, 0))


def test_digits_hold_for_both_tabs(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Equation")
    view.show_part(LossPart())
    digits = on.control(view, "digits")
    for _ in range(20):
        digits.plus.click()
    assert digits.value == 17
    assert shown(view).equation == equation_of(trainer.frame(), LossPart(), digits=17)
    assert view._step.formula.digits.value == 17
    for _ in range(20):
        digits.minus.click()
    assert shown(view).equation == equation_of(trainer.frame(), LossPart(), digits=1)
    assert digits.shown == "1 digit"


def test_many_terms_fold_and_unfold(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view, _ = show(on.moons(hidden=(32, 32)), tab="Equation")
    view.show_part(NeuronPart(2, 0))
    folded = on.text(view)
    assert "… (24 more" in folded
    pane, button = shown(view).text, on.control(view, "all terms")
    assert button.text() == "All 33 terms"
    cursor = pane.document().find("… (24")
    cursor.setPosition(cursor.selectionStart() + 1)
    pane.setTextCursor(cursor)
    at = pane.cursorRect(cursor).center() + QPoint(2, 0)
    qtbot.mouseClick(pane.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert button.isChecked()
    assert "more: " not in on.text(view)
    assert on.text(view).count("·a⁽¹⁾") == 32
    assert view._step.formula.terms.isChecked()
    assert pane.verticalScrollBar().maximum() > 0
    button.click()
    assert on.text(view) == folded
    view.show_part(NeuronPart(1, 0))
    assert not button.isVisible()


def test_copies_as_text_and_as_latex(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view, trainer = show(tab="Equation")
    view.show_part(EdgePart(1, 0, 0))
    equation, clipboard = (
        equation_of(trainer.frame(), EdgePart(1, 0, 0)),
        QGuiApplication.clipboard(),
    )
    with qtbot.waitSignal(view.subtitle_changed) as heard:
        on.control(view, "copy as text").click()
    assert heard.args == ["copied as text"]
    assert clipboard.text() == f"{equation.formula}\n{equation.text}"
    on.control(view, "copy as LaTeX").click()
    assert equation.formula_latex in clipboard.text()
    assert equation.latex in clipboard.text()
    assert clipboard.text().isascii()
    clipboard.clear()
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == f"{equation.formula}\n{equation.text}"


def test_selected_text_is_what_is_copied(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view, _ = show(tab="Equation")
    view.show_part(LossPart())
    pane = shown(view).text
    pane.setFocus()
    cursor = pane.document().find("The loss")
    pane.setTextCursor(cursor)
    qtbot.keyClick(pane, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "The loss"
    view._equation.formula.digits.plus.click()
    assert pane.textCursor().selectedText() == "The loss"


def test_the_keys_of_the_window_stay_its_own(show: Show, qtbot: QtBot) -> None:
    view, _ = show(tab="Equation")
    view.show_part(LossPart())
    heard: list[int] = []
    view.card.keyPressEvent = lambda event: heard.append(event.key())
    pane = shown(view).text
    pane.setFocus()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_R, Qt.Key.Key_1):
        qtbot.keyClick(pane, key)
    assert heard == [Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_R, Qt.Key.Key_1]


def test_names_are_never_taken_for_markup(on: SimpleNamespace, show: Show) -> None:
    inputs = np.random.default_rng(0).uniform(-1, 1, (12, 2))
    names = ("<b>fat</b>", "a very long name & " + "x" * 300)
    experiment = on.regression(
        dataset=Points(inputs, inputs[:, 0], task="regression", columns=names)
    )
    view, trainer = show(experiment, tab="Equation")
    for part in (NeuronPart(0, 0), NeuronPart(0, 1), NeuronPart(1, 0), EdgePart(1, 0, 0)):
        view.show_part(part)
        text = on.text(view)
        assert ("<b>fat</b>" in text) or ("x" * 300 in text)
    for tab in ("Slope", "Compare", "Batch"):
        view.show_tab(tab)
        view.show_pin(on.snapshot_of(trainer))
        on.advance(view, trainer, 2)
        assert on.text(view)
    assert view._equation.formula.text.horizontalScrollBar().maximum() == 0


def test_numbers_that_are_not_finite_are_shown_as_such(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(on.regression(learning_rate=1e12, optimizer="sgd"), 0, tab="Equation")
    trainer.advance(1)
    frame = trainer.frame()
    broken = np.array(frame.theta)
    broken[:] = np.nan
    odd = replace(frame, state=replace(frame.state, theta=broken), train_data_loss=float("nan"))
    snapshot = replace(on.snapshot_of(trainer), frame=odd)
    before = on.snapshot_of(trainer)
    for tab in ("Equation", "Batch", "Slope", "Compare"):
        view.show_tab(tab)
        view.show_pin(before)
        view.show_part(EdgePart(1, 0, 0))
        view.show_tab(tab)
        view.show_snapshot(snapshot)
        QApplication.processEvents()
        view.grab()
        assert on.text(view)


def test_a_part_that_is_gone_is_said(on: SimpleNamespace, show: Show) -> None:
    view, _ = show(on.moons(hidden=(8,)), tab="Equation")
    view.show_part(NeuronPart(1, 7))
    smaller = Trainer(on.moons(hidden=(2,)), engine="reference")
    view.show_snapshot(on.snapshot_of(smaller))
    assert "not there any more" in on.text(view)
    view.show_tab("Slope")
    view.show_part(EdgePart(1, 7, 0))
    view.show_tab("Slope")
    assert "not there any more" in on.text(view)


# --- when it is computed


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    calls: list[Part] = []

    def counting(*args: Any) -> Any:
        calls.append(args[1])
        return equation_of(*args)

    monkeypatch.setattr(inspector_equation, "equation_of", counting)
    return calls


def test_nothing_is_computed_while_hidden(
    on: SimpleNamespace, show: Show, counted: list[Part]
) -> None:
    view, trainer = show(tab="Batch")
    view._equation.show_part(LossPart())
    for _ in range(3):
        on.advance(view, trainer)
    assert counted == []
    view.show_tab("Equation")
    assert len(counted) == 1
    view.card.hide()
    on.advance(view, trainer)
    assert len(counted) == 1
    view.card.show()
    assert len(counted) == 2


def test_while_training_most_snapshots_are_passed_over(
    on: SimpleNamespace, show: Show, counted: list[Part], qtbot: QtBot
) -> None:
    view, trainer = show(tab="Equation")
    view.show_part(LossPart())
    counted.clear()
    view.set_running(True)
    for _ in range(20):
        on.advance(view, trainer)
    assert len(counted) == 1
    # The newest moment comes all the same, and then no timer runs any more.
    qtbot.waitUntil(lambda: len(counted) == 2)
    assert shown(view).equation == equation_of(trainer.frame(), LossPart())
    qtbot.waitUntil(lambda: not view._equation.pace._timer.isActive())
    assert len(counted) == 2
    on.advance(view, trainer)
    on.advance(view, trainer)
    view.set_running(False)
    assert shown(view).equation == equation_of(trainer.frame(), LossPart())


def test_what_is_slow_waits_for_a_pause(
    on: SimpleNamespace,
    show: Show,
    counted: list[Part],
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    view, trainer = show(tab="Equation")
    clock = iter(np.arange(0.0, 1e6, 0.1))
    monkeypatch.setattr(inspector_pace, "thread_time", lambda: float(next(clock)))
    view.show_part(LossPart())
    counted.clear()
    view.set_running(True)
    for _ in range(5):
        on.advance(view, trainer)
    assert counted == []
    assert "waits for a pause" in view.subtitle
    view.set_running(False)
    assert len(counted) == 1
    assert "waits" not in view.subtitle


def test_a_fraction_stays_in_one_line_and_is_copied_as_it_is_read(
    on: SimpleNamespace, show: Show
) -> None:
    view, _ = show(tab="Equation", size=(240, 300))
    view.show_part(BiasPart(1, 0))
    pane = shown(view).text
    assert "∂L/∂b" in pane.toPlainText()
    layout = pane.document().begin()
    while layout.isValid():
        lines = [layout.layout().lineAt(k) for k in range(layout.layout().lineCount())]
        for line in lines:
            text = layout.text()[line.textStart() : line.textStart() + line.textLength()]
            assert not text.rstrip("\u2060").endswith("∂L/"), text
        layout = layout.next()
    pane.selectAll()
    copied = pane.createMimeDataFromSelection().text()
    assert "∂L/∂b" in copied
    assert not {"\u2060", "\u00a0"} & set(copied)


# --- colours


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("palette", PALETTES)
def test_all_text_can_be_read(show: Show, theme: Any, palette: str) -> None:
    wanted = theme.adapted(palette, 1.0)
    view, _ = show(tab="Equation", theme=wanted)
    view.show_part(EdgePart(1, 0, 0))
    for style in ("words", "strong", "dim", "formula", "numbers", "result", "fold"):
        for number in ("−0.5", "0.5", "12"):
            color = shown(view).text.color_of(Span(number, style))
            assert contrast(color, wanted.card) >= LEAST_CONTRAST


def test_results_have_the_colour_of_their_sign_where_it_can_be_read(show: Show) -> None:
    theme = LIGHT.adapted("purple-green", 1.0)
    view, _ = show(tab="Equation", theme=theme)
    color_of = shown(view).text.color_of
    assert color_of(Span("−0.5", "result")) == theme.negative
    assert color_of(Span("0.5", "result")) == theme.positive
    view.set_theme(LIGHT)
    assert color_of(Span("−0.5", "result")) == LIGHT.ink


def test_only_the_result_of_a_statement_is_set_apart() -> None:
    statements = {
        "z = 0.5·x₁ − 2·x₂": "",
        "z = 0.5·0.25 − 2 = −1.875": "−1.875",
        "v ← 0.9·3 = 1.2·10⁻⁵": "1.2·10⁻⁵",
        "a = tanh(z)": "",
        "L = 3 / 0 = ∞": "∞",
        "δ = 1 = not a number": "not a number",
        "b = 0.218": "0.218",
    }
    for text, result in statements.items():
        written = Equation("T", "S.", text, text, text, text)
        spans = [span for paragraph in equation_paragraphs(written) for span in paragraph]
        assert [plain(s.text) for s in spans if s.style == "result"] == [result] * bool(result)
        assert text in plain("".join(span.text for span in spans))
