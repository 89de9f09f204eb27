"""What has to follow when the shape of an experiment's network changes."""

from __future__ import annotations

from typing import Any

from nnviz.run.consistency import network_of
from nnviz.run.experiment import Experiment


def with_followers(experiment: Experiment, changes: dict[str, Any]) -> dict[str, Any]:
    """`changes`, and those of other fields that they make necessary.

    Activations given one for each layer: a new layer takes over that of the one before it. Given
    initial parameters and a mask of trainable ones go where they do not fit the new network.
    Changes that are impossible come back as they are, for `evolve` to refuse.
    """
    followed = dict(changes)
    names = changes.get("activation", experiment.activation)
    if "hidden" in changes and not isinstance(names, str):
        n_hidden = len(changes["hidden"])
        names = names or (Experiment.model_fields["activation"].default,)
        followed["activation"] = (*names, *names[-1:] * n_hidden)[:n_hidden]
    shaped = {
        name: None
        for name in ("initial_parameters", "trainable")
        if name not in changes and getattr(experiment, name) is not None
    }
    try:
        after = experiment.evolve(**followed | shaped)
    except ValueError:
        return changes
    is_reshaped = network_of(after).shapes != network_of(experiment).shapes
    return followed | shaped if is_reshaped else followed


def lost_parameters(before: Experiment, after: Experiment) -> str:
    """One sentence on what was given for a network of other sizes and is gone; empty if nothing."""
    words = {"initial_parameters": "the given weights", "trainable": "the frozen parameters"}
    lost = [
        word
        for name, word in words.items()
        if getattr(before, name) is not None and getattr(after, name) is None
    ]
    if not lost:
        return ""
    subject = " and ".join(lost)
    return f"{subject.capitalize()} do not fit the new network; Ctrl+Z brings them back."
