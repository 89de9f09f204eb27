"""The peer in PyTorch, eager: nn.Sequential, autograd and torch.optim, on one thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz.model.reference import Problem

Array = NDArray[np.float64]

INSTALL = ".venv/bin/pip install torch==2.13.0"


class NoTorch(Exception):
    """PyTorch is not installed; the message is one line."""


def load_torch() -> Any:
    """PyTorch on one thread; NoTorch where it is not installed."""
    try:
        import torch
    except ModuleNotFoundError:
        raise NoTorch(
            f"PyTorch is not installed, so nothing is compared with it; to add it: {INSTALL}"
        ) from None
    torch.set_num_threads(1)
    return torch


class TorchMLP:
    """Any network of tanh and ReLU; squared error or cross-entropy; sgd or Adam; float64.

    `draw(epoch)` gives the order of an epoch's points; PyTorch's shuffle where none is given.
    ValueError for anything else, NoTorch where PyTorch is not installed.
    """

    name = "PyTorch"

    def __init__(
        self,
        problem: Problem,
        theta: Array,
        draw: Callable[[int], NDArray[np.int64]] | None = None,
    ) -> None:
        self._torch = torch = load_torch()
        self._problem, self._theta, self._draw = problem, theta, draw
        network = problem.network
        modules: list[Any] = []
        for (n_out, n_in), name in zip(network.shapes, network.activations, strict=True):
            modules.append(torch.nn.Linear(n_in, n_out, dtype=torch.float64))
            if name in ("tanh", "relu"):
                modules.append({"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[name]())
            elif (name, problem.loss) != ("softmax", "cross_entropy"):  # is in PyTorch's loss
                raise ValueError("The PyTorch peer knows tanh, ReLU, and softmax at the output.")
        self._model = torch.nn.Sequential(*modules)
        self._X = torch.from_numpy(problem.X.copy())
        if problem.loss == "cross_entropy":
            self._T = torch.from_numpy(problem.T.argmax(axis=1))
            self._loss = torch.nn.CrossEntropyLoss()
        elif problem.loss == "squared_error" and problem.T.shape[1] == 1:
            self._T = torch.from_numpy(problem.T.copy())
            mean_square = torch.nn.MSELoss()
            self._loss = lambda y, t: 0.5 * mean_square(y, t)
        else:
            raise ValueError("The PyTorch peer knows cross-entropy, and squared error of one unit.")

    def train(self, epochs: int) -> Array:
        """The parameters after `epochs` epochs from the first."""
        torch, problem = self._torch, self._problem
        n, batch = len(problem.X), problem.points_per_batch
        linear = self._begin()
        kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[problem.optimizer]
        optimizer = kind(self._model.parameters(), lr=problem.learning_rate)
        torch.manual_seed(problem.seed)
        for epoch in range(epochs):
            order = (
                torch.randperm(n) if self._draw is None
                else torch.from_numpy(self._draw(epoch).copy())
            )  # fmt: skip
            for start in range(0, n, batch):
                chosen = order[start : start + batch]
                optimizer.zero_grad()
                loss = self._loss(self._model(self._X[chosen]), self._T[chosen])
                loss.backward()
                optimizer.step()
        return problem.network.join(
            [module.weight.detach().numpy() for module in linear],
            [module.bias.detach().numpy() for module in linear],
        )

    def _begin(self) -> list[Any]:
        """Put the parameters to begin with into the layers; returns those that have any."""
        torch = self._torch
        linear = [module for module in self._model if isinstance(module, torch.nn.Linear)]
        weights, biases = self._problem.network.split(self._theta)
        with torch.no_grad():
            for module, W, b in zip(linear, weights, biases, strict=True):
                module.weight.copy_(torch.from_numpy(np.array(W)))
                module.bias.copy_(torch.from_numpy(np.array(b)))
        return linear
