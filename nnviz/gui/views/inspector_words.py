"""Parts of the network in words, as equations call them."""

from __future__ import annotations

import re

from nnviz.data.dataset import Dataset
from nnviz.insight.equation_text import pretty_input
from nnviz.model.network import Network


def unit_words(network: Network, dataset: Dataset, layer: int, unit: int) -> str:
    """A unit, or an input in layer 0."""
    if layer == 0:
        return pretty_input(dataset.input_names[unit])
    if layer < network.n_layers:
        return f"unit {unit + 1} of layer {layer}"
    # A class may be called −1.
    name = re.sub(r"^-(?=\d)", "−", dataset.classes[unit]) if dataset.classes else str(unit + 1)
    return "the output" if network.sizes[-1] == 1 else f"output {name}"


def parameter_words(
    network: Network, dataset: Dataset, layer: int, unit: int, source: int | None
) -> str:
    """A weight, or without a source a bias."""
    target = unit_words(network, dataset, layer, unit)
    if source is None:
        return f"bias of {target}"
    return f"weight from {unit_words(network, dataset, layer - 1, source)} to {target}"


def signed(text: str) -> str:
    """A change with its sign: a plus where there is no minus."""
    return text if text.startswith("−") or text in ("0", "–", "not a number") else f"+{text}"
