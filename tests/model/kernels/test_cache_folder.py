"""The folder of the kernels: whose it is, what its name says, which stay, and what is damage."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from nnviz.model.kernels import cache_folder
from nnviz.model.kernels.store import KernelStore, KernelsUnavailable, NotInCache

MakeModule = Callable[..., str]

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX owners and permissions")


# --- damage


def assert_rebuilt(module: str, base: Path, on: SimpleNamespace) -> None:
    """A damaged folder is not used; the next load makes it again, and the one after takes it."""
    assert not KernelStore((module,), base).is_ready()
    with pytest.raises(NotInCache):
        KernelStore((module,), base).load_from_cache()
    kernels = KernelStore((module,), base).load()
    assert on.hits(kernels) == 0
    on.assert_right(kernels)
    again = KernelStore((module,), base)
    assert again.is_ready()
    assert on.hits(again.load()) == 2
    on.assert_right(again.load())
    assert len(on.names(base)) == 1


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
def test_a_damaged_folder_is_made_again(
    module: str, base: Path, damage: str, on: SimpleNamespace
) -> None:
    DAMAGES[damage](on.filled(module, base))
    assert_rebuilt(module, base, on)


@pytest.mark.parametrize("damage", ["a file", "a link", "an empty folder"])
def test_something_else_in_the_folders_place_is_replaced(
    module: str, base: Path, tmp_path: Path, damage: str, on: SimpleNamespace
) -> None:
    folder = on.filled(module, base)
    if damage == "a link":
        folder.rename(tmp_path / "elsewhere")
        folder.symlink_to(tmp_path / "elsewhere")
    else:
        folder.rename(base / "unfinished-old")
        os.utime(base / "unfinished-old", (0, 0))
        folder.touch() if damage == "a file" else folder.mkdir()
    assert_rebuilt(module, base, on)


def test_a_miss_in_a_folder_that_looks_whole_is_damage(
    module: str, base: Path, on: SimpleNamespace
) -> None:
    folder = on.filled(module, base)
    facts = json.loads((folder / cache_folder.MANIFEST).read_text("utf-8"))["made by"]
    for path in folder.rglob("*.nbi"):
        path.unlink()
    cache_folder.complete(folder, facts)
    assert KernelStore((module,), base).is_ready()
    with pytest.raises(NotInCache):
        KernelStore((module,), base).load_from_cache()
    assert_rebuilt(module, base, on)


def test_rubbish_that_looks_whole_is_damage(module: str, base: Path, on: SimpleNamespace) -> None:
    folder = on.filled(module, base)
    facts = json.loads((folder / cache_folder.MANIFEST).read_text("utf-8"))["made by"]
    for path in folder.rglob("*.nbi"):
        path.write_bytes(b"\x80\x04rubbish")
    cache_folder.complete(folder, facts)
    on.assert_right(KernelStore((module,), base).load())
    assert on.hits(KernelStore((module,), base).load_from_cache()) == 2


# --- whose folder


@posix
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_may_write_to_is_not_used(
    module: str, base: Path, mode: int, on: SimpleNamespace
) -> None:
    folder = on.filled(module, base)
    folder.chmod(mode)
    assert not KernelStore((module,), base).is_ready()
    folder.chmod(0o700)
    base.chmod(mode)
    asked = KernelStore((module,), base)
    assert not asked.is_ready()
    with pytest.raises(NotInCache):
        asked.load_from_cache()
    assert on.hits(asked.load()) == 0
    assert on.names(base) == [folder.name]


@posix
def test_a_folder_of_somebody_else_is_not_used(
    module: str, base: Path, monkeypatch: pytest.MonkeyPatch, on: SimpleNamespace
) -> None:
    on.filled(module, base)
    owner = base.stat().st_uid
    monkeypatch.setattr(cache_folder.os, "geteuid", lambda: owner + 1)
    asked = KernelStore((module,), base)
    assert not asked.is_ready()
    on.assert_right(asked.load())
    assert on.hits(asked.load()) == 0


@pytest.mark.parametrize(
    "place",
    [
        "file",
        "file/below",
        pytest.param(
            "/proc/self/kernels",
            marks=pytest.mark.skipif(
                sys.platform != "linux",
                reason="only Linux has /proc, where nobody can make a folder",
            ),
        ),
    ],
)
def test_without_a_folder_everything_is_compiled_in_memory(
    module: str, tmp_path: Path, place: str, on: SimpleNamespace
) -> None:
    (tmp_path / "file").touch()
    asked = KernelStore((module,), tmp_path / place)
    assert not asked.is_ready()
    on.assert_right(asked.load())
    assert asked.is_ready()
    assert not list(tmp_path.rglob("*.nb?")), "nor in the folder of the sources"
    with pytest.raises(KernelsUnavailable, match="no folder"):
        KernelStore((module,), tmp_path / place).fill()


def test_a_disk_that_is_full_is_no_obstacle(
    module: str, base: Path, monkeypatch: pytest.MonkeyPatch, on: SimpleNamespace
) -> None:
    def refuse(folder: Path, facts: dict[str, str]) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache_folder, "complete", refuse)
    on.assert_right(KernelStore((module,), base).load())
    assert on.names(base) == []
    with pytest.raises(KernelsUnavailable, match="No space left"):
        KernelStore((module,), base).fill()
    assert on.names(base) == []


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
    make_module: MakeModule, base: Path, tmp_path: Path, on: SimpleNamespace
) -> None:
    module = make_module()
    on.filled(module, base)
    source = tmp_path / module.split(".")[0] / "small.py"
    helper = source.with_name("helper.py")
    helper.write_text("FACTOR = 2.0\n", "utf-8")
    assert not KernelStore((module,), base).is_ready()
    helper.unlink()
    assert KernelStore((module,), base).is_ready()
    source.write_text(source.read_text("utf-8") + "\n", "utf-8")
    assert not KernelStore((module,), base).is_ready()


def test_the_last_used_folders_stay(module: str, base: Path, on: SimpleNamespace) -> None:
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
    left = on.names(base)
    assert "of somebody" in left
    assert "unfinished-now" in left
    assert "unfinished-long-ago" not in left
    assert {f"kernels-0.0-{age}" for age in range(4)} < set(left)
    assert len([name for name in left if name.startswith("kernels-")]) == cache_folder.KEPT
