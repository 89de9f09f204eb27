"""Learning rate schedules: from the epoch to the learning rate."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class ScheduleParameters:
    """The numbers that schedules have: `every` and `epochs` in epochs, both 1 or more."""

    every: int = 100
    factor: float = 0.5
    floor: float = 0.0
    epochs: int = 1000


@dataclass(frozen=True)
class Schedule:
    """A learning rate for every epoch.

    `rate(eta, epoch, parameters)` takes the initial learning rate and the number of completed
    epochs, from 0. `parameters` names the fields of ScheduleParameters that it reads, beside
    `epochs`, the length of the run.
    """

    label: str
    formula: str
    tooltip: str
    parameters: tuple[str, ...]
    rate: Callable[[float, int, ScheduleParameters], float]


def _constant(eta: float, epoch: int, p: ScheduleParameters) -> float:
    return eta


def _step(eta: float, epoch: int, p: ScheduleParameters) -> float:
    return eta * math.pow(p.factor, epoch // p.every)


def _exponential(eta: float, epoch: int, p: ScheduleParameters) -> float:
    return eta * math.pow(p.factor, epoch / p.every)


def _cosine(eta: float, epoch: int, p: ScheduleParameters) -> float:
    progress = min(epoch, p.epochs) / p.epochs
    return eta * (p.floor + (1.0 - p.floor) * (1.0 + math.cos(math.pi * progress)) / 2.0)


SCHEDULES: dict[str, Schedule] = {
    "constant": Schedule(
        label="Constant",
        formula="ηₑ = η",
        tooltip="Keeps the learning rate as it is throughout the run.",
        parameters=(),
        rate=_constant,
    ),
    "step": Schedule(
        label="Step",
        formula="ηₑ = η · factor^⌊e / every⌋",
        tooltip="Cuts the learning rate at regular intervals: large steps first, fine steps later.",
        parameters=("every", "factor"),
        rate=_step,
    ),
    "exponential": Schedule(
        label="Exponential",
        formula="ηₑ = η · factor^(e / every)",
        tooltip="Lowers the learning rate a little at every epoch, by the same ratio each time.",
        parameters=("every", "factor"),
        rate=_exponential,
    ),
    "cosine": Schedule(
        label="Cosine",
        formula="ηₑ = η · (floor + (1 − floor) · (1 + cos(π e / epochs)) / 2)",
        tooltip="Lowers the learning rate along half a cosine wave: slowly at first, then fast, "
        "and gently towards the end of the run.",
        parameters=("floor",),
        rate=_cosine,
    ),
}
