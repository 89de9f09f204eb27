"""How a picture over the plane is coloured, explained and read: the output, or one neuron."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from nnviz.gui.theme import NEUTRAL_INDEX, Theme
from nnviz.gui.views.plane_decision import decided_class, decided_sign
from nnviz.gui.views.scales import short_text, with_minus
from nnviz.insight.snapshot import Snapshot
from nnviz.insight.surface import Grid

_FULL, _HALF = 255, 127


@dataclass(frozen=True, eq=False)
class Reading:
    """A picture of indices with the colours and the values that they stand for."""

    indices: NDArray[np.uint8]
    table: NDArray[np.uint32]
    """256 colours, as QRgb."""
    name: str = "output"
    """What the value is called that is read out."""
    discretise: bool = False
    """Whether only decisions are shown."""
    low: float = -1.0
    high: float = 1.0
    """Values at index 1 and at index 255 of a signed picture."""
    is_clamped: bool = False
    """Whether values beyond the ends are shown as the ends."""
    classes: tuple[str, ...] = ()
    levels: int = 0
    """Levels of confidence of each of three or more classes; 0 for a signed picture."""
    labels: tuple[str, str, str] = ("", "", "")
    are_numbers: tuple[bool, bool, bool] = (True, True, True)
    chips: tuple[tuple[QColor, str], ...] = ()

    def pixels(self) -> NDArray[np.uint32]:
        """The picture in colours; a fresh array, contiguous, finer where decisions are shown."""
        indices = self.indices
        if self.discretise and self.levels:
            indices = decided_class(indices, self.levels, max(len(self.classes), 1))
        elif self.discretise:
            indices = decided_sign(indices)
        return self.table.take(indices)

    def value_text(self, row: int, column: int) -> str:
        """What the picture says at one place, named: "output 0.31", "class 2: 0.87"."""
        if not (row < self.indices.shape[0] and column < self.indices.shape[1]):
            return ""
        index = int(self.indices[row, column])
        if self.levels:
            return self._class_text(index)
        value = self.low + (index - 1) / (_FULL - 1) * (self.high - self.low)
        beyond = " " if self.is_clamped else ""
        if self.is_clamped and index in (1, _FULL):
            beyond = "≤" if index == 1 else "≥"
        largest = max(abs(self.low), abs(self.high))
        if largest >= 99_999.5 or largest < 0.05:
            return f"{self.name} {beyond}{short_text(value)}"
        # As wide as the widest, so that the text does not dance under a moving pointer.
        decimals = 2 if largest < 10 else 1 if largest < 100 else 0
        width = max(len(f"{end:.{decimals}f}") for end in (self.low, self.high))
        return f"{self.name} {beyond}" + with_minus(f"{value:{width}.{decimals}f}")

    def _class_text(self, index: int) -> str:
        winner, level = divmod(index, self.levels)
        n_classes = len(self.classes)
        if winner >= n_classes:
            return ""
        share = level / max(self.levels - 1, 1) * (1 - 1 / n_classes) + 1 / n_classes
        return f"{self.classes[winner]}: {share:.2f}"

    def summary(self) -> str:
        """The picture in words."""
        if self.levels:
            winners = np.minimum(self.indices // self.levels, len(self.classes) - 1)
            shares = np.bincount(winners.ravel(), minlength=len(self.classes)) / winners.size
            parts = zip(self.classes, shares, strict=True)
            return ", ".join(f"{name} on {share:.0%}" for name, share in parts) + " of the plane."
        upper = float(np.mean(self.indices >= _HALF + 1))
        if self.classes:
            first, second = self.classes[0], self.classes[-1]
            return f"{first} on {1 - upper:.0%}, {second} on {upper:.0%} of the plane."
        used = self.indices[self.indices > 0]
        ends = (int(used.min()), int(used.max())) if used.size else (1, _FULL)
        low, high = (self.low + (i - 1) / (_FULL - 1) * (self.high - self.low) for i in ends)
        return f"values from {short_text(low)} to {short_text(high)}."


def reading_of_output(snapshot: Snapshot, theme: Theme, discretise: bool) -> Reading:
    """The network's answer: classes, or the values of a regression."""
    classes = snapshot.dataset.classes
    if snapshot.output_levels:
        n_classes = max(snapshot.dataset.n_classes, 1)
        table = _full_table(theme.class_table(n_classes, snapshot.output_levels, discretise))
        chips = tuple((theme.class_color(k, n_classes), classes[k]) for k in range(n_classes))
        return Reading(
            snapshot.output,
            table,
            discretise=discretise,
            classes=classes,
            levels=snapshot.output_levels,
            chips=chips,
        )
    table = _full_table(theme.signed_table(discretise))
    is_linear = snapshot.frame.network.activations[-1] == "linear"
    ranges = snapshot.ranges[-1]
    # Two outputs are shown as one: the probability of the second class.
    low, high = (float(end) for end in ranges[0]) if len(ranges) == 1 else (0.0, 1.0)
    middle = short_text((low + high) / 2)
    if len(classes) == 2:
        labels, are_numbers = (classes[0], middle, classes[1]), (False, True, False)
    else:
        labels, are_numbers = (short_text(low), middle, short_text(high)), (True, True, True)
    return Reading(
        snapshot.output,
        table,
        low=low,
        high=high,
        discretise=discretise,
        is_clamped=is_linear,
        classes=classes,
        labels=labels,
        are_numbers=are_numbers,
    )


def reading_of_unit(
    snapshot: Snapshot, layer: int, unit: int, theme: Theme, discretise: bool
) -> Reading | None:
    """One neuron's answer; None when the network of this snapshot has no such neuron."""
    if not 0 <= layer < len(snapshot.pictures) or not 0 <= unit < len(snapshot.pictures[layer]):
        return None
    low, high = (float(end) for end in snapshot.ranges[layer][unit])
    is_output = layer == len(snapshot.pictures) - 1
    return Reading(
        snapshot.pictures[layer][unit],
        _full_table(theme.signed_table(discretise)),
        name="input" if layer == 0 else "output" if is_output else "unit",
        discretise=discretise,
        low=low,
        high=high,
        is_clamped=is_output and snapshot.frame.network.activations[-1] == "linear",
        labels=(short_text(low), short_text((low + high) / 2), short_text(high)),
    )


def reading_of_difference(values: NDArray[np.float64], theme: Theme) -> Reading:
    """What became other between two moments, (n, n) or (k, n, n), row 0 the lowest.

    Of several outputs the largest change at each place is shown, whichever class it is of, and so
    without its sign. The scale is symmetric about 0, and its own. Places without a value are as
    where nothing changed.
    """
    changes = np.where(np.isfinite(values), values, 0.0)
    if changes.ndim == 3:
        changes = changes[0] if len(changes) == 1 else np.max(np.abs(changes), axis=0)
    most = float(np.abs(changes).max(initial=0.0))
    shares = changes / most if most > 0.0 else changes
    end = most or 1.0
    return Reading(
        np.rint(shares * (_FULL - NEUTRAL_INDEX) + NEUTRAL_INDEX).astype(np.uint8),
        _full_table(theme.signed_table()),
        name="change",
        low=-end,
        high=end,
        labels=(short_text(-end), "0", f"+{short_text(end)}"),
    )


def node_at(reading: Reading, grid: Grid, x: float, y: float) -> tuple[int, int]:
    """Row and column of the picture's pixel that holds the place (x, y)."""
    rows, columns = reading.indices.shape
    row = int((y - grid.y_min) / (grid.y_max - grid.y_min) * rows)
    column = int((x - grid.x_min) / (grid.x_max - grid.x_min) * columns)
    return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)


def shown_proportion(grid: Grid) -> float:
    """Width by height of the plane: true where that can be read, else square."""
    width, height = grid.x_max - grid.x_min, grid.y_max - grid.y_min
    proportion = width / height if height > 0 else 1.0
    return proportion if isfinite(proportion) and 0.5 <= proportion <= 2.0 else 1.0


def _full_table(colors: list[int]) -> NDArray[np.uint32]:
    """Colours for every index that a byte can have, whatever a late answer holds."""
    table = np.full(256, colors[-1], dtype=np.uint32)
    table[: len(colors)] = colors[:256]
    return table
