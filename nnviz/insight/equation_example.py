"""Which point of a batch an equation shows, where it has room for one of many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnviz.insight.microsteps import MicroStep

_MOST_LOOKED_AT = 1_000
"""Among so many points there is a telling one, and equations are made on the screen's thread."""


def example_row(steps: Sequence[MicroStep]) -> int:
    """The row, among the points shown, of the one whose numbers tell most.

    A product with 0 shows nothing: of the points with the fewest zeros among their inputs it is
    the one with the longest gradient, and of equals the first. It is the same in all steps of an
    update, and a single point is its own example.
    """
    load = next(step for step in steps if step.phase == "load")
    inputs = load.values["inputs"][:_MOST_LOOKED_AT]
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
