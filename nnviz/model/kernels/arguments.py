"""What kernels hand on to each other, in groups: compiled code takes them apart again.

Arrays are pointers here (see `vectors.pointer`), so their lengths are told beside them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Pointer = Any


class Model(NamedTuple):
    """A network and its parameters."""

    theta: Pointer
    n_parameters: int
    sizes: Pointer
    """Units of each layer, the inputs first: layers + 1 numbers."""
    places: Pointer
    """Where in θ a layer's weights begin, and where its biases: 2 · layers numbers."""
    codes: Pointer
    """The layers' activations."""
    layers: int


class Points(NamedTuple):
    """n points, one after the other: X (n · features,), T (n · outputs,), weights (n,)."""

    X: Pointer
    T: Pointer
    weights: Pointer
    is_weighted: bool
    order: Pointer
    is_ordered: bool
    """Whether they are taken as `order` says, not as they lie."""
    n: int


class Rule(NamedTuple):
    """How parameters change."""

    loss: int
    optimizer: int
    slots: Pointer
    """What the optimizer remembers: a number for each parameter, n_slots times."""
    n_slots: int
    slot_length: int
    """From the beginning of one to that of the next."""
    hyper: Pointer
    l1: float
    l2: float
    frozen: Pointer
    """Places in θ of what does not change."""
    n_frozen: int


class Room(NamedTuple):
    """Memory to work in, and where in it what lies."""

    work: Pointer
    activations: int
    sums: int
    errors: int
    targets: int
    weights: int
    gradient: int
    products: int
    kept: int
    at_hand: int
