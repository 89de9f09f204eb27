"""Small kernels of the tests' own, each in a package that no other test knows."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from nnviz.model.kernels.store import KernelStore

SMALL = """
from numba import njit

from nnviz.model.kernels.entry import FLAGS, entry_point


@njit(**FLAGS)
def doubled(x):
    return 2.0 * x


@entry_point("float64(float64[::1])")
def total(values):
    s = 0.0
    for value in values:
        s += doubled(value)
    return s


@entry_point("void(float64[::1], float64)")
def shift(values, by):
    for i in range(len(values)):
        values[i] += by
"""

MakeModule = Callable[..., str]
_numbers = itertools.count()


@pytest.fixture
def make_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeModule]:
    """Write a module with entry points that can be imported; returns its name."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made: list[str] = []

    def make(source: str = SMALL, **names: object) -> str:
        package = f"kernels_of_test_{next(_numbers)}"
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
        for name, value in names.items():
            source = source.replace(name, repr(value))
        (tmp_path / package / "small.py").write_text(source, "utf-8")
        made.append(package)
        return f"{package}.small"

    yield make
    for name in list(sys.modules):
        if name.split(".")[0] in made:
            del sys.modules[name]


@pytest.fixture
def module(make_module: MakeModule) -> str:
    """Two entry points and a helper."""
    return make_module()


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Where folders of kernels may be made."""
    return tmp_path / "base"


def assert_right(kernels: SimpleNamespace) -> None:
    values = np.arange(4.0)
    assert kernels.total(values) == 12.0
    kernels.shift(values, 1.0)
    np.testing.assert_array_equal(values, [1.0, 2.0, 3.0, 4.0])


def hits(kernels: SimpleNamespace) -> int:
    return sum(sum(function.stats.cache_hits.values()) for function in vars(kernels).values())


def the_folder(base: Path) -> Path:
    (folder,) = base.glob("kernels-*")
    return folder


def names(base: Path) -> list[str]:
    return sorted(path.name for path in base.iterdir() if path.name != "lock")


def filled(module: str, base: Path) -> Path:
    KernelStore((module,), base).fill()
    return the_folder(base)


@pytest.fixture
def on() -> SimpleNamespace:
    """What tests do on a cache and on what came from it, by name."""
    return SimpleNamespace(
        assert_right=assert_right, hits=hits, the_folder=the_folder, names=names, filled=filled
    )
