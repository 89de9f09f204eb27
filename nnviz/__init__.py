"""nnviz: see a neural network learn.

The public face is loaded when it is first used, so that importing nnviz costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnviz.data.dataset import Dataset, Points
    from nnviz.estimator import NetworkClassifier, NetworkRegressor
    from nnviz.insight.microsteps import MicroStep, microsteps
    from nnviz.run.experiment import Experiment
    from nnviz.run.frame import Frame
    from nnviz.run.presets import PRESETS, preset
    from nnviz.run.trainer import Diverged, Trainer

__version__ = "0.1.0"

_HOMES = {
    "PRESETS": "nnviz.run.presets",
    "Dataset": "nnviz.data.dataset",
    "Diverged": "nnviz.run.trainer",
    "Experiment": "nnviz.run.experiment",
    "Frame": "nnviz.run.frame",
    "MicroStep": "nnviz.insight.microsteps",
    "NetworkClassifier": "nnviz.estimator",
    "NetworkRegressor": "nnviz.estimator",
    "Points": "nnviz.data.dataset",
    "Trainer": "nnviz.run.trainer",
    "microsteps": "nnviz.insight.microsteps",
    "preset": "nnviz.run.presets",
}

__all__ = [
    "PRESETS",
    "Dataset",
    "Diverged",
    "Experiment",
    "Frame",
    "MicroStep",
    "NetworkClassifier",
    "NetworkRegressor",
    "Points",
    "Trainer",
    "__version__",
    "microsteps",
    "preset",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nnviz' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
