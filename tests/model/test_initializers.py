"""Initial weights: shape, determinism, bounds, and moments over many draws."""

import math

import numpy as np
import pytest

from nnviz.model.initializers import INITIALIZERS

N_OUT, N_IN = 300, 500
# Variance, and the largest magnitude possible.
EXPECTED = {
    "normal": (0.01, math.inf),
    "xavier": (2 / (N_IN + N_OUT), math.sqrt(6 / (N_IN + N_OUT))),
    "he": (2 / N_IN, math.inf),
    "lecun": (1 / N_IN, math.inf),
    "uniform": (1 / 12, 0.5),
    "zeros": (0.0, 0.0),
}
NORMAL = ["normal", "he", "lecun"]


def draw(name, n_out=N_OUT, n_in=N_IN, seed=0):
    return INITIALIZERS[name].draw(np.random.Generator(np.random.Philox(seed)), n_out, n_in)


def test_registry_is_complete_and_in_order():
    assert list(INITIALIZERS) == list(EXPECTED)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_entry_explains_itself(name):
    initializer = INITIALIZERS[name]
    assert initializer.label
    assert initializer.formula.startswith("w ")
    assert initializer.tooltip.endswith(".")
    assert ". " not in initializer.tooltip


@pytest.mark.parametrize("name", INITIALIZERS)
def test_mean_variance_and_bounds(name):
    variance, bound = EXPECTED[name]
    w = draw(name)
    # 150,000 draws: the mean is good to σ/387, the variance of a normal to 0.4 %.
    assert abs(w.mean()) <= 5 * math.sqrt(variance / w.size)
    assert w.var() == pytest.approx(variance, rel=0.02)
    assert np.abs(w).max() <= bound
    if 0 < bound < math.inf:
        assert np.abs(w).max() > 0.999 * bound


@pytest.mark.parametrize("name", NORMAL)
def test_normal_ones_are_normal(name):
    w = draw(name) / math.sqrt(EXPECTED[name][0])
    for z in (0.5, 1.0, 2.0):
        assert (np.abs(w) < z).mean() == pytest.approx(math.erf(z / math.sqrt(2)), abs=0.006)


@pytest.mark.parametrize("name", ["xavier", "uniform"])
def test_uniform_ones_are_uniform(name):
    counts, _ = np.histogram(draw(name), bins=10, range=(-EXPECTED[name][1], EXPECTED[name][1]))
    np.testing.assert_allclose(counts / counts.sum(), 0.1, atol=0.005)


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("shape", [(1, 1), (8, 2), (2, 8)])
def test_shape_and_type(name, shape):
    w = draw(name, *shape)
    assert w.shape == shape
    assert w.dtype == np.float64


@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_generator_alone_decides(name):
    np.testing.assert_array_equal(draw(name, 4, 3, seed=1), draw(name, 4, 3, seed=1))
    if name != "zeros":
        assert not np.array_equal(draw(name, 4, 3, seed=1), draw(name, 4, 3, seed=2))


@pytest.mark.parametrize(
    ("name", "wider"), [("he", False), ("lecun", False), ("xavier", False), ("xavier", True)]
)
def test_scale_follows_the_right_side_of_the_layer(name, wider):
    """He and LeCun look at the inputs alone, Xavier at both sides alike."""
    few_in, few_out = draw(name, 1000, 10), draw(name, 10, 1000)
    ratio = few_in.std() / few_out.std()
    assert ratio == pytest.approx(1.0 if name == "xavier" else 10.0, rel=0.05)
    if wider:
        assert draw(name, 1000, 1000).std() < few_in.std()
