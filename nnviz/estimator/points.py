"""Points with their targets and weights, and a part of them set aside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import train_test_split
from sklearn.utils import check_array

from nnviz.model.network import Array


@dataclass(frozen=True, eq=False)
class TrainingPoints:
    """Points as an estimator was given them."""

    X: Array
    """(n, features)."""
    T: Array
    """(n, outputs), targets as the loss wants them."""
    weights: Array | None
    """(n,), how much each counts; None when all count alike."""

    def normalised_weights(self) -> tuple[float, Array | None]:
        """The mean weight, and the weights divided by it, so that their mean is 1.

        ValueError when all are zero.
        """
        if self.weights is None:
            return 1.0, None
        largest = float(self.weights.max())
        if largest == 0:
            raise ValueError(
                "sample_weight: all weights are zero; allowed: numbers from 0, some above."
            )
        relative = self.weights / largest  # whose sum cannot overflow
        mean = float(relative.mean())
        return largest * mean, relative / mean


def checked_weights(given: ArrayLike | None, n: int) -> Array | None:
    """`sample_weight` as (n,) finite numbers from 0; ValueError when it is anything else."""
    if given is None:
        return None
    weights: Array = check_array(
        given, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
    )
    if weights.shape != (n,):
        raise ValueError(
            f"sample_weight: shape {weights.shape} given; allowed: one weight for each of "
            f"the {n} points, shape ({n},)."
        )
    if weights.min() < 0:
        raise ValueError(f"sample_weight: {weights.min():g} given; allowed: numbers from 0.")
    return weights


def set_aside(
    points: TrainingPoints, fraction: float, seed: int, strata: NDArray[np.intp] | None
) -> tuple[TrainingPoints, TrainingPoints]:
    """The points to train on, and those that tell when to stop: a drawn `fraction` of all.

    Both have the same share of every one of the `strata` (n,), if these are given. ValueError
    when fewer than two points would be set aside, those weigh nothing, or a stratum cannot be
    shared out.
    """
    n = len(points.X)
    chosen, others = train_test_split(
        np.arange(n), random_state=seed, test_size=fraction, stratify=strata
    )
    if len(others) < 2:
        raise ValueError(
            f"validation_fraction: {fraction} given, which sets {len(others)} of {n} points "
            "aside; allowed: a fraction that sets at least 2 aside."
        )
    kept, aside = _some(points, chosen), _some(points, others)
    aside.normalised_weights()  # a score needs some weight above zero as well
    return kept, aside


def _some(points: TrainingPoints, which: NDArray[np.intp]) -> TrainingPoints:
    weights = None if points.weights is None else points.weights[which]
    return TrainingPoints(points.X[which], points.T[which], weights)
