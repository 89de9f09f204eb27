"""A journey's curves: they begin where a change was made, however fast training goes on."""

from __future__ import annotations

from operator import methodcaller

import pytest

from nnviz import preset
from nnviz.gui.journey import Journey
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
