"""PointsPanel: which points there are, how they are split, and how the network sees them."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset, Points
from nnviz.data.generators import DATASETS
from nnviz.data.scaling import SCALINGS
from nnviz.gui.controls.choice import Choice, ChoiceBox
from nnviz.gui.controls.feature_boxes import FeatureBoxes
from nnviz.gui.controls.field_panel import FieldPanel
from nnviz.gui.controls.limits import Limits
from nnviz.gui.controls.number_field import NumberField
from nnviz.gui.controls.numbers import by_steps, rungs, whole_rungs
from nnviz.gui.controls.rows import Rows, align
from nnviz.gui.controls.seed_button import SeedButton, next_seed
from nnviz.gui.theme import LIGHT, Theme
from nnviz.run.consistency import fixed_fields
from nnviz.run.experiment import Experiment, tooltip

CLASS_WEIGHTS = {
    "none": Choice("all alike", "Lets every point count as much as any other."),
    "balanced": Choice("balanced", "Lets every class count as much as any other, rare or not."),
    "each": Choice("by class", "Lets the points of each class count as much as you say."),
}
HEAVIEST = 1e6
_WEIGHT = Limits(0.0, HEAVIEST, f"a number from 0 to {HEAVIEST:,.0f}")
_WIDEST_LABEL = 84
_GAP = 4


class PointsPanel(FieldPanel):
    """Edits the fields of an experiment that decide its data; the gallery chooses the dataset."""

    fields = (
        "n_samples",
        "noise",
        "data_seed",
        "test_fraction",
        "split_seed",
        "features",
        "scaling",
        "class_weight",
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Points", parent)
        self._theme = LIGHT
        self._experiment = Experiment()
        self._classes: tuple[str, ...] = ()
        self.n_samples = self.add_number("n_samples", "Points", "whole", whole_rungs(1, 2, 5))
        self.noise = self.add_number("noise", "Noise", ladder=rungs(1, 2, 5, lowest=0.01))
        self.data_seed = self.add_number("data_seed", "Data seed", "whole")
        self.test_fraction = self.add_number("test_fraction", "Test part", ladder=by_steps(0.05))
        self.split_seed = self.add_number("split_seed", "Split seed", "whole")
        self.new_data_seed = SeedButton("New data seed", tooltip("data_seed"))
        self.new_split_seed = SeedButton("New split seed", tooltip("split_seed"))
        self.features = FeatureBoxes()
        self.scaling = ChoiceBox("Scaling", SCALINGS, tooltip("scaling"))
        self.class_weight = ChoiceBox("Class weight", CLASS_WEIGHTS, tooltip("class_weight"))
        self.weights: list[NumberField] = []
        self.rows = self._make_rows()
        self.weight_rows = Rows()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self.rows)
        self._layout.addWidget(self.weight_rows)
        self._connect()
        self.set_theme(LIGHT)

    def show_experiment(self, experiment: Experiment, dataset: Dataset) -> None:
        super().show_experiment(experiment, dataset)
        self._experiment = experiment
        self._classes = dataset.classes
        self.features.show_features(experiment.features, dataset.columns)
        self.scaling.set_current(experiment.scaling)
        self._show_class_weight()
        for field, sentence in _reasons(experiment).items():
            self.rows.set_reason(getattr(self, field), sentence)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._theme = theme
        self._layout.setSpacing(theme.px(_GAP))
        parts: list[Any] = [self.rows, self.weight_rows, self.features, self.scaling]
        parts += [self.class_weight, *self.weights]
        for part in (*parts, self.new_data_seed, self.new_split_seed):
            part.set_theme(theme)
        self._write_labels()

    def _make_rows(self) -> Rows:
        rows = Rows()
        rows.add("points", self.n_samples, field="n_samples")
        rows.add("noise", self.noise, field="noise")
        rows.add("data seed", self.data_seed, self.new_data_seed, field="data_seed")
        rows.add("test part", self.test_fraction, field="test_fraction")
        rows.add("split seed", self.split_seed, self.new_split_seed, field="split_seed")
        rows.add("scaling", self.scaling, field="scaling")
        features = self.features
        rows.add("features", features.caption, buddy=features, field="features")
        rows.add_wide(features)
        rows.add("class weight", self.class_weight, field="class_weight")
        return rows

    def _connect(self) -> None:
        self.new_data_seed.clicked.connect(self._draw_data)
        self.new_split_seed.clicked.connect(self._draw_split)
        self.features.changed.connect(self._change_features)
        self.watch(self.features.typed, lambda value: None)
        self.scaling.changed.connect(self._change_scaling)
        self.class_weight.changed.connect(self._choose_class_weight)

    # --- what the user does

    def _draw_data(self) -> None:
        self.changed.emit({"data_seed": next_seed(self._experiment.data_seed)})

    def _draw_split(self) -> None:
        self.changed.emit({"split_seed": next_seed(self._experiment.split_seed)})

    def _change_features(self, features: tuple[str, ...]) -> None:
        self.changed.emit({"features": features})

    def _change_scaling(self, name: str) -> None:
        self.changed.emit({"scaling": name})

    def _choose_class_weight(self, kind: str) -> None:
        values: dict[str, Any] = {"none": None, "balanced": "balanced"}
        weight = values.get(kind, (1.0,) * len(self._classes))
        self.changed.emit({"class_weight": weight})

    def _change_weight(self, index: int, value: float) -> None:
        given = self._experiment.class_weight
        weights = list(given) if isinstance(given, tuple) else [1.0] * len(self._classes)
        weights[index] = value
        self.changed.emit({"class_weight": tuple(weights)})

    # --- class weights

    def _show_class_weight(self) -> None:
        given = self._experiment.class_weight
        kind = "each" if isinstance(given, tuple) else given or "none"
        self.class_weight.set_current(kind)
        weights = given if isinstance(given, tuple) else ()
        while len(self.weights) < len(weights):
            self._add_weight(len(self.weights))
        for index, field in enumerate(self.weights):
            self.weight_rows.set_row_visible(field, index < len(weights))
        for field, weight in zip(self.weights, weights, strict=False):
            field.set_value(weight)
        self.weight_rows.setVisible(bool(weights))
        self._write_labels()

    def _add_weight(self, index: int) -> None:
        field = NumberField(f"Weight of class {index + 1}", "real", _WEIGHT, rungs(1, 2, 5))
        field.explain("Says how much each point of this class counts.")
        field.set_theme(self._theme)
        self.watch(field, partial(self._change_weight, index))
        self.weight_rows.add("", field, field="class_weight")
        self.weights.append(field)

    def _write_labels(self) -> None:
        """The classes' names, as far as there is room for them."""
        room = self._theme.px(_WIDEST_LABEL)
        for label, name in zip(self.weight_rows.labels(), self._classes, strict=False):
            metrics = QFontMetrics(label.font())
            label.setText(metrics.elidedText(name, Qt.TextElideMode.ElideRight, room))
        align(self.rows, self.weight_rows)


def _reasons(experiment: Experiment) -> dict[str, str]:
    """For each field that may be fixed: why it is, in one sentence; empty if it is not."""
    fixed = {name: clause for name, (_, clause) in fixed_fields(experiment.dataset).items()}
    names = ("n_samples", "noise", "test_fraction", "class_weight")
    reasons = {name: _sentence(fixed.get(name, "")) for name in names}
    source = experiment.dataset
    is_drawn = not isinstance(source, Points) and not DATASETS[source].is_fixed
    is_split = experiment.test_fraction > 0
    reasons["data_seed"] = "" if is_drawn else "No points are drawn: they are given."
    reasons["split_seed"] = "" if is_split else "There is no test part to draw."
    return reasons


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}." if clause else ""
