"""Compiled kernels come from the cache, byte by byte as they were stored, or are made again."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numba
import numpy as np
import pytest

from nnviz.model.kernels import cache_folder, store
from nnviz.model.kernels.entry import entry_point, entry_points_of
from nnviz.model.kernels.store import KernelStore, KernelsUnavailable

MakeModule = Callable[..., str]


# --- noting


def test_noting_an_entry_point_leaves_it_a_plain_function() -> None:
    def twice(x: float) -> float:
        return 2.0 * x

    assert entry_point("float64(float64)")(twice) is twice
    noted = entry_points_of(__name__)["twice"]
    assert (noted.function, noted.signature) == (twice, "float64(float64)")
    with pytest.raises(TypeError, match="no plain function"):
        entry_point("float64(float64)")(len)


# --- the good way


def test_the_first_load_compiles_and_the_next_does_not(
    module: str, base: Path, on: SimpleNamespace
) -> None:
    first = KernelStore((module,), base)
    assert not first.is_ready()
    kernels = first.load()
    assert first.is_ready()
    assert on.hits(kernels) == 0
    on.assert_right(kernels)
    second = KernelStore((module,), base)
    assert second.is_ready()
    assert on.hits(second.load_from_cache()) == 2
    on.assert_right(second.load())
    assert on.names(base) == [on.the_folder(base).name]


def test_another_process_takes_them_from_the_cache(
    module: str, base: Path, on: SimpleNamespace
) -> None:
    on.filled(module, base)
    program = (
        "import sys; from pathlib import Path\n"
        "from nnviz.model.kernels.store import KernelStore\n"
        "store = KernelStore((sys.argv[1],), Path(sys.argv[2]))\n"
        "ready = store.is_ready()\n"
        "assert 'numba' not in sys.modules\n"
        "import numpy\n"
        "kernels = store.load_from_cache()\n"
        "print(ready, kernels.total(numpy.arange(4.0)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, module, str(base)],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (done.stdout, done.stderr) == ("True 12.0\n", "")


def test_loading_is_done_once_whoever_asks(module: str, base: Path) -> None:
    kept = KernelStore((module,), base)
    found: list[SimpleNamespace] = []
    threads = [threading.Thread(target=lambda: found.append(kept.load())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(map(id, found))) == 1


def test_what_is_compiled_takes_its_own_types_alone(module: str, base: Path) -> None:
    kernels = KernelStore((module,), base).load()
    with pytest.raises(TypeError):
        kernels.total(np.arange(4))


def test_numbas_settings_are_put_back(
    module: str, base: Path, monkeypatch: pytest.MonkeyPatch, on: SimpleNamespace
) -> None:
    """And a variable that has changed since numba was imported is no obstacle."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(base / "somebody's"))
    KernelStore((module,), base).load()
    assert str(base / "somebody's") == numba.config.CACHE_DIR
    assert not (base / "somebody's").exists()
    assert on.hits(KernelStore((module,), base).load_from_cache()) == 2
    assert numba.config.CACHE_LOCATOR_CLASSES == ""


# --- no kernels at all


def test_without_numba_it_says_so(module: str, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(package: str) -> str:
        raise cache_folder.metadata.PackageNotFoundError(package)

    monkeypatch.setattr(cache_folder.metadata, "version", refuse)
    asked = KernelStore((module,), base)
    assert not asked.is_ready()
    for get in (asked.load, asked.load_from_cache, asked.fill):
        with pytest.raises(KernelsUnavailable, match=r"^numba is not installed$"):
            get()


def test_a_numba_that_cannot_be_imported_says_why(
    module: str, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> object:
        if name == "numba":
            raise ImportError("Numba needs NumPy 2.4 or less. Got NumPy 9.0.\nmore")
        return whole(name)

    whole = store.import_module
    monkeypatch.setattr(store, "import_module", refuse)
    sentence = r"^numba cannot be imported \(Numba needs NumPy 2.4 or less. Got NumPy 9.0.\)$"
    with pytest.raises(KernelsUnavailable, match=sentence):
        KernelStore((module,), base).load()


def test_what_failed_once_fails_at_once(
    make_module: MakeModule, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = KernelStore((make_module("raise ImportError('no such thing')"),), base)
    with pytest.raises(KernelsUnavailable, match="no such thing"):
        asked.load()
    monkeypatch.setattr(store, "import_module", None)
    with pytest.raises(KernelsUnavailable, match="no such thing"):
        asked.load()


def test_compiling_that_is_switched_off_says_so(
    module: str, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    with pytest.raises(KernelsUnavailable, match=r"^NUMBA_DISABLE_JIT is set$"):
        KernelStore((module,), base).load()


def test_a_kernel_that_does_not_compile_leaves_nothing(
    make_module: MakeModule, base: Path, on: SimpleNamespace
) -> None:
    module = make_module(
        "from nnviz.model.kernels.entry import entry_point\n\n\n"
        '@entry_point("float64(float64)")\ndef wrong(x):\n    return x.nothing()\n'
    )
    with pytest.raises(KernelsUnavailable, match="Failed in nopython mode"):
        KernelStore((module,), base).load()
    assert on.names(base) == []
