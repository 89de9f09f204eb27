"""Every unit's picture in one pass: what it answers over many places, as levels 1 … 255.

The compiled twin of `neuron_values`, `display_ranges`, `to_pictures` and `class_picture` in
`insight/surface.py`. A chunk of places goes through the whole network, and becomes levels, while
its numbers are in the fastest cache; only of layers whose ranges follow from their own values the
numbers are kept until the last chunk.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from nnviz.model.kernels.activations import CODES, SIGMOID, SOFTMAX, STEP, TANH
from nnviz.model.kernels.arguments import Model
from nnviz.model.kernels.entry import INNER, entry_point
from nnviz.model.kernels.functions import exp
from nnviz.model.kernels.memory import aligned
from nnviz.model.kernels.passes import forward
from nnviz.model.kernels.vectors import (
    EIGHT,
    LANES,
    eight_doubles,
    four_doubles,
    load,
    load_eight,
    pointer,
    spread,
    spread_eight,
)
from nnviz.model.network import Array, Network

MIDDLE, HALF = 128, 127
"""Level in the middle of a range, and how many there are on either side; as in `insight`."""

SINGLE, DIFFERENCE, PROBABILITIES, SCORES = range(4)
"""What the picture of the decision shows: the one output, which has its picture; the second less
the first; which of several is the largest, and how clearly, where they are probabilities or not."""

LARGEST = 1e100
"""Sums that may grow larger are left to NumPy, which knows what becomes of infinities."""

PLACES = 128
"""Places that go through the network at once; a multiple of `_AT_ONCE`.

Measured for 2-8-8-1 to 2-256-256-1: 32 and 64 are up to a tenth slower, 256 is no faster.
"""
_AT_ONCE = 16
"""Places of which levels are stored at once."""

_LEVELS = ir.VectorType(ir.IntType(8), _AT_ONCE)
# Added to a number below 2⁵¹, this leaves the nearest integer, of two the even one, in its lowest
# bits: a level, where the number is one less MIDDLE.
_ROUNDER = 1.5 * 2.0**52 + MIDDLE


@intrinsic
def _store_levels(
    typing: Any, levels: Any, index: Any, a: Any, b: Any, scale: Any, shift: Any
) -> Any:
    """levels[index : index + 16] = 128 + (a, b) · scale + shift, each within 1 … 255.

    Values are finite, or infinite once they are scaled.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, index, a, b, scale, shift = arguments
        kind = scale.type
        top, bottom, rounder = (
            ir.Constant(kind, [number] * EIGHT) for number in (float(HALF), -float(HALF), _ROUNDER)
        )
        fma = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(kind, [kind] * 3), f"llvm.fmuladd.v{EIGHT}f64"
        )
        words = ir.VectorType(ir.IntType(32), 2 * EIGHT)
        rounded = []
        for vector in (a, b):
            q = builder.call(fma, [vector, scale, shift])
            q = builder.select(builder.fcmp_ordered("<", q, top), q, top)
            q = builder.select(builder.fcmp_ordered(">", q, bottom), q, bottom)
            rounded.append(builder.bitcast(builder.fadd(q, rounder), words))
        # Of every double the half with its lowest bits.
        lower = ir.Constant(words, list(range(0, 4 * EIGHT, 2)))
        levels = builder.trunc(builder.shuffle_vector(*rounded, lower), _LEVELS)
        data = cgutils.create_struct_proxy(signature.args[0])(context, builder, array).data
        place = builder.gep(data, [index], inbounds=True)
        builder.store(levels, builder.bitcast(place, _LEVELS.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(levels, types.intp, *[eight_doubles] * 4), generate


@intrinsic
def _larger_sizes(typing: Any, sizes: Any, vector: Any) -> Any:
    """The larger of `sizes` and |vector|, lane by lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        sizes, vector = arguments
        kind = ir.FunctionType(vector.type, [vector.type])
        absolute = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fabs.v{LANES}f64")
        vector = builder.call(absolute, [vector])
        return builder.select(builder.fcmp_ordered(">", vector, sizes), vector, sizes)

    return four_doubles(four_doubles, four_doubles), generate


@intrinsic
def _largest_lane(typing: Any, vector: Any) -> Any:
    """The largest of the four."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        (vector,) = arguments
        lanes = [
            builder.extract_element(vector, ir.Constant(ir.IntType(32), k)) for k in range(LANES)
        ]
        largest = lanes[0]
        for lane in lanes[1:]:
            largest = builder.select(builder.fcmp_ordered(">", lane, largest), lane, largest)
        return largest

    return types.float64(four_doubles), generate


@njit(**INNER)
def _stays_below(
    theta: Array, sizes: Array, places: Array, codes: Array, reach: float, limit: float
) -> bool:
    """Whether no sum exceeds `limit` for inputs up to `reach` in magnitude; not for NaN."""
    for layer in range(len(codes)):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        weights, biases = places[layer, 0], places[layer, 1]
        largest = 0.0
        for unit in range(n_out):
            total = 0.0
            for k in range(weights + unit * n_in, weights + (unit + 1) * n_in):
                total += abs(theta[k])
            bound = total * reach + abs(theta[biases + unit])
            if not bound <= limit:
                return False
            largest = max(largest, bound)
        code = codes[layer]
        is_bounded = code in (TANH, SIGMOID, STEP, SOFTMAX)
        # No other activation is farther from 0 than its sum, by more than 1.
        reach = 1.0 if is_bounded else largest + 1.0
    return True


@njit(**INNER)
def _write_levels(
    work: Array, values: int, low: float, high: float, levels: Array, at: int, count: int,
    tail: Array,
) -> None:  # fmt: skip
    """The levels of `count` values of one unit, from place `values` in work on."""
    factor = HALF / (high / 2 - low / 2)
    scale, shift = spread_eight(factor), spread_eight(-(low / 2 + high / 2) * factor)
    k = 0
    while k < count:
        a, b = load_eight(work, values + k), load_eight(work, values + k + EIGHT)
        if k + _AT_ONCE <= count:
            _store_levels(levels, at + k, a, b, scale, shift)
        else:  # the next unit's picture begins before the end of these
            _store_levels(tail, 0, a, b, scale, shift)
            for rest in range(count - k):
                levels[at + k + rest] = tail[rest]
        k += _AT_ONCE


@njit(**INNER)
def _largest_size(work: Array, values: int, largest: float) -> float:
    """The largest of `largest` and of the sizes of one unit's values at PLACES places."""
    first = second = spread(largest)
    for k in range(0, PLACES, 2 * LANES):
        first = _larger_sizes(first, load(work, values + k))
        second = _larger_sizes(second, load(work, values + k + LANES))
    return max(_largest_lane(first), _largest_lane(second))


@njit(**INNER)
def _write_difference(
    work: Array, outputs: int, scratch: int, levels: Array, at: int, count: int, tail: Array
) -> None:
    """The second output less the first, as a picture from −1 to 1."""
    for k in range(PLACES):
        work[scratch + k] = work[outputs + PLACES + k] - work[outputs + k]
    _write_levels(work, scratch, -1.0, 1.0, levels, at, count, tail)


@njit(**INNER)
def _write_classes(
    work: Array, outputs: int, classes: int, is_probability: bool, scratch: int,
    levels: Array, at: int, count: int,
) -> None:  # fmt: skip
    """Which output is largest at each place, and how clearly: class · steps + step.

    `scratch` is the place of three rows.
    """
    best, winner, total = scratch, scratch + PLACES, scratch + 2 * PLACES
    for k in range(PLACES):
        work[best + k] = work[outputs + k]
        work[winner + k] = 0.0
        work[total + k] = 0.0
    for unit in range(1, classes):
        row = outputs + unit * PLACES
        for k in range(PLACES):
            is_larger = work[row + k] > work[best + k]
            work[best + k] = work[row + k] if is_larger else work[best + k]
            work[winner + k] = float(unit) if is_larger else work[winner + k]
    if not is_probability:
        for unit in range(classes):
            row = outputs + unit * PLACES
            for k in range(PLACES):
                work[total + k] += exp(work[row + k] - work[best + k])
        for k in range(PLACES):
            work[best + k] = 1.0 / work[total + k]
    steps = 256 // classes
    tie = 1.0 / classes
    for k in range(count):
        clear = (min(max(work[best + k], 0.0), 1.0) - tie) / (1.0 - tie)
        step = np.rint(min(max(clear, 0.0), 1.0) * (steps - 1))
        levels[at + k] = np.uint8(np.int32(work[winner + k] * steps + step))


@njit(**INNER)
def _write_kept(
    work: Array, features: int, size: int, chunks: int, found: Array, ranges: Array,
    levels: Array, n: int, tail: Array,
) -> None:  # fmt: skip
    """Find the empty ranges, now that all places are known, and write the levels in them."""
    for unit in range(len(ranges)):
        if ranges[unit, 0] != ranges[unit, 1]:
            continue
        largest = max(found[unit], 1.0)
        ranges[unit, 0], ranges[unit, 1] = -largest, largest
        for chunk in range(chunks):
            start = chunk * PLACES
            _write_levels(
                work, chunk * size + (features + unit) * PLACES, -largest, largest, levels,
                unit * n + start, min(PLACES, n - start), tail,
            )  # fmt: skip


@entry_point(
    "boolean(float64[::1], int64[::1], int64[:,::1], int64[::1], float64[:,::1], int64, float64,"
    " float64[:,::1], uint8[::1], int64, uint8[::1], float64[::1], uint8[::1])"
)
def take_pictures(
    theta: Array,
    sizes: Array,
    places: Array,
    codes: Array,
    X: Array,
    n: int,
    reach: float,
    ranges: Array,
    levels: Array,
    kind: int,
    output: Array,
    work: Array,
    tail: Array,
) -> bool:
    """Fill levels (units · n,), output (n,) unless `kind` is SINGLE, and ranges (units, 2).

    θ, sizes, places, codes are as in `train`. X (features, a multiple of PLACES) holds the n
    places, the last one repeated, none larger than `reach`. Where a unit's range is empty its own
    values decide about it. work has room for all units' values, inputs included, once more for
    their sums, and one number a unit; where a range is empty, for the values at all places. `tail`
    has _AT_ONCE bytes. False, and nothing is filled, where numbers may overflow.
    """
    if not _stays_below(theta, sizes, places, codes, reach, LARGEST):
        return False
    model = Model(
        pointer(theta), len(theta), pointer(sizes), pointer(places), pointer(codes), len(codes)
    )
    features, units = sizes[0], len(ranges)
    # Not the constant itself: for that `forward` would be compiled once more.
    columns = np.int64(PLACES)
    size = (features + units) * PLACES
    keeps = False
    for unit in range(units):
        keeps |= ranges[unit, 0] == ranges[unit, 1]
    found = work[len(work) - units :]
    found[:] = 0.0
    chunks = X.shape[1] // PLACES
    sums = (chunks if keeps else 1) * size
    for chunk in range(chunks):
        start = chunk * PLACES
        block = chunk * size if keeps else 0
        for feature in range(features):
            for k in range(PLACES):
                work[block + feature * PLACES + k] = X[feature, start + k]
        row = forward(model, pointer(work), block, sums, columns)
        count = min(PLACES, n - start)
        for unit in range(units):
            values = block + (features + unit) * PLACES
            low, high = ranges[unit, 0], ranges[unit, 1]
            if low == high:
                found[unit] = _largest_size(work, values, found[unit])
            else:
                _write_levels(work, values, low, high, levels, unit * n + start, count, tail)
        outputs = block + row * PLACES
        if kind == DIFFERENCE:
            _write_difference(work, outputs, sums, output, start, count, tail)
        elif kind != SINGLE:
            classes = sizes[len(sizes) - 1]
            _write_classes(
                work, outputs, classes, kind == PROBABILITIES, sums, output, start, count
            )
    if keeps:
        _write_kept(work, features, size, chunks, found, ranges, levels, n, tail)
    return True


class Camera:
    """Takes the pictures of one network over the same places; not for two threads at once."""

    def __init__(self, network: Network, X: Array, kernels: Any) -> None:
        """X (n, features) are the places; `kernels` is what `store.load` gives.

        ValueError when the network has other features.
        """
        n, features = X.shape
        if features != network.sizes[0]:
            raise ValueError(f"X: {features} features given, the network has {network.sizes[0]}.")
        self.network = network
        self._kernels = kernels
        self._n = n
        self._units = sum(network.sizes[1:])
        padded = np.pad(X.T, ((0, 0), (0, -n % PLACES)), mode="edge")
        self._X = np.ascontiguousarray(padded, dtype=np.float64)
        self._reach = float(np.abs(X).max())
        self._sizes = np.array(network.sizes, dtype=np.int64)
        self._places = np.array(
            [(start, biases) for start, biases, _ in network.places], dtype=np.int64
        )
        self._codes = np.array([CODES[name] for name in network.activations], dtype=np.int64)
        self._kind = _kind_of(network)
        self._theta = np.empty(network.n_parameters)
        self._work = np.empty(0)
        self._tail = np.empty(_AT_ONCE, dtype=np.uint8)

    @staticmethod
    def knows(network: Network) -> bool:
        """Whether all that a network computes is compiled."""
        return all(name in CODES for name in network.activations)

    def take(
        self, theta: Array, ranges: Array
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None] | None:
        """The levels of all units, (units, n), and of the decision, (n,), as new arrays.

        The inputs are not among the units. ranges (units, 2) are the values at levels 1 and 255;
        where both are the same, a unit's own range is put there: as far as its largest size, and
        at least 1, to both sides. Others are at least 1e-300 apart. The decision is None where it
        is the picture of the one output. All is None, and ranges are as they were, where numbers
        may overflow. ValueError when ranges have another shape.
        """
        if ranges.shape != (self._units, 2):
            raise ValueError(f"ranges: shape {ranges.shape} given, ({self._units}, 2) needed.")
        self._theta[:] = theta
        self._make_room(bool((ranges[:, 0] == ranges[:, 1]).any()))
        levels = np.empty((self._units, self._n), dtype=np.uint8)
        decision = np.empty(0 if self._kind == SINGLE else self._n, dtype=np.uint8)
        is_taken = self._kernels.take_pictures(
            self._theta, self._sizes, self._places, self._codes, self._X, self._n, self._reach,
            ranges, levels.reshape(-1), self._kind, decision, self._work, self._tail,
        )  # fmt: skip
        if not is_taken:
            return None
        return levels, None if self._kind == SINGLE else decision

    def _make_room(self, keeps: bool) -> None:
        """Scratch, kept from picture to picture: see `take_pictures`."""
        chunks = self._X.shape[1] // PLACES if keeps else 1
        needed = (chunks + 1) * sum(self.network.sizes) * PLACES + self._units
        if len(self._work) != needed:
            self._work = aligned(np.zeros(needed))


def _kind_of(network: Network) -> int:
    outputs = network.sizes[-1]
    if outputs <= 2:
        return SINGLE if outputs == 1 else DIFFERENCE
    return PROBABILITIES if network.activations[-1] == "softmax" else SCORES
