"""From nothing to a painted window, in child processes: nnviz against a bare window."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Timer
from time import perf_counter

from figures import Figure, median

ROOT = Path(__file__).resolve().parent.parent
LONGEST_START = 60.0
"""Seconds after which a child process that shows nothing is ended."""
FORBIDDEN = ("sklearn", "pandas", "onnx", "numba")
"""Modules that the first painted window must not have waited for."""

# The zero timer fires right after the event in which the whole window has been painted.
_NOTICE = """
import json, sys
from PySide6.QtCore import QEvent, QObject, QTimer

class FirstPaint(QObject):
    def __init__(self, window):
        super().__init__(window)
        self.window = window
        window.installEventFilter(self)
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self.tell)
        return False
    def tell(self):
        print("painted", json.dumps(sorted(m for m in sys.modules if "." not in m)), flush=True)
        self.window.close()
"""

_BARE = (
    _NOTICE
    + """
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
import pyqtgraph as pg

def main():
    application = QApplication(sys.argv[:1])
    window = QWidget()
    QVBoxLayout(window).addWidget(pg.PlotWidget())
    window.resize(1280, 800)
    FirstPaint(window)
    window.show()
    return application.exec()

sys.exit(main())
"""
)

# What the program's own start does before it imports the window (nnviz/__main__.py).
_NNVIZ = (
    """
import gc, os
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
gc.disable()
"""
    + _NOTICE
    + """
from nnviz.gui.window import MainWindow

class Observed(MainWindow):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        FirstPaint(self)

import nnviz.gui.app
nnviz.gui.app.MainWindow = Observed
from nnviz.__main__ import main
sys.exit(main([]))
"""
)


def start_figures(pairs: int) -> list[Figure]:
    """Start against start, alternating; what is imported by then; the time of `nnviz --help`."""
    nnviz, bare, modules = [], [], set()
    with tempfile.TemporaryDirectory() as home:
        environment = _private_environment(Path(home))
        for code in (_NNVIZ, _BARE):  # once unmeasured, so that all is compiled and read
            _time_to_paint(code, environment)
        for _ in range(pairs):
            seconds, names = _time_to_paint(_NNVIZ, environment)
            nnviz.append(1000 * seconds)
            modules.update(names)
            bare.append(1000 * _time_to_paint(_BARE, environment)[0])
        helps = [1000 * _time_of(["-m", "nnviz", "--help"], environment) for _ in range(pairs)]
        plain = [1000 * _time_of(["-c", "pass"], environment) for _ in range(pairs)]
    ratios = [a / b for a, b in zip(nnviz, bare, strict=True)]
    loaded = sorted(modules.intersection(FORBIDDEN))
    listing = ", ".join(FORBIDDEN) + (f"; loaded: {', '.join(loaded)}" if loaded else "")
    return [
        Figure("start", "start to first painted window", median(nnviz), "ms",
               peer=median(bare), peer_name="bare window", samples=pairs),
        Figure("start_ratio", "… median of ratios to the bare window", median(ratios), "×", 1.5,
               samples=pairs),
        Figure("forbidden_imports", f"imported at first paint of {listing}", float(len(loaded)), "",
               0.0),
        Figure("help", "nnviz --help", median(helps), "ms", 400.0, peer=median(plain),
               peer_name="bare Python", samples=pairs),
    ]  # fmt: skip


def _private_environment(home: Path) -> dict[str, str]:
    """Nobody's settings, and no screen."""
    folders = {
        f"XDG_{name}_HOME": str(home / name.lower())
        for name in ("CONFIG", "CACHE", "DATA", "STATE")
    }
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    # Nobody compiles all modules with each start: whoever installs or starts once has them.
    usual = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {
        **usual,
        **folders,
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        "PYTHONPATH": os.pathsep.join(paths),
    }


def _time_to_paint(code: str, environment: dict[str, str]) -> tuple[float, list[str]]:
    """Seconds until the child says that its window is painted, and the modules it has by then."""
    start = perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        too_long = Timer(LONGEST_START, child.kill)
        too_long.start()
        words = next((line for line in child.stdout if line.startswith("painted ")), "")
        seconds = perf_counter() - start
        child.stdout.read()
        status = child.wait()
        too_long.cancel()
    if not words or status:
        raise RuntimeError(f"A window that was started ended with status {status}.")
    names: list[str] = json.loads(words.removeprefix("painted "))
    return seconds, names


def _time_of(arguments: list[str], environment: dict[str, str]) -> float:
    start = perf_counter()
    subprocess.run(
        [sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True
    )
    return perf_counter() - start
