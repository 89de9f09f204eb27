"""The edges of a network as strokes: where they run, how wide, how strong, where dashes lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnviz.gui.views.topology_layout import Layout

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

MOST_FLOWING = 200
"""Networks with more edges are drawn straight, crisp and without flow while they train."""
MOST_DRAWN = 8_000
"""Of networks with more edges only the strongest are drawn; 8 layers of 32 units have fewer."""
LEVELS = 24
"""Steps of width and colour: few, so that a frame changes its pen seldom, yet finer than seen."""
THINNEST = 0.7
"""Width of an edge of weight 0, in pixels: a hairline says that the connection exists."""

PERIOD, DASH = 12.0, 7.0
"""Dashed edges: from one dash to the next, and the length of one, in pixels."""
GLINT_PERIOD, GLINT = 54.0, 8.0
"""The same for the bright dashes that travel along solid edges."""
_FINE = 2.5
_FAINTEST_GLINT = 0.12
_FAINTEST_OF_MANY = 3
"""Level below which an edge among many has faded into the ground, and is not drawn."""

_POINTS = 49
"""Points of a curve at equal steps, between which dashes are laid straight."""
_PIECES = 22
"""Straight pieces of a solid curve, shorter where it bends."""
_MANY = 3_000
"""Networks with more edges, whose columns are close, get shorter curves in fewer pieces; and while
they train, most of their edges are hairlines."""
_HEAVY = LEVELS // 2
"""Level from which an edge stands out from hairlines by its width."""
_HEAVY_WIDTH = 2.0
_DASHED = LEVELS // 4
"""Level from which dashes of a hairline can be seen: below it they would be mere noise."""
_POINTS_OF_MANY = 33
_PIECES_OF_MANY = 16
# Neighbouring pieces of a curve overlap by this much, or anti-aliasing leaves a seam.
_OVERLAP = 0.4
_SPREAD = 0.46


class Stroke(NamedTuple):
    """Lines of one pen: (n, 4) rows of x1 y1 x2 y2; `strength` in [0, 1] is |w| on the scale."""

    negative: bool
    strength: float
    width: float
    lines: Array
    glint: bool = False
    dashed_by_pen: bool = False
    """Whether `lines` run on and the pen has to dash them: cheap for crisp hairlines alone."""


class Paths(NamedTuple):
    """The courses of all edges."""

    points: Array
    """(edges, n, 2), at equal steps along each edge."""
    lengths: Array
    """(edges,), in pixels."""
    lines: Array
    """(edges, pieces, 4), the lines that draw each edge as a whole."""


class EdgeGeometry:
    """Where the edges of a layout run; made once a layout.

    Edges are ordered as the weights are: layer by layer, in each row by row of W (n_out, n_in).
    `layer` counts from 1, as in "layer 1 is the first hidden one"; `source` is a unit of the
    layer before it. `start` and `end` are (edges, 2).
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.shown = tuple(len(column) for column in layout.tiles)
        parts = [_gap(layout, layer) for layer in range(1, len(layout.sizes))]
        self.layer, self.target, self.source = (
            np.concatenate([part[column] for part in parts]) for column in range(3)
        )
        self.start, self.end = (
            np.concatenate([part[column] for part in parts]) for column in (3, 4)
        )
        self._smooth: Paths | None = None
        self._straight: Paths | None = None

    def __len__(self) -> int:
        return len(self.layer)

    @property
    def are_crowded(self) -> bool:
        """Whether there are too many edges for curves and flow while the network trains."""
        return len(self) > MOST_FLOWING

    def weights(self, per_layer: tuple[Array, ...] | list[Array]) -> Array:
        """The weights of the edges, in their order, from one (n_out, n_in) array a layer."""
        counts = zip(per_layer, self.shown[1:], self.shown[:-1], strict=True)
        return np.concatenate([W[:n_out, :n_in].ravel() for W, n_out, n_in in counts])

    def paths(self, smooth: bool) -> Paths:
        """The edges as curves, or straight; made when they are first asked for."""
        if not smooth:
            if self._straight is None:
                points = np.stack([self.start, self.end], axis=1)
                lengths = np.hypot(*(self.end - self.start).T)
                self._straight = Paths(points, lengths, _lines_along(points))
            return self._straight
        if self._smooth is None:
            are_many = len(self) > _MANY
            n, pieces = (_POINTS_OF_MANY, _PIECES_OF_MANY) if are_many else (_POINTS, _PIECES)
            points, lengths = _even_steps(_curves(self.start, self.end, np.linspace(0, 1, n)))
            u = np.linspace(0.0, 1.0, pieces + 1)
            towards_ends = 0.5 * u + 0.25 * (1.0 - np.cos(np.pi * u))
            lines = _lines_along(_curves(self.start, self.end, towards_ends))
            self._smooth = Paths(points, lengths, lines)
        return self._smooth

    def touching(self, layer: int, unit: int) -> Indices:
        """Edges into and out of a unit; layer 0 are the inputs."""
        into = (self.layer == layer) & (self.target == unit)
        out_of = (self.layer == layer + 1) & (self.source == unit)
        return np.flatnonzero(into | out_of)

    def into(self, layer: int, unit: int) -> Indices:
        """Edges into a unit, in order of their sources."""
        return np.flatnonzero((self.layer == layer) & (self.target == unit))

    def one(self, edge: int) -> Indices:
        """A single edge, as the other selections are."""
        return np.array([edge], dtype=np.int64)

    def beside_sources(self, edges: Indices) -> Array:
        """Points (edges, 2) on edges, near where they come from."""
        points = self.paths(True).points
        beside: Array = points[edges, round(0.16 * points.shape[1])]
        return beside

    def nearest(self, x: float, y: float, smooth: bool) -> tuple[int, float]:
        """The edge that passes closest to a point, and its distance in pixels."""
        points = self.paths(smooth).points
        a, b = points[:, :-1], points[:, 1:]
        along = b - a
        to_point = np.array([x, y]) - a
        t = (to_point * along).sum(axis=-1) / np.maximum((along**2).sum(axis=-1), 1e-12)
        away = to_point - np.clip(t, 0.0, 1.0)[..., np.newaxis] * along
        distance = np.hypot(away[..., 0], away[..., 1]).min(axis=1)
        index = int(distance.argmin())
        return index, float(distance[index])


def edge_width(strength: float, widest: float) -> float:
    """Width in pixels: linear in |w|, but never thinner than a hairline."""
    return max(strength * widest, THINNEST)


def strokes(
    geometry: EdgeGeometry,
    weights: Array,
    scale: float,
    *,
    smooth: bool = True,
    phase: float = 0.0,
    glints: bool = False,
    only: Indices | None = None,
    gap: int | None = None,
    without: NDArray[np.bool_] | None = None,
) -> Iterator[Stroke]:
    """The strokes that draw the edges, faint ones first.

    `weights` (edges,) are on `scale`; larger ones are clamped. Negative edges are dashed.
    `phase` (pixels) moves dashes from source to target. `only` picks some edges, `gap` those into
    one layer; `without` (edges,) leaves some out.
    """
    picked, levels = picked_edges(geometry, weights, scale, only, gap, without)
    negative = weights[picked] < 0
    paths = geometry.paths(smooth)
    is_mass = geometry.layout.widest_edge < _FINE or len(geometry) > _MANY
    if not smooth and only is None and is_mass:
        # Each level costs a pen; in a mass of hairlines half as many look the same.
        batches = _hairlines(paths, picked, levels // 2 * 2, negative)
    else:
        solid, dashed = picked[~negative], picked[negative]
        unit = geometry.layout.scale
        rhythm = (unit * PERIOD, unit * DASH, phase)
        batches = [
            _Batch(*_whole(paths, solid, levels[~negative])),
            _Batch(*_dashes(paths, dashed, levels[negative], rhythm), negative=True),
        ]
        if glints:
            strong = levels[~negative] >= _FAINTEST_GLINT * LEVELS
            rhythm = (unit * GLINT_PERIOD, unit * GLINT, phase)
            bright = _dashes(paths, solid[strong], levels[~negative][strong], rhythm)
            batches.append(_Batch(*bright, glint=True))
    # The few edges that are pointed at are wide enough to be followed among thousands.
    widest = (
        geometry.layout.widest_edge if only is None else max(geometry.layout.widest_edge, _FINE)
    )
    bounds = [np.searchsorted(batch.levels, np.arange(LEVELS + 2)).tolist() for batch in batches]
    for level in range(LEVELS + 1):
        strength = level / LEVELS
        for batch, bound in zip(batches, bounds, strict=True):
            first, last = bound[level : level + 2]
            if last > first:
                width = batch.width or edge_width(strength, widest)
                lines = batch.lines[first:last]
                yield Stroke(batch.negative, strength, width, lines, batch.glint, batch.by_pen)


class _Batch(NamedTuple):
    """Lines (n, 4) of one kind, ordered by their levels."""

    lines: Array
    levels: Indices
    negative: bool = False
    glint: bool = False
    by_pen: bool = False
    width: float = 0.0
    """0 where the width follows the level."""


def _hairlines(
    paths: Paths, picked: Indices, levels: Indices, negative: NDArray[np.bool_]
) -> list[_Batch]:
    """Edges too fine or too many for true widths: the strong ones stand out from hairlines.

    A pen dashes a line of one pixel that is not anti-aliased for nothing, any other dearly.
    """
    heavy, seen = levels >= _HEAVY, levels >= _DASHED

    def of(chosen: NDArray[np.bool_]) -> tuple[Array, Indices]:
        return _whole(paths, picked[chosen], levels[chosen])

    strong = negative & heavy
    dashes = _dashes(paths, picked[strong], levels[strong], (PERIOD, DASH, 0.0))
    return [
        _Batch(*of(~negative & ~heavy), width=1.0),
        _Batch(*of(negative & ~seen), negative=True, width=1.0),
        _Batch(*of(negative & seen & ~heavy), negative=True, by_pen=True, width=1.0),
        _Batch(*of(~negative & heavy), width=_HEAVY_WIDTH),
        _Batch(*dashes, negative=True, width=_HEAVY_WIDTH),
    ]


def picked_edges(
    geometry: EdgeGeometry,
    weights: Array,
    scale: float,
    only: Indices | None,
    gap: int | None = None,
    without: NDArray[np.bool_] | None = None,
) -> tuple[Indices, Indices]:
    """The edges to draw and their levels of strength, in order of strength."""
    picked = np.arange(len(geometry)) if only is None else only
    if without is not None:
        picked = picked[~without[picked]]
    magnitudes = np.abs(weights[picked])
    if len(picked) > MOST_DRAWN:
        strongest = np.argpartition(magnitudes, -MOST_DRAWN)[-MOST_DRAWN:]
        picked, magnitudes = picked[strongest], magnitudes[strongest]
    if gap is not None:
        inside = geometry.layer[picked] == gap
        picked, magnitudes = picked[inside], magnitudes[inside]
    levels = np.rint(np.minimum(magnitudes / scale, 1.0) * LEVELS).astype(np.int64)
    order = np.argsort(levels, kind="stable")
    picked, levels = picked[order], levels[order]
    if geometry.are_crowded and only is None:
        visible = np.searchsorted(levels, _FAINTEST_OF_MANY)
        return picked[visible:], levels[visible:]
    return picked, levels


def _gap(layout: Layout, layer: int) -> tuple[Indices, Indices, Indices, Array, Array]:
    """Layer, target, source, start and end of the edges into one layer."""
    sources, targets = layout.tiles[layer - 1], layout.tiles[layer]
    n_in, n_out = len(sources), len(targets)
    target, source = (index.ravel() for index in np.mgrid[:n_out, :n_in])
    # Edges leave and arrive side by side, in the order of the units at their other ends.
    leave = _fan(n_out)[target] * sources[0].height
    arrive = _fan(n_in)[source] * targets[0].height
    start = np.column_stack(
        [
            np.full(len(source), sources[0].right),
            np.array([box.middle[1] for box in sources])[source] + leave,
        ]
    )
    end = np.column_stack(
        [
            np.full(len(target), targets[0].x),
            np.array([box.middle[1] for box in targets])[target] + arrive,
        ]
    )
    return np.full(len(source), layer), target, source, start, end


def _fan(n: int) -> Array:
    """Places of n edges along a tile's side, as fractions of its height from the middle."""
    spread = _SPREAD * min(1.0, (n - 1) / 4)
    return np.linspace(-spread / 2, spread / 2, n) if n > 1 else np.zeros(1)


def _curves(start: Array, end: Array, t: Array) -> Array:
    """Points (edges, len(t), 2) of cubic Bézier curves that leave and arrive horizontally."""
    across = 1.5 * t - 1.5 * t**2 + t**3
    up = 3.0 * t**2 - 2.0 * t**3
    span = end - start
    x = start[:, :1] + span[:, :1] * across
    y = start[:, 1:] + span[:, 1:] * up
    return np.stack([x, y], axis=-1)


def _even_steps(points: Array) -> tuple[Array, Array]:
    """The same polylines with points at equal steps of arc length, and their lengths."""
    n_edges, n, _ = points.shape
    steps = np.hypot(*np.moveaxis(np.diff(points, axis=1), -1, 0))
    run = np.concatenate([np.zeros((n_edges, 1)), steps.cumsum(axis=1)], axis=1)
    lengths = run[:, -1].copy()
    wanted = lengths[:, np.newaxis] * np.linspace(0.0, 1.0, n)
    index = (run[:, np.newaxis, :] <= wanted[:, :, np.newaxis]).sum(axis=-1) - 1
    index = np.clip(index, 0, n - 2)
    rows = np.arange(n_edges)[:, np.newaxis]
    part = (wanted - run[rows, index]) / np.maximum(steps[rows, index], 1e-12)
    part = np.clip(part, 0.0, 1.0)[..., np.newaxis]
    return points[rows, index] * (1.0 - part) + points[rows, index + 1] * part, lengths


def _lines_along(points: Array) -> Array:
    """Lines (edges, n - 1, 4) from point to point."""
    a, b = points[:, :-1], points[:, 1:]
    along = b - a
    lap = along * (_OVERLAP / np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-9))[..., None]
    return np.concatenate([a - lap, b + lap], axis=-1)


def _whole(paths: Paths, edges: Indices, levels: Indices) -> tuple[Array, Indices]:
    """Lines (n, 4) along whole edges, and the level of each line."""
    lines = paths.lines[edges].reshape(-1, 4)
    return lines, levels.repeat(paths.lines.shape[1])


def _dashes(
    paths: Paths, edges: Indices, levels: Indices, rhythm: tuple[float, float, float]
) -> tuple[Array, Indices]:
    """Lines (n, 4) of the dashes along edges, and the level of each.

    `rhythm` is the way from dash to dash, a dash's length, and how far they have moved on.
    """
    period, dash, phase = rhythm
    points, lengths = paths.points[edges], paths.lengths[edges]
    shift = phase % period - period
    counts = np.ceil((lengths - shift) / period).astype(np.int64)
    owner = np.arange(len(lengths)).repeat(counts)
    number = np.arange(len(owner)) - (counts.cumsum() - counts)[owner]
    begin = number * period + shift
    limit = lengths[owner]
    begin, stop = np.clip(begin, 0.0, limit), np.clip(begin + dash, 0.0, limit)
    visible = stop - begin > 0.3
    owner, begin, stop = owner[visible], begin[visible], stop[visible]
    a = _at(points, lengths, owner, begin)
    b = _at(points, lengths, owner, stop)
    return np.concatenate([a, b], axis=-1), levels[owner]


def _at(points: Array, lengths: Array, owner: Indices, distance: Array) -> Array:
    """Points (n, 2) at a distance along edges."""
    n = points.shape[1] - 1
    place = distance / lengths[owner] * n
    index = np.minimum(place.astype(np.int64), n - 1)
    part = (place - index)[:, np.newaxis]
    flat = points.reshape(-1, 2)
    first = owner * (n + 1) + index
    between: Array = flat[first] * (1.0 - part) + flat[first + 1] * part
    return between
