"""How numbers and formulas are written, as text and as LaTeX."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.insight import equation_text
from nnviz.insight.equation_text import UNKNOWN, format_number, latex_of
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import OPTIMIZERS

UP = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))


# --- numbers


@settings(max_examples=300)
@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(1, 17),
)
def test_a_number_is_read_back_within_its_digits(value: float, digits: int) -> None:
    text = format_number(value, digits)
    exact = to_float(text)
    if digits == 17:
        assert exact == value
    else:
        assert float(f"{value:.{digits - 1}e}") == exact


def to_float(text: str) -> float:
    """Read with decimal rounding, which multiplying by a power of ten would not have."""
    text = text.replace("−", "-")
    found = re.fullmatch(r"(-?)(?:([\d.]+)·)?10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", text)
    if not found:
        return float(text)
    power = "".join(UP[sign] for sign in found[3])
    return float(f"{found[1]}{found[2] or 1}e{power}")


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 3, "0"), (-0.0, 3, "0"), (1.0, 17, "1"), (-0.3333, 3, "−0.333"),
        (1.2e-5, 3, "1.2·10⁻⁵"), (-1e-8, 3, "−10⁻⁸"), (0.00012, 3, "0.00012"),
        (12345.6, 3, "12300"), (123456.0, 3, "1.23·10⁵"), (99999.9, 3, "10⁵"),
        (9.996, 3, "10"), (math.inf, 3, "∞"), (-math.inf, 3, "−∞"), (math.nan, 3, "not a number"),
        (0.1, 17, "0.10000000000000001"),
    ],
)  # fmt: skip
def test_how_numbers_look(value: float, digits: int, text: str) -> None:
    assert format_number(value, digits) == text


def test_how_they_look_in_latex() -> None:
    assert latex_of("−1.2·10⁻⁵") == r"-1.2 \times 10^{-5}"
    assert latex_of("−∞ + not a number") == r"-\infty + \text{not a number}"
    assert latex_of("2·10⁻³·0.5") == r"2 \times 10^{-3} \cdot 0.5"
    assert latex_of("√(1 + e^(−0.5))") == r"\sqrt{1 + e^{-0.5}}"


@pytest.mark.parametrize(
    ("old", "new", "texts"),
    [
        (0.0, -0.05, ("0.0000", "−0.0500")), (-0.973, -0.923, ("−0.973", "−0.923")),
        (0.5, 0.45, ("0.500", "0.450")), (1.0, 1.0004, ("1.0000", "1.0004")),
        (1e-6, 1.25e-6, ("1.00·10⁻⁶", "1.25·10⁻⁶")), (0.0, 1e-7, ("0", "1.00·10⁻⁷")),
        (-1e-9, 0.5, ("−10⁻⁹", "0.5000")), (-0.767, -1.3, ("−0.767", "−1.300")),
        (12345.0, 12346.0, ("12345", "12346")), (2.0, 2.0, ("2", "2")),
        (1.93e147, -1.931e153, ("1.93·10¹⁴⁷", "−1.931·10¹⁵³")),
        (math.nan, 1.0, ("not a number", "1")), (1.0, math.inf, ("1", "∞")),
    ],
)  # fmt: skip
def test_two_numbers_beside_each_other_have_equally_many_decimals(
    old: float, new: float, texts: tuple[str, str]
) -> None:
    assert equation_text.format_pair(old, new) == texts


@settings(max_examples=200)
@given(*[st.floats(-1e300, 1e300)] * 2, st.integers(1, 17))
def test_such_pairs_are_the_numbers_and_differ_where_they_do(
    old: float, new: float, digits: int
) -> None:
    was, is_ = equation_text.format_pair(old, new, digits)
    assert (was == is_) == (old == new)
    size = max(abs(old), abs(new))
    for text, value in ((was, old), (is_, new)):
        assert to_float(text) == pytest.approx(value, abs=size * 10.0 ** (1 - digits))
    is_tiny = min(abs(old), abs(new)) < size * 10.0 ** (1 - digits)
    if "10" not in was + is_ and not is_tiny and "∞" not in was + is_ and old != new:
        assert len(was.partition(".")[2]) == len(is_.partition(".")[2])


def test_settings_are_written_whole() -> None:
    numbers = equation_text.Numbers(1)
    assert [numbers.setting(x) for x in (0.999, 0.05, 1e-8, 1000.0, 0.0)] == [
        "0.999", "0.05", "10⁻⁸", "1000", "0",
    ]  # fmt: skip
    assert numbers.setting(1 / 3) == "0.3"


# --- the registries' formulas


@pytest.mark.parametrize(
    "formula",
    [a.formula for a in ACTIVATIONS.values()]
    + [a.derivative_formula for a in ACTIVATIONS.values()]
    + [loss.formula for loss in LOSSES.values()]
    + [optimizer.formula for optimizer in OPTIMIZERS.values()],
)
def test_every_registered_formula_has_its_latex(formula: str) -> None:
    latex = latex_of(formula)
    assert UNKNOWN not in latex, f"equation_text lacks a character of {formula}"
    assert latex.isascii()
    assert latex.count("{") == latex.count("}")


def test_some_formulas_in_latex() -> None:
    assert latex_of(ACTIVATIONS["relu"].derivative_formula) == (
        r"a' = 1 \text{ if } z > 0, \text{ else } 0"
    )
    assert latex_of(LOSSES["squared_error"].formula) == (
        r"L = \tfrac{1}{2} \sum_{k} (y_{k} - t_{k})^{2}"
    )
    assert latex_of(OPTIMIZERS["rmsprop"].formula).endswith(
        r"\theta \leftarrow \theta - \eta g / (\sqrt{s} + \epsilon )"
    )
