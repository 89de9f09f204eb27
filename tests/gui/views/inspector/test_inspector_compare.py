"""The tab of comparison: a marked moment against the present one."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.views import inspector_compare
from nnviz.gui.views.inspector_pictures import Surfaces
from nnviz.gui.views.inspector_table import FiguresTable
from nnviz.gui.views.inspector_words import signed
from nnviz.gui.views.scales import number_text
from nnviz.insight.difference import Difference, difference
from nnviz.insight.equation_text import format_number, format_pair
from nnviz.insight.parts import BiasPart, EdgePart, LossPart, NeuronPart, Part
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

Show = Callable[..., Any]


def columns_of(view: Any) -> dict[str, tuple[str, str, str]]:
    return view.findChild(FiguresTable).columns  # type: ignore[no-any-return]


def test_without_a_pin_it_says_how_to_begin(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view, _ = show(tab="Compare")
    assert on.text(view).startswith("Mark this moment")
    assert not view.findChild(FiguresTable).isVisible()
    with qtbot.waitSignal(view.pin_wanted):
        on.control(view, "compare from this moment on").click()


@pytest.mark.parametrize("kind", ["moons", "regression", "blobs", "one"])
def test_figures_sentences_and_largest_changes(
    on: SimpleNamespace, show: Show, qtbot: QtBot, kind: str
) -> None:
    experiment = {
        "moons": on.moons(l2=0.1),
        "regression": on.regression(),
        "blobs": preset("blobs"),
        "one": preset("or"),
    }[kind]
    view, trainer = show(experiment, tab="Compare", size=(900, 240))
    before = on.snapshot_of(trainer)
    view.show_pin(before)
    on.advance(view, trainer, 20)
    frame, found = trainer.frame(), difference(before.frame, trainer.frame())
    text = on.text(view)
    assert found.on_results in text
    assert "Largest changes" in text
    columns = columns_of(view)
    assert columns["train loss"][:2] == tuple(
        number_text(each.train_loss) for each in (before.frame, frame)
    )
    assert ("penalty" in columns) == (kind == "moons")
    assert ("train acc." in columns) == (kind != "regression")
    assert ("test loss" in columns) == (frame.test_loss is not None)
    change = frame.theta - before.frame.theta
    largest = float(change[int(np.abs(change).argmax())])
    assert format_number(largest) in text
    assert view.subtitle == "update 3 → 23"
    with qtbot.waitSignal(view.unpin_wanted):
        on.control(view, "stop comparing").click()
    view.show_pin(None)
    assert on.text(view).startswith("Mark this moment")
    assert view.subtitle == ""


def test_side_by_side_or_subtracted(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Compare")
    heard: list[Difference | None] = []
    view.difference_shown.connect(heard.append)
    view.show_pin(on.snapshot_of(trainer))
    on.advance(view, trainer, 20)
    pictures = view.findChild(Surfaces)
    assert pictures.captions == ["marked", "now"]
    assert heard == []
    on.control(view, "subtracted").click()
    assert pictures.captions[0].startswith("change ±")
    assert heard == [view._compare.difference]
    on.advance(view, trainer)
    assert heard[-1] is view._compare.difference
    assert len(heard) == 2
    view.show_tab("Step")
    assert heard[-1] is None
    view.show_tab("Compare")
    assert heard[-1] is view._compare.difference
    on.control(view, "side by side").click()
    assert heard[-1] is None
    on.control(view, "subtracted").click()
    view.show_pin(None)
    assert heard[-1] is None


def test_a_pin_set_while_the_tab_is_hidden(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Step")
    view.show_pin(on.snapshot_of(trainer))
    on.advance(view, trainer)
    assert view._compare.difference is None
    view.show_tab("Compare")
    assert view._compare.difference is not None
    view.show_tab("Step")
    view.show_pin(None)
    view.show_tab("Compare")
    assert view._compare.difference is None


def test_what_cannot_be_compared_says_why(on: SimpleNamespace, show: Show) -> None:
    view, _ = show(tab="Compare")
    other = Trainer(on.regression(), engine="reference")
    view.show_pin(on.snapshot_of(other))
    assert "cannot be compared" in on.text(view)
    larger = Trainer(on.moons(hidden=(8,)), engine="reference")
    view.show_pin(on.snapshot_of(larger))
    assert "different shapes" in on.text(view)
    assert columns_of(view)["train loss"]


def test_both_planes_are_on_the_grid_of_the_output(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Compare")
    view.show_pin(on.snapshot_of(trainer))
    on.advance(view, trainer, 2)
    assert view._compare.difference.surface.grid == view._snapshot.grid


@pytest.mark.parametrize(
    "part", [EdgePart(2, 0, 1), BiasPart(1, 2), NeuronPart(1, 0), NeuronPart(0, 1), LossPart()]
)
@pytest.mark.parametrize("choice", ["side by side", "subtracted"])
def test_a_chosen_part_stays_in_the_comparison(
    on: SimpleNamespace, show: Show, part: Part, choice: str
) -> None:
    view, trainer = show(tab="Compare", size=(592, 130))
    before = on.snapshot_of(trainer)
    view.show_pin(before)
    on.advance(view, trainer, 20)
    on.control(view, choice).click()
    without = on.text(view)
    view.show_part(part)
    assert view.tab == "Compare"
    said, frame = on.text(view), trainer.frame()
    if isinstance(part, EdgePart):
        pair = [float(each.weights[1][0, 1]) for each in (before.frame, frame)]
        first = "Weight from unit 2 of layer 1 to unit 1 of layer 2: "
    elif isinstance(part, BiasPart):
        pair = [float(each.biases[0][2]) for each in (before.frame, frame)]
        first = "Bias of unit 3 of layer 1: "
    else:
        # Of a unit, its bias and the weights that come in; of others what the table says.
        is_unit = part == NeuronPart(1, 0)
        assert said.count("Weight from ") == 2 * is_unit
        assert "Weight from " not in without
        return
    step = signed(format_number(pair[1] - pair[0]))
    told = view._compare._text.toPlainText()
    assert told.startswith("{}{} → {}, {}\n".format(first, *format_pair(*pair), step))


def test_without_a_marked_moment_a_chosen_part_brings_its_equation(show: Show) -> None:
    view, _ = show(tab="Compare")
    view.show_part(EdgePart(1, 0, 0))
    assert view.tab == "Equation"


def test_a_part_that_only_one_moment_has_is_passed_over(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Compare")
    view.show_pin(on.snapshot_of(trainer))
    on.advance(view, trainer)
    for part in (EdgePart(1, 40, 0), BiasPart(9, 0), NeuronPart(7, 1)):
        view.show_part(part)
        said = view._compare._text.toPlainText()
        assert said.endswith("−0.0294  weight from x₁ to unit 1 of layer 1: −1.15 → −1.18")
    view.show_pin(on.snapshot_of(Trainer(on.moons(hidden=(8,)), engine="reference")))
    view.show_part(EdgePart(1, 0, 0))
    assert "The networks have different shapes" in on.text(view)


def test_moments_are_written_with_equally_many_decimals(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Compare", size=(900, 240))
    view.show_pin(on.snapshot_of(trainer))
    on.advance(view, trainer, 20)
    pairs = re.findall(r"(−?[\d.]+) → (−?[\d.]+\d)", on.text(view))
    assert len(pairs) >= 4
    for was, is_ in pairs:
        assert len(was.partition(".")[2]) == len(is_.partition(".")[2])


def test_nothing_changed(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Compare")
    view.show_pin(on.snapshot_of(trainer))
    on.control(view, "subtracted").click()
    assert "No parameter changed" in on.text(view)
    assert view.findChild(Surfaces).captions == ["no change"]
    assert columns_of(view)["train acc."][2] == "0 %"
    view.grab()


@pytest.mark.parametrize("size", [(420, 110), (592, 130), (900, 240)])
def test_everything_has_its_room(on: SimpleNamespace, show: Show, size: tuple[int, int]) -> None:
    view, trainer = show(on.moons(l2=0.1), tab="Compare", size=size)
    view.show_pin(on.snapshot_of(trainer))
    on.advance(view, trainer, 20)
    QApplication.processEvents()
    page, table, text = view._compare, view.findChild(FiguresTable), view._compare._text
    assert page.rect().contains(table.geometry())
    if text.isVisible():
        assert page.rect().contains(text.geometry())
        assert not text.geometry().intersects(table.geometry())
    view.grab()


@pytest.mark.parametrize("height", [60, 110, 130, 240, 500])
def test_all_that_there_is_to_say_is_copied_whatever_is_seen(
    on: SimpleNamespace, show: Show, height: int
) -> None:
    view, trainer = show(tab="Compare", size=(592, height))
    clipboard = QApplication.clipboard()
    view._compare.copy()
    assert clipboard.text().startswith("Mark this moment")
    before = on.snapshot_of(trainer)
    view.show_pin(before)
    on.advance(view, trainer, 20)
    view._compare.copy()
    lines = clipboard.text().split("\n")
    found = difference(before.frame, trainer.frame())
    assert lines[0] == "update 3 → 23"
    assert lines[1].startswith(f"train loss: {number_text(before.frame.train_loss)} when marked, ")
    assert lines[2:4] == list(found.sentences)
    assert len(lines) == 8, "the four largest changes"


def test_the_list_of_changes_stands_under_its_heading(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Compare", size=(592, 500))
    view.show_pin(on.snapshot_of(trainer))
    trainer.change(loss="squared_error")
    on.advance(view, trainer, 20)
    lines = view._compare._text.toPlainText().split("\n")
    heading = "Largest changes; subtracted, the network shows all of them"
    assert lines[lines.index(heading) + 1].startswith(("+", "−"))
    assert lines.index(heading) == len(lines) - 5


def test_notes_with_the_focus_keep_it(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Compare", size=(900, 240))
    view.show_pin(on.snapshot_of(trainer))
    on.advance(view, trainer, 20)
    notes = view._compare._notes
    assert notes.isVisible()
    view.activateWindow()
    notes.setFocus()
    QApplication.processEvents()
    on.advance(view, trainer, 2)
    QApplication.processEvents()
    assert notes.hasFocus()


def test_moments_are_compared_at_their_own_pace(
    on: SimpleNamespace, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    real = difference

    def counting(before: Any, after: Any, grid: Any) -> Any:
        calls.append(after.update)
        return real(before, after, grid)

    monkeypatch.setattr(inspector_compare, "difference", counting)
    view, trainer = show(tab="Compare")
    view.show_pin(on.snapshot_of(trainer))
    calls.clear()
    view.set_running(True)
    for _ in range(10):
        on.advance(view, trainer)
    assert calls == [4]
    view.set_running(False)
    assert calls == [4, 13]


def test_a_part_is_chosen_while_the_tab_is_hidden_and_the_layers_are_others(
    on: SimpleNamespace, show: Show
) -> None:
    view, trainer = show(tab="Compare")
    view.show_pin(on.snapshot_of(trainer))
    on.advance(view, trainer)
    view.show_tab("Slope")
    trainer.change(hidden=(4, 2))
    view.show_snapshot(on.snapshot_of(trainer))
    for part in (NeuronPart(1, 3), EdgePart(1, 3, 0), None):
        view.show_part(part)
    view.show_tab("Compare")
    assert "different shapes" in on.text(view)
