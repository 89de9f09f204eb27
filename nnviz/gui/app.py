"""The application: display, fonts, exceptions, start and orderly end."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from nnviz.gui.display import display_problem
from nnviz.gui.theme import load_fonts, system_theme
from nnviz.gui.window import MainWindow
from nnviz.run.experiment import Experiment
from nnviz.run.presets import PRESETS

FIRST_PRESET = "xor"

# Seconds. With the interpreter's own 5 ms, a gesture that needs its lock while the reference engine
# trains waits through a third of a frame each time; much less makes the threads fight for it.
SWITCH_INTERVAL = 0.001


class ExceptionReporter(QObject):
    """Takes what nobody caught, on any thread, and tells the window about it."""

    raised = Signal(str)

    def install(self) -> None:
        sys.excepthook = self._report
        threading.excepthook = self._report_thread

    def restore(self) -> None:
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def _report(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        # May run on any thread, so nothing is shown from here: the signal is queued.
        traceback.print_exception(kind, error, trace, file=sys.stderr)
        self.raised.emit(f"Something went wrong inside nnviz ({kind.__name__}: {error}).")

    def _report_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._report(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


class SignalListener(QObject):
    """Closes the window on Ctrl+C in the terminal, or when the process is asked to end.

    Python serves signals only when it runs, and an idle window does not: a socket wakes it.
    """

    received = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
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


def make_application() -> QApplication:
    """The one QApplication, with name, style and fonts."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("nnviz")
    application.setApplicationDisplayName("nnviz")
    application.setStyle("Fusion")
    for name in load_fonts():
        print(f"nnviz: the font {name} could not be loaded; another one is used.", file=sys.stderr)
    return application


def run_window(
    experiment: Experiment | None = None,
    preset: str | None = None,
    play: bool = False,
    quit_after: float | None = None,
) -> int:
    """Open the window and run until it is closed; returns the exit status."""
    if problem := display_problem():
        print("nnviz:", problem, file=sys.stderr)
        return 1
    sys.setswitchinterval(SWITCH_INTERVAL)
    application = make_application()
    reporter = ExceptionReporter()
    reporter.install()
    if experiment is None:
        preset, experiment = FIRST_PRESET, PRESETS[FIRST_PRESET].experiment
    window = MainWindow(experiment, system_theme(application), preset=preset)
    # Queued, because both may come in the middle of anything, of a window being painted too.
    reporter.raised.connect(window.warn, Qt.ConnectionType.QueuedConnection)
    listener = SignalListener(application)
    listener.received.connect(window.close, Qt.ConnectionType.QueuedConnection)
    window.show()
    window.session.start(play=play)
    closer = QTimer()
    closer.setSingleShot(True)
    closer.timeout.connect(window.close)
    if quit_after is not None:
        closer.start(round(quit_after * 1000))
    try:
        return application.exec()
    finally:
        window.close()
        listener.stop()
        reporter.restore()
