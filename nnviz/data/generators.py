"""Points made by formulas: gates, clouds, moons, circles, blobs, spiral; DATASETS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Drawn = tuple[Array, NDArray[Any]]
"""X (n, 2) and y (n,)."""
Task = Literal["classification", "regression"]

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
"""The four inputs of a gate, in the order of its truth table."""

# Kept well apart for the noise that the gallery uses, and of the size that tanh units like.
BLOB_CENTERS = np.array([[-1.0, -0.8], [1.0, -0.8], [0.0, 1.0]])

CIRCLE_FACTOR = 0.5
"""Radius of the inner circle; the outer one's is 1."""

SPIRAL_TURNS = 1.5
SPIRAL_RADIUS = 4.0


@dataclass(frozen=True)
class Generator:
    """A family of points. `draw(n_samples, noise, data_seed)` gives X (n, 2) and y (n,)."""

    label: str
    description: str
    draw: Callable[[int, float, int], Drawn]
    n_samples: int = 200
    noise: float = 0.0
    n_classes: int = 2
    task: Task = "classification"
    columns: tuple[str, ...] = ("x1", "x2")
    is_fixed: bool = False
    """Whether the points are what they are: no other number, no noise, no test part."""

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(f"class {index}" for index in range(self.n_classes))


def gate(truth: tuple[int, int, int, int]) -> Callable[[int, float, int], Drawn]:
    """The truth table itself: four points at the corners of the unit square."""

    def draw(n_samples: int, noise: float, data_seed: int) -> Drawn:
        return CORNERS.copy(), np.array(truth)

    return draw


def gate_clouds(
    truth: tuple[int, int, int, int],
) -> Callable[[int, float, int], Drawn]:
    """A gate with noise: a Gaussian cloud of standard deviation `noise` around each corner."""

    def draw(n_samples: int, noise: float, data_seed: int) -> Drawn:
        corner = np.arange(n_samples) % len(CORNERS)
        spread = np.random.RandomState(data_seed).normal(scale=noise, size=(n_samples, 2))
        return CORNERS[corner] + spread, np.array(truth)[corner]

    return draw


def moons(n_samples: int, noise: float, data_seed: int) -> Drawn:
    """Two interleaved half circles, the same points as scikit-learn's `make_moons`."""
    n_outer = n_samples // 2
    outer = np.linspace(0, np.pi, n_outer)
    inner = np.linspace(0, np.pi, n_samples - n_outer)
    X = np.vstack(
        [
            np.column_stack([np.cos(outer), np.sin(outer)]),
            np.column_stack([1 - np.cos(inner), 1 - np.sin(inner) - 0.5]),
        ]
    )
    return _shuffled_and_noisy(X, _two_halves(n_samples), noise, data_seed)


def circles(n_samples: int, noise: float, data_seed: int) -> Drawn:
    """A circle within a circle, the same points as scikit-learn's `make_circles(factor=0.5)`."""
    n_outer = n_samples // 2
    outer = np.linspace(0, 2 * np.pi, n_outer, endpoint=False)
    inner = np.linspace(0, 2 * np.pi, n_samples - n_outer, endpoint=False)
    X = np.vstack(
        [
            np.column_stack([np.cos(outer), np.sin(outer)]),
            np.column_stack([np.cos(inner), np.sin(inner)]) * CIRCLE_FACTOR,
        ]
    )
    return _shuffled_and_noisy(X, _two_halves(n_samples), noise, data_seed)


def blobs(n_samples: int, noise: float, data_seed: int) -> Drawn:
    """Three Gaussian clouds, as scikit-learn's `make_blobs` draws them around these centres."""
    random = np.random.RandomState(data_seed)
    n_classes = len(BLOB_CENTERS)
    counts = [n_samples // n_classes + (k < n_samples % n_classes) for k in range(n_classes)]
    X = np.vstack(
        [
            random.normal(loc=center, scale=noise, size=(count, 2))
            for center, count in zip(BLOB_CENTERS, counts, strict=True)
        ]
    )
    y = np.repeat(np.arange(n_classes), counts)
    index = np.arange(n_samples)
    random.shuffle(index)
    return X[index], y[index]


def spiral(n_samples: int, noise: float, data_seed: int) -> Drawn:
    """Two arms that wind around each other, each one and a half times."""
    X = []
    for count, start in ((n_samples // 2, 0.0), (n_samples - n_samples // 2, np.pi)):
        along = (np.arange(count) + 0.5) / max(count, 1)
        angle = SPIRAL_TURNS * 2 * np.pi * along + start
        radius = SPIRAL_RADIUS * along[:, np.newaxis]
        X.append(np.column_stack([np.sin(angle), np.cos(angle)]) * radius)
    return _shuffled_and_noisy(np.vstack(X), _two_halves(n_samples), noise, data_seed)


def two_clouds(n_samples: int, noise: float, data_seed: int) -> Drawn:
    """Two far Gaussian clouds: the first half around (10, 10), label 0, the rest around 0."""
    X = np.random.RandomState(data_seed).randn(n_samples, 2) * noise
    y = _two_halves(n_samples)
    X[y == 0] += 10.0
    return X, y


def plane(n_samples: int, noise: float, data_seed: int) -> Drawn:
    """A target that grows linearly with both inputs, with Gaussian noise: for regression."""
    random = np.random.RandomState(data_seed)
    X = random.uniform(-1.0, 1.0, size=(n_samples, 2))
    return X, X @ np.array([0.6, -0.4]) + 0.2 + random.normal(scale=noise, size=n_samples)


def _two_halves(n_samples: int) -> NDArray[Any]:
    return np.repeat(np.arange(2), [n_samples // 2, n_samples - n_samples // 2])


def _shuffled_and_noisy(X: Array, y: NDArray[Any], noise: float, data_seed: int) -> Drawn:
    """Shuffle, then add noise: in the order in which scikit-learn asks its generator."""
    random = np.random.RandomState(data_seed)
    index = np.arange(len(X))
    random.shuffle(index)
    return X[index] + random.normal(scale=noise, size=X.shape), y[index]


_OR, _AND, _NAND, _NOR, _XOR = (0, 1, 1, 1), (0, 0, 0, 1), (1, 1, 1, 0), (1, 0, 0, 0), (0, 1, 1, 0)


def _gate(label: str, truth: tuple[int, int, int, int]) -> Generator:
    description = f"The truth table of {label}: four points."
    return Generator(label, description, gate(truth), n_samples=4, is_fixed=True)


def _clouds(label: str, truth: tuple[int, int, int, int]) -> Generator:
    description = f"{label} with noise: a cloud of points around each row of the truth table."
    return Generator(f"{label} clouds", description, gate_clouds(truth), noise=0.15)


DATASETS: dict[str, Generator] = {
    "or": _gate("OR", _OR),
    "and": _gate("AND", _AND),
    "nand": _gate("NAND", _NAND),
    "nor": _gate("NOR", _NOR),
    "xor": _gate("XOR", _XOR),
    "or-clouds": _clouds("OR", _OR),
    "and-clouds": _clouds("AND", _AND),
    "nand-clouds": _clouds("NAND", _NAND),
    "nor-clouds": _clouds("NOR", _NOR),
    "xor-clouds": _clouds("XOR", _XOR),
    "moons": Generator("Moons", "Two interleaved half circles.", moons, noise=0.2),
    "circles": Generator("Circles", "A circle within a circle.", circles, noise=0.1),
    "blobs": Generator("Blobs", "Three Gaussian clouds.", blobs, noise=0.35, n_classes=3),
    "spiral": Generator("Spiral", "Two arms that wind around each other.", spiral, noise=0.08),
    "two-clouds": Generator("Two clouds", "Two clouds far apart.", two_clouds, noise=1.0),
    "plane": Generator(
        "Plane",
        "A target that grows linearly with both inputs.",
        plane,
        noise=0.1,
        n_classes=0,
        task="regression",
    ),
}
