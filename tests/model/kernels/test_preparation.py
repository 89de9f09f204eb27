"""Getting the kernels ready beside a window: from the cache, by a child, or not at all."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from nnviz.model.kernels import preparation as preparation_module
from nnviz.model.kernels.compiler import Compiler
from nnviz.model.kernels.preparation import COMPILING, LOADING, READY, UNAVAILABLE, Preparation
from nnviz.model.kernels.store import KernelStore

MakeModule = Callable[..., str]
LONG = 60.0
WAITS = """
import time
while True:
    time.sleep(0.02)
"""


class Listener:
    """Keeps what is told, and by which thread."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.threads: set[str] = set()
        self.is_compiling, self.is_over = threading.Event(), threading.Event()

    def tell(self, stage: str, why: str) -> None:
        self.told.append((stage, why))
        self.threads.add(threading.current_thread().name)
        if stage == COMPILING:
            self.is_compiling.set()
        elif stage in (READY, UNAVAILABLE):
            self.is_over.set()


Prepare = Callable[[KernelStore], tuple[Preparation, Listener]]


@pytest.fixture
def prepare() -> Iterator[Prepare]:
    begun: list[Preparation] = []

    def begin(kernels: KernelStore) -> tuple[Preparation, Listener]:
        listener = Listener()
        begun.append(Preparation(listener.tell, kernels))
        begun[-1].start()
        return begun[-1], listener

    yield begin
    for preparation in begun:
        preparation.stop()


@pytest.fixture
def compilers(monkeypatch: pytest.MonkeyPatch) -> list[Compiler]:
    """All compilers that are made."""
    made: list[Compiler] = []

    class Noted(Compiler):
        def __init__(self, base: Path, modules: tuple[str, ...] = ()) -> None:
            super().__init__(base, modules)
            made.append(self)

    monkeypatch.setattr(preparation_module, "Compiler", Noted)
    return made


def test_what_is_in_the_cache_is_loaded_without_a_child(
    module: str, base: Path, prepare: Prepare, compilers: list[Compiler]
) -> None:
    KernelStore((module,), base).fill()
    kernels = KernelStore((module,), base)
    _, listener = prepare(kernels)
    assert listener.is_over.wait(LONG)
    assert listener.told == [(LOADING, ""), (READY, "")]
    assert listener.threads == {"kernels"}
    assert compilers == []
    assert sum(kernels.load().total.stats.cache_hits.values()) == 1


def test_what_is_not_there_is_compiled_by_a_child(
    module: str, base: Path, prepare: Prepare, compilers: list[Compiler]
) -> None:
    kernels = KernelStore((module,), base)
    _, listener = prepare(kernels)
    assert listener.is_over.wait(LONG)
    assert listener.told == [(COMPILING, ""), (LOADING, ""), (READY, "")]
    assert len(compilers) == 1
    assert sum(kernels.load().total.stats.cache_hits.values()) == 1, "this process compiled nothing"


def test_without_a_cache_the_child_has_a_folder_of_its_own(
    module: str,
    tmp_path: Path,
    prepare: Prepare,
    compilers: list[Compiler],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    kernels = KernelStore((module,), tmp_path / "file")
    _, listener = prepare(kernels)
    assert listener.is_over.wait(LONG)
    assert listener.told == [(COMPILING, ""), (LOADING, ""), (READY, "")]
    assert len(compilers) == 1
    assert kernels.load().total(np.arange(4.0)) == 12.0
    assert sum(kernels.load().total.stats.cache_hits.values()) == 1
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("lacking", ["folders", "a Python to start"])
def test_where_no_child_can_help_it_compiles_here(
    module: str,
    tmp_path: Path,
    prepare: Prepare,
    compilers: list[Compiler],
    monkeypatch: pytest.MonkeyPatch,
    lacking: str,
) -> None:
    (tmp_path / "file").touch()
    if lacking == "folders":
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
        base = tmp_path / "file"
    else:
        monkeypatch.setattr(Compiler, "is_possible", lambda: False)
        base = tmp_path / "base"
    kernels = KernelStore((module,), base)
    _, listener = prepare(kernels)
    assert listener.is_over.wait(LONG)
    assert listener.told == [(COMPILING, ""), (READY, "")]
    assert compilers == []
    assert kernels.load().total(np.arange(4.0)) == 12.0


def test_why_there_are_no_kernels_is_told(
    make_module: MakeModule, base: Path, prepare: Prepare
) -> None:
    kernels = KernelStore((make_module("raise ImportError('no such thing')"),), base)
    _, listener = prepare(kernels)
    assert listener.is_over.wait(LONG)
    why = "numba cannot be imported (no such thing)"
    assert listener.told == [(COMPILING, ""), (UNAVAILABLE, why)]


def test_stopping_in_the_middle_ends_the_child(
    make_module: MakeModule, base: Path, prepare: Prepare, compilers: list[Compiler]
) -> None:
    preparation, listener = prepare(KernelStore((make_module(WAITS),), base))
    assert listener.is_compiling.wait(LONG)
    while not (compilers and compilers[0].process_id):
        assert not listener.is_over.wait(0.01)
    process = compilers[0].process_id
    assert process is not None
    os.kill(process, 0)  # it lives
    preparation.stop()
    preparation._thread.join(LONG)  # a machine that is busy may take longer than a window waits
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert listener.told == [(COMPILING, "")]
    assert [path.name for path in base.iterdir() if path.name != "lock"] == []
    preparation.stop()


def test_nothing_is_told_once_nobody_listens(
    module: str, base: Path, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is being loaded while a window closes is loaded, and that is all."""
    KernelStore((module,), base).fill()
    kernels = KernelStore((module,), base)
    begun, go_on = threading.Event(), threading.Event()
    load = kernels.load_from_cache

    def load_later(base: Path | None = None) -> object:
        begun.set()
        go_on.wait(LONG)
        return load(base)

    monkeypatch.setattr(kernels, "load_from_cache", load_later)
    preparation, listener = prepare(kernels)
    assert begun.wait(LONG)
    preparation.stop()
    assert preparation._thread.is_alive()
    go_on.set()
    preparation._thread.join(LONG)
    assert listener.told == [(LOADING, "")]
    assert sum(kernels.load().total.stats.cache_hits.values()) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_nobody_thought_of_is_told_and_raised(
    module: str, base: Path, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[BaseException | None] = []
    monkeypatch.setattr(threading, "excepthook", lambda given: raised.append(given.exc_value))

    def fail(*arguments: object) -> None:
        raise ZeroDivisionError("surprise")

    kernels = KernelStore((module,), base)
    monkeypatch.setattr(kernels, "load_from_cache", fail)
    preparation, listener = prepare(kernels)
    assert listener.is_over.wait(LONG)
    preparation._thread.join(LONG)
    assert listener.told == [(UNAVAILABLE, "ZeroDivisionError: surprise")]
    assert [type(error) for error in raised] == [ZeroDivisionError]
