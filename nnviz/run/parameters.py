"""Parameters and masks as values inside an experiment: equal by content, plain lists in JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz.data.numbers import real_numbers


class Parameters:
    """One array per layer of weights (n_out, n_in) and of biases (n_out,); read-only.

    ValueError when an array is ragged, or holds a value that is not finite.
    """

    def __init__(self, weights: Any, biases: Any) -> None:
        self.weights = tuple(self._checked("weights", w, 2) for w in _sequence("weights", weights))
        self.biases = tuple(self._checked("biases", b, 1) for b in _sequence("biases", biases))

    @classmethod
    def of(cls, value: Any) -> Parameters:
        """From an instance, a mapping with weights and biases, or the pair of both."""
        if type(value) is cls:
            return value
        if isinstance(value, Mapping) and set(value) == {"weights", "biases"}:
            return cls(value["weights"], value["biases"])
        if isinstance(value, tuple | list) and len(value) == 2:
            return cls(*value)
        raise ValueError("weights and biases of every layer are needed")

    def _checked(self, name: str, value: Any, dimensions: int) -> NDArray[Any]:
        array: NDArray[Any] | None = real_numbers(value)
        if array is None:
            raise ValueError(f"{name} need one full array of numbers per layer")
        if array.ndim != dimensions:
            raise ValueError(f"{name} need {dimensions}-dimensional arrays, not {array.ndim}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} hold a value that is infinite or not a number")
        array = self._converted(name, array)
        array.setflags(write=False)
        return array

    @staticmethod
    def _converted(name: str, array: NDArray[Any]) -> NDArray[Any]:
        return array

    @property
    def digest(self) -> str:
        """SHA-256 over shapes and values."""
        arrays = (*self.weights, *self.biases)
        content = hashlib.sha256(repr([array.shape for array in arrays]).encode())
        for array in arrays:
            content.update(array.tobytes())
        return content.hexdigest()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        shapes = ", ".join("x".join(map(str, w.shape)) for w in self.weights)
        return f"{type(self).__name__}({shapes})"

    def to_dict(self) -> dict[str, Any]:
        return {
            "weights": [array.tolist() for array in self.weights],
            "biases": [array.tolist() for array in self.biases],
        }


class Mask(Parameters):
    """One truth value for each weight and bias: True where training may change it."""

    @staticmethod
    def _converted(name: str, array: NDArray[Any]) -> NDArray[Any]:
        if not np.isin(array, (0.0, 1.0)).all():
            raise ValueError(f"{name} need truth values, true or false")
        return array.astype(np.bool_)


def _sequence(name: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, np.ndarray) and value.ndim:
        value = list(value)
    if not isinstance(value, tuple | list) or not value:
        raise ValueError(f"{name} need one array per layer")
    return tuple(value)
