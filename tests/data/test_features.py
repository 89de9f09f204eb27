"""Inputs made from inputs: values, names, and what cannot be made."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.data.features import FEATURES, feature_problem, make_features

X = np.array([[0.5, -2.0, 3.0], [1.0, 0.0, -0.25]])


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        ("x1", X[:, 0]),
        ("x3", X[:, 2]),
        ("x2^2", X[:, 1] ** 2),
        ("x1*x2", X[:, 0] * X[:, 1]),
        ("x2*x1", X[:, 0] * X[:, 1]),
        ("x3*x3", X[:, 2] ** 2),
        ("sin(x1)", np.sin(X[:, 0])),
        ("cos(x3)", np.cos(X[:, 2])),
    ],
)
def test_value(feature, expected):
    assert feature_problem(feature, 3) is None
    np.testing.assert_array_equal(make_features((feature,), X)[:, 0], expected)


def test_columns_in_the_order_of_the_names():
    made = make_features(("x2", "x1", "x1*x2"), X)
    np.testing.assert_array_equal(made, np.column_stack([X[:, 1], X[:, 0], X[:, 0] * X[:, 1]]))


def test_no_feature_means_all_columns():
    np.testing.assert_array_equal(make_features((), X), X)


def test_every_form_is_its_own_example():
    for example in FEATURES:
        assert feature_problem(example, 2) is None


@pytest.mark.parametrize(
    "feature",
    [
        *"x0 x4 x1*x4 x4^2 sin(x0) x 1 x-1 x1^3 x1**2 x1*x2*x3 tan(x1) sin(x1 sin(sin(x1)) X1 x1.0 "
        "x99999 x1+x2 __import__('os') x１".split(),  # the last digit is a full-width one
        *("", " x1", "x1 ", "x1\n", "x1\0", "x" + "1" * 5000),
    ],
)
def test_what_cannot_be_made(feature):
    problem = feature_problem(feature, 3)
    assert problem
    assert "\n" not in problem
    assert len(problem) < 300
    with pytest.raises(ValueError, match=r"^features: "):
        make_features((feature,), X)


@given(st.text(max_size=12))
def test_any_text_is_made_or_explained(text):
    if problem := feature_problem(text, 3):
        assert len(problem.splitlines()) == 1
    else:
        assert make_features((text,), X).shape == (2, 1)
