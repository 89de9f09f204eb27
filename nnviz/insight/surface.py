"""What every neuron answers over the input plane, as numbers and as pictures of 256 levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nnviz.data.dataset import Dataset
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.network import Network
from nnviz.model.reference import forward

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

RESOLUTION = 100
MARGIN = 0.15
"""How far the plane goes beyond the points, as a part of their extent."""

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
    """A square plane around all points, with a margin; its limits are round numbers."""
    points = np.vstack([dataset.inputs_train, dataset.inputs_test])[:, :2]
    if points.shape[1] == 1:
        points = np.column_stack([points, np.zeros(len(points))])
    low, high = points.min(axis=0), points.max(axis=0)
    half = float((high - low).max()) / 2 * (1 + 2 * MARGIN) or 1.0
    step = 10.0 ** np.floor(np.log10(half)) / 10
    middle = np.round((low + high) / 2 / step) * step
    half = float(np.ceil(half / step) * step)
    x_min, x_max, y_min, y_max = np.round(
        [*(middle[0] + [-half, half]), *(middle[1] + [-half, half])], 12
    ).tolist()
    return Grid(x_min, x_max, y_min, y_max, resolution)


def plane_inputs(dataset: Dataset, grid: Grid) -> Array:
    """The grid's places as the network sees them, (resolution², features).

    Raw columns beyond the first two are held at their mean over the training part.
    """
    n_columns = len(dataset.columns)
    rows = np.tile(dataset.inputs_train.mean(axis=0), (len(grid.places), 1))
    rows[:, : min(n_columns, 2)] = grid.places[:, : min(n_columns, 2)]
    return dataset.transform(rows)


def neuron_values(network: Network, theta: Array, X: Array) -> list[Array]:
    """The answers of every layer at the places X (n, features), inputs first: (units, n) each."""
    with np.errstate(all="ignore"):
        passed = forward(network, theta, X)
    return [np.ascontiguousarray(values.T) for values in passed.activations]


def display_ranges(values: Array, activation: str | None) -> Array:
    """The values at the low and the high end of each unit's picture, (units, 2).

    Bounded activations use their own range, so that a picture's strength means something. Others
    are symmetrical around 0 and reach at least ±1, more where the unit's own values are larger.
    """
    low, high = (-np.inf, np.inf) if activation is None else ACTIVATIONS[activation].output_range
    if np.isfinite(low) and np.isfinite(high):
        return np.tile([float(low), float(high)], (len(values), 1))
    finite = np.where(np.isfinite(values), np.abs(values), 0.0)
    largest = finite.max(axis=1)
    if activation is not None:
        largest = np.maximum(largest, 1.0)
    largest = np.where(largest > 0.0, largest, 1.0)
    return np.column_stack([-largest, largest])


def to_pictures(values: Array, ranges: Array, resolution: int) -> Picture:
    """Values (units, resolution²) as levels 1 … 255 of their ranges, (units, res, res).

    Values outside are clamped; not-a-number shows as the middle.
    """
    middle = ranges.mean(axis=1, keepdims=True)
    half = (ranges[:, 1:] - ranges[:, :1]) / 2
    levels = np.clip((values - middle) / half, -1.0, 1.0)
    levels = np.nan_to_num(levels, copy=False, nan=0.0)
    pictures = np.rint(levels * HALF + MIDDLE).astype(np.uint8)
    return _read_only(pictures.reshape(-1, resolution, resolution))


def class_picture(outputs: Array, is_probability: bool, resolution: int) -> tuple[Picture, int]:
    """Which of three or more classes wins at each place, and how clearly.

    `outputs` is (classes, resolution²). Returns indices class · levels + level, and the number of
    levels. Confidence is the winner's probability, or its share for outputs that are none,
    rescaled so that a tie of all classes is 0.
    """
    n_classes = len(outputs)
    levels = 256 // n_classes
    outputs = np.nan_to_num(outputs, nan=0.0, posinf=1e300, neginf=-1e300)
    winner = outputs.argmax(axis=0)
    if is_probability:
        shares = outputs
    else:
        scores = np.exp(outputs - outputs.max(axis=0))
        shares = scores / scores.sum(axis=0)
    best = shares.max(axis=0)
    confidence = np.clip((best - 1 / n_classes) / (1 - 1 / n_classes), 0.0, 1.0)
    level = np.rint(confidence * (levels - 1))
    indices = (winner * levels + level).astype(np.uint8)
    return _read_only(indices.reshape(resolution, resolution)), levels


def _read_only(array: Picture) -> Picture:
    array = np.ascontiguousarray(array)
    array.setflags(write=False)
    return array
