"""What both estimators share: constructor, passes over the points, stopping, answers."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from nnviz.estimator import parameters
from nnviz.estimator.points import TrainingPoints, checked_weights, set_aside
from nnviz.estimator.stopping import Patience
from nnviz.model import reference
from nnviz.model.engine import Engine, make_engine
from nnviz.model.network import Array, Network
from nnviz.model.optimizers import Hyperparameters
from nnviz.model.reference import Problem, State

_ROWS_AT_ONCE = 8192
"""Predictions are made for so many points at a time: the layers' values of more are not kept."""


class NetworkEstimator(BaseEstimator):  # type: ignore[misc]
    """A network trained by nnviz's engine, as scikit-learn's estimators are made and asked."""

    _loss: str
    """The name of the loss; a classifier knows it when it knows the classes."""
    _output_activation: str
    _wants_numbers: bool
    """Whether targets are numbers, not classes."""

    def __init__(
        self,
        hidden_layer_sizes: int | tuple[int, ...] = (100,),
        activation: str | tuple[str, ...] = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate_init: float = 0.001,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        n_iter_no_change: float = 10,
        decay: float = 0.9,
        weight_decay: float = 0.01,
        initializer: str = "xavier",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.n_iter_no_change = n_iter_no_change
        self.decay = decay
        self.weight_decay = weight_decay
        self.initializer = initializer

    # --- what the two kinds do differently

    def _targets(
        self, y: NDArray[Any], *, is_new: bool, is_partial: bool, classes: ArrayLike | None
    ) -> Array:
        """Targets (n, outputs) for y as it was given; a classifier learns its classes first."""
        raise NotImplementedError

    def _strata(self, T: Array) -> NDArray[np.intp] | None:
        """The class of each point, of which a validation part needs its share; or None."""
        raise NotImplementedError

    def _score(self, outputs: Array, points: TrainingPoints) -> float:
        """How good these outputs (n, outputs) are: accuracy, or R²."""
        raise NotImplementedError

    # --- fitting

    def _fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        *,
        is_partial: bool,
        classes: ArrayLike | None = None,
    ) -> None:
        """Make the passes that `fit`, or the one that `partial_fit`, asks for."""
        parameters.check_parameters(self.get_params(deep=False))
        if is_partial and self.early_stopping:
            raise ValueError(
                "early_stopping: True given; allowed: False, since partial_fit makes one pass."
            )
        is_new = not hasattr(self, "coefs_") or not (is_partial or self.warm_start)
        rows, given = validate_data(
            self,
            X,
            y,
            dtype=np.float64,
            order="C",
            multi_output=True,
            y_numeric=self._wants_numbers,
            reset=is_new,
        )
        T = self._targets(given, is_new=is_new, is_partial=is_partial, classes=classes)
        points = TrainingPoints(rows, T, checked_weights(sample_weight, len(rows)))
        network = self._network_for(rows.shape[1], T.shape[1], is_new)
        if is_new:
            self._begin(network)
        if not is_partial:
            self._forget_passes()
        validation = None
        if self.early_stopping:
            points, validation = set_aside(
                points, self.validation_fraction, self._seed, self._strata(T)
            )
        self._pass_over(self._problem(network, points), validation, is_partial)

    def _network_for(self, n_inputs: int, n_outputs: int, is_new: bool) -> Network:
        """The network that the parameters describe; ValueError when the one learned is another."""
        hidden = parameters.hidden_sizes(self.hidden_layer_sizes)
        activations = parameters.hidden_activations(self.activation, len(hidden))
        if not is_new:
            *present, present_outputs = (len(biases) for biases in self.intercepts_)
            if n_outputs != present_outputs:
                raise ValueError(
                    f"y: {n_outputs} targets a point given; allowed: {present_outputs}, as before."
                )
            if hidden != tuple(present):
                raise ValueError(
                    f"hidden_layer_sizes: {hidden} given; allowed: {tuple(present)}, as the "
                    "network has them already; fit without warm_start begins anew."
                )
        return Network((n_inputs, *hidden, n_outputs), (*activations, self._output_activation))

    def _begin(self, network: Network) -> None:
        """Draw initial weights and forget all training."""
        self._seed = parameters.seed_of(self.random_state)
        self._keep_theta(network, network.initial_theta(self.initializer, self._seed))
        self._memory: tuple[str, tuple[Array, ...], int] | None = None
        self._epochs = 0
        self.n_layers_ = len(network.sizes)
        self.n_outputs_ = network.sizes[-1]
        output = network.activations[-1]
        self.out_activation_ = parameters.THEIR_NAMES.get(output, output)
        self.t_ = 0
        self.loss_curve_: list[float] = []
        self._forget_passes()

    def _forget_passes(self) -> None:
        """As before a fit: no optimizer memory, no passes to compare the next one with."""
        self._memory = None
        self.best_loss_ = None if self.early_stopping else math.inf
        self.best_validation_score_ = -math.inf if self.early_stopping else None
        self.validation_scores_: list[float] | None = [] if self.early_stopping else None

    def _problem(self, network: Network, points: TrainingPoints) -> Problem:
        """What the engine is asked to train."""
        n = len(points.X)
        n_batch = parameters.points_per_batch(self.batch_size, n)
        mean_weight, weights = points.normalised_weights()
        return Problem(
            network=network,
            loss=self._loss,
            X=points.X,
            T=points.T,
            point_weights=weights,
            l2=float(self.alpha) / (n_batch * mean_weight),
            optimizer=parameters.optimizer_name(
                self.solver, self.momentum, bool(self.nesterovs_momentum)
            ),
            hyperparameters=Hyperparameters(
                momentum=float(self.momentum),
                decay=float(self.decay),
                beta_1=float(self.beta_1),
                beta_2=float(self.beta_2),
                weight_decay=float(self.weight_decay),
            ),
            learning_rate=float(self.learning_rate_init),
            batch_size="full" if n_batch == n else n_batch,
            shuffle=bool(self.shuffle),
            seed=self._seed,
        )

    def _state(self, problem: Problem) -> State:
        """To go on from: the weights as they are now, with the optimizer's memory if it has one."""
        theta = problem.network.join([coefs.T for coefs in self.coefs_], self.intercepts_)
        state = replace(reference.initial_state(problem, theta), epoch=self._epochs)
        if self._memory is None or self._memory[0] != problem.optimizer:
            return state
        _, slots, updates = self._memory
        return replace(state, slots=slots, optimizer_updates=updates)

    def _pass_over(
        self, problem: Problem, validation: TrainingPoints | None, is_partial: bool
    ) -> None:
        """Pass over the points until enough is learned; ValueError where numbers diverge."""
        engine = _engine_for(problem)
        patience = Patience(self.tol, self.n_iter_no_change)
        last = 1 if is_partial else self.max_iter
        state = best = self._state(problem)
        self.n_iter_ = 0
        try:
            while self.n_iter_ < last and not patience.is_over:
                state, divergence = engine.train(state, problem.updates_per_epoch)
                if divergence is not None:
                    raise ValueError(divergence.sentence)
                gain = self._note(engine, state.theta, validation)
                if patience.notes_a_best(gain):
                    best = state
        finally:
            # Whatever ends the passes, what was learned until then is kept.
            self._keep_theta(problem.network, state.theta)
            self._memory = (problem.optimizer, state.slots, state.optimizer_updates)
            self._epochs = state.epoch
        if validation is not None:
            self._keep_theta(problem.network, best.theta)
            self._memory = None  # it led on from other weights
        if not (is_partial or patience.is_over or patience.is_endless):
            warnings.warn(
                f"max_iter: all {self.max_iter} passes were made, and the loss or the validation "
                f"score was still improving by tol={self.tol} or more.",
                ConvergenceWarning,
                stacklevel=4,
            )

    def _note(self, engine: Engine, theta: Array, validation: TrainingPoints | None) -> float:
        """Write down the figures of a pass; the one that stopping looks at, larger is better."""
        problem = engine.problem
        loss, _ = engine.figures(theta, problem.X, problem.T, problem.point_weights)
        loss += engine.penalty(theta)
        self.n_iter_ += 1
        self.t_ += len(problem.X)
        self.loss_ = loss
        self.loss_curve_.append(loss)
        if self.verbose:
            print(f"Pass {self.n_iter_}: loss {loss:.8f}")
        if validation is None:
            if self.best_loss_ is not None:
                self.best_loss_ = min(self.best_loss_, loss)
            return -loss
        score = self._score(self._outputs_at(problem.network, theta, validation.X), validation)
        assert self.validation_scores_ is not None
        self.validation_scores_.append(score)
        self.best_validation_score_ = max(self.validation_scores_)
        if self.verbose:
            print(f"Pass {self.n_iter_}: validation score {score:.6f}")
        return score

    def _keep_theta(self, network: Network, theta: Array) -> None:
        weights, biases = network.split(theta)
        self.coefs_ = [np.array(W.T, order="C") for W in weights]
        self.intercepts_ = [b.copy() for b in biases]

    # --- answering

    def _outputs(self, X: ArrayLike) -> Array:
        """The network's outputs (n, outputs) for the rows X, checked as scikit-learn does."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, order="C", reset=False)
        hidden = parameters.hidden_activations(self.activation, len(self.coefs_) - 1)
        sizes = (len(self.coefs_[0]), *(len(biases) for biases in self.intercepts_))
        network = Network(sizes, (*hidden, self._output_activation))
        theta = network.join([coefs.T for coefs in self.coefs_], self.intercepts_)
        return self._outputs_at(network, theta, rows)

    def _outputs_at(self, network: Network, theta: Array, X: Array) -> Array:
        with np.errstate(all="ignore"):
            parts = [
                reference.forward(network, theta, X[start : start + _ROWS_AT_ONCE]).outputs
                for start in range(0, len(X), _ROWS_AT_ONCE)
            ]
        return np.concatenate(parts)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "coefs_")


def _engine_for(problem: Problem) -> Engine:
    """The compiled engine; where there is none, the reference, and a warning that says so."""
    engine = make_engine("compiled", problem)
    if engine.reason:
        warnings.warn(
            f"Training on the reference engine, which is slower: {engine.reason}",
            RuntimeWarning,
            stacklevel=5,
        )
    return engine
