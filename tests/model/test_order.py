"""The order of an epoch: a second implementation in plain integers, pinned values, fairness."""

from collections import Counter
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.model.order import order

WORD = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15
numbers = st.integers(0, 2**63 - 1)


def mix_again(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def order_again(n, seed, epoch):
    """The docstring's algorithm with Python's unbounded integers, one draw at a time."""
    key = mix_again((mix_again((seed + GOLDEN) & WORD) + (epoch + 1) * GOLDEN) & WORD)
    points = list(range(n))
    for i in range(n - 1, 0, -1):
        r = mix_again((key + (i + 1) * GOLDEN) & WORD)
        j = (r >> 32) * (i + 1) >> 32
        points[i], points[j] = points[j], points[i]
    return points


def test_mix_is_splitmix64():
    """The generator's first outputs from state 1234567, as published with other ports of it."""
    outputs = [mix_again((1234567 + k * GOLDEN) & WORD) for k in (1, 2, 3)]
    assert outputs == [6457827717110365317, 3203168211198807973, 9817491932198370423]


PINNED = {
    (10, 0, 0): [2, 5, 0, 4, 3, 7, 9, 8, 1, 6],
    (10, 0, 1): [0, 5, 8, 3, 9, 2, 1, 4, 7, 6],
    (10, 1, 0): [9, 7, 4, 3, 8, 6, 5, 2, 1, 0],
    (7, 42, 1000): [3, 2, 4, 6, 1, 0, 5],
    (5, 2**63 - 1, 2**63 - 1): [2, 0, 4, 3, 1],
}


@pytest.mark.parametrize(("arguments", "expected"), PINNED.items())
def test_pinned_orders(arguments, expected):
    assert order(*arguments).tolist() == expected
    assert order_again(*arguments) == expected


@given(n=st.integers(1, 300), seed=numbers, epoch=numbers)
def test_same_integers_as_the_plain_algorithm(n, seed, epoch):
    assert order(n, seed, epoch).tolist() == order_again(n, seed, epoch)


@given(n=st.integers(1, 2000), seed=numbers, epoch=numbers)
def test_every_point_comes_once(n, seed, epoch):
    result = order(n, seed, epoch)
    assert result.shape == (n,)
    assert result.dtype == np.int64
    np.testing.assert_array_equal(np.sort(result), np.arange(n))


@given(seed=st.integers(0, 2**63 - 2), epoch=st.integers(0, 2**63 - 2))
def test_seed_and_epoch_both_decide(seed, epoch):
    here = order(100, seed, epoch).tolist()
    assert here != order(100, seed + 1, epoch).tolist()
    assert here != order(100, seed, epoch + 1).tolist()
    assert here != order(100, seed + 1, epoch + 1).tolist()
    if seed != epoch:
        assert here != order(100, epoch, seed).tolist()


@pytest.mark.parametrize("vary", ["seed", "epoch"])
def test_all_orders_are_equally_likely(vary):
    draws = 24_000
    counts = Counter(
        tuple(order(4, k, 7).tolist() if vary == "seed" else order(4, 7, k).tolist())
        for k in range(draws)
    )
    assert set(counts) == set(permutations(range(4)))
    expected = draws / 24
    chi_squared = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_squared < 49.7  # 23 degrees of freedom, one in a thousand


@pytest.mark.parametrize("vary", ["seed", "epoch"])
def test_every_point_comes_at_every_place_equally_often(vary):
    n, draws = 50, 5000
    counts = np.zeros((n, n))
    for k in range(draws):
        counts[np.arange(n), order(n, k, 3) if vary == "seed" else order(n, 3, k)] += 1
    expected = draws / n
    chi_squared = ((counts - expected) ** 2 / expected).sum()
    freedom = (n - 1) ** 2
    assert abs(chi_squared - freedom) < 4 * (2 * freedom) ** 0.5


def test_consecutive_epochs_are_unrelated():
    orders = np.array([order(200, 5, epoch) for epoch in range(300)], dtype=float)
    correlations = [np.corrcoef(a, b)[0, 1] for a, b in pairwise(orders)]
    assert abs(np.mean(correlations)) < 0.02
    assert np.max(np.abs(correlations)) < 0.35


def test_read_only_and_the_same_after_the_cache_has_forgotten_it():
    first = order(10, 1, 1)
    assert not first.flags.writeable
    expected = first.tolist()
    for epoch in range(2, 40):
        order(10, 1, epoch)
    assert order(10, 1, 1).tolist() == expected


def test_one_point():
    assert order(1, 0, 0).tolist() == [0]


def test_numpy_integers_are_integers():
    got = order(np.int64(9), np.int64(2**63 - 1), np.int64(2**63 - 1))
    assert got.tolist() == order_again(9, 2**63 - 1, 2**63 - 1)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((0, 0, 0), "n"),
        ((-1, 0, 0), "n"),
        ((2**32, 0, 0), "n"),
        ((5, -1, 0), "seed"),
        ((5, 2**63, 0), "seed"),
        ((5, 0, -1), "epoch"),
        ((5, 0, 2**63), "epoch"),
    ],
)
def test_out_of_range_is_refused_in_one_sentence(arguments, name):
    with pytest.raises(ValueError, match=f"^{name} must be from"):
        order(*arguments)
