"""What a micro-step lights in the network's picture: where, in which direction, which numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from nnviz.insight.microsteps import MicroStep

Array = NDArray[np.float64]


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
    brief_key: str = ""
    """`units_key` and `suffix` in fewer words, for narrow pictures."""
    brief_suffix: str = ""
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
    loss: float | None = None
    """The loss, where it is what the step is about."""

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

    def keys(
        self, digits: int, bias_digits: int, where: str = "edges", has_plate: bool = True
    ) -> tuple[str, ...]:
        """What is shown, in words, from long to short: the first that fits is to be taken.

        Numbers on edges and those of biases have so many digits, 0 where there are none; `where`
        says what those of edges stand on. `has_plate` says that the loss stands in the picture.
        """
        edges = ""
        if self.weights is not None and digits:
            is_change = digits < 3 and self.old_weights is not None
            edges = f"{where}: {'change of w' if is_change else self.edges_key}"
        biases = ""
        if self.biases is not None and bias_digits:
            is_change = bias_digits < 3 and self.old_biases is not None
            biases = f"below: {'change of b' if is_change else self.biases_key}"
        loss = ""
        if self.loss is not None:
            loss = "below: the loss" if has_plate else f"loss: {number(self.loss)}"
        has_means = digits or self.weights is None or self.units is not None
        suffix, brief_suffix = (self.suffix, self.brief_suffix) if has_means else ("", "")
        long = _told(edges, biases, self.units_key, loss, suffix=suffix)
        short = _told(edges, biases, self.brief_key, loss, suffix=suffix)
        brief = _told(edges, biases, self.brief_key, loss, suffix=brief_suffix)
        least = _told(edges or self.brief_key or loss or biases)
        hints: tuple[str, ...] = ("",)
        if self.weights is not None and not digits:
            hints = (
                f"choose a unit to see {self.edges_key} of its edges",
                f"choose a unit for its {self.edges_key}",
            )
        texts = [_told(long, hint, between=";  ") for hint in hints]
        texts += [_told(text, hints[-1], between=";  ") for text in (short, brief)]
        return (*texts, brief, least)

    def edge_text(self, target: int, source: int, digits: int) -> str:
        """The number on an edge; "old → new" where it changes and three digits are asked for."""
        assert self.weights is not None
        new = float(self.weights[target, source])
        if self.old_weights is None:
            return number(new, digits)
        return _change(float(self.old_weights[target, source]), new, digits)

    def bias_text(self, unit: int, digits: int = 3) -> str:
        """The number beside a bias; empty where there is none; else as `edge_text`."""
        if self.biases is None:
            return ""
        new = float(self.biases[unit])
        if self.old_biases is None:
            return number(new, digits)
        return _change(float(self.old_biases[unit]), new, digits)


def number(value: float, digits: int = 3) -> str:
    """A number as it stands in the picture."""
    # The window must not wait for how equations are written.
    from nnviz.insight.equation_text import format_number

    return format_number(value, digits)


def _change(old: float, new: float, digits: int) -> str:
    """Old and new, with as many decimals as tell them apart; short: only what is added."""
    # The window must not wait for how equations are written.
    from nnviz.insight.equation_text import format_pair

    if digits < 3:
        step = new - old
        return "+" * (step > 0) + number(step, 2)
    if old == new:
        return f"{number(old)} stays"
    return " → ".join(format_pair(float(old), float(new)))


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
    if len(inputs) > 1:
        key = f"inputs: {len(inputs):,} points at once"
        return Scene(0, Light.SIGNAL, key, brief_key=f"{len(inputs):,} points at once")
    point = int(step.values["points"][0]) + 1
    key, brief = f"inputs: x of training point {point:,}", f"x of point {point:,}"
    return Scene(0, Light.SIGNAL, key, units=inputs[0], brief_key=brief)


def _forward(step: MicroStep, _: int) -> Scene:
    values, layer, sums = step.values, step.layer, step.values["sums"]
    here, (suffix, brief_suffix) = _at(layer), _means_of(sums)
    if "activations" in values:
        return Scene(
            layer, Light.SIGNAL, f"units: a{here} = g(z{here})", suffix=suffix,
            units=values["activations"].mean(axis=0), brief_key=f"units: a{here}",
            brief_suffix=brief_suffix,
        )  # fmt: skip
    is_single = "products" in values
    return Scene(
        layer, Light.SIGNAL, f"units: z{here}", f"w · a{_at(layer - 1)}" if is_single else "w",
        "b", suffix, units=sums.mean(axis=0), biases=values["biases"], edges=layer,
        weights=values["products"] if is_single else values["weights"],
        brief_key=f"units: z{here}", brief_suffix=brief_suffix,
    )  # fmt: skip


def _loss(step: MicroStep, n_layers: int) -> Scene:
    outputs, targets = step.values["outputs"], step.values["targets"]
    key = brief = f"output: a{_at(n_layers)}"
    suffix, brief_suffix = _means_of(outputs)
    if len(outputs) == 1:
        wanted = [number(target) for target in targets[0].tolist()]
        more = ", …" * (len(wanted) > 4)
        key += f",  wanted: {', '.join(wanted[:4])}{more}"
        brief = key if len(wanted) == 1 else brief
    return Scene(
        n_layers, Light.ERROR, key, suffix=suffix, units=outputs.mean(axis=0),
        loss=float(step.values["loss"]), brief_key=brief, brief_suffix=brief_suffix,
    )  # fmt: skip


def _backward(step: MicroStep, _: int) -> Scene:
    values, layer, errors = step.values, step.layer, step.values["errors"]
    n = len(errors)
    suffix, brief_suffix = (
        ("", "") if n == 1 else (f",  sums over {n:,} points", f",  sums of {n:,}")
    )
    if "weight_gradients" in values:
        return Scene(
            layer, Light.ERROR, "", "∂L/∂w", "∂L/∂b", suffix, biases=values["bias_gradients"],
            edges=layer, weights=values["weight_gradients"], backwards=True,
            brief_suffix=brief_suffix,
        )  # fmt: skip
    return Scene(
        layer, Light.ERROR, f"units: δ{_at(layer)} = ∂L/∂z{_at(layer)}", suffix=suffix,
        units=errors.sum(axis=0), edges=layer + 1 if "arriving" in values else None,
        backwards=True, brief_key=f"units: δ{_at(layer)}", brief_suffix=brief_suffix,
    )  # fmt: skip


def _update(step: MicroStep, _: int) -> Scene:
    values, layer = step.values, step.layer
    return Scene(
        layer, Light.CHANGE, "", "w, old → new", "b, old → new",
        biases=values["new_layer_biases"], old_biases=values["old_layer_biases"],
        edges=layer, weights=values["new_layer_weights"], old_weights=values["old_layer_weights"],
    )  # fmt: skip


def _told(*parts: str, between: str = ",  ", suffix: str = "") -> str:
    """What there is of some parts, one behind the other."""
    text = between.join(part for part in parts if part)
    return text + suffix if text else ""


def _means_of(points: Array) -> tuple[str, str]:
    """That numbers are means, in words and in fewer."""
    n = len(points)
    return ("", "") if n == 1 else (f",  means of {n:,} points", f",  means of {n:,}")


def _at(layer: int) -> str:
    from nnviz.insight.equation_text import raised

    return raised(f"({layer})")
