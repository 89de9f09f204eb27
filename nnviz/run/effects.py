"""What a change of a field does to the run, so that it can be said before the change is made."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from nnviz.run.experiment import LIVE_FIELDS, Experiment

DATA_FIELDS = frozenset(
    "dataset n_samples noise data_seed test_fraction split_seed features scaling "
    "class_weight".split()
)
"""Fields that decide which points there are and how the network sees them."""


class Effect(Enum):
    """From the mildest to the strongest."""

    LIVE = "live"
    REBUILDS = "rebuilds the network"
    NEW_DATA = "new data"

    @property
    def sentence(self) -> str:
        """What happens, in one sentence for the user."""
        return _SENTENCES[self]


_SENTENCES = {
    Effect.LIVE: "Live: training goes on with it.",
    Effect.REBUILDS: "Rebuilds the network: a new run begins from initial weights.",
    Effect.NEW_DATA: "New data: a new run begins with other data.",
}


def effect_of(fields: str | Iterable[str]) -> Effect:
    """The strongest effect of changing these fields of an experiment.

    Raises ValueError for a field that there is not.
    """
    names = {fields} if isinstance(fields, str) else set(fields)
    if unknown := names - set(Experiment.model_fields):
        raise ValueError(f"{min(unknown)!r} is no field of an experiment.")
    if names & DATA_FIELDS:
        return Effect.NEW_DATA
    return Effect.LIVE if names <= LIVE_FIELDS else Effect.REBUILDS
