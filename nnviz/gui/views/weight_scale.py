"""The scale of weights: the value at which an edge is as wide and as strong as edges get."""

from __future__ import annotations

from math import floor, isfinite, isnan, log10

SMALLEST = 0.1
LARGEST = 1e300
_CLAMPED = 1.5
_COMFORTABLE = 1.2
_GLIDE = 0.4
"""Seconds in which the scale that is drawn reaches the one that is wanted."""
_PLAIN = 10_000
"""Numbers from here on are written with a power of ten."""
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


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


class GlidingScale:
    """The scale that is drawn: it glides to the wanted one, or all edges would jump at once."""

    def __init__(self) -> None:
        self.wanted: float | None = None
        """What the legend shows; None before the first weights."""
        self._start = 1.0
        self._left = 0.0

    @property
    def shown(self) -> float:
        """What edges are drawn with: equal steps of time change it by equal factors."""
        wanted = self.wanted or 1.0
        if self._left <= 0.0:
            return wanted
        share: float = (self._start / wanted) ** (self._left / _GLIDE)
        return wanted * share

    @property
    def is_gliding(self) -> bool:
        return self._left > 0.0

    def want(self, scale: float, at_once: bool) -> None:
        """Go to `scale`, in time or `at_once`."""
        if scale != self.wanted:
            self._start, self._left = self.shown, 0.0 if at_once else _GLIDE
            self.wanted = scale

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        left = self._left - seconds
        self._left = left if left > 1e-6 else 0.0

    def arrive(self) -> None:
        """Show the wanted scale now."""
        self._left = 0.0


def signed(value: float, decimals: int = 3, plus: bool = False) -> str:
    """A number as text, with a true minus sign, a plus if wanted; 2.3·10⁷ where it is large."""
    if isnan(value):
        return "–"
    size = abs(value)
    if not isfinite(size):
        text = "∞"
    elif size < _PLAIN:
        text = f"{size:.{decimals}f}"
    else:
        digits, exponent = f"{size:.2e}".split("e")
        digits = digits.rstrip("0").rstrip(".")
        power = "10" + str(int(exponent)).translate(_SUPERSCRIPTS)
        text = power if digits == "1" else f"{digits}·{power}"
    is_zero = not text.strip("0.")
    if value < 0 and not is_zero:
        return "−" + text
    return "+" + text if plus and not is_zero else text
