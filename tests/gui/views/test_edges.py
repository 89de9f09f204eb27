"""Edges: where they run, how wide and strong they are, how their dashes lie and move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.edge_painter import edge_color, glint_color
from nnviz.gui.views.edges import (
    DASH,
    MOST_DRAWN,
    PERIOD,
    THINNEST,
    EdgeGeometry,
    Stroke,
    edge_width,
    strokes,
)
from nnviz.gui.views.topology_layout import TextWidths, arrange


def geometry(*sizes: int, width: int = 640, height: int = 480) -> EdgeGeometry:
    texts = TextWidths(16.0, 0.0, (58.0,) * len(sizes))
    return EdgeGeometry(arrange(width, height, sizes, texts))


def one_edge(weight: float, **options: object) -> list[Stroke]:
    """The strokes of a network with a single weight, on the scale of 1."""
    return list(strokes(geometry(1, 1), np.array([weight]), 1.0, **options))  # type: ignore[arg-type]


def length(stroke: Stroke) -> np.ndarray:
    return np.hypot(*(stroke.lines[:, 2:] - stroke.lines[:, :2]).T)


def test_edges_follow_the_order_of_the_weights() -> None:
    edges = geometry(2, 3, 1)
    weights = [np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([[7.0, 8.0, 9.0]])]
    assert edges.weights(weights).tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert edges.layer.tolist() == [1] * 6 + [2] * 3
    assert edges.target.tolist() == [0, 0, 1, 1, 2, 2, 0, 0, 0]
    assert edges.source.tolist() == [0, 1, 0, 1, 0, 1, 0, 1, 2]


def test_edges_run_from_tile_to_tile() -> None:
    edges = geometry(3, 5, 2)
    tiles = edges.layout.tiles
    for edge in range(len(edges)):
        source = tiles[edges.layer[edge] - 1][edges.source[edge]]
        target = tiles[edges.layer[edge]][edges.target[edge]]
        assert edges.start[edge, 0] == source.right
        assert edges.end[edge, 0] == target.x
        assert source.y < edges.start[edge, 1] < source.bottom
        assert target.y < edges.end[edge, 1] < target.bottom


def test_curves_leave_and_arrive_horizontally_in_even_steps() -> None:
    edges = geometry(2, 8, 1)
    points, lengths, lines = edges.paths(True)
    np.testing.assert_allclose(points[:, 0], edges.start)
    np.testing.assert_allclose(points[:, -1], edges.end, atol=1e-9)
    steps = np.diff(points, axis=1)
    size = np.hypot(steps[..., 0], steps[..., 1])
    assert (size > 0.9 * size.mean(axis=1, keepdims=True)).all()
    np.testing.assert_allclose(size.sum(axis=1), lengths, rtol=5e-3)
    slope = np.abs(lines[:, [0, -1], 3] - lines[:, [0, -1], 1]) / np.abs(
        lines[:, [0, -1], 2] - lines[:, [0, -1], 0]
    )
    middle = lines.shape[1] // 2
    steepest = np.abs(lines[:, middle, 3] - lines[:, middle, 1]) / np.abs(
        lines[:, middle, 2] - lines[:, middle, 0]
    )
    assert (slope.max(axis=1) <= 0.35 * steepest + 1e-6).all()


@given(st.floats(0, 1), st.floats(1, 8))
def test_width_is_linear_and_clamped(strength: float, widest: float) -> None:
    assert edge_width(strength, widest) == max(strength * widest, THINNEST)


def test_a_large_weight_is_wider_and_stronger_than_a_small_one() -> None:
    (large,), (small,) = one_edge(0.9), one_edge(0.3)
    assert large.width == pytest.approx(3 * small.width, rel=0.1)
    assert large.strength > small.strength


def test_weights_beyond_the_scale_are_drawn_as_the_scale() -> None:
    (beyond,), (at,) = one_edge(7.0), one_edge(1.0)
    assert (beyond.width, beyond.strength) == (at.width, at.strength) == (at.width, 1.0)


def test_positive_is_solid_and_negative_dashed() -> None:
    (solid,), (dashed,) = one_edge(0.8), one_edge(-0.8)
    whole = geometry(1, 1).paths(True).lengths[0]
    assert not solid.negative
    assert dashed.negative
    assert length(solid).sum() >= whole
    assert length(dashed).sum() == pytest.approx(whole * DASH / PERIOD, rel=0.1)
    assert len(dashed.lines) == pytest.approx(whole / PERIOD, abs=1.5)


def test_dashes_move_from_source_to_target_and_repeat() -> None:
    (still,), (moved,) = one_edge(-0.8), one_edge(-0.8, phase=2.0)
    (round_,) = one_edge(-0.8, phase=PERIOD)
    inner = slice(2, -2)
    np.testing.assert_allclose(moved.lines[inner, 0], still.lines[inner, 0] + 2.0, atol=0.05)
    np.testing.assert_allclose(round_.lines, still.lines, atol=1e-9)


def test_glints_travel_on_strong_solid_edges_only() -> None:
    assert [stroke.glint for stroke in one_edge(0.8, glints=True)] == [False, True]
    assert [stroke.glint for stroke in one_edge(-0.8, glints=True)] == [False]
    assert [stroke.glint for stroke in one_edge(0.02, glints=True)] == [False]


@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=4),
    st.booleans(),
    st.floats(0, 500),
    st.integers(0, 2**32 - 1),
)
def test_all_lines_stay_on_their_edges_stage(
    sizes: list[int], smooth: bool, phase: float, seed: int
) -> None:
    edges = geometry(*sizes)
    weights = np.random.default_rng(seed).normal(size=len(edges))
    drawn = list(strokes(edges, weights, 1.0, smooth=smooth, phase=phase, glints=True))
    strengths = [stroke.strength for stroke in drawn]
    assert strengths == sorted(strengths)
    for stroke in drawn:
        assert np.isfinite(stroke.lines).all()
        assert stroke.lines[:, ::2].min() >= edges.start[:, 0].min() - 1
        assert stroke.lines[:, ::2].max() <= edges.end[:, 0].max() + 1
        assert stroke.lines[:, 1::2].min() >= 0
        assert stroke.lines[:, 1::2].max() <= edges.layout.stage.bottom


@pytest.mark.parametrize(
    ("weight", "widths", "dashed_by_pen"),
    [
        (1.0, {2.0}, {False}),
        (0.35, {1.0}, {False, True}),
        (0.15, {1.0}, {False}),
        (0.02, set(), set()),
    ],
)
def test_many_edges_are_straight_hairlines_from_which_strong_ones_stand_out(
    weight: float, widths: set[float], dashed_by_pen: set[bool]
) -> None:
    edges = geometry(2, *[32] * 8, 1)
    weights = np.where(np.arange(len(edges)) % 2, weight, -weight)
    drawn = list(strokes(edges, weights, 1.0, smooth=False))
    assert {stroke.width for stroke in drawn} == widths
    assert {stroke.dashed_by_pen for stroke in drawn} == dashed_by_pen
    positive = sum(len(stroke.lines) for stroke in drawn if not stroke.negative)
    assert positive == (np.count_nonzero(weights > 0) if widths else 0), "one straight line each"
    curved = list(strokes(edges, weights, 1.0, smooth=True))
    assert sum(len(stroke.lines) for stroke in curved) > 4 * len(edges) * bool(widths) - 1


def test_gaps_have_all_edges_between_them() -> None:
    edges = geometry(2, *[32] * 8, 1)
    weights = np.random.default_rng(0).normal(size=len(edges))
    together = sum(len(stroke.lines) for stroke in strokes(edges, weights, 1.0, smooth=False))
    apart = 0
    for gap in range(1, 10):
        left, right = edges.layout.tiles[gap - 1][0].right, edges.layout.tiles[gap][0].x
        for stroke in strokes(edges, weights, 1.0, smooth=False, gap=gap):
            assert stroke.lines[:, ::2].min() >= left - 1
            assert stroke.lines[:, ::2].max() <= right + 1
            apart += len(stroke.lines)
    assert apart == together


@pytest.mark.parametrize("hidden", [(32, 32), (8, 8, 8, 8), (32,) * 8])
def test_curves_of_many_edges_do_not_kink(hidden: tuple[int, ...]) -> None:
    edges = geometry(2, *hidden, 1)
    lines = edges.paths(True).lines
    along = lines[..., 2:] - lines[..., :2]
    turns = np.abs(np.diff(np.arctan2(along[..., 1], along[..., 0]), axis=1))
    length = np.hypot(along[..., 0], along[..., 1])
    # How far a line's middle is from the arc that it stands for, in pixels.
    sagitta = (length[:, 1:] + length[:, :-1]) / 2 * turns / 8
    assert sagitta.max() < 0.5


def test_among_many_edges_those_near_zero_are_left_out() -> None:
    edges = geometry(2, 32, 32, 1)
    weights = np.full(len(edges), 0.001)
    weights[5] = 1.0
    assert sum(len(stroke.lines) for stroke in strokes(edges, weights, 1.0, smooth=False)) == 1


def test_of_too_many_edges_only_the_strongest_are_drawn() -> None:
    edges = geometry(2, 80, 80, 80, 1, height=900)
    assert len(edges) > MOST_DRAWN
    weights = np.linspace(0.2, 1.0, len(edges))
    drawn = list(strokes(edges, weights, 1.0, smooth=False))
    assert sum(len(stroke.lines) for stroke in drawn) == MOST_DRAWN
    assert min(stroke.strength for stroke in drawn) > 0.3


def test_edges_of_a_unit() -> None:
    edges = geometry(2, 3, 2)
    assert edges.touching(1, 2).tolist() == [4, 5, 8, 11]
    assert edges.touching(0, 0).tolist() == [0, 2, 4]
    assert edges.touching(2, 1).tolist() == [9, 10, 11]
    assert edges.into(1, 2).tolist() == [4, 5]
    only = list(strokes(edges, np.ones(len(edges)), 1.0, only=edges.into(1, 2)))
    assert len(only) == 1


@pytest.mark.parametrize("smooth", [True, False])
def test_the_nearest_edge_is_the_one_pointed_at(smooth: bool) -> None:
    edges = geometry(2, 6, 4, 1)
    points = edges.paths(smooth).points
    for edge in range(len(edges)):
        x, y = points[edge, 0] * 0.9 + points[edge, 1] * 0.1
        assert edges.nearest(x, y, smooth)[1] < 1.5
    far = edges.nearest(1.0, 1.0, smooth)[1]
    assert far > 10


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("crowded", [True, False])
def test_hue_tells_the_sign_and_strength_the_size(theme: Theme, crowded: bool) -> None:
    for negative, end in ((True, theme.negative), (False, theme.positive)):
        distances = []
        for strength in (0.0, 0.2, 0.6, 1.0):
            color = edge_color(strength, negative, theme, crowded)
            ground = theme.card
            distances.append(
                abs(color.red() - ground.red())
                + abs(color.green() - ground.green())
                + abs(color.blue() - ground.blue())
            )
        assert distances == sorted(distances)
        assert distances[0] < 0.2 * distances[-1]
        strong = edge_color(1.0, negative, theme, crowded)
        assert abs(strong.hue() - end.hue()) < 8
    assert glint_color(1.0, theme).lightness() > edge_color(1.0, False, theme).lightness()
