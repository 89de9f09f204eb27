"""Scalings are scikit-learn's, also for columns that do not vary."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from nnviz.data.scaling import SCALINGS

COLUMNS = arrays(
    float,
    array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.integers(-10_000, 10_000).map(lambda value: value / 64),
)
PEERS = {"standard": StandardScaler(), "minmax": MinMaxScaler((-1, 1))}


def test_registry():
    assert list(SCALINGS) == ["none", "standard", "minmax"]
    for scaling in SCALINGS.values():
        assert scaling.label
        assert scaling.tooltip.endswith(".")
        assert ". " not in scaling.tooltip


@pytest.mark.parametrize("name", PEERS)
@given(columns=COLUMNS)
def test_same_as_scikit_learn(name, columns):
    varying = np.ptp(columns, axis=0) > 0
    shift, scale = SCALINGS[name].fit(columns)
    ours = (columns - shift) / scale
    peers = PEERS[name].fit_transform(columns)
    np.testing.assert_allclose(ours[:, varying], peers[:, varying], rtol=1e-9, atol=1e-9)
    # A column that does not vary carries nothing: it becomes 0, and nothing is divided by 0.
    np.testing.assert_allclose(ours[:, ~varying], 0, atol=1e-9)


@given(columns=COLUMNS)
def test_none_changes_nothing(columns):
    shift, scale = SCALINGS["none"].fit(columns)
    np.testing.assert_array_equal((columns - shift) / scale, columns)


@pytest.mark.parametrize("name", SCALINGS)
@pytest.mark.parametrize("value", [0.0, 0.1, -7.0, 1e16, 1e300])
def test_constant_column_stays_small(name, value):
    columns = np.full((7, 1), value)
    shift, scale = SCALINGS[name].fit(columns)
    ours = (columns - shift) / scale
    assert np.isfinite(ours).all()
    if name != "none":
        assert np.abs(ours).max() <= 1e-12


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e160, 1e300, 1.7e307])
def test_very_small_and_very_large_columns_stay_finite(name, size):
    columns = np.array([[-1.0], [0.5], [1.0]]) * size
    shift, scale = SCALINGS[name].fit(columns)
    ours = (columns - shift) / scale
    assert np.isfinite(ours).all()
    assert 0.5 < np.abs(ours).max() < 2
