"""From a run's history to curves: what is drawn, over which range, in which words."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnviz.gui.theme import Theme
from nnviz.gui.views.curve_items import Curve
from nnviz.gui.views.legend import Mark
from nnviz.gui.views.scales import number_text, stepped_decades, stepped_top
from nnviz.insight.history import History

Array = NDArray[np.float64]

_ACCURACY_STEP = 10.0
"""The axis of the accuracy begins at a multiple of this many per cent."""


class Range(NamedTuple):
    """Ends of the vertical axis; of a logarithmic one as exponents of ten."""

    low: float
    high: float
    is_log: bool = False
    is_percent: bool = False


@dataclass(frozen=True, eq=False)
class Series:
    """Curves over the same epochs, from the first drawn to the uppermost."""

    names: tuple[str, ...]
    curves: tuple[Curve, ...]
    values: tuple[Array, ...]
    """The figures themselves, as they are read out."""
    epochs: Array
    y_range: Range
    widest_value: str

    @property
    def last_epoch(self) -> float:
        return float(self.epochs[-1]) if len(self.epochs) else 0.0

    def value_texts(self, index: int) -> tuple[str, ...]:
        """Each curve's value at one of the epochs, in text of constant width."""
        if self.y_range.is_percent:
            return tuple(_percent_text(float(values[index])) for values in self.values)
        return tuple(number_text(float(values[index])) for values in self.values)


def loss_series(history: History, theme: Theme, is_log: bool, current: Range | None) -> Series:
    """Train and test loss; the data term apart where there is a penalty.

    `current` is the range shown so far, which is kept as long as it fits.
    """
    parts = [("train", Mark.SOLID, history.train_loss)]
    if np.any(np.nan_to_num(history.penalty) != 0.0):
        parts.append(("data", Mark.THIN, history.train_data_loss))
    parts.append(("test", Mark.DASHED, history.test_loss))
    parts = [part for part in parts if np.isfinite(part[2]).any()]
    if is_log:
        y_range = _log_range([values for _, _, values in parts], current)
    else:
        y_range = _linear_range([values for _, _, values in parts], current)
    return _series(history, theme, parts, y_range, _widest([values for _, _, values in parts]))


def accuracy_series(history: History, theme: Theme, current: Range | None) -> Series:
    """Train and test accuracy, in per cent."""
    parts = [
        ("train", Mark.SOLID, 100.0 * history.train_accuracy),
        ("test", Mark.DASHED, 100.0 * history.test_accuracy),
    ]
    parts = [part for part in parts if np.isfinite(part[2]).any()]
    least = min((float(np.nanmin(values)) for _, _, values in parts), default=0.0)
    if current is None or not current.is_percent or least < current.low:
        low = _ACCURACY_STEP * floor(least / _ACCURACY_STEP + 1e-9)
        current = Range(min(low, 100.0 - _ACCURACY_STEP), 100.0, is_percent=True)
    return _series(history, theme, parts, current, "100.0 %")


def nearest(epochs: Array, at: float) -> int:
    """The index of the moment nearest to an epoch; `epochs` ascend and are not empty."""
    right = min(int(np.searchsorted(epochs, at)), len(epochs) - 1)
    left = max(right - 1, 0)
    return left if at - epochs[left] < epochs[right] - at else right


def _series(
    history: History,
    theme: Theme,
    parts: list[tuple[str, Mark, Array]],
    y_range: Range,
    widest_value: str,
) -> Series:
    colors = {Mark.SOLID: theme.positive, Mark.THIN: theme.ink, Mark.DASHED: theme.negative}
    curves = []
    for _, mark, values in parts:
        heights = _log_heights(values, y_range.low) if y_range.is_log else values
        curves.append(Curve(mark, colors[mark], history.epoch, heights))
    return Series(
        names=tuple(name for name, _, _ in parts),
        curves=tuple(curves),
        values=tuple(values for _, _, values in parts),
        epochs=history.epoch,
        y_range=y_range,
        widest_value=widest_value,
    )


def _log_heights(values: Array, floor: float) -> Array:
    """Exponents of ten; what is 0 lies on the floor of the plot, not nowhere."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.fmax(np.log10(values), np.where(np.isnan(values), np.nan, floor))


def _log_range(series: list[Array], current: Range | None) -> Range:
    kept = (current.low, current.high) if current is not None and current.is_log else None
    lows, highs = [], []
    for values in series:
        positive = values[np.isfinite(values) & (values > 0.0)]
        if len(positive):
            lows.append(float(positive.min()))
            highs.append(float(positive.max()))
    if not lows:
        low, high = kept or (-1.0, 0.0)
    else:
        low, high = stepped_decades(min(lows), max(highs), kept)
    return Range(low, high, is_log=True)


def _linear_range(series: list[Array], current: Range | None) -> Range:
    is_same = current is not None and not current.is_log and not current.is_percent
    top = current.high if current is not None and is_same else 0.0
    highs = [float(np.max(values[np.isfinite(values)])) for values in series]
    return Range(0.0, stepped_top(max(highs, default=0.0), top))


def _widest(series: list[Array]) -> str:
    """A text as wide as the widest figure so far."""
    sizes = [np.abs(values[np.isfinite(values) & (values != 0.0)]) for values in series]
    ends = [float(end) for size in sizes if len(size) for end in (size.min(), size.max())]
    return "0" * max(len("0.0000"), *(len(number_text(end)) for end in (1.0, *ends)))


def _percent_text(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.1f} %"
