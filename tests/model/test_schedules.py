"""Schedules: values by hand, bounds, and which parameters each one reads."""

import math
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.model.schedules import SCHEDULES, ScheduleParameters

DEFAULTS = ScheduleParameters()


def test_registry_is_complete_and_in_order():
    assert list(SCHEDULES) == ["constant", "step", "exponential", "cosine"]
    assert ScheduleParameters(every=100, factor=0.5, floor=0.0, epochs=1000) == DEFAULTS


@pytest.mark.parametrize("name", SCHEDULES)
def test_entry_explains_itself(name):
    schedule = SCHEDULES[name]
    assert schedule.label
    assert schedule.formula.startswith("ηₑ = η")
    assert schedule.tooltip.endswith(".")
    assert ". " not in schedule.tooltip
    assert all(parameter in schedule.formula for parameter in schedule.parameters)


@pytest.mark.parametrize(
    ("name", "epoch", "expected"),
    [
        ("constant", 0, 0.2),
        ("constant", 10**9, 0.2),
        ("step", 0, 0.2),
        ("step", 99, 0.2),
        ("step", 100, 0.1),
        ("step", 199, 0.1),
        ("step", 250, 0.05),
        ("exponential", 0, 0.2),
        ("exponential", 50, 0.2 / math.sqrt(2)),
        ("exponential", 100, 0.1),
        ("exponential", 200, 0.05),
        ("cosine", 0, 0.2),
        ("cosine", 250, 0.1 * (1 + math.sqrt(0.5))),
        ("cosine", 500, 0.1),
        ("cosine", 1000, 0.0),
        ("cosine", 5000, 0.0),
    ],
)
def test_values_by_hand(name, epoch, expected):
    assert SCHEDULES[name].rate(0.2, epoch, DEFAULTS) == pytest.approx(expected, abs=1e-15)


def test_cosine_ends_at_its_floor():
    parameters = replace(DEFAULTS, floor=0.1)
    assert SCHEDULES["cosine"].rate(0.2, 0, parameters) == pytest.approx(0.2)
    assert SCHEDULES["cosine"].rate(0.2, 500, parameters) == pytest.approx(0.11)
    assert SCHEDULES["cosine"].rate(0.2, 1000, parameters) == pytest.approx(0.02)
    assert SCHEDULES["cosine"].rate(0.2, 1001, parameters) == pytest.approx(0.02)


@pytest.mark.parametrize("name", SCHEDULES)
@given(
    eta=st.floats(1e-6, 10),
    epoch=st.integers(0, 10_000),
    parameters=st.builds(
        ScheduleParameters,
        every=st.integers(1, 1000),
        factor=st.floats(0.01, 1),
        floor=st.floats(0, 1),
        epochs=st.integers(1, 5000),
    ),
)
def test_rate_starts_at_eta_and_never_rises(name, eta, epoch, parameters):
    rate = SCHEDULES[name].rate
    assert rate(eta, 0, parameters) == pytest.approx(eta)
    now, later = rate(eta, epoch, parameters), rate(eta, epoch + 1, parameters)
    assert type(now) is float
    assert 0 <= later <= now * (1 + 1e-14) <= eta * (1 + 1e-13)


OTHER = ScheduleParameters(every=7, factor=0.9, floor=0.3)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize(
    "parameter", [field.name for field in fields(ScheduleParameters) if field.name != "epochs"]
)
def test_named_parameters_are_the_ones_that_matter(name, parameter):
    changed = replace(DEFAULTS, **{parameter: getattr(OTHER, parameter)})
    rate = SCHEDULES[name].rate
    matters = rate(0.2, 300, DEFAULTS) != rate(0.2, 300, changed)
    assert matters == (parameter in SCHEDULES[name].parameters)
