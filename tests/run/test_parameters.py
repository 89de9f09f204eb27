"""Parameters and masks are values: equal by content, exact in JSON, hostile ones refused."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnviz.run.parameters import Mask, Parameters

FINITE = st.floats(allow_nan=False, allow_infinity=False)
W, B = [[[1.0, 2.0]], [[3.0], [4.0]]], [[0.5], [6.0, 7.0]]


def test_arrays_are_read_only_copies():
    w, b = np.ones((1, 2)), np.zeros(1)
    given = Parameters([w], [b])
    w[:], b[:] = 9, 9
    assert given.weights[0].tolist() == [[1, 1]]
    assert given.biases[0].tolist() == [0]
    for array in (*given.weights, *given.biases):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_equal_by_content():
    assert Parameters(W, B) == Parameters(tuple(map(np.array, W)), tuple(map(np.array, B)))
    assert hash(Parameters(W, B)) == hash(Parameters(W, B))
    assert repr(Parameters(W, B)) == repr(Parameters(W, B))


@pytest.mark.parametrize(
    ("weights", "biases"),
    [
        ([[[1.0, 2.5]], [[3.0], [4.0]]], B),
        (W, [[0.5], [6.0, 7.5]]),
        ([[[1.0], [2.0]], [[3.0], [4.0]]], B),
        (W[:1], B[:1]),
        ([[[-1.0, 2.0]], [[3.0], [4.0]]], B),
    ],
)
def test_different_content(weights, biases):
    assert Parameters(weights, biases) != Parameters(W, B)
    assert Parameters(weights, biases).digest != Parameters(W, B).digest


def test_mask_is_no_parameters():
    ones = [[[1, 1]]], [[1]]
    assert Mask(*ones) != Parameters(*ones)
    assert Mask(*ones).weights[0].dtype == np.bool_
    assert Mask(*ones).to_dict() == {"weights": [[[True, True]]], "biases": [[True]]}
    with pytest.raises(ValueError, match="needed"):
        Parameters.of(Mask(*ones))
    with pytest.raises(ValueError, match="needed"):
        Mask.of(Parameters(*ones))


@given(
    weights=st.lists(arrays(float, (2, 3), elements=FINITE), min_size=1, max_size=3),
    biases=st.lists(arrays(float, 2, elements=FINITE), min_size=1, max_size=3),
)
def test_json_keeps_every_digit(weights, biases):
    given = Parameters(weights, biases)
    again = Parameters.of(json.loads(json.dumps(given.to_dict(), allow_nan=False)))
    assert again == given
    assert again.digest == given.digest


@pytest.mark.parametrize(
    "value", [(W, B), [W, B], {"weights": W, "biases": B}, Parameters(W, B)], ids=repr
)
def test_accepted_forms(value):
    assert Parameters.of(value) == Parameters(W, B)


@pytest.mark.parametrize("form", ["of", "mask"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "text",
        [],
        [W],
        [W, B, B],
        {"weights": W},
        {"weights": W, "biases": B, "extra": 1},
        {"weights": [], "biases": []},
        {"weights": None, "biases": None},
        {"weights": "ab", "biases": "ab"},
        {"weights": [[1.0, 2.0]], "biases": [[0.5]]},
        {"weights": [[[[1.0]]]], "biases": [[0.5]]},
        {"weights": [[[1.0], [2.0, 3.0]]], "biases": [[0.5]]},
        {"weights": [[["1", "0"]]], "biases": [[0]]},
        {"weights": [[["false", "true"]]], "biases": [[True]]},
        {"weights": [[[None, 1]]], "biases": [[1]]},
        {"weights": [[[1j, 1]]], "biases": [[1]]},
        {"weights": [[[float("nan"), 1]]], "biases": [[1]]},
        {"weights": [[[1, 1]]], "biases": [[float("inf")]]},
        {"weights": [[[10**400, 1]]], "biases": [[1]]},
        {"weights": [[[{}, 1]]], "biases": [[1]]},
    ],
    ids=lambda value: str(value)[:40],
)
def test_hostile_forms_are_refused(form, value):
    with pytest.raises(ValueError, match=r"\w") as raised:
        (Parameters if form == "of" else Mask).of(value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("value", [0.5, 2, -1])
def test_a_mask_holds_truth_values_only(value):
    with pytest.raises(ValueError, match="true or false"):
        Mask([[[value, 1]]], [[1]])
