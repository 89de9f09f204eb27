"""What the engine's time depends on: activations, losses, optimizers, points, weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from engine_pairs import Comparison, Length, compare
from engine_problems import Nnviz, batch_name, problem_of, theta_of

from nnviz.model.activations import ACTIVATIONS
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.reference import Problem

VARIANT_TARGET = 2.0
BASE_POINTS, SCALING_BATCH = 1000, 100
HIDDEN_UNITS = {"100": 8, "1,000": 30, "10,000": 98, "100,000": 314, "1,000,000": 998}
"""Units of both hidden layers that make about so many weights with 2 inputs and 1 output."""


class Variant(NamedTuple):
    """One thing changed from tanh everywhere, squared error, sgd."""

    key: str
    what: str
    sizes: tuple[int, ...]
    options: dict[str, Any]


def variants() -> list[Variant]:
    """Every hidden activation, every loss with every output that goes with it, every optimizer."""
    small = (2, 8, 8, 1)
    found = [
        Variant(f"hidden_{name}", f"hidden {name}", small, {"hidden": name})
        for name, activation in ACTIVATIONS.items()
        if activation.hidden and name != "tanh"
    ]
    for loss, entry in LOSSES.items():
        for output in entry.outputs or tuple(ACTIVATIONS):
            if (loss, output) != ("squared_error", "tanh"):
                sizes = (2, 8, 8, 2) if output == "softmax" else small
                found.append(
                    Variant(f"{loss}_{output}", f"{loss} of {output} outputs", sizes,
                            {"loss": loss, "output": output})
                )  # fmt: skip
    found += [
        Variant(f"optimizer_{name}", f"optimizer {name}", small, {"optimizer": name})
        for name in OPTIMIZERS
        if name != "sgd"
    ]
    found += [
        Variant("penalties", "l1 and l2", small, {"l1": 1e-4, "l2": 1e-4}),
        Variant("cosine", "cosine schedule", small, {"schedule": "cosine"}),
    ]
    return found


def variant_figures(
    engine: str, length: Length, batches: Sequence[int | str] = (10, "full")
) -> list[Comparison]:
    """2-8-8-1, 500 points: the time of each variant by that of tanh, squared error and sgd."""
    figures = []
    for batch in batches:
        base = _engine(problem_of((2, 8, 8, 1), batch_size=batch), engine)
        for variant in variants():
            own = _engine(problem_of(variant.sizes, batch_size=batch, **variant.options), engine)
            figures.append(
                compare(f"{variant.key}_{batch}", f"{batch_name(batch)}: {variant.what}",
                        own.train, base.train, length, peer_name="tanh, squared error, sgd",
                        target=VARIANT_TARGET)
            )  # fmt: skip
    return figures


def scaling_figures(
    engine: str, length: Length, points: Sequence[int], weights: Sequence[str]
) -> list[Comparison]:
    """Nanoseconds an epoch by its points and weights: they should not grow with either."""
    figures = []
    for batch in (SCALING_BATCH, "full"):
        base = problem_of((2, 8, 8, 1), batch_size=batch, points=BASE_POINTS)
        for n in points:
            problem = problem_of((2, 8, 8, 1), batch_size=batch, points=n)
            what = f"2-8-8-1, {n:,} points, {batch_name(batch)}"
            figures.append(
                _per_point_and_weight(f"points_{n}_{batch}", what, problem, base,
                                      f"{BASE_POINTS:,} points", engine, length)
            )  # fmt: skip
    first = HIDDEN_UNITS[next(iter(HIDDEN_UNITS))]
    base = _layers_of(first)
    for name in weights:
        units = HIDDEN_UNITS[name]
        what = f"2-{units}-{units}-1, {BASE_POINTS:,} points, {batch_name(SCALING_BATCH)}"
        figures.append(
            _per_point_and_weight(f"weights_{name}", what, _layers_of(units), base,
                                  f"2-{first}-{first}-1", engine, length)
        )  # fmt: skip
    return figures


def _layers_of(units: int) -> Problem:
    return problem_of((2, units, units, 1), batch_size=SCALING_BATCH, points=BASE_POINTS)


def _per_point_and_weight(
    key: str,
    what: str,
    problem: Problem,
    base: Problem,
    base_name: str,
    engine: str,
    length: Length,
) -> Comparison:
    per_second = tuple(1e9 / len(some.X) / some.network.is_weight.sum() for some in (problem, base))
    own, peer = _engine(problem, engine), _engine(base, engine)
    return compare(
        key, f"per point and weight: {what}", own.train, peer.train, length, peer_name=base_name,
        unit="ns", per_second=(float(per_second[0]), float(per_second[1])),
    )  # fmt: skip


def _engine(problem: Problem, engine: str) -> Nnviz:
    return Nnviz(problem, theta_of(problem), engine)
