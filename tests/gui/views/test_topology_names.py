"""What the parts of a network are called."""

from __future__ import annotations

import pytest

from nnviz.gui.views.network_names import NetworkNames, pretty_input
from nnviz.run.experiment import Experiment
from nnviz.run.problem import dataset_of


def names(**fields: object) -> NetworkNames:
    experiment = Experiment(**fields)
    return NetworkNames.of(experiment, dataset_of(experiment))


@pytest.mark.parametrize(
    ("given", "pretty"),
    [
        ("x1", "x₁"),
        ("x12", "x₁₂"),
        ("x1^2", "x₁²"),
        ("x1*x2", "x₁·x₂"),
        ("sin(x1)", "sin(x₁)"),
        ("petal length", "petal length"),
        ("max1", "max1"),
    ],
)
def test_inputs_are_written_as_mathematics(given: str, pretty: str) -> None:
    assert pretty_input(given) == pretty


def test_a_network_of_the_sketch() -> None:
    sketch = names(dataset="moons", hidden=(6, 4))
    assert sketch.subtitle() == "2 – 6 – 4 – 1 · 51 parameters"
    assert [sketch.caption(layer) for layer in range(4)] == [
        "inputs",
        "6 · tanh",
        "4 · tanh",
        "Sigmoid",
    ]
    assert sketch.unit(0, 1) == "x₂"
    assert sketch.unit(2, 0) == "unit 1 of layer 2"
    assert sketch.unit(3, 0) == "output"
    for word in ("6 tanh", "4 tanh", "40 weights", "51 parameters", "x₁, x₂"):
        assert word in sketch.summary()


def test_the_subtitle_of_a_deep_network_is_short() -> None:
    assert names(dataset="moons", hidden=(32,) * 8).subtitle().startswith("2 – 8 layers of 32 – 1")
    mixed = names(dataset="moons", hidden=(4, *(2,) * 5, 3, 3))
    assert mixed.subtitle().startswith("2 – 4 – (5 layers of 2) – 3 – 3 – 1")


def test_many_classes_have_their_names() -> None:
    blobs = names(dataset="blobs", hidden=(3,), output_activation="softmax", loss="cross_entropy")
    assert len(blobs.outputs) == blobs.sizes[-1] == blobs.n_classes == 3
    assert blobs.unit(2, 1) == f"output {blobs.outputs[1]}"


def test_activations_may_change_later() -> None:
    sketch = names(dataset="moons", hidden=(6, 4))
    changed = sketch.with_activations(("relu", "elu", "tanh"))
    assert [changed.caption(layer) for layer in (1, 2, 3)] == ["6 · ReLU", "4 · ELU", "tanh"]
    assert changed.sizes == sketch.sizes
    assert sketch.with_activations(("tanh", "tanh", "sigmoid")) is sketch


def test_no_hidden_layer() -> None:
    perceptron = names(dataset="or", hidden=())
    assert perceptron.sizes == (2, 1)
    assert "no hidden layer" in perceptron.summary()
    assert perceptron.n_weights == 2
    assert perceptron.n_parameters == 3
