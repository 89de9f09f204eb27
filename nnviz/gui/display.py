"""Whether Qt can open a window here: asked before it tries, because it aborts when it cannot."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping

NEEDS_FOR_X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
"""Libraries that Qt's X11 plugin loads and a bare Debian or Ubuntu lacks, and their packages."""


def display_problem(environment: Mapping[str, str] = os.environ) -> str | None:
    """Why no window can be opened, in one sentence with what to do; None when it can."""
    if sys.platform != "linux" or environment.get("QT_QPA_PLATFORM", "xcb")[:3] != "xcb":
        return None
    if environment.get("WAYLAND_DISPLAY"):
        return None
    if not environment.get("DISPLAY"):
        return (
            "There is no display to open a window on: start nnviz in a desktop session, or train "
            "without a window with `nnviz train --preset xor`."
        )
    missing = [package for name, package in NEEDS_FOR_X11.items() if not _loads(name)]
    if missing:
        return (
            "Libraries that a window needs are missing; on Debian and Ubuntu install them with "
            f"`apt-get install {' '.join(missing)}`."
        )
    if not _answers():
        return (
            f"The display {environment['DISPLAY']!r} does not answer: start nnviz in a desktop "
            "session, or train without a window with `nnviz train --preset xor`."
        )
    return None


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _answers() -> bool:
    """Whether the X server that DISPLAY names takes a connection."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt's plugin could not load either; its own message is then the better one
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    has_error = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not has_error
