"""Forward, backward and update in plain NumPy: readable, and the oracle for anything faster.

Points stand in rows. For a batch of m points, layer by layer (a⁰ are the inputs):

    zˡ = aˡ⁻¹ Wˡᵀ + bˡ            aˡ = g(zˡ)
    δᴸ = ∂L/∂zᴸ                    δˡ = (δˡ⁺¹ Wˡ⁺¹) ∘ g′(zˡ)
    ∂L/∂Wˡ = δˡᵀ aˡ⁻¹              ∂L/∂bˡ = Σ δˡ over the points

Rumelhart, Hinton, Williams: Learning representations by back-propagating errors (1986).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.model.network import Array, Network
from nnviz.model.optimizers import OPTIMIZERS, Hyperparameters
from nnviz.model.order import order
from nnviz.model.schedules import SCHEDULES, ScheduleParameters


@dataclass(frozen=True, eq=False)
class Problem:
    """All that an update depends on, except the state that it changes."""

    network: Network
    loss: str
    X: Array
    """(n, features), the training points as the network sees them."""
    T: Array
    """(n, outputs), their targets."""
    point_weights: Array | None = None
    """(n,), how much each point counts; None when all count 1."""
    l1: float = 0.0
    l2: float = 0.0
    optimizer: str = "sgd"
    hyperparameters: Hyperparameters = field(default_factory=Hyperparameters)
    learning_rate: float = 0.1
    schedule: str = "constant"
    schedule_parameters: ScheduleParameters = field(default_factory=ScheduleParameters)
    batch_size: int | str = "full"
    shuffle: bool = True
    seed: int = 0
    trainable: NDArray[np.bool_] | None = None
    """(n_parameters,), False where θ is frozen; None when all may change."""

    @property
    def points_per_batch(self) -> int:
        n = len(self.X)
        return n if self.batch_size == "full" else min(int(self.batch_size), n)

    @property
    def updates_per_epoch(self) -> int:
        return -(-len(self.X) // self.points_per_batch)


@dataclass(frozen=True, eq=False)
class State:
    """What an update changes; together with the problem it decides all that follows."""

    theta: Array
    slots: tuple[Array, ...]
    """The optimizer's memory, one array of θ's shape for each of its quantities."""
    update: int = 0
    epoch: int = 0
    """Completed passes over the points."""
    position: int = 0
    """Points of the present pass that were used already."""
    optimizer_updates: int = 0
    """Updates since the optimizer's memory was empty (Adam's t)."""


@dataclass(frozen=True)
class Divergence:
    """Where the numbers stopped being finite."""

    update: int
    """The update that could not be made, counted from 1."""
    layer: int
    """Counted from 1: for the loss the last one, for the penalty that of the largest weight."""
    quantity: str

    @property
    def sentence(self) -> str:
        place = {
            "loss": f"at the output, layer {self.layer},",
            "penalty": f"on the weights of layer {self.layer}",
        }.get(self.quantity, f"of layer {self.layer}")
        return (
            f"Training diverged at update {self.update}: the {self.quantity} {place} "
            "became infinite or not a number; "
            "try a smaller learning rate or inputs of a smaller range."
        )


class ForwardPass(NamedTuple):
    """What a forward pass computed, layer by layer."""

    sums: list[Array]
    """z of each layer after the inputs, (n, units)."""
    activations: list[Array]
    """The inputs, then a of each layer, (n, units)."""

    @property
    def outputs(self) -> Array:
        return self.activations[-1]


def forward(network: Network, theta: Array, X: Array) -> ForwardPass:
    """Compute every layer's sums and activations for the points X (n, features)."""
    weights, biases = network.split(theta)
    sums: list[Array] = []
    activations = [X]
    for W, b, name in zip(weights, biases, network.activations, strict=True):
        z = activations[-1] @ W.T + b
        sums.append(z)
        activations.append(ACTIVATIONS[name].value(z))
    return ForwardPass(sums, activations)


def backward(network: Network, theta: Array, passed: ForwardPass, delta: Array) -> Array:
    """The gradient with respect to θ, from `delta` = ∂L/∂z (n, outputs) of the last layer."""
    weights, _ = network.split(theta)
    gradient = np.empty_like(theta)
    weight_gradients, bias_gradients = network.split(gradient)
    for layer in range(network.n_layers - 1, -1, -1):
        weight_gradients[layer][...] = delta.T @ passed.activations[layer]
        bias_gradients[layer][...] = delta.sum(axis=0)
        if layer > 0:
            activation = ACTIVATIONS[network.activations[layer - 1]]
            error = delta @ weights[layer]
            delta = activation.pullback(passed.sums[layer - 1], passed.activations[layer], error)
    return gradient


def penalty(problem: Problem, theta: Array) -> float:
    """l1·Σ|w| + l2/2·Σw² over the weights, not over the biases."""
    if problem.l1 == 0.0 and problem.l2 == 0.0:
        return 0.0
    w = theta[problem.network.is_weight > 0.0]
    return float(problem.l1 * np.abs(w).sum() + 0.5 * problem.l2 * (w @ w))


def penalty_gradient(problem: Problem, theta: Array) -> Array:
    """l1·sign(w) + l2·w for the weights, 0 for the biases."""
    w = theta * problem.network.is_weight
    return problem.l1 * np.sign(w) + problem.l2 * w


def data_loss(
    problem: Problem, passed: ForwardPass, T: Array, point_weights: Array | None
) -> float:
    """The mean over the points of their losses, each times its point's weight."""
    losses = LOSSES[problem.loss].value(passed.sums[-1], passed.outputs, T)
    if point_weights is not None:
        losses = losses * point_weights
    return float(losses.mean())


def loss_and_gradient(
    problem: Problem, theta: Array, X: Array, T: Array, point_weights: Array | None = None
) -> tuple[float, Array]:
    """The objective (data term + penalty) on the points X, T and its gradient, (n_parameters,)."""
    passed = forward(problem.network, theta, X)
    activation = ACTIVATIONS[problem.network.activations[-1]]
    delta = LOSSES[problem.loss].gradient(passed.sums[-1], passed.outputs, T, activation)
    if point_weights is not None:
        delta = delta * point_weights[:, np.newaxis]
    gradient = backward(problem.network, theta, passed, delta / len(X))
    if problem.l1 or problem.l2:
        gradient = gradient + penalty_gradient(problem, theta)
    value = data_loss(problem, passed, T, point_weights) + penalty(problem, theta)
    return value, gradient


def batch_indices(problem: Problem, state: State) -> NDArray[np.int64] | slice:
    """The points of the next update: the last batch of a pass may be smaller."""
    n = len(problem.X)
    end = min(state.position + problem.points_per_batch, n)
    if problem.batch_size == "full" or not problem.shuffle:
        return slice(state.position, end)
    return order(n, problem.seed, state.epoch)[state.position : end]


def learning_rate(problem: Problem, epoch: int) -> float:
    """The rate that the schedule gives for an epoch."""
    schedule = SCHEDULES[problem.schedule]
    return schedule.rate(problem.learning_rate, epoch, problem.schedule_parameters)


def initial_state(problem: Problem, theta: Array) -> State:
    """Before the first update: the optimizer remembers nothing."""
    theta = frozen(theta)
    slots = OPTIMIZERS[problem.optimizer].initial_slots(theta.size)
    return State(theta, tuple(frozen(slot) for slot in slots))


def train(problem: Problem, state: State, updates: int) -> tuple[State, Divergence | None]:
    """Make `updates` updates, or as many as are possible before a number stops being finite.

    Returns the state reached and what went wrong, or None. A step after which θ is finite but
    the objective on the next batch is not is taken back: the state returned is one to go on from.
    """
    with np.errstate(all="ignore"):
        before = state
        for _ in range(updates):
            objective, gradient, proposed = _propose(problem, state)
            if not np.isfinite(objective):
                return before, _diagnose(problem, state, gradient, proposed)
            if not _is_finite(gradient, proposed):
                return state, _diagnose(problem, state, gradient, proposed)
            before, state = state, proposed
        if updates and not np.isfinite(next_objective(problem, state)):
            _, gradient, proposed = _propose(problem, state)
            return before, _diagnose(problem, state, gradient, proposed)
    return state, None


def next_objective(problem: Problem, state: State) -> float:
    """Data term and penalty at a state, on its next batch."""
    batch = batch_indices(problem, state)
    point_weights = None if problem.point_weights is None else problem.point_weights[batch]
    passed = forward(problem.network, state.theta, problem.X[batch])
    data_term = data_loss(problem, passed, problem.T[batch], point_weights)
    return data_term + penalty(problem, state.theta)


def _propose(problem: Problem, state: State) -> tuple[float, Array, State]:
    """The objective on the next batch, its gradient, and the state after the update."""
    batch = batch_indices(problem, state)
    point_weights = None if problem.point_weights is None else problem.point_weights[batch]
    objective, gradient = loss_and_gradient(
        problem, state.theta, problem.X[batch], problem.T[batch], point_weights
    )
    theta, slots = OPTIMIZERS[problem.optimizer].step(
        state.theta,
        gradient,
        state.slots,
        state.optimizer_updates + 1,
        learning_rate(problem, state.epoch),
        problem.hyperparameters,
        problem.network.is_weight,
    )
    if problem.trainable is not None:
        theta = np.where(problem.trainable, theta, state.theta)
        slots = tuple(
            np.where(problem.trainable, new, old)
            for new, old in zip(slots, state.slots, strict=True)
        )
    position = state.position + problem.points_per_batch
    ends_pass = position >= len(problem.X)
    return (
        objective,
        gradient,
        replace(
            state,
            theta=frozen(theta),
            slots=tuple(frozen(slot) for slot in slots),
            update=state.update + 1,
            epoch=state.epoch + ends_pass,
            position=0 if ends_pass else position,
            optimizer_updates=state.optimizer_updates + 1,
        ),
    )


def _is_finite(gradient: Array, proposed: State) -> bool:
    return all(np.isfinite(array).all() for array in (gradient, proposed.theta, *proposed.slots))


def _diagnose(problem: Problem, state: State, gradient: Array, proposed: State) -> Divergence:
    """Find the first quantity, in the order of computation, that is not finite."""
    number = state.update + 1
    batch = batch_indices(problem, state)
    passed = forward(problem.network, state.theta, problem.X[batch])
    for layer, (z, a) in enumerate(zip(passed.sums, passed.activations[1:], strict=True), start=1):
        for quantity, values in (("sums", z), ("activations", a)):
            if not np.isfinite(values).all():
                return Divergence(number, layer, quantity)
    if not np.isfinite(data_loss(problem, passed, problem.T[batch], None)):
        return Divergence(number, problem.network.n_layers, "loss")
    layer_of = problem.network.layer_of
    if not np.isfinite(penalty(problem, state.theta)):
        w = np.abs(state.theta) * problem.network.is_weight
        return Divergence(number, layer_of(int(w.argmax())), "penalty")
    # Errors travel from the output to the inputs, so the last layer went first.
    broken = np.flatnonzero(~np.isfinite(gradient))
    if broken.size:
        return Divergence(number, layer_of(int(broken[-1])), "gradient")
    for quantity, values in (
        *((f"{OPTIMIZERS[problem.optimizer].label} memory", slot) for slot in proposed.slots),
        ("parameters", proposed.theta),
    ):
        broken = np.flatnonzero(~np.isfinite(values))
        if broken.size:
            return Divergence(number, layer_of(int(broken[0])), quantity)
    return Divergence(number, problem.network.n_layers, "loss")


def frozen(array: Array) -> Array:
    """The same array, made read-only: a state is a value."""
    array.setflags(write=False)
    return array
