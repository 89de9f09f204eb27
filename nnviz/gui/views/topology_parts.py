"""Parts of the network as values: where they stand in the picture, their numbers and names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nnviz.gui.views.edges import EdgeGeometry, Indices
from nnviz.gui.views.network_names import NetworkNames
from nnviz.insight.parts import BiasPart, EdgePart, LossPart, NeuronPart, Part
from nnviz.run.parameters import Mask

__all__ = ["BiasPart", "EdgePart", "LossPart", "NeuronPart", "Parameter", "Part"]

Array = NDArray[np.float64]
Parameter = EdgePart | BiasPart
"""A part that is one number, which training changes and a hand may change too."""


def exists(part: Part, sizes: Sequence[int]) -> bool:
    """Whether a network of these sizes has such a part."""
    match part:
        case NeuronPart(layer, unit):
            return 0 <= layer < len(sizes) and 0 <= unit < sizes[layer]
        case BiasPart(layer, unit):
            return 0 < layer < len(sizes) and 0 <= unit < sizes[layer]
        case EdgePart(layer, target, source):
            is_layer = 0 < layer < len(sizes)
            return is_layer and 0 <= target < sizes[layer] and 0 <= source < sizes[layer - 1]
        case LossPart():
            return True


def is_before(part: Part, layers: int) -> bool:
    """Whether a part stays what it is when there are other layers behind the first `layers` − 1."""
    return isinstance(part, LossPart) or part.layer < layers - 1


def is_shown(part: Part, edges: EdgeGeometry) -> bool:
    """Whether a part is drawn: of very large layers only the first units are."""
    return exists(part, edges.shown)


def edge_index(part: EdgePart, edges: EdgeGeometry) -> int:
    """Which edge of the picture is meant."""
    shown, layer = edges.shown, part.layer
    before = sum(a * b for a, b in pairwise(shown[:layer]))
    return before + part.target * shown[layer - 1] + part.source


def edges_into(part: Part, edges: EdgeGeometry) -> Indices:
    """The edges of the picture into a unit, or the one that is meant; those of no other part."""
    if not is_shown(part, edges) or isinstance(part, LossPart):
        return np.empty(0, dtype=np.int64)
    if isinstance(part, EdgePart):
        return edges.one(edge_index(part, edges))
    return edges.into(part.layer, part.unit)


def value_of(part: Parameter, weights: Sequence[Array], biases: Sequence[Array]) -> float:
    """The weight or the bias."""
    if isinstance(part, EdgePart):
        return float(weights[part.layer - 1][part.target, part.source])
    return float(biases[part.layer - 1][part.unit])


def name_of(part: Part, names: NetworkNames) -> str:
    """A part in words: "weight x₁ → unit 2 of layer 1"."""
    match part:
        case NeuronPart(layer, unit):
            return names.unit(layer, unit)
        case BiasPart(layer, unit):
            return f"bias of {names.unit(layer, unit)}"
        case EdgePart(layer, target, source):
            return f"weight {names.unit(layer - 1, source)} → {names.unit(layer, target)}"
        case LossPart():
            return "loss"


def neuron_of(part: Part) -> NeuronPart | None:
    """The unit that a part belongs to: an edge leads into it."""
    match part:
        case BiasPart(layer, unit) | EdgePart(layer, unit, _):
            return NeuronPart(layer, unit)
        case NeuronPart():
            return part
        case LossPart():
            return None


def parameters_of(part: Part, sizes: Sequence[int]) -> tuple[Parameter, ...]:
    """Bias and incoming weights of a unit; the part itself where it is a number."""
    match part:
        case EdgePart() | BiasPart():
            return (part,)
        case NeuronPart(layer, unit) if layer > 0:
            sources = range(sizes[layer - 1])
            return (BiasPart(layer, unit), *(EdgePart(layer, unit, s) for s in sources))
        case _:
            return ()


def connections_of(part: Part, sizes: Sequence[int]) -> tuple[Parameter, ...]:
    """What is cut with a part: of a unit or an input also the weights that lead away from it."""
    own = parameters_of(part, sizes)
    if isinstance(part, NeuronPart) and part.layer < len(sizes) - 1:
        behind = range(sizes[part.layer + 1])
        own += tuple(EdgePart(part.layer + 1, target, part.unit) for target in behind)
    return own


def parameters_of_layer(layer: int, sizes: Sequence[int]) -> tuple[Parameter, ...]:
    """All that leads into a layer, unit by unit."""
    units = (NeuronPart(layer, unit) for unit in range(sizes[layer]))
    return tuple(parameter for unit in units for parameter in parameters_of(unit, sizes))


def next_around(part: Part, sizes: Sequence[int], step: int) -> Part:
    """From a unit to its bias, its incoming edges one by one, and the unit again; or backwards."""
    neuron = neuron_of(part)
    if neuron is None:
        return part
    around: list[Part] = [neuron, *parameters_of(neuron, sizes)]
    return around[(around.index(part) + step) % len(around)]


def are_frozen(parts: Iterable[Parameter], mask: Mask | None) -> bool:
    """Whether training leaves all of these parts alone."""
    if mask is None:
        return False
    return not any(value_of(part, mask.weights, mask.biases) for part in parts)
