"""The scale of weights: the value at which an edge is as wide and as strong as edges get."""

from __future__ import annotations

from math import floor, isfinite, log10

SMALLEST = 0.1
LARGEST = 1e9
_CLAMPED = 1.5
_COMFORTABLE = 1.2


def nice_above(value: float) -> float:
    """The smallest of …, 0.1, 0.2, 0.5, 1, 2, 5, 10, … that is not below `value`."""
    if not value > SMALLEST:
        return SMALLEST
    if not isfinite(value) or value >= LARGEST:
        return LARGEST
    power = floor(log10(value))
    for exponent in (power, power + 1):
        for digit in (1, 2, 5):
            # Dividing by a power of ten keeps 0.2 the double that "0.2" is.
            nice = digit * 10.0**exponent if exponent >= 0 else digit / 10.0**-exponent
            if nice >= value:
                return nice
    return LARGEST


def follow(largest: float, current: float | None) -> float:
    """The scale for weights up to `largest` in magnitude, given the scale of the frame before.

    The largest weight may be up to half as large again as the scale: it is then drawn as wide as
    the scale says, and the others stay well visible. Between growing and shrinking the scale
    stands still over some range, so that the picture does not dance.
    """
    if current is None or largest > _CLAMPED * current:
        return nice_above(largest / _CLAMPED)
    return min(current, nice_above(largest / _COMFORTABLE))


def signed(value: float, decimals: int = 3) -> str:
    """A number as text, with a true minus sign; few digits where it is large."""
    text = f"{value:.{decimals}f}" if abs(value) < 10_000 else f"{value:.3g}"
    if float(text) == 0.0:
        text = text.removeprefix("-")
    return text.replace("-", "−")
