"""Initializers: the random weights that training starts from (biases start at 0)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Initializer:
    """A distribution of initial weights.

    `draw(rng, n_out, n_in)` gives the weights (n_out, n_in) of a layer with n_in inputs and n_out
    units; the generator alone decides them.
    """

    label: str
    formula: str
    tooltip: str
    draw: Callable[[np.random.Generator, int, int], Array]


def _normal(rng: np.random.Generator, n_out: int, n_in: int) -> Array:
    return rng.normal(0.0, 0.1, size=(n_out, n_in))


def _xavier(rng: np.random.Generator, n_out: int, n_in: int) -> Array:
    """Source: Glorot and Bengio 2010, equation 16."""
    limit = math.sqrt(6.0 / (n_in + n_out))
    return rng.uniform(-limit, limit, size=(n_out, n_in))


def _he(rng: np.random.Generator, n_out: int, n_in: int) -> Array:
    """Source: He et al. 2015, equation 10."""
    return rng.normal(0.0, math.sqrt(2.0 / n_in), size=(n_out, n_in))


def _lecun(rng: np.random.Generator, n_out: int, n_in: int) -> Array:
    """Source: LeCun et al. 1998, Efficient BackProp, section 4.6."""
    return rng.normal(0.0, math.sqrt(1.0 / n_in), size=(n_out, n_in))


def _uniform(rng: np.random.Generator, n_out: int, n_in: int) -> Array:
    return rng.uniform(-0.5, 0.5, size=(n_out, n_in))


def _zeros(rng: np.random.Generator, n_out: int, n_in: int) -> Array:
    return np.zeros((n_out, n_in))


INITIALIZERS: dict[str, Initializer] = {
    "normal": Initializer(
        label="Normal",
        formula="w ~ N(0, 0.1²)",
        tooltip="Starts with small weights around 0, whatever the size of the layer.",
        draw=_normal,
    ),
    "xavier": Initializer(
        label="Xavier",
        formula="w ~ U(−√(6 / (nᵢₙ + nₒᵤₜ)), +√(6 / (nᵢₙ + nₒᵤₜ)))",
        tooltip="Keeps signals and gradients about equally strong from layer to layer; made for "
        "tanh and sigmoid.",
        draw=_xavier,
    ),
    "he": Initializer(
        label="He",
        formula="w ~ N(0, 2 / nᵢₙ)",
        tooltip="Makes up for the half of its input that ReLU cuts off, so that deep ReLU "
        "networks begin to learn at once.",
        draw=_he,
    ),
    "lecun": Initializer(
        label="LeCun",
        formula="w ~ N(0, 1 / nᵢₙ)",
        tooltip="Gives every unit a sum of the same spread as its inputs, so that no layer starts "
        "out saturated.",
        draw=_lecun,
    ),
    "uniform": Initializer(
        label="Uniform",
        formula="w ~ U(−0.5, +0.5)",
        tooltip="Starts with weights spread evenly from −0.5 to 0.5, whatever the size of the "
        "layer.",
        draw=_uniform,
    ),
    "zeros": Initializer(
        label="Zeros",
        formula="w = 0",
        tooltip="Starts all units alike: a single unit learns, but hidden units can never become "
        "different from each other.",
        draw=_zeros,
    ),
}
