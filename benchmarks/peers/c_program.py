"""The peer in C: plain_loops.c, compiled when it is needed and loaded with ctypes."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnviz.model.reference import Problem

Array = NDArray[np.float64]

SOURCE = Path(__file__).with_name("plain_loops.c")
COMPILERS = ("gcc", "cc", "clang")
FLAGS = ("-std=c11", "-O3", "-march=native", "-ffast-math", "-fPIC")
LAYOUTS = {"rows": 0, "columns": 1}
OPTIMIZERS = {"sgd": 0, "adam": 1}
ADAM = {"beta_1": 0.9, "beta_2": 0.999}
"""The values that are written into the C program."""


class NoCompiler(Exception):
    """There is no C compiler, or it does not take the program; the message is one line."""


@cache
def library() -> ctypes.CDLL:
    """The C program as a shared library of this process; NoCompiler where it cannot be built.

    It is linked in a step of its own: with -ffast-math on the linker's command line too, gcc adds
    code that makes the whole process flush small numbers to zero, NumPy and nnviz included.
    """
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        raise NoCompiler(
            f"No C compiler ({', '.join(COMPILERS)}) was found, so nothing is compared with C; "
            "on Debian: apt install gcc libc6-dev"
        )
    with tempfile.TemporaryDirectory() as folder:
        compiled, linked = Path(folder) / "plain_loops.o", Path(folder) / "plain_loops.so"
        _run([compiler, *FLAGS, "-c", str(SOURCE), "-o", str(compiled)])
        _run([compiler, "-shared", str(compiled), "-o", str(linked), "-lm"])
        loaded = ctypes.CDLL(str(linked))  # stays loaded when its file is gone
    number, words, doubles = ctypes.c_int64, _pointer(np.int64), _pointer(np.float64)
    loaded.draw_order.argtypes = [number, ctypes.c_uint64, ctypes.c_uint64, words]
    loaded.draw_order.restype = None
    loaded.train.argtypes = [
        ctypes.c_int, ctypes.c_int, number, words, number, doubles, doubles, number,
        ctypes.c_int, ctypes.c_uint64, number, ctypes.c_double, doubles, doubles, doubles,
    ]  # fmt: skip
    loaded.train.restype = ctypes.c_int
    return loaded


def draw_order(n: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """The order of the points in an epoch, (n,), as the C program draws it."""
    result = np.empty(n, dtype=np.int64)
    library().draw_order(n, seed, epoch, result)
    return result


class CProgram:
    """Plain C loops, with the points of a batch in rows or in columns (see plain_loops.c).

    ValueError for a problem that the C program is not written for.
    """

    def __init__(self, problem: Problem, theta: Array, layout: str) -> None:
        network, h = problem.network, problem.hyperparameters
        if (
            set(network.activations) != {"tanh"}
            or problem.loss != "squared_error"
            or problem.optimizer not in OPTIMIZERS
            or (h.beta_1, h.beta_2) != (ADAM["beta_1"], ADAM["beta_2"])
            or problem.schedule != "constant"
            or problem.l1 or problem.l2
            or problem.point_weights is not None
            or problem.trainable is not None
        ):  # fmt: skip
            raise ValueError("The C program knows tanh, squared error, and sgd or Adam alone.")
        self.name = f"C, points in {layout}"
        self._problem, self._theta = problem, theta
        self._layout = LAYOUTS[layout]
        self._sizes = np.array(network.sizes, dtype=np.int64)
        self._X, self._T = np.ascontiguousarray(problem.X), np.ascontiguousarray(problem.T)
        self._library = library()

    def train(self, epochs: int) -> Array:
        """The parameters after `epochs` epochs from the first; MemoryError if C has none."""
        problem = self._problem
        theta = self._theta.copy()
        first, second = np.zeros_like(theta), np.zeros_like(theta)
        status = self._library.train(
            self._layout, OPTIMIZERS[problem.optimizer], problem.network.n_layers, self._sizes,
            len(self._X), self._X, self._T, problem.points_per_batch,
            int(problem.shuffle and problem.batch_size != "full"), problem.seed, epochs,
            problem.learning_rate, theta, first, second,
        )  # fmt: skip
        if status:
            raise MemoryError("The C program found no memory.")
        return theta


def _pointer(kind: type[np.generic]) -> type:
    return np.ctypeslib.ndpointer(dtype=kind, flags="C_CONTIGUOUS")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NoCompiler(f"{command[0]} failed, so nothing is compared with C: {reason}")
