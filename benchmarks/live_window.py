"""The real window under observation: when its frames begin and end, and for how long it works."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter, thread_time
from typing import NamedTuple

from PySide6.QtCore import QEvent, QEventLoop, QTimer, Slot

from nnviz.gui.theme import LIGHT
from nnviz.gui.window import MainWindow
from nnviz.insight.snapshot import Snapshot
from nnviz.model.kernels import store
from nnviz.run.experiment import Experiment
from nnviz.run.frame import Frame

PATIENCE = 30_000
"""Milliseconds after which a benchmark that waits for the window gives up."""


class ShownFrame(NamedTuple):
    """One snapshot on its way through the GUI thread; seconds."""

    end: float
    """When its painting was over, on the clock of `perf_counter`."""
    wall: float
    """From the beginning of the slot that takes the snapshot to the end of the painting."""
    cpu: float
    """The GUI thread's own processor time in that span: what does not depend on other threads."""
    frame: Frame
    """The moment shown; not its pictures, thousands of which would fill the memory."""


class ObservedWindow(MainWindow):
    """Writes down every snapshot that is painted.

    The clock starts when the window's slot receives a snapshot, and stops at the end of the
    top-level window's UpdateRequest, within which Qt paints all that waits for it.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.frames: list[ShownFrame] = []
        self._begun: tuple[float, float, Snapshot] | None = None
        super().__init__(experiment, LIGHT, engine="compiled")

    @Slot(object)
    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self._begun = (perf_counter(), thread_time(), snapshot)
        super()._on_snapshot(snapshot)

    def event(self, event: QEvent) -> bool:
        is_handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest and self._begun is not None:
            wall, cpu, snapshot = self._begun
            self._begun = None
            now = perf_counter()
            self.frames.append(ShownFrame(now, now - wall, thread_time() - cpu, snapshot.frame))
        return is_handled


@contextmanager
def live_window(
    experiment: Experiment, play: bool, width: int = 1280, height: int = 800
) -> Iterator[ObservedWindow]:
    """A window at full speed, on the compiled engine, that has been drawn; closed at the end."""
    store.load()  # the first start of all, which compiles, is not what is measured
    window = ObservedWindow(experiment)
    try:
        window.resize(width, height)
        window.show()
        window.session.set_speed(math.inf)
        window.session.start(play=play)
        wait_until(lambda: window.status.engine_text == "compiled")
        window.frames.clear()
        if play:
            wait_until(lambda: len(window.frames) >= 3)
        else:
            window.session.reset()
            wait_until(lambda: bool(window.frames))
        yield window
    finally:
        window.close()


def spin(seconds: float) -> None:
    """Let Qt's event loop run for so long."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait_until(condition: Callable[[], bool]) -> None:
    """Let the event loop run until `condition` holds; TimeoutError when it never does."""
    deadline = perf_counter() + PATIENCE / 1000
    while not condition():
        if perf_counter() > deadline:
            raise TimeoutError("The window does not answer.")
        spin(0.002)
