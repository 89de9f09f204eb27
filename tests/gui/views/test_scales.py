"""Axes in nice numbers: ranges that rarely change, few ticks, short text."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nnviz.gui.views.scales import (
    decade_ticks,
    fixed_text,
    linear_ticks,
    nice_ceiling,
    number_text,
    short_text,
    stepped_decades,
    stepped_top,
)

positive = st.floats(1e-200, 1e200)
finite = st.floats(-1e12, 1e12)


@given(positive)
def test_a_nice_number_is_just_above(value: float) -> None:
    top = nice_ceiling(value)
    assert value <= top <= 1.34 * value


@given(st.lists(positive, min_size=1, max_size=30))
def test_an_axis_always_reaches_the_value_and_is_at_least_half_used(values: list[float]) -> None:
    top = 0.0
    for value in values:
        top = stepped_top(value, top)
        assert value <= top <= 2 * value


def test_an_axis_that_grows_evenly_changes_rarely() -> None:
    top, changes = 0.0, 0
    for epoch in range(1, 10_001):
        wanted = stepped_top(float(epoch), top)
        changes += wanted != top
        top = wanted
    assert changes <= 4 * len("1.2 1.5 2 2.5 3 4 5 6 8 10".split()) + 1


@given(st.floats(max_value=0.0) | st.just(math.nan))
def test_an_axis_without_values_has_a_length(value: float) -> None:
    assert stepped_top(value, 0.0) == 1.0


@given(st.lists(st.tuples(positive, positive), min_size=1, max_size=20))
def test_a_logarithmic_axis_holds_its_values(pairs: list[tuple[float, float]]) -> None:
    ends: tuple[float, float] | None = None
    for pair in pairs:
        low, high = min(pair), max(pair)
        ends = stepped_decades(low, high, ends)
        assert ends[0] <= math.log10(low) + 1e-9
        assert math.log10(high) - 1e-9 <= ends[1]
        assert ends[1] - ends[0] >= 0.45


def test_a_logarithmic_axis_changes_rarely_while_a_loss_falls() -> None:
    ends: tuple[float, float] | None = None
    seen = set()
    for step in range(1000):
        ends = stepped_decades(10.0 ** (-step / 200), 1.0, ends)
        seen.add(ends)
    assert len(seen) <= 11


@example(low=137438953472.0, span=0.0001, most=6)
@given(finite, st.floats(1e-9, 1e12), st.integers(2, 12))
def test_ticks_lie_on_the_axis_and_are_few(low: float, span: float, most: int) -> None:
    high = low + span
    ticks = linear_ticks(low, high, most)
    assert len(ticks) <= most
    slack = 1e-6 * (abs(low) + span)
    assert all(low - slack <= at <= high + slack for at, _ in ticks)
    assert all(a < b for (a, _), (b, _) in pairwise(ticks))


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (-2.0, 2.0, 7, ["−2", "−1", "0", "1", "2"]),
        (0.0, 1.0, 7, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0.0, 5000.0, 4, ["0", "2,000", "4,000"]),
        (20.0, 100.0, 5, ["20", "40", "60", "80", "100"]),
    ],
)
def test_ticks_are_what_one_would_write(
    low: float, high: float, most: int, texts: list[str]
) -> None:
    assert [text for _, text in linear_ticks(low, high, most)] == texts


def test_an_impossible_axis_has_no_ticks() -> None:
    assert linear_ticks(1.0, 1.0, 5) == []
    assert linear_ticks(0.0, math.inf, 5) == []


@given(st.floats(-200, 200), st.floats(0.5, 150), st.integers(2, 10))
def test_logarithmic_ticks_are_few_and_on_the_axis(bottom: float, span: float, most: int) -> None:
    ticks = decade_ticks(bottom, bottom + span, most)
    assert len(ticks) <= most
    assert all(bottom - 1e-6 <= at <= bottom + span + 1e-6 for at, _ in ticks)


@pytest.mark.parametrize(
    ("bottom", "top", "most", "texts"),
    [
        (-1.0, 0.0, 6, ["0.1", "0.2", "0.5", "1"]),
        (-2.0, 0.0, 5, ["0.01", "0.03", "0.1", "0.3", "1"]),
        (-6.0, 0.0, 4, ["10⁻⁶", "10⁻⁴", "0.01", "1"]),
        (3.0, 5.0, 3, ["1000", "10⁴", "10⁵"]),
    ],
)
def test_logarithmic_ticks_are_what_one_would_write(
    bottom: float, top: float, most: int, texts: list[str]
) -> None:
    assert [text for _, text in decade_ticks(bottom, top, most)] == texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.0065, "0.0065"),
        (0.5037, "0.5037"),
        (1.2345, "1.234"),
        (-12.345, "−12.35"),
        (123.44, "123.4"),
        (12345.6, "12346"),
        (3.2e-5, "3.2·10⁻⁵"),
        (1e30, "10³⁰"),
        (-1e30, "−10³⁰"),
        (2e305, "2·10³⁰⁵"),
        (99_999.9, "10⁵"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_numbers_as_text(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.floats(1e-3, 99_999))
def test_usual_numbers_are_never_wider_than_their_room(value: float) -> None:
    assert len(number_text(value)) <= 6


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([number_text, short_text]))
def test_numbers_of_any_size_are_short_and_written_alike(
    value: float, text_of: Callable[[float], str]
) -> None:
    text = text_of(value)
    assert len(text) <= len("−1.23·10⁻³⁰⁵")
    assert "-" not in text
    assert "e" not in text


def test_short_numbers_have_no_idle_zeros() -> None:
    values = (0.5, -1.25, 12.0, 0.0, -4.9123, 9.67e-5, math.nan)
    assert [short_text(value) for value in values] == [
        "0.5", "−1.25", "12", "0", "−4.91", "9.67·10⁻⁵", "–",
    ]  # fmt: skip


@given(st.floats(-1, 1), st.floats(1e-3, 1e6))
def test_coordinates_do_not_dance(part: float, half: float) -> None:
    widths = {len(fixed_text(value, -half, half)) for value in (part * half, half, -half, 0.0)}
    assert len(widths) == 1


def test_coordinates_of_any_size_are_short() -> None:
    assert fixed_text(-1.5e300, -2e300, 2e300) == "−1.5·10³⁰⁰"
    assert fixed_text(2.5e-9, 0.0, 5e-9) == "2.5·10⁻⁹"
