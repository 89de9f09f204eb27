"""Parts: what of a network an equation can be of. Plain values, which cost nothing to import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NeuronPart:
    """A unit, counted from 0, of a layer counted from 1; layer 0 are the inputs."""

    layer: int
    unit: int


@dataclass(frozen=True)
class EdgePart:
    """The weight to unit `target` of a layer from unit `source` of the layer before."""

    layer: int
    target: int
    source: int


@dataclass(frozen=True)
class BiasPart:
    """The bias of a unit, counted from 0, of a layer counted from 1."""

    layer: int
    unit: int


@dataclass(frozen=True)
class LossPart:
    """The loss."""


Part = NeuronPart | EdgePart | BiasPart | LossPart
