"""TrainingPanel: how the network learns; the controls that are always in view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.controls.batch import BatchControls
from nnviz.gui.controls.choice import ChoiceBox
from nnviz.gui.controls.field_panel import FieldPanel
from nnviz.gui.controls.help_card import HelpButton
from nnviz.gui.controls.numbers import rungs, whole_rungs
from nnviz.gui.controls.rows import Rows
from nnviz.gui.theme import LIGHT, Theme
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.experiment import Experiment, tooltip

if TYPE_CHECKING:
    from nnviz.gui.controls.help_page import HelpPage


_BRIEF_OPTIMIZERS = {"sgd": "SGD", "nesterov": "Nesterov"}
"""As the literature calls them: the box is narrow in a narrow window."""


def _activation_page() -> HelpPage:
    # The window must not wait for what nobody may ask for.
    from nnviz.gui.controls.help_pages import ActivationPage

    return ActivationPage(0)


class TrainingPanel(FieldPanel):
    """Edits the fields of an experiment that decide how it learns."""

    fields = ("batch_size", "optimizer", "learning_rate", "activation", "epochs")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Training", parent)
        self.batch = BatchControls(self)
        hidden = {name: entry for name, entry in ACTIVATIONS.items() if entry.hidden}
        self.optimizer = ChoiceBox(
            "Optimizer", OPTIMIZERS, tooltip("optimizer"), brief=_BRIEF_OPTIMIZERS
        )
        self.activation = ChoiceBox("Activation", hidden, tooltip("activation"))
        self.activation_help = HelpButton("activation functions", _activation_page)
        self.learning_rate = self.add_number("learning_rate", "Learning rate", ladder=rungs(1, 3))
        self.epochs = self.add_number("epochs", "Epochs", "whole", whole_rungs(1, 2, 5))
        self.rows = self._rows()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rows)
        layout.addStretch(1)
        self.batch.changed.connect(self._change_batch_size)
        self.optimizer.changed.connect(self._change_optimizer)
        self.activation.changed.connect(self._change_activation)
        self.watch(self.batch.field, lambda value: None)
        self.set_theme(LIGHT)

    def show_experiment(self, experiment: Experiment, dataset: Dataset) -> None:
        super().show_experiment(experiment, dataset)
        self.batch.show_batch_size(experiment.batch_size, len(dataset.X_train))
        self.optimizer.set_current(experiment.optimizer)
        self._show_activation(experiment)
        self.activation_help.show_experiment(experiment, dataset)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.rows.set_theme(theme)
        self.batch.set_theme(theme)
        for choice in (self.optimizer, self.activation):
            choice.set_theme(theme)
        self.activation_help.set_theme(theme)

    def _rows(self) -> Rows:
        rows = Rows()
        self.batch.add_to(rows)
        rows.add("optimizer", self.optimizer, field="optimizer")
        rows.add("learning rate", self.learning_rate, field="learning_rate")
        rows.add("activation", self.activation, self.activation_help, field="activation")
        self.activation_help.setAccessibleDescription("")  # a click on it changes nothing
        rows.add("epochs", self.epochs, field="epochs")
        return rows

    def _show_activation(self, experiment: Experiment) -> None:
        layers = set(experiment.activations[:-1])
        self.activation.setEnabled(bool(layers))
        if isinstance(experiment.activation, str):
            self.activation.set_current(experiment.activation)
        elif len(layers) == 1:
            self.activation.set_current(layers.pop())
        else:
            self.activation.set_current(None, "per layer" if layers else "no hidden layer")

    def _change_batch_size(self, batch_size: Any) -> None:
        self.changed.emit({"batch_size": batch_size})

    def _change_optimizer(self, name: str) -> None:
        self.changed.emit({"optimizer": name})

    def _change_activation(self, name: str) -> None:
        self.changed.emit({"activation": name})
