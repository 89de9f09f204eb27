"""Every loss × output activation against finite differences; coding, decisions, pairings."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import (
    LOSSES,
    decide,
    encode_targets,
    losses_for,
    n_outputs,
    pairing_hint,
    pairing_problem,
)

PAIRINGS = [
    (loss, activation)
    for loss in LOSSES
    for activation in ACTIVATIONS
    if not LOSSES[loss].outputs or activation in LOSSES[loss].outputs
]
H = 1e-5


def evaluate(loss, activation, z, t):
    z, t = np.asarray(z, dtype=float), np.asarray(t, dtype=float)
    g = ACTIVATIONS[activation]
    y = g.value(z)
    return LOSSES[loss].value(z, y, t), LOSSES[loss].gradient(z, y, t, g)


def slope(loss, activation, z, t):
    """Central differences of the loss in each logit."""
    result = np.empty_like(z)
    for k in range(z.shape[1]):
        dz = np.zeros_like(z)
        dz[:, k] = H
        above, _ = evaluate(loss, activation, z + dz, t)
        below, _ = evaluate(loss, activation, z - dz, t)
        result[:, k] = (above - below) / (2 * H)
    return result


def away_from_kinks(z, t, loss):
    """Move logits that a difference quotient would carry across a kink of loss or activation."""
    z = np.where(np.abs(z) < 2 * H, 0.25, z)
    if loss == "hinge":
        z = np.where(np.abs(1 - t * z) < 2 * H, 0.5, z)
    return z


def test_registry_is_complete_and_in_order():
    assert list(LOSSES) == [
        "squared_error",
        "binary_cross_entropy",
        "cross_entropy",
        "hinge",
        "perceptron",
    ]
    assert {name: loss.outputs for name, loss in LOSSES.items()} == {
        "squared_error": (),
        "binary_cross_entropy": ("sigmoid",),
        "cross_entropy": ("softmax",),
        "hinge": ("linear",),
        "perceptron": ("step",),
    }
    assert len(PAIRINGS) == 15


@pytest.mark.parametrize("name", LOSSES)
def test_entry_explains_itself(name):
    loss = LOSSES[name]
    assert loss.label
    assert loss.formula.startswith("L = ")
    assert loss.tooltip.endswith(".")
    assert ". " not in loss.tooltip


@pytest.mark.parametrize(("loss", "activation"), PAIRINGS)
@given(data=st.data())
def test_gradient_is_the_slope(loss, activation, data):
    outputs = 1 if loss == "hinge" else 3
    z = data.draw(arrays(float, (4, outputs), elements=st.floats(-8, 8)))
    if loss == "hinge":
        t = data.draw(arrays(float, (4, 1), elements=st.sampled_from([-1.0, 1.0])))
    else:
        t = np.eye(3)[data.draw(arrays(int, 4, elements=st.integers(0, 2)))]
    z = away_from_kinks(z, t, loss)
    _, gradient = evaluate(loss, activation, z, t)
    np.testing.assert_allclose(gradient, slope(loss, activation, z, t), rtol=1e-6, atol=2e-9)


@given(
    z=arrays(float, (3, 1), elements=st.floats(-8, 8)),
    t=arrays(float, (3, 1), elements=st.floats(-5, 5)),
)
def test_squared_error_gradient_with_targets_of_any_size(z, t):
    for activation in ("linear", "tanh", "sigmoid", "softplus"):
        _, gradient = evaluate("squared_error", activation, z, t)
        difference = slope("squared_error", activation, z, t)
        np.testing.assert_allclose(gradient, difference, rtol=1e-6, atol=2e-8)


@given(
    z=arrays(float, (3, 2), elements=st.floats(-8, 8)),
    t=arrays(float, (3, 2), elements=st.floats(0, 1)),
)
def test_binary_cross_entropy_takes_any_probability_as_target(z, t):
    value, gradient = evaluate("binary_cross_entropy", "sigmoid", z, t)
    difference = slope("binary_cross_entropy", "sigmoid", z, t)
    np.testing.assert_allclose(gradient, difference, rtol=1e-6, atol=2e-9)
    y = 1 / (1 + np.exp(-z))
    np.testing.assert_allclose(
        value, -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum(axis=1), rtol=1e-10, atol=1e-12
    )


def test_values_by_hand():
    two = [[math.log(3)]]  # sigmoid: 3/4
    for loss, activation, z, t, value, gradient in [
        ("squared_error", "linear", [[3.0, -1.0]], [[1.0, 1.0]], 4.0, [2.0, -2.0]),
        ("squared_error", "sigmoid", two, [[1.0]], 1 / 32, [-0.25 * 0.1875]),
        ("squared_error", "step", [[2.0]], [[0.0]], 0.5, [0.0]),
        ("binary_cross_entropy", "sigmoid", two, [[1.0]], math.log(4 / 3), [-0.25]),
        ("binary_cross_entropy", "sigmoid", two, [[0.0]], math.log(4), [0.75]),
        ("cross_entropy", "softmax", [[0.0, math.log(3)]], [[1, 0]], math.log(4), [-0.75, 0.75]),
        ("hinge", "linear", [[-2.0]], [[1.0]], 3.0, [-1.0]),
        ("hinge", "linear", [[-2.0]], [[-1.0]], 0.0, [0.0]),
        ("hinge", "linear", [[0.5]], [[-1.0]], 1.5, [1.0]),
        ("perceptron", "step", [[2.0]], [[0.0]], 2.0, [1.0]),
        ("perceptron", "step", [[-2.0]], [[1.0]], 2.0, [-1.0]),
        ("perceptron", "step", [[2.0]], [[1.0]], 0.0, [0.0]),
        ("perceptron", "step", [[0.0]], [[0.0]], 0.0, [1.0]),
    ]:
        got_value, got_gradient = evaluate(loss, activation, z, t)
        np.testing.assert_allclose(got_value, [value], rtol=1e-14, err_msg=loss)
        np.testing.assert_allclose(got_gradient, [gradient], rtol=1e-14, err_msg=loss)


@pytest.mark.parametrize("t", [-1.0, 1.0])
def test_hinge_at_the_margin_has_no_gradient(t):
    value, gradient = evaluate("hinge", "linear", [[t]], [[t]])
    assert value.tolist() == [0]
    assert gradient.tolist() == [[0]]
    _, gradient = evaluate("hinge", "linear", [[np.nextafter(t, 0)]], [[t]])
    assert gradient.tolist() == [[-t]]


@pytest.mark.parametrize(("loss", "activation"), PAIRINGS)
def test_one_value_a_point_and_inputs_unharmed(loss, activation):
    g = ACTIVATIONS[activation]
    z = np.random.default_rng(0).normal(size=(5, 3))
    arguments = (z, g.value(z), np.eye(3)[[0, 1, 2, 1, 0]])
    before = [array.copy() for array in arguments]
    assert LOSSES[loss].value(*arguments).shape == (5,)
    assert LOSSES[loss].gradient(*arguments, g).shape == (5, 3)
    for array, copy in zip(arguments, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("size", [700.0, 1e9, 1e308])
def test_cross_entropies_never_overflow(size):
    with np.errstate(all="raise", under="ignore"):
        value, gradient = evaluate("binary_cross_entropy", "sigmoid", [[size], [-size]], [[1], [0]])
        assert value.tolist() == [math.exp(-size)] * 2
        assert gradient.tolist() == [[0], [math.exp(-size)]]
        value, gradient = evaluate("binary_cross_entropy", "sigmoid", [[size], [-size]], [[0], [1]])
        np.testing.assert_array_equal(value, [size, size])
        assert gradient.tolist() == [[1], [math.exp(-size) - 1]]
        value, gradient = evaluate("cross_entropy", "softmax", [[size, 0.0]] * 2, np.eye(2))
        np.testing.assert_array_equal(value, [0, size])
        np.testing.assert_allclose(gradient, [[0, 0], [1, -1]], atol=1e-300)


def test_logits_further_apart_than_the_largest_double():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, gradient = evaluate("cross_entropy", "softmax", [[1e308, -1e308]] * 2, np.eye(2))
    assert value.tolist() == [0, np.inf]
    assert gradient.tolist() == [[0, 0], [1, -1]]


def test_cross_entropies_keep_small_losses():
    value, _ = evaluate("binary_cross_entropy", "sigmoid", [[40.0]], [[1.0]])
    assert value[0] == pytest.approx(math.exp(-40), rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("softmax", [[1, 0], [0, 1], [0, 1]]),
        ("tanh", [[-1], [1], [1]]),
        ("linear", [[-1], [1], [1]]),
        *[
            (name, [[0], [1], [1]])
            for name in ACTIVATIONS
            if name not in ("softmax", "tanh", "linear")
        ],
    ],
)
def test_two_classes_are_coded_as_the_output_asks(activation, expected):
    targets = encode_targets(np.array([0, 1, 1]), "classification", 2, activation)
    assert targets.dtype == np.float64
    assert targets.tolist() == expected
    assert n_outputs("classification", 2, activation) == targets.shape[1]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_more_classes_are_one_hot(activation):
    targets = encode_targets(np.array([2, 0, 1, 2]), "classification", 3, activation)
    assert targets.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert n_outputs("classification", 3, activation) == 3


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "softmax"])
def test_a_regression_has_one_target(activation):
    targets = encode_targets(np.array([2, -7]), "regression", 0, activation)
    assert targets.dtype == np.float64
    assert targets.tolist() == [[2], [-7]]
    assert n_outputs("regression", 0, activation) == 1


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_one_output_decides_at_the_threshold(activation):
    threshold = 0.0 if activation in ("tanh", "linear") else 0.5
    outputs = np.array([[np.nextafter(threshold, -1)], [threshold], [np.nextafter(threshold, 1)]])
    classes = decide(outputs, activation)
    assert classes.tolist() == [0, 1, 1]
    assert classes.dtype.kind == "i"


def test_several_outputs_decide_by_the_largest():
    outputs = np.array([[0.1, 0.7, 0.2], [-3.0, -5.0, -1.0], [1.0, 0.0, 1.0]])
    assert decide(outputs, "linear").tolist() == [1, 2, 0]
    assert decide(outputs, "softmax").dtype.kind == "i"


@pytest.mark.parametrize("n_classes", [2, 3, 7])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_perfect_output_is_decided_as_its_class(activation, n_classes):
    y = np.arange(50) % n_classes
    targets = encode_targets(y, "classification", n_classes, activation)
    assert decide(targets, activation).tolist() == y.tolist()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_pairing_of_classes(loss, activation, n_classes):
    problem = pairing_problem(loss, activation, "classification", n_classes)
    possible = (loss, activation) in PAIRINGS and (loss != "hinge" or n_classes == 2)
    assert (problem is None) == possible


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_pairing_of_a_regression(loss, activation):
    problem = pairing_problem(loss, activation, "regression", 0)
    assert (problem is None) == (loss == "squared_error" and activation != "softmax")


@pytest.mark.parametrize(
    ("arguments", "clause"),
    [
        (
            ("binary_cross_entropy", "tanh", "classification", 2),
            "binary_cross_entropy needs the output activation sigmoid, not tanh",
        ),
        (("hinge", "linear", "classification", 3), "hinge needs two classes, not 3"),
        (
            ("hinge", "tanh", "classification", 3),
            "hinge needs the output activation linear, not tanh",
        ),
        (
            ("hinge", "linear", "regression", 0),
            "hinge needs classes; a regression allows only squared_error",
        ),
        (
            ("squared_error", "softmax", "regression", 0),
            "a regression needs an output activation other than softmax",
        ),
        (
            ("squared_error", "linear", "classification", 1),
            "a classification needs two classes or more, not 1",
        ),
    ],
)
def test_a_pairing_problem_says_what_is_given_and_what_is_allowed(arguments, clause):
    assert pairing_problem(*arguments) == clause


EVERY_FACT = [("classification", n) for n in (1, 2, 3)] + [("regression", 0)]


@pytest.mark.parametrize(("task", "n_classes"), EVERY_FACT)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_hint_is_given_exactly_where_there_is_a_problem(activation, task, n_classes):
    fitting = losses_for(activation, task, n_classes)
    for loss in LOSSES:
        problem = pairing_problem(loss, activation, task, n_classes)
        hint = pairing_hint(loss, activation, task, n_classes)
        assert (problem is None) == (hint is None) == (loss in fitting)
        if hint is not None:
            assert hint.startswith("needs ")
            assert len(hint) <= 32


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("binary_cross_entropy", "tanh", "classification", 2), "needs sigmoid outputs"),
        (("cross_entropy", "sigmoid", "classification", 3), "needs softmax outputs"),
        (("hinge", "step", "classification", 2), "needs linear outputs"),
        (("hinge", "linear", "classification", 3), "needs two classes"),
        (("squared_error", "tanh", "classification", 1), "needs two classes"),
        (("perceptron", "step", "regression", 0), "needs classes"),
        (("squared_error", "softmax", "regression", 0), "needs other outputs than softmax"),
    ],
)
def test_a_hint_says_what_is_missing(arguments, hint):
    assert pairing_hint(*arguments) == hint


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        (("sigmoid", "classification", 2), "binary_cross_entropy"),
        (("softmax", "classification", 3), "cross_entropy"),
        (("linear", "classification", 2), "hinge"),
        (("linear", "classification", 3), "squared_error"),
        (("step", "classification", 2), "perceptron"),
        (("tanh", "classification", 2), "squared_error"),
        (("linear", "regression", 0), "squared_error"),
    ],
)
def test_the_loss_that_is_made_for_an_output_comes_first(arguments, first):
    assert losses_for(*arguments)[0] == first
