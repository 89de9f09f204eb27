"""Dataset: the points that a run learns from and is tested on; Points: points given as such."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnviz.data.features import make_features
from nnviz.data.generators import DATASETS, Task
from nnviz.data.numbers import checked_rows, real_numbers
from nnviz.data.scaling import SCALINGS

Array = NDArray[np.float64]

MOST_POINTS = 1_000_000
MOST_COLUMNS = 1_000
MOST_CLASSES = 100


class Points:
    """Points given one by one, in place of a generator's name: a value, equal by content.

    X is (n, columns), finite. For classification y holds class indices 0, 1, …; for regression
    it holds target values. ValueError says what does not fit.
    """

    def __init__(
        self,
        X: ArrayLike,
        y: ArrayLike,
        task: Task = "classification",
        columns: Sequence[str] | None = None,
        classes: Sequence[str] | None = None,
    ) -> None:
        if task not in ("classification", "regression"):
            given = repr(task)[:40]
            raise ValueError(f"task: {given} given; allowed are classification and regression.")
        self.task: Task = task
        self.X = _checked_inputs(X)
        n, k = self.X.shape
        self.y, n_classes = _checked_targets(y, n, task)
        default_classes = [f"class {index}" for index in range(max(n_classes, 2))]
        self.columns = _names("columns", columns) or tuple(f"x{index + 1}" for index in range(k))
        self.classes = _names("classes", classes) or tuple(default_classes)
        if task == "regression":
            self.classes = ()
        if len(self.columns) != k:
            raise ValueError(f"columns: {len(self.columns)} names given for {k} columns.")
        least = max(n_classes, 2)
        if task == "classification" and not least <= len(self.classes) <= MOST_CLASSES:
            raise ValueError(
                f"classes: {len(self.classes)} names given; "
                f"allowed are {least} to {MOST_CLASSES} for these points."
            )
        for array in (self.X, self.y):
            array.setflags(write=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all that distinguishes these points."""
        names = repr((self.task, self.columns, self.classes, self.X.shape)).encode()
        return hashlib.sha256(names + self.X.tobytes() + self.y.tobytes()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Points) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Points({len(self.X)} points, {len(self.columns)} columns, {self.task})"

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and texts, for JSON."""
        return {
            "X": self.X.tolist(),
            "y": self.y.tolist(),
            "task": self.task,
            "columns": list(self.columns),
            "classes": list(self.classes),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Points:
        """The reverse of `to_dict`; ValueError for unknown or missing entries."""
        if not {"X", "y"} <= set(values) <= {"X", "y", "task", "columns", "classes"}:
            raise ValueError("points need X and y, and may have task, columns and classes.")
        return cls(**values)


def _names(what: str, given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    names = tuple(given.tolist()) if isinstance(given, np.ndarray) else given
    if not isinstance(names, tuple | list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{what}: a list of texts is needed.")
    return tuple(names)


def _checked_inputs(X: ArrayLike) -> Array:
    array = real_numbers(X)
    if array is None:
        raise ValueError("X: every row needs the same number of numbers.")
    if array.ndim != 2 or not 1 <= array.shape[1] <= MOST_COLUMNS:
        raise ValueError(f"X: shape {array.shape} given; it needs rows of 1 to {MOST_COLUMNS}.")
    if not 1 <= len(array) <= MOST_POINTS:
        raise ValueError(f"X: {len(array)} points given; allowed are 1 to {MOST_POINTS:,}.")
    if not np.isfinite(array).all():
        row = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
        raise ValueError(f"X: row {row + 1} has a value that is infinite or not a number.")
    return array


def _checked_targets(y: ArrayLike, n: int, task: Task) -> tuple[NDArray[Any], int]:
    array = real_numbers(y)
    if array is None:
        raise ValueError("y: one number for each point is needed.")
    if array.shape != (n,) or not np.isfinite(array).all():
        raise ValueError(f"y: shape {array.shape} given; {n} finite numbers are needed.")
    if task == "regression":
        return array, 0
    if (array < 0).any() or (array != np.floor(array)).any() or array.max() >= MOST_CLASSES:
        raise ValueError(f"y: classes are whole numbers from 0 to {MOST_CLASSES - 1}.")
    return array.astype(np.int64), int(array.max()) + 1


@dataclass(frozen=True, eq=False)
class Dataset:
    """Points split into a training and a test part, ready for the network.

    `X_…` (n, features) are the points as the network sees them, `inputs_…` (n, columns) the raw
    columns, `y_…` (n,) class indices or target values. All arrays are read-only.
    """

    task: Task
    inputs_train: Array
    inputs_test: Array
    y_train: NDArray[Any]
    y_test: NDArray[Any]
    columns: tuple[str, ...]
    classes: tuple[str, ...]
    features: tuple[str, ...]
    shift: Array
    scale: Array

    @property
    def n_classes(self) -> int:
        """0 for regression."""
        return len(self.classes)

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the network sees: the features, or the columns themselves."""
        return self.features or self.columns

    @cached_property
    def X_train(self) -> Array:
        return _read_only(self.transform(self.inputs_train))

    @cached_property
    def X_test(self) -> Array:
        return _read_only(self.transform(self.inputs_test))

    def transform(self, rows: ArrayLike) -> Array:
        """Raw columns (n, columns) → what the network sees (n, features).

        ValueError when the rows do not have the data's columns, or values that are not finite.
        """
        needed = f"{len(self.columns)} columns: {', '.join(self.columns)}"
        array = checked_rows("rows", rows, len(self.columns), needed)
        with np.errstate(all="ignore"):  # what becomes infinite here stops the run, with a word
            return make_features(self.features, (array - self.shift) / self.scale)


def make_dataset(
    source: str | Points,
    n_samples: int,
    noise: float,
    data_seed: int,
    test_fraction: float,
    split_seed: int,
    features: tuple[str, ...] = (),
    scaling: str = "none",
) -> Dataset:
    """Draw the points that `source` names (or take those given), split and scale them.

    The split is the one of scikit-learn's `train_test_split`: `RandomState(split_seed)` permutes
    the points, the test part comes first. Scales are learned from the training part alone.
    """
    if isinstance(source, Points):
        X, y, task = source.X, source.y, source.task
        columns, classes = source.columns, source.classes
    else:
        generator = DATASETS[source]
        X, y = generator.draw(n_samples, noise, data_seed)
        task, columns, classes = generator.task, generator.columns, generator.classes
    train, test = split(len(X), test_fraction, split_seed)
    shift, scale = SCALINGS[scaling].fit(X[train])
    return Dataset(
        task=task,
        inputs_train=_read_only(X[train]),
        inputs_test=_read_only(X[test]),
        y_train=_read_only(y[train]),
        y_test=_read_only(y[test]),
        columns=columns,
        classes=classes,
        features=features,
        shift=_read_only(shift),
        scale=_read_only(scale),
    )


def n_test_points(n: int, test_fraction: float) -> int:
    """How many of n points a test part takes: rounded up, as scikit-learn does."""
    return ceil(test_fraction * n)


def split(
    n: int, test_fraction: float, split_seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the training and of the test part; natural order without a test part."""
    n_test = n_test_points(n, test_fraction)
    if n_test == 0:
        return np.arange(n), np.arange(0)
    order = np.random.RandomState(split_seed).permutation(n)
    return order[n_test:], order[:n_test]


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array
