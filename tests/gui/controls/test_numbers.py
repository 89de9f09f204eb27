"""Parsing, showing and stepping numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.gui.controls.numbers import (
    LONGEST,
    by_one,
    by_steps,
    parse_real,
    parse_whole,
    rungs,
    show_briefly,
    show_number,
    whole_rungs,
)

NO_NUMBERS = [
    "", " ", "\t", "abc", "nan", "inf", "-inf", "1e400", "1e", "e5", "--1", "1.2.3", "1,2,3",
    "1 000", "1_000", "0x10", "٣", "½", "1+1", "#", "1.5€", "9" * (LONGEST + 1), ".", ",", "+",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a number|too"):
        parse_real(text)
    with pytest.raises(ValueError, match=r"not a whole number|too"):
        parse_whole(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5", 1.5), ("1,5", 1.5), (" 0.01 ", 0.01), (".5", 0.5), (",5", 0.5), ("1e-3", 1e-3),
     ("2E2", 200.0), ("+3", 3.0), ("-4", -4.0), ("−4", -4.0), ("1.", 1.0)],
)  # fmt: skip
def test_real_numbers_take_comma_and_point(text: str, value: float) -> None:
    assert parse_real(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("1,000", 1000), ("1,234,567", 1234567), (" 7 ", 7), ("-1", -1)]
)
def test_whole_numbers_take_commas_between_groups(text: str, value: int) -> None:
    assert parse_whole(text) == value


@pytest.mark.parametrize("text", ["1.5", "1,5", "1.000", "10,00", "1e3"])
def test_whole_numbers_have_no_fraction(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a whole number"):
        parse_whole(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_real_number_that_is_shown_reads_back(value: float) -> None:
    text = show_number(value)
    assert len(text) > LONGEST or parse_real(text) == value


@given(st.integers(-(10**12), 10**12), st.booleans())
def test_a_whole_number_that_is_shown_reads_back(value: int, grouped: bool) -> None:
    assert parse_whole(show_number(value, grouped)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.03, "0.03"), (1.0, "1"), (1e-5, "0.00001"), (1e-7, "1e-7"), (1e9, "1e9"),
     (0.1 + 0.2, "0.30000000000000004"), (1000, "1,000")],
)  # fmt: skip
def test_numbers_are_shown_plainly(value: float, text: str) -> None:
    assert show_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.2 / 30, "0.006667"), (0.1 + 0.2, "0.3"), (5e-5, "0.00005"), (0.0, "0"),
     (12345.678, "12346"), (1234567.8, "1234568"), (123456789.0, "1.235e8"),
     (1.23456e-9, "1.235e-9"), (99999.7, "100000"), (1_234_567, "1,234,567")],
)  # fmt: skip
def test_numbers_are_shown_briefly(value: float, text: str) -> None:
    assert show_briefly(value) == text


@given(st.floats(-1e300, 1e300))
def test_brief_numbers_are_nearly_right(value: float) -> None:
    assert parse_real(show_briefly(value)) == pytest.approx(value, rel=6e-4)


def test_rungs_are_the_nearest_floats() -> None:
    step = rungs(1, 3)
    value: float = 0.001
    climbed = [value]
    for _ in range(6):
        value = step(value, 1)
        climbed.append(value)
    assert climbed == [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]
    for expected in reversed(climbed[:-1]):
        value = step(value, -1)
        assert value == expected


def test_between_two_rungs_steps_go_to_the_next_one() -> None:
    step = rungs(1, 3)
    assert step(0.02, 1) == 0.03
    assert step(0.02, -1) == 0.01


def test_a_lowest_rung_stands_on_zero() -> None:
    step = rungs(1, 3, lowest=1e-5)
    assert step(0.0, 1) == 1e-5
    assert step(1e-5, -1) == 0.0
    assert step(0.0, -1) == 0.0


def test_whole_rungs_begin_with_one() -> None:
    step = whole_rungs(1, 2, 5)
    assert [step(value, 1) for value in (1, 2, 3, 500, 1000)] == [2, 5, 5, 1000, 2000]
    assert [step(value, -1) for value in (1, 2, 1000)] == [1, 1, 500]
    assert isinstance(step(1, 1), int)


def test_by_one() -> None:
    assert (by_one(5, 1), by_one(5, -1)) == (6, 4)


@given(st.floats(1e-9, 1e9), st.sampled_from([1, -1]))
def test_steps_move_in_their_direction(value: float, direction: int) -> None:
    assert (rungs(1, 3)(value, direction) - value) * direction > 0


@pytest.mark.parametrize(
    ("value", "up", "down"),
    [(0.25, 0.3, 0.2), (0.0, 0.05, -0.05), (0.27, 0.3, 0.25), (0.3, 0.35, 0.25), (0.15, 0.2, 0.1)],
)
def test_steps_of_one_size(value: float, up: float, down: float) -> None:
    step = by_steps(0.05)
    assert step(value, 1) == up
    assert step(value, -1) == down
