"""Decisions in fine pixels: right at the nodes, straight where the border is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.gui.views.plane_decision import FINER, decided_class, decided_sign

N = 40


def plane() -> tuple[np.ndarray, np.ndarray]:
    """x and y of the nodes, in (0, 1)."""
    centres = (np.arange(N) + 0.5) / N
    return np.meshgrid(centres, centres)


def fine_plane() -> tuple[np.ndarray, np.ndarray]:
    centres = (np.arange(FINER * N) + 0.5) / (FINER * N)
    return np.meshgrid(centres, centres)


@given(st.floats(0, 2 * np.pi), st.floats(2.0, 200.0))
def test_a_straight_border_stays_straight(angle: float, slope: float) -> None:
    def height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.cos(angle) * (x - 0.47) + np.sin(angle) * (y - 0.52)

    levels = np.rint(np.clip(slope * height(*plane()), -1, 1) * 127 + 128).astype(np.uint8)
    decided = decided_sign(levels)
    assert set(np.unique(decided)) <= {1, 255}
    is_wrong = (decided == 255) != (height(*fine_plane()) >= 0)
    # Less than a node's width from the border; where the picture is not saturated, much less, but
    # no less than half a level is worth.
    reach = 1.0 / N if slope > 20 else 0.3 / N + 0.5 / (127 * slope)
    assert np.abs(height(*fine_plane()))[is_wrong].max(initial=0.0) <= reach


@pytest.mark.parametrize("level", [1, 127, 128, 255])
def test_one_level_is_one_decision(level: int) -> None:
    decided = decided_sign(np.full((5, 7), level, dtype=np.uint8))
    assert decided.shape == (5 * FINER, 7 * FINER)
    assert np.all(decided == (255 if level >= 128 else 1))


@pytest.mark.parametrize("n_classes", [3, 5, 10])
def test_classes_win_where_they_won(n_classes: int) -> None:
    levels, (x, y) = 256 // n_classes, plane()
    angle = (np.arctan2(y - 0.5, x - 0.5) / (2 * np.pi)) % 1.0
    winners = np.minimum((angle * n_classes).astype(int), n_classes - 1)
    pictures = (winners * levels + levels // 2).astype(np.uint8)
    decided = decided_class(pictures, levels, n_classes)
    assert np.all(decided % levels == levels - 1)
    shown = (decided // levels).reshape(N, FINER, N, FINER)[:, 1:3, :, 1:3]
    alike = [(shown[:, i, :, j] == winners).mean() for i in (0, 1) for j in (0, 1)]
    assert min(alike) > 0.95


def test_the_border_of_two_classes_lies_where_their_probabilities_meet() -> None:
    x, y = plane()
    towards = 1 / (1 + np.exp(-6 * ((x - 0.48) + 0.37 * (y - 0.5))))
    share = np.maximum(towards, 1 - towards)
    levels = 256 // 3
    level = np.rint((share - 1 / 3) / (1 - 1 / 3) * (levels - 1))
    pictures = (np.where(towards > 0.5, 1, 0) * levels + level).astype(np.uint8)
    decided = decided_class(pictures, levels, 3) // levels
    fine_x, fine_y = fine_plane()
    height = (fine_x - 0.48) + 0.37 * (fine_y - 0.5)
    assert np.abs(height)[(decided == 1) != (height > 0)].max(initial=0.0) <= 0.5 / N
