"""Snapshot: a frame with its pictures and figures, made once and shown by all views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnviz.data.dataset import Dataset
from nnviz.insight.history import History
from nnviz.insight.surface import (
    RESOLUTION,
    SMALLEST,
    SMALLEST_RESOLUTION,
    Grid,
    Picture,
    Values,
    class_picture,
    display_ranges,
    grid_around,
    has_single_places,
    is_single_enough,
    known_range,
    neuron_values,
    plane_inputs,
    read_only,
    to_pictures,
)
from nnviz.model.engine import ENGINES
from nnviz.model.network import Network
from nnviz.run.frame import Frame
from nnviz.run.outline import Outline

if TYPE_CHECKING:
    from nnviz.model.kernels.pictures import Camera

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
    timeline: Outline | None = None
    """All that the run has been through; None where nobody travels in time."""


class _Taken(NamedTuple):
    """Pictures and ranges of all layers but the inputs, and the decision."""

    pictures: tuple[Picture, ...]
    ranges: tuple[Array, ...]
    output: Picture
    output_levels: int


class Photographer:
    """Makes snapshots of the frames of one dataset; not for two threads at once.

    The plane's points are kept between snapshots, and so is the picture of the inputs, which all
    snapshots share.

    Two engines can make the pictures, as they can train. Theirs differ where rounding decides: by
    one level of 255 where a value lies on the border of two, and in what a step answers where its
    sum is 0 but for rounding. So which one it is must never hang on what happens to be ready:
    whoever draws live names the engine that trains, and figures made without a window are made by
    the reference, always.
    """

    def __init__(
        self, dataset: Dataset, resolution: int = RESOLUTION, engine: str = "reference"
    ) -> None:
        """`engine` is one of ENGINES, as in `use`."""
        self.dataset = dataset
        self.grid = grid_around(dataset, resolution)
        self._inputs = plane_inputs(dataset, self.grid)
        self._reach = float(np.abs(self._inputs).max())
        is_single = has_single_places(self._inputs)
        self._single = self._inputs.astype(np.float32) if is_single else None
        self._input_ranges = _constant(display_ranges(self._inputs.T, None))
        self._input_pictures = to_pictures(self._inputs.T, self._input_ranges, resolution)
        self._kernels: Any = None
        self._camera: Camera | None = None
        self._known: tuple[Network, Array] | None = None
        self.use(engine)

    @property
    def engine(self) -> str:
        """The one in use, "compiled" or "reference"."""
        return "reference" if self._kernels is None else "compiled"

    def use(self, engine: str) -> None:
        """Make the pictures with this engine from now on; ValueError if it is not in ENGINES.

        "compiled" loads the compiled code, and compiles it where that was not done before; where
        there is none, it is the reference all the same.
        """
        if engine not in ENGINES:
            raise ValueError(f"engine: {engine!r} given; allowed: {', '.join(ENGINES)}.")
        self._kernels = self._camera = None
        if engine == "compiled":
            from nnviz.model.kernels.store import KernelsUnavailable, load

            try:
                self._kernels = load()
            except KernelsUnavailable:
                return  # the trainer says why

    def snapshot(
        self,
        frame: Frame,
        history: History,
        updates_per_second: float = 0.0,
        run: int = 0,
        timeline: Outline | None = None,
    ) -> Snapshot:
        """Compute every neuron's picture for this frame; the one forward pass serves all."""
        taken = self._compiled(frame) or self._reference(frame)
        return Snapshot(
            frame=frame,
            dataset=self.dataset,
            grid=self.grid,
            pictures=(self._input_pictures, *taken.pictures),
            ranges=(self._input_ranges, *taken.ranges),
            output=taken.output,
            output_levels=taken.output_levels,
            history=history,
            updates_per_second=updates_per_second,
            run=run,
            timeline=timeline,
        )

    # --- by compiled code

    def _compiled(self, frame: Frame) -> _Taken | None:
        """None where that engine is not in use, or leaves it to the other: by θ alone."""
        network, n = frame.network, self.grid.resolution
        camera = self._camera_for(network)
        if camera is None:
            return None
        ranges = self._known_ranges(network).copy()
        taken = camera.take(frame.theta, ranges)
        if taken is None:
            return None
        levels, decision = taken
        all_pictures, _ = read_only(levels.reshape(-1, n, n)), _constant(ranges)
        pictures, limits, start = [], [], 0
        for units in network.sizes[1:]:
            pictures.append(all_pictures[start : start + units])
            limits.append(ranges[start : start + units])
            start += units
        output = pictures[-1][0] if decision is None else read_only(decision.reshape(n, n))
        classes = network.sizes[-1]
        return _Taken(tuple(pictures), tuple(limits), output, 256 // classes if classes > 2 else 0)

    def _camera_for(self, network: Network) -> Camera | None:
        if self._kernels is None:
            return None
        if self._camera is None or self._camera.network != network:
            from nnviz.model.kernels.pictures import Camera

            if not Camera.knows(network):
                return None
            self._camera = Camera(network, self._inputs, self._kernels)
        return self._camera

    # --- by NumPy

    def _reference(self, frame: Frame) -> _Taken:
        network, n = frame.network, self.grid.resolution
        values = neuron_values(network, frame.theta, self._places_for(frame))[1:]
        known, start = self._known_ranges(network), 0
        pictures, limits = [], []
        for layer, name in zip(values, network.activations, strict=True):
            ranges = known[start : start + len(layer)]
            if ranges[0, 0] == ranges[0, 1]:
                ranges = display_ranges(layer, name)
            start += len(layer)
            limits.append(_constant(ranges.copy()))
            pictures.append(to_pictures(layer, ranges, n))
        output, levels = self._output(frame, values[-1], pictures[-1])
        return _Taken(tuple(pictures), tuple(limits), output, levels)

    def _places_for(self, frame: Frame) -> Values:
        """The plane's points, in single precision where that shows the same pictures."""
        if self._single is None or not is_single_enough(frame.network, frame.theta, self._reach):
            return self._inputs
        return self._single

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

    # --- ranges

    def _known_ranges(self, network: Network) -> Array:
        """(units, 2), the inputs left out; (0, 0) where a unit's own values decide."""
        if self._known is None or self._known[0] != network:
            names = network.activations
            known = [known_range(name) or (0.0, 0.0) for name in names]
            if self.dataset.task == "regression":
                known[-1] = self._target_range(known[-1])
            elif names[-1] == "linear":
                # Targets are −1 and +1: a margin of 1 is full colour, however far outputs go.
                known[-1] = (-1.0, 1.0)
            ranges = np.repeat(np.array(known), network.sizes[1:], axis=0)
            self._known = network, _constant(ranges)
        return self._known[1]

    def _target_range(self, by_activation: tuple[float, float]) -> tuple[float, float]:
        """For a regression the scale is the targets' own, so that points and plane compare."""
        largest = float(np.abs(self.dataset.y_train).max())
        # Where 1 over it would overflow, no picture could be told from another.
        largest = max(largest, SMALLEST) if largest > 0.0 else by_activation[1]
        return -largest, largest


def _constant(ranges: Array) -> Array:
    ranges.setflags(write=False)
    return ranges
