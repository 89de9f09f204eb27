"""The next update, spelled out: load → forward → loss → backward → update.

A pure function of a moment. The formulas are those of `model/reference.py`, one at a time, with
everything that they take and give.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nnviz.model import reference
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.model.network import Network
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.reference import ForwardPass, Problem
from nnviz.run.frame import Frame
from nnviz.run.problem import dataset_of, problem_of
from nnviz.run.trainer import Trainer

Array = NDArray[np.float64]
Phase = Literal["load", "forward", "loss", "backward", "update"]
PHASES: tuple[Phase, ...] = ("load", "forward", "loss", "backward", "update")

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, eq=False)
class MicroStep:
    """One step of an update, with the numbers that it takes and gives.

    m points stand in rows. In all that comes before the update, a single point stands alone if
    one was asked for; its losses, errors and gradients are then its own, of which those of the
    batch are the mean.
    """

    phase: Phase
    layer: int
    """Counted from 1; 0 where no layer is at work."""
    title: str
    formula: str
    """In the words of the field; numbers in raised brackets are layers, sums run over points."""
    values: Mapping[str, Any]
    """By name; arrays are read-only.

    - load: `points` (m,), their places in the training part; `inputs` (m, features), `targets`
      (m, outputs), `point_weights` (m,) or None, `epoch` and `batch`, counted from 1, `batches`
      of the epoch
    - forward, sums: `inputs` (m, n_in), `weights` (n_out, n_in), `biases` (n_out,), `sums`
      (m, n_out), and `products` (n_out, n_in) of a single point's inputs with the weights
    - forward, activations: `sums`, `activations` (m, n_out)
    - loss: `outputs`, `targets` (m, outputs), `losses` (m,), each times its point's weight,
      `data_loss`, their mean, `penalty`, `loss`, the sum of both
    - backward, errors: `errors` δ = ∂L/∂z (m, n_out); in a hidden layer also `arriving`
      = ∂L/∂a (m, n_out), which come back through the weights of the layer behind
    - backward, gradients: `errors`, `inputs`, `weight_gradients` (n_out, n_in) and
      `bias_gradients` (n_out,) with the penalty's, which are `penalty_gradients` (n_out, n_in)
    - update, layer by layer: `weight_gradients`, `bias_gradients`; each quantity of the optimizer
      after this update, such as `velocity_of_weights` and `velocity_of_biases`; `weight_steps`,
      `bias_steps`, what is added; `old_layer_weights`, `old_layer_biases` and `new_layer_weights`,
      `new_layer_biases`; `learning_rate`; `t`, the updates that the optimizer remembers, with this
      one. The last step has `new_weights` and `new_biases` of all layers too, as the trainer's
      `weights` and `biases` will be.
    """


def microsteps(moment: Trainer | Frame, point: int | None = None) -> tuple[MicroStep, ...]:
    """Spell out the next update of a trainer or a frame, which stays as it is.

    `point` counts the points of that update from 0 and shows one of them alone; None shows the
    batch. ValueError when it has no such point. Numbers that are not finite are shown as such.
    """
    frame = moment if isinstance(moment, Frame) else moment.frame()
    with np.errstate(all="ignore"):
        return _Update(frame, point).steps()


class _Update:
    """The next update of one moment, computed once, told step by step."""

    def __init__(self, frame: Frame, point: int | None) -> None:
        problem = problem_of(frame.experiment, dataset_of(frame.experiment))
        self._frame, self._problem, self._state = frame, problem, frame.state
        everything = np.arange(len(problem.X))
        self._batch = everything[reference.batch_indices(problem, frame.state)]
        if point is not None and not 0 <= point < len(self._batch):
            raise ValueError(
                f"point: {point} given; allowed: 0 to {len(self._batch) - 1}, "
                "the points of the next update."
            )
        self._point = point
        self._shown = self._batch if point is None else self._batch[point : point + 1]

    def steps(self) -> tuple[MicroStep, ...]:
        problem, theta = self._problem, self._state.theta
        passed = reference.forward(problem.network, theta, problem.X[self._shown])
        return (
            self._load(),
            *self._forward(passed),
            self._loss(passed),
            *self._backward(passed),
            *self._update(),
        )

    # --- load

    def _load(self) -> MicroStep:
        problem, state = self._problem, self._state
        batch = state.position // problem.points_per_batch + 1
        batches = problem.updates_per_epoch
        m = len(self._batch)
        what = "1 point" if m == 1 else f"{m:,} points"
        if self._point is not None:
            what = f"point {self._point + 1:,} of {m:,}"
        return _step(
            "load",
            0,
            f"Load {what}, batch {batch:,} of {batches:,}",
            f"a{_raised(0)} = x",
            points=self._shown,
            inputs=problem.X[self._shown],
            targets=problem.T[self._shown],
            point_weights=self._point_weights(self._shown),
            epoch=state.epoch + 1,
            batch=batch,
            batches=batches,
        )

    def _point_weights(self, points: NDArray[np.int64]) -> Array | None:
        weights = self._problem.point_weights
        return None if weights is None else weights[points]

    # --- forward

    def _forward(self, passed: ForwardPass) -> list[MicroStep]:
        network = self._problem.network
        weights, biases = network.split(self._state.theta)
        steps = []
        for layer in range(1, network.n_layers + 1):
            W, b, inputs = weights[layer - 1], biases[layer - 1], passed.activations[layer - 1]
            z, a = passed.sums[layer - 1], passed.activations[layer]
            single = {} if self._point is None else {"products": W * inputs[0]}
            here, before = _raised(layer), _raised(layer - 1)
            activation = ACTIVATIONS[network.activations[layer - 1]]
            steps += [
                _step(
                    "forward",
                    layer,
                    f"{_place(network, layer)}: weighted sums",
                    f"z{here} = W{here} a{before} + b{here}",
                    inputs=inputs,
                    weights=W,
                    biases=b,
                    sums=z,
                    **single,
                ),
                _step(
                    "forward",
                    layer,
                    f"{_place(network, layer)}: {activation.label}",
                    f"a{here} = g(z{here}),  {activation.formula}",
                    sums=z,
                    activations=a,
                ),
            ]
        return steps

    # --- loss

    def _loss(self, passed: ForwardPass) -> MicroStep:
        problem = self._problem
        loss, targets = LOSSES[problem.loss], problem.T[self._shown]
        losses = loss.value(passed.sums[-1], passed.outputs, targets)
        point_weights = self._point_weights(self._shown)
        if point_weights is not None:
            losses = losses * point_weights
        data_loss = float(losses.mean())
        penalty = reference.penalty(problem, self._state.theta)
        has_penalty = problem.l1 != 0.0 or problem.l2 != 0.0
        return _step(
            "loss",
            problem.network.n_layers,
            f"Loss: {loss.label}" + " + penalty" * has_penalty,
            loss_formula(problem, len(losses)),
            outputs=passed.outputs,
            targets=targets,
            losses=losses,
            data_loss=data_loss,
            penalty=penalty,
            loss=data_loss + penalty,
        )

    # --- backward

    def _backward(self, passed: ForwardPass) -> list[MicroStep]:
        problem, network = self._problem, self._problem.network
        weights, _ = network.split(self._state.theta)
        by_penalty, _ = network.split(reference.penalty_gradient(problem, self._state.theta))
        errors = _output_errors(problem, passed, self._shown)
        arriving: dict[str, Array] = {}
        steps = []
        for layer in range(network.n_layers, 0, -1):
            here, behind, before = _raised(layer), _raised(layer + 1), _raised(layer - 1)
            inputs = passed.activations[layer - 1]
            formula = f"δ{here} = ∂L/∂z{here}"
            if len(errors) > 1:
                counted = "c ∂ℓ" if problem.point_weights is not None else "∂ℓ"
                formula += f" = {counted}/∂z{here} / n"
            if arriving:
                formula = f"δ{here} = (W{behind}ᵀ δ{behind}) ∘ g′(z{here})"
            steps += [
                _step(
                    "backward",
                    layer,
                    f"{_place(network, layer)}: errors",
                    formula,
                    errors=errors,
                    **arriving,
                ),
                _step(
                    "backward",
                    layer,
                    f"{_place(network, layer)}: gradients",
                    f"∂L/∂W{here} = Σ δ{here} a{before}ᵀ,  ∂L/∂b{here} = Σ δ{here}",
                    errors=errors,
                    inputs=inputs,
                    weight_gradients=errors.T @ inputs + by_penalty[layer - 1],
                    bias_gradients=errors.sum(axis=0),
                    penalty_gradients=by_penalty[layer - 1],
                ),
            ]
            if layer > 1:
                back = errors @ weights[layer - 1]
                activation = ACTIVATIONS[network.activations[layer - 2]]
                errors = activation.pullback(passed.sums[layer - 2], inputs, back)
                arriving = {"arriving": back}
        return steps

    # --- update

    def _update(self) -> list[MicroStep]:
        problem, state, network = self._problem, self._state, self._problem.network
        optimizer = OPTIMIZERS[problem.optimizer]
        _, gradient = reference.loss_and_gradient(
            problem,
            state.theta,
            problem.X[self._batch],
            problem.T[self._batch],
            self._point_weights(self._batch),
        )
        t, eta = state.optimizer_updates + 1, reference.learning_rate(problem, state.epoch)
        theta, slots = optimizer.step(
            state.theta, gradient, state.slots, t, eta, problem.hyperparameters, network.is_weight
        )
        corrections = optimizer.corrections(slots, t, problem.hyperparameters)
        if problem.trainable is not None:
            theta = np.where(problem.trainable, theta, state.theta)
            slots = tuple(
                np.where(problem.trainable, new, old)
                for new, old in zip(slots, state.slots, strict=True)
            )
        quantities = dict(zip(optimizer.slots, slots, strict=True)) | corrections
        parts = {
            "gradients": gradient,
            **quantities,
            "steps": theta - state.theta,
            "old": state.theta,
            "new": theta,
        }
        steps = []
        for layer in range(1, network.n_layers + 1):
            values: dict[str, Any] = {"learning_rate": eta, "t": t}
            for name, vector in parts.items():
                values |= _named_parts(name, network, vector, layer)
            if layer == network.n_layers:
                new_weights, new_biases = network.split(theta)
                values |= {
                    "new_weights": tuple(map(_read_only, new_weights)),
                    "new_biases": tuple(map(_read_only, new_biases)),
                }
            title = f"{_place(network, layer)}: {optimizer.label}"
            steps.append(_step("update", layer, title, optimizer.formula, **values))
        return steps


def _named_parts(name: str, network: Network, vector: Array, layer: int) -> dict[str, Array]:
    """A layer's part of a vector like θ: of its weights (n_out, n_in), of its biases (n_out,)."""
    weights, biases = network.split(vector)
    if name in ("gradients", "steps"):
        names = f"weight_{name}", f"bias_{name}"
    elif name in ("old", "new"):
        names = f"{name}_layer_weights", f"{name}_layer_biases"
    else:
        names = f"{name}_of_weights", f"{name}_of_biases"
    return {names[0]: weights[layer - 1], names[1]: biases[layer - 1]}


def _output_errors(problem: Problem, passed: ForwardPass, shown: NDArray[np.int64]) -> Array:
    """∂L/∂z (m, outputs) of the last layer, L being the mean over the points shown."""
    activation = ACTIVATIONS[problem.network.activations[-1]]
    errors = LOSSES[problem.loss].gradient(
        passed.sums[-1], passed.outputs, problem.T[shown], activation
    )
    if problem.point_weights is not None:
        errors = errors * problem.point_weights[shown][:, np.newaxis]
    return errors / len(shown)


def loss_formula(problem: Problem, points: int) -> str:
    """The loss of so many points in symbols, with its penalty; of several the mean of their ℓ."""
    formula = LOSSES[problem.loss].formula
    if points > 1:
        counted = "c ℓ" if problem.point_weights is not None else "ℓ"
        formula = f"L = Σ {counted} / n,  ℓ{formula.removeprefix('L')}"
    has_penalty = problem.l1 != 0.0 or problem.l2 != 0.0
    return formula + ",  plus λ₁ Σ|w| + ½ λ₂ Σw²" * has_penalty


def _step(phase: Phase, layer: int, title: str, formula: str, **values: Any) -> MicroStep:
    kept = {
        name: _read_only(value) if isinstance(value, np.ndarray) else value
        for name, value in values.items()
    }
    return MicroStep(phase, layer, title, formula, MappingProxyType(kept))


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    """A view that cannot be written through."""
    view = array.view()
    view.setflags(write=False)
    return view


def _place(network: Network, layer: int) -> str:
    return "Output" if layer == network.n_layers else f"Layer {layer}"


def _raised(layer: int) -> str:
    """In brackets, or a² would be a square."""
    return f"⁽{layer}⁾".translate(_RAISED)
