"""Small experiments and their moments, for whatever explains them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import nnviz
from nnviz.run.experiment import Experiment
from nnviz.run.frame import Frame
from nnviz.run.trainer import Trainer

MakeExperiment = Callable[..., Experiment]
MakeFrame = Callable[..., Frame]


@pytest.fixture
def small() -> MakeExperiment:
    """A preset, moons if none is named, of a few points and units, with changes."""

    def make(preset: str = "moons", **changes: Any) -> Experiment:
        if "dataset" in changes:
            changes = {"n_samples": len(changes["dataset"].X), "noise": 0.0} | changes
        wanted: dict[str, Any] = {"n_samples": 40, "hidden": [3, 2], "batch_size": 7} | changes
        return nnviz.preset(preset).evolve(**wanted)

    return make


@pytest.fixture
def frame_of(small: MakeExperiment) -> MakeFrame:
    """The same, trained for a few updates."""

    def make(preset: str = "moons", updates: int = 3, **changes: Any) -> Frame:
        trainer = Trainer(small(preset, **changes), engine="reference")
        trainer.advance(updates)
        return trainer.frame()

    return make
