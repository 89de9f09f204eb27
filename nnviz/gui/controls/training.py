"""TrainingPanel: how the network learns; the controls that are always in view."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.controls.batch import BatchControls
from nnviz.gui.controls.buttons import ToolButton
from nnviz.gui.controls.choice import ChoiceBox
from nnviz.gui.controls.limits import limits_of
from nnviz.gui.controls.number_field import NumberField
from nnviz.gui.controls.numbers import rungs, whole_rungs
from nnviz.gui.controls.rows import Rows
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.icons import icon
from nnviz.gui.theme import LIGHT, Theme
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.experiment import LARGEST_SEED, Experiment, tooltip


class TrainingPanel(QWidget):
    """Edits the fields of an experiment that decide how it learns."""

    changed = Signal(object)
    """A dict of one field of Experiment and its new value; sent for the user's changes only."""
    rejected = Signal(str)
    """One sentence on what was typed and why it cannot be."""
    accepted = Signal()
    """The first good number in a field after a refusal, whose sentence can go; before `changed`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Training")
        self.batch = BatchControls(self)
        hidden = {name: entry for name, entry in ACTIVATIONS.items() if entry.hidden}
        self.optimizer = ChoiceBox("Optimizer", OPTIMIZERS, tooltip("optimizer"))
        self.activation = ChoiceBox("Activation", hidden, tooltip("activation"))
        self.learning_rate = NumberField(
            "Learning rate", "real", limits_of("learning_rate"), rungs(1, 3)
        )
        self.l2 = NumberField("L2 penalty", "real", limits_of("l2"), rungs(1, 3, lowest=1e-5))
        self.epochs = NumberField("Epochs", "whole", limits_of("epochs"), whole_rungs(1, 2, 5))
        self.seed = NumberField("Seed", "whole", limits_of("seed"))
        self._has_refused = False
        self._left: NumberField | None = None
        self._fields = {
            "learning_rate": self.learning_rate,
            "l2": self.l2,
            "epochs": self.epochs,
            "seed": self.seed,
        }
        for name, field in self._fields.items():
            field.explain(tooltip(name))
        self.new_seed = ToolButton("New seed", wrapped(tooltip("seed")))
        self.new_seed.setProperty("look", "bare")
        self.rows = self._rows()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.rows)
        layout.addStretch(1)
        self._connect()
        self.set_theme(LIGHT)

    def show_experiment(self, experiment: Experiment, dataset: Dataset) -> None:
        """Show an experiment's values; emits nothing."""
        self.batch.show_batch_size(experiment.batch_size, len(dataset.X_train))
        self.optimizer.set_current(experiment.optimizer)
        self._show_activation(experiment)
        for name, field in self._fields.items():
            field.set_value(getattr(experiment, name))

    def set_theme(self, theme: Theme) -> None:
        self.rows.set_theme(theme)
        self.batch.set_theme(theme)
        for choice in (self.optimizer, self.activation):
            choice.set_theme(theme)
        for field in self._fields.values():
            field.set_theme(theme)
        self.new_seed.setIcon(icon("new seed", theme, theme.dim))

    def _rows(self) -> Rows:
        rows = Rows()
        self.batch.add_to(rows)
        rows.add("optimizer", self.optimizer)
        rows.add("learning rate", self.learning_rate)
        rows.add("activation", self.activation)
        rows.add("L2 penalty", self.l2)
        rows.add("epochs", self.epochs)
        rows.add("seed", self.seed, self.new_seed)
        return rows

    def _connect(self) -> None:
        self.batch.changed.connect(self._change_batch_size)
        self.optimizer.changed.connect(self._change_optimizer)
        self.activation.changed.connect(self._change_activation)
        self.learning_rate.changed.connect(self._change_learning_rate)
        self.l2.changed.connect(self._change_l2)
        self.epochs.changed.connect(self._change_epochs)
        self.seed.changed.connect(self._change_seed)
        for field in (self.batch.field, *self._fields.values()):
            field.rejected.connect(self._refuse)
            field.accepted.connect(self._accept)
            field.finished.connect(self._take_focus)
        self.new_seed.clicked.connect(self._draw_new_seed)

    def focusNextPrevChild(self, forward: bool) -> bool:
        # The panel holds the focus only for a field that gave it away: Tab goes on from there.
        if self.hasFocus() and self._left is not None:
            self._left.setFocus(Qt.FocusReason.OtherFocusReason)
        return super().focusNextPrevChild(forward)

    def _take_focus(self) -> None:
        field = self.sender()
        assert isinstance(field, NumberField)
        self._left = field
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refuse(self, sentence: str) -> None:
        self._has_refused = True
        self.rejected.emit(sentence)

    def _accept(self) -> None:
        if self._has_refused:
            self._has_refused = False
            self.accepted.emit()

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

    def _change_learning_rate(self, value: Any) -> None:
        self.changed.emit({"learning_rate": value})

    def _change_l2(self, value: Any) -> None:
        self.changed.emit({"l2": value})

    def _change_epochs(self, value: Any) -> None:
        self.changed.emit({"epochs": value})

    def _change_seed(self, value: Any) -> None:
        self.changed.emit({"seed": value})

    def _draw_new_seed(self) -> None:
        seed = next_seed(int(self.seed.value))
        self.seed.set_value(seed)
        self._change_seed(seed)


def next_seed(seed: int) -> int:
    """Another seed. The next number, and not a random one: so that one can go back to the last."""
    return 0 if seed >= LARGEST_SEED else seed + 1
