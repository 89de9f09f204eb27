"""What holds for every test: no screen, no settings of the user's, nothing left behind."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

# Before anything imports Qt: tests neither need nor disturb a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# As the program does for itself: before anything imports NumPy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import settings

# No test asserts a time, and a machine that is busy is no failure.
settings.register_profile("nnviz", deadline=None)
settings.load_profile("nnviz")

GRACE = 2.0  # seconds for a thread that was told to end
_PASSED = pytest.StashKey[bool]()


@pytest.fixture(scope="session", autouse=True)
def _private_user_folders(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Keep the settings and caches of whoever runs the tests out of them, and them out of those."""
    with pytest.MonkeyPatch.context() as patch:
        # One for all processes of all runs: kernels are compiled when their sources change, and
        # then once. Nothing is taken from there but what was made from the very same sources.
        patch.setenv("NUMBA_CACHE_DIR", str(_kept_folder(request.config, tmp_path_factory)))
        for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.setenv(variable, str(tmp_path_factory.mktemp(variable.lower())))
        yield


def _kept_folder(config: pytest.Config, temporary: pytest.TempPathFactory) -> Path:
    if getattr(config, "cache", None) is None:  # with -p no:cacheprovider
        return temporary.mktemp("kernels")
    return config.cache.mkdir("kernels")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember for the leak check whether the test itself passed."""
    report = yield
    if report.when == "call":
        item.stash[_PASSED] = report.passed
    return report


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test after which a thread, a window, a timer or an animation lives on.

    The fixture is set up before a test's own ones and so comes down after them and after pytest-qt
    has closed the widgets given to ``qtbot.addWidget``.
    """
    threads_before = set(threading.enumerate())
    uses_qt = "qapp" in request.fixturenames
    windows_before = set(map(id, _windows())) if uses_qt else set()
    if uses_qt:
        # The leak check looks at every object: not at those that were there before the test,
        # hundreds of thousands once scikit-learn and numba are loaded.
        gc.collect()
        gc.freeze()
        # As nnviz.gui.collector: a widget in a cycle must not end on the thread that trains.
        gc.disable()
    yield
    gc.enable()
    left = [f"thread {thread.name}" for thread in _surviving_threads(threads_before)]
    if uses_qt:
        left += _left_in_qt(windows_before)
    # The traceback of a failed test keeps its objects alive: one message about it is enough.
    if left and request.node.stash.get(_PASSED, False):
        pytest.fail("left behind: " + ", ".join(left), pytrace=False)


def _surviving_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    """Return the threads that began after `before` and outlive their grace."""
    survivors = []
    for thread in set(threading.enumerate()) - before:
        # A dummy stands for a thread that Python did not start, such as a QThread: see below.
        if not isinstance(thread, threading._DummyThread):
            thread.join(GRACE)
            if thread.is_alive():
                survivors.append(thread)
    return survivors


def _windows() -> list[Any]:
    """Return the top-level widgets, but for the one tool tip that Qt keeps for itself."""
    from PySide6.QtWidgets import QApplication

    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.metaObject().className() != "QTipLabel"
    ]


def _left_in_qt(windows_before: set[int]) -> list[str]:
    """Describe, then end, the Qt objects that a test left running."""
    left = _running_in_qt(windows_before)
    if not left:
        return []
    del left
    gc.collect()  # a widget in a cycle that nobody can reach is only late, not left
    left = _running_in_qt(windows_before)
    names = [f"{type(thing).__name__} {thing.objectName()!r}" for thing in left]
    for thing in left:
        _end(thing)
    return names


def _running_in_qt(windows_before: set[int]) -> list[Any]:
    """Return new top-level widgets and every running thread, timer and animation."""
    from PySide6.QtCore import QAbstractAnimation, QCoreApplication, QEvent, QThread, QTimer
    from shiboken6 import isValid

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    main_thread = QThread.currentThread()  # a test may have asked for it, and so wrapped it
    running = [window for window in _windows() if id(window) not in windows_before]
    for thing in gc.get_objects():
        kind = type(thing)
        if not issubclass(kind, QThread | QTimer | QAbstractAnimation) or not isValid(thing):
            continue
        if thing is main_thread:
            continue
        if (
            (issubclass(kind, QThread) and thing.isRunning())
            or (issubclass(kind, QTimer) and thing.isActive())
            or (
                issubclass(kind, QAbstractAnimation)
                and thing.state() == QAbstractAnimation.State.Running
            )
        ):
            running.append(thing)
    return running


def _end(thing: Any) -> None:
    """Stop or close a leftover, so that it does not fail the next test too."""
    from PySide6.QtCore import QCoreApplication, QEvent, QThread
    from PySide6.QtWidgets import QWidget
    from shiboken6 import isValid

    if not isValid(thing):  # it went with another leftover, its parent
        return
    if isinstance(thing, QThread):
        thing.quit()
        thing.wait(int(GRACE * 1000))
    elif isinstance(thing, QWidget):
        thing.close()
        thing.deleteLater()
        QCoreApplication.sendPostedEvents(thing, QEvent.Type.DeferredDelete)
    else:
        thing.stop()
