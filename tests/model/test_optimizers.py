"""Every optimizer against its formula written a second time, and on functions with known minima."""

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnviz.model.optimizers import EPSILON, OPTIMIZERS, Hyperparameters

DEFAULTS = Hyperparameters()


# The formulas again: one parameter at a time, plain floats, the whole history of its gradients.


def again_sgd(theta, gradients, eta, h, decays):
    for g in gradients:
        theta -= eta * g
    return theta


def again_momentum(theta, gradients, eta, h, decays):
    for t in range(len(gradients)):
        theta -= eta * sum(h.momentum ** (t - i) * gradients[i] for i in range(t + 1))
    return theta


def again_nesterov(theta, gradients, eta, h, decays):
    for t, g in enumerate(gradients):
        v = sum(h.momentum ** (t - i) * gradients[i] for i in range(t + 1))
        theta -= eta * (g + h.momentum * v)
    return theta


def again_adagrad(theta, gradients, eta, h, decays):
    for t, g in enumerate(gradients):
        theta -= eta * g / (math.sqrt(sum(x**2 for x in gradients[: t + 1])) + 1e-8)
    return theta


def again_rmsprop(theta, gradients, eta, h, decays):
    for t, g in enumerate(gradients):
        mean = (1 - h.decay) * sum(h.decay ** (t - i) * gradients[i] ** 2 for i in range(t + 1))
        theta -= eta * g / (math.sqrt(mean) + 1e-8)
    return theta


def again_adam(theta, gradients, eta, h, decays):
    for t in range(1, len(gradients) + 1):
        past = gradients[:t]
        m = sum((1 - h.beta_1) * h.beta_1 ** (t - i) * g for i, g in enumerate(past, 1))
        v = sum((1 - h.beta_2) * h.beta_2 ** (t - i) * g * g for i, g in enumerate(past, 1))
        theta -= eta * (m / (1 - h.beta_1**t)) / (math.sqrt(v / (1 - h.beta_2**t)) + 1e-8)
    return theta


def again_adamw(theta, gradients, eta, h, decays):
    for t in range(1, len(gradients) + 1):
        if decays:
            theta *= 1 - eta * h.weight_decay
        theta += again_adam(0.0, gradients[:t], eta, h, False)
        theta -= again_adam(0.0, gradients[: t - 1], eta, h, False)
    return theta


AGAIN = {
    "sgd": again_sgd,
    "momentum": again_momentum,
    "nesterov": again_nesterov,
    "adagrad": again_adagrad,
    "rmsprop": again_rmsprop,
    "adam": again_adam,
    "adamw": again_adamw,
}


def run(name, theta, gradient_of, eta, updates, hyper=DEFAULTS, is_weight=None):
    """Yield theta after each update; gradient_of(theta, t)."""
    optimizer = OPTIMIZERS[name]
    slots = optimizer.initial_slots(len(theta))
    is_weight = np.ones(len(theta)) if is_weight is None else is_weight
    for t in range(1, updates + 1):
        theta, slots = optimizer.step(theta, gradient_of(theta, t), slots, t, eta, hyper, is_weight)
        yield theta


def last(thetas):
    for theta in thetas:
        final = theta
    return final


def test_registry_is_complete_and_in_order():
    assert list(OPTIMIZERS) == [
        "sgd",
        "momentum",
        "nesterov",
        "adagrad",
        "rmsprop",
        "adam",
        "adamw",
    ]
    assert set(AGAIN) == set(OPTIMIZERS)


def test_defaults_are_the_documented_ones():
    assert Hyperparameters(0.9, 0.9, 0.9, 0.999, 0.01) == DEFAULTS
    assert EPSILON == 1e-8


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_entry_explains_itself(name):
    optimizer = OPTIMIZERS[name]
    assert optimizer.label
    assert "θ ← " in optimizer.formula
    assert optimizer.tooltip.endswith(".")
    assert ". " not in optimizer.tooltip
    assert "Source: " in optimizer.step.__doc__


@pytest.mark.parametrize("name", OPTIMIZERS)
@given(
    gradients=arrays(float, (6, 3), elements=st.floats(-10, 10)),
    theta=arrays(float, 3, elements=st.floats(-10, 10)),
    eta=st.floats(1e-4, 1),
    hyper=st.builds(
        Hyperparameters,
        momentum=st.floats(0, 0.99),
        decay=st.floats(0, 0.999),
        beta_1=st.floats(0, 0.99),
        beta_2=st.floats(0, 0.9999),
        weight_decay=st.floats(0, 0.5),
    ),
)
def test_update_is_the_formula(name, gradients, theta, eta, hyper):
    gradients = np.where(np.abs(gradients) < 1e-6, 0.0, gradients)  # not below ε: ill-conditioned
    is_weight = np.array([1.0, 0.0, 1.0])
    got = last(
        run(name, theta, lambda _, t: gradients[t - 1], eta, len(gradients), hyper, is_weight)
    )
    for k in range(3):
        expected = AGAIN[name](
            float(theta[k]), gradients[:, k].tolist(), eta, hyper, bool(is_weight[k])
        )
        assert got[k] == pytest.approx(expected, rel=1e-9, abs=1e-9)


# θ after two updates with g = 1 then −2, from θ = 1, η = 0.1, by hand.
@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("sgd", 0.9, 1.1),
        ("momentum", 0.9, 1.01),  # v = 1, then 0.9 − 2 = −1.1
        ("nesterov", 0.81, 1.109),  # 1 + 0.9, then −2 − 0.99
        ("adagrad", 0.9, 0.9 + 0.2 / math.sqrt(5)),
        ("rmsprop", 1 - 0.1 / math.sqrt(0.1), 1 - 0.1 / math.sqrt(0.1) + 0.2 / math.sqrt(0.49)),
        ("adam", 0.9, 0.9 + 0.1 * (0.11 / 0.19) / math.sqrt(0.004999 / 0.001999)),
        ("adamw", 0.899, 0.899 * 0.999 + 0.1 * (0.11 / 0.19) / math.sqrt(0.004999 / 0.001999)),
    ],
)
def test_two_updates_by_hand(name, first, second):
    gradients = [np.array([1.0]), np.array([-2.0])]
    thetas = list(run(name, np.array([1.0]), lambda _, t: gradients[t - 1], 0.1, 2))
    assert thetas[0][0] == pytest.approx(first, abs=1e-7)  # the hand leaves ε out
    assert thetas[1][0] == pytest.approx(second, abs=1e-7)


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam", "adamw"])
def test_epsilon_is_outside_the_root(name):
    """A first gradient of size ε: outside, about ½ of the full step; inside, about 1e-4 of it."""
    hyper = Hyperparameters(decay=0.0, beta_1=0.0, beta_2=0.0, weight_decay=0.0)
    (theta,) = run(name, np.zeros(1), lambda *_: np.array([1e-8]), 1.0, 1, hyper)
    assert theta[0] == pytest.approx(-0.5, rel=1e-9, abs=0)


PARABOLA_RATES = {
    "sgd": 0.05,
    "momentum": 0.02,
    "nesterov": 0.02,
    "adagrad": 1.0,
    "rmsprop": 0.01,
    "adam": 0.05,
    "adamw": 0.05,
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_finds_the_bottom_of_a_parabola(name):
    curvature, bottom = np.array([1.0, 4.0, 0.5]), np.array([2.0, -1.0, 0.5])
    hyper = Hyperparameters(weight_decay=0.0)
    theta = last(
        run(
            name,
            np.zeros(3),
            lambda theta, _: curvature * (theta - bottom),
            PARABOLA_RATES[name],
            2000,
            hyper,
        )
    )
    # RMSProp ends in a cycle about as wide as its learning rate.
    np.testing.assert_allclose(theta, bottom, atol=0.01 if name == "rmsprop" else 1e-6)


ROSENBROCK_RATES = {
    "sgd": 0.001,
    "momentum": 0.0002,
    "nesterov": 0.0002,
    "adagrad": 0.3,
    "rmsprop": 0.001,
    "adam": 0.01,
    "adamw": 0.01,
}


def rosenbrock(theta):
    x, y = theta
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def rosenbrock_gradient(theta, _):
    x, y = theta
    return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_goes_down_the_valley_of_rosenbrock(name):
    start = np.array([-1.2, 1.0])
    hyper = Hyperparameters(weight_decay=0.0)
    thetas = list(run(name, start, rosenbrock_gradient, ROSENBROCK_RATES[name], 10_000, hyper))
    values = [rosenbrock(start)] + [rosenbrock(thetas[i]) for i in (999, 9999)]
    assert values[0] > values[1] > values[2]
    assert values[2] < 0.01
    np.testing.assert_allclose(thetas[-1], [1, 1], atol=0.1)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("updates", [1, 50])
def test_zero_gradient_changes_nothing_but_the_decay_of_weights(name, updates):
    start = np.array([1.5, -2.5, 0.0])
    theta = last(
        run(
            name,
            start,
            lambda theta, _: np.zeros_like(theta),
            0.1,
            updates,
            is_weight=np.array([1.0, 0.0, 1.0]),
        )
    )
    if name == "adamw":
        assert theta[0] == pytest.approx(1.5 * (1 - 0.1 * 0.01) ** updates, rel=1e-13)
        np.testing.assert_array_equal(theta[1:], start[1:])
    else:
        np.testing.assert_array_equal(theta, start)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_inputs_are_never_written_and_outputs_are_new(name):
    optimizer = OPTIMIZERS[name]
    rng = np.random.default_rng(0)
    theta, grad, is_weight = rng.normal(size=(3, 5))
    slots = tuple(np.abs(rng.normal(size=5)) for _ in optimizer.slots)
    given_arrays = (theta, grad, is_weight, *slots)
    for array in given_arrays:
        array.flags.writeable = False
    before = [array.copy() for array in given_arrays]

    new_theta, new_slots = optimizer.step(theta, grad, slots, 3, 0.1, DEFAULTS, is_weight)

    for array, copy in zip(given_arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)
    assert len(new_slots) == len(slots)
    for new in (new_theta, *new_slots):
        assert new.shape == (5,)
        assert new.dtype == np.float64
        assert not any(np.shares_memory(new, array) for array in given_arrays)
    assert not np.array_equal(new_theta, theta)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_same_state_same_update(name):
    def parabola(theta, _):
        return theta

    start = np.array([0.3, -0.7])
    first, second = (list(run(name, start, parabola, 0.1, 5)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_initial_slots_are_zeros_of_their_own(name):
    optimizer = OPTIMIZERS[name]
    slots = optimizer.initial_slots(4)
    assert len(slots) == len(optimizer.slots) == len(set(optimizer.slots))
    for slot in slots:
        np.testing.assert_array_equal(slot, np.zeros(4))
    if len(slots) == 2:
        assert not np.shares_memory(*slots)


OTHER = Hyperparameters(momentum=0.5, decay=0.5, beta_1=0.5, beta_2=0.5, weight_decay=0.5)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("parameter", [field.name for field in fields(Hyperparameters)])
def test_named_parameters_are_the_ones_that_matter(name, parameter):
    changed = Hyperparameters(**{parameter: getattr(OTHER, parameter)})
    gradients = [np.array([1.0]), np.array([3.0])]
    results = [
        last(run(name, np.array([1.0]), lambda _, t: gradients[t - 1], 0.1, 2, hyper))[0]
        for hyper in (DEFAULTS, changed)
    ]
    assert (results[0] != results[1]) == (parameter in OPTIMIZERS[name].parameters)


@settings(max_examples=50)
@given(gradient=st.floats(1e-3, 1e6), eta=st.floats(1e-4, 1))
def test_first_step_of_adam_is_the_learning_rate_long(gradient, eta):
    (theta,) = run("adam", np.zeros(1), lambda *_: np.array([-gradient]), eta, 1)
    assert theta[0] == pytest.approx(eta, rel=1e-4)
