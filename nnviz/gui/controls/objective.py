"""ObjectivePanel: what training makes small: output, loss, and penalties on the weights."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.controls.choice import ChoiceBox
from nnviz.gui.controls.field_panel import FieldPanel
from nnviz.gui.controls.formula_line import FormulaLine
from nnviz.gui.controls.help_card import HelpButton
from nnviz.gui.controls.help_pages import ActivationPage, loss_page, penalty_page
from nnviz.gui.controls.numbers import rungs
from nnviz.gui.controls.rows import Rows
from nnviz.gui.theme import LIGHT, Theme
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES, losses_for, pairing_hint
from nnviz.run.experiment import Experiment, tooltip

PENALTY_FORMULA = "loss + l1·Σ|w| + l2/2·Σw²"


class ObjectivePanel(FieldPanel):
    """Edits the objective; only pairs of output and loss that go together can be chosen."""

    fields = ("output_activation", "loss", "l1", "l2")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Objective", parent)
        self._shown: tuple[Experiment, Dataset] | None = None
        self.output_activation = ChoiceBox(
            "Output activation", ACTIVATIONS, tooltip("output_activation")
        )
        self.loss = ChoiceBox("Loss", LOSSES, tooltip("loss"))
        ladder = rungs(1, 3, lowest=1e-5)
        self.l1 = self.add_number("l1", "L1 penalty", ladder=ladder)
        self.l2 = self.add_number("l2", "L2 penalty", ladder=ladder)
        self.output_help = HelpButton("the output activation", lambda: ActivationPage(-1))
        self.loss_help = HelpButton("the loss", loss_page)
        self.penalty_help = HelpButton("the penalties", penalty_page)
        self.output_formula = FormulaLine("Formula of the output activation", self.output_help)
        self.loss_formula = FormulaLine("Formula of the loss", self.loss_help)
        self.penalty_formula = FormulaLine("Formula of the objective", self.penalty_help)
        self.penalty_formula.set_formula(PENALTY_FORMULA)
        self.rows = self._rows()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rows)
        layout.addStretch(1)
        self.output_activation.changed.connect(self._change_output)
        self.loss.changed.connect(self._change_loss)
        self.set_theme(LIGHT)

    def show_experiment(self, experiment: Experiment, dataset: Dataset) -> None:
        super().show_experiment(experiment, dataset)
        self._shown = (experiment, dataset)
        facts = (dataset.task, dataset.n_classes)
        output = experiment.output_activation
        self.output_activation.set_current(output)
        self.output_activation.set_unavailable(
            {name: "needs classes" for name in ACTIVATIONS if not losses_for(name, *facts)}
        )
        self.loss.set_current(experiment.loss)
        hints = {name: pairing_hint(name, output, *facts) for name in LOSSES}
        self.loss.set_unavailable({name: hint for name, hint in hints.items() if hint})
        self.output_formula.set_formula(ACTIVATIONS[output].formula)
        self.loss_formula.set_formula(LOSSES[experiment.loss].formula)
        for button in self._help_buttons():
            button.show_experiment(experiment, dataset)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.rows.set_theme(theme)
        for choice in (self.output_activation, self.loss):
            choice.set_theme(theme)
        for formula in (self.output_formula, self.loss_formula, self.penalty_formula):
            formula.set_theme(theme)
        for button in self._help_buttons():
            button.set_theme(theme)

    def _rows(self) -> Rows:
        rows = Rows()
        rows.add("output", self.output_activation, field="output_activation")
        rows.add_wide(self.output_formula)
        rows.add("loss", self.loss, field="loss")
        rows.add_wide(self.loss_formula)
        rows.add("L1", self.l1, field="l1")
        rows.add("L2", self.l2, field="l2")
        rows.add_wide(self.penalty_formula)
        return rows

    def _help_buttons(self) -> tuple[HelpButton, ...]:
        return (self.output_help, self.loss_help, self.penalty_help)

    def _change_output(self, output: str) -> None:
        """Together with the loss where the present one does not go with the new output."""
        assert self._shown is not None
        experiment, dataset = self._shown
        changes: dict[str, Any] = {"output_activation": output}
        fitting = losses_for(output, dataset.task, dataset.n_classes)
        if experiment.loss not in fitting:
            changes["loss"] = fitting[0]
        self.changed.emit(changes)

    def _change_loss(self, loss: str) -> None:
        self.changed.emit({"loss": loss})
