"""Frames, gestures, the timer's jitter and the pace of training, all in the real window."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from itertools import pairwise
from time import perf_counter

from figures import Figure, median, percentile
from live_window import ObservedWindow, live_window, spin, wait_until
from naive_window import naive_frame_times
from PySide6.QtCore import QEventLoop, Qt, QTimer

from nnviz.data.dataset import MOST_POINTS
from nnviz.gui.pace import RHYTHMS
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

ENDLESS = 1_000_000_000
QUIET = 0.2
"""Seconds without a new picture after which a paused window counts as quiet."""


def small() -> Experiment:
    """2-8-8-1 on the spiral, for ever."""
    return preset("spiral").evolve(hidden=[8, 8], epochs=ENDLESS)


def large() -> Experiment:
    """Eight hidden layers of 32 units: more than 7,000 edges."""
    return preset("spiral").evolve(hidden=[32] * 8, epochs=ENDLESS, learning_rate=1e-4)


def frame_figures(seconds: float) -> list[Figure]:
    """Frames of 2-8-8-1 against a window that draws the same in the first way one thinks of."""
    with live_window(small(), play=True) as window:
        spin(min(1.0, seconds))
        window.frames.clear()
        start = perf_counter()
        spin(seconds)
        shown, elapsed = list(window.frames), perf_counter() - start
    naive = naive_frame_times(small(), seconds / 2)
    walls, cpus = ([1000 * getattr(frame, name) for frame in shown] for name in ("wall", "cpu"))
    naive = [1000 * time for time in naive]
    count, peer = len(shown), "naive window, idle"
    return [
        _ms("frame_median", "frame, 2-8-8-1 training, median", median(walls), 14.0, median(naive),
            peer, count),
        _ms("frame_p99", "frame, 99th percentile", percentile(walls, 99), 25.0,
            percentile(naive, 99), peer, count),
        _ms("frame_cpu_median", "… its processor time, median", median(cpus), samples=count),
        _ms("frame_cpu_p99", "… its processor time, 99th percentile", percentile(cpus, 99),
            samples=count),
        Figure("frame_rate", "frames shown a second", count / elapsed, "/s", samples=count),
    ]  # fmt: skip


def large_figures(seconds: float, repeats: int) -> list[Figure]:
    """Frames of eight layers of 32 units while training, and all edges smooth when paused."""
    with live_window(large(), play=True) as window:
        spin(min(1.0, seconds))
        window.frames.clear()
        start = perf_counter()
        spin(seconds)
        shown, elapsed = list(window.frames), perf_counter() - start
        window.session.pause()
        _wait_for_quiet(window)
        redraws = []
        for _ in range(repeats):
            window.topology._update_edges()
            began = perf_counter()
            window.topology.repaint()
            redraws.append(1000 * (perf_counter() - began))
    walls, cpus = ([1000 * getattr(frame, name) for frame in shown] for name in ("wall", "cpu"))
    count = len(shown)
    return [
        _ms("large_frame_median", "frame, 8 layers of 32 training, median", median(walls), 14.0,
            samples=count),
        _ms("large_frame_p99", "frame, 8 layers of 32, 99th percentile", percentile(walls, 99),
            25.0, samples=count),
        _ms("large_frame_cpu_median", "… its processor time, median", median(cpus), samples=count),
        _ms("large_frame_cpu_p99", "… its processor time, 99th percentile", percentile(cpus, 99),
            samples=count),
        Figure("large_frame_rate", "8 layers of 32: frames shown a second", count / elapsed, "/s",
               samples=count),
        _ms("large_paused_redraw", "8 layers of 32 paused: all edges smooth", median(redraws),
            samples=repeats),
    ]  # fmt: skip


def gesture_figures(repeats: int) -> list[Figure]:
    """From a hand's movement to its effect on the screen, training and (the peer) paused.

    The clock starts when the gesture is due, so that a busy event loop counts. The effect of
    pause and step is the last new picture that comes; that of a new learning rate is the first
    picture made with it.
    """
    rng = random.Random(1)
    delays: list[float] = []
    with live_window(small(), play=True) as window:
        for _ in range(repeats):
            delays += [
                _delay_to_rest(window, rng, window.toggle),
                _delay_to_rest(window, rng, window.step),
                _rate_delay(window, rng),
            ]
        window.session.pause()
        _wait_for_quiet(window)
        idle = [_rate_delay(window, rng) for _ in range(repeats)]
    delays, idle = ([1000 * delay for delay in some] for some in (delays, idle))
    count = len(delays)
    return [
        _ms("gesture_median", "gesture to its effect, training, median", median(delays), 50.0,
            median(idle), "paused", count),
        _ms("gesture_p99", "gesture to its effect, 99th percentile", percentile(delays, 99), 80.0,
            percentile(idle, 99), "paused", count),
    ]  # fmt: skip


def million_figures(repeats: int) -> list[Figure]:
    """Pausing in the midst of an update from a million points, which takes longer than a slice."""
    rng = random.Random(1)
    experiment = small().evolve(n_samples=MOST_POINTS, test_fraction=0.0, batch_size="full")
    with live_window(experiment, play=True) as window:
        delays = [1000 * _delay_to_rest(window, rng, window.toggle) for _ in range(repeats)]
    return [
        _ms("million_pause", "pause in an update from 1,000,000 points, longest", max(delays),
            100.0, median(delays), "median", repeats)
    ]  # fmt: skip


def jitter_figures(seconds: float) -> list[Figure]:
    """How late a 16 ms timer of the GUI thread comes while training, and when nothing goes on."""
    with live_window(small(), play=True) as window:
        busy = _timer_intervals(seconds)
        window.session.pause()
        _wait_for_quiet(window)
        idle = _timer_intervals(seconds / 2)
    return [
        _ms("timer_p99", "16 ms timer while training, 99th percentile", percentile(busy, 99), 35.0,
            percentile(idle, 99), "idle", len(busy))
    ]  # fmt: skip


def throughput_figures(seconds: float, pairs: int) -> list[Figure]:
    """Updates a second while the window draws, by those of the same engine alone."""
    drawn, alone = [], []
    with live_window(small(), play=True) as window:
        for _ in range(pairs):
            before, start = _shown_update(window), perf_counter()
            spin(seconds)
            drawn.append((_shown_update(window) - before) / (perf_counter() - start))
            window.session.pause()
            _wait_for_quiet(window)
            alone.append(_updates_per_second_alone(seconds))
            window.session.play()
            spin(0.3)
    ratios = [100 * a / b for a, b in zip(drawn, alone, strict=True)]
    return [
        Figure("updates_per_second", "updates a second while drawing", median(drawn), "/s",
               peer=median(alone), peer_name="alone", samples=pairs),
        Figure("throughput_share", "training kept while drawing", median(ratios), "%", 75.0,
               at_least=True, samples=pairs),
    ]  # fmt: skip


def _ms(
    key: str,
    what: str,
    value: float,
    target: float | None = None,
    peer: float | None = None,
    peer_name: str = "",
    samples: int = 1,
) -> Figure:
    return Figure(key, what, value, "ms", target, False, peer, peer_name, samples)


def _updates_per_second_alone(seconds: float) -> float:
    trainer = Trainer(small())
    updates = 100
    trainer.advance(updates)
    start, first = perf_counter(), trainer.update
    while perf_counter() - start < seconds:
        before = perf_counter()
        trainer.advance(updates)
        if perf_counter() - before < RHYTHMS[trainer.engine].slice / 2:
            updates *= 2
    return (trainer.update - first) / (perf_counter() - start)


def _shown_update(window: ObservedWindow) -> int:
    return window.frames[-1].frame.update


def _wait_for_quiet(window: ObservedWindow) -> None:
    """Until no new picture has come for a while."""
    wait_until(lambda: perf_counter() - window.frames[-1].end > QUIET)


def _delay_to_rest(
    window: ObservedWindow, rng: random.Random, gesture: Callable[[], None]
) -> float:
    """From a gesture that stops training to the end of its last picture; training goes on after."""
    due = _gesture(rng, gesture)
    _wait_for_quiet(window)
    delay = window.frames[-1].end - due
    window.toggle()
    return delay


def _rate_delay(window: ObservedWindow, rng: random.Random) -> float:
    rate = 0.001 + 0.001 * rng.random()
    due = _gesture(rng, lambda: window.change({"learning_rate": rate}))

    def shown() -> float | None:
        late = itertools.takewhile(lambda shown: shown.end > due, reversed(window.frames))
        ends = [shown.end for shown in late if shown.frame.experiment.learning_rate == rate]
        return min(ends, default=None)

    wait_until(lambda: shown() is not None)
    end = shown()
    assert end is not None
    return end - due


def _gesture(rng: random.Random, act: Callable[[], None]) -> float:
    """Make a gesture after a moment; returns when it was due."""
    pause = 150 + rng.randrange(100)
    window_loop = QEventLoop()
    due = perf_counter() + pause / 1000

    def make() -> None:
        act()
        window_loop.quit()

    timer = QTimer()
    timer.setSingleShot(True)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(make)
    timer.start(pause)
    window_loop.exec()
    return due


def _timer_intervals(seconds: float) -> list[float]:
    """Milliseconds between the ticks of a timer that should tick every 16."""
    ticks: list[float] = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(perf_counter()))
    timer.start(16)
    spin(seconds)
    timer.stop()
    return [1000 * (b - a) for a, b in pairwise(ticks)]
