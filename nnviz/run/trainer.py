"""Trainer: advances an experiment update by update, and goes back to any frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnviz.data.dataset import Dataset, make_dataset
from nnviz.data.numbers import checked_rows
from nnviz.model import reference
from nnviz.model.engine import Stop, make_engine
from nnviz.model.losses import decide
from nnviz.model.network import Network
from nnviz.model.reference import Divergence, State
from nnviz.run.experiment import LIVE_FIELDS, Experiment
from nnviz.run.frame import Frame
from nnviz.run.parameters import Parameters
from nnviz.run.problem import point_weights, problem_of, targets_of

Array = NDArray[np.float64]


class Diverged(ArithmeticError):
    """A number became infinite or NaN; the trainer stands at the last finite moment."""

    def __init__(self, divergence: Divergence) -> None:
        super().__init__(divergence.sentence)
        self.divergence = divergence


@lru_cache(maxsize=4)
def _dataset_from(values: tuple[Any, ...]) -> Dataset:
    return make_dataset(*values)


def dataset_of(experiment: Experiment) -> Dataset:
    """The points that an experiment describes; equal descriptions share one object."""
    return _dataset_from(
        (
            experiment.dataset,
            experiment.n_samples,
            experiment.noise,
            experiment.data_seed,
            experiment.test_fraction,
            experiment.split_seed,
            experiment.features,
            experiment.scaling,
        )
    )


class Trainer:
    """Trains the network of one experiment.

    The state is a value: `frame()` takes it, `restore()` puts it back, and from the same state
    the same updates follow, bit for bit.
    """

    def __init__(self, experiment: Experiment, engine: str = "compiled") -> None:
        """`engine` is one of ENGINES, or ValueError; see `make_engine`, which may wait."""
        self._state: State
        self._divergence: Divergence | None
        self._wanted_engine = engine
        self._set_experiment(experiment)
        self._start()

    # --- what it works on

    @property
    def experiment(self) -> Experiment:
        return self._experiment

    @property
    def dataset(self) -> Dataset:
        return self._dataset

    @property
    def network(self) -> Network:
        return self._problem.network

    @property
    def updates_per_epoch(self) -> int:
        """⌈n / batch size⌉."""
        return self._problem.updates_per_epoch

    # --- what does the work

    @property
    def engine(self) -> str:
        """The one in use, "compiled" or "reference"."""
        return self._engine.name

    @property
    def engine_reason(self) -> str:
        """Why the reference trains where the compiled engine was asked for; else empty."""
        return self._engine.reason

    def use(self, engine: str) -> None:
        """Go on with another engine, from the very same state.

        The two differ in rounding, so what follows is exact for the engine that made it.
        """
        self._engine = make_engine(engine, self._problem)
        self._wanted_engine = engine

    # --- the present moment

    @property
    def weights(self) -> list[Array]:
        """(n_out, n_in) of every layer; read-only copies."""
        return _copies(self.network.split(self._state.theta)[0])

    @property
    def biases(self) -> list[Array]:
        """(n_out,) of every layer; read-only copies."""
        return _copies(self.network.split(self._state.theta)[1])

    @property
    def update(self) -> int:
        """Parameter updates so far."""
        return self._state.update

    @property
    def epoch(self) -> int:
        """Completed passes over the training points."""
        return self._state.epoch

    @property
    def diverged(self) -> Divergence | None:
        """What stopped the run; None while all numbers are finite."""
        return self._divergence

    @property
    def train_loss(self) -> float:
        """The objective, data term + penalty, over the whole training part."""
        return self.frame().train_loss

    @property
    def train_data_loss(self) -> float:
        return self.frame().train_data_loss

    @property
    def test_loss(self) -> float | None:
        """Data term over the test part; None without one."""
        return self.frame().test_loss

    @property
    def train_accuracy(self) -> float | None:
        """Fraction of training points classified rightly; None for regression."""
        return self.frame().train_accuracy

    @property
    def test_accuracy(self) -> float | None:
        """Fraction of test points classified rightly; None for regression or without any."""
        return self.frame().test_accuracy

    # --- going on

    def advance(self, updates: int = 1, stop: Stop | None = None) -> None:
        """Make `updates` updates; fewer when another thread asks `stop` for an end.

        Raises Diverged when a number stops being finite, and stands at the last finite moment;
        ValueError when `updates` is negative.
        """
        if updates < 0:
            raise ValueError(f"updates: {updates} given; allowed: 0 and more.")
        self._state, self._divergence = self._engine.train(self._state, updates, stop)
        if self._divergence is not None:
            raise Diverged(self._divergence)

    def advance_epochs(self, epochs: int = 1) -> None:
        """Advance until `epoch` has grown by `epochs`; raises as `advance` does."""
        if epochs < 0:
            raise ValueError(f"epochs: {epochs} given; allowed: 0 and more.")
        self.advance(self.updates_to_epoch(self.epoch + epochs))

    def updates_to_epoch(self, epoch: int) -> int:
        """How many updates from here until `epoch` passes are completed; 0 when they are."""
        if epoch <= self.epoch:
            return 0
        used = -(-self._state.position // self._problem.points_per_batch)
        return (epoch - self.epoch) * self.updates_per_epoch - used

    # --- changing things

    def change(self, /, **changes: Any) -> None:
        """Change fields that may change in the middle of a run; the parameters stay.

        A new batch size or shuffling begins a new pass over the points; a new optimizer starts
        with an empty memory. ValueError names a field that would need a new run.
        """
        for name in changes:
            if name in Experiment.model_fields and name not in LIVE_FIELDS:
                raise ValueError(
                    f"{name}: cannot change in the middle of a run; "
                    f"allowed: {', '.join(sorted(LIVE_FIELDS))}."
                )
        before = self._experiment
        self._set_experiment(before.evolve(**changes))
        after = self._experiment
        state = self._state
        if (before.batch_size, before.shuffle) != (after.batch_size, after.shuffle):
            state = replace(state, position=0)
        if before.optimizer != after.optimizer:
            empty = reference.initial_state(self._problem, state.theta)
            state = replace(state, slots=empty.slots, optimizer_updates=0)
        self._stand_at(state)

    def set_parameters(self, weights: Sequence[ArrayLike], biases: Sequence[ArrayLike]) -> None:
        """Put these weights (n_out, n_in) and biases (n_out,) in place of the present ones.

        Update, epoch and the optimizer's memory stay. ValueError when a shape does not fit or a
        value is not finite.
        """
        given = Parameters(weights, biases)
        theta = self.network.join(given.weights, given.biases)
        self._stand_at(replace(self._state, theta=reference.frozen(theta)))

    def reset(self) -> None:
        """Back to update 0 with the same initial weights and the present settings."""
        self._start()

    # --- moments

    def frame(self, at_most: int | None = None) -> Frame:
        """The present moment with its figures, exact unless the points are more than `at_most`.

        Then the figures come from a fair sample of that size, the same one every time.
        """
        problem, theta = self._problem, self._state.theta
        train = _sample(len(problem.X), at_most)
        test = _sample(len(self._test_X), at_most)
        data_loss, accuracy = self._figures(problem.X, problem.T, self._weights_train, train)
        test_loss, test_accuracy = self._figures(
            self._test_X, self._test_T, self._weights_test, test
        )
        penalty = self._engine.penalty(theta)
        assert data_loss is not None
        return Frame(
            experiment=self._experiment,
            network=problem.network,
            state=self._state,
            train_data_loss=data_loss,
            penalty=penalty,
            test_loss=test_loss,
            train_accuracy=accuracy,
            test_accuracy=test_accuracy,
            is_sampled=train is not None or test is not None,
        )

    def restore(self, frame: Frame) -> None:
        """Exactly that moment again, with its experiment; ValueError when its shape is another."""
        if frame.network.sizes != self.network.sizes:
            raise ValueError(
                f"frame: its network has the layers {_dashed(frame.network.sizes)}, "
                f"this one has {_dashed(self.network.sizes)}."
            )
        self._set_experiment(frame.experiment)
        self._stand_at(frame.state)

    # --- answers

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Class indices (n,) or target values (n,) for rows like X_train (n, features)."""
        outputs = self._forward(X).outputs
        if self._dataset.task == "regression":
            return outputs[:, 0]
        return decide(outputs, self._experiment.output_activation)

    def predict_proba(self, X: ArrayLike) -> Array:
        """The probability of each class, (n, classes), for rows like X_train (n, features).

        ValueError unless the output activation is sigmoid or softmax, or for regression. Several
        sigmoid outputs are divided by their sum.
        """
        name = self._experiment.output_activation
        if self._dataset.task == "regression" or name not in ("sigmoid", "softmax"):
            raise ValueError(
                f"output_activation: {name} gives no probabilities; "
                "allowed: sigmoid or softmax, with classes."
            )
        passed = self._forward(X)
        if passed.outputs.shape[1] == 1:
            return np.column_stack([1.0 - passed.outputs, passed.outputs])
        if name == "softmax":
            return passed.outputs
        # In logarithms, so that outputs that all round to 0 still have a sum.
        logs = -np.logaddexp(0.0, -passed.sums[-1])
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def _forward(self, X: ArrayLike) -> reference.ForwardPass:
        n_inputs = self.network.sizes[0]
        rows = checked_rows("X", X, n_inputs, f"{n_inputs} numbers")
        with np.errstate(all="ignore"):
            return reference.forward(self.network, self._state.theta, rows)

    # --- inside

    def _set_experiment(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._dataset = dataset = dataset_of(experiment)
        self._test_X = dataset.X_test
        self._test_T = targets_of(experiment, dataset, dataset.y_test)
        self._weights_train, self._weights_test = point_weights(experiment, dataset)
        self._problem = problem_of(experiment, dataset)
        self._engine = make_engine(self._wanted_engine, self._problem)

    def _start(self) -> None:
        given = self._experiment.initial_parameters
        if given is None:
            theta = self.network.initial_theta(self._experiment.initializer, self._experiment.seed)
        else:
            theta = self.network.join(given.weights, given.biases)
        self._stand_at(reference.initial_state(self._problem, theta))

    def _stand_at(self, state: State) -> None:
        self._state = state
        self._divergence = None

    def _figures(
        self, X: Array, T: Array, weights: Array | None, sample: NDArray[np.int64] | None
    ) -> tuple[float | None, float | None]:
        """Data loss and accuracy on these points, or on a sample of them."""
        if len(X) == 0:
            return None, None
        loss, accuracy = self._engine.figures(self._state.theta, X, T, weights, sample)
        return loss, None if self._dataset.task == "regression" else accuracy


@lru_cache(maxsize=8)
def _sample(n: int, at_most: int | None) -> NDArray[np.int64] | None:
    if at_most is None or n <= at_most:
        return None
    return np.random.RandomState(0).choice(n, size=at_most, replace=False)


def _copies(arrays: list[Array]) -> list[Array]:
    return [reference.frozen(array.copy()) for array in arrays]


def _dashed(sizes: tuple[int, ...]) -> str:
    return "-".join(map(str, sizes))
