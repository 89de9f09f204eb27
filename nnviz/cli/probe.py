"""Questions to Python and Qt that may end the process that asks: a child asks them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 60
"""Seconds; a child that takes longer is ended."""

_MARK = "nnviz-probe "
_IMPORTS = """
import importlib, json, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
        error = ""
    except BaseException as caught:
        error = f"{type(caught).__name__}: {caught}"
    print("nnviz-probe", json.dumps([name, error]), flush=True)
"""

_QT = """
import json
from PySide6.QtCore import qVersion
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication
application = QApplication(["nnviz"])
found = {"version": qVersion(), "platform": application.platformName()}
try:
    from nnviz.gui.theme import MONOSPACED, SANS, load_fonts
    broken = load_fonts()
    lacking = {SANS, MONOSPACED} - set(QFontDatabase.families())
    found |= {"fonts": [SANS, MONOSPACED], "wrong fonts": [*broken, *sorted(lacking)]}
except Exception as error:
    found["font error"] = f"{type(error).__name__}: {error}"
print("nnviz-probe", json.dumps(found), flush=True)
"""

_KERNELS = """
import json
from nnviz.model.kernels.store import OWN, KernelsUnavailable
found = {"base": str(OWN.usable_base() or "")}
try:
    found["ready"] = OWN.try_out()
except KernelsUnavailable as error:
    found["why"] = str(error)
print("nnviz-probe", json.dumps(found), flush=True)
"""


@dataclass(frozen=True)
class Answer:
    """What a child found out, or one line on why it could not."""

    values: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def ask_imports(modules: Sequence[str]) -> dict[str, str]:
    """For each module what importing it says; empty when that goes well."""
    answers: dict[str, str] = {}
    left = list(modules)
    while left:
        found, error = _ask(_IMPORTS, left, "offscreen")
        told = {name: said for name, said in found if name in left}
        answers |= told
        left = [name for name in left if name not in told]
        if left:
            # The child ended with the next one; another child goes on after it.
            answers[left.pop(0)] = error or "it ended in the middle"
    return {name: " ".join(answers[name].split()) for name in modules}


def ask_qt(platform: str | None) -> Answer:
    """Start Qt with the fonts of nnviz, on `platform` or on the one that Qt chooses."""
    found, error = _ask(_QT, [], platform)
    if error or not found:
        return Answer(error=error or "Qt says nothing")
    return Answer(values=found[-1])


def ask_kernels() -> Answer:
    """Load the compiled kernels from the cache, or, where they are not there, numba."""
    found, error = _ask(_KERNELS, [], None)
    if error or not found:
        return Answer(error=error or "it ended in the middle")
    return Answer(values=found[-1])


def _ask(code: str, arguments: Sequence[str], platform: str | None) -> tuple[list[Any], str]:
    """Run `code` in a child; what it printed as JSON lines, and why it failed in one line."""
    environment = dict(os.environ) | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    # The child's words are read as UTF-8, whatever the language of the system.
    environment["PYTHONIOENCODING"] = "utf-8:backslashreplace"
    if platform is not None:
        environment["QT_QPA_PLATFORM"] = platform
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [], f"no answer within {PATIENCE} seconds"
    except OSError as error:
        return [], f"{sys.executable} does not start ({error.strerror})"
    return _found(done.stdout), _why(done.returncode, done.stderr)


def _found(text: str) -> list[Any]:
    """What the child tells; a library may print other things when it is imported."""
    answers = (line.removeprefix(_MARK) for line in text.splitlines() if line.startswith(_MARK))
    return [json.loads(answer) for answer in answers]


def _why(status: int, standard_error: str) -> str:
    """Why a child ended with `status`, in one line; empty when it ended well."""
    if status == 0:
        return ""
    lines = [line.strip() for line in standard_error.splitlines() if line.strip()]
    if status > 0:
        return lines[-1] if lines else f"ended with status {status}"
    try:
        ending = signal.Signals(-status).name
    except ValueError:
        ending = f"signal {-status}"
    return f"ended by {ending}" + (f": {lines[0]}" if lines else "")
