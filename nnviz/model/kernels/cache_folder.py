"""The folder of compiled kernels: its name says what made them, its manifest what is in it.

numba's own cache looks at the source file of an entry point and not at what that calls, and trusts
whatever it finds: it is unpickled and run. So a folder is used only if it is the user's alone, made
by the very same sources, versions and processor, and byte by byte as it was when it was completed.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import secrets
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nnviz.paths import cache_dir

MANIFEST = "manifest.json"
KEPT = 5
"""Folders that stay, the last used ones: several environments and machines may share a home."""
STALE = 3600.0
"""Seconds after which an unfinished folder belongs to a process that was ended."""
LONGEST_WAIT = 300.0
"""Seconds for which a process waits for another that compiles the same."""

_MOST_FILES, _LARGEST_MANIFEST = 1000, 1_000_000
_FINISHED, _UNFINISHED = "kernels-", "unfinished-"
_NOT_ABOUT_CODE = {
    "NUMBA_CACHE_DIR",
    "NUMBA_CACHE_LOCATOR_CLASSES",
    "NUMBA_DEBUG_CACHE",
    "NUMBA_NUM_THREADS",
}

# Of nnviz.model, all: a constant that is imported from there is compiled in.
_SOURCES = Path(__file__).parents[1]


class MissingPackage(Exception):
    """numba, or what it needs, is not installed; the text is a sentence."""


def usable_base(chosen: Path | None = None) -> Path | None:
    """The folder that holds the folders of kernels, made when it is missing; None without one.

    `chosen` if given, else a folder in $NUMBA_CACHE_DIR where that is set, else in the user's
    folder for caches. None when it belongs to somebody else, others may write to it, or nothing
    can be written there.
    """
    base = chosen or _default_base()
    if base is None:
        return None
    base = Path(os.path.abspath(base))
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_private(base):
            return None
        with tempfile.TemporaryFile(dir=base):
            pass
    except OSError:
        return None
    return base


def _default_base() -> Path | None:
    if numbas := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(numbas) / "nnviz"
    cache = cache_dir()
    return None if cache is None else cache / "kernels"


def is_private(folder: Path) -> bool:
    """Whether this is a folder, no link to one, that this user owns and nobody else may change."""
    try:
        status = os.lstat(folder)
    except OSError:
        return False
    if not stat.S_ISDIR(status.st_mode):
        return False
    if sys.platform == "win32":  # where a user's folders are closed to others by inheritance
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


# --- what made them


def facts_of(modules: Iterable[str]) -> dict[str, str]:
    """All that the compiled code of these modules depends on.

    Imports llvmlite, a twentieth of a second, and not numba. Raises MissingPackage.
    """
    versions = {name: _version(name) for name in ("numba", "llvmlite", "numpy")}
    binding = import_module("llvmlite.binding")
    try:
        features = binding.get_host_cpu_features().flatten()
    except RuntimeError:  # llvmlite does not know them on every system
        features = ""
    settings = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("NUMBA_") and name not in _NOT_ABOUT_CODE
    }
    return {
        "nnviz": _own_version(),
        "python": f"{sys.implementation.cache_tag}-{platform.python_version()}",
        **versions,
        "system": f"{sys.platform}-{platform.machine()}",
        "processor": binding.get_host_cpu_name(),
        "features": _digest(features),
        "settings": _digest(json.dumps(settings, sort_keys=True)),
        "sources": _sources_digest(modules),
    }


def folder_for(base: Path, facts: dict[str, str]) -> Path:
    """Where, below `base`, the kernels lie that were made under these circumstances."""
    digest = _digest(json.dumps(facts, sort_keys=True))
    return base / f"{_FINISHED}{facts['nnviz']}-{digest[:16]}"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        raise MissingPackage(f"{package} is not installed") from None


def _own_version() -> str:
    try:
        return metadata.version("nnviz")
    except metadata.PackageNotFoundError:  # a checkout that was not installed
        return "checkout"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _sources_digest(modules: Iterable[str]) -> str:
    """Contents, and what else numba looks at: the path and, in older versions, the time."""
    folders = {_SOURCES}
    for module in modules:
        specification = find_spec(module)
        if specification is None or specification.origin is None:
            raise ModuleNotFoundError(f"No module named {module!r}", name=module)
        folders.add(Path(specification.origin).parent)
    digest = hashlib.sha256()
    for path in sorted({path for folder in folders for path in folder.rglob("*.py")}):
        status = path.stat()
        digest.update(f"{path}\0{status.st_mtime_ns}\0{status.st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


# --- what is in it


def complete(folder: Path, facts: dict[str, str]) -> None:
    """Write the manifest, after which nothing in `folder` may change."""
    files = {str(path.relative_to(folder)): _seal(path) for path in _files_in(folder)}
    text = json.dumps({"made by": facts, "files": files}, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text, "utf-8")


def find_damage(folder: Path, facts: dict[str, str]) -> str:
    """Why the kernels in this folder must not be used; empty when all is as it was completed."""
    if not is_private(folder):
        return "missing, or not this user's alone"
    try:
        manifest = _read_manifest(folder / MANIFEST)
        if manifest["made by"] != facts:
            return "made under other circumstances"
        found = {str(path.relative_to(folder)): path for path in _files_in(folder)}
        expected: dict[str, Any] = manifest["files"]
        for name, seal in expected.items():
            if name not in found:
                return f"{name} is missing"
            if _seal(found[name]) != seal:
                return f"{name} has changed"
        for name in found.keys() - expected.keys():
            # numba makes an empty file for a moment, to see whether it can.
            if found[name].lstat().st_size:
                return f"{name} has been added"
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return f"unreadable ({error})"
    return "" if expected else "empty"


def _read_manifest(path: Path) -> Any:
    if path.is_symlink() or path.stat().st_size > _LARGEST_MANIFEST:
        raise ValueError("its manifest is none")
    return json.loads(path.read_text("utf-8"))


def _files_in(folder: Path) -> list[Path]:
    """All but the manifest; ValueError for what numba never makes."""
    found = []
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode):
            found.append(path)
        elif not stat.S_ISDIR(mode):
            raise ValueError(f"{path.name} is no file")
        if len(found) > _MOST_FILES:
            raise ValueError("there are too many files")
    return [path for path in found if path != folder / MANIFEST]


def _seal(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


# --- making, replacing, removing


def new_token() -> str:
    """Part of the name of an unfinished folder, so that whoever chose it can remove it."""
    return secrets.token_hex(8)


def unfinished_folder(base: Path, token: str) -> Path:
    """Where a process compiles, out of everybody's sight."""
    return base / f"{_UNFINISHED}{token}"


def put_in_place(unfinished: Path, folder: Path) -> None:
    """Give a completed folder its name; where another process was faster, its folder stays."""
    try:
        os.rename(unfinished, folder)
    except OSError:
        if not folder.is_dir():
            raise
        remove(unfinished)


def remove(folder: Path) -> None:
    """Remove a folder, or whatever has its name; what cannot be removed stays.

    It first gets another name, so that nobody finds a half of it.
    """
    with suppress(OSError):
        if folder.is_symlink() or not folder.is_dir():
            folder.unlink()
            return
        doomed = unfinished_folder(folder.parent, new_token())
        os.rename(folder, doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def note_use(folder: Path) -> None:
    """The folders that were used last are those that stay."""
    with suppress(OSError):
        os.utime(folder / MANIFEST)


def tidy(base: Path) -> None:
    """Remove what ended processes left, and all but the folders that were used last."""
    finished = []
    for path in base.iterdir():
        with suppress(OSError):
            if path.name.startswith(_UNFINISHED) and time.time() - path.lstat().st_mtime > STALE:
                remove(path)
            elif path.name.startswith(_FINISHED):
                finished.append((_last_use(path), path))
    for _, path in sorted(finished, reverse=True)[KEPT:]:
        remove(path)


def _last_use(folder: Path) -> float:
    try:
        return (folder / MANIFEST).stat().st_mtime
    except OSError:
        return 0.0


@contextmanager
def one_at_a_time(base: Path) -> Iterator[None]:
    """Wait while another process compiles for the same base: two would take twice as long.

    Nothing hangs on it: where files cannot be locked, or for too long, both compile, and the
    second to end finds the first one's folder.
    """
    deadline = time.monotonic() + LONGEST_WAIT
    with open(base / "lock", "ab") as file:
        while not _is_locked(file.fileno()) and time.monotonic() < deadline:
            time.sleep(0.1)
        yield


if sys.platform == "win32":
    import msvcrt

    def _is_locked(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _is_locked(descriptor: int) -> bool:
        """Lock the file until it is closed or the process ends; False while another has it."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # no locks on this disk
            return True
        return True
