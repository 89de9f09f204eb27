"""What a hand does to single parameters and units of a run: set, cut, freeze, take away.

Each is one edit of a trainer, on its timeline and undoable. Layers count from 1, the inputs being
layer 0; units and sources count from 0. ValueError when there is no such place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnviz.model import reference
from nnviz.model.network import Network
from nnviz.model.reference import State
from nnviz.run.edits import FieldsEdit, ValuesEdit
from nnviz.run.experiment import Experiment
from nnviz.run.parameters import Mask
from nnviz.run.resizing import with_followers
from nnviz.run.trainer import Trainer


class Place(NamedTuple):
    """A weight, or a bias where `source` is None."""

    layer: int
    unit: int
    source: int | None = None


def set_parameter(trainer: Trainer, place: Place, value: float, gesture: object = None) -> None:
    """Give one weight or bias another value; edits of one `gesture` are undone together."""
    weights = [w.copy() for w in trainer.weights]
    biases = [b.copy() for b in trainer.biases]
    _index(trainer.network, place)
    if place.source is None:
        biases[place.layer - 1][place.unit] = value
    else:
        weights[place.layer - 1][place.unit, place.source] = value
    trainer.set_parameters(weights, biases, gesture)


def frozen_experiment(
    experiment: Experiment, network: Network, places: Iterable[Place], frozen: bool
) -> Experiment:
    """The experiment in which training leaves these places alone, or changes them again."""
    mask = _mask_of(experiment, network)
    for place in places:
        mask[_index(network, place)] = not frozen
    trainable = None if mask.all() else Mask(*network.split(mask))
    return experiment.evolve(trainable=trainable)


def freeze(trainer: Trainer, places: Iterable[Place], frozen: bool = True) -> None:
    """Have training leave these places alone, or change them again."""
    after = frozen_experiment(trainer.experiment, trainer.network, places, frozen)
    trainer.change(trainable=after.trainable)


def cut(trainer: Trainer, places: Iterable[Place]) -> None:
    """Set these places to 0, and have training leave them so."""
    places = tuple(places)
    before = trainer.experiment
    after = frozen_experiment(before, trainer.network, places, frozen=True)
    indices = np.array([_index(trainer.network, place) for place in places], dtype=np.int64)
    zeros = ValuesEdit(indices, np.zeros(len(indices)))
    number = "1 connection" if len(places) == 1 else f"{len(places):,} connections"
    trainer.edit(after, _Both(zeros, FieldsEdit(before, after)), f"cut {number}")


def remove_unit(trainer: Trainer, layer: int, unit: int) -> None:
    """Take a unit out of a hidden layer; all others keep what they have learned.

    ValueError also for the only unit of its layer.
    """
    before, network = trainer.experiment, trainer.network
    if not 0 < layer < network.n_layers:
        raise ValueError(f"layer: {layer} given; allowed: 1 to {network.n_layers - 1}, the hidden.")
    _index(network, Place(layer, unit))
    hidden = list(before.hidden)
    if hidden[layer - 1] == 1:
        raise ValueError(f"unit: layer {layer} has no other; remove the layer in its place.")
    hidden[layer - 1] -= 1
    swap = _MovedToEnd(network, layer, unit)
    moved = before
    if before.trainable is not None:
        mask = swap.permuted(_mask_of(before, network))
        moved = before.evolve(trainable=Mask(*network.split(mask)))
    changes = with_followers(moved, {"hidden": tuple(hidden)})
    after = moved.evolve(**changes)
    words = f"unit {unit + 1} of layer {layer} removed"
    trainer.edit(after, _Both(swap, FieldsEdit(moved, after)), words, "change")


@dataclass(frozen=True, eq=False)
class _Both:
    """One edit after the other, as one."""

    first: ValuesEdit | _MovedToEnd
    second: FieldsEdit

    def __call__(self, state: State) -> State:
        return self.second(self.first(state))


@dataclass(frozen=True, eq=False)
class _MovedToEnd:
    """A unit becomes the last one of its layer; what the network computes stays."""

    network: Network
    layer: int
    unit: int

    def __call__(self, state: State) -> State:
        return replace(
            state,
            theta=reference.frozen(self.permuted(state.theta)),
            slots=tuple(reference.frozen(self.permuted(slot)) for slot in state.slots),
        )

    def permuted(self, values: NDArray[np.generic]) -> NDArray[np.float64]:
        result = np.array(values, dtype=np.float64)
        order = [u for u in range(self.network.sizes[self.layer]) if u != self.unit]
        order.append(self.unit)
        weights, biases = self.network.split(result)
        weights[self.layer - 1][...] = weights[self.layer - 1][order]
        biases[self.layer - 1][...] = biases[self.layer - 1][order]
        weights[self.layer][...] = weights[self.layer][:, order]
        return result


def _mask_of(experiment: Experiment, network: Network) -> NDArray[np.bool_]:
    """(n_parameters,), True where training may change θ."""
    mask = experiment.trainable
    if mask is None:
        return np.ones(network.n_parameters, dtype=np.bool_)
    return network.join_mask(mask.weights, mask.biases)


def _index(network: Network, place: Place) -> int:
    """The place in θ."""
    layer, unit, source = place
    _check("layer", layer, 1, network.n_layers)
    _check("unit", unit, 0, network.sizes[layer] - 1)
    if source is not None:
        _check("source", source, 0, network.sizes[layer - 1] - 1)
    start, biases, _ = network.places[layer - 1]
    return biases + unit if source is None else start + unit * network.sizes[layer - 1] + source


def _check(name: str, given: int, low: int, high: int) -> None:
    if not low <= given <= high:
        raise ValueError(f"{name}: {given} given; allowed: {low} to {high}.")
