"""What the parts of a network are called: in captions, read-outs and for screen readers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from nnviz.data.dataset import Dataset
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import n_outputs
from nnviz.run.experiment import Experiment

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_MANY_ALIKE = 4


class NetworkNames(NamedTuple):
    """Sizes and names of a network; layer 0 are the inputs, units count from 0."""

    sizes: tuple[int, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    """One name for each output; empty where there is only one output."""
    activations: tuple[str, ...]
    """Labels, one for each layer after the inputs."""
    n_classes: int

    @classmethod
    def of(cls, experiment: Experiment, dataset: Dataset) -> NetworkNames:
        inputs = tuple(pretty_input(name) for name in dataset.input_names)
        outputs = n_outputs(dataset.task, dataset.n_classes, experiment.output_activation)
        return cls(
            sizes=(len(inputs), *experiment.hidden, outputs),
            inputs=inputs,
            outputs=tuple(map(_with_minus, dataset.classes)) if outputs > 1 else (),
            activations=_labels(experiment.activations),
            n_classes=dataset.n_classes,
        )

    def with_activations(self, names: Sequence[str]) -> NetworkNames:
        """The same network with other activations, which may change while it trains."""
        labels = _labels(names)
        return self if labels == self.activations else self._replace(activations=labels)

    @property
    def hidden(self) -> tuple[int, ...]:
        return self.sizes[1:-1]

    @property
    def last(self) -> int:
        """The number of the output layer."""
        return len(self.sizes) - 1

    @property
    def n_weights(self) -> int:
        return sum(a * b for a, b in zip(self.sizes, self.sizes[1:], strict=False))

    @property
    def n_parameters(self) -> int:
        return self.n_weights + sum(self.sizes[1:])

    def caption(self, layer: int) -> str:
        if layer == 0:
            return "input" if self.sizes[0] == 1 else "inputs"
        if layer == self.last:
            return self.activations[-1]
        return f"{self.sizes[layer]} · {self.activations[layer - 1]}"

    def unit(self, layer: int, unit: int) -> str:
        """A unit in words: "x₁", "unit 3 of layer 1", "output"."""
        if layer == 0:
            return self.inputs[unit]
        if layer == self.last:
            return f"output {self.outputs[unit]}" if self.outputs else "output"
        return f"unit {unit + 1} of layer {layer}"

    def layer(self, layer: int) -> str:
        """A layer in words: "layer 1", "the output"."""
        if layer == 0:
            return "the inputs"
        return "the output" if layer == self.last else f"layer {layer}"

    def subtitle(self) -> str:
        """Sizes and number of parameters: "2 – 6 – 4 – 1 · 45 parameters"."""
        parts: list[str] = []
        runs = [(size, len(list(run))) for size, run in groupby(self.hidden)]
        for size, alike in runs:
            words = f"{alike} layers of {size}"
            # Among other numbers it would be hard to see what belongs together.
            many = words if len(runs) == 1 else f"({words})"
            parts += [many] if alike >= _MANY_ALIKE else [str(size)] * alike
        sizes = " – ".join([str(self.sizes[0]), *parts, str(self.sizes[-1])])
        return f"{sizes} · {self.n_parameters:,} parameters"

    def summary(self) -> str:
        """The network in words, for those who do not see it."""
        if not self.hidden:
            middle = "no hidden layer"
        else:
            layers = ", ".join(
                f"{size} {label}"
                for size, label in zip(self.hidden, self.activations, strict=False)
            )
            middle = f"{len(self.hidden)} hidden layers with units: {layers}"
            if len(self.hidden) == 1:
                middle = f"1 hidden layer with units: {layers}"
        outputs = "1 output" if self.sizes[-1] == 1 else f"{self.sizes[-1]} outputs"
        return (
            f"Network with inputs {', '.join(self.inputs)}; {middle}; "
            f"{outputs} ({self.activations[-1]}); {self.n_weights:,} weights, "
            f"{self.n_parameters:,} parameters. Arrow keys walk over the units; "
            "plus and minus change the number of units in the layer of the chosen one. "
            "Enter chooses; Shift with up and down goes on to bias and weights, which plus and "
            "minus or a typed number change, F freezes and Delete cuts."
        )


def _labels(activations: Sequence[str]) -> tuple[str, ...]:
    return tuple(ACTIVATIONS[name].label for name in activations)


def _with_minus(name: str) -> str:
    """A class that is called by a number, with a true minus sign."""
    return re.sub(r"^-(?=\d)", "−", name)


def pretty_input(name: str) -> str:
    """An input's name as mathematics writes it: x1*x2 → x₁·x₂, x1^2 → x₁²."""
    name = re.sub(r"(?<![A-Za-z])x(\d+)", lambda m: "x" + m[1].translate(_SUBSCRIPTS), name)
    return name.replace("^2", "²").replace("^3", "³").replace("*", "·")
