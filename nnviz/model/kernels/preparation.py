"""Getting the kernels ready beside a window that is in use."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path

from nnviz.model.kernels import cache_folder, store
from nnviz.model.kernels.compiler import Compiler
from nnviz.model.kernels.store import KernelStore, KernelsUnavailable, NotInCache

COMPILING, LOADING, READY, UNAVAILABLE = "compiling", "loading", "ready", "unavailable"

Tell = Callable[[str, str], object]

_LOOK = 0.05
"""Seconds between two looks at the child."""
_GRACE = 0.4
"""Seconds that a window which closes waits; ending a child takes less."""


class _Stopped(Exception):
    """Nobody waits for the kernels any more."""


class Preparation:
    """A thread that loads the kernels; where they are not in the cache, a child compiles first.

    Compiling in a thread would hold Python's lock for up to a second at a time. So that happens
    only where no child can be started, or nowhere can be written.
    """

    def __init__(self, tell: Tell, kernels: KernelStore | None = None) -> None:
        """`tell` is called in that thread: COMPILING, LOADING, in the end READY or UNAVAILABLE.

        Its second argument says why there are no kernels. `kernels` are nnviz's own if none are
        given.
        """
        self._tell = tell
        self._kernels = kernels or store.OWN
        self._is_over = threading.Event()
        self._telling = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="kernels")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and the child if there is one; from now on nothing is told.

        What is being loaded is loaded to its end, which takes some tenths of a second: a window
        that closes does not wait for that, the interpreter does when it ends.
        """
        with self._telling:
            self._is_over.set()
        if self._thread.is_alive():
            self._thread.join(_GRACE)

    def _tell_unless_over(self, stage: str, why: str = "") -> None:
        with self._telling:
            if not self._is_over.is_set():
                self._tell(stage, why)

    def _run(self) -> None:
        try:
            self._get_ready()
        except _Stopped:
            return
        except KernelsUnavailable as error:
            self._tell_unless_over(UNAVAILABLE, str(error))
        except Exception as error:
            self._tell_unless_over(UNAVAILABLE, f"{type(error).__name__}: {error}")
            raise
        else:
            self._tell_unless_over(READY)

    def _get_ready(self) -> None:
        try:
            if self._kernels.is_ready():
                self._tell_unless_over(LOADING)
                # In two parts, so that closing the window in between waits for one alone; what is
                # wrong with numba is said by what needs it.
                with suppress(ImportError):
                    import_module("numba")
                if self._is_over.is_set():
                    raise _Stopped
            self._kernels.load_from_cache()
        except NotInCache:
            self._tell_unless_over(COMPILING)
            with ExitStack() as temporary:
                base = self._kernels.usable_base() or _private_folder(temporary)
                if base is not None and Compiler.is_possible():
                    self._compile(base)
                    self._load_what_was_compiled(base)
                    return
            self._kernels.load()

    def _compile(self, base: Path) -> None:
        compiler = Compiler(base, self._kernels.modules)
        compiler.start()
        try:
            while (is_done := compiler.poll()) is None:
                if self._is_over.wait(_LOOK):
                    raise _Stopped
        finally:
            compiler.stop()
        if not is_done:
            raise KernelsUnavailable(compiler.why)

    def _load_what_was_compiled(self, base: Path) -> None:
        self._tell_unless_over(LOADING)
        try:
            self._kernels.load_from_cache(base)
        except NotInCache:  # somebody was quick to damage it
            self._kernels.load()


def _private_folder(temporary: ExitStack) -> Path | None:
    """A folder for this session alone, which goes when `temporary` ends; None without one."""
    try:
        name = temporary.enter_context(tempfile.TemporaryDirectory(prefix="nnviz-"))
    except OSError:
        return None
    return cache_folder.usable_base(Path(name))
