"""FreezeBoxes: which layers keep their weights and biases as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from nnviz.gui.controls.check_box import CheckBox
from nnviz.gui.controls.effect_mark import EffectMark
from nnviz.gui.controls.rows import describe_effect
from nnviz.gui.theme import LIGHT, Theme
from nnviz.run.consistency import network_of
from nnviz.run.effects import effect_of
from nnviz.run.experiment import Experiment
from nnviz.run.parameters import Mask

PARTS = ("weights", "biases")
_LABEL_SIZE = 12
_BETWEEN_COLUMNS = 6
_BETWEEN_ROWS = 4


class FreezeBoxes(QWidget):
    """A box for the weights and one for the biases of every layer; ticked ones are not trained.

    A part of which only some entries are frozen is ticked by half, and stays so until touched.
    """

    changed = Signal(object)
    """The new mask, or None where everything is trained; sent for the user's changes only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._experiment = Experiment()
        self._boxes: list[tuple[CheckBox, CheckBox]] = []
        self._labels: list[QLabel] = []
        self.setAccessibleName("Frozen layers")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        for column in (2, 3):
            self._grid.setColumnStretch(column, 1)
        self._mark = EffectMark(effect_of("trainable"))
        self._headings = [QLabel(text) for text in ("freeze", *PARTS)]
        heading, *parts = self._headings
        for column, widget in enumerate((heading, self._mark, *parts)):
            self._grid.addWidget(widget, 0, column)
        for label in self._headings:
            label.setProperty("look", "dim")
        self.set_theme(LIGHT)

    def boxes(self) -> list[tuple[CheckBox, CheckBox]]:
        """The boxes of weights and of biases, layer by layer; hidden ones are of no layer now."""
        return list(self._boxes)

    def labels(self) -> list[QLabel]:
        """The names of the layers, in the same order."""
        return list(self._labels)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show what an experiment freezes; emits nothing."""
        self._experiment = experiment
        masks = _masks(experiment)
        n_layers = len(masks)
        while len(self._boxes) < n_layers:
            self._add_layer(len(self._boxes))
        for layer, (boxes, label) in enumerate(zip(self._boxes, self._labels, strict=True)):
            for widget in (label, *boxes):
                widget.setVisible(layer < n_layers)
            label.setText("output" if layer == n_layers - 1 else f"layer {layer + 1}")
        for boxes, parts in zip(self._boxes, masks, strict=False):
            for box, mask in zip(boxes, parts, strict=True):
                box.setCheckState(_frozen(mask))

    def label_width(self) -> int:
        """What the widest label needs, in pixels."""
        return max(label.sizeHint().width() for label in (self._headings[0], *self._labels))

    def set_label_width(self, width: int) -> None:
        """Give the labels at least so much room, to stand in one line with other rows."""
        self._grid.setColumnMinimumWidth(0, width)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._grid.setHorizontalSpacing(theme.px(_BETWEEN_COLUMNS))
        self._grid.setVerticalSpacing(theme.px(_BETWEEN_ROWS))
        self._mark.set_theme(theme)
        for label in (*self._headings, *self._labels):
            label.setFont(theme.font(_LABEL_SIZE))
        for boxes in self._boxes:
            for box in boxes:
                box.set_theme(theme)

    def _add_layer(self, layer: int) -> None:
        weights, biases = (self._make_box(layer, part) for part in PARTS)
        label = QLabel()
        label.setProperty("look", "dim")
        label.setFont(self._theme.font(_LABEL_SIZE))
        for column, widget in ((0, label), (2, weights), (3, biases)):
            # No wider than it is: a click far beside the box must not tick it.
            self._grid.addWidget(widget, layer + 1, column, Qt.AlignmentFlag.AlignLeft)
        self._boxes.append((weights, biases))
        self._labels.append(label)

    def _make_box(self, layer: int, part: str) -> CheckBox:
        sentence = f"Keeps the {part} of this layer as they are while others learn."
        box = _HalfBox("", f"Freeze the {part} of layer {layer + 1}", sentence)
        box.set_theme(self._theme)
        describe_effect(box, "trainable")
        box.clicked.connect(lambda checked, place=(layer, part): self._tick(place, checked))
        return box

    def _tick(self, place: tuple[int, str], frozen: bool) -> None:
        layer, part = place
        masks = [list(parts) for parts in _masks(self._experiment)]
        index = PARTS.index(part)
        masks[layer][index] = np.full_like(masks[layer][index], not frozen)
        is_all_trained = all(mask.all() for parts in masks for mask in parts)
        columns: Any = zip(*masks, strict=True)
        self.changed.emit(None if is_all_trained else Mask(*columns))


class _HalfBox(CheckBox):
    """Can be ticked by half by the program, and not by the user."""

    def nextCheckState(self) -> None:
        self.setChecked(self.checkState() != Qt.CheckState.Checked)


def _masks(experiment: Experiment) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """For each layer which of its weights and which of its biases are trained."""
    given = experiment.trainable
    if given is not None:
        return list(zip(given.weights, given.biases, strict=True))
    return [
        (np.ones((n_out, n_in), np.bool_), np.ones(n_out, np.bool_))
        for n_out, n_in in network_of(experiment).shapes
    ]


def _frozen(mask: NDArray[np.bool_]) -> Qt.CheckState:
    if mask.all():
        return Qt.CheckState.Unchecked
    return Qt.CheckState.PartiallyChecked if mask.any() else Qt.CheckState.Checked
