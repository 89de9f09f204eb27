"""Which point of a batch an equation shows, where it has room for one of many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnviz.insight.microsteps import MicroStep

_MOST_LOOKED_AT = 1_000
"""Among so many points there is a telling one, and equations are made on the screen's thread."""


def why_example(steps: Sequence[MicroStep]) -> str:
    """Why that point stands for its batch, as the end of a sentence; empty for a single one."""
    inputs = _inputs(steps)
    if len(inputs) == 1:
        return ""
    zeros = (inputs == 0.0).sum(axis=1)
    fewest = "" if (zeros == zeros[0]).all() else " with the fewest zeros"
    first = f"the first {_MOST_LOOKED_AT:,}" if _count(steps) > _MOST_LOOKED_AT else "those"
    among = f", of {first}{fewest}," if fewest or first != "those" else ""
    return f", which stands for the batch in all steps: it has{among} the longest gradient"


def example_row(steps: Sequence[MicroStep]) -> int:
    """The row, among the points shown, of the one whose numbers tell most.

    A product with 0 shows nothing: of the points with the fewest zeros among their inputs it is
    the one with the longest gradient, and of equals the first. It is the same in all steps of an
    update, and a single point is its own example.
    """
    inputs = _inputs(steps)
    zeros = (inputs == 0.0).sum(axis=1)
    pull = np.zeros(len(inputs))
    with np.errstate(all="ignore"):
        for step in steps:
            if step.phase == "backward" and "weight_gradients" in step.values:
                errors = step.values["errors"][:_MOST_LOOKED_AT]
                carried = step.values["inputs"][:_MOST_LOOKED_AT]
                # The gradient of one point is its error times what came in, and 1 for the bias.
                pull += (errors**2).sum(axis=1) * (1.0 + (carried**2).sum(axis=1))
    pull[~np.isfinite(pull)] = -1.0
    return int(np.where(zeros == zeros.min(), pull, -2.0).argmax())


def _inputs(steps: Sequence[MicroStep]) -> NDArray[np.float64]:
    """(m, n_in), of the points that are looked at."""
    inputs: NDArray[np.float64] = _load(steps).values["inputs"][:_MOST_LOOKED_AT]
    return inputs


def _count(steps: Sequence[MicroStep]) -> int:
    return len(_load(steps).values["inputs"])


def _load(steps: Sequence[MicroStep]) -> MicroStep:
    return next(step for step in steps if step.phase == "load")
