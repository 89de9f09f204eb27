"""What a change does is known before it is made, and it is what the session then does."""

from __future__ import annotations

import pytest

from nnviz.run.effects import DATA_FIELDS, Effect, effect_of
from nnviz.run.experiment import LIVE_FIELDS, Experiment


@pytest.mark.parametrize("field", Experiment.model_fields)
def test_every_field_has_one_effect(field: str) -> None:
    effect = effect_of(field)
    assert (effect is Effect.LIVE) == (field in LIVE_FIELDS)
    assert (effect is Effect.NEW_DATA) == (field in DATA_FIELDS)
    assert effect.sentence.endswith(".")
    assert effect.value in effect.sentence.lower()


def test_data_fields_are_fields_and_none_is_live() -> None:
    assert set(Experiment.model_fields) >= DATA_FIELDS
    assert not DATA_FIELDS & LIVE_FIELDS


def test_of_several_changes_the_strongest_counts() -> None:
    assert effect_of(["l2", "epochs"]) is Effect.LIVE
    assert effect_of(["l2", "seed"]) is Effect.REBUILDS
    assert effect_of(["seed", "noise", "l2"]) is Effect.NEW_DATA
    assert effect_of([]) is Effect.LIVE


def test_a_stranger_is_refused() -> None:
    with pytest.raises(ValueError, match="'colour' is no field"):
        effect_of("colour")
