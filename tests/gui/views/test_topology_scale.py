"""The scale of weights follows them in round numbers, without dancing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.gui.views.weight_scale import (
    LARGEST,
    SMALLEST,
    GlidingScale,
    follow,
    nice_above,
    signed,
)


@pytest.mark.parametrize(
    ("value", "nice"),
    [
        (0, 0.1),
        (0.1, 0.1),
        (0.11, 0.2),
        (0.2, 0.2),
        (0.3, 0.5),
        (1, 1),
        (1.01, 2),
        (4, 5),
        (70, 100),
    ],
)
def test_nice_numbers(value: float, nice: float) -> None:
    assert nice_above(value) == nice


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 1e300, -1.0])
def test_odd_values_have_a_scale_too(value: float) -> None:
    assert SMALLEST <= nice_above(value) <= LARGEST


@given(st.floats(0, 1e6), st.none() | st.sampled_from([0.1, 0.5, 2.0, 100.0, 1e5]))
def test_the_scale_is_near_the_largest_weight(largest: float, before: float | None) -> None:
    scale = follow(largest, before)
    assert largest <= 1.5 * scale * (1 + 1e-12)
    assert scale == SMALLEST or largest > scale / 3.2


@given(st.floats(0.01, 1e5), st.none() | st.sampled_from([0.1, 0.5, 2.0, 100.0]))
def test_the_same_weights_keep_their_scale(largest: float, before: float | None) -> None:
    scale = follow(largest, before)
    assert follow(largest, scale) == scale


@given(st.floats(0.5, 1e4))
def test_small_changes_do_not_make_it_dance(largest: float) -> None:
    scale = follow(largest, None)
    # It may change once, where a step lies in between, but not on the way back.
    there = follow(largest * 1.1, scale)
    back = follow(largest, there)
    assert follow(largest * 1.1, back) == back == there


def test_numbers_have_a_true_minus_sign_and_no_negative_zero() -> None:
    assert signed(-0.5324) == "−0.532"
    assert signed(-0.0001) == "0.000"
    assert signed(-0.5, 1, plus=True) == "−0.5"
    assert signed(5.0, 0, plus=True) == "+5"
    assert signed(0.0, plus=True) == "0.000"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (123456.0, "1.23·10⁵"),
        (-1e9, "−10⁹"),
        (2e4, "2·10⁴"),
        (1e10, "10¹⁰"),
        (9999.0, "9999"),
        (float("-inf"), "−∞"),
        (float("nan"), "–"),
    ],
)
def test_large_numbers_are_written_with_a_power_of_ten(value: float, text: str) -> None:
    assert signed(value, 0) == text


def test_the_drawn_scale_glides_by_equal_factors_and_arrives() -> None:
    scale = GlidingScale()
    scale.want(1.0, at_once=True)
    assert scale.shown == 1.0
    scale.want(16.0, at_once=False)
    seen = [scale.shown]
    for _ in range(4):
        scale.advance(0.1)
        seen.append(scale.shown)
    assert seen == pytest.approx([1.0, 2.0, 4.0, 8.0, 16.0])
    assert scale.wanted == scale.shown
    assert not scale.is_gliding


def test_a_scale_that_changes_its_mind_glides_on_from_where_it_is() -> None:
    scale = GlidingScale()
    scale.want(1.0, at_once=True)
    scale.want(4.0, at_once=False)
    scale.advance(0.2)
    scale.want(1.0, at_once=False)
    assert scale.shown == pytest.approx(2.0)
    scale.want(1.0, at_once=False)
    scale.arrive()
    assert scale.shown == 1.0


@pytest.mark.parametrize("largest", [1e9, 1e30, 1.9e147, 1e299])
def test_the_scale_reaches_weights_of_a_run_that_diverges(largest: float) -> None:
    assert largest / 1.5 <= follow(largest, None) <= 5 * largest
