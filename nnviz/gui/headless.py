"""The real window drawn for a figure, without a screen and without anybody at it."""

from __future__ import annotations

import sys
from time import monotonic
from types import TracebackType
from typing import Self

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QHashSeed,
    QMessageLogContext,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from nnviz.gui.app import make_application
from nnviz.gui.export import ExportError, FigureOptions, figure_bytes
from nnviz.gui.preferences import Preferences
from nnviz.gui.theme import THEMES
from nnviz.gui.window import MainWindow
from nnviz.insight.snapshot import Snapshot

_NOT_WORTH_SAYING = ("This plugin does not support propagateSizeHints()", "Detected locale ")
"""How that begins what Qt says of every window without a screen, and of every language but UTF-8,
which it then changes by itself."""

_LONGEST_LOADING = 60.0
"""Seconds that the gallery may take for its pictures; a slow machine needs about one."""


class Studio:
    """Where figures are drawn: a context that leaves Qt as it was found."""

    def __enter__(self) -> Self:
        self._failure: BaseException | None = None
        self._hook_before, sys.excepthook = sys.excepthook, self._note_failure
        self._handler_before = qInstallMessageHandler(_print_message)
        # Else the fonts in a PDF come in another order in every process.
        QHashSeed.setDeterministicGlobalSeed()
        application = QApplication.instance()
        self._application = (
            application if isinstance(application, QApplication) else make_application()
        )
        self._look_before = (
            self._application.styleSheet(),
            self._application.palette(),
            self._application.font(),
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        style_sheet, palette, font = self._look_before
        self._application.setStyleSheet(style_sheet)
        self._application.setPalette(palette)
        self._application.setFont(font)
        QHashSeed.resetRandomGlobalSeed()
        qInstallMessageHandler(self._handler_before)
        sys.excepthook = self._hook_before

    def figure(
        self,
        snapshot: Snapshot,
        view: str,
        kind: str,
        options: FigureOptions,
        palette: str,
        preset: str | None = None,
    ) -> bytes:
        """The window, or the card of one view, as it shows `snapshot`, as a file of that kind.

        `palette` is a name in PALETTES. Raises ExportError, also when a widget failed while it was
        drawing, and MemoryError.
        """
        experiment = snapshot.frame.experiment
        # Those of whoever is at this machine are left alone: the same command, the same figure.
        preferences = Preferences(palette=palette, reduce_motion=True)
        window = MainWindow(experiment, THEMES[options.appearance], preset, preferences)
        try:
            if view == "window" and options.width and options.height:
                window.resize(options.width, options.height)
            window.show()
            window.session.show_moment(snapshot)
            self._finish_drawing(window)
            widget = window if view == "window" else window.cards[view]
            data = figure_bytes(widget, kind, options, experiment.to_json())
        finally:
            # A window that is open when the interpreter ends takes the process down with it.
            window.close()
            window.deleteLater()
            QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
        if isinstance(self._failure, MemoryError):
            raise self._failure
        if self._failure is not None:
            raise ExportError(
                f"Something went wrong inside nnviz while it was drawing "
                f"({type(self._failure).__name__}: {self._failure})."
            ) from self._failure
        return data

    def _finish_drawing(self, window: MainWindow) -> None:
        """Let everything arrive that the window draws between two events, once it was seen.

        Raises ExportError when it does not come to an end.
        """
        window.grab()
        deadline = monotonic() + _LONGEST_LOADING
        # After a failure nothing of the figure is kept, and what failed may never be ready.
        while window.gallery.is_loading and self._failure is None:
            if monotonic() > deadline:
                raise ExportError(
                    f"The pictures of the presets were not ready after {_LONGEST_LOADING:g} "
                    "seconds."
                )
            self._application.processEvents()
        self._application.processEvents()

    def _note_failure(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        # Qt calls our paint events; what they raise would be printed, and half a figure kept.
        self._failure = self._failure or error


def _print_message(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    if message and not message.startswith(_NOT_WORTH_SAYING):
        print(f"nnviz: {message}", file=sys.stderr)
