"""What nobody caught, on any thread: one report for each mistake, and the program goes on."""

from __future__ import annotations

import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

PACKAGE = Path(__file__).resolve().parents[1]

BETWEEN_REPORTS = 500
"""Milliseconds; what is raised in every frame is counted, and the count told this often."""
QUIET = 2.0
"""Seconds after which the same mistake is news again: a gesture that failed, and now fails anew."""
LONGEST_REASON = 120
"""Characters of an exception's name and words that are shown."""

_KEPT_BY_PYTHON = ("last_exc", "last_type", "last_value", "last_traceback")

Key = tuple[str, str, int]


@dataclass
class Mistake:
    """One place in the code that raises one kind of exception."""

    what: str
    count: int = 0
    last: float = 0.0
    """When it was raised last, in seconds."""
    told: str = ""
    """The sentence that was sent last."""
    told_count: int = 0
    is_news: bool = True
    """Whether it is to be shown; else only the count of what is shown has grown."""

    @property
    def times(self) -> str:
        again = self.count - 1
        return "" if again == 0 else f"again {again:,} {'time' if again == 1 else 'times'}"

    @property
    def sentence(self) -> str:
        times = f"; {self.times}" if self.times else ""
        return (
            f"Something went wrong inside nnviz ({self.what}{times}). You can go on: save the "
            "experiment with Ctrl+S, and please report this."
        )


class ExceptionReporter(QObject):
    """Takes what nobody caught, on any thread, and tells it on the thread that it belongs to.

    Standard error gets one traceback for each mistake, however often it is made.
    """

    raised = Signal(str)
    """A sentence for the user: what went wrong, where, and how to go on."""
    repeated = Signal(str, str)
    """The sentence sent last about a mistake, and the same with the present count."""

    _noted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Reentrant: a finalizer may raise while this very thread holds it.
        self._lock = threading.RLock()
        self._mistakes: dict[Key, Mistake] = {}
        self._is_waking = False
        self._hooks_before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(BETWEEN_REPORTS)
        self._timer.timeout.connect(self._tell)
        # Queued also on the thread of the window, which may be in the middle of a paint.
        self._noted.connect(self._on_noted, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take over the interpreter's hooks."""
        self._hooks_before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self.report
        threading.excepthook = self._report_thread
        sys.unraisablehook = self._report_unraisable

    def restore(self) -> None:
        """Give the hooks back, and write how often what is on standard error was repeated."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._hooks_before
        self._timer.stop()
        with self._lock:
            lines = [f"nnviz: {m.what}: {m.times}\n" for m in self._mistakes.values() if m.times]
        _write("".join(lines))

    def report(
        self,
        kind: type[BaseException],
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Count an exception; may be called on any thread, in the middle of anything."""
        key, what = _describe(kind, error, trace)
        with self._lock:
            is_first = key not in self._mistakes
            mistake = self._mistakes.setdefault(key, Mistake(what))
            now = monotonic()
            mistake.is_news |= now - mistake.last > QUIET
            mistake.last = now
            mistake.count += 1
            # One event in the queue is enough, however much is raised before it is served.
            wakes, self._is_waking = not self._is_waking, True
        if is_first:
            _write("".join(traceback.format_exception(kind, error, trace)))
        if wakes:
            self._noted.emit()
        _let_go(trace)

    def _report_thread(self, arguments: threading.ExceptHookArgs) -> None:
        self.report(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _report_unraisable(self, arguments: sys.UnraisableHookArgs) -> None:
        self.report(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    @Slot()
    def _on_noted(self) -> None:
        if not self._timer.isActive():
            self._tell()

    @Slot()
    def _tell(self) -> None:
        """Send what has been noted since the last time, and nothing for a while after it."""
        news: list[str] = []
        counts: list[tuple[str, str]] = []
        with self._lock:
            self._is_waking = False
            for mistake in self._mistakes.values():
                if mistake.count == mistake.told_count:
                    continue
                before, mistake.told = mistake.told, mistake.sentence
                if mistake.is_news:
                    news.append(mistake.told)
                else:
                    counts.append((before, mistake.told))
                mistake.told_count, mistake.is_news = mistake.count, False
        if news or counts:
            self._timer.start()
        for before, after in counts:
            self.repeated.emit(before, after)
        for sentence in news:
            self.raised.emit(sentence)


def _describe(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> tuple[Key, str]:
    """Which mistake it is, and its description: the exception, its words, and the place.

    The place is the innermost line of nnviz's own, if there is one.
    """
    places = [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)]
    ours = [place for place in places if Path(place[0].co_filename).is_relative_to(PACKAGE)]
    # Not str(error), which may raise itself.
    what = " ".join(traceback.format_exception_only(kind, error)[-1].split())
    if len(what) > LONGEST_REASON:
        what = what[: LONGEST_REASON - 1] + "…"
    if not places:
        return (kind.__name__, "", 0), what
    code, line = (ours or places)[-1]
    what += f", in {code.co_qualname}, {Path(code.co_filename).name} line {line}"
    return (kind.__name__, code.co_filename, line), what


def _let_go(trace: TracebackType | None) -> None:
    """Let the local variables of what failed die.

    A QPainter among them would still be at work when Qt ends the frame, and when the next one
    begins: that prints warnings and then crashes.
    """
    for name in _KEPT_BY_PYTHON:
        with suppress(AttributeError):
            delattr(sys, name)
    if trace is not None:
        traceback.clear_frames(trace)


def _write(text: str) -> None:
    """Write to standard error, if there is one and somebody reads it."""
    if sys.stderr is not None and text:
        with suppress(OSError, ValueError):  # a broken pipe; closed
            sys.stderr.write(text)
            sys.stderr.flush()
