"""Benchmarks of the window: frames, gestures, start, imports; each beside its target and its peer.

Frame time is the time for which the GUI thread is busy with one shown frame: from the beginning
of the slot that takes a snapshot to the end of the top-level window's UpdateRequest, in which Qt
paints everything that waits. It is taken in the real window, 1280 × 800, software rendering, while
a 2-8-8-1 network trains at full speed in its own thread; waits for the interpreter's lock count.
Beside it stands the GUI thread's processor time of the same span, which a busy machine and the
training thread do not change.

    python benchmarks/gui.py [--long | --tiny] [--json FILE]

Without a screen: QT_QPA_PLATFORM=offscreen, which is also the default here.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# As the program does for itself, before anything imports NumPy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from figures import Figure, table, write_json

RESULTS = Path(__file__).resolve().parent / "results" / "gui.json"


class Length(NamedTuple):
    """How long each part is measured, in seconds, and how often it is repeated."""

    frames: float
    gestures: int
    starts: int
    jitter: float
    pairs: int


LENGTHS = {
    "tiny": Length(frames=0.3, gestures=1, starts=1, jitter=0.3, pairs=1),
    "short": Length(frames=6.0, gestures=10, starts=3, jitter=4.0, pairs=3),
    "long": Length(frames=30.0, gestures=70, starts=11, jitter=20.0, pairs=9),
}


def measure(length: Length) -> list[Figure]:
    """All figures; prints what it is at to standard error."""
    from frames import (
        frame_figures,
        gesture_figures,
        jitter_figures,
        large_figures,
        million_figures,
        throughput_figures,
    )
    from loading import loading_figures
    from PySide6.QtCore import qInstallMessageHandler
    from starts import start_figures

    from nnviz.gui.app import SWITCH_INTERVAL, make_application

    sys.setswitchinterval(SWITCH_INTERVAL)
    application = make_application()
    qInstallMessageHandler(_pass_on)
    parts: list[tuple[str, Callable[[], list[Figure]]]] = [
        ("frames", lambda: frame_figures(length.frames)),
        ("gestures", lambda: gesture_figures(length.gestures)),
        ("timer", lambda: jitter_figures(length.jitter)),
        ("training beside drawing", lambda: throughput_figures(length.frames / 4, length.pairs)),
        ("8 layers of 32 units", lambda: large_figures(length.frames, max(length.pairs, 1))),
        ("a million points", lambda: million_figures(length.gestures)),
        ("loading the engine", lambda: loading_figures(length.starts)),
        ("starts", lambda: start_figures(length.starts)),
    ]
    figures: list[Figure] = []
    for name, part in parts:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        figures += part()
    application.processEvents()
    return figures


def _pass_on(_kind: object, _context: object, message: str) -> None:
    # The offscreen platform says it of every window.
    if message != "This plugin does not support propagateSizeHints()":
        print(message, file=sys.stderr)


def main() -> int:
    """Measure, print the table, write the JSON; 0 whether or not targets are met."""
    parser = argparse.ArgumentParser(description="Benchmarks of nnviz's window.")
    lengths = parser.add_mutually_exclusive_group()
    lengths.add_argument("--long", action="store_true", help="some ten minutes, for the record")
    lengths.add_argument("--tiny", action="store_true", help="a few seconds: does it work at all?")
    parser.add_argument("--json", type=Path, default=RESULTS, help=f"default: {RESULTS.name}")
    options = parser.parse_args()
    length = "long" if options.long else "tiny" if options.tiny else "short"
    start = perf_counter()
    figures = measure(LENGTHS[length])
    print(table(figures))
    write_json(options.json, figures, length, perf_counter() - start)
    print(f"written to {options.json}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
