"""The whole program in a process of its own: start, exceptions, orderly end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


def _environment(**changes: str | None) -> dict[str, str]:
    environment = dict(os.environ) | {"QT_QPA_PLATFORM": "offscreen"}
    for name, value in changes.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    return environment


def _run(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nnviz", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=_environment(**changes),
    )


def _complaints(standard_error: str) -> list[str]:
    """Lines on standard error, but for the one that Qt's offscreen platform always writes."""
    return [line for line in standard_error.splitlines() if "propagateSizeHints" not in line]


@pytest.mark.parametrize("preset", ["xor", "moons", "blobs", "course-c09-linear"])
def test_it_plays_and_ends_with_0_and_without_a_word(preset: str) -> None:
    done = _run("--preset", preset, "--play", "--quit-after", "1.5")
    assert done.returncode == 0
    assert _complaints(done.stderr) == []
    assert done.stdout == ""


def test_without_a_display_it_says_so() -> None:
    done = _run("--preset", "xor", QT_QPA_PLATFORM=None, DISPLAY=None, WAYLAND_DISPLAY=None)
    if sys.platform == "linux":
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert "no display" in done.stderr


def test_a_display_that_is_not_there_is_no_abort() -> None:
    done = _run("--preset", "xor", QT_QPA_PLATFORM=None, DISPLAY=":97", WAYLAND_DISPLAY=None)
    if sys.platform == "linux":
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--preset", "nope"), "preset"),
        (("--open", "no-such-file.json"), "no-such-file.json"),
        (("--quit-after", "soon"), "--quit-after"),
        (("--quit-after", "-1"), "--quit-after"),
        (("--preset", "xor", "--open", "a.json"), "--open"),
        (("--play", "presets"), "behind"),
    ],
)
def test_wrong_arguments_are_one_line_and_status_2(arguments: tuple[str, ...], word: str) -> None:
    done = _run(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert word in done.stderr


def test_it_opens_an_experiment(tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    path.write_text('{"dataset": "circles", "hidden": [3], "epochs": 5}')
    done = _run("--open", str(path), "--play", "--quit-after", "1")
    assert (done.returncode, _complaints(done.stderr)) == (0, [])


def _wait_until_it_listens(process: subprocess.Popen[str]) -> None:
    """Wait until the process catches SIGTERM, which is when its window is being shown."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():  # another system than Linux
        time.sleep(10)
        return
    for _ in range(6000):
        caught = next(line for line in status.read_text().splitlines() if "SigCgt" in line)
        if int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.01)
    pytest.fail("the program did not begin to listen within a minute")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_in_order(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "nnviz", "--preset", "moons", "--play"],
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(),
    )
    _wait_until_it_listens(process)
    process.send_signal(number)
    _, standard_error = process.communicate(timeout=60)
    assert process.returncode == 0
    assert _complaints(standard_error) == []


def test_it_starts_without_a_home(tmp_path: Path) -> None:
    done = _run(
        "--quit-after", "0.5", HOME=None, XDG_CONFIG_HOME=None, XDG_CACHE_HOME=None, LANG="C"
    )
    assert (done.returncode, _complaints(done.stderr)) == (0, [])
