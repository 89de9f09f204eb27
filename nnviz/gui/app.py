"""The application: display, fonts, exceptions, start and orderly end."""

from __future__ import annotations

import locale
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

import nnviz.gui.plain_imports  # noqa: F401
from nnviz.gui.collector import Collector
from nnviz.gui.display import display_problem
from nnviz.gui.preferences import (
    SMALLEST_SIDE,
    Preferences,
    load_preferences,
    save_preferences,
)
from nnviz.gui.reporter import ExceptionReporter
from nnviz.gui.theme import load_fonts, system_theme
from nnviz.gui.window import MainWindow
from nnviz.run.experiment import Experiment
from nnviz.run.presets import PRESETS

FIRST_PRESET = "xor"

# Seconds. With the interpreter's own 5 ms, a gesture that needs its lock while the reference engine
# trains waits through a third of a frame each time; much less makes the threads fight for it.
SWITCH_INTERVAL = 0.001


LONGEST_UNPAINTED = 300
"""Milliseconds for which the start of the session waits for the window to be painted."""


class SignalListener(QObject):
    """Closes the window on Ctrl+C in the terminal, or when the process is asked to end.

    Python serves signals only when it runs, and an idle window does not: a socket wakes it.
    """

    received = Signal()

    def __init__(self, parent: QObject, close: Callable[[], object]) -> None:
        """`close` is called in the event loop, never in the middle of anything."""
        super().__init__(parent)
        # Before the first signal can come: what nobody is connected to yet would be lost. Queued,
        # because it may come in the middle of a window's painting.
        self.received.connect(close, Qt.ConnectionType.QueuedConnection)
        self._reading, self._writing = socket.socketpair()
        for end in (self._reading, self._writing):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_wake_up)
        self._wake_up_before = signal.set_wakeup_fd(self._writing.fileno())
        self._handlers = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGINT, signal.SIGTERM)
        }

    def stop(self) -> None:
        """Put things back as they were."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wake_up_before)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._reading.close()
        self._writing.close()

    @Slot()
    def _on_wake_up(self) -> None:
        self._reading.recv(64)

    def _on_signal(self, number: int, frame: object) -> None:
        self.received.emit()


class FirstPaint(QObject):
    """Does something once, as soon as a window has been painted for the first time."""

    def __init__(self, window: QWidget, do: Callable[[], None]) -> None:
        super().__init__(window)
        self._do = do
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._begin)
        # A window that begins covered or minimised may never be painted.
        self._timer.start(LONGEST_UNPAINTED)
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._timer.interval():
            self._timer.start(0)
        return super().eventFilter(watched, event)

    @Slot()
    def _begin(self) -> None:
        self._window.removeEventFilter(self)
        self._do()


def _use_utf_8() -> None:
    """Choose the locale that Qt would change to by itself, writing four lines about it."""
    if sys.platform == "linux" and locale.nl_langinfo(locale.CODESET) != "UTF-8":
        os.environ["LC_ALL"] = "C.UTF-8"


def make_application() -> QApplication:
    """The one QApplication, with name, style and fonts."""
    _use_utf_8()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("nnviz")
    application.setApplicationDisplayName("nnviz")
    application.setStyle("Fusion")
    for name in load_fonts():
        print(f"nnviz: the font {name} could not be loaded; another one is used.", file=sys.stderr)
    return application


def _let_go_of_clipboard() -> None:
    """A figure that was copied is made of Python's objects: Qt would crash ending it after them."""
    clipboard = QApplication.clipboard()
    # The offscreen platform has a clipboard of its own, but says that it is somebody else's.
    if clipboard.ownsClipboard() or QApplication.platformName() == "offscreen":
        clipboard.clear()


def run_window(
    experiment: Experiment | None = None,
    preset: str | None = None,
    play: bool = False,
    quit_after: float | None = None,
    path: str = "",
    engine: str = "compiled",
) -> int:
    """Open the window and run until it is closed; returns the exit status.

    `path` is the file that the experiment comes from, if it comes from one; `engine`, of ENGINES,
    the one to train with.
    """
    if problem := display_problem():
        print("nnviz:", problem, file=sys.stderr)
        return 1
    sys.setswitchinterval(SWITCH_INTERVAL)
    application = make_application()
    preferences = _on_screen(load_preferences(), application)
    if experiment is None:
        preset = next(iter(preferences.recent_presets), FIRST_PRESET)
        experiment = PRESETS[preset].experiment
    window = MainWindow(experiment, system_theme(application), preset, preferences, engine)
    if path:
        window.begin_with_file(path)
    reporter = ExceptionReporter()
    reporter.raised.connect(window.warn)
    reporter.repeated.connect(window.messages.replace)
    reporter.install()
    listener = SignalListener(application, window.close)
    closer = QTimer()
    closer.setSingleShot(True)
    closer.timeout.connect(window.close)
    collector = Collector()
    collector.start()
    try:
        window.show()
        # When the window is seen: the thread that trains would only make it wait.
        FirstPaint(window, partial(window.session.start, play=play))
        if quit_after is not None:
            closer.start(round(quit_after * 1000))
        return application.exec()
    finally:
        _keep(window.preferences)
        # A window that fails to close must not leave its thread: Qt would abort.
        window.close()
        window.session.close()
        _let_go_of_clipboard()
        collector.stop()
        listener.stop()
        reporter.restore()


def _on_screen(preferences: Preferences, application: QApplication) -> Preferences:
    """A window that was left on a large screen may begin on a small one."""
    if application.platformName() == "offscreen":  # whose screen nobody looks at
        return preferences
    room = application.primaryScreen().availableSize()
    if preferences.width <= room.width() and preferences.height <= room.height():
        return preferences
    smaller = {
        "width": max(min(preferences.width, room.width()), SMALLEST_SIDE),
        "height": max(min(preferences.height, room.height()), SMALLEST_SIDE),
        "splitters": {},
    }
    return preferences.model_copy(update=smaller)


def _keep(preferences: Preferences) -> None:
    """Keep them for the next start; a disk that is full must not make the end a failure."""
    try:
        save_preferences(preferences)
    except OSError as error:
        reason = error.strerror or str(error)
        print(f"nnviz: the settings of the window could not be kept ({reason}).", file=sys.stderr)
