"""Splits and scales as scikit-learn makes them; Points as values, and hostile ones refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from nnviz.data.dataset import MOST_CLASSES, MOST_COLUMNS, Points, make_dataset, split
from nnviz.data.generators import DATASETS


def moons(n=50, noise=0.2, data_seed=0, test_fraction=0.25, split_seed=0, **fields):
    return make_dataset("moons", n, noise, data_seed, test_fraction, split_seed, **fields)


# The split.


@settings(max_examples=200)
@given(
    n=st.integers(2, 1000),
    test_fraction=st.floats(0.001, 0.999),
    split_seed=st.integers(0, 2**32 - 1),
)
def test_split_is_scikit_learns(n, test_fraction, split_seed):
    if np.ceil(n * test_fraction) >= n:
        return  # nothing would be left to learn from; the experiment refuses it
    train, test = split(n, test_fraction, split_seed)
    peers = train_test_split(np.arange(n), test_size=test_fraction, random_state=split_seed)
    np.testing.assert_array_equal(train, peers[0])
    np.testing.assert_array_equal(test, peers[1])


def test_without_a_test_part_the_order_is_natural():
    train, test = split(7, 0.0, 3)
    assert train.tolist() == list(range(7))
    assert test.tolist() == []
    dataset = moons(test_fraction=0.0)
    X, y = DATASETS["moons"].draw(50, 0.2, 0)
    np.testing.assert_array_equal(dataset.X_train, X)
    np.testing.assert_array_equal(dataset.y_train, y)
    assert dataset.X_test.shape == (0, 2)
    assert dataset.y_test.shape == (0,)


def test_points_of_a_dataset_are_those_of_train_test_split():
    X, y = DATASETS["moons"].draw(50, 0.2, 8)
    peers = train_test_split(X, y, test_size=0.25, random_state=42)
    dataset = moons(data_seed=8, split_seed=42)
    ours = (dataset.X_train, dataset.X_test, dataset.y_train, dataset.y_test)
    for array, peer in zip(ours, peers, strict=True):
        np.testing.assert_array_equal(array, peer)


def test_seeds_of_points_and_split_are_independent():
    base, drawn, parted = moons(), moons(data_seed=1), moons(split_seed=1)

    def all_points(dataset):
        return sorted(np.vstack([dataset.inputs_train, dataset.inputs_test]).tolist())

    assert all_points(base) == all_points(parted)
    assert base.X_train.tolist() != parted.X_train.tolist()
    assert all_points(base) != all_points(drawn)


# Scaling and features.


@pytest.mark.parametrize(
    ("name", "scaler"), [("standard", StandardScaler()), ("minmax", MinMaxScaler((-1, 1)))]
)
def test_scales_are_learned_from_the_training_part_alone(name, scaler):
    raw, dataset = moons(), moons(scaling=name)
    np.testing.assert_array_equal(dataset.inputs_train, raw.X_train)
    np.testing.assert_array_equal(dataset.inputs_test, raw.X_test)
    scaler.fit(raw.X_train)
    np.testing.assert_allclose(dataset.X_train, scaler.transform(raw.X_train), atol=1e-12)
    np.testing.assert_allclose(dataset.X_test, scaler.transform(raw.X_test), atol=1e-12)
    rows = [[0.25, -0.5], [3.0, 7.0]]
    np.testing.assert_allclose(dataset.transform(rows), scaler.transform(rows), atol=1e-12)


def test_transform_is_what_the_network_sees():
    dataset = moons(scaling="standard", features=("x1", "x1*x2", "sin(x2)"))
    assert dataset.input_names == ("x1", "x1*x2", "sin(x2)")
    np.testing.assert_array_equal(dataset.transform(dataset.inputs_train), dataset.X_train)
    np.testing.assert_array_equal(dataset.transform(dataset.inputs_test), dataset.X_test)
    z = moons(scaling="standard").transform(dataset.inputs_train)
    expected = np.column_stack([z[:, 0], z[:, 0] * z[:, 1], np.sin(z[:, 1])])
    np.testing.assert_array_equal(dataset.X_train, expected)


@pytest.mark.parametrize("scaling", ["none", "standard", "minmax"])
def test_transform_leaves_its_rows_alone(scaling):
    rows = np.ones((2, 2))
    made = moons(scaling=scaling).transform(rows)
    made[:] = 9
    assert (rows == 1).all()


@pytest.mark.parametrize(
    "rows",
    [
        [1.0, 2.0],
        [[1.0]],
        [[1.0, 2.0, 3.0]],
        [],
        5,
        None,
        "12",
        [["a", "b"]],
        [[1.0], [1.0, 2.0]],
        [[np.nan, 0.0]],
        [[0.0, np.inf]],
        [[1j, 0]],
        [[10**400, 0]],
        {"x1": [1.0], "x2": [2.0]},
    ],
)
def test_rows_that_do_not_fit(rows):
    with pytest.raises(ValueError, match=r"^rows: ") as raised:
        moons().transform(rows)
    assert "\n" not in str(raised.value)


def test_nothing_in_a_dataset_can_be_written_to():
    for scaling in ("none", "standard"):
        d = moons(scaling=scaling)
        for array in (
            *(d.X_train, d.X_test, d.y_train, d.y_test),
            *(d.inputs_train, d.inputs_test, d.shift, d.scale),
        ):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_regression_has_no_classes():
    dataset = make_dataset("plane", 40, 0.1, 0, 0.25, 0)
    assert (dataset.task, dataset.n_classes, dataset.classes) == ("regression", 0, ())
    assert dataset.y_train.dtype == np.float64


# Points: values, equal by content.


def points(**changes):
    values = {"X": [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], "y": [0, 1, 1]} | changes
    return Points(**values)


def test_defaults():
    given = points()
    assert given.task == "classification"
    assert given.columns == ("x1", "x2")
    assert given.classes == ("class 0", "class 1")
    assert given.X.dtype == np.float64
    assert given.y.dtype == np.int64
    assert points(task="regression", y=[0.5, 1, 2]).y.dtype == np.float64
    assert points(task="regression").classes == ()
    assert points(y=[0, 0, 0]).classes == ("class 0", "class 1")


DIFFERENT = [
    {},
    {"X": [[0.0, 1.0], [2.0, 3.0], [4.0, 5.5]]},
    {"X": [[0.0], [2.0], [4.0]]},
    {"y": [0, 1, 0]},
    {"y": [0, 1, 2]},
    {"task": "regression"},
    {"columns": ["a", "b"]},
    {"columns": ["a", "'b"]},
    {"classes": ["no", "yes"]},
    {"classes": ["class 0", "class 1", "class 2"]},
]


def test_digest_tells_apart_what_differs():
    made = [points(**changes) for changes in DIFFERENT]
    assert len({given.digest for given in made}) == len(made)
    assert len(set(made)) == len(made)
    assert points() != "points"


@pytest.mark.parametrize("changes", DIFFERENT, ids=str)
def test_equal_by_content(changes):
    assert points(**changes) == points(**changes)
    assert hash(points(**changes)) == hash(points(**changes))
    again = Points.from_dict(points(**changes).to_dict())
    assert again == points(**changes)
    assert again.digest == points(**changes).digest


def test_layout_in_memory_does_not_matter():
    X = np.arange(12.0).reshape(6, 2)
    y = [0, 1] * 3
    forms = [Points(X, y), Points(np.asfortranarray(X), y), Points(X.tolist(), np.array(y, float))]
    forms.append(Points(np.repeat(X, 2, axis=0)[::2], np.array(y, np.uint8)))
    assert len(set(forms)) == 1
    for form in forms:
        assert form.X.flags.c_contiguous


def test_points_do_not_follow_the_array_they_came_from():
    X, y = np.zeros((2, 2)), np.array([0, 1])
    given = Points(X, y)
    digest = given.digest
    X[:], y[:] = 9, 0
    assert given.X.tolist() == [[0, 0], [0, 0]]
    assert given.y.tolist() == [0, 1]
    assert Points(given.X, given.y).digest == digest
    with pytest.raises(ValueError, match="read-only"):
        given.X[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        given.y[0] = 1


@given(
    X=arrays(
        float,
        st.tuples(st.integers(1, 6), st.integers(1, 3)),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    )
)
def test_every_finite_point_survives(X):
    given = Points(X, np.zeros(len(X)), task="regression")
    np.testing.assert_array_equal(given.X, X)
    again = Points.from_dict(given.to_dict())
    assert again == given


@pytest.mark.parametrize(
    "changes",
    [
        {"X": []},
        {"X": [[]]},
        {"X": [1.0, 2.0, 3.0]},
        {"X": [[[1.0]], [[2.0]], [[3.0]]]},
        {"X": [[1.0, 2.0], [3.0], [4.0, 5.0]]},
        {"X": [[1.0, 2.0], [3.0, float("nan")], [4.0, 5.0]]},
        {"X": [[1.0, 2.0], [3.0, float("inf")], [4.0, 5.0]]},
        {"X": [[1.0, 2.0], [3.0, None], [4.0, 5.0]]},
        {"X": [["1", "2"], ["3", "4"], ["5", "6"]]},
        {"X": [[1, 2], [3, "4"], [5, 6]]},
        {"X": [[10**30, 2], [3, "4"], [5, 6]]},
        {"X": [[1j, 2.0], [3.0, 4.0], [5.0, 6.0]]},
        {"X": np.ones((3, 2)) * 1j},
        {"X": [[10**400, 2], [3, 4], [5, 6]]},
        {"X": None},
        {"X": "abc"},
        {"X": {"a": 1}},
        {"X": [[[]] * 2] * 3},
        {"X": np.zeros((3, MOST_COLUMNS + 1))},
        {"y": []},
        {"y": [0, 1]},
        {"y": [0, 1, 1, 0]},
        {"y": [[0], [1], [1]]},
        {"y": [0, 1, -1]},
        {"y": [0, 1, 0.5]},
        {"y": [0, 1, float("nan")]},
        {"y": [0, 1, float("inf")]},
        {"y": ["0", "1", "1"]},
        {"y": [0, 1, MOST_CLASSES]},
        {"y": [0, 1, 10**300]},
        {"y": None},
        {"y": 3},
        {"y": [0.0, None, 1.0], "task": "regression"},
        {"task": "clustering"},
        {"task": None},
        {"task": ["regression"]},
        {"columns": ["a"]},
        {"columns": ["a", "b", "c"]},
        {"columns": [1, 2]},
        {"columns": "ab"},
        {"columns": 5},
        {"columns": [["a"], ["b"]]},
        {"columns": {"a": 1, "b": 2}},
        {"classes": ["only"]},
        {"classes": [0, 1]},
        {"classes": "ny"},
        {"classes": 2},
        {"classes": [f"class {k}" for k in range(MOST_CLASSES + 1)]},
        {"y": [0, 1, 2], "classes": ["a", "b"]},
    ],
    ids=lambda changes: str(changes)[:50],
)
def test_hostile_points_are_refused_in_one_sentence(changes):
    with pytest.raises(ValueError, match=r"\w") as raised:
        points(**changes)
    message = str(raised.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 300
    assert next(iter(changes)) in message or "classes" in message


@pytest.mark.parametrize(
    "values", [{}, {"X": [[0.0]]}, {"y": [0]}, {"X": [[0.0]], "y": [0], "extra": 1}, {1: 2}]
)
def test_points_from_other_entries(values):
    with pytest.raises(ValueError, match="X and y"):
        Points.from_dict(values)


def test_a_large_integer_is_a_number():
    assert points(X=[[10**30, 0], [0, 0], [1, 1]]).X[0, 0] == 1e30


def test_row_of_the_trouble_is_named():
    with pytest.raises(ValueError, match="row 2"):
        points(X=[[0.0, 0.0], [0.0, float("nan")], [0.0, 0.0]])
