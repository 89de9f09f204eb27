"""What has to follow when the shape of an experiment's network changes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz.model.network import Network
from nnviz.run.consistency import network_of
from nnviz.run.experiment import Experiment
from nnviz.run.parameters import Mask


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
    before, new = network_of(experiment), network_of(after)
    if new.shapes == before.shapes:
        return followed
    mask = experiment.trainable
    is_same_around = (new.sizes[0], new.sizes[-1]) == (before.sizes[0], before.sizes[-1])
    if mask is not None and "trainable" in shaped and is_same_around:
        # What was frozen stays so where it is still there; what is new may be trained.
        old = before.join_mask(mask.weights, mask.biases)
        kept = Mask(*new.split(carried(before, new, old, np.ones(new.n_parameters))))
        return followed | shaped | {"trainable": kept}
    return followed | shaped


def carried(
    before: Network, after: Network, values: NDArray[Any], fresh: NDArray[Any]
) -> NDArray[np.float64]:
    """`fresh`, one value for each parameter of `after`, with those of `before` where it has them.

    Inputs, outputs and the hidden layers, counted from the inputs, are the same in both; of a layer
    that has grown or shrunk the first units are. A connection is kept where it joins the same
    two layers as before, a bias where its unit is still there.
    """
    result = np.array(fresh, dtype=np.float64)
    old_weights, old_biases = before.split(values)
    new_weights, new_biases = after.split(result)
    last = after.n_layers - 1
    for layer in range(after.n_layers):
        old = before.n_layers - 1 if layer == last else layer
        if layer != last and old >= before.n_layers - 1:
            continue
        n_out = min(before.sizes[old + 1], after.sizes[layer + 1])
        new_biases[layer][:n_out] = old_biases[old][:n_out]
        if old == layer:
            n_in = min(before.sizes[old], after.sizes[layer])
            new_weights[layer][:n_out, :n_in] = old_weights[old][:n_out, :n_in]
    return result


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


def new_parameters(before: Experiment, after: Experiment) -> str:
    """One sentence on what begins anew when hidden layers come or go; empty where none does."""
    old, new = len(before.hidden), len(after.hidden)
    if new == old:
        return ""
    if new < old:
        return "The weights into the output are new: they come from another layer now."
    layers = f"Layer {new}" if new == old + 1 else f"Layers {old + 1} to {new}"
    kept = "; what was learned before stays" if old else ""
    return f"{layers} and the weights into the output begin anew{kept}."
