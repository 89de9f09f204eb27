"""What is said when no window can be opened."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnviz.gui import display
from nnviz.gui.display import display_problem, find_display_problem, missing_libraries


@pytest.fixture(autouse=True)
def _on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display.sys, "platform", "linux")


@pytest.fixture
def _x11_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_loads", lambda name: True)
    monkeypatch.setattr(display, "_answers", lambda name: True)


@pytest.fixture
def wayland(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A socket that somebody listens at, and the environment that names it."""
    monkeypatch.setattr(display, "_loads", lambda name: True)
    with socket.socket(socket.AF_UNIX) as server:
        # Relative: the path of a socket must not be longer than about a hundred signs.
        monkeypatch.chdir(tmp_path)
        server.bind("wayland-7")
        server.listen()
        yield {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": "."}


def test_without_a_display_it_says_what_to_do() -> None:
    problem = display_problem({})
    assert problem is not None
    assert "no display" in problem
    assert "nnviz train" in problem


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:size=800x600", "eglfs"])
def test_other_platforms_need_no_display(platform: str) -> None:
    assert display_problem({"QT_QPA_PLATFORM": platform}) is None


def test_other_systems_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display.sys, "platform", "darwin")
    assert display_problem({}) is None


def test_missing_libraries_are_named_by_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_loads", lambda name: name != "libxcb-cursor.so.0")
    problem = find_display_problem({"DISPLAY": ":0"})
    assert problem is not None
    assert problem.sentence.endswith("`apt-get install libxcb-cursor0`.")
    assert problem.missing == ("libxcb-cursor.so.0",)


def test_a_display_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_loads", lambda name: True)
    problem = find_display_problem({"DISPLAY": ":93"})
    assert problem is not None
    assert "':93' does not answer" in problem.sentence
    assert problem.missing == ()


@pytest.mark.usefixtures("_x11_works")
def test_a_display_that_answers() -> None:
    assert display_problem({"DISPLAY": ":0"}) is None
    assert display_problem({"DISPLAY": ":0", "QT_QPA_PLATFORM": "xcb"}) is None


def test_wayland_is_a_display(wayland: dict[str, str]) -> None:
    assert display_problem(wayland) is None
    absolute = str(Path("wayland-7").absolute())
    if len(absolute) < 100:
        assert display_problem({"WAYLAND_DISPLAY": absolute}) is None
    assert display_problem(wayland | {"QT_QPA_PLATFORM": "wayland"}) is None
    problem = display_problem(wayland | {"QT_QPA_PLATFORM": "xcb"})
    assert problem is not None
    assert "no display" in problem


def test_a_wayland_display_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_loads", lambda name: True)
    gone = {"WAYLAND_DISPLAY": "wayland-8", "XDG_RUNTIME_DIR": str(tmp_path)}
    problem = display_problem(gone)
    assert problem is not None
    assert "'wayland-8' does not answer" in problem


@pytest.mark.usefixtures("_x11_works")
def test_either_of_two_displays_is_enough(tmp_path: Path) -> None:
    gone = {"WAYLAND_DISPLAY": "wayland-8", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert display_problem(gone | {"DISPLAY": ":0"}) is None


def test_wayland_has_needs_too(wayland: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_loads", lambda name: "wayland" not in name)
    problem = find_display_problem(wayland)
    assert problem is not None
    assert problem.missing == ("libwayland-cursor.so.0",)


def test_a_library_that_is_not_there_does_not_load() -> None:
    name = "libnnviz-no-such-library.so.7"
    assert missing_libraries([name, "libc.so.6"])[0] == name
