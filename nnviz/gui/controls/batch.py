"""BatchControls: which variant of gradient descent, and how many points make one update."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Signal

from nnviz.data.dataset import MOST_POINTS
from nnviz.gui.controls.buttons import Slider
from nnviz.gui.controls.limits import Limits
from nnviz.gui.controls.number_field import NumberField
from nnviz.gui.controls.rows import Rows
from nnviz.gui.controls.segmented import Segment, SegmentedControl
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.controls.updates_caption import UpdatesCaption
from nnviz.gui.theme import Theme
from nnviz.run.experiment import tooltip

BatchSize = int | Literal["full"]

USUAL_BATCH_SIZE = 10
_SLIDER_POSITIONS = 60
_FIELD_WIDTH = 62

VARIANTS = {
    "batch": Segment("batch", wrapped("Uses all points for every update: the path is smooth.")),
    "mini-batch": Segment(
        "mini-batch",
        wrapped("Uses a few points for every update: quicker, and only a little noisy."),
    ),
    "stochastic": Segment(
        "stochastic", wrapped("Uses one point for every update: the path is noisy, and cheap.")
    ),
}


class BatchControls(QObject):
    """The variant and the batch size, which are two sides of one field: `batch_size`."""

    changed = Signal(object)
    """The new batch size, a whole number or "full"; sent for the user's changes only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._n_points = 1
        self._batch_size: BatchSize = "full"
        self._mini_batch = 0
        self._sizes: list[int] = [1]
        self.variant = SegmentedControl("Variant of gradient descent", VARIANTS, font_size=11)
        explained = wrapped(tooltip("batch_size"))
        self.slider = Slider("Batch size, coarsely", explained)
        self.field = NumberField("Batch size", "whole", _up_to(MOST_POINTS))
        self.field.explain(tooltip("batch_size"))
        self.caption = UpdatesCaption()

        self.variant.changed.connect(self._choose_variant)
        self.slider.moved.connect(self._preview)
        self.slider.settled.connect(self._settle)
        self.field.changed.connect(self._commit)
        self._show()

    def add_to(self, rows: Rows) -> None:
        """Lay the controls into a panel's rows."""
        rows.add_wide(self.variant, field="batch_size")
        rows.add("batch size", self.slider, self.field, buddy=self.field, field="batch_size")
        rows.add_wide(self.caption)

    def show_batch_size(self, batch_size: BatchSize, n_points: int) -> None:
        """Show an experiment's batch size beside its number of training points; emits nothing."""
        if n_points != self._n_points:
            self._n_points = n_points
            self._mini_batch = 0
        self._batch_size = batch_size
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.variant.set_theme(theme)
        self.slider.set_theme(theme)
        self.field.setFixedWidth(theme.px(_FIELD_WIDTH))
        self.field.set_theme(theme)
        self.caption.set_theme(theme)

    def _choose_variant(self, variant: str) -> None:
        if variant == "batch":
            self._commit("full")
        elif variant == "stochastic":
            self._commit(1)
        else:
            self._commit(self._mini_batch or self._usual())

    def _usual(self) -> int:
        """A size that makes several updates of an epoch, but sees more than one point in each."""
        few = max(2, self._n_points // 2)
        return min(USUAL_BATCH_SIZE, few)

    def _preview(self, position: int) -> None:
        size = self._sizes[position]
        self.field.set_value(size)
        self.caption.set_counts(self._n_points, size)

    def _settle(self, position: int) -> None:
        self._commit(self._sizes[position])

    def _commit(self, batch_size: BatchSize) -> None:
        is_new = batch_size != self._batch_size
        self._batch_size = batch_size
        self._show()
        if is_new:
            self.changed.emit(batch_size)

    def _show(self) -> None:
        size = self._size_in_points()
        variant = _variant(self._batch_size)
        is_mini_batch = variant == "mini-batch"
        if is_mini_batch:
            self._mini_batch = size
        self.variant.set_current(variant)
        self.variant.set_choice_enabled("mini-batch", self._n_points > 1 or is_mini_batch)
        self._sizes = _slider_sizes(max(self._n_points, size))
        nearest = min(range(len(self._sizes)), key=lambda i: abs(self._sizes[i] - size))
        self.slider.set_position(nearest, maximum=len(self._sizes) - 1)
        self.field.set_limits(_up_to(max(self._n_points, size)))
        self.field.set_value(size)
        for control in (self.slider, self.field):
            control.setEnabled(is_mini_batch)
        self.caption.set_counts(self._n_points, size)

    def _size_in_points(self) -> int:
        return self._n_points if self._batch_size == "full" else self._batch_size


def _up_to(n_points: int) -> Limits:
    """An experiment takes larger batches too, but they are no more than all the points."""
    return Limits(1, n_points, f"a whole number from 1 to {n_points:,}")


def _variant(batch_size: BatchSize) -> str:
    if batch_size == "full":
        return "batch"
    return "stochastic" if batch_size == 1 else "mini-batch"


def _slider_sizes(largest: int) -> list[int]:
    """Whole numbers from 2 to the largest; their ratio, not their distance, is constant."""
    if largest <= 2:
        return [largest]
    last = _SLIDER_POSITIONS - 1
    ratio = (largest / 2) ** (1 / last)
    return sorted({round(2 * ratio**index) for index in range(_SLIDER_POSITIONS)})
