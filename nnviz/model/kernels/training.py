"""Many updates in one call: order, gather, forward, loss, backward, penalty, optimizer.

The twin of `reference.train`. It holds neither the interpreter's lock nor any memory of its own.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from nnviz.model.kernels.entry import INNER, entry_point
from nnviz.model.kernels.losses import count_of_right, sum_of_losses
from nnviz.model.kernels.optimizers import add_penalty_gradient, penalty, step
from nnviz.model.kernels.order import draw_order
from nnviz.model.kernels.passes import chunk, forward, gather

LARGEST_SQUARE = 1e200
"""While the squares of θ, of the gradient and of the outputs' sums add up to less than this, no
number that follows from them in an update can overflow: `CompiledEngine` sees to the rest."""

DONE, STOPPED, EXTREME = 0, 1, 2
"""Why `train` came back: all updates made; asked to stop; numbers too large to go on here."""

UPDATE, EPOCH, POSITION, OPTIMIZER_UPDATES, ORDERED_EPOCH = range(5)
"""Places in `counters`; the last is the epoch whose order is in `order`, −1 when none is."""

Array = Any

_INTEGERS = "int64[::1]"
_PLACES = "int64[:,::1]"
_NUMBERS = "float64[::1]"
_GIVEN = "Array(float64, 1, 'C', readonly=True)"


@njit(**INNER)
def _keep(theta: Array, slots: Array, n_slots: int, frozen: Array, work: Array, kept: int) -> None:
    """Copy what belongs to frozen parameters to `work`, from `kept` on."""
    at = kept
    for k in range(len(frozen)):
        work[at] = theta[frozen[k]]
        at += 1
        for slot in range(n_slots):
            work[at] = slots[slot * len(theta) + frozen[k]]
            at += 1


@njit(**INNER)
def _put_back(
    theta: Array, slots: Array, n_slots: int, frozen: Array, work: Array, kept: int
) -> None:
    """What `_keep` took away."""
    at = kept
    for k in range(len(frozen)):
        theta[frozen[k]] = work[at]
        at += 1
        for slot in range(n_slots):
            slots[slot * len(theta) + frozen[k]] = work[at]
            at += 1


@entry_point(
    f"int64({_NUMBERS}, {_NUMBERS}, {_INTEGERS}, {_INTEGERS}, {_PLACES}, {_INTEGERS}, int64, int64,"
    f" {_NUMBERS}, float64, float64, {_NUMBERS}, int64, {_GIVEN}, {_GIVEN}, {_GIVEN},"
    f" int64, int64, {_INTEGERS}, {_INTEGERS}, {_NUMBERS}, {_INTEGERS}, int64, int64, uint8[::1])"
)
def train(
    theta: Array,
    slots: Array,
    counters: Array,
    sizes: Array,
    places: Array,
    codes: Array,
    loss: int,
    optimizer: int,
    hyper: Array,
    l1: float,
    l2: float,
    rates: Array,
    first_epoch: int,
    X: Array,
    T: Array,
    weights: Array,
    batch: int,
    seed: int,
    order: Array,
    frozen: Array,
    work: Array,
    layout: Array,
    columns: int,
    updates: int,
    stop: Array,
) -> int:
    """Make `updates` updates to θ (n,), slots (k · n,) and counters in place; returns why it ended.

    sizes (layers + 1,) counts units; places (layers, 2) tells where in θ each layer's weights and
    biases begin; codes (layers,) name activations. rates (m,) are the learning rates of the epochs
    from `first_epoch` on; the last one holds for all that follow. X (n · features,) and T
    (n · outputs,) hold a point after the other, weights (n,) or nothing. An empty `order` keeps
    the natural one. `frozen` lists the places in θ that do not change. layout says where in `work`
    what lies, `columns` how many points go through at once. A stop that is asked for leaves the
    update in hand undone.
    """
    n, n_parameters = len(X) // sizes[0], len(theta)
    gradient = work[layout[5] : layout[5] + n_parameters]
    n_slots = len(slots) // n_parameters
    kept = layout[7]
    size = 0.0
    for k in range(n_parameters):
        size += theta[k] * theta[k]
    for _ in range(updates):
        if stop[0] != 0:
            return STOPPED
        start = counters[POSITION]
        points = min(batch, n - start)
        if len(order) > 0 and counters[ORDERED_EPOCH] != counters[EPOCH]:
            draw_order(order, seed, counters[EPOCH])
            counters[ORDERED_EPOCH] = counters[EPOCH]
        share = 1.0 / points
        if points > 1 or columns > 1:
            gradient[:] = 0.0
        done = 0
        while done < points:
            here = min(columns, points - done)
            across = 1 if columns == 1 else (here + 3) // 4 * 4
            size += chunk(
                theta, sizes, places, codes, loss, X, T, weights, order, start + done, here,
                share, work, layout, across,
            )  # fmt: skip
            done += here
            if done < points and stop[0] != 0:
                return STOPPED
        if l1 != 0.0 or l2 != 0.0:
            add_penalty_gradient(theta, gradient, places, l1, l2)
        for k in range(n_parameters):
            size += gradient[k] * gradient[k]
        if not size < LARGEST_SQUARE:
            return EXTREME
        if len(frozen) > 0:
            _keep(theta, slots, n_slots, frozen, work, kept)
        t = counters[OPTIMIZER_UPDATES] + 1
        eta = rates[min(counters[EPOCH] - first_epoch, len(rates) - 1)]
        step(optimizer, theta, gradient, slots, places, t, eta, hyper)
        if len(frozen) > 0:
            _put_back(theta, slots, n_slots, frozen, work, kept)
        size = 0.0
        for k in range(n_parameters):
            size += theta[k] * theta[k]
        counters[UPDATE] += 1
        counters[OPTIMIZER_UPDATES] = t
        counters[POSITION] = start + points
        if start + points >= n:
            counters[POSITION] = 0
            counters[EPOCH] += 1
    return DONE


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
    activations, sums, targets, weighted = layout[0], layout[1], layout[3], layout[4]
    last = len(codes) - 1
    outputs = sizes[last + 1]
    n = len(chosen) if len(chosen) > 0 else len(X) // sizes[0]
    total, right = 0.0, 0
    for start in range(0, n, columns):
        points = min(columns, n - start)
        across = 1 if columns == 1 else (points + 3) // 4 * 4
        gather(
            X, T, sizes[0], outputs, weights, chosen, start, points, work, activations, targets,
            weighted, across,
        )  # fmt: skip
        at = forward(theta, sizes, places, codes, work, activations, sums, across) * across
        total += sum_of_losses(
            loss, work, sums + at, activations + at, targets, outputs, across, points,
            weighted if len(weights) > 0 else -1,
        )  # fmt: skip
        right += count_of_right(work, activations + at, targets, outputs, across, points, threshold)
    out[0], out[1], out[2] = total, right, penalty(theta, places, l1, l2)
