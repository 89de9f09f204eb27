"""The compiled kernels: loaded from the user's cache folder, compiled where they are not there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nnviz.model.kernels import cache_folder
from nnviz.model.kernels.entry import FLAGS, entry_points_of

MODULES = ("nnviz.model.kernels.training", "nnviz.model.kernels.pictures")
"""All modules with entry points."""

# numba keeps the folder of its cache in one place for the whole process.
_NUMBAS_SETTINGS = threading.Lock()


class KernelsUnavailable(RuntimeError):
    """There is no compiled engine here; the text is a sentence that says why."""


class NotInCache(Exception):
    """Kernels were wanted that need no compiling, and there are none."""


class _LoadingFailed(Exception):
    """One way of getting the kernels did not lead to them; the cause is the exception's."""


class KernelStore:
    """The entry points of some modules, compiled once a process. Any thread may ask."""

    def __init__(self, modules: tuple[str, ...] = MODULES, base: Path | None = None) -> None:
        """`base` holds the folders of kernels; None stands for the user's cache."""
        self.modules = modules
        self._base = base
        self._lock = threading.Lock()
        self._kernels: SimpleNamespace | None = None
        self._why = ""

    def usable_base(self) -> Path | None:
        """The folder for folders of kernels; None where there is none that can be used."""
        return cache_folder.usable_base(self._base)

    def is_ready(self) -> bool:
        """Whether `load` would return without compiling; does not import numba."""
        if self._kernels is not None:
            return True
        try:
            facts = cache_folder.facts_of(self.modules)
        except (cache_folder.MissingPackage, ImportError):
            return False
        folder = _folder(self._base, facts)
        return folder is not None and not cache_folder.find_damage(folder, facts)

    def try_out(self) -> bool:
        """Load what is in the cache, or numba alone; whether nothing is left to compile.

        Raises KernelsUnavailable where compiling would fail for lack of a numba that works.
        """
        try:
            self.load_from_cache()
        except NotInCache:
            try:
                with _numbas_cache_in(None):
                    return False
            except Exception as error:
                raise KernelsUnavailable(_reason(error)) from error
        return True

    def load(self) -> SimpleNamespace:
        """Return a namespace of the compiled entry points, by name.

        Takes half a second from the cache, else as long as compiling takes, and fills the cache
        then. A damaged cache is removed and made again; without a folder for it, or with a full
        disk, everything is compiled in memory. Raises KernelsUnavailable, at once from the second
        time on.
        """
        with self._lock:
            if self._why:
                raise KernelsUnavailable(self._why)
            if self._kernels is None:
                try:
                    self._kernels = self._load()
                except KernelsUnavailable as error:
                    self._why = str(error)
                    raise
            return self._kernels

    def load_from_cache(self, base: Path | None = None) -> SimpleNamespace:
        """As `load`, never compiling: raises NotInCache where that would be needed.

        `base` is another folder to look in than the store's own.
        """
        with self._lock:
            if self._kernels is None:
                facts = self._facts()
                folder = _folder(base or self._base, facts)
                kernels = None if folder is None else self._from_cache(folder, facts)
                if kernels is None:
                    raise NotInCache
                self._kernels = kernels
            return self._kernels

    def fill(self, token: str | None = None) -> None:
        """See to it that the cache is complete, by compiling if need be.

        `token` names the unfinished folder, for somebody who removes it if this process is ended.
        Raises KernelsUnavailable, also when nothing can be stored.
        """
        facts = self._facts()
        folder = _folder(self._base, facts)
        if folder is None:
            raise KernelsUnavailable("there is no folder to keep compiled kernels in")
        try:
            self._compile_into(folder, facts, token or cache_folder.new_token())
        except (_LoadingFailed, OSError) as error:
            raise KernelsUnavailable(_reason(error)) from error

    # --- ways to the kernels

    def _load(self) -> SimpleNamespace:
        facts = self._facts()
        folder = _folder(self._base, facts)
        try:
            if folder is not None:
                return self._from_cache(folder, facts) or self._compile_into(
                    folder, facts, cache_folder.new_token()
                )
        except (_LoadingFailed, OSError):
            pass  # What is wrong with more than the folder is found again, and said, in memory.
        try:
            return self._make(None)
        except _LoadingFailed as error:
            raise KernelsUnavailable(_reason(error)) from error

    def _facts(self) -> dict[str, str]:
        try:
            return cache_folder.facts_of(self.modules)
        except cache_folder.MissingPackage as error:
            raise KernelsUnavailable(str(error)) from error
        except ImportError as error:
            raise KernelsUnavailable(f"llvmlite cannot be imported ({error})") from error

    def _from_cache(self, folder: Path, facts: dict[str, str]) -> SimpleNamespace | None:
        """The kernels that lie in a folder; None, and no folder any more, if it is damaged."""
        if not cache_folder.find_damage(folder, facts):
            try:
                kernels = self._make(folder)
            except _LoadingFailed:
                kernels = None  # It is removed below, and whatever is wrong shows in compiling.
            if kernels is not None:
                cache_folder.note_use(folder)
                return kernels
        cache_folder.remove(folder)
        return None

    def _compile_into(self, folder: Path, facts: dict[str, str], token: str) -> SimpleNamespace:
        """Compile everything, unless another process has done so meanwhile."""
        base = folder.parent
        with cache_folder.one_at_a_time(base):
            kernels = self._from_cache(folder, facts)
            if kernels is not None:
                return kernels
            unfinished = cache_folder.unfinished_folder(base, token)
            unfinished.mkdir(mode=0o700)
            try:
                kernels = self._make(unfinished, may_compile=True)
                cache_folder.complete(unfinished, facts)
                cache_folder.put_in_place(unfinished, folder)
            finally:
                cache_folder.remove(unfinished)
        cache_folder.tidy(base)
        return kernels

    def _make(self, folder: Path | None, may_compile: bool = False) -> SimpleNamespace:
        """Compiled entry points: from `folder`, into it, or, without one, in memory alone."""
        try:
            compiled = {
                name: function
                for module in self.modules
                for name, function in _compiled(module, folder)
            }
        except Exception as error:
            raise _LoadingFailed from error
        if folder is not None and not may_compile:
            for name, function in compiled.items():
                if not function.stats.cache_hits:
                    raise _LoadingFailed from LookupError(f"{name} is not in the cache")
        return SimpleNamespace(**compiled)


def _folder(base: Path | None, facts: dict[str, str]) -> Path | None:
    usable = cache_folder.usable_base(base)
    return None if usable is None else cache_folder.folder_for(usable, facts)


@contextmanager
def _numbas_cache_in(folder: Path | None) -> Iterator[None]:
    """Let numba make a function's cache in `folder`, and nowhere else, while this lasts."""
    config: Any = import_module("numba").config
    # Else it would do so in the midst of compiling, if a variable has changed, and forget the rest.
    config.reload_config()
    if config.DISABLE_JIT:
        raise RuntimeError("NUMBA_DISABLE_JIT is set")
    with _NUMBAS_SETTINGS:
        before = config.CACHE_DIR, getattr(config, "CACHE_LOCATOR_CLASSES", "")
        config.CACHE_DIR = "" if folder is None else str(folder)
        # Else it would fall back to the folder of the sources.
        config.CACHE_LOCATOR_CLASSES = "UserProvidedCacheLocator"
        try:
            yield
        finally:
            config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = before


def _compiled(module: str, folder: Path | None) -> Iterator[tuple[str, Any]]:
    njit: Callable[..., Any] = import_module("numba").njit
    import_module(module)
    for name, entry in entry_points_of(module).items():
        with _numbas_cache_in(folder):
            compiled = njit(entry.signature, cache=folder is not None, **FLAGS)(entry.function)
        yield name, compiled


def _reason(error: BaseException) -> str:
    """What went wrong at the bottom, in the first line that says something."""
    cause = error.__cause__ or error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    if isinstance(cause, ImportError):
        return f"numba cannot be imported ({lines[0] if lines else type(cause).__name__})"
    return lines[0] if lines else type(cause).__name__


OWN = KernelStore()
"""The kernels of nnviz in this process."""


def load() -> SimpleNamespace:
    """The compiled entry points of MODULES, as `KernelStore.load` gets them."""
    return OWN.load()


def load_from_cache(base: Path | None = None) -> SimpleNamespace:
    """The same, never compiling, as `KernelStore.load_from_cache`."""
    return OWN.load_from_cache(base)


def is_ready() -> bool:
    """Whether `load` would return without compiling; does not import numba."""
    return OWN.is_ready()
