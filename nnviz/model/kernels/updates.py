"""The updates one after the other: by batches, and by single points, which have ways of their own.

Either loop is compiled by itself: what the compiler prepares for one would be in the other's way.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

from numba import njit

from nnviz.model.kernels.arguments import Model, Points, Room, Rule
from nnviz.model.kernels.entry import INNER, SPLICED
from nnviz.model.kernels.one_point import (
    deltas_of_point,
    descend_from_point,
    gradient_of_point,
)
from nnviz.model.kernels.optimizers import SGD, add_penalty_gradient, foresee, step, sum_of_squares
from nnviz.model.kernels.order import draw_order
from nnviz.model.kernels.passes import chunk, copy_columns, gather_points
from nnviz.model.kernels.vectors import shifted

LARGEST_SQUARE = 1e200
"""While the squares of θ, of the gradient and of the outputs' sums add up to less than this, no
number that follows from them in an update can overflow: `CompiledEngine` sees to the rest."""

DONE, STOPPED, EXTREME = 0, 1, 2
"""Why the updates ended: all are made; asked to stop; numbers too large to go on here."""

UPDATE, EPOCH, POSITION, OPTIMIZER_UPDATES, ORDERED_EPOCH = range(5)
"""Places in `counters`; the last is the epoch whose order is in `order`, −1 when none is."""

POINTS_AT_HAND = 520
"""So many points of an epoch are fetched in its order at once: then one waits for memory while
another is on its way, and not in the midst of the arithmetic. Not a power of 2, or the rows of
different inputs would compete for the same places of the cache."""

Array = Any


@njit(**INNER)
def _keep(model: Model, rule: Rule, room: Room) -> None:
    """Copy what belongs to frozen parameters."""
    to = room.kept
    for k in range(rule.n_frozen):
        place = rule.frozen[k]
        room.work[to] = model.theta[place]
        to += 1
        for slot in range(rule.n_slots):
            room.work[to] = rule.slots[slot * rule.slot_length + place]
            to += 1


@njit(**INNER)
def _put_back(model: Model, rule: Rule, room: Room) -> None:
    """What `_keep` took away."""
    of = room.kept
    for k in range(rule.n_frozen):
        place = rule.frozen[k]
        model.theta[place] = room.work[of]
        of += 1
        for slot in range(rule.n_slots):
            rule.slots[slot * rule.slot_length + place] = room.work[of]
            of += 1


@njit(**INNER)
def _changed(model: Model, rule: Rule, room: Room, eta: float) -> float:
    """Let the optimizer change θ; returns Σ θ²."""
    if rule.n_frozen > 0:
        _keep(model, rule, room)
    size = step(
        rule.optimizer, model.theta, model.n_parameters, shifted(room.work, room.gradient),
        rule.slots, rule.slot_length, model.places, model.layers, eta, rule.hyper,
    )  # fmt: skip
    if rule.n_frozen > 0:
        _put_back(model, rule, room)
        size = sum_of_squares(model.theta, model.n_parameters)
    return size


@njit(**SPLICED)
def _see_to_the_order(points: Points, seed: int, counters: Array) -> None:
    if points.is_ordered and counters[ORDERED_EPOCH] != counters[EPOCH]:
        draw_order(points.order, points.n, seed, counters[EPOCH])
        counters[ORDERED_EPOCH] = counters[EPOCH]


@njit(**SPLICED)
def _count(counters: Array, position: int, n: int) -> None:
    """Note an update after which the pass over n points goes on at `position`."""
    counters[UPDATE] += 1
    counters[OPTIMIZER_UPDATES] += 1
    counters[POSITION] = position
    if position >= n:
        counters[POSITION] = 0
        counters[EPOCH] += 1


@njit(**SPLICED)
def update_by_points(
    model: Model, points: Points, rule: Rule, room: Room, counters: Array, rates: Array,
    last_rate: int, first_epoch: int, seed: int, updates: int, stop: Array,
) -> int:  # fmt: skip
    """`train` where a batch is one point."""
    gradient = shifted(room.work, room.gradient)
    has_penalty = rule.l1 != 0.0 or rule.l2 != 0.0
    at_once = rule.optimizer == SGD and not has_penalty and rule.n_frozen == 0
    reach = sqrt(sum_of_squares(model.theta, model.n_parameters))
    for _ in range(updates):
        if stop[0] != 0:
            return STOPPED
        _see_to_the_order(points, seed, counters)
        foresee(rule.optimizer, counters[OPTIMIZER_UPDATES] + 1, rule.hyper)
        start = counters[POSITION]
        point = points.order[start] if points.is_ordered else start
        size, slope = deltas_of_point(model, points, rule.loss, point, room)
        if not at_once:
            gradient_of_point(model, room)
            if has_penalty:
                add_penalty_gradient(
                    model.theta, gradient, model.places, model.layers, rule.l1, rule.l2
                )
                slope = sum_of_squares(gradient, model.n_parameters)
        if not size + slope + reach * reach < LARGEST_SQUARE:
            # |θ| itself may be less than it can have become.
            reach = sqrt(sum_of_squares(model.theta, model.n_parameters))
            if not size + slope + reach * reach < LARGEST_SQUARE:
                return EXTREME
        eta = rates[min(counters[EPOCH] - first_epoch, last_rate)]
        if at_once:
            descend_from_point(model, room, eta)
            # |θ − η g| is at most this. To add it up anew each time would take as long as the step.
            reach += abs(eta) * sqrt(slope)
        else:
            reach = sqrt(_changed(model, rule, room, eta))
        _count(counters, start + 1, points.n)
    return DONE


@njit(**SPLICED)
def _fetch(points: Points, features: int, outputs: int, first: int, end: int, room: Room) -> None:
    """Have the points in places first … end at hand, in columns."""
    targets = room.at_hand + features * POINTS_AT_HAND
    gather_points(
        points, features, outputs, first, end - first, room.work, room.at_hand, targets,
        targets + outputs * POINTS_AT_HAND, POINTS_AT_HAND,
    )  # fmt: skip


@njit(**SPLICED)
def _take(
    features: int, outputs: int, is_weighted: bool, place: int, columns: int, room: Room
) -> None:
    """Copy columns of the points at hand to where a pass begins."""
    work, stride, source = room.work, POINTS_AT_HAND, room.at_hand + place
    copy_columns(work, features, source, stride, room.activations, columns)
    source += features * stride
    copy_columns(work, outputs, source, stride, room.targets, columns)
    if is_weighted:
        copy_columns(work, 1, source + outputs * stride, stride, room.weights, columns)


@njit(**SPLICED)
def update_by_batches(
    model: Model, points: Points, rule: Rule, room: Room, counters: Array, rates: Array,
    last_rate: int, first_epoch: int, seed: int, updates: int, stop: Array, batch: int,
    columns: int,
) -> int:  # fmt: skip
    """`train` where a batch has several points, which go through in chunks of `columns`."""
    features, outputs = model.sizes[0], model.sizes[model.layers]
    gradient = shifted(room.work, room.gradient)
    first = end = 0
    size = sum_of_squares(model.theta, model.n_parameters)
    for _ in range(updates):
        if stop[0] != 0:
            return STOPPED
        _see_to_the_order(points, seed, counters)
        foresee(rule.optimizer, counters[OPTIMIZER_UPDATES] + 1, rule.hyper)
        here = counters[POSITION]
        if here == 0:
            first = end = 0
        batch_end = min(here + batch, points.n)
        share = 1.0 / (batch_end - here)
        for k in range(model.n_parameters):
            gradient[k] = 0.0
        while here < batch_end:
            count = min(columns, batch_end - here)
            if here < first or here + count > end:
                first, end = here, min(here + POINTS_AT_HAND, points.n)
                _fetch(points, features, outputs, first, end, room)
            across = (count + 3) // 4 * 4
            _take(features, outputs, points.is_weighted, here - first, across, room)
            size += chunk(model, rule.loss, points.is_weighted, count, share, room, across)
            here += count
            if here < batch_end and stop[0] != 0:
                return STOPPED
        if rule.l1 != 0.0 or rule.l2 != 0.0:
            add_penalty_gradient(
                model.theta, gradient, model.places, model.layers, rule.l1, rule.l2
            )
        size += sum_of_squares(gradient, model.n_parameters)
        if not size < LARGEST_SQUARE:
            return EXTREME
        eta = rates[min(counters[EPOCH] - first_epoch, last_rate)]
        size = _changed(model, rule, room, eta)
        _count(counters, batch_end, points.n)
    return DONE
