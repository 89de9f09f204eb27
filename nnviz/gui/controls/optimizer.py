"""OptimizerPanel: the numbers of the chosen optimizer, its rule, and the order of the points."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.controls.check_box import CheckBox
from nnviz.gui.controls.field_panel import FieldPanel
from nnviz.gui.controls.formula_line import FormulaLine
from nnviz.gui.controls.number_field import NumberField
from nnviz.gui.controls.numbers import Number, rungs
from nnviz.gui.controls.rows import Rows
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.experiment import Experiment, tooltip

_SPACING = 6
_ROW_HEIGHT = 26


class OptimizerPanel(FieldPanel):
    """Shows those numbers only that the chosen optimizer reads."""

    fields = ("momentum", "decay", "beta_1", "beta_2", "weight_decay", "shuffle")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Optimizer", parent)
        self.momentum = self.add_number("momentum", "Momentum", ladder=towards_one)
        self.decay = self.add_number("decay", "Decay", ladder=towards_one)
        self.beta_1 = self.add_number("beta_1", "Beta 1", ladder=towards_one)
        self.beta_2 = self.add_number("beta_2", "Beta 2", ladder=towards_one)
        weight_ladder = rungs(1, 3, lowest=1e-5)
        self.weight_decay = self.add_number("weight_decay", "Weight decay", ladder=weight_ladder)
        self.shuffle = CheckBox("shuffled", "Shuffle", tooltip("shuffle"))
        self.formula = FormulaLine("Rule of the optimizer")
        self.rows = self._rows()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self.formula)
        self._layout.addWidget(self.rows)
        self._layout.addStretch(1)
        self.shuffle.clicked.connect(lambda checked: self.changed.emit({"shuffle": checked}))
        self.set_theme(LIGHT)

    @property
    def numbers(self) -> dict[str, NumberField]:
        """The fields of all optimizers, whether shown or not."""
        return dict(self._numbers)

    def show_experiment(self, experiment: Experiment, dataset: Dataset) -> None:
        super().show_experiment(experiment, dataset)
        optimizer = OPTIMIZERS[experiment.optimizer]
        self.formula.set_formula(optimizer.formula, heading=optimizer.label)
        self.formula.setToolTip(wrapped(optimizer.tooltip))
        for name, number in self._numbers.items():
            self.rows.set_row_visible(number, name in optimizer.parameters)
        self.shuffle.setChecked(experiment.shuffle)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._layout.setSpacing(theme.px(_SPACING))
        self.shuffle.setMinimumHeight(theme.px(_ROW_HEIGHT))
        for part in (self.rows, self.formula, self.shuffle):
            part.set_theme(theme)

    def _rows(self) -> Rows:
        rows = Rows()
        # With the signs that stand for them in the rule.
        rows.add("momentum μ", self.momentum, field="momentum")
        rows.add("decay ρ", self.decay, field="decay")
        rows.add("beta 1, β₁", self.beta_1, field="beta_1")
        rows.add("beta 2, β₂", self.beta_2, field="beta_2")
        rows.add("weight decay λ", self.weight_decay, field="weight_decay")
        rows.add("order", self.shuffle, field="shuffle")
        return rows


def towards_one(value: Number, direction: int) -> Number:
    """A ladder of fractions whose distance from 1 shrinks: 0, 0.5, 0.9, 0.95, 0.99, …"""
    distance = rungs(1, 5)(1.0 - value, -direction)
    return max(round(1.0 - distance, 12), 0.0)
