"""How long the window stands still while the compiled kernels are loaded from the cache."""

from __future__ import annotations

import os
import subprocess
import sys

from figures import Figure, median
from starts import ROOT

from nnviz.model.kernels import store

_LOADING = """
import os, sys
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
from itertools import pairwise
from time import perf_counter
from PySide6.QtCore import Qt, QTimer
from nnviz.gui.app import SWITCH_INTERVAL, make_application
from nnviz.gui.theme import LIGHT
from nnviz.gui.window import MainWindow
from nnviz.run.presets import PRESETS

def main():
    sys.setswitchinterval(SWITCH_INTERVAL)
    application = make_application()
    window = MainWindow(PRESETS["xor"].experiment, LIGHT, preset="xor", engine="compiled")
    window.resize(1280, 800)
    window.show()
    for _ in range(20):
        application.processEvents()
    ticks = []

    def tick():
        ticks.append(perf_counter())
        if window.status.engine_text == "compiled" or ticks[-1] - ticks[0] > 60:
            window.close()

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start(16)
    window.session.start(play=False)
    status = application.exec()
    print("stood still", max(b - a for a, b in pairwise(ticks)), flush=True)
    return status

sys.exit(main())
"""


def loading_figures(repeats: int) -> list[Figure]:
    """The longest time between two ticks of a 16 ms timer until the engine is there."""
    store.load()  # the first start of all, which compiles, is not what is measured
    stalls = sorted(1000 * _stall() for _ in range(repeats))
    return [
        Figure("loading_stall", "window stands still while the engine is loaded, longest",
               stalls[-1], "ms", 200.0, peer=median(stalls), peer_name="median of starts",
               samples=repeats)
    ]  # fmt: skip


def _stall() -> float:
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", _LOADING],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    words = next(line for line in done.stdout.splitlines() if line.startswith("stood still "))
    return float(words.removeprefix("stood still "))
