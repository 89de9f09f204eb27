"""Fields, defaults and the refusal of what an experiment cannot be."""

import re

import numpy as np
import pytest

from nnviz.data.dataset import Points
from nnviz.model.activations import ACTIVATIONS
from nnviz.run.experiment import LIVE_FIELDS, Experiment, allowed_values, tooltip

FIELDS = (
    "dataset n_samples noise data_seed test_fraction split_seed features scaling class_weight "
    "hidden activation output_activation initializer initial_parameters trainable loss l1 l2 "
    "optimizer learning_rate momentum decay beta_1 beta_2 weight_decay schedule schedule_every "
    "schedule_factor schedule_floor batch_size shuffle epochs seed"
).split()


def test_fields_and_their_order():
    assert list(Experiment.model_fields) == FIELDS


def test_defaults_of_the_design():
    e = Experiment()
    assert (e.momentum, e.decay, e.beta_1, e.beta_2) == (0.9, 0.9, 0.9, 0.999)
    assert (e.weight_decay, e.schedule, e.shuffle) == (0.01, "constant", True)
    assert (e.features, e.initial_parameters, e.trainable) == ((), None, None)
    assert (e.l1, e.l2, e.class_weight) == (0, 0, None)
    assert e == Experiment()
    assert hash(e) == hash(Experiment())


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_explains_itself(name):
    words = tooltip(name)
    assert re.fullmatch(r"[A-Z][^.!?]*(\d\.\d[^.!?]*)*\.", words), words
    assert allowed_values(name)
    assert not allowed_values(name).endswith(".")


def test_live_fields_are_fields():
    assert set(FIELDS) >= LIVE_FIELDS
    # What changes without a reset.
    for name in ("learning_rate", "batch_size", "l1", "l2", "optimizer", "activation", "hidden"):
        assert name in LIVE_FIELDS
    assert not LIVE_FIELDS & {"seed", "initializer", "initial_parameters"}


@pytest.mark.parametrize("name", FIELDS)
def test_nothing_can_be_assigned(name):
    e = Experiment()
    with pytest.raises(ValueError, match="frozen"):
        setattr(e, name, getattr(e, name))
    with pytest.raises(ValueError, match=r"\w"):
        e.extra = 1


def test_evolve_gives_a_new_one_and_validates():
    e = Experiment(dataset="moons", seed=3)
    other = e.evolve(optimizer="sgd", hidden=[8, 8], learning_rate=1, batch_size=np.int64(5))
    assert (other.optimizer, other.hidden, other.batch_size, other.seed) == ("sgd", (8, 8), 5, 3)
    assert isinstance(other.learning_rate, float)
    assert e == Experiment(dataset="moons", seed=3)
    assert e.evolve() == e
    with pytest.raises(ValueError, match=r"^optimizer: 'lion' given; allowed: one of sgd, "):
        e.evolve(optimizer="lion")
    with pytest.raises(ValueError, match=r"^optimiser: .*did you mean optimizer"):
        e.evolve(optimiser="sgd")


def test_a_fixed_dataset_brings_its_own_points():
    xor = Experiment(n_samples=500, noise=0.3).evolve(dataset="xor")
    assert (xor.n_samples, xor.noise, xor.test_fraction) == (4, 0, 0)
    given = Points([[0.0], [1.0], [2.0]], [0, 1, 1])
    assert xor.evolve(dataset=given).n_samples == 3
    assert xor.evolve(dataset=given).noise == 0
    assert Experiment(dataset="or").n_samples == 4
    assert Experiment(dataset="circles", n_samples=17).n_samples == 17


def test_names_of_the_dataset_and_the_activations():
    e = Experiment(dataset="moons", hidden=(2, 3), activation="relu")
    assert e.dataset_name == "moons"
    assert e.activations == ("relu", "relu", "sigmoid")
    assert e.evolve(activation=["relu", "tanh"]).activations == ("relu", "tanh", "sigmoid")
    assert e.evolve(hidden=[]).activations == ("sigmoid",)
    given = Points([[0.0], [1.0]], [0, 1])
    assert e.evolve(dataset=given, test_fraction=0).dataset_name == "points"


def test_scalars_and_arrays_of_numpy_are_accepted():
    plain = Experiment(
        n_samples=30,
        noise=0.5,
        hidden=(3, 2),
        activation=("relu", "tanh"),
        features=("x1", "x2"),
        learning_rate=0.25,
        batch_size=7,
        shuffle=False,
        seed=5,
        optimizer="sgd",
        class_weight=(1.0, 2.0),
    )
    numpys = Experiment(
        n_samples=np.int32(30),
        noise=np.float32(0.5),
        hidden=np.array([3, 2]),
        activation=np.array(["relu", "tanh"]),
        features=np.array(["x1", "x2"]),
        learning_rate=np.float64(0.25),
        batch_size=np.uint8(7),
        shuffle=np.bool_(False),
        seed=np.uint64(5),
        optimizer=np.str_("sgd"),
        class_weight=np.array([1, 2]),
    )
    assert plain == numpys
    assert hash(plain) == hash(numpys)
    assert plain.to_json() == numpys.to_json()
    for name in FIELDS:
        assert type(getattr(plain, name)) is type(getattr(numpys, name)), name
    assert Experiment(hidden=[np.int64(3), 2]).hidden == (3, 2)
    assert Experiment(hidden=[3], batch_size=np.array(7)).batch_size == 7


NUMBERS = {
    "n_samples": ([2, 1_000_000], [1, 0, -1, 1_000_001, 2.0, True]),
    "noise": ([0, 1000], [-0.1, 1000.1]),
    "data_seed": ([0, 2**32 - 1], [-1, 2**32, 0.5]),
    "test_fraction": ([0, 0.5, 0.99], [-0.1, 1, 0.999]),
    "split_seed": ([0, 2**32 - 1], [-1, 2**32]),
    "l1": ([0, 1000], [-1e-9, 1001]),
    "l2": ([0, 1000], [-1e-9, 1001]),
    "learning_rate": ([5e-324, 1e12], [0, -1, 1.1e12]),
    "momentum": ([0, 0.999], [-0.1, 1]),
    "decay": ([0, 0.999], [-0.1, 1]),
    "beta_1": ([0, 0.999], [-0.1, 1]),
    "beta_2": ([0, 0.999], [-0.1, 1]),
    "weight_decay": ([0, 1000], [-0.1, 1001]),
    "schedule_every": ([1, 10**9], [0, -5, 10**9 + 1, 1.5]),
    "schedule_factor": ([1e-9, 1], [0, 1.1]),
    "schedule_floor": ([0, 1], [-0.1, 1.1]),
    "batch_size": ([1, "full", 1_000_000], [0, -1, "half", 1.5, 1_000_001, True]),
    "epochs": ([1, 10**9], [0, -1, 10**9 + 1, 2.5]),
    "seed": ([0, 2**32 - 1], [-1, 2**32, 0.5]),
    "shuffle": ([True, False], [0, 1, "true", "yes"]),
}
ANYWHERE = [float("nan"), float("inf"), -float("inf"), 10**5000, -(10**5000), "", "1", {}, [[]]]
ANYWHERE += [b"full", 1j, object(), "x" * 100_000, ["a"] * 10_000, 10**400]


@pytest.mark.parametrize("name", NUMBERS)
def test_limits_of_numbers(name):
    good, bad = NUMBERS[name]
    for value in good:
        assert getattr(Experiment(**{name: value}), name) == value
    for value in [*bad, *ANYWHERE, None, [1]]:
        check_refused(name, value)


@pytest.mark.parametrize(
    "name",
    ["dataset", "scaling", "output_activation", "initializer", "loss", "optimizer", "schedule"],
)
def test_names_that_are_not_known(name):
    for value in [*ANYWHERE, None, 0, True, "Adam", "sgd ", "moons\n", ["sgd"]]:
        check_refused(name, value)


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        (
            "hidden",
            [None, 8, "8", [0], [-1], [1025], [1.5], [True], ["8"], [[8]], [4] * 9, {"a": 1}],
        ),
        (
            "hidden",
            [np.array(8), np.array([[8, 8]]), np.array([8.5]), [None], {4}, "8,8", {"a": 1}],
        ),
        ("activation", [None, "softmax", ["tanh", "softmax"], "Tanh", [None], [["tanh"]], 3]),
        ("activation", [["tanh", "tanh"], []]),  # one hidden layer by default
        ("features", [None, "x1", ["x3"], ["x0"], ["x1^3"], [1], ["x1"] * 65, [None], [["x1"]]]),
        ("class_weight", ["Balanced", [1], [1, 2, 3], [0, 0], [-1, 1], [1, "2"], 5, [None, 1]]),
        ("class_weight", [[1, float("nan")], [1, 2e6], {0: 1, 1: 2}, [[1, 2]], []]),
        ("initial_parameters", [5, "zeros", [], {}, {"weights": []}, [[[[1.0]]], [[1.0]]]]),
        ("trainable", [True, "all", [], {"weights": [], "biases": []}]),
        ("dataset", [{"X": [[1.0]]}, {"X": [[1.0], [2.0]], "y": [0]}, {"y": 5}, {"X": 1, "y": 2}]),
    ],
)
def test_lists_that_do_not_fit(name, bad):
    for value in [*bad, *(value for value in ANYWHERE if name != "features" or value != {})]:
        check_refused(name, value)


def check_refused(name, value):
    with pytest.raises(ValueError, match=r"\w") as raised:
        Experiment(**{name: value})
    sentence = str(raised.value)
    shown = repr(value) if not isinstance(value, int) or abs(value) < 10**100 else "a huge number"
    assert sentence.startswith(name), (shown[:80], sentence)
    assert sentence.endswith("."), sentence
    assert "\n" not in sentence
    assert len(sentence) < 600, sentence


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"loss": "cross_entropy"}, ["loss", "cross_entropy", "softmax", "sigmoid"]),
        ({"output_activation": "softmax"}, ["binary_cross_entropy", "sigmoid", "softmax"]),
        ({"loss": "hinge"}, ["hinge", "linear", "sigmoid"]),
        ({"loss": "perceptron"}, ["perceptron", "step", "sigmoid"]),
        ({"dataset": "plane"}, ["loss", "binary_cross_entropy", "squared_error"]),
        (
            {"dataset": "plane", "loss": "squared_error", "output_activation": "softmax"},
            ["output_activation", "softmax"],
        ),
        (
            {"dataset": "blobs", "loss": "hinge", "output_activation": "linear"},
            ["two classes", "3"],
        ),
        ({"dataset": "xor", "n_samples": 5}, ["n_samples", "5", "4"]),
        ({"dataset": "xor", "noise": 0.1}, ["noise", "0.1", "0"]),
        ({"dataset": "xor", "test_fraction": 0.25}, ["test_fraction", "0.25"]),
        ({"n_samples": 2, "test_fraction": 0.75}, ["test_fraction", "0.75", "2"]),
        ({"hidden": [2, 2], "activation": ["tanh"]}, ["activation", "1", "2"]),
        ({"features": ["x1", "x3"]}, ["features", "x3", "x2"]),
        ({"class_weight": [1, 2, 3]}, ["class_weight", "2"]),
        (
            {"dataset": "plane", "loss": "squared_error", "class_weight": "balanced"},
            ["class_weight", "regression"],
        ),
        (
            {"hidden": [2], "initial_parameters": ([[[1.0, 1.0]]], [[0.0]])},
            ["initial_parameters", "layers"],
        ),
        (
            {"hidden": [], "initial_parameters": ([[[1.0]]], [[0.0]])},
            ["initial_parameters", "(1, 1)", "(1, 2)"],
        ),
        ({"hidden": [], "trainable": ([[[True]]], [[True]])}, ["trainable", "(1, 2)"]),
    ],
)
def test_pairs_that_cannot_go_together(fields, words):
    with pytest.raises(ValueError, match=r"\w") as raised:
        Experiment(**fields)
    sentence = str(raised.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    for word in words:
        assert word in sentence, sentence


@pytest.mark.parametrize(
    "name",
    ["self", "model_config", "", "a\nb", "x" * 100_000, "__class__", "values", "Seed", "\ud800"],
)
def test_unknown_fields(name):
    for make in (Experiment, Experiment().evolve):
        with pytest.raises(ValueError, match="no such field") as raised:
            make(**{name: 1})
        assert "\n" not in str(raised.value)
        assert len(str(raised.value)) < 600
        str(raised.value).encode()


def test_several_mistakes_are_all_named():
    with pytest.raises(ValueError, match=r"^seed: .*; epochs: |^epochs: .*; seed: ") as raised:
        Experiment(seed=-1, epochs=0)
    assert str(raised.value).count(".") == 1
    with pytest.raises(ValueError, match="no such field") as raised:
        Experiment(**{f"field {k}": k for k in range(10_000)})
    assert len(str(raised.value)) < 2000


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_at_the_output_has_a_loss(name):
    loss = {"step": "perceptron", "softmax": "cross_entropy"}.get(name, "squared_error")
    assert Experiment(output_activation=name, loss=loss).activations[-1] == name
