"""Two moments subtracted: what became other between them, in numbers, over the plane, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz.data.dataset import Dataset
from nnviz.insight.batch_lens import chunks
from nnviz.insight.equation_text import format_number, format_pair, pretty_input
from nnviz.insight.slope import Place, parameter_place
from nnviz.insight.snapshot import resolution_for
from nnviz.insight.surface import Grid, grid_around, neuron_values, plane_inputs
from nnviz.model import reference
from nnviz.model.losses import LOSSES, decide, decision_threshold
from nnviz.run.frame import Frame
from nnviz.run.problem import dataset_of

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

FIGURES = (
    "train_data_loss",
    "penalty",
    "train_loss",
    "test_loss",
    "train_accuracy",
    "test_accuracy",
)
"""Figures of a frame that are compared, by the names they have there."""
_LOSSES = ("train_data_loss", "train_loss", "test_loss")


@dataclass(frozen=True)
class Change:
    """A figure at both moments."""

    before: float | None
    after: float | None
    change: float | None
    """after − before; None where one of both is, or they do not measure the same."""


@dataclass(frozen=True, eq=False)
class Decisions:
    """Places of points in their part of the data, (k,) each, rising and read-only."""

    n_points: int
    changed: Indices
    """Points that are now taken for another class."""
    gained: Indices
    """Those among them that were wrong and are right."""
    lost: Indices
    """Those among them that were right and are wrong."""


@dataclass(frozen=True, eq=False)
class SurfaceChange:
    """What both networks answer on the same places of the plane, as the plane shows it.

    (k, n, n) each, rows from the lowest up, not finite as NaN. For a regression k is 1, the value.
    For two classes k is 1, and −1 to +1 is from the one class to the other, so that a sigmoid's 0
    to 1 compares with a tanh and with two outputs. For more classes k counts them, each output as
    it is. Columns beyond the first two are held at their mean in the training part of `before`.
    """

    grid: Grid
    before: Array
    after: Array
    change: Array
    """after − before."""
    is_changed: NDArray[np.bool_] | None
    """(n, n), where the plane is now taken for another class; None for a regression."""

    @property
    def part_changed(self) -> float | None:
        """Which part of the plane that is, 0 to 1; None for a regression."""
        return None if self.is_changed is None else float(self.is_changed.mean())


@dataclass(frozen=True, eq=False)
class Difference:
    """after − before; arrays are read-only."""

    weights: tuple[Array, ...] | None
    """Changes (n_out, n_in) of every layer; None where parameters do not correspond."""
    biases: tuple[Array, ...] | None
    """Changes (n_out,) of every layer; None likewise."""
    largest: Place | None
    """The parameter that changed most; None where none did or they do not correspond."""
    reason: str
    """Why parameters do not correspond, in a sentence; empty where they do."""
    figures: Mapping[str, Change]
    """By name, those of FIGURES, as both frames have them."""
    train: Decisions | None
    """Of the training part; None for a regression, and where the points are not the same."""
    test: Decisions | None
    """Of the test part; None likewise, and without one."""
    surface: SurfaceChange
    reason_of_losses: str
    """Why losses are not subtracted, in a sentence; empty where they are."""
    on_parameters: str
    """A sentence on the largest change, or on why there is none."""
    on_results: str
    """A sentence on what came of it; empty where nothing can be compared."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Up to three: why losses are not subtracted, on parameters, on results."""
        said = (self.reason_of_losses, self.on_parameters, self.on_results)
        return tuple(sentence for sentence in said if sentence)


def difference(before: Frame, after: Frame, grid: Grid | None = None) -> Difference:
    """Subtract two frames of the same or of another experiment; both stay as they are.

    The plane is `grid`, or one around the points of both. ValueError where there is no common
    plane, as the data have other columns, or nothing common to show on it, as one is a regression
    or has another number of classes. The features that networks make of the columns may differ.
    """
    data = dataset_of(before.experiment), dataset_of(after.experiment)
    _check(*data)
    reason = _why_not_subtracted(before, after, *data)
    with np.errstate(all="ignore"):
        change = None if reason else _kept(after.theta - before.theta)
    weights, biases = (None, None) if change is None else before.network.split(change)
    figures = MappingProxyType({name: _figure(before, after, name) for name in FIGURES})
    train, test = _decisions(before, after, *data)
    largest = None
    if change is not None and change.any():
        largest = parameter_place(before.network, int(np.abs(change).argmax()))
    return Difference(
        weights=None if weights is None else tuple(weights),
        biases=None if biases is None else tuple(biases),
        largest=largest,
        reason=reason,
        figures=figures,
        train=train,
        test=test,
        surface=_surface(before, after, *data, grid),
        reason_of_losses=_why_losses_differ(before, after),
        on_parameters=reason or _on_parameters(before, after, largest, data[0]),
        on_results=_on_results(figures, train),
    )


def _check(before: Dataset, after: Dataset) -> None:
    needed = "needs the same at both moments, to compare them."
    if before.columns != after.columns:
        given = f"{', '.join(before.columns)} and {', '.join(after.columns)} given"
        raise ValueError(f"columns: {given}; a common plane {needed}")
    if before.task != after.task:
        given = f"{before.task} and {after.task} given"
        raise ValueError(f"task: {given}; a common plane {needed}")
    if before.n_classes != after.n_classes:
        given = f"{before.n_classes} and {after.n_classes} given"
        raise ValueError(f"classes: {given}; a common plane {needed}")


# --- parameters and figures


def _why_not_subtracted(before: Frame, after: Frame, *data: Dataset) -> str:
    therefore = "so their parameters do not correspond."
    if before.network.sizes != after.network.sizes:
        shapes = " and ".join("-".join(map(str, frame.network.sizes)) for frame in (before, after))
        return f"The networks have different shapes, {shapes}, {therefore}"
    if data[0].input_names != data[1].input_names:
        names = " and ".join(f"({', '.join(each.input_names)})" for each in data)
        return f"The networks have different inputs, {names}, {therefore}"
    return ""


def _figure(before: Frame, after: Frame, name: str) -> Change:
    old, new = getattr(before, name), getattr(after, name)
    is_comparable = name not in _LOSSES or not _why_losses_differ(before, after)
    if old is None or new is None or not is_comparable:
        return Change(old, new, None)
    change = float(new) - float(old)
    return Change(old, new, change if isfinite(change) else None)


def _why_losses_differ(before: Frame, after: Frame) -> str:
    """Losses have one scale by the same formula, targets and weights of the points."""
    one, other = before.experiment, after.experiment
    if one.loss != other.loss:
        names = " and ".join(LOSSES[each.loss].label.lower() for each in (one, other))
        return f"{names[0].upper()}{names[1:]} are not subtracted."
    if one.class_weight != other.class_weight:
        return "Classes count otherwise, so losses are not subtracted."
    thresholds = {decision_threshold(each.output_activation) for each in (one, other)}
    is_coded_alike = len(thresholds) == 1 or before.train_accuracy is None
    if before.network.sizes[-1] != after.network.sizes[-1] or not is_coded_alike:
        return "Targets are coded otherwise, so losses are not subtracted."
    return ""


# --- points


def _decisions(
    before: Frame, after: Frame, old: Dataset, new: Dataset
) -> tuple[Decisions | None, Decisions | None]:
    """Of the training and of the test part."""
    if old.task == "regression":
        return None, None
    parts = (
        (old.inputs_train, new.inputs_train, old.y_train, new.y_train, old.X_train, new.X_train),
        (old.inputs_test, new.inputs_test, old.y_test, new.y_test, old.X_test, new.X_test),
    )
    found: list[Decisions | None] = []
    for old_inputs, new_inputs, old_y, y, old_X, X in parts:
        is_same = np.array_equal(old_inputs, new_inputs) and np.array_equal(old_y, y)
        if is_same and len(y):
            found.append(_compared(_decided(before, old_X), _decided(after, X), y))
        else:
            found.append(None)
    return found[0], found[1]


def _compared(was: Indices, is_: Indices, y: Indices) -> Decisions:
    """Two decisions on points of the classes y, (n,) each."""
    changed = was != is_
    return Decisions(
        n_points=len(y),
        changed=_kept(np.flatnonzero(changed)),
        gained=_kept(np.flatnonzero(changed & (is_ == y))),
        lost=_kept(np.flatnonzero(changed & (was == y))),
    )


def _decided(frame: Frame, X: Array) -> Indices:
    """The classes of the points X (n, features), (n,), in chunks."""
    decided = np.empty(len(X), dtype=np.int64)
    with np.errstate(all="ignore"):
        for part in chunks(len(X), frame.network):
            outputs = reference.forward(frame.network, frame.theta, X[part]).outputs
            decided[part] = decide(outputs, frame.experiment.output_activation)
    return decided


# --- the plane


def _surface(
    before: Frame, after: Frame, old: Dataset, new: Dataset, grid: Grid | None
) -> SurfaceChange:
    if grid is None:
        resolution = min(resolution_for(before.network), resolution_for(after.network))
        grid = _common_grid(grid_around(old, resolution), grid_around(new, resolution))
    # What lies behind the plane is held where `before` holds it: one plane, not two.
    planes = (old, replace(new, inputs_train=old.inputs_train))
    shown, decided = [], []
    for frame, dataset in zip((before, after), planes, strict=True):
        outputs = neuron_values(frame.network, frame.theta, plane_inputs(dataset, grid))[-1]
        values = np.asarray(outputs, dtype=np.float64)
        decided.append(decide(values.T, frame.experiment.output_activation))
        shown.append(_as_shown(values, frame, dataset.task == "classification"))
    with np.errstate(all="ignore"):
        change = shown[1] - shown[0]
    is_changed = None
    if old.task == "classification":
        is_changed = _kept((decided[0] != decided[1]).reshape(grid.resolution, -1))
    return SurfaceChange(
        grid=grid,
        before=_pictured(shown[0], grid),
        after=_pictured(shown[1], grid),
        change=_pictured(change, grid),
        is_changed=is_changed,
    )


def _common_grid(one: Grid, other: Grid) -> Grid:
    return Grid(
        min(one.x_min, other.x_min),
        max(one.x_max, other.x_max),
        min(one.y_min, other.y_min),
        max(one.y_max, other.y_max),
        one.resolution,
    )


def _as_shown(outputs: Array, frame: Frame, has_classes: bool) -> Array:
    """Outputs (units, places) as `SurfaceChange` has them, which is as the plane is coloured."""
    with np.errstate(all="ignore"):
        if has_classes and len(outputs) == 2:
            return outputs[1:] - outputs[:1]
        is_from_zero = decision_threshold(frame.experiment.output_activation) > 0.0
        if has_classes and len(outputs) == 1 and is_from_zero:
            return 2.0 * outputs - 1.0
    return outputs


def _pictured(values: Array, grid: Grid) -> Array:
    """Values (k, places) as (k, n, n), not finite as NaN."""
    finite = np.where(np.isfinite(values), values, np.nan)
    return _kept(finite.reshape(-1, grid.resolution, grid.resolution))


def _kept(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array


# --- in words


def _on_parameters(before: Frame, after: Frame, largest: Place | None, data: Dataset) -> str:
    if largest is None:
        return "No parameter changed."
    layer, unit, source = largest
    name = _unit_in_words(before, data, layer, unit)
    if source is None:
        what = f"the bias of {name}"
        old, new = (frame.biases[layer - 1][unit] for frame in (before, after))
    else:
        what = f"the weight from {_unit_in_words(before, data, layer - 1, source)} to {name}"
        old, new = (frame.weights[layer - 1][unit, source] for frame in (before, after))
    was, is_ = format_pair(old, new)
    return f"The largest change is in {what}: {was} → {is_}."


def _unit_in_words(frame: Frame, data: Dataset, layer: int, unit: int) -> str:
    if layer == 0:
        return pretty_input(data.input_names[unit])
    if layer < frame.network.n_layers:
        return f"unit {unit + 1} of layer {layer}"
    if frame.network.sizes[-1] == 1:
        return "the output"
    return "the output of " + re.sub(r"^-(?=\d)", "−", data.classes[unit])


def _on_results(figures: Mapping[str, Change], train: Decisions | None) -> str:
    parts = []
    loss, accuracy = figures["train_data_loss"], figures["train_accuracy"]
    if loss.change is not None:
        parts.append(f"the mean loss of the training points {_moved(loss)}")
    elif accuracy.change is not None:
        parts.append(f"the accuracy on the training points {_moved(accuracy)}")
    if train is not None:
        parts.append(points_in_words(train))
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def points_in_words(points: Decisions) -> str:
    """How many changed class, and to which side; no sentence yet."""
    if not len(points.changed):
        return f"none of {points.n_points:,} changed class"
    return (
        f"{len(points.changed):,} of {points.n_points:,} changed class"
        f", {len(points.gained):,} to the right one, {len(points.lost):,} from it"
    )


def _moved(figure: Change) -> str:
    assert figure.before is not None
    assert figure.after is not None
    if figure.before == figure.after:
        return f"stayed at {format_number(figure.before)}"
    was, is_ = format_pair(figure.before, figure.after)
    way = "fell" if figure.after < figure.before else "rose"
    return f"{way} from {was} to {is_}"
