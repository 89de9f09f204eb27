"""Axes in nice numbers: ranges that grow in steps, ticks, and numbers as short text."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10

NICE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""Mantissas at which an axis may end."""

Ticks = list[tuple[float, str]]
"""Where a tick stands, and what is written beside it."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def nice_ceiling(value: float, mantissas: tuple[float, ...] = NICE) -> float:
    """The least nice number that is not below `value` > 0."""
    exponent = floor(log10(value))
    for mantissa in mantissas:
        # Written as text and read again, because 3 · 10⁻³ is not the number 0.003.
        candidate = float(f"{mantissa}e{exponent}")
        if candidate >= value:
            return candidate
    return float(f"1e{exponent + 1}")


def stepped_top(wanted: float, current: float) -> float:
    """The end of an axis from 0 that must reach `wanted`, changed as rarely as possible.

    It stays at `current` until that is too small or more than twice too large.
    """
    if not wanted > 0:
        return current if current > 0 else 1.0
    if wanted <= current <= 2 * wanted:
        return current
    return nice_ceiling(wanted)


def stepped_decades(
    low: float, high: float, current: tuple[float, float] | None
) -> tuple[float, float]:
    """Ends of a logarithmic axis for values from `low` to `high` > 0, changed rarely.

    The ends are exponents of ten of nice numbers; `current` is kept as long as the values fit
    and fill half of it.
    """
    bottom, top = log10(low), log10(high)
    if current is not None and current[0] <= bottom and top <= current[1]:
        filled = (top - bottom) / (current[1] - current[0])
        if filled >= 0.5 or current[1] - current[0] <= 1.0:
            return current
    half_decades = (1.0, 3.0, 10.0)
    new_top = log10(nice_ceiling(high, half_decades))
    new_bottom = -log10(nice_ceiling(1.0 / low, (1.0, 10.0 / 3.0, 10.0)))
    if new_top - new_bottom < 0.5:
        new_bottom = new_top - 1.0
    return new_bottom, new_top


def linear_ticks(low: float, high: float, most: int) -> Ticks:
    """At most `most` (≥ 2) ticks at multiples of 1, 2 or 5 · 10ᵏ from `low` to `high`."""
    span = high - low
    if not (isfinite(span) and span > 0):
        return []
    step = nice_ceiling(span / max(most, 2), (1.0, 2.0, 5.0, 10.0))
    while floor(high / step + 1e-9) - ceil(low / step - 1e-9) + 1 > max(most, 2):
        step = nice_ceiling(step * 1.5, (1.0, 2.0, 5.0, 10.0))
    decimals = max(0, -floor(log10(step) + 1e-9))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    # Far from zero, ticks that are closer than doubles are fall together.
    places = dict.fromkeys(index * step for index in range(first, last + 1))
    return [(place, _tick_text(place, decimals)) for place in places]


def decade_ticks(bottom: float, top: float, most: int) -> Ticks:
    """At most `most` (≥ 2) ticks of a logarithmic axis; positions and ends are exponents of ten."""
    most = max(most, 2)
    for mantissas in ((1, 2, 5), (1, 3), (1,)):
        ticks = [
            (exponent + log10(mantissa), _power_text(mantissa, exponent))
            for exponent in range(floor(bottom), ceil(top) + 1)
            for mantissa in mantissas
            if bottom - 1e-9 <= exponent + log10(mantissa) <= top + 1e-9
        ]
        if 2 <= len(ticks) <= most:
            return ticks
    exponents = list(range(ceil(bottom - 1e-9), floor(top + 1e-9) + 1))
    stride = ceil(len(exponents) / most)
    return [
        (float(exponent), _power_text(1, exponent)) for exponent in exponents[:: max(stride, 1)]
    ]


def number_text(value: float) -> str:
    """A number in up to four significant digits: 0.0065, 1.234, 3.2·10⁻⁵, 2·10³⁰⁵."""
    size = abs(value)
    if not isfinite(value):
        return "–"
    if size == 0:
        return "0"
    if size >= 99_999.5 or size < 0.000_95:
        return scientific_text(value, 2)
    decimals = 4 if size < 1 else max(0, 3 - floor(log10(size)))
    return with_minus(f"{value:.{decimals}f}")


def short_text(value: float) -> str:
    """A number in three significant digits without idle zeros: 0.5, −1.25, 12, 3·10⁻⁵."""
    if not isfinite(value):
        return "–"
    text = f"{value:.3g}"
    return scientific_text(value, 3) if "e" in text else with_minus(text)


def fixed_text(value: float, low: float, high: float) -> str:
    """A coordinate on an axis from `low` to `high`, to a hundredth of it, always equally wide."""
    span = high - low
    if max(abs(low), abs(high)) > 1e6 or 0 < span < 1e-4:
        return short_text(value)
    decimals = min(max(2 - floor(log10(span)), 0), 6) if isfinite(span) and span > 0 else 2
    width = max(len(f"{end:.{decimals}f}") for end in (low, high, -abs(low)))
    return with_minus(f"{value:{width}.{decimals}f}")


def with_minus(text: str) -> str:
    """The same number with a real minus sign, which is as wide as a plus."""
    return text.replace("-", "−")


def _tick_text(value: float, decimals: int) -> str:
    if abs(value) >= 1e6 or (value and decimals > 4):
        return short_text(value)
    text = f"{value + 0.0:,.{decimals}f}"
    return with_minus("0" if value == 0 else text)


def _power_text(mantissa: int, exponent: int) -> str:
    if -3 <= exponent <= 3:
        return f"{mantissa * 10.0**exponent:.{max(0, -exponent)}f}"
    factor = "" if mantissa == 1 else f"{mantissa}·"
    return f"{factor}10{str(exponent).translate(_SUPERSCRIPTS)}"


def scientific_text(value: float, digits: int) -> str:
    """A number as on a logarithmic axis, without idle zeros: 3.2·10⁻⁵, 10⁶."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    short = f"{float(mantissa):g}"
    return with_minus({"1": power, "-1": f"-{power}"}.get(short, f"{short}·{power}"))
