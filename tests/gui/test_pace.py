"""The throttle: slices as long as they should be, and soon, whatever a slice costs by itself."""

from __future__ import annotations

import math
import random

import pytest

from nnviz.gui.pace import Throttle

WANTED = 0.008
COMING_AND_GOING = 0.0015
"""Seconds that a slice takes without a single update."""


class Machine:
    """Makes updates that cost about the same, on a clock of its own."""

    def __init__(self, seconds_per_update: float, noise: float = 0.0, seed: int = 0) -> None:
        self.now = 0.0
        self.cost = seconds_per_update
        self._noise = noise
        self._rng = random.Random(seed)

    def make(self, throttle: Throttle) -> tuple[int, float]:
        """A slice: its updates, and its seconds."""
        updates = throttle.updates_due(self.now, WANTED)
        unevenness = 1 + self._noise * self._rng.random()
        seconds = COMING_AND_GOING + updates * self.cost * unevenness
        self.now += seconds
        throttle.note(updates, seconds)
        return updates, seconds


@pytest.mark.parametrize("cost", [2e-7, 1e-6, 1e-5, 1e-4])
def test_few_slices_are_short(cost: float) -> None:
    throttle, machine = Throttle(), Machine(cost)
    slices = [machine.make(throttle) for _ in range(12)]
    assert slices[0][0] == 1
    long_enough = [seconds >= 0.7 * WANTED for _, seconds in slices]
    assert all(long_enough[7:])


@pytest.mark.parametrize("cost", [2e-7, 1e-5, 1e-3, 0.1])
@pytest.mark.parametrize("seed", range(5))
def test_no_slice_is_much_too_long(cost: float, seed: int) -> None:
    throttle, machine = Throttle(), Machine(cost, noise=1.0, seed=seed)
    for _ in range(200):
        updates, seconds = machine.make(throttle)
        assert seconds <= 2.1 * WANTED or updates == 1


def test_what_an_update_takes_can_be_measured_anew() -> None:
    throttle, machine = Throttle(), Machine(1e-6)
    for _ in range(20):
        machine.make(throttle)
    throttle.measure_anew()
    machine.cost = 0.5
    assert [machine.make(throttle)[0] for _ in range(3)] == [1, 1, 1]


def test_a_speed_is_kept() -> None:
    throttle, machine = Throttle(), Machine(1e-6)
    throttle.set_speed(100.0, machine.now)
    throttle.begin(machine.now)
    made, end = 0, 20.0
    while machine.now < end:
        due = throttle.updates_due(machine.now, WANTED)
        if due:
            throttle.note(due, COMING_AND_GOING + due * machine.cost)
        made += due
        machine.now += throttle.wait(0.0) / 1000
    assert math.isclose(made, 100 * end, rel_tol=0.02)
