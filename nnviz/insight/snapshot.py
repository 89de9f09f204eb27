"""Snapshot: a frame with its pictures and figures, made once and shown by all views."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnviz.data.dataset import Dataset
from nnviz.insight.history import History
from nnviz.insight.surface import (
    RESOLUTION,
    SMALLEST_RESOLUTION,
    Grid,
    Picture,
    Values,
    class_picture,
    display_ranges,
    grid_around,
    has_single_places,
    is_single_enough,
    neuron_values,
    plane_inputs,
    to_pictures,
)
from nnviz.model.network import Network
from nnviz.run.frame import Frame

Array = NDArray[np.float64]


MOST_VALUES = 1_000_000
"""About as many values as one snapshot may cost: some 10 ms of work."""


def resolution_for(network: Network) -> int:
    """Places along a side of the plane: fewer when many units have to be pictured."""
    affordable = (MOST_VALUES / sum(network.sizes)) ** 0.5
    return max(SMALLEST_RESOLUTION, min(RESOLUTION, int(affordable) // 2 * 2))


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All that the views show of one moment. No array in it is ever written again."""

    frame: Frame
    dataset: Dataset
    grid: Grid
    pictures: tuple[Picture, ...]
    """For each layer, the inputs first: (units, n, n) levels 1 … 255; the first row is lowest."""
    ranges: tuple[Array, ...]
    """For each layer (units, 2): the values at level 1 and at level 255."""
    output: Picture
    """The decision, (n, n): signed like `pictures`, or classes when `output_levels` > 0."""
    output_levels: int
    """0, or how many levels of confidence each of three or more classes has in `output`."""
    history: History
    updates_per_second: float = 0.0
    run: int = 0
    """Number of the run, by which late answers are recognised."""


class Photographer:
    """Makes snapshots of the frames of one dataset; keeps the plane's points between them."""

    def __init__(self, dataset: Dataset, resolution: int = RESOLUTION) -> None:
        self.dataset = dataset
        self.grid = grid_around(dataset, resolution)
        self._inputs = plane_inputs(dataset, self.grid)
        self._reach = float(np.abs(self._inputs).max())
        is_single = has_single_places(self._inputs)
        self._single = self._inputs.astype(np.float32) if is_single else None

    def snapshot(
        self, frame: Frame, history: History, updates_per_second: float = 0.0, run: int = 0
    ) -> Snapshot:
        """Compute every neuron's picture for this frame; the one forward pass serves all."""
        network = frame.network
        values = neuron_values(network, frame.theta, self._places_for(frame))
        ranges = self._ranges(network, values)
        pictures = tuple(
            to_pictures(layer, limits, self.grid.resolution)
            for layer, limits in zip(values, ranges, strict=True)
        )
        output, levels = self._output(frame, values[-1], pictures[-1])
        return Snapshot(
            frame=frame,
            dataset=self.dataset,
            grid=self.grid,
            pictures=pictures,
            ranges=ranges,
            output=output,
            output_levels=levels,
            history=history,
            updates_per_second=updates_per_second,
            run=run,
        )

    def _places_for(self, frame: Frame) -> Values:
        """The plane's points, in single precision where that shows the same pictures."""
        if self._single is None or not is_single_enough(frame.network, frame.theta, self._reach):
            return self._inputs
        return self._single

    def _ranges(self, network: Network, values: list[Values]) -> tuple[Array, ...]:
        names = (None, *network.activations)
        ranges = [display_ranges(layer, name) for layer, name in zip(values, names, strict=True)]
        if self.dataset.task == "regression":
            ranges[-1] = self._target_range(ranges[-1])
        elif network.activations[-1] == "linear":
            # Targets are −1 and +1: a margin of 1 is full colour, however far the outputs go.
            ranges[-1] = np.tile([-1.0, 1.0], (len(values[-1]), 1))
        for limits in ranges:
            limits.setflags(write=False)
        return tuple(ranges)

    def _target_range(self, by_values: Array) -> Array:
        """For a regression the scale is the targets' own, so that points and plane compare."""
        targets = np.abs(self.dataset.y_train)
        largest = float(targets.max()) or float(by_values[0, 1])
        return np.array([[-largest, largest]])

    def _output(self, frame: Frame, values: Values, pictures: Picture) -> tuple[Picture, int]:
        n_outputs = len(values)
        if n_outputs == 1:
            return pictures[0], 0
        name = frame.network.activations[-1]
        if n_outputs == 2:
            # Two outputs say the same twice; their difference is a signed picture.
            difference = values[1:] - values[:1]
            resolution = self.grid.resolution
            return to_pictures(difference, np.array([[-1.0, 1.0]]), resolution)[0], 0
        return class_picture(values, name == "softmax", self.grid.resolution)
