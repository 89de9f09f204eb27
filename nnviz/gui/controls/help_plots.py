"""What the plots of the help show: functions made of the registries' own, with their slopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from nnviz.data.generators import Task
from nnviz.gui.theme import Theme
from nnviz.gui.views.legend import Mark
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES, encode_targets

Array = NDArray[np.float64]

REACH = 5.0
"""Functions of z are drawn from −REACH to REACH."""
WEIGHT_REACH = 3.0
KINKS = (-1.0, 0.0, 1.0)
"""Where one of the functions may bend or jump: the hinge at ±1, all others at 0."""

_STEPS = 400
_BESIDE = 1e-9
"""How close to a kink a function is looked at on both sides."""
_JUMP = 1e-6
"""Least difference across a kink that is a jump."""


@dataclass(frozen=True)
class Function:
    """One line of a plot: `values` takes x (n,) and gives (n,)."""

    name: str
    values: Callable[[Array], Array]
    mark: Mark
    color: Callable[[Theme], QColor]


def sampled(function: Function, reach: float) -> tuple[Array, Array]:
    """x and y (n,) of a function from −reach to reach; y is NaN in the middle of a jump."""
    kinks = np.array([kink for kink in KINKS if abs(kink) < reach])
    grid = np.linspace(-reach, reach, _STEPS + 1)
    x = np.unique(np.concatenate([grid, kinks - _BESIDE, kinks, kinks + _BESIDE]))
    y = function.values(x)
    is_jump = (np.diff(x) <= 2 * _BESIDE) & (np.abs(np.diff(y)) > _JUMP)
    at = np.flatnonzero(is_jump) + 1
    return np.insert(x, at, (x[at - 1] + x[at]) / 2), np.insert(y, at, np.nan)


def activation_functions(name: str) -> tuple[Function, Function]:
    """An activation and its derivative; of softmax the first of two outputs, the other's z at 0."""
    activation = ACTIVATIONS[name]
    is_alone = activation.jacobian_product is None

    def layer(z: Array) -> Array:
        return z[:, np.newaxis] if is_alone else np.column_stack([z, np.zeros_like(z)])

    def value(z: Array) -> Array:
        return activation.value(layer(z))[:, 0]

    def derivative(z: Array) -> Array:
        return activation.derivative(layer(z), activation.value(layer(z)))[:, 0]

    return (
        Function("a", value, Mark.SOLID, lambda theme: theme.accent),
        Function("a′", derivative, Mark.DASHED, lambda theme: theme.ink),
    )


def loss_functions(
    loss: str, output_activation: str, task: Task, n_classes: int
) -> tuple[Function, ...]:
    """The loss of one point over an output's z, and its gradient, for the target 0 and for 1.

    The targets are coded as the output is trained on them, and have the colours of their classes.
    The z of other outputs that it depends on are 0.
    """
    codes = target_codes(output_activation, task, n_classes)
    pairs = [
        _loss_and_gradient(loss, output_activation, target, index)
        for index, target in enumerate(codes)
    ]
    losses, gradients = zip(*pairs, strict=True)
    return (*losses, *gradients)


def target_codes(output_activation: str, task: Task, n_classes: int) -> Array:
    """What the plotted output, the first column, is to give for the target 0 and for 1, (2, k)."""
    one_of_each = np.array([0.0, 1.0]) if task == "regression" else np.array([0, 1])
    codes = encode_targets(one_of_each, task, n_classes, output_activation)
    if codes.shape[1] == 1:
        return codes
    codes = np.roll(codes, -1, axis=1)  # the second output, whose class is 1, becomes the first
    is_alone = ACTIVATIONS[output_activation].jacobian_product is None
    return codes[:, :1] if is_alone else codes


def _loss_and_gradient(
    loss: str, output_activation: str, target: Array, index: int
) -> tuple[Function, Function]:
    entry, activation = LOSSES[loss], ACTIVATIONS[output_activation]

    def layer(z: Array) -> tuple[Array, Array, Array]:
        logits = np.zeros((len(z), len(target)))
        logits[:, 0] = z
        return logits, activation.value(logits), np.tile(target, (len(z), 1))

    def value(z: Array) -> Array:
        return entry.value(*layer(z))

    def gradient(z: Array) -> Array:
        return entry.gradient(*layer(z), activation)[:, 0]

    def color(theme: Theme) -> QColor:
        return theme.class_color(index, 2)

    coded = f"t = {target[0]:.0f}".replace("-", "−")
    return (
        Function(f"L, {coded}", value, Mark.SOLID, color),
        Function(f"dL/dz, {coded}", gradient, Mark.DASHED, color),
    )


def penalty_functions(l1: float, l2: float) -> tuple[Function, Function, Function]:
    """What one weight w costs: by L1, by L2 and in all."""

    def by_l1(w: Array) -> Array:
        return l1 * np.abs(w)

    def by_l2(w: Array) -> Array:
        return l2 / 2 * w * w

    def in_all(w: Array) -> Array:
        return by_l1(w) + by_l2(w)

    return (
        Function("L1", by_l1, Mark.DASHED, lambda theme: theme.ink),
        Function("L2", by_l2, Mark.THIN, lambda theme: theme.ink),
        Function("sum", in_all, Mark.SOLID, lambda theme: theme.accent),
    )
