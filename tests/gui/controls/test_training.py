"""TrainingPanel: every control tells its field, and the program's changes are silent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.gui.controls.limits import limits_of
from nnviz.gui.controls.training import TrainingPanel
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.effects import Effect
from nnviz.run.experiment import Experiment, allowed_values, tooltip
from nnviz.run.presets import PRESETS
from nnviz.run.problem import dataset_of

MOONS = Experiment(dataset="moons", n_samples=240, test_fraction=0.25, batch_size=10)


@pytest.fixture
def panel(qtbot: QtBot) -> TrainingPanel:
    widget = TrainingPanel()
    qtbot.addWidget(widget)
    widget.show_experiment(MOONS, dataset_of(MOONS))
    widget.show()
    widget.activateWindow()
    QApplication.processEvents()
    return widget


@pytest.fixture
def changes(panel: TrainingPanel) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    panel.changed.connect(heard.append)
    return heard


def enter(qtbot: QtBot, field: QWidget, text: str) -> None:
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("learning_rate", "0,5", 0.5),
        ("epochs", "2000", 2000),
    ],
)
def test_number_fields(
    panel: TrainingPanel,
    changes: list[dict[str, Any]],
    qtbot: QtBot,
    name: str,
    text: str,
    value: float,
) -> None:
    enter(qtbot, getattr(panel, name), text)
    assert changes == [{name: value}]
    assert MOONS.evolve(**changes[0])


@pytest.mark.parametrize(("segment", "value"), [(0, "full"), (2, 1)])
def test_variants(
    panel: TrainingPanel,
    changes: list[dict[str, Any]],
    qtbot: QtBot,
    segment: int,
    value: int | str,
) -> None:
    batch = panel.batch
    qtbot.mouseClick(batch.variant.buttons()[segment], Qt.MouseButton.LeftButton)
    assert changes == [{"batch_size": value}]
    assert not batch.field.isEnabled()
    assert not batch.slider.isEnabled()
    # Back to mini-batch: the size that was used before.
    qtbot.mouseClick(batch.variant.buttons()[1], Qt.MouseButton.LeftButton)
    assert changes[1:] == [{"batch_size": 10}]
    assert batch.field.isEnabled()


def test_batch_size_by_number(
    panel: TrainingPanel, changes: list[dict[str, Any]], qtbot: QtBot
) -> None:
    enter(qtbot, panel.batch.field, "25")
    assert changes == [{"batch_size": 25}]
    enter(qtbot, panel.batch.field, "1")
    assert changes[1:] == [{"batch_size": 1}]
    assert panel.batch.variant.current == "stochastic"


def test_batch_size_by_slider(
    panel: TrainingPanel, changes: list[dict[str, Any]], qtbot: QtBot
) -> None:
    slider = panel.batch.slider
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(slider, Qt.Key.Key_End)
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert changes == [{"batch_size": 180}, {"batch_size": 2}]
    assert panel.batch.field.text() == "2"


def test_dragging_the_slider_commits_once(
    panel: TrainingPanel, changes: list[dict[str, Any]]
) -> None:
    slider = panel.batch.slider
    slider.setSliderDown(True)
    for position in range(5, 10):
        slider.setSliderPosition(position)
    assert changes == []
    assert panel.batch.field.text() == str(panel.batch._sizes[9])
    slider.setSliderDown(False)
    assert changes == [{"batch_size": panel.batch._sizes[9]}]


@pytest.mark.parametrize(("name", "registry"), [("optimizer", OPTIMIZERS), ("activation", None)])
def test_registries(
    panel: TrainingPanel, changes: list[dict[str, Any]], name: str, registry: Any
) -> None:
    box = getattr(panel, name)
    keys = list(registry or (key for key, entry in ACTIVATIONS.items() if entry.hidden))
    assert [box.itemData(index) for index in range(box.count())] == keys
    before = getattr(MOONS, name)
    for index in range(box.count()):
        box.activated.emit(index)
    expected = [{name: key} for key in keys]
    if keys[0] == before:
        expected = expected[1:]
    assert changes == expected


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_shown_silently(
    panel: TrainingPanel, changes: list[dict[str, Any]], name: str
) -> None:
    experiment = PRESETS[name].experiment
    panel.show_experiment(experiment, dataset_of(experiment))
    assert changes == []
    assert panel.optimizer.current == experiment.optimizer
    assert panel.learning_rate.value == experiment.learning_rate
    assert panel.epochs.value == experiment.epochs
    shown = panel.batch.variant.current
    size = experiment.batch_size
    assert shown == {"full": "batch", 1: "stochastic"}.get(size, "mini-batch")
    assert panel.activation.isEnabled() == bool(experiment.hidden)


def test_fields_show_again_what_they_showed(panel: TrainingPanel) -> None:
    """Showing what a field says, and leaving it, must never be taken for a change."""
    heard: list[object] = []
    panel.changed.connect(heard.append)
    for field in (panel.learning_rate, panel.epochs, panel.batch.field):
        field.setFocus()
        panel.show_experiment(MOONS, dataset_of(MOONS))
        field.clearFocus()
    assert heard == []


@pytest.mark.parametrize(
    ("activation", "shown"),
    [("relu", "relu"), (("relu", "relu"), "relu"), (("relu", "tanh"), None)],
)
def test_one_activation_per_layer(
    panel: TrainingPanel, activation: str | tuple[str, ...], shown: str | None
) -> None:
    experiment = MOONS.evolve(hidden=(3, 3), activation=activation)
    panel.show_experiment(experiment, dataset_of(experiment))
    assert panel.activation.current == shown
    if shown is None:
        assert panel.activation.placeholderText() == "per layer"


@pytest.mark.parametrize(
    ("batch_size", "beginning", "updates"),
    [(10, "⌈180 / 10⌉ = 18", 18), (7, "⌈180 / 7⌉ = 26", 26), ("full", "⌈180 / 180⌉ = 1", 1),
     (1, "⌈180 / 1⌉ = 180", 180), (500, "⌈180 / 500⌉ = 1", 1)],
)  # fmt: skip
def test_updates_per_epoch(
    panel: TrainingPanel, batch_size: Any, beginning: str, updates: int
) -> None:
    experiment = MOONS.evolve(batch_size=batch_size)
    panel.show_experiment(experiment, dataset_of(experiment))
    assert f"{beginning}<" in panel.batch.caption.text()
    noun = "update" if updates == 1 else "updates"
    assert panel.batch.caption.accessibleName() == f"{updates} {noun} per epoch"


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_handful_of_points(panel: TrainingPanel, changes: list[Any], n: int) -> None:
    points = Points(np.zeros((n, 2)), np.arange(n) % 2)
    experiment = Experiment(dataset=points, test_fraction=0.0, batch_size="full")
    panel.show_experiment(experiment, dataset_of(experiment))
    mini_batch = panel.batch.variant.buttons()[1]
    assert mini_batch.isEnabled() == (n > 1)
    mini_batch.click()
    assert changes == ([{"batch_size": 2}] if n > 1 else [])


def test_refusals_are_passed_on(panel: TrainingPanel, qtbot: QtBot) -> None:
    for field in (panel.learning_rate, panel.epochs, panel.batch.field):
        with qtbot.waitSignal(panel.rejected) as heard:
            enter(qtbot, field, "x")
        assert heard.args is not None
        assert heard.args[0].endswith(".")


FIELDS = ("learning_rate", "epochs")


@pytest.mark.parametrize("name", FIELDS)
def test_refusals_say_what_the_experiment_allows(
    panel: TrainingPanel, qtbot: QtBot, name: str
) -> None:
    heard: list[str] = []
    panel.rejected.connect(heard.append)
    enter(qtbot, getattr(panel, name), "-1")
    assert len(heard) == 1
    assert heard[0].endswith(f": “-1” is not {allowed_values(name)}.")


def test_the_end_of_a_refusal_is_told_once_and_before_the_change(
    panel: TrainingPanel, qtbot: QtBot
) -> None:
    heard: list[str] = []
    panel.accepted.connect(lambda: heard.append("accepted"))
    panel.changed.connect(lambda _: heard.append("changed"))
    enter(qtbot, panel.epochs, "100")
    assert heard == ["changed"]
    enter(qtbot, panel.learning_rate, "x")
    # The sentence of a field that was left with a bad number must stay readable.
    panel.optimizer.activated.emit(0)
    assert heard == ["changed", "changed"]
    enter(qtbot, panel.learning_rate, "0.5")
    enter(qtbot, panel.epochs, "200")
    assert heard[2:] == ["accepted", "changed", "changed"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_after_enter_and_escape_keys_are_commands_and_tab_goes_on(
    panel: TrainingPanel, changes: list[dict[str, Any]], qtbot: QtBot, key: Qt.Key
) -> None:
    panel.learning_rate.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(panel.learning_rate, key)
    for typed in (Qt.Key.Key_Space, Qt.Key.Key_R, Qt.Key.Key_5):
        qtbot.keyClick(QApplication.focusWidget(), typed)
    assert panel.learning_rate.text() == "0.03"
    assert changes == []
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert panel.activation.hasFocus()
    qtbot.keyClick(panel.activation, Qt.Key.Key_Backtab)
    assert panel.learning_rate.hasFocus()
    qtbot.keyClick(panel.learning_rate, key)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert panel.optimizer.hasFocus()


@pytest.mark.parametrize("name", FIELDS)
def test_limits_are_those_of_an_experiment(panel: TrainingPanel, name: str) -> None:
    limits = getattr(panel, name).limits
    assert limits == limits_of(name)
    kind = type(getattr(MOONS, name))
    lowest, highest = kind(limits.minimum), kind(limits.maximum)
    beyond = (kind(highest + max(1, highest * 0.001)), lowest - 1)
    for value in (lowest, highest, *beyond):
        is_taken = True
        try:
            MOONS.evolve(**{name: value})
        except ValueError:
            is_taken = False
        assert limits.accept(value) == is_taken, value


def test_labels_are_buddies(panel: TrainingPanel) -> None:
    for label in panel.rows.labels():
        assert label.buddy() is not None
        assert label.toolTip()


def test_the_fields_are_told_before_they_change(panel: TrainingPanel) -> None:
    """All of them are live: each row has the mark, each control the words for it."""
    assert {mark.effect for mark in panel.rows.marks()} == {Effect.LIVE}
    assert len(panel.rows.marks()) == len(panel.rows.labels()) == len(panel.fields)
    batch = panel.batch
    for control, field in (
        (panel.optimizer, "optimizer"),
        (panel.learning_rate, "learning_rate"),
        (panel.activation, "activation"),
        (panel.epochs, "epochs"),
        *((c, "batch_size") for c in (batch.slider, batch.field, *batch.variant.buttons())),
    ):
        assert control.accessibleDescription() == f"{tooltip(field)} {Effect.LIVE.sentence}"
