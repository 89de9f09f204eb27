"""What every neuron answers over the input plane, as numbers and as pictures of 256 levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz.data.dataset import Dataset
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.network import Network

Array = NDArray[np.float64]
Values = NDArray[np.floating[Any]]
"""Numbers in double or in single precision."""
Picture = NDArray[np.uint8]

RESOLUTION = 100
SMALLEST_RESOLUTION = 40
MARGIN = 0.15
"""How far the plane goes beyond the points, as a part of their extent."""

MOST_UNEQUAL = 5.0
"""How many times farther one column may reach than the other in a plane that is a square."""

LARGEST, SMALLEST = 4e307, 1e-300
"""How far out a point may lie, and how narrow a plane may be, so that no limit overflows."""

LARGEST_SINGLE, SMALLEST_SINGLE = 1e4, 1e-6
"""Sums up to this size, and planes at least so wide, are computed in single precision: a picture
has 255 levels, and NumPy's tanh is five times faster there."""

MIDDLE = 128
"""Index of the middle of a picture's range; 1 is its low end, 255 its high end, 0 is not used."""
HALF = 127


@dataclass(frozen=True)
class Grid:
    """`resolution` × `resolution` places in the plane of the first two raw columns.

    A place is the middle of its pixel; rows go up, columns to the right.
    """

    x_min: float
    x_max: float
    y_min: float
    y_max: float
    resolution: int = RESOLUTION

    @cached_property
    def places(self) -> Array:
        """The places, (resolution², 2), row by row from the lowest."""
        middles = (np.arange(self.resolution) + 0.5) / self.resolution
        x = self.x_min + (self.x_max - self.x_min) * middles
        y = self.y_min + (self.y_max - self.y_min) * middles
        return np.column_stack([np.tile(x, len(y)), np.repeat(y, len(x))])


def grid_around(dataset: Dataset, resolution: int = RESOLUTION) -> Grid:
    """A plane around all points, with a margin; its limits are round numbers.

    It is a square, so that angles are true, unless one column reaches much farther than the other:
    then each has its own scale.
    """
    points = np.vstack([dataset.inputs_train, dataset.inputs_test])[:, :2]
    if points.shape[1] == 1:
        points = np.column_stack([points, np.zeros(len(points))])
    points = np.clip(points, -LARGEST, LARGEST)
    low, high = points.min(axis=0), points.max(axis=0)
    extents, sizes = (high - low).tolist(), np.abs(points).max(axis=0).tolist()
    if max(extents) <= MOST_UNEQUAL * min(extents) or min(extents) == 0.0:
        extents, sizes = [max(extents)] * 2, [max(sizes)] * 2
    limits: list[float] = []
    for middle, extent, size in zip((low / 2 + high / 2).tolist(), extents, sizes, strict=True):
        limits += _round_limits(middle, extent, size)
    x_min, x_max, y_min, y_max = limits
    return Grid(x_min, x_max, y_min, y_max, resolution)


def _round_limits(middle: float, extent: float, size: float) -> tuple[float, float]:
    """Round numbers around `middle`, `extent` and a margin apart, for values up to `size`."""
    half = extent / 2 * (1 + 2 * MARGIN) or 1.0
    # Wide enough for doubles of this size to tell its two sides apart.
    half = max(half, SMALLEST, size * 1e-14)
    decimals = 1 - floor(log10(half))
    step = 10.0**-decimals
    half = ceil(half / step) * step
    middle = round(middle / step) * step
    return round(middle - half, decimals), round(middle + half, decimals)


def plane_inputs(dataset: Dataset, grid: Grid) -> Array:
    """The grid's places as the network sees them, (resolution², features).

    Raw columns beyond the first two are held at their mean over the training part.
    """
    known = dataset.inputs_train[:, 2:]
    means = (known / len(known)).sum(axis=0)  # in this order no sum overflows
    places = grid.places[:, : min(len(dataset.columns), 2)]
    return dataset.transform(np.hstack([places, np.tile(means, (len(places), 1))]))


def neuron_values(network: Network, theta: Array, X: Values) -> list[Values]:
    """The answers of every layer at the places X (n, features), inputs first: (units, n) each.

    They are computed in the precision of X. One row holds one unit's picture, so that all that is
    done with it afterwards runs along contiguous memory.
    """
    weights, biases = network.split(theta.astype(X.dtype, copy=False))
    values = [np.ascontiguousarray(X.T)]
    with np.errstate(all="ignore"):
        for W, b, name in zip(weights, biases, network.activations, strict=True):
            z = W @ values[-1]
            z += b[:, np.newaxis]
            values.append(_activated(name, z))
    return values


def _activated(name: str, z: Values) -> Values:
    activation = ACTIVATIONS[name]
    if activation.jacobian_product is None:
        return activation.value(z)  # type: ignore[arg-type]
    # Its units depend on each other, and stand in columns there.
    return np.ascontiguousarray(activation.value(z.T).T)  # type: ignore[arg-type]


def has_single_places(X: Array) -> bool:
    """Whether the places X (n, features) can be told apart in single precision."""
    extents = np.ptp(X, axis=0)
    extents = extents[extents > 0.0]
    least, largest = float(extents.min(initial=np.inf)), float(np.abs(X).max())
    return least > SMALLEST_SINGLE and largest <= min(1e3 * least, LARGEST_SINGLE)


def is_single_enough(network: Network, theta: Array, largest: float) -> bool:
    """Whether single precision shows the same pictures, for inputs up to `largest` in magnitude.

    It does while no sum can grow large: then rounding errors stay below half a level.
    """
    reach = largest
    for W, b, name in zip(*network.split(theta), network.activations, strict=True):
        with np.errstate(over="ignore"):
            reach = float((np.abs(W).sum(axis=1) * reach + np.abs(b)).max())
        if not reach <= LARGEST_SINGLE:
            return False
        low, high = ACTIVATIONS[name].output_range
        bound = max(-low, high)
        reach = bound if np.isfinite(bound) else reach + 1.0
    return True


def known_range(activation: str | None) -> tuple[float, float] | None:
    """The range of a bounded activation; None for others, and for inputs, which have none."""
    if activation is None:
        return None
    low, high = ACTIVATIONS[activation].output_range
    return (float(low), float(high)) if np.isfinite(low) and np.isfinite(high) else None


def display_ranges(values: Values, activation: str | None) -> Array:
    """The values at the low and the high end of each unit's picture, (units, 2).

    Bounded activations use their own range, so that a picture's strength means something. Others
    are symmetrical around 0 and reach at least ±1, more where the unit's own values are larger.
    """
    known = known_range(activation)
    if known is not None:
        return np.tile(known, (len(values), 1))
    sizes = np.abs(values)
    largest = sizes.max(axis=1).astype(float)
    if not np.isfinite(largest).all():
        largest = np.where(np.isfinite(sizes), sizes, 0.0).max(axis=1).astype(float)
    if activation is not None:
        largest = np.maximum(largest, 1.0)
    largest = np.where(largest > 0.0, largest, 1.0)
    return np.column_stack([-largest, largest])


def to_pictures(values: Values, ranges: Array, resolution: int) -> Picture:
    """Values (units, resolution²) as levels 1 … 255 of their ranges, (units, res, res).

    Values outside are clamped; not-a-number shows as the middle.
    """
    halves = (ranges / 2).astype(values.dtype)
    low, high = halves[:, :1], halves[:, 1:]
    with np.errstate(all="ignore"):  # values of any size are clamped
        levels = values - (low + high)
        levels /= high - low
    np.clip(levels, -1.0, 1.0, out=levels)
    if np.isnan(levels.sum()):
        np.nan_to_num(levels, copy=False, nan=0.0)
    levels *= HALF
    levels += MIDDLE
    pictures = np.rint(levels, out=levels).astype(np.uint8)
    return read_only(pictures.reshape(-1, resolution, resolution))


def class_picture(outputs: Values, is_probability: bool, resolution: int) -> tuple[Picture, int]:
    """Which of three or more classes wins at each place, and how clearly.

    `outputs` is (classes, resolution²). Returns indices class · levels + level, and the number of
    levels. Confidence is the winner's probability, or its share for outputs that are none,
    rescaled so that a tie of all classes is 0.
    """
    n_classes = len(outputs)
    levels = 256 // n_classes
    outputs = np.nan_to_num(outputs.astype(float), nan=0.0, posinf=1e300, neginf=-1e300)
    winner = outputs.argmax(axis=0)
    if is_probability:
        shares = np.clip(outputs, 0.0, 1.0)
    else:
        with np.errstate(all="ignore"):
            scores = np.exp(outputs - outputs.max(axis=0))
        shares = scores / scores.sum(axis=0)
    best = shares.max(axis=0)
    confidence = np.clip((best - 1 / n_classes) / (1 - 1 / n_classes), 0.0, 1.0)
    level = np.rint(confidence * (levels - 1))
    indices = (winner * levels + level).astype(np.uint8)
    return read_only(indices.reshape(resolution, resolution)), levels


def read_only(array: Picture) -> Picture:
    """The same levels, one after the other, that nobody writes again."""
    array = np.ascontiguousarray(array)
    array.setflags(write=False)
    return array
