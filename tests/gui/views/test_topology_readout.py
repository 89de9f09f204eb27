"""What the network's picture says in words and numbers of what is pointed at."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize

from nnviz.data.dataset import Dataset
from nnviz.gui.views.network_names import NetworkNames
from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.topology_pointing import Part, Target, readout, span_over_plane
from nnviz.insight.history import History
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.experiment import Experiment
from nnviz.run.trainer import Trainer


def moment(
    weights: list[list[list[float]]], biases: list[list[float]], **fields: object
) -> Snapshot:
    experiment = Experiment(dataset="moons", hidden=tuple(map(len, biases[:-1])), **fields)
    trainer = Trainer(experiment)
    trainer.set_parameters(weights, biases)
    history = History(*[np.zeros(1)] * 8)
    return Photographer(trainer.dataset, 40).snapshot(trainer.frame(), history)


def words(snapshot: Snapshot, target: Target) -> str:
    picture = NetworkPicture()
    dataset: Dataset = snapshot.dataset
    picture.arrange(QSize(640, 480), NetworkNames.of(snapshot.frame.experiment, dataset))
    picture.set_snapshot(snapshot)
    return " ".join(word.text for word in readout(target, picture))


WEIGHTS = [[[0.1, 0.0], [0.0, 0.0]], [[1.0, -0.53]]]
BIASES = [[0.0, 0.25], [0.005]]


@pytest.mark.usefixtures("qapp")
def test_a_units_span_is_its_own_and_not_the_scales() -> None:
    snapshot = moment(WEIGHTS, BIASES)
    exact = np.tanh(0.1 * snapshot.grid.places[:, 0])
    low, high = span_over_plane(snapshot, 1, 0)
    assert float(low.replace("−", "-")) == pytest.approx(exact.min(), abs=0.01)
    assert float(high) == pytest.approx(exact.max(), abs=0.01)
    text = words(snapshot, Target(Part.NEURON, 1, 0))
    assert text == f"unit 1 of layer 1: {low} to {high} over the plane"
    assert high.startswith("+")


@pytest.mark.usefixtures("qapp")
def test_a_unit_that_says_the_same_everywhere() -> None:
    text = words(moment(WEIGHTS, BIASES), Target(Part.NEURON, 1, 1))
    assert text == "unit 2 of layer 1: +0.24 all over the plane"


def test_an_inputs_span_is_that_of_the_plane() -> None:
    snapshot = moment(WEIGHTS, BIASES)
    values = snapshot.grid.places[:, 0]
    low, high = span_over_plane(snapshot, 0, 0)
    assert float(low.replace("−", "-")) == pytest.approx(values.min(), abs=0.02)
    assert float(high) == pytest.approx(values.max(), abs=0.02)


def test_probabilities_have_no_sign() -> None:
    low, high = span_over_plane(moment(WEIGHTS, BIASES), 2, 0)
    assert low.startswith("0.")
    assert high.startswith("0.")


def test_an_output_that_leaves_its_scale_says_so() -> None:
    snapshot = moment(
        [[[9.0, 0.0], [0.0, 0.0]], [[5.0, 0.0]]],
        BIASES,
        output_activation="linear",
        loss="squared_error",
    )
    assert span_over_plane(snapshot, 2, 0) == ("≤ −1.00", "≥ +1.00")
    # A hidden unit's scale is as long as its answers, or is all that it can say.
    assert span_over_plane(snapshot, 1, 0) == ("−1.00", "+1.00")


@pytest.mark.usefixtures("qapp")
def test_a_bias_and_a_weight_have_their_names_first() -> None:
    snapshot = moment(WEIGHTS, BIASES)
    assert words(snapshot, Target(Part.BIAS, 2, 0)) == "bias of output: +0.005"
    assert (
        words(snapshot, Target(Part.EDGE, 2, 0, 5)) == "weight unit 2 of layer 1 → output: −0.530"
    )
