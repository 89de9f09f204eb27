"""PointsPanel: the data's fields, what cannot be changed and why, features, class weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.data.features import FEATURES, feature_problem
from nnviz.gui.controls.feature_boxes import MOST_COLUMNS, SENTENCES, offered
from nnviz.gui.controls.points import PointsPanel
from nnviz.run.experiment import LARGEST_SEED, Experiment
from nnviz.run.presets import PRESETS
from nnviz.run.problem import dataset_of
from nnviz.run.resizing import with_followers

MOONS = Experiment(dataset="moons")
GIVEN = Points(np.arange(12.0).reshape(6, 2), [0, 1] * 3)
REGRESSION = Points(np.arange(8.0).reshape(8, 1), np.arange(8.0), task="regression")
WIDE = Points(np.arange(60.0).reshape(6, 10), [0, 1, 2] * 2, classes=["a", "b", "a very long name"])


@pytest.fixture
def panel(qtbot: QtBot) -> PointsPanel:
    widget = PointsPanel()
    qtbot.addWidget(widget)
    widget.resize(210, 500)
    show(widget, MOONS)
    widget.show()
    widget.activateWindow()
    QApplication.processEvents()
    return widget


@pytest.fixture
def changes(panel: PointsPanel) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    panel.changed.connect(heard.append)
    return heard


def show(panel: PointsPanel, experiment: Experiment) -> None:
    panel.show_experiment(experiment, dataset_of(experiment))


def enter(qtbot: QtBot, field: Any, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_shown_silently(
    panel: PointsPanel, changes: list[dict[str, Any]], name: str
) -> None:
    experiment = PRESETS[name].experiment
    show(panel, experiment)
    assert changes == []
    for field in ("n_samples", "noise", "data_seed", "test_fraction", "split_seed"):
        assert getattr(panel, field).value == getattr(experiment, field)
    assert panel.scaling.current == experiment.scaling
    ticked = {feature for feature, box in panel.features.boxes().items() if box.isChecked()}
    assert ticked == set(experiment.features or ("x1", "x2"))


@pytest.mark.parametrize("text", ["0.3", "0,3", "0.123456789", "0"])
def test_the_test_part_is_edited_exactly(
    panel: PointsPanel, changes: list[dict[str, Any]], qtbot: QtBot, text: str
) -> None:
    enter(qtbot, panel.test_fraction, text)
    assert changes == [{"test_fraction": float(text.replace(",", "."))}]


def test_the_test_part_climbs_in_steps_and_never_takes_all(
    panel: PointsPanel, changes: list[dict[str, Any]], qtbot: QtBot
) -> None:
    show(panel, MOONS.evolve(test_fraction=0.9))
    panel.test_fraction.setFocus()
    for _ in range(3):
        qtbot.keyClick(panel.test_fraction, Qt.Key.Key_Up)
    assert changes == [{"test_fraction": 0.95}]
    refused: list[str] = []
    panel.rejected.connect(refused.append)
    enter(qtbot, panel.test_fraction, "1")
    assert refused == ["Test part: “1” is not a number from 0 up to, but not including, 1."]


def test_seeds_are_drawn_by_their_buttons(
    panel: PointsPanel, changes: list[dict[str, Any]], qtbot: QtBot
) -> None:
    show(panel, MOONS.evolve(data_seed=4, split_seed=LARGEST_SEED))
    qtbot.mouseClick(panel.new_data_seed, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.new_split_seed, Qt.MouseButton.LeftButton)
    assert changes == [{"data_seed": 5}, {"split_seed": 0}]


# --- what is fixed


@pytest.mark.parametrize(
    ("source", "reasons"),
    [
        (
            "xor",
            {
                "n_samples": "The XOR gate can have no other number than 4.",
                "noise": "The XOR gate can have no noise but 0.",
                "test_fraction": "The XOR gate can have no test part.",
                "data_seed": "No points are drawn: they are given.",
                "split_seed": "There is no test part to draw.",
            },
        ),
        (
            GIVEN,
            {
                "n_samples": "The points given can have no other number than 6.",
                "noise": "The points given can have no noise but 0.",
                "data_seed": "No points are drawn: they are given.",
            },
        ),
    ],
)
def test_what_is_fixed_is_disabled_and_says_why(
    panel: PointsPanel, source: Any, reasons: dict[str, str]
) -> None:
    show(panel, MOONS.evolve(dataset=source))
    for name in ("n_samples", "noise", "test_fraction", "data_seed", "split_seed", "class_weight"):
        control = getattr(panel, name)
        is_fixed = name in reasons
        is_fixed |= name == "split_seed" and panel.test_fraction.value == 0
        assert control.isEnabled() != is_fixed, name
        if name in reasons:
            assert words(control.toolTip()) == reasons[name]
    assert panel.new_data_seed.isEnabled() == ("data_seed" not in reasons)
    assert panel.new_split_seed.isEnabled() == panel.split_seed.isEnabled()
    show(panel, MOONS)
    assert all(getattr(panel, name).isEnabled() for name in reasons)
    assert panel.new_data_seed.isEnabled()
    assert words(panel.n_samples.toolTip()).startswith("Says how many points there are")


def test_a_regression_has_no_class_weights(panel: PointsPanel) -> None:
    experiment = Experiment(
        dataset=REGRESSION, loss="squared_error", output_activation="linear", test_fraction=0.25
    )
    show(panel, experiment)
    assert not panel.class_weight.isEnabled()
    assert panel.class_weight.toolTip() == "A regression has no classes."
    assert panel.split_seed.isEnabled()
    assert list(panel.features.boxes()) == ["x1", "x1^2", "sin(x1)", "cos(x1)"]


# --- features


def test_there_is_a_box_for_each_feature_that_the_data_know() -> None:
    assert list(SENTENCES) == list(FEATURES)
    found = offered(("x1", "x2"))
    assert list(found) == [
        "x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)", "cos(x1)", "cos(x2)",
    ]  # fmt: skip
    assert all(feature_problem(name, 2) is None for name in found)
    assert "x1*x3" in offered(("x1", "x2", "x3"))
    assert "x1 (length)" in offered(("length", "width"))["x1^2"]
    assert len(offered(tuple(f"x{n}" for n in range(1, 11)))) == 5 * MOST_COLUMNS


def test_boxes_choose_features_in_the_order_in_which_they_stand(
    panel: PointsPanel, changes: list[dict[str, Any]], qtbot: QtBot
) -> None:
    boxes = panel.features.boxes()
    assert panel.features.caption.text() == "all 2 columns"
    qtbot.mouseClick(boxes["x1*x2"], Qt.MouseButton.LeftButton, pos=boxes["x1*x2"].rect().center())
    boxes["x1"].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(boxes["x1"], Qt.Key.Key_Space)
    assert changes == [{"features": ("x1", "x2", "x1*x2")}, {"features": ("x2", "x1*x2")}]
    assert panel.features.caption.text() == "2 chosen"
    qtbot.keyClick(boxes["x1"], Qt.Key.Key_Space)
    boxes["x1*x2"].click()
    assert changes[2:] == [{"features": ("x1", "x2", "x1*x2")}, {"features": ()}]
    assert boxes["x1"].isChecked()
    assert boxes["x2"].isChecked()


def test_other_columns_are_typed(
    panel: PointsPanel, changes: list[dict[str, Any]], qtbot: QtBot
) -> None:
    assert not panel.features.typed.isVisible()
    wide = MOONS.evolve(dataset=WIDE, output_activation="softmax", loss="cross_entropy")
    show(panel, wide)
    assert panel.features.typed.isVisible()
    assert panel.features.caption.text() == "all 10 columns"
    enter(qtbot, panel.features.typed, "x1, x7*x9; sin(x10)")
    assert changes == [{"features": ("x1", "x7*x9", "sin(x10)")}]
    assert panel.features.boxes()["x1"].isChecked()
    panel.features.boxes()["x2"].click()
    assert changes[1:] == [{"features": ("x1", "x2", "x7*x9", "sin(x10)")}]
    refused: list[str] = []
    panel.rejected.connect(refused.append)
    enter(qtbot, panel.features.typed, "x11")
    assert len(refused) == 1
    assert refused[0].startswith("Features: “x11” is not a list of features like x1")


def test_what_does_not_fit_more_inputs_goes_with_the_change(
    panel: PointsPanel, changes: list[dict[str, Any]]
) -> None:
    given = ([np.ones((4, 2)), np.ones((1, 4))], [np.zeros(4), np.zeros(1)])
    experiment = MOONS.evolve(hidden=(4,), initial_parameters=given)
    show(panel, experiment)
    panel.features.boxes()["x1^2"].click()
    assert changes == [{"features": ("x1", "x2", "x1^2")}]
    # The window adds what has to follow.
    followed = with_followers(experiment, changes[0])
    assert followed == {"features": ("x1", "x2", "x1^2"), "initial_parameters": None}
    assert experiment.evolve(**followed).features == ("x1", "x2", "x1^2")


# --- class weights


def test_class_weights(panel: PointsPanel, changes: list[dict[str, Any]], qtbot: QtBot) -> None:
    box = panel.class_weight
    assert box.current == "none"
    assert not panel.weight_rows.isVisible()
    for index in (1, 2):
        box.activated.emit(index)
    assert changes == [{"class_weight": "balanced"}, {"class_weight": (1.0, 1.0)}]
    show(panel, MOONS.evolve(class_weight=(1.0, 1.0)))
    assert [field.isVisible() for field in panel.weights] == [True, True]
    enter(qtbot, panel.weights[1], "2,5")
    assert changes[2:] == [{"class_weight": (1.0, 2.5)}]
    show(panel, MOONS.evolve(class_weight="balanced"))
    assert box.current == "balanced"
    assert not panel.weight_rows.isVisible()
    box.activated.emit(0)
    assert changes[3:] == [{"class_weight": None}]


def test_each_class_has_its_weight_and_its_name(panel: PointsPanel) -> None:
    three = MOONS.evolve(
        dataset=WIDE, output_activation="softmax", loss="cross_entropy", class_weight=(1, 2, 3)
    )
    show(panel, three)
    assert [field.value for field in panel.weights] == [1, 2, 3]
    labels = [label.text() for label in panel.weight_rows.labels()]
    assert labels[:2] == ["a", "b"]
    assert labels[2].startswith("a very")
    assert labels[2].endswith("…")
    show(panel, MOONS.evolve(class_weight=(1.0, 2.0)))
    assert [field.isVisible() for field in panel.weights] == [True, True, False]
    assert [label.text() for label in panel.weight_rows.labels()][:2] == ["class 0", "class 1"]
