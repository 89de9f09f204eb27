"""What an edit in the middle of a run makes of a state, and how it is told.

Each is a value that can be called: from the state before the edit it makes the state after it, as
often as that is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz.model import reference
from nnviz.model.network import Network
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.reference import State
from nnviz.run.consistency import network_of
from nnviz.run.experiment import Experiment
from nnviz.run.problem import initial_theta
from nnviz.run.refusal import shown
from nnviz.run.resizing import carried

Array = NDArray[np.float64]
Edit = Callable[[State], State]
_ARROW = " → "


@dataclass(frozen=True, eq=False)
class FieldsEdit:
    """Other fields of the experiment: parameters stay where the network still has them.

    A new batch size or shuffling begins a new pass over the points; a new optimizer starts with
    an empty memory.
    """

    before: Experiment
    after: Experiment

    def __call__(self, state: State) -> State:
        before, after = self.before, self.after
        old, new = network_of(before), network_of(after)
        if (before.batch_size, before.shuffle) != (after.batch_size, after.shuffle):
            state = replace(state, position=0)
        if old.sizes != new.sizes:
            state = self._reshaped(state, old, new)
        if before.optimizer != after.optimizer:
            slots = OPTIMIZERS[after.optimizer].initial_slots(state.theta.size)
            state = replace(state, slots=tuple(map(reference.frozen, slots)), optimizer_updates=0)
        return state

    def _reshaped(self, state: State, old: Network, new: Network) -> State:
        fresh, empty = initial_theta(self.after), np.zeros(new.n_parameters)
        # What was not trained yet starts as a run of the new network would.
        is_untouched = state.update == 0 and np.array_equal(state.theta, initial_theta(self.before))
        theta = fresh if is_untouched else carried(old, new, state.theta, fresh)
        slots = [carried(old, new, slot, empty) for slot in state.slots]
        return replace(
            state, theta=reference.frozen(theta), slots=tuple(map(reference.frozen, slots))
        )


@dataclass(frozen=True, eq=False)
class ValuesEdit:
    """Other values for some parameters; update, epoch and the optimizer's memory stay."""

    indices: NDArray[np.int64]
    """(m,), places in θ."""
    values: Array
    """(m,)"""

    @classmethod
    def between(cls, before: Array, after: Array) -> ValuesEdit:
        """What leads from one θ to another of the same size, sign of zero included."""
        differs = before.view(np.int64) != after.view(np.int64)
        indices = np.flatnonzero(differs)
        return cls(indices, after[indices])

    def __call__(self, state: State) -> State:
        theta = state.theta.copy()
        theta[self.indices] = self.values
        return replace(state, theta=reference.frozen(theta))

    def then(self, later: ValuesEdit) -> ValuesEdit:
        """Both, one after the other, as one."""
        both = dict(zip(self.indices.tolist(), self.values.tolist(), strict=True))
        both |= dict(zip(later.indices.tolist(), later.values.tolist(), strict=True))
        return ValuesEdit(np.array(list(both), dtype=np.int64), np.array(list(both.values())))


def nothing(state: State) -> State:
    """Another engine goes on from the very same state."""
    return state


def change_in_words(before: Experiment, after: Experiment) -> str:
    """`learning rate 0.03 → 0.1`, for each field that differs."""
    return ", ".join(
        f"{name.replace('_', ' ')} {_value(getattr(before, name))}{_ARROW}{_value(value)}"
        for name, value in before.differences(after).items()
    )


def values_in_words(network: Network, edit: ValuesEdit, before: Array) -> str:
    """`bias of unit 3 of layer 1: 0.5 → 0.7` for one parameter, else how many they are.

    Units are called as everywhere; what the data call the inputs is not known here.
    """
    if len(edit.indices) != 1:
        return f"{len(edit.indices):,} parameters"
    index = int(edit.indices[0])
    layer = network.layer_of(index)
    start, biases, _ = network.places[layer - 1]
    if index >= biases:
        name = f"bias of {_unit(network, layer, index - biases)}"
    else:
        target, source = divmod(index - start, network.sizes[layer - 1])
        name = f"weight from {_unit(network, layer - 1, source)} to {_unit(network, layer, target)}"
    return f"{name}: {_number(before[index])}{_ARROW}{_number(edit.values[0])}"


def _unit(network: Network, layer: int, unit: int) -> str:
    if layer == 0:
        return f"input {unit + 1}"
    if layer < network.n_layers:
        return f"unit {unit + 1} of layer {layer}"
    return "the output" if network.sizes[-1] == 1 else f"output {unit + 1}"


def joined_words(first: str, last: str) -> str:
    """What two of `values_in_words` tell as one, of the first and the last part of a drag."""
    name, arrow, _ = first.partition(_ARROW)
    return f"{name}{arrow}{last.rpartition(_ARROW)[2]}" if arrow and _ARROW in last else first


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    if isinstance(value, float):
        return _number(value, 6)
    return str(shown(value)).strip("'\"").replace("_", " ")


def _number(value: float, digits: int = 4) -> str:
    """With a real minus, and powers of ten without idle signs: −2.5e6."""
    text = re.sub(r"e\+?(-?)0*", r"e\1", f"{value:.{digits}g}")
    return text.replace("-", "−")
