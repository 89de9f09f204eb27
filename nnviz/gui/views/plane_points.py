"""The points of a dataset as they lie on the plane: which are drawn, in which colours and words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from nnviz.data.dataset import Dataset
from nnviz.gui.theme import Theme
from nnviz.gui.views.plane_items import Points
from nnviz.gui.views.scales import short_text
from nnviz.insight.surface import Grid

MOST_POINTS = 5_000
"""Of more points a fair sample is drawn: they would hide the surface, and one another."""
_AROUND = 7.0
"""Pixels from the middle of a point to beyond its rim."""


@dataclass(frozen=True, eq=False)
class DataPoints:
    """The points that are drawn, in the order of the data: first train, then test."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    targets: NDArray[np.float64]
    is_test: NDArray[np.bool_]
    numbers: NDArray[np.int64]
    """The places of the points in the data, which count the training part first."""
    classes: tuple[str, ...]
    n_all: int
    """How many points there are, drawn or not."""

    @classmethod
    def of(cls, dataset: Dataset) -> DataPoints:
        """All points of a dataset, or a fair sample of very many."""
        n_train, n_all = len(dataset.y_train), len(dataset.y_train) + len(dataset.y_test)
        chosen = np.arange(n_all)
        if n_all > MOST_POINTS:
            sampled = np.random.default_rng(0).choice(n_all, MOST_POINTS, replace=False)
            chosen = np.sort(sampled)
        inputs = np.vstack([dataset.inputs_train, dataset.inputs_test])[chosen]
        return cls(
            x=inputs[:, 0],
            y=inputs[:, 1] if inputs.shape[1] > 1 else np.zeros(len(inputs)),
            targets=np.concatenate([dataset.y_train, dataset.y_test])[chosen],
            is_test=chosen >= n_train,
            numbers=chosen,
            classes=tuple(dataset.classes),
            n_all=n_all,
        )

    def count_in(self, place: QRectF, plane: QRectF, grid: Grid, with_test: bool = True) -> int:
        """How many points would be hidden, wholly or in part, by what stands at `place`.

        Both are in pixels; `plane` is where `grid` is drawn, its lowest row at the foot.
        """
        x = plane.left() + (self.x - grid.x_min) / (grid.x_max - grid.x_min) * plane.width()
        y = plane.bottom() - (self.y - grid.y_min) / (grid.y_max - grid.y_min) * plane.height()
        beside = np.maximum(place.left() - x, x - place.right()) < _AROUND
        above = np.maximum(place.top() - y, y - place.bottom()) < _AROUND
        return int(np.count_nonzero(beside & above & (with_test | ~self.is_test)))

    @property
    def note(self) -> str:
        """That not all points are drawn, where it is so."""
        drawn = len(self.x)
        return f"{drawn:,} of {self.n_all:,} points" if drawn < self.n_all else ""

    def colored(self, theme: Theme, limits: tuple[float, ...]) -> Points:
        """The marks to draw; `limits` are the ends of a regression's scale, () for classes."""
        if self.classes:
            n_classes = len(self.classes)
            of_class = [theme.class_color(k, n_classes).rgb() for k in range(n_classes)]
            colors = np.array(of_class, dtype=np.uint32)[self.targets.astype(np.intp)]
        else:
            low, high = limits
            half = (high - low) / 2 or 1.0
            values = np.clip((self.targets - (low + high) / 2) / half, -1.0, 1.0)
            table = np.array(theme.signed_table(), dtype=np.uint32)
            colors = table[np.rint(values * 127 + 128).astype(np.intp)]
        return Points(x=self.x, y=self.y, colors=colors, is_test=self.is_test)

    def nearest(
        self, x: float, y: float, reach_x: float, reach_y: float, with_test: bool
    ) -> int | None:
        """The point nearest to a place within an ellipse around it; None if there is none."""
        if not (len(self.x) and reach_x > 0 and reach_y > 0):
            return None
        distances = ((self.x - x) / reach_x) ** 2 + ((self.y - y) / reach_y) ** 2
        if not with_test:
            distances = np.where(self.is_test, np.inf, distances)
        index = int(np.argmin(distances))
        return index if distances[index] <= 1.0 else None

    def words(self, index: int) -> str:
        """Which part a point belongs to, and its class or target: "train, class 1"."""
        part = "test" if self.is_test[index] else "train"
        target = float(self.targets[index])
        if self.classes:
            return f"{part}, {self.classes[int(target)]}"
        return f"{part}, target {short_text(target)}"
