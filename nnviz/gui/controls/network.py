"""NetworkPanel: the layers, what they start from, and which of them training may change."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.controls.buttons import PushButton
from nnviz.gui.controls.choice import Choice, ChoiceBox
from nnviz.gui.controls.field_panel import FieldPanel
from nnviz.gui.controls.freeze_boxes import FreezeBoxes
from nnviz.gui.controls.list_field import ListField
from nnviz.gui.controls.numbers import parse_whole
from nnviz.gui.controls.rows import Rows, align
from nnviz.gui.controls.seed_button import SeedButton, next_seed
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme
from nnviz.insight.snapshot import Snapshot
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.initializers import INITIALIZERS
from nnviz.run.experiment import (
    MOST_HIDDEN_LAYERS,
    MOST_UNITS,
    Experiment,
    allowed_values,
    tooltip,
)

_HIDDEN = {name: entry for name, entry in ACTIVATIONS.items() if entry.hidden}
SPREADS = {
    "same": Choice("one for all", "Gives all hidden layers the same activation."),
    "each": Choice("one per layer", "Lets every hidden layer have an activation of its own."),
}
STARTS = {
    "drawn": Choice("drawn weights", "Starts from weights that the initialiser draws."),
    "given": Choice("given weights", "Starts from weights that were kept from an earlier moment."),
}
_GAP = 4


class NetworkPanel(FieldPanel):
    """Edits the fields of an experiment that decide its network."""

    fields = ("hidden", "activation", "initializer", "seed", "initial_parameters", "trainable")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Network", parent)
        self._theme = LIGHT
        self._experiment = Experiment()
        self._snapshot: Snapshot | None = None
        self.hidden = ListField("Hidden layers", parse_whole, _check, allowed_values("hidden"))
        self.hidden.setPlaceholderText("none")
        self.hidden.explain(tooltip("hidden"))
        self.spread = ChoiceBox("Activations", SPREADS, tooltip("activation"))
        self.initializer = ChoiceBox("Initialiser", INITIALIZERS, tooltip("initializer"))
        self.seed = self.add_number("seed", "Seed", "whole")
        self.new_seed = SeedButton("New seed", tooltip("seed"))
        self.start = ChoiceBox("Start", STARTS, tooltip("initial_parameters"))
        self.keep = PushButton("Start from the present weights")
        self.keep.setToolTip(wrapped("Makes the weights of this moment those of the start."))
        self.keep.setAccessibleName(self.keep.text())
        self.activations: list[ChoiceBox] = []
        self.freeze = FreezeBoxes()
        self.layer_rows = Rows()
        self.head, self.foot = self._make_rows()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        for part in (self.head, self.layer_rows, self.foot, self.freeze):
            self._layout.addWidget(part)
        self._connect()
        self._show_start()
        self.set_theme(LIGHT)

    def show_experiment(self, experiment: Experiment, dataset: Dataset) -> None:
        super().show_experiment(experiment, dataset)
        self._experiment = experiment
        self.hidden.set_value(experiment.hidden)
        self._show_activations()
        self.initializer.set_current(experiment.initializer)
        self.freeze.show_experiment(experiment)
        self._show_start()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Remember the newest moment, whose weights can be kept; draws nothing."""
        is_first = self._snapshot is None
        self._snapshot = snapshot
        if is_first:
            self._show_start()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._theme = theme
        self._layout.setSpacing(theme.px(_GAP))
        self.keep.setFont(theme.font(12))
        rows = (self.head, self.layer_rows, self.foot, self.freeze)
        parts: list[Any] = [self.hidden, self.spread, self.initializer, self.new_seed, self.start]
        for part in (*parts, *self.activations, *rows):
            part.set_theme(theme)
        align(*rows)

    def _make_rows(self) -> tuple[Rows, Rows]:
        head, foot = Rows(), Rows()
        head.add("hidden", self.hidden, field="hidden")
        head.add("activation", self.spread, field="activation")
        foot.add("initialiser", self.initializer, field="initializer")
        foot.add("seed", self.seed, self.new_seed, field="seed")
        foot.add("start from", self.start, field="initial_parameters")
        foot.add_wide(self.keep, field="initial_parameters")
        return head, foot

    def _connect(self) -> None:
        self.watch(self.hidden, self._change_hidden)
        self.spread.changed.connect(self._choose_spread)
        self.initializer.changed.connect(self._change_initializer)
        self.new_seed.clicked.connect(self._draw_weights)
        self.start.changed.connect(self._choose_start)
        self.keep.clicked.connect(self._keep_weights)
        self.freeze.changed.connect(self._change_mask)

    # --- what the user does

    def _change_hidden(self, hidden: tuple[int, ...]) -> None:
        self.changed.emit({"hidden": hidden})

    def _choose_spread(self, spread: str) -> None:
        names = self._experiment.activations[:-1]
        self.changed.emit({"activation": names if spread == "each" else names[0]})

    def _change_activation(self, layer: int, name: str) -> None:
        names = list(self._experiment.activations[:-1])
        names[layer] = name
        self.changed.emit({"activation": tuple(names)})

    def _change_initializer(self, name: str) -> None:
        self.changed.emit({"initializer": name})

    def _draw_weights(self) -> None:
        self.changed.emit({"seed": next_seed(self._experiment.seed)})

    def _choose_start(self, start: str) -> None:
        if start == "given":
            self._keep_weights()
        else:
            self.changed.emit({"initial_parameters": None})

    def _keep_weights(self) -> None:
        assert self._snapshot is not None  # or nothing could be clicked
        frame = self._snapshot.frame
        self.changed.emit({"initial_parameters": (frame.weights, frame.biases)})

    def _change_mask(self, mask: Any) -> None:
        self.changed.emit({"trainable": mask})

    # --- what is shown

    def _show_activations(self) -> None:
        given = self._experiment.activation
        names = () if isinstance(given, str) else given
        self.spread.set_current("same" if isinstance(given, str) else "each")
        has_layers = bool(self._experiment.hidden)
        self.head.set_reason(self.spread, "" if has_layers else "There is no hidden layer.")
        while len(self.activations) < len(names):
            self._add_activation(len(self.activations))
        for layer, box in enumerate(self.activations):
            self.layer_rows.set_row_visible(box, layer < len(names))
        for box, name in zip(self.activations, names, strict=False):
            box.set_current(name)
        self.layer_rows.setVisible(bool(names))

    def _add_activation(self, layer: int) -> None:
        box = ChoiceBox(f"Activation of layer {layer + 1}", _HIDDEN, tooltip("activation"))
        box.set_theme(self._theme)
        box.changed.connect(partial(self._change_activation, layer))
        self.layer_rows.add(f"layer {layer + 1}", box, field="activation")
        self.activations.append(box)
        align(self.head, self.layer_rows, self.foot, self.freeze)

    def _show_start(self) -> None:
        is_given = self._experiment.initial_parameters is not None
        has_weights = self._snapshot is not None
        self.start.set_current("given" if is_given else "drawn")
        is_possible = is_given or has_weights
        self.start.set_unavailable({} if is_possible else {"given": "there are no weights yet"})
        self.keep.setEnabled(has_weights)
        reason = "The weights of the start are given, so none are drawn."
        self.foot.set_reason(self.initializer, reason if is_given else "")


def _check(hidden: tuple[int, ...]) -> None:
    """ValueError for layers that an experiment cannot have."""
    is_possible = all(1 <= units <= MOST_UNITS for units in hidden)
    if len(hidden) > MOST_HIDDEN_LAYERS or not is_possible:
        raise ValueError("no such layers")
