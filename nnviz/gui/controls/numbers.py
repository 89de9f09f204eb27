"""Numbers as people type them: parsing, showing, and the ladders that steps climb."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from math import floor, isfinite, log10

Number = int | float
Ladder = Callable[[Number, int], Number]
"""(value, direction +1 or −1) → the next value; the field keeps it within its limits."""

LONGEST = 30
"""More characters than any sensible number has."""

_BRIEF = 4
_LONGEST_WHOLE_PART = 7
"""Digits; larger numbers are shown by a power of ten."""

_REAL = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)", re.ASCII)


def parse_real(text: str) -> float:
    """A finite number, its decimal mark a point or a comma; ValueError if `text` is none."""
    text = _tidy(text)
    if not _REAL.fullmatch(text):
        raise ValueError("not a number")
    value = float(text.replace(",", "."))
    if not isfinite(value):
        raise ValueError("too large")
    return value


def parse_whole(text: str) -> int:
    """A whole number; commas between groups of three digits may stand as they are shown."""
    text = _tidy(text)
    if not _WHOLE.fullmatch(text):
        raise ValueError("not a whole number")
    return int(text.replace(",", ""))


def show_number(value: Number, grouped: bool = True) -> str:
    """A number as a field shows it: with a point, all its digits, 1,000 grouped when whole.

    Whatever is shown reads back as the same number.
    """
    if isinstance(value, int):
        return f"{value:,}" if grouped else str(value)
    exact = Decimal(repr(value))
    if value == 0 or 1e-6 <= abs(value) < 10**_LONGEST_WHOLE_PART:
        text = format(exact, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(exact.normalize()).replace("E+", "e").replace("E", "e")


def show_briefly(value: Number) -> str:
    """A number in at most four significant digits, but with all digits of its whole part."""
    if isinstance(value, int) or value == 0:
        return show_number(value)
    magnitude = floor(log10(abs(value))) + 1
    digits = max(_BRIEF, magnitude) if magnitude <= _LONGEST_WHOLE_PART else _BRIEF
    return show_number(float(f"{value:.{digits}g}"))


def by_one(value: Number, direction: int) -> Number:
    """…, 6, 7, 8, …"""
    return value + direction


def by_steps(size: float) -> Ladder:
    """…, 0.2, 0.25, 0.3, … for steps of 0.05; values between two steps go to the next one."""

    def step(value: Number, direction: int) -> Number:
        place = value / size
        below = floor(place + 1e-9) if direction > 0 else -floor(1e-9 - place)
        return round((below + direction) * size, 12)

    return step


def rungs(*mantissas: float, lowest: float | None = None) -> Ladder:
    """A ladder of mantissas times powers of ten: rungs(1, 3) is …, 0.01, 0.03, 0.1, 0.3, …

    With `lowest` the rung below it is 0; without, the ladder goes down as far as numbers do.
    Values between two rungs go to the next one.
    """

    def step(value: Number, direction: int) -> Number:
        start = float(lowest or 0)
        if value <= 0 or value < start * 0.999:
            return start if direction > 0 else 0.0
        decade = floor(log10(value))
        # repr of a product such as 3 * 10**-2 is not the nearest number to 0.03; this is.
        ladder = [float(f"{m}e{d}") for d in range(decade - 1, decade + 2) for m in mantissas]
        slack = 1e-9 * value
        if direction > 0:
            return next(rung for rung in ladder if rung > value + slack)
        below = next(rung for rung in reversed(ladder) if rung < value - slack)
        return 0.0 if below < start * 0.999 else below

    return step


def whole_rungs(*mantissas: int) -> Ladder:
    """The same in whole numbers from 1 upwards: whole_rungs(1, 2, 5) is 1, 2, 5, 10, 20, …"""
    climb = rungs(*mantissas)

    def step(value: Number, direction: int) -> Number:
        return max(1, round(climb(max(value, 1), direction)))

    return step


def _tidy(text: str) -> str:
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    if len(text) > LONGEST:
        raise ValueError("too long")
    return text
