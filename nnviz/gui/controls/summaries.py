"""A section's values in a few words, the most telling first."""

from __future__ import annotations

from collections.abc import Callable

from nnviz.gui.controls.numbers import show_briefly
from nnviz.gui.controls.section import SEPARATOR
from nnviz.gui.theme import Theme
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.schedules import SCHEDULES
from nnviz.run.experiment import Experiment


def _points(experiment: Experiment) -> list[str]:
    parts = [f"{experiment.n_samples:,} points"]
    if experiment.noise:
        parts.append(f"noise {show_briefly(experiment.noise)}")
    return parts


def _network(experiment: Experiment) -> list[str]:
    if not experiment.hidden:
        return ["no hidden layer"]
    names = dict.fromkeys(ACTIVATIONS[name].label for name in experiment.activations[:-1])
    sizes = " + ".join(map(str, experiment.hidden))
    if len(experiment.hidden) > _MOST_LAYERS:
        sizes = f"{len(experiment.hidden)} layers"
    return [sizes, next(iter(names)) if len(names) == 1 else "mixed"]


def _objective(experiment: Experiment) -> list[str]:
    penalties = {"L1": experiment.l1, "L2": experiment.l2}
    weighed = [f"{name} {show_briefly(value)}" for name, value in penalties.items() if value]
    return [LOSSES[experiment.loss].label, *weighed]


def _optimizer(experiment: Experiment) -> list[str]:
    return [OPTIMIZERS[experiment.optimizer].label, *([] if experiment.shuffle else ["in order"])]


def _schedule(experiment: Experiment) -> list[str]:
    return [SCHEDULES[experiment.schedule].label]


_MOST_LAYERS = 4
"""More sizes than these are longer than the room beside the title."""

_PARTS: dict[str, Callable[[Experiment], list[str]]] = {
    "points": _points,
    "network": _network,
    "objective": _objective,
    "optimizer": _optimizer,
    "schedule": _schedule,
}


def summary(section: str, experiment: Experiment) -> str:
    """The values of a section of controls, parted by SEPARATOR."""
    return SEPARATOR.join(_PARTS[section](experiment))


def summary_of_looks(theme: Theme) -> str:
    """The same for the appearance."""
    return SEPARATOR.join((theme.name, f"{theme.scale:.0%}"))
