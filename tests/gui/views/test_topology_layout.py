"""Nothing of the network's picture overlaps, whatever the topology and the size."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from nnviz.gui.views.topology_layout import Box, Foot, Layout, TextWidths, arrange

CAPTION = 58.0  # about "32 · Leaky ReLU" at its narrowest, and "inputs"


def texts(columns: int, input_label: float = 16.0, output_label: float = 0.0) -> TextWidths:
    return TextWidths(input_label, output_label, (CAPTION,) * columns)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    hidden = draw(st.lists(st.integers(1, 32), max_size=8))
    outputs = draw(st.integers(1, 10))
    sizes = (draw(st.integers(1, 8)), *hidden, outputs)
    width, height = draw(st.integers(420, 1400)), draw(st.integers(300, 1100))
    wide_captions = draw(st.floats(20, 100))
    words = TextWidths(
        draw(st.floats(8, 60)),
        draw(st.floats(20, 60)) if outputs > 1 else 0.0,
        (36.0, *[wide_captions] * len(hidden), 50.0),
    )
    return arrange(width, height, sizes, words)


def placed(layout: Layout) -> list[Box]:
    """All boxes that must keep clear of each other."""
    boxes = [tile for column in layout.tiles for tile in column]
    boxes += [*layout.captions, *layout.minus, *layout.plus, layout.legend]
    return [*boxes, *layout.activations, *layout.input_labels, *layout.output_labels]


@given(layouts())
def test_nothing_overlaps(layout: Layout) -> None:
    for first, second in combinations(placed(layout), 2):
        assert not first.overlaps(second), (first, second)


@given(layouts())
def test_everything_lies_inside(layout: Layout) -> None:
    width, height = layout.legend.right, layout.legend.bottom
    for box in placed(layout):
        assert box.x >= 0
        assert box.y >= 0
        assert box.right <= width
        assert box.bottom <= height


@given(layouts())
def test_edges_lead_from_left_to_right(layout: Layout) -> None:
    lefts = [column[0].x for column in layout.tiles]
    rights = [column[0].right for column in layout.tiles]
    assert all(right + 4 < left for right, left in zip(rights, lefts[1:], strict=False))


@given(layouts())
def test_every_unit_has_a_square_tile_of_its_columns_size(layout: Layout) -> None:
    assert tuple(len(column) for column in layout.tiles) == layout.sizes
    for column in layout.tiles:
        assert len({(tile.x, tile.width, tile.height) for tile in column}) == 1
        assert column[0].width == column[0].height >= 4


@given(layouts())
def test_buttons_can_be_hit(layout: Layout) -> None:
    for button in (*layout.minus, *layout.plus):
        assert button.width >= 12
        assert button.height >= 18


def test_tiles_are_at_ease_in_a_small_network() -> None:
    layout = arrange(640, 480, (2, 4, 2, 1), texts(4))
    assert {tile.width for column in layout.tiles for tile in column} == {45}


def test_a_crowded_column_leaves_the_others_readable() -> None:
    layout = arrange(640, 480, (2, 32, 1), texts(3))
    widths = [column[0].width for column in layout.tiles]
    assert widths[1] < 14
    assert widths[0] == widths[2] >= 32


def test_the_foot_gets_shorter_words_where_columns_are_close() -> None:
    assert arrange(640, 480, (2, 6, 4, 1), texts(4)).foot is Foot.INLINE
    assert arrange(740, 480, (2, *[8] * 8, 1), texts(10)).foot is Foot.STACKED
    assert arrange(420, 300, (2, *[8] * 8, 1), texts(10)).foot is Foot.SHORT


def test_units_without_room_are_counted_and_not_squeezed() -> None:
    layout = arrange(640, 480, (2, 1000, 1), texts(3))
    column = layout.tiles[1]
    assert layout.more(1) == 1000 - len(column) > 0
    assert column[1].y - column[0].y >= 4
    assert column[-1].bottom < layout.captions[1].y


def test_a_short_network_is_not_stretched() -> None:
    layout = arrange(1200, 480, (2, 1), texts(2))
    gap = layout.tiles[1][0].x - layout.tiles[0][0].right
    assert gap < 600
    left, right = layout.tiles[0][0].x, 1200 - layout.tiles[1][0].right
    assert abs(left - right) < 60
