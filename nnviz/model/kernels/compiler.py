"""Compiling in a child process: done on a thread of the window, it would make the window stall."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from nnviz.model.kernels import cache_folder

_GRACE = 0.2
"""Seconds that a child has to end when it is asked to, before it is made to."""

# The child finds exactly what this process finds, however it was started.
_PROGRAM = """
import sys
paths = sys.argv.pop(1)
import json
sys.path[:] = json.loads(paths)
from nnviz.model.kernels.compile import main
sys.exit(main())
"""


class Compiler:
    """One child that fills the cache below `base`. To be used by one thread."""

    def __init__(self, base: Path, modules: tuple[str, ...] = ()) -> None:
        """`modules` with entry points; none stands for all that nnviz has."""
        self._base = base
        self._modules = modules
        self._token = cache_folder.new_token()
        self._child: subprocess.Popen[bytes] | None = None
        self._complaints: IO[bytes] | None = None
        self.why = ""

    @staticmethod
    def is_possible() -> bool:
        """Whether a Python can be started; an application in one file has none."""
        return bool(sys.executable) and not getattr(sys, "frozen", False)

    @property
    def process_id(self) -> int | None:
        """Of the child; None unless it has been started."""
        return None if self._child is None else self._child.pid

    def start(self) -> None:
        """Start the child; a failure to do so is told by `poll`."""
        paths = json.dumps([os.path.abspath(path) for path in sys.path])
        command = [sys.executable, "-P", "-c", _PROGRAM, paths, "--end-with-input"]
        command += [f"--base={self._base}", f"--token={self._token}"]
        command += [f"--module={module}" for module in self._modules]
        try:
            self._complaints = tempfile.TemporaryFile()  # noqa: SIM115, it is open while the child lives
        except OSError:
            self._complaints = None
        try:
            self._child = subprocess.Popen(
                command,
                # It ends with this process: then the other end of the pipe closes.
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                # No pipe: nobody reads it meanwhile, and a full one would hold the child up.
                stderr=self._complaints or subprocess.DEVNULL,
                cwd=self._base,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self.why = f"{sys.executable} does not start ({error.strerror})"

    def poll(self) -> bool | None:
        """Whether the child has filled the cache; None while it works. `why` says why not."""
        if self._child is None:
            return False
        status = self._child.poll()
        if status is None:
            return None
        if status != 0 and not self.why:
            self.why = self._last_words() or _ending(status)
        self._let_go()
        return status == 0

    def stop(self) -> None:
        """End the child if it lives, and remove what it has left unfinished."""
        child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(_GRACE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._let_go()

    def _let_go(self) -> None:
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()
        if self._complaints is not None:
            self._complaints.close()
            self._complaints = None
        cache_folder.remove(cache_folder.unfinished_folder(self._base, self._token))

    def _last_words(self) -> str:
        if self._complaints is None:
            return ""
        self._complaints.seek(0)
        text = self._complaints.read(100_000).decode("utf-8", "replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return lines[-1] if lines else ""


def _ending(status: int) -> str:
    if status > 0:
        return f"the compiler ended with status {status}"
    try:
        return f"the compiler was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"the compiler was ended by signal {-status}"
