"""The engine against plain C, NumPy, scikit-learn and PyTorch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from engine_pairs import Comparison, Length, check_agreement, compare
from engine_problems import SMALL, WIDE, Nnviz, batch_name, problem_of, theta_of
from peers.c_program import LAYOUTS, CProgram, NoCompiler, library
from peers.numpy_loops import NumPyLoops
from peers.sklearn_mlp import SklearnMLP
from peers.torch_mlp import NoTorch, TorchMLP, load_torch

from nnviz.model.order import order
from nnviz.model.reference import Problem

BATCHES = (1, 10, 30, "full")
C_TARGETS = {"2-4-2-1": 1.0, "2-8-8-1": 0.8, "2-8⁶-1": 0.8}
ADAM_NETWORK = "2-8-8-1"
PYTHON_TARGETS = {
    NumPyLoops: {"2-4-2-1": 12.0, "2-8-8-1": 12.0, "2-8⁶-1": 6.0},
    SklearnMLP: {"2-4-2-1": 60.0, "2-8-8-1": 60.0, "2-8⁶-1": 25.0},
    TorchMLP: {"2-4-2-1": 100.0, "2-8-8-1": 100.0, "2-8⁶-1": 40.0},
}
WIDE_POINTS, WIDE_BATCH, WIDE_TARGET = 1280, 128, 1.0


def c_figures(engine: str, length: Length, networks: Sequence[str]) -> list[Comparison]:
    """tanh, squared error, sgd, 500 points; Adam for one network; against both layouts in C."""
    try:
        library()
    except NoCompiler as problem:
        print(problem, file=sys.stderr)
        return []
    cases = [(name, "sgd") for name in networks]
    cases += [(ADAM_NETWORK, "adam")] if ADAM_NETWORK in networks else []
    figures = []
    for name, optimizer in cases:
        for batch in BATCHES:
            problem = problem_of(SMALL[name], optimizer=optimizer, batch_size=batch)
            theta = theta_of(problem)
            what = f"{name}, {batch_name(batch)}" + ", Adam" * (optimizer == "adam")
            own = Nnviz(problem, theta, engine)
            for layout in LAYOUTS:
                peer = CProgram(problem, theta, layout)
                check_agreement(f"{what}, {peer.name}", own.train, peer.train)
                figures.append(
                    compare(f"c_{layout}_{optimizer}_{name}_{batch}", what, own.train, peer.train,
                            length, peer_name=peer.name, target=C_TARGETS[name])
                )  # fmt: skip
    return figures


def python_figures(engine: str, length: Length, networks: Sequence[str]) -> list[Comparison]:
    """The same with small batches, against Python libraries.

    scikit-learn has a linear output only; against it nnviz trains with one too.
    """
    peers = _present([NumPyLoops, SklearnMLP, TorchMLP])
    figures = []
    for name in networks:
        for batch in (1, 10, 30):
            for kind in peers:
                output = "linear" if kind is SklearnMLP else "tanh"
                problem = problem_of(SMALL[name], output=output, batch_size=batch)
                figures.append(
                    _against(kind, f"{name}, {batch_name(batch)}", f"{name}_{batch}", problem,
                             engine, length, target=PYTHON_TARGETS[kind][name], at_least=True)
                )  # fmt: skip
    return figures


def wide_figures(engine: str, length: Length, hidden: Sequence[str]) -> list[Comparison]:
    """64-256-256-10, softmax and cross-entropy, 128 points a batch, against PyTorch."""
    figures = []
    for kind in _present([TorchMLP]):
        for activation in hidden:
            for optimizer in ("sgd", "adam"):
                problem = problem_of(
                    WIDE, hidden=activation, output="softmax", loss="cross_entropy",
                    optimizer=optimizer, batch_size=WIDE_BATCH, points=WIDE_POINTS,
                )  # fmt: skip
                figures.append(
                    _against(kind, f"64-256-256-10, batch 128, {activation}, {optimizer}",
                             f"wide_{activation}_{optimizer}", problem, engine, length,
                             target=WIDE_TARGET)
                )  # fmt: skip
    return figures


def _present(kinds: list[Callable[..., Any]]) -> list[Callable[..., Any]]:
    """Those that are installed; one line about PyTorch if it is not."""
    try:
        load_torch()
    except NoTorch as problem:
        print(problem, file=sys.stderr)
        return [kind for kind in kinds if kind is not TorchMLP]
    return kinds


def _against(
    kind: Any,
    what: str,
    key: str,
    problem: Problem,
    engine: str,
    length: Length,
    *,
    target: float,
    at_least: bool = False,
) -> Comparison:
    """The figure of the engine and a library, which draws its own orders once they are compared."""
    theta = theta_of(problem)
    own = Nnviz(problem, theta, engine)

    def draw(epoch: int) -> Any:
        return order(len(problem.X), problem.seed, epoch)

    check_agreement(f"{what}, {kind.name}", own.train, kind(problem, theta, draw).train)
    return compare(
        f"{kind.name}_{key}", what, own.train, kind(problem, theta).train, length,
        peer_name=kind.name, target=target, at_least=at_least,
    )  # fmt: skip
