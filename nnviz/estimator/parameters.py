"""The constructor's parameters: what is allowed, and what each means to the engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from nnviz.model.activations import ACTIVATIONS
from nnviz.model.initializers import INITIALIZERS
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.refusal import shown

ALIASES = {"identity": "linear", "logistic": "sigmoid"}
"""scikit-learn's names of activations, and nnviz's."""

THEIR_NAMES = {ours: theirs for theirs, ours in ALIASES.items()}

MOST_POINTS_OF_AUTO = 200
"""The largest batch that `batch_size="auto"` makes, as in scikit-learn."""

_HIDDEN = tuple(name for name, entry in ACTIVATIONS.items() if entry.hidden)


def hidden_sizes(given: Any) -> tuple[int, ...]:
    """`hidden_layer_sizes` as a tuple: one whole number means one hidden layer."""
    return tuple(int(size) for size in _items(given))


def hidden_activations(given: Any, n_layers: int) -> tuple[str, ...]:
    """`activation` in nnviz's names, one for each hidden layer.

    ValueError when a list has not as many names as there are hidden layers.
    """
    names = _items(given) * n_layers if isinstance(given, str) else _items(given)
    if len(names) != n_layers:
        raise ValueError(
            f"activation: {shown(given)} given; allowed: one name, or one for each of the "
            f"{n_layers} hidden layers."
        )
    return tuple(ALIASES.get(name, name) for name in names)


def optimizer_name(solver: str, momentum: float, nesterovs_momentum: bool) -> str:
    """nnviz's name of the optimizer: `solver="sgd"` has momentum, as in scikit-learn."""
    if solver != "sgd":
        return solver
    if momentum == 0:
        return "sgd"
    return "nesterov" if nesterovs_momentum else "momentum"


def points_per_batch(batch_size: int | str, n: int) -> int:
    """How many of n points make one update."""
    if batch_size == "full":
        return n
    return min(MOST_POINTS_OF_AUTO if batch_size == "auto" else int(batch_size), n)


def seed_of(random_state: Any) -> int:
    """The seed of nnviz's initial weights and orders: a given int is it, else one is drawn."""
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


# --- what is allowed


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_size(value: Any) -> bool:
    return _is_whole(value) and bool(value >= 1)


def _items(value: Any) -> tuple[Any, ...]:
    """What a sequence or an array holds; anything else is its own only item."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _are_sizes(value: Any) -> bool:
    return all(_is_size(size) for size in _items(value))


def _are_activations(value: Any) -> bool:
    return all(
        isinstance(name, str) and (name in _HIDDEN or name in ALIASES) for name in _items(value)
    )


def _one_of(*names: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in names


def _number(test: Callable[[float], bool]) -> Callable[[Any], bool]:
    def is_allowed(value: Any) -> bool:
        is_real = _is_whole(value) or isinstance(value, float | np.floating)
        return is_real and math.isfinite(value) and test(float(value))

    return is_allowed


def _is_truth_value(value: Any) -> bool:
    return isinstance(value, bool | np.bool_)


def _is_random_state(value: Any) -> bool:
    if value is None or value is np.random or isinstance(value, np.random.RandomState):
        return True
    return _is_whole(value) and bool(0 <= value < 2**32)


_TRUTH = (_is_truth_value, "True or False")
_FROM_0 = (_number(lambda x: x >= 0), "a number from 0")
_BELOW_1 = (_number(lambda x: 0 <= x < 1), "a number from 0 up to, but not, 1")

_ALLOWED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "hidden_layer_sizes": (
        _are_sizes,
        "a whole number from 1, or a list of them, one for each hidden layer",
    ),
    "activation": (
        _are_activations,
        f"{', '.join(_HIDDEN)}, or a list of them, one for each hidden layer; "
        "identity means linear, logistic sigmoid",
    ),
    "solver": (_one_of(*OPTIMIZERS), ", ".join(OPTIMIZERS)),
    "alpha": _FROM_0,
    "batch_size": (
        lambda value: _is_size(value) or _one_of("auto", "full")(value),
        "auto, full, or a whole number from 1",
    ),
    "learning_rate_init": (_number(lambda x: x > 0), "a number above 0"),
    "max_iter": (_is_size, "a whole number from 1"),
    "shuffle": _TRUTH,
    "random_state": (_is_random_state, "None, a whole number from 0 to 2**32 - 1, a RandomState"),
    "tol": _FROM_0,
    "verbose": (lambda value: _is_truth_value(value) or _is_whole(value), "True or False"),
    "warm_start": _TRUTH,
    "momentum": (_number(lambda x: 0 <= x <= 1), "a number from 0 to 1"),
    "nesterovs_momentum": _TRUTH,
    "early_stopping": _TRUTH,
    "validation_fraction": (_number(lambda x: 0 < x < 1), "a number between 0 and 1"),
    "beta_1": _BELOW_1,
    "beta_2": _BELOW_1,
    "n_iter_no_change": (
        lambda value: _is_size(value) or (isinstance(value, float) and value == math.inf),
        "a whole number from 1, or infinity",
    ),
    "decay": _BELOW_1,
    "weight_decay": _FROM_0,
    "initializer": (_one_of(*INITIALIZERS), ", ".join(INITIALIZERS)),
}


def check_parameters(parameters: dict[str, Any]) -> None:
    """ValueError that names the first impossible parameter, what was given and what is allowed."""
    for name, (is_allowed, allowed) in _ALLOWED.items():
        if not is_allowed(parameters[name]):
            raise ValueError(f"{name}: {shown(parameters[name])} given; allowed: {allowed}.")
    hidden_activations(
        parameters["activation"], len(hidden_sizes(parameters["hidden_layer_sizes"]))
    )
