"""Every field of an experiment has its control, which is named, explained, and changes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.buttons import PushButton, Slider
from nnviz.gui.controls.check_box import CheckBox
from nnviz.gui.controls.choice import ChoiceBox
from nnviz.gui.controls.entry_field import EntryField
from nnviz.gui.controls.field_panel import FieldPanel
from nnviz.gui.controls.gallery import PresetGallery
from nnviz.gui.controls.help_card import HelpButton
from nnviz.gui.controls.list_field import ListField
from nnviz.gui.controls.more import MoreControls
from nnviz.gui.controls.number_field import NumberField
from nnviz.gui.controls.section import SectionHeader
from nnviz.gui.controls.training import TrainingPanel
from nnviz.gui.theme import Theme
from nnviz.insight.snapshot import Snapshot
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.schedules import SCHEDULES
from nnviz.run.effects import effect_of
from nnviz.run.experiment import Experiment, tooltip
from nnviz.run.presets import PRESETS
from nnviz.run.problem import dataset_of
from nnviz.run.resizing import with_followers
from nnviz.run.trainer import Trainer

USUAL = Experiment(
    dataset="moons", hidden=(3, 2), activation=("tanh", "relu"), class_weight=(1.0, 2.0)
)
PANELS = ("training", "points", "network", "objective", "optimizer", "schedule")
SHOWN = {name: [USUAL] for name in PANELS} | {
    "optimizer": [USUAL.evolve(optimizer=name) for name in OPTIMIZERS],
    "schedule": [USUAL.evolve(schedule=name) for name in SCHEDULES],
}
"""In these experiments all the controls of a panel are in use."""


class Desk:
    """A panel whose changes are made at once, as the window makes them."""

    def __init__(self, qtbot: QtBot, name: str, theme: Theme) -> None:
        self.training, self.more = TrainingPanel(), MoreControls()
        self.panel: FieldPanel = self.training if name == "training" else getattr(self.more, name)
        shown = self.training if name == "training" else self.more
        for part in (self.training, self.more):
            qtbot.addWidget(part)
            part.set_theme(theme)
        self.more.set_open(PANELS[1:])
        shown.resize(244, 2_000)
        shown.show()
        shown.activateWindow()
        self.changes: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.panel.changed.connect(self.change)
        self.panel.rejected.connect(self.refused.append)

    def show(self, experiment: Experiment) -> None:
        self.experiment = experiment
        trainer = Trainer(experiment)
        self.panel.show_experiment(experiment, trainer.dataset)
        frame = SimpleNamespace(weights=trainer.weights, biases=trainer.biases, epoch=0)
        self.more.show_snapshot(cast(Snapshot, SimpleNamespace(frame=frame)))
        QApplication.processEvents()

    def change(self, changes: dict[str, Any]) -> None:
        self.changes.append(changes)
        self.experiment = self.experiment.evolve(**with_followers(self.experiment, changes))
        self.panel.show_experiment(self.experiment, dataset_of(self.experiment))


@pytest.fixture
def sit_at(qtbot: QtBot, dress: Callable[..., Theme]) -> Callable[[str], Desk]:
    theme = dress("light")
    return lambda name: Desk(qtbot, name, theme)


def controls_of(panel: QWidget) -> list[QWidget]:
    """What the keyboard or the mouse can use now, help aside."""
    return [
        widget
        for widget in panel.findChildren(QWidget)
        if isinstance(widget, EntryField | ChoiceBox | Slider | QAbstractButton)
        and widget.isVisible()
        and widget.isEnabled()
        and not isinstance(widget, HelpButton | SectionHeader)
    ]


def use(qtbot: QtBot, control: QWidget) -> None:
    """Give a control another value than it has, as a user would."""
    if isinstance(control, EntryField):
        control.setFocus()
        control.selectAll()
        qtbot.keyClicks(control, another(control))
        qtbot.keyClick(control, Qt.Key.Key_Return)
    elif isinstance(control, ChoiceBox):
        control.setFocus(Qt.FocusReason.TabFocusReason)
        before = control.current
        qtbot.keyClick(control, Qt.Key.Key_Down)
        if control.current == before:
            qtbot.keyClick(control, Qt.Key.Key_Up)
    elif isinstance(control, Slider):
        control.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(control, Qt.Key.Key_Right)
    elif isinstance(control, CheckBox):
        qtbot.keyClick(control, Qt.Key.Key_Return)
    else:
        qtbot.mouseClick(control, Qt.MouseButton.LeftButton)


def another(field: EntryField) -> str:
    if isinstance(field, ListField):
        return "5+4" if field.value == (3, 2) else "x1, x2"
    assert isinstance(field, NumberField)
    wanted: list[float] = [3, 0.25, 0.5]
    return next(f"{n:g}" for n in wanted if field.limits.accept(n) and n != field.value)


def test_every_field_has_one_control(sit_at: Callable[[str], Desk]) -> None:
    desk = sit_at("training")
    assert {"training", *desk.more.sections()} == {*PANELS, "appearance"}
    fields = Counter(("dataset",))  # the gallery's
    for panel in (desk.training, *(getattr(desk.more, name) for name in PANELS[1:])):
        fields.update(panel.fields)
    assert set(fields) == set(Experiment.model_fields)
    # One name for all layers is always in view; one for each layer is among the others.
    assert [name for name, count in fields.items() if count > 1] == ["activation"]


@pytest.mark.parametrize("name", PANELS)
def test_every_control_emits_its_field(
    sit_at: Callable[[str], Desk], qtbot: QtBot, name: str
) -> None:
    desk = sit_at(name)
    emitted: set[str] = set()
    n_used = 0
    for experiment in SHOWN[name]:
        desk.show(experiment)
        for control in controls_of(desk.panel):
            desk.show(experiment)
            if isinstance(control, PushButton) and control.isChecked():
                continue  # the segment that holds
            before = len(desk.changes)
            use(qtbot, control)
            n_used += 1
            label = control.accessibleName()
            assert desk.refused == []
            assert len(desk.changes) == before + 1, label
            changes = desk.changes[-1]
            described = [f for f in changes if tooltip(f) in control.accessibleDescription()]
            assert described, (label, changes, control.accessibleDescription())
            assert described[0] in desk.panel.fields
            assert effect_of(described[0]).sentence in control.accessibleDescription(), label
            assert desk.experiment != experiment, (label, changes)
            emitted.update(described)
    assert emitted == set(desk.panel.fields)
    assert n_used >= len(emitted) + sum(isinstance(c, CheckBox) for c in controls_of(desk.panel))


def test_the_gallery_chooses_the_dataset(qtbot: QtBot) -> None:
    gallery = PresetGallery()
    qtbot.addWidget(gallery)
    gallery.resize(208, 2_000)
    gallery.show()
    chosen: list[str] = []
    gallery.chosen.connect(chosen.append)
    for thumbnail in gallery.thumbnails().values():
        qtbot.mouseClick(thumbnail, Qt.MouseButton.LeftButton)
    assert chosen == list(PRESETS)
    assert len({PRESETS[name].experiment.dataset for name in chosen}) > 8


@pytest.mark.parametrize("name", PANELS)
def test_every_control_is_named_and_explained_in_one_sentence(
    sit_at: Callable[[str], Desk], name: str
) -> None:
    desk = sit_at(name)
    seen = 0
    for experiment in SHOWN[name]:
        desk.show(experiment)
        for widget in desk.panel.findChildren(QWidget):
            if not is_stop(widget):
                continue
            seen += 1
            check_words(widget)
    assert seen >= len(desk.panel.fields)


def test_the_appearance_and_the_headers_are_named_and_explained(
    sit_at: Callable[[str], Desk],
) -> None:
    desk = sit_at("points")
    desk.more.set_open(["appearance"])
    headers = [section.header for section in desk.more.sections().values()]
    stops = [w for w in desk.more.appearance.findChildren(QWidget) if is_stop(w)]
    assert len(headers) == 6
    assert len(stops) >= 5
    for widget in (*headers, *stops):
        check_words(widget)
    assert len({w.accessibleName() for w in (*headers, *stops)}) == len(headers) + len(stops)


def is_stop(widget: QWidget) -> bool:
    """Whether the keyboard reaches it, or a click does something."""
    takes_focus = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    is_ours = not widget.metaObject().className().startswith("Q")
    return is_ours and (takes_focus or isinstance(widget, QAbstractButton))


def check_words(widget: QWidget) -> None:
    sentence = " ".join(widget.toolTip().split())
    assert widget.accessibleName(), widget
    assert sentence.endswith("."), (widget.accessibleName(), sentence)
    assert ". " not in sentence, sentence
    assert sentence[0].isupper(), sentence
