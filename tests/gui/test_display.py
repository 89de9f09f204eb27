"""What is said when no window can be opened."""

from __future__ import annotations

import pytest

from nnviz.gui import display


@pytest.fixture(autouse=True)
def _on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display.sys, "platform", "linux")


def test_without_a_display_it_says_what_to_do() -> None:
    problem = display.display_problem({})
    assert problem is not None
    assert "no display" in problem
    assert "nnviz train" in problem


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "wayland"])
def test_other_platforms_need_no_x_server(platform: str) -> None:
    assert display.display_problem({"QT_QPA_PLATFORM": platform}) is None


def test_wayland_is_a_display() -> None:
    assert display.display_problem({"WAYLAND_DISPLAY": "wayland-0"}) is None


def test_other_systems_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display.sys, "platform", "darwin")
    assert display.display_problem({}) is None


def test_missing_libraries_are_named_by_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_loads", lambda name: name != "libxcb-cursor.so.0")
    problem = display.display_problem({"DISPLAY": ":0"})
    assert problem is not None
    assert problem.endswith("`apt-get install libxcb-cursor0`.")


def test_a_display_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_loads", lambda name: True)
    monkeypatch.setattr(display, "_answers", lambda: False)
    problem = display.display_problem({"DISPLAY": ":93"})
    assert problem is not None
    assert "':93' does not answer" in problem


def test_a_display_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_loads", lambda name: True)
    monkeypatch.setattr(display, "_answers", lambda: True)
    assert display.display_problem({"DISPLAY": ":0"}) is None


def test_a_library_that_is_not_there_does_not_load() -> None:
    assert not display._loads("libnnviz-no-such-library.so.7")
