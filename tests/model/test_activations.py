"""Every activation against finite differences, its kinks, its limits and the extremes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnviz.model.activations import ACTIVATIONS, _normal_cdf

ELEMENTWISE = [name for name in ACTIVATIONS if name != "softmax"]
KINKED = {"step", "relu", "leaky_relu", "elu"}
EXTREMES = np.array([-np.inf, -1e308, -700.0, -1e-308, -0.0, 0.0, 1e-308, 700.0, 1e308, np.inf])
TINY = 5e-324


def apply(name, z):
    """Value and derivative at z, a list or an array."""
    z = np.asarray(z, dtype=float)
    a = ACTIVATIONS[name].value(z)
    return a, ACTIVATIONS[name].derivative(z, a)


def sigmoid_of(z):
    return 1 / (1 + math.exp(-z))


SCALAR = {
    "step": lambda z: 1.0 if z >= 0 else 0.0,
    "sigmoid": sigmoid_of,
    "tanh": lambda z: (math.exp(z) - math.exp(-z)) / (math.exp(z) + math.exp(-z)),
    "relu": lambda z: max(0.0, z),
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "elu": lambda z: z if z > 0 else math.exp(z) - 1,
    "gelu": lambda z: 0.5 * z * (1 + math.erf(z / math.sqrt(2))),
    "silu": lambda z: z * sigmoid_of(z),
    "softplus": lambda z: math.log(1 + math.exp(z)),
    "linear": lambda z: z,
}


def test_registry_is_complete_and_in_order():
    assert list(ACTIVATIONS) == [
        "step",
        "sigmoid",
        "tanh",
        "relu",
        "leaky_relu",
        "elu",
        "gelu",
        "silu",
        "softplus",
        "linear",
        "softmax",
    ]
    assert set(SCALAR) == set(ELEMENTWISE)
    assert [name for name, g in ACTIVATIONS.items() if not g.hidden] == ["softmax"]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_entry_explains_itself(name):
    activation = ACTIVATIONS[name]
    assert activation.label
    assert "=" in activation.formula
    assert "=" in activation.derivative_formula
    assert activation.tooltip.endswith(".")
    assert ". " not in activation.tooltip


@pytest.mark.parametrize("name", ELEMENTWISE)
@given(z=st.floats(-30, 30))
def test_value_is_the_formula(name, z):
    a, _ = apply(name, [z])
    assert a[0] == pytest.approx(SCALAR[name](z), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("name", ELEMENTWISE)
@given(z=arrays(float, 8, elements=st.floats(-12, 12)))
def test_derivative_is_the_slope(name, z):
    h = 1e-5
    if name in KINKED:
        z = np.where(np.abs(z) < 2 * h, 0.5, z)
    value = ACTIVATIONS[name].value
    slope = (value(z + h) - value(z - h)) / (2 * h)
    _, derivative = apply(name, z)
    # The difference quotient itself is good to 1e-10 only: 1e-16 / h from rounding, h² from theory.
    np.testing.assert_allclose(derivative, slope, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "value", "derivative"),
    [
        ("step", 1.0, 0.0),
        ("sigmoid", 0.5, 0.25),
        ("tanh", 0.0, 1.0),
        ("relu", 0.0, 0.0),
        ("leaky_relu", 0.0, 0.01),
        ("elu", 0.0, 1.0),
        ("gelu", 0.0, 0.5),
        ("silu", 0.0, 0.5),
        ("softplus", math.log(2), 0.5),
        ("linear", 0.0, 1.0),
    ],
)
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_at_zero_the_derivative_is_the_left_one(name, value, derivative, zero):
    a, slope = apply(name, [zero])
    assert a[0] == pytest.approx(value, rel=1e-15, abs=0)
    assert slope[0] == pytest.approx(derivative, rel=1e-15, abs=0)


def test_on_both_sides_of_the_kink():
    assert apply("step", [-TINY, TINY])[0].tolist() == [0, 1]
    assert apply("relu", [-TINY, TINY])[1].tolist() == [0, 1]
    assert apply("leaky_relu", [-TINY, TINY])[1].tolist() == [0.01, 1]
    assert apply("elu", [-TINY, TINY])[1].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("name", "values", "derivatives"),
    [
        ("step", (0, 1), (0, 0)),
        ("sigmoid", (0, 1), (0, 0)),
        ("tanh", (-1, 1), (0, 0)),
        ("relu", (0, np.inf), (0, 1)),
        ("leaky_relu", (-np.inf, np.inf), (0.01, 1)),
        ("elu", (-1, np.inf), (0, 1)),
        ("gelu", (0, np.inf), (0, 1)),
        ("silu", (0, np.inf), (0, 1)),
        ("softplus", (0, np.inf), (0, 1)),
        ("linear", (-np.inf, np.inf), (1, 1)),
    ],
)
def test_limits_at_infinity(name, values, derivatives):
    a, slope = apply(name, [-np.inf, np.inf])
    np.testing.assert_array_equal(a, values)
    np.testing.assert_array_equal(slope, derivatives)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_extremes_give_numbers_and_no_warning(name):
    with np.errstate(all="raise", under="ignore"):
        a, slope = apply(name, EXTREMES)
    assert not np.isnan(a).any()
    assert np.isfinite(slope).all()
    assert np.isfinite(a[1:-1]).all()
    low, high = ACTIVATIONS[name].output_range
    assert (a >= low).all()
    assert (a <= high).all()


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_nan_gives_nan_in_its_place_only(name):
    with np.errstate(all="raise"):
        a, slope = apply(name, [1.0, np.nan, -1.0])
    assert np.isnan(a).tolist() == [False, True, False]
    if name not in ("step", "linear"):  # their derivatives are constants
        assert np.isnan(slope).tolist() == [False, True, False]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_output_range_is_tight(name):
    a, _ = apply(name, np.linspace(-60, 60, 1_200_001))
    low, high = ACTIVATIONS[name].output_range
    if math.isinf(low):
        assert a.min() < -0.1
    else:
        assert a.min() == pytest.approx(low, abs=1e-9)
        assert a.min() >= low
    if math.isinf(high):
        assert a.max() > 59
    else:
        assert a.max() == pytest.approx(high, abs=1e-9)
        assert a.max() <= high


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(3, 5), (1, 1), (0, 4)])
def test_shape_kept_and_input_unharmed(name, shape):
    z = np.random.default_rng(0).normal(size=shape)
    before = z.copy()
    activation = ACTIVATIONS[name]
    a = activation.value(z)
    a_before = a.copy()
    grad_z = activation.pullback(z, a, np.ones(shape))
    for array in (a, activation.derivative(z, a), grad_z):
        assert array.shape == shape
        assert array.dtype == np.float64
        assert not np.shares_memory(array, z)
    np.testing.assert_array_equal(z, before)
    np.testing.assert_array_equal(a, a_before)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_pullback_is_the_chain_rule(name):
    z = np.array([[-1.5, 0.5], [2.0, -0.25]])
    grad_a = np.array([[2.0, -3.0], [0.5, 7.0]])
    a, slope = apply(name, z)
    np.testing.assert_array_equal(ACTIVATIONS[name].pullback(z, a, grad_a), grad_a * slope)


def test_normal_cdf_against_the_c_library():
    z = np.concatenate([np.linspace(-9, 9, 60_001), [-1e-9, 1e-300, 0.0]])
    exact = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in z])
    np.testing.assert_allclose(_normal_cdf(z), exact, rtol=0, atol=4e-16)
    tail = np.linspace(-37, 0, 20_001)
    exact = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in tail])
    np.testing.assert_allclose(_normal_cdf(tail), exact, rtol=3e-13)


def test_sigmoid_keeps_its_precision_in_the_tail():
    a, _ = apply("sigmoid", [-700.0, -40.0])
    np.testing.assert_allclose(a, [math.exp(-700), math.exp(-40)], rtol=1e-15)


def test_softplus_and_elu_keep_their_precision_near_their_limits():
    assert apply("softplus", [-40.0])[0][0] == pytest.approx(math.exp(-40), rel=1e-12, abs=0)
    assert apply("elu", [-1e-12])[0][0] == pytest.approx(-1e-12, rel=1e-9, abs=0)


rows = arrays(float, (3, 4), elements=st.floats(-30, 30))


@given(z=rows)
def test_softmax_is_a_distribution_and_ignores_a_common_shift(z):
    softmax = ACTIVATIONS["softmax"].value
    a = softmax(z)
    np.testing.assert_allclose(a.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(softmax(z + 7.0), a, rtol=1e-12)
    for row, probabilities in zip(z, a, strict=True):
        e = [math.exp(value) for value in row]
        np.testing.assert_allclose(probabilities, [value / sum(e) for value in e], rtol=1e-12)


@given(z=arrays(float, (3, 4), elements=st.floats(-5, 5)), grad=rows)
def test_softmax_pullback_is_the_slope(z, grad):
    softmax = ACTIVATIONS["softmax"]
    h = 1e-5
    slope = np.empty_like(z)
    for k in range(z.shape[1]):
        dz = np.zeros_like(z)
        dz[:, k] = h
        change = (softmax.value(z + dz) - softmax.value(z - dz)) / (2 * h)
        slope[:, k] = (grad * change).sum(axis=1)
    pulled = softmax.pullback(z, softmax.value(z), grad)
    np.testing.assert_allclose(pulled, slope, rtol=1e-6, atol=1e-8)


def test_softmax_displays_the_diagonal_of_its_jacobian():
    a, diagonal = apply("softmax", [[0.0, math.log(3)]])
    np.testing.assert_allclose(a, [[0.25, 0.75]], rtol=1e-15)
    np.testing.assert_allclose(diagonal, [[0.1875, 0.1875]], rtol=1e-15)


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        ([700.0, -700.0], [1, 0]),
        ([1e308, -1e308], [1, 0]),
        ([-1e308, -1e308], [0.5, 0.5]),
        ([np.inf, 0.0], [1, 0]),
        ([-np.inf, 0.0], [0, 1]),
        ([np.inf, np.inf], [0.5, 0.5]),
        ([np.nan, 0.0], [np.nan, np.nan]),
    ],
)
def test_softmax_at_the_extremes(z, expected):
    with np.errstate(all="raise", under="ignore"):
        a, _ = apply("softmax", [z])
    np.testing.assert_allclose(a, [expected], rtol=1e-15)
