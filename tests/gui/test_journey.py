"""A journey's curves: they begin where a change was made, however fast training goes on."""

from __future__ import annotations

from operator import methodcaller

import numpy as np
import pytest

from nnviz import preset
from nnviz.gui.journey import FEW_MOMENTS, PARTS, Journey
from nnviz.model.engine import Stop


@pytest.mark.parametrize("before", [0, 40])
def test_a_change_is_a_moment_of_the_curves(before: int) -> None:
    journey = Journey(preset("moons"), "reference")
    journey.snapshot(0.0, 0)
    journey.advance(before, Stop())
    journey.do(1, methodcaller("change", learning_rate=0.5))
    journey.advance(500, Stop())
    history = journey.snapshot(0.0, 0).history
    assert history.update[0] == 0
    assert before in history.update
    assert history.update[-1] == before + 500


def test_a_short_run_has_moments_in_between_and_a_change_with_a_past_does_not() -> None:
    journey = Journey(preset("moons"), "reference")
    journey.snapshot(0.0, 0)
    for _ in range(FEW_MOMENTS // PARTS):
        journey.advance(2 * PARTS, Stop())
        journey.snapshot(0.0, 0)
    history = journey.snapshot(0.0, 0).history
    assert len(history) >= FEW_MOMENTS
    assert set(np.diff(history.update)) == {2}

    end = journey.trainer.update
    journey.do(1, methodcaller("change", learning_rate=0.5))
    journey.advance(2 * PARTS, Stop())
    history = journey.snapshot(0.0, 0).history
    assert list(history.update[-2:]) == [end, end + 2 * PARTS]

    journey.trainer.seek(4)
    journey.do(2, methodcaller("change", learning_rate=0.25))
    journey.advance(2 * PARTS, Stop())
    history = journey.snapshot(0.0, 0).history
    assert list(history.update) == [0, *range(2, 4 + 2 * PARTS + 1, 2)]
