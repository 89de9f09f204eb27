"""Whether Qt can open a window here: asked before it tries, because it aborts when it cannot."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Iterable, Mapping
from typing import NamedTuple

# Libraries that Qt or its plugins load and a bare Debian or Ubuntu lacks, with their packages;
# tools/bootstrap.sh names the same ones, because it runs before there is a Python.
NEEDS_ALWAYS = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
}
NEEDS_FOR_X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
NEEDS_FOR_WAYLAND = {"libwayland-cursor.so.0": "libwayland-cursor0"}

_ANYWHERE = "start nnviz in a desktop session, or train without a window with `nnviz train`"


class DisplayProblem(NamedTuple):
    """Why no window can be opened, in one sentence, and the libraries that would mend it."""

    sentence: str
    missing: tuple[str, ...] = ()


def display_problem(environment: Mapping[str, str] = os.environ) -> str | None:
    """Why no window can be opened, in one sentence with what to do; None when it can."""
    problem = find_display_problem(environment)
    return None if problem is None else problem.sentence


def find_display_problem(environment: Mapping[str, str] = os.environ) -> DisplayProblem | None:
    """What keeps Qt from opening a window on the display that it would choose; None if nothing."""
    if sys.platform != "linux":
        return None
    platform = environment.get("QT_QPA_PLATFORM", "")
    if platform and not platform.startswith(("xcb", "wayland")):
        return None
    # Qt takes the first of the two that works, whatever it was that kept it from the other.
    problems = []
    if environment.get("WAYLAND_DISPLAY") and not platform.startswith("xcb"):
        problems.append(_wayland_problem(environment))
    if environment.get("DISPLAY") and not platform.startswith("wayland"):
        problems.append(_x11_problem(environment["DISPLAY"]))
    if not problems:
        return DisplayProblem(f"There is no display to open a window on: {_ANYWHERE}.")
    return None if None in problems else problems[0]


def missing_libraries(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the shared libraries that cannot be loaded."""
    return tuple(name for name in names if not _loads(name))


def _wayland_problem(environment: Mapping[str, str]) -> DisplayProblem | None:
    display = environment["WAYLAND_DISPLAY"]
    if missing := missing_libraries(NEEDS_FOR_WAYLAND):
        return _lacks(missing, NEEDS_FOR_WAYLAND)
    # An absolute name stands for itself.
    path = os.path.join(environment.get("XDG_RUNTIME_DIR", ""), display)
    return None if _takes_a_connection(path) else _is_silent(display)


def _x11_problem(display: str) -> DisplayProblem | None:
    if missing := missing_libraries(NEEDS_FOR_X11):
        return _lacks(missing, NEEDS_FOR_X11)
    return None if _answers(display) else _is_silent(display)


def _lacks(missing: tuple[str, ...], packages: Mapping[str, str]) -> DisplayProblem:
    return DisplayProblem(
        "Libraries that a window needs are missing; on Debian and Ubuntu install them with "
        f"`apt-get install {' '.join(packages[name] for name in missing)}`.",
        missing,
    )


def _is_silent(display: str) -> DisplayProblem:
    return DisplayProblem(f"The display {display!r} does not answer: {_ANYWHERE}.")


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _takes_a_connection(path: str) -> bool:
    """Whether somebody listens at the socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(path)
        except OSError:
            return False
    return True


def _answers(display: str) -> bool:
    """Whether the X server takes a connection."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt's plugin could not load either; its own message is then the better one
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(os.fsencode(display), None)
    has_error = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not has_error
