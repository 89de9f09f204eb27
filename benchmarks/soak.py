"""A long run in the window at full speed: does its memory stay flat?

    python benchmarks/soak.py [--minutes 60] [--preset NAME] [--json FILE]

What the window needs is there after the first minute; what comes then is a leak, or the moments
that time travel keeps. Those have a budget: until it is full they are counted apart, afterwards the
process itself must not grow.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import threading
from pathlib import Path
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from figures import Figure, median, table, write_json
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from nnviz.gui.app import make_application
from nnviz.gui.theme import LIGHT
from nnviz.gui.window import MainWindow
from nnviz.run.presets import PRESETS

RESULTS = Path(__file__).resolve().parent / "results" / "soak.json"
WARM_UP = 60.0
"""Seconds after which memory should be flat."""
MOST_GROWTH = 8.0
"""MiB that the process may grow by afterwards."""
MOST_KEPT = 64.0
FULL = 0.9
"""The part of their budget at which kept moments have filled it."""
INTERVAL = 1000


class Observer:
    """Notes once a second what the process takes."""

    def __init__(self, window: MainWindow, seconds: float) -> None:
        self._window, self._seconds = window, seconds
        self._start = perf_counter()
        self.rows: list[tuple[float, float, float, int, int, int]] = []
        """Seconds, MiB of the process, MiB of kept moments, threads, open files, updates."""
        self._timer = QTimer(window)
        self._timer.timeout.connect(self._note)
        self._timer.start(INTERVAL)

    def _note(self) -> None:
        seconds = perf_counter() - self._start
        journey = self._window.session._worker._journey
        assert journey is not None
        kept = journey.trainer.timeline.bytes / 2**20
        status = Path("/proc/self/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        files = len(os.listdir("/proc/self/fd"))
        memory = int(resident.split()[1]) / 1024
        update = journey.trainer.update
        self.rows.append((seconds, memory, kept, threading.active_count(), files, update))
        if len(self.rows) % 60 == 0:
            print(f"{seconds / 60:5.1f} min: {memory:7.1f} MiB, of which moments {kept:5.1f}, "
                  f"{update:,} updates", file=sys.stderr, flush=True)  # fmt: skip
        if seconds > self._seconds:
            self._window.close()


def run(minutes: float, preset: str) -> list[Figure]:
    """Train for so long, and look at what the process takes."""
    application = make_application()
    experiment = PRESETS[preset].experiment.evolve(epochs=1_000_000_000)
    window = MainWindow(experiment, LIGHT, engine="compiled")
    window.resize(1280, 800)
    window.show()
    window.session.set_speed(float("inf"))
    window.session.start(play=True)
    observer = Observer(window, 60 * minutes)
    application.exec()
    warm = min(WARM_UP, 30 * minutes)
    late = [row for row in observer.rows if row[0] >= warm]
    full = next((i for i, row in enumerate(late) if row[2] >= FULL * MOST_KEPT), len(late))
    if len(late) - full >= 60:
        since = f"growth after {late[full][0] / 60:.0f} min, when kept moments fill their budget"
        memory = [row[1] for row in late[full:]]
    else:
        since = f"growth after the first {warm:.0f} s, kept moments apart"
        memory = [row[1] - row[2] for row in late]
    tenth = max(len(memory) // 10, 1)
    growth = median(memory[-tenth:]) - median(memory[:tenth])
    QApplication.processEvents()
    gc.collect()
    return [
        Figure("growth", since, growth, "MiB", MOST_GROWTH, samples=len(memory)),
        Figure("resident", "resident at the end", late[-1][1], "MiB", peer=late[0][1],
               peer_name=f"after {warm:.0f} s"),
        Figure("kept", "kept moments, the most", max(row[2] for row in late), "MiB", MOST_KEPT),
        Figure("threads", "threads more than at first", float(late[-1][3] - late[0][3]), "", 0.0),
        Figure("files", "open files more than at first", float(late[-1][4] - late[0][4]), "", 0.0),
        Figure("updates", "updates made", float(late[-1][5]), ""),
    ]  # fmt: skip


def main() -> int:
    """Train, print the table, write the JSON; 0 whether or not targets are met."""
    parser = argparse.ArgumentParser(description="Memory over a long run in the window.")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--preset", choices=tuple(PRESETS), default="moons")
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    start = perf_counter()
    figures = run(options.minutes, options.preset)
    print(table(figures))
    write_json(options.json, figures, f"{options.minutes:g} minutes", perf_counter() - start)
    return 0


if __name__ == "__main__":
    sys.exit(main())
