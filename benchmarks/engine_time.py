"""Time travel: what a seek takes after a long run, what is kept, and what that costs training."""

from __future__ import annotations

import random
from itertools import pairwise
from time import perf_counter

from engine_pairs import Length
from figures import Figure, median, percentile

from nnviz.model.engine import make_engine
from nnviz.run.presets import PRESETS
from nnviz.run.problem import dataset_of, problem_of
from nnviz.run.trainer import Trainer

MOST_MILLISECONDS = 100.0
MOST_BYTES = 64 * 2**20
MOST_SLOWDOWN = 1.03
SLICE = 0.02
"""Seconds of training at a time, as the window's worker does."""
SEEKS = 25
COMPARED = "spiral"


def time_figures(engine: str, length: Length, updates: int, names: tuple[str, ...]) -> list[Figure]:
    """Seeks after `updates` updates of each preset of `names`, and the timeline's cost."""
    slowest, largest = [], []
    for name in names or tuple(PRESETS):
        trainer = Trainer(PRESETS[name].experiment, engine)
        trainer.advance(updates)
        largest.append(trainer.timeline.bytes / 2**20)
        slowest.append((max(_seek_times(trainer)), name))
    worst, of = max(slowest)
    return [
        Figure("seek", f"seek after {updates:,} updates, slowest of {len(slowest)} presets ({of})",
               worst, "ms", MOST_MILLISECONDS, samples=SEEKS * len(slowest)),
        Figure("seek_median", "… median of the presets' slowest",
               median([milliseconds for milliseconds, _ in slowest]), "ms"),
        Figure("timeline_bytes", "moments kept, largest of the presets", max(largest), "MiB",
               MOST_BYTES / 2**20),
        _cost(engine, length),
    ]  # fmt: skip


def _seek_times(trainer: Trainer) -> list[float]:
    """Milliseconds to drawn moments, from one to the next."""
    places = random.Random(0)
    newest, times = trainer.update, []
    for _ in range(SEEKS):
        update = places.randrange(newest + 1)
        start = perf_counter()
        trainer.seek(update)
        trainer.frame()
        times.append(1000 * (perf_counter() - start))
    return times


def _cost(engine: str, length: Length) -> Figure:
    """Time of an update in slices with the timeline, by that of the engine alone."""
    experiment = PRESETS[COMPARED].experiment
    problem = problem_of(experiment, dataset_of(experiment))
    alone, trainer = make_engine(engine, problem), Trainer(experiment, engine)
    state = trainer.frame().state
    trainer.advance(1000)
    state, _ = alone.train(state, 1000)
    start = perf_counter()
    state, _ = alone.train(state, 1000)
    per_slice = max(int(1000 * SLICE / (perf_counter() - start)), 1)
    slices = max(round(length.seconds / SLICE), 1)
    with_it, without = [], []
    for _ in range(4 * length.pairs):
        start = perf_counter()
        for _ in range(slices):
            trainer.advance(per_slice)
        middle = perf_counter()
        for _ in range(slices):
            state, _ = alone.train(state, per_slice)
        with_it.append(middle - start)
        without.append(perf_counter() - middle)
    # Each sample by the mean of its neighbours, so that a drift of the machine cancels.
    around = [(a + b) / 2 for a, b in pairwise(without)]
    ratios = [a / b for a, b in zip(with_it[1:], around, strict=True)]
    return Figure("timeline_cost", "training with the timeline, by the engine alone",
                  percentile(ratios, 50.0), "×", MOST_SLOWDOWN, samples=len(ratios))  # fmt: skip
