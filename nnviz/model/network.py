"""Topology and parameter layout: one flat vector θ, of which weights and biases are views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz.model.initializers import INITIALIZERS

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Network:
    """A fully connected feed-forward network, without its parameters.

    `sizes` counts the units of every layer, the inputs first; `activations` names one activation
    for every layer after the inputs, the output's last. The parameters θ are one flat vector:
    for each layer its weights W (n_out, n_in), row by row, and then its biases b (n_out,).
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise ValueError(f"sizes: {self.sizes} given, at least inputs and outputs are needed.")
        if len(self.activations) != len(self.sizes) - 1:
            raise ValueError(
                f"activations: {len(self.activations)} given, "
                f"one for each of {len(self.sizes) - 1} layers is needed."
            )

    @property
    def n_layers(self) -> int:
        """Layers with weights: the hidden ones and the output."""
        return len(self.sizes) - 1

    @cached_property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """(n_out, n_in) of every layer's weights."""
        return tuple(zip(self.sizes[1:], self.sizes[:-1], strict=True))

    @cached_property
    def n_parameters(self) -> int:
        return sum(n_out * (n_in + 1) for n_out, n_in in self.shapes)

    @cached_property
    def places(self) -> tuple[tuple[int, int, int], ...]:
        """For each layer: where its weights begin, where its biases begin, where it ends."""
        places, start = [], 0
        for n_out, n_in in self.shapes:
            biases = start + n_out * n_in
            places.append((start, biases, biases + n_out))
            start = biases + n_out
        return tuple(places)

    def split(self, theta: NDArray[np.generic]) -> tuple[list[Array], list[Array]]:
        """Weights (n_out, n_in) and biases (n_out,) of every layer, as views of θ."""
        weights, biases = [], []
        for shape, (start, middle, end) in zip(self.shapes, self.places, strict=True):
            weights.append(theta[start:middle].reshape(shape))
            biases.append(theta[middle:end])
        return weights, biases  # type: ignore[return-value]

    def join(self, weights: Sequence[Array], biases: Sequence[Array]) -> Array:
        """θ from the weights and biases of every layer; ValueError where a shape does not fit."""
        return self._join(weights, biases, np.float64)

    def join_mask(self, weights: Sequence[Array], biases: Sequence[Array]) -> NDArray[np.bool_]:
        """The same for a mask that has a truth value for each weight and bias."""
        return self._join(weights, biases, np.bool_)

    def _join(self, weights: Sequence[Array], biases: Sequence[Array], kind: type) -> NDArray[Any]:
        if len(weights) != self.n_layers or len(biases) != self.n_layers:
            raise ValueError(
                f"{len(weights)} arrays of weights and {len(biases)} of biases given, "
                f"the network has {self.n_layers} layers."
            )
        parts = []
        for layer, (n_out, n_in) in enumerate(self.shapes):
            for name, given, shape in (
                ("weights", weights[layer], (n_out, n_in)),
                ("biases", biases[layer], (n_out,)),
            ):
                array: NDArray[Any] = np.asarray(given, dtype=kind)
                if array.shape != shape:
                    raise ValueError(
                        f"{name} of layer {layer + 1}: shape {array.shape} given, {shape} needed."
                    )
                parts.append(array.ravel())
        return np.concatenate(parts)

    @cached_property
    def is_weight(self) -> Array:
        """1 where θ holds a weight, 0 where it holds a bias."""
        marks = np.zeros(self.n_parameters)
        for start, middle, _ in self.places:
            marks[start:middle] = 1.0
        marks.setflags(write=False)
        return marks

    def layer_of(self, index: int) -> int:
        """The layer, counted from 1, whose parameters include θ[index]."""
        for layer, (_, _, end) in enumerate(self.places, start=1):
            if index < end:
                return layer
        raise IndexError(f"θ has {self.n_parameters} entries, not {index + 1}")

    def initial_theta(self, initializer: str, seed: int) -> Array:
        """Weights drawn layer by layer from one Philox stream that `seed` decides; biases 0."""
        generator = np.random.Generator(np.random.Philox(seed))
        draw = INITIALIZERS[initializer].draw
        weights = [draw(generator, n_out, n_in) for n_out, n_in in self.shapes]
        return self.join(weights, [np.zeros(n_out) for n_out, _ in self.shapes])
