"""Many updates in one call: order, gather, forward, loss, backward, penalty, optimizer.

The twin of `reference.train`. It holds neither the interpreter's lock nor any memory of its own.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from nnviz.model.kernels.arguments import Model, Points, Room, Rule
from nnviz.model.kernels.entry import SPLICED, entry_point
from nnviz.model.kernels.losses import count_of_right, sum_of_losses
from nnviz.model.kernels.optimizers import penalty
from nnviz.model.kernels.passes import forward, gather_points
from nnviz.model.kernels.updates import update_by_batches, update_by_points
from nnviz.model.kernels.vectors import pointer

Array = Any

_INTEGERS = "int64[::1]"
_SLOTS = "float64[:,::1]"
_PLACES = "int64[:,::1]"
_NUMBERS = "float64[::1]"
_GIVEN = "Array(float64, 1, 'C', readonly=True)"


@njit(**SPLICED)
def _model(theta: Array, sizes: Array, places: Array, codes: Array) -> Model:
    return Model(
        pointer(theta), len(theta), pointer(sizes), pointer(places), pointer(codes), len(codes)
    )


@njit(**SPLICED)
def _points(X: Array, T: Array, weights: Array, order: Array, n: int) -> Points:
    return Points(
        pointer(X), pointer(T), pointer(weights), len(weights) > 0, pointer(order), len(order) > 0,
        n,
    )  # fmt: skip


@njit(**SPLICED)
def _rule(
    loss: int, optimizer: int, slots: Array, hyper: Array, l1: float, l2: float, frozen: Array,
) -> Rule:  # fmt: skip
    return Rule(
        loss, optimizer, pointer(slots), slots.shape[0], slots.shape[1], pointer(hyper), l1, l2,
        pointer(frozen), len(frozen),
    )  # fmt: skip


@njit(**SPLICED)
def _room(work: Array, layout: Array) -> Room:
    return Room(
        pointer(work), layout[0], layout[1], layout[2], layout[3], layout[4], layout[5],
        layout[6], layout[7], layout[8],
    )  # fmt: skip


_UPDATES = (
    f"int64({_NUMBERS}, {_SLOTS}, {_INTEGERS}, {_INTEGERS}, {_PLACES}, {_INTEGERS}, int64, int64,"
    f" {_NUMBERS}, float64, float64, {_NUMBERS}, int64, {_GIVEN}, {_GIVEN}, {_GIVEN},"
    f" int64, {_INTEGERS}, {_INTEGERS}, {_NUMBERS}, {_INTEGERS}, int64, uint8[::1], int64, int64)"
)


@entry_point(_UPDATES)
def train(
    theta: Array, slots: Array, counters: Array, sizes: Array, places: Array, codes: Array,
    loss: int, optimizer: int, hyper: Array, l1: float, l2: float, rates: Array, first_epoch: int,
    X: Array, T: Array, weights: Array, seed: int, order: Array, frozen: Array, work: Array,
    layout: Array, updates: int, stop: Array, batch: int, columns: int,
) -> int:  # fmt: skip
    """Make `updates` updates to θ (n,), slots (k, n and more) and counters in place; returns why it
    ended.

    sizes (layers + 1,) counts units; places (layers, 2) tells where in θ each layer's weights and
    biases begin; codes (layers,) name activations. rates (m,) are the learning rates of the epochs
    from `first_epoch` on; the last one holds for all that follow. X (n · features,) and T
    (n · outputs,) hold a point after the other, weights (n,) or nothing. An empty `order` keeps
    the natural one. `frozen` lists the places in θ that do not change. layout says where in `work`
    what lies, `columns` how many points of a `batch` go through at once. A stop that is asked for
    leaves the update in hand undone.
    """
    return update_by_batches(
        _model(theta, sizes, places, codes), _points(X, T, weights, order, len(X) // sizes[0]),
        _rule(loss, optimizer, slots, hyper, l1, l2, frozen), _room(work, layout),
        pointer(counters), pointer(rates), len(rates) - 1, first_epoch, seed, updates,
        pointer(stop), batch, columns,
    )  # fmt: skip


@entry_point(_UPDATES)
def train_by_points(
    theta: Array, slots: Array, counters: Array, sizes: Array, places: Array, codes: Array,
    loss: int, optimizer: int, hyper: Array, l1: float, l2: float, rates: Array, first_epoch: int,
    X: Array, T: Array, weights: Array, seed: int, order: Array, frozen: Array, work: Array,
    layout: Array, updates: int, stop: Array, _batch: int, _columns: int,
) -> int:  # fmt: skip
    """`train` for batches of one point."""
    return update_by_points(
        _model(theta, sizes, places, codes), _points(X, T, weights, order, len(X) // sizes[0]),
        _rule(loss, optimizer, slots, hyper, l1, l2, frozen), _room(work, layout),
        pointer(counters), pointer(rates), len(rates) - 1, first_epoch, seed, updates,
        pointer(stop),
    )  # fmt: skip


@entry_point(
    f"void({_NUMBERS}, {_INTEGERS}, {_PLACES}, {_INTEGERS}, int64, float64, float64, {_GIVEN},"
    f" {_GIVEN}, {_GIVEN}, {_INTEGERS}, {_NUMBERS}, {_INTEGERS}, int64, float64, {_NUMBERS})"
)
def figures(
    theta: Array,
    sizes: Array,
    places: Array,
    codes: Array,
    loss: int,
    l1: float,
    l2: float,
    X: Array,
    T: Array,
    weights: Array,
    chosen: Array,
    work: Array,
    layout: Array,
    columns: int,
    threshold: float,
    out: Array,
) -> None:
    """out (3,) = sum of the points' losses, points decided rightly, penalty.

    Over the points X (n · features,), or those that `chosen` names where it is not empty.
    """
    model, room = _model(theta, sizes, places, codes), _room(work, layout)
    n = len(chosen) if len(chosen) > 0 else len(X) // sizes[0]
    points = _points(X, T, weights, chosen, n)
    outputs = sizes[len(codes)]
    total, right = 0.0, 0
    for start in range(0, n, columns):
        count = min(columns, n - start)
        across = (count + 3) // 4 * 4
        gather_points(
            points, sizes[0], outputs, start, count, room.work, room.activations, room.targets,
            room.weights, across,
        )  # fmt: skip
        place = forward(model, room.work, room.activations, room.sums, across) * across
        z, y = room.sums + place, room.activations + place
        total += sum_of_losses(
            loss, room.work, z, y, room.targets, outputs, across, count,
            room.weights if points.is_weighted else -1,
        )  # fmt: skip
        right += count_of_right(room.work, y, room.targets, outputs, across, count, threshold)
    out[0], out[1] = total, right
    out[2] = penalty(model.theta, model.places, model.layers, l1, l2)
