"""What a micro-step lights in the network's picture: where, in which direction, which numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import floor, isfinite, log10
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from nnviz.insight.microsteps import MicroStep

Array = NDArray[np.float64]

_PLAIN = 1e-4, 1e5
"""Numbers beyond are written with a power of ten."""


class Light(Enum):
    """What travels, and so the colour."""

    SIGNAL = "signal"
    ERROR = "error"
    CHANGE = "change"


@dataclass(frozen=True, eq=False)
class Scene:
    """A micro-step as it is seen."""

    layer: int
    """The layer whose units are lit; 0 are the inputs."""
    light: Light
    units_key: str = ""
    """What the numbers on units are, in words; so for edges and biases."""
    edges_key: str = ""
    biases_key: str = ""
    suffix: str = ""
    """Of how many points they are."""
    units: Array | None = None
    """(units,) numbers on them."""
    biases: Array | None = None
    """(units,) numbers under them."""
    old_biases: Array | None = None
    edges: int | None = None
    """The layer whose incoming edges are lit."""
    weights: Array | None = None
    """(n_out, n_in) numbers on these edges."""
    old_weights: Array | None = None
    """What they were before, where they change."""
    backwards: bool = False
    """Whether the light goes from right to left."""
    loss: str = ""
    """The loss as text, where it is what the step is about."""

    def fits(self, sizes: Sequence[int]) -> bool:
        """Whether it is of a network of these sizes, inputs first."""
        layer = self.layer
        if layer >= len(sizes) or (self.edges or 0) >= len(sizes):
            return False
        lengths = (len(a) for a in (self.units, self.biases) if a is not None)
        are_units = all(length == sizes[layer] for length in lengths)
        return are_units and (
            self.weights is None or self.weights.shape == (sizes[layer], sizes[layer - 1])
        )

    def key(self, digits: int, has_biases: bool, where: str = "edges") -> str:
        """What is shown, in words: numbers on edges have so many digits, 0 where there are none.

        `where` says what they stand on.
        """
        parts = []
        if self.weights is not None and digits:
            is_short = digits < 3 and self.old_weights is not None
            parts.append(f"{where}: {'change of w' if is_short else self.edges_key}")
        if self.biases is not None and has_biases:
            parts.append(f"below: {self.biases_key}")
        if self.units_key:
            parts.append(self.units_key)
        text = ",  ".join(parts)
        if text and (digits or self.weights is None or self.units is not None):
            text += self.suffix
        if self.weights is not None and not digits:
            hint = f"choose a unit to see {self.edges_key} of its edges"
            text = f"{text};  {hint}" if text else hint
        return text

    def edge_text(self, target: int, source: int, digits: int) -> str:
        """The number on an edge; "old → new" where it changes and three digits are asked for."""
        assert self.weights is not None
        new = float(self.weights[target, source])
        if self.old_weights is None:
            return number(new, digits)
        return _change(float(self.old_weights[target, source]), new, digits)

    def bias_text(self, unit: int) -> str:
        """The number beside a bias; empty where there is none."""
        if self.biases is None:
            return ""
        new = float(self.biases[unit])
        return number(new) if self.old_biases is None else _change(self.old_biases[unit], new, 3)


def number(value: float, digits: int = 3) -> str:
    """A number as it stands in the picture."""
    # The window must not wait for how equations are written.
    from nnviz.insight.equation_text import format_number

    return format_number(value, digits)


def _change(old: float, new: float, digits: int) -> str:
    """Old and new, with as many decimals as tell them apart; short: only what is added."""
    if digits < 3:
        step = new - old
        return "+" * (step > 0) + number(step, 2)
    if old == new:
        return f"{number(old)} stays"
    largest = max(abs(old), abs(new))
    if not isfinite(largest) or not _PLAIN[0] <= largest < _PLAIN[1]:
        return f"{number(old)} → {number(new)}"
    first = max(2 - floor(log10(largest)), 0)
    pairs = (tuple(f"{value:.{n}f}" for value in (old, new)) for n in range(first, first + 6))
    was, is_ = next((pair for pair in pairs if pair[0] != pair[1]), (number(old), number(new)))
    return f"{was} → {is_}".replace("-", "−")


def scene_of(step: MicroStep, n_layers: int) -> Scene:
    """What lights up in a network of `n_layers` layers behind the inputs."""
    build = {
        "load": _load, "forward": _forward, "loss": _loss, "backward": _backward,
        "update": _update,
    }[step.phase]  # fmt: skip
    with np.errstate(all="ignore"):
        return build(step, n_layers)


def _load(step: MicroStep, _: int) -> Scene:
    inputs = step.values["inputs"]
    if len(inputs) == 1:
        point = int(step.values["points"][0]) + 1
        key = f"inputs: x of training point {point:,}"
        return Scene(0, Light.SIGNAL, key, units=inputs[0])
    return Scene(0, Light.SIGNAL, f"inputs: {len(inputs):,} points at once")


def _forward(step: MicroStep, _: int) -> Scene:
    values, layer, sums = step.values, step.layer, step.values["sums"]
    here = _at(layer)
    if "activations" in values:
        return Scene(
            layer, Light.SIGNAL, f"units: a{here} = g(z{here})", suffix=_mean_of(sums),
            units=values["activations"].mean(axis=0),
        )  # fmt: skip
    is_single = "products" in values
    return Scene(
        layer, Light.SIGNAL, f"units: z{here}", f"w · a{_at(layer - 1)}" if is_single else "w",
        "b", _mean_of(sums), units=sums.mean(axis=0), biases=values["biases"], edges=layer,
        weights=values["products"] if is_single else values["weights"],
    )  # fmt: skip


def _loss(step: MicroStep, n_layers: int) -> Scene:
    outputs, targets = step.values["outputs"], step.values["targets"]
    key = f"output: a{_at(n_layers)}"
    if len(outputs) == 1:
        key += ",  wanted: " + ", ".join(map(number, targets[0].tolist()[:4]))
        key += ", …" * (targets.shape[1] > 4)
    return Scene(
        n_layers, Light.ERROR, key + ",  below: the loss", suffix=_mean_of(outputs),
        units=outputs.mean(axis=0), loss=number(float(step.values["loss"])),
    )  # fmt: skip


def _backward(step: MicroStep, _: int) -> Scene:
    values, layer, errors = step.values, step.layer, step.values["errors"]
    total = "" if len(errors) == 1 else f",  sums over {len(errors):,} points"
    if "weight_gradients" in values:
        return Scene(
            layer, Light.ERROR, "", "∂L/∂w", "∂L/∂b", total, biases=values["bias_gradients"],
            edges=layer, weights=values["weight_gradients"], backwards=True,
        )  # fmt: skip
    return Scene(
        layer, Light.ERROR, f"units: δ{_at(layer)} = ∂L/∂z{_at(layer)}", suffix=total,
        units=errors.sum(axis=0), edges=layer + 1 if "arriving" in values else None,
        backwards=True,
    )  # fmt: skip


def _update(step: MicroStep, _: int) -> Scene:
    values, layer = step.values, step.layer
    return Scene(
        layer, Light.CHANGE, "", "w, old → new", "b, old → new",
        biases=values["new_layer_biases"], old_biases=values["old_layer_biases"],
        edges=layer, weights=values["new_layer_weights"], old_weights=values["old_layer_weights"],
    )  # fmt: skip


def _mean_of(points: Array) -> str:
    return "" if len(points) == 1 else f",  means of {len(points):,} points"


def _at(layer: int) -> str:
    from nnviz.insight.equation_text import raised

    return raised(f"({layer})")
