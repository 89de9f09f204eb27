"""Limits: which numbers a field takes, as the experiment itself says."""

from __future__ import annotations

from typing import NamedTuple

from nnviz.gui.controls.numbers import Number
from nnviz.run.experiment import Experiment, allowed_values


class Limits(NamedTuple):
    """Numbers from `minimum` to `maximum`; `allowed` says so in words, "a number from 0 to 1"."""

    minimum: Number
    maximum: Number
    allowed: str
    is_minimum_excluded: bool = False
    is_maximum_excluded: bool = False

    def accept(self, value: Number) -> bool:
        """Whether the value is within the limits."""
        if self.is_minimum_excluded and value == self.minimum:
            return False
        if self.is_maximum_excluded and value == self.maximum:
            return False
        return self.minimum <= value <= self.maximum

    def nearest(self, value: Number) -> Number:
        """The value, or the limit that it goes beyond."""
        return min(max(value, self.minimum), self.maximum)


def limits_of(field: str) -> Limits:
    """The limits that Experiment checks a field by, so that there is one truth about them.

    ValueError for a field that is not a number between two limits.
    """
    found: dict[str, Number] = {}
    for check in Experiment.model_fields[field].metadata:
        for name in ("ge", "gt", "le", "lt"):
            if hasattr(check, name):
                found[name] = getattr(check, name)
    minimum, maximum = found.get("gt", found.get("ge")), found.get("lt", found.get("le"))
    if minimum is None or maximum is None:
        raise ValueError(f"{field} has no limits.")
    return Limits(minimum, maximum, allowed_values(field), "gt" in found, "lt" in found)
