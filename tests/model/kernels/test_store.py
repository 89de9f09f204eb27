"""Compiled kernels come from the cache, byte by byte as they were stored, or are made again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numba
import numpy as np
import pytest

from nnviz.model.kernels import cache_folder, store
from nnviz.model.kernels.entry import entry_point, entry_points_of
from nnviz.model.kernels.store import KernelStore, KernelsUnavailable, NotInCache

MakeModule = Callable[..., str]

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX owners and permissions")


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


def assert_rebuilt(module: str, base: Path) -> None:
    """A damaged folder is not used; the next load makes it again, and the one after takes it."""
    assert not KernelStore((module,), base).is_ready()
    with pytest.raises(NotInCache):
        KernelStore((module,), base).load_from_cache()
    kernels = KernelStore((module,), base).load()
    assert hits(kernels) == 0
    assert_right(kernels)
    again = KernelStore((module,), base)
    assert again.is_ready()
    assert hits(again.load()) == 2
    assert_right(again.load())
    assert len(names(base)) == 1


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


def test_the_first_load_compiles_and_the_next_does_not(module: str, base: Path) -> None:
    first = KernelStore((module,), base)
    assert not first.is_ready()
    kernels = first.load()
    assert first.is_ready()
    assert hits(kernels) == 0
    assert_right(kernels)
    second = KernelStore((module,), base)
    assert second.is_ready()
    assert hits(second.load_from_cache()) == 2
    assert_right(second.load())
    assert names(base) == [the_folder(base).name]


def test_another_process_takes_them_from_the_cache(module: str, base: Path) -> None:
    filled(module, base)
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
    module: str, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a variable that has changed since numba was imported is no obstacle."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(base / "somebody's"))
    KernelStore((module,), base).load()
    assert str(base / "somebody's") == numba.config.CACHE_DIR
    assert not (base / "somebody's").exists()
    assert hits(KernelStore((module,), base).load_from_cache()) == 2
    assert numba.config.CACHE_LOCATOR_CLASSES == ""


# --- damage


def _data_file(folder: Path) -> Path:
    return max(folder.rglob("*.nbc"), key=lambda path: path.stat().st_size)


def _truncate(folder: Path) -> None:
    path = _data_file(folder)
    os.truncate(path, path.stat().st_size // 2)


def _flip(folder: Path) -> None:
    path = _data_file(folder)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _replace(folder: Path) -> None:
    first, second = sorted(folder.rglob("*.nbc"))
    data = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(data)


def _rewrite_manifest(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
    path = folder / cache_folder.MANIFEST
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")


def _link_outside(folder: Path) -> None:
    path = _data_file(folder)
    outside = folder.parent / "unfinished-elsewhere"
    path.rename(outside)
    path.symlink_to(outside)
    os.utime(outside, (0, 0))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "truncated": _truncate,
    "emptied": lambda folder: os.truncate(_data_file(folder), 0),
    "a bit flipped": _flip,
    "replaced": _replace,
    "a file removed": lambda folder: _data_file(folder).unlink(),
    "a file added": lambda folder: (_data_file(folder).parent / "more.nbc").write_text("more"),
    "a file turned into a link": _link_outside,
    "no manifest": lambda folder: (folder / cache_folder.MANIFEST).unlink(),
    "half a manifest": lambda folder: os.truncate(folder / cache_folder.MANIFEST, 100),
    "a deep manifest": lambda folder: (folder / cache_folder.MANIFEST).write_text("[" * 100_000),
    "a list for a manifest": lambda folder: (folder / cache_folder.MANIFEST).write_text("[1]"),
    "a huge manifest": lambda folder: os.truncate(folder / cache_folder.MANIFEST, 10**9),
    "a manifest of nothing": lambda folder: _rewrite_manifest(
        folder, lambda content: content.update(files={})
    ),
    "another processor": lambda folder: _rewrite_manifest(
        folder, lambda content: content.update({"made by": {"processor": "z80"}})
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_made_again(module: str, base: Path, damage: str) -> None:
    DAMAGES[damage](filled(module, base))
    assert_rebuilt(module, base)


@pytest.mark.parametrize("damage", ["a file", "a link", "an empty folder"])
def test_something_else_in_the_folders_place_is_replaced(
    module: str, base: Path, tmp_path: Path, damage: str
) -> None:
    folder = filled(module, base)
    if damage == "a link":
        folder.rename(tmp_path / "elsewhere")
        folder.symlink_to(tmp_path / "elsewhere")
    else:
        folder.rename(base / "unfinished-old")
        os.utime(base / "unfinished-old", (0, 0))
        folder.touch() if damage == "a file" else folder.mkdir()
    assert_rebuilt(module, base)


def test_a_miss_in_a_folder_that_looks_whole_is_damage(module: str, base: Path) -> None:
    folder = filled(module, base)
    facts = json.loads((folder / cache_folder.MANIFEST).read_text("utf-8"))["made by"]
    for path in folder.rglob("*.nbi"):
        path.unlink()
    cache_folder.complete(folder, facts)
    assert KernelStore((module,), base).is_ready()
    with pytest.raises(NotInCache):
        KernelStore((module,), base).load_from_cache()
    assert_rebuilt(module, base)


def test_rubbish_that_looks_whole_is_damage(module: str, base: Path) -> None:
    folder = filled(module, base)
    facts = json.loads((folder / cache_folder.MANIFEST).read_text("utf-8"))["made by"]
    for path in folder.rglob("*.nbi"):
        path.write_bytes(b"\x80\x04rubbish")
    cache_folder.complete(folder, facts)
    assert_right(KernelStore((module,), base).load())
    assert hits(KernelStore((module,), base).load_from_cache()) == 2


# --- whose folder


@posix
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_may_write_to_is_not_used(module: str, base: Path, mode: int) -> None:
    folder = filled(module, base)
    folder.chmod(mode)
    assert not KernelStore((module,), base).is_ready()
    folder.chmod(0o700)
    base.chmod(mode)
    asked = KernelStore((module,), base)
    assert not asked.is_ready()
    with pytest.raises(NotInCache):
        asked.load_from_cache()
    assert hits(asked.load()) == 0
    assert names(base) == [folder.name]


@posix
def test_a_folder_of_somebody_else_is_not_used(
    module: str, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(module, base)
    owner = base.stat().st_uid
    monkeypatch.setattr(cache_folder.os, "geteuid", lambda: owner + 1)
    asked = KernelStore((module,), base)
    assert not asked.is_ready()
    assert_right(asked.load())
    assert hits(asked.load()) == 0


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/self/kernels"])
def test_without_a_folder_everything_is_compiled_in_memory(
    module: str, tmp_path: Path, place: str
) -> None:
    if place.startswith("/proc") and sys.platform != "linux":
        pytest.skip("of Linux")
    (tmp_path / "file").touch()
    asked = KernelStore((module,), tmp_path / place)
    assert not asked.is_ready()
    assert_right(asked.load())
    assert asked.is_ready()
    assert not list(tmp_path.rglob("*.nb?")), "nor in the folder of the sources"
    with pytest.raises(KernelsUnavailable, match="no folder"):
        KernelStore((module,), tmp_path / place).fill()


def test_a_disk_that_is_full_is_no_obstacle(
    module: str, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path, facts: dict[str, str]) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache_folder, "complete", refuse)
    assert_right(KernelStore((module,), base).load())
    assert names(base) == []
    with pytest.raises(KernelsUnavailable, match="No space left"):
        KernelStore((module,), base).fill()
    assert names(base) == []


def test_numbas_own_variable_chooses_the_place(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "chosen"))
    assert cache_folder.usable_base() == tmp_path / "chosen" / "nnviz"
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(cache_folder, "cache_dir", lambda: tmp_path / "cache")
    assert cache_folder.usable_base() == tmp_path / "cache" / "kernels"
    monkeypatch.setattr(cache_folder, "cache_dir", lambda: None)
    assert cache_folder.usable_base() is None


# --- what the name says


def test_the_name_carries_all_that_compiled_code_depends_on(
    module: str, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def name() -> str:
        return cache_folder.folder_for(base, cache_folder.facts_of((module,))).name

    first = name()
    assert name() == first
    found = {first}
    monkeypatch.setenv("NUMBA_OPT", "1")
    found.add(name())
    monkeypatch.delenv("NUMBA_OPT")
    monkeypatch.setattr(cache_folder, "_version", lambda package: f"99 of {package}")
    found.add(name())
    monkeypatch.undo()
    assert name() == first
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llvmlite.binding.get_host_cpu_name", lambda: "z80")
        found.add(name())
    assert len(found) == 4


def test_a_changed_source_has_another_folder(
    make_module: MakeModule, base: Path, tmp_path: Path
) -> None:
    module = make_module()
    filled(module, base)
    source = tmp_path / module.split(".")[0] / "small.py"
    helper = source.with_name("helper.py")
    helper.write_text("FACTOR = 2.0\n", "utf-8")
    assert not KernelStore((module,), base).is_ready()
    helper.unlink()
    assert KernelStore((module,), base).is_ready()
    source.write_text(source.read_text("utf-8") + "\n", "utf-8")
    assert not KernelStore((module,), base).is_ready()


def test_the_last_used_folders_stay(module: str, base: Path) -> None:
    base.mkdir(mode=0o700)
    for age in range(8):
        other = base / f"kernels-0.0-{age}"
        other.mkdir()
        cache_folder.complete(other, {})
        os.utime(other / cache_folder.MANIFEST, (time.time() - 1000 * age - 1000,) * 2)
    (base / "unfinished-now").mkdir()
    (base / "unfinished-long-ago").mkdir()
    os.utime(base / "unfinished-long-ago", (time.time() - 2 * cache_folder.STALE,) * 2)
    (base / "of somebody").touch()
    KernelStore((module,), base).fill()
    left = names(base)
    assert "of somebody" in left
    assert "unfinished-now" in left
    assert "unfinished-long-ago" not in left
    assert {f"kernels-0.0-{age}" for age in range(4)} < set(left)
    assert len([name for name in left if name.startswith("kernels-")]) == cache_folder.KEPT


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


def test_a_kernel_that_does_not_compile_leaves_nothing(make_module: MakeModule, base: Path) -> None:
    module = make_module(
        "from nnviz.model.kernels.entry import entry_point\n\n\n"
        '@entry_point("float64(float64)")\ndef wrong(x):\n    return x.nothing()\n'
    )
    with pytest.raises(KernelsUnavailable, match="Failed in nopython mode"):
        KernelStore((module,), base).load()
    assert names(base) == []
