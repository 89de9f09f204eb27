"""Points by formulas: the same as scikit-learn's where it has them, the course's figures else."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs, make_circles, make_moons

from nnviz.data.generators import BLOB_CENTERS, CORNERS, DATASETS

SIZES = (2, 3, 10, 101, 200)
NOISES = (0.0, 0.2, 1.5)
SEEDS = (0, 1, 42, 2**32 - 1)
GATES = {
    "or": [0, 1, 1, 1],
    "and": [0, 0, 0, 1],
    "nand": [1, 1, 1, 0],
    "nor": [1, 0, 0, 0],
    "xor": [0, 1, 1, 0],
}


def check_same(drawn, expected):
    np.testing.assert_array_equal(drawn[0], expected[0])
    np.testing.assert_array_equal(drawn[1], expected[1])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("n", SIZES)
def test_moons_are_scikit_learns(n, noise, seed):
    drawn = DATASETS["moons"].draw(n, noise, seed)
    check_same(drawn, make_moons(n, noise=noise, random_state=seed))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("n", SIZES)
def test_circles_are_scikit_learns(n, noise, seed):
    drawn = DATASETS["circles"].draw(n, noise, seed)
    check_same(drawn, make_circles(n, noise=noise, random_state=seed, factor=0.5))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("n", SIZES)
def test_blobs_are_scikit_learns(n, noise, seed):
    drawn = DATASETS["blobs"].draw(n, noise, seed)
    check_same(drawn, make_blobs(n, centers=BLOB_CENTERS, cluster_std=noise, random_state=seed))


@pytest.mark.parametrize(("name", "truth"), GATES.items())
def test_gates_are_their_truth_tables(name, truth):
    for seed in SEEDS:
        X, y = DATASETS[name].draw(4, 0.0, seed)
        assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
        assert y.tolist() == truth
    assert DATASETS[name].is_fixed
    assert DATASETS[name].n_samples == 4


@pytest.mark.parametrize(("name", "truth"), GATES.items())
def test_clouds_lie_around_the_rows_of_the_truth_table(name, truth):
    generator = DATASETS[f"{name}-clouds"]
    X, y = generator.draw(4000, 0.15, 3)
    # Without noise every point is a corner, and the corners share the points evenly.
    corners, classes = generator.draw(4000, 0.0, 3)
    np.testing.assert_array_equal(y, classes)
    for corner, label in zip(CORNERS, truth, strict=True):
        here = (corners == corner).all(axis=1)
        assert here.sum() == 1000
        assert set(y[here]) == {label}
        stray = X[here] - corner
        np.testing.assert_allclose(stray.mean(axis=0), 0, atol=0.02)
        np.testing.assert_allclose(stray.std(axis=0), 0.15, rtol=0.1)


def test_spiral_is_two_arms_that_wind_around_each_other():
    X, y = DATASETS["spiral"].draw(400, 0.0, 0)
    assert np.bincount(y).tolist() == [200, 200]
    radius = np.hypot(*X.T)
    # Each class is the other one turned by half a circle.
    one, other = (X[y == k][np.argsort(radius[y == k])] for k in (0, 1))
    np.testing.assert_allclose(one, -other, atol=1e-12)
    # The angle grows with the radius, by one and a half turns.
    turned = np.unwrap(np.arctan2(one[:, 0], one[:, 1]))
    assert (np.diff(turned) > 0).all()
    assert turned[-1] - turned[0] == pytest.approx(1.5 * 2 * np.pi, rel=0.02)
    assert (np.diff(np.sort(radius[y == 0])) > 0).all()


def test_c07_two_clouds_are_the_courses():
    X, y = DATASETS["two-clouds"].draw(200, 1.0, 5)
    expected = np.random.RandomState(5).randn(200, 2)
    expected[:100] += (10, 10)
    np.testing.assert_array_equal(X, expected)
    assert y.tolist() == [0] * 100 + [1] * 100


def test_plane_is_linear_but_for_its_noise():
    X, y = DATASETS["plane"].draw(300, 0.0, 0)
    design = np.column_stack([X, np.ones(300)])
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    np.testing.assert_allclose(design @ coefficients, y, atol=1e-12)
    _, noisy = DATASETS["plane"].draw(3000, 0.1, 0)
    X, y = DATASETS["plane"].draw(3000, 0.0, 0)
    assert (noisy - y).std() == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize("name", DATASETS)
def test_every_entry_keeps_its_word(name):
    generator = DATASETS[name]
    assert generator.label
    assert generator.description.endswith(".")
    assert len(generator.columns) == 2
    assert len(generator.classes) == generator.n_classes
    for n in (2, 3, 7, 200):
        n = generator.n_samples if generator.is_fixed else n
        X, y = generator.draw(n, generator.noise, 1)
        assert X.shape == (n, 2)
        assert X.dtype == np.float64
        assert y.shape == (n,)
        if generator.task == "classification":
            assert y.dtype.kind == "i"
            assert set(y.tolist()) <= set(range(generator.n_classes))
        else:
            assert generator.n_classes == 0
    again = generator.draw(n, generator.noise, 1)
    check_same((X, y), again)


@pytest.mark.parametrize("name", [name for name in DATASETS if not DATASETS[name].is_fixed])
def test_seed_and_noise_matter(name):
    draw = DATASETS[name].draw
    assert (draw(100, 0.3, 0)[0] != draw(100, 0.3, 1)[0]).any()
    X, y = draw(100, 0.3, 0)
    other_X, other_y = draw(100, 0.4, 0)
    assert not (np.array_equal(X, other_X) and np.array_equal(y, other_y))


@pytest.mark.parametrize("name", DATASETS)
def test_global_random_state_is_neither_used_nor_disturbed(name):
    np.random.seed(0)
    first = DATASETS[name].draw(4, 0.0, 1)
    state = np.random.get_state()
    np.random.seed(1)
    check_same(first, DATASETS[name].draw(4, 0.0, 1))
    np.random.seed(0)
    for before, after in zip(state, np.random.get_state(), strict=True):
        np.testing.assert_array_equal(before, after)
