"""The program starts, or says in one sentence why not, however odd the place that it starts in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from nnviz import paths
from nnviz.gui import preferences

ROOT = Path(__file__).resolve().parents[1]
ODD_NAME = "Käse 日本 & $HOME"
PLAY = ("--preset", "xor", "--play", "--quit-after", "0.5")
TRAIN = ("train", "--preset", "xor", "--epochs", "3")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX's environment")


def _start(
    arguments: tuple[str, ...],
    folder: Path | None = None,
    program: tuple[str, ...] = ("-m", "nnviz"),
    **changes: str | None,
) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ) | {"QT_QPA_PLATFORM": "offscreen"}
    # So that what comes from HOME alone is seen; the tests' own folders are put in its place.
    for name in [name for name in environment if name.startswith(("XDG_", "LC_", "PYTHON"))]:
        del environment[name]
    for name, value in changes.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    return subprocess.run(
        [sys.executable, *program, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
        cwd=folder,
        env=environment,
    )


def _complaints(standard_error: str) -> list[str]:
    """Lines on standard error, but for the one that Qt's offscreen platform always writes."""
    return [line for line in standard_error.splitlines() if "propagateSizeHints" not in line]


def _file(folder: Path) -> str:
    path = folder / "a file"
    path.write_text("no folder")
    return str(path)


# What HOME and XDG_* may be; nobody, not even root, can make a file in the last three.
HOMES = {
    "unset": lambda folder: None,
    "empty": lambda folder: "",
    "missing": lambda folder: str(folder / "missing"),
    "odd": lambda folder: str(folder / ODD_NAME),
    "relative": lambda folder: "some/where",
    "file": _file,
    "in a file": lambda folder: _file(folder) + "/home",
    "in proc": lambda folder: "/proc/self/home",
}


def _slow_but_for(names: Iterable[str], always: set[str]) -> list[ParameterSet]:
    return [pytest.param(name, marks=() if name in always else pytest.mark.slow) for name in names]


@pytest.mark.parametrize("home", _slow_but_for(HOMES, {"unset", "in a file"}))
def test_a_window_opens_whatever_home_is(tmp_path: Path, home: str) -> None:
    (tmp_path / ODD_NAME).mkdir()
    done = _start(PLAY, folder=tmp_path, HOME=HOMES[home](tmp_path))
    assert (done.returncode, done.stdout, _complaints(done.stderr)) == (0, "", [])
    assert not (tmp_path / "missing").exists()
    assert not (tmp_path / "some").exists()


@pytest.mark.parametrize(
    "garbage", _slow_but_for(("relative", "file", "in a file", "in proc"), {"relative"})
)
def test_a_window_opens_whatever_the_user_folders_are(tmp_path: Path, garbage: str) -> None:
    place = HOMES[garbage](tmp_path)
    names = ("CONFIG_HOME", "CACHE_HOME", "DATA_HOME", "STATE_HOME", "RUNTIME_DIR", "CONFIG_DIRS")
    done = _start(PLAY, folder=tmp_path, **{f"XDG_{name}": place for name in names})
    assert (done.returncode, done.stdout, _complaints(done.stderr)) == (0, "", [])
    assert not (tmp_path / "some").exists()


LANGUAGES: dict[str, dict[str, str | None]] = {
    "C": {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ascii": {"LANG": "C", "PYTHONIOENCODING": "ascii"},
    "unknown": {"LANG": "xx_YY.UTF-8"},
    "none": {"LANG": None, "LANGUAGE": "ar:ja", "PYTHONWARNINGS": "default"},
}


@pytest.mark.parametrize("language", _slow_but_for(LANGUAGES, {"C"}))
def test_a_window_opens_and_training_prints_in_any_language(tmp_path: Path, language: str) -> None:
    settings = LANGUAGES[language]
    for arguments in (PLAY, TRAIN, ("--help",), ("presets",)):
        done = _start(arguments, folder=tmp_path, HOME=str(tmp_path), **settings)
        assert (done.returncode, _complaints(done.stderr)) == (0, []), arguments
    # A mistake too is one sentence, though its words may not fit the encoding.
    done = _start(("--open", f"{ODD_NAME}.json"), folder=tmp_path, **settings)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**12)  # takes no room on the disk


GARBAGE = {
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 9),
    "truncated": lambda path: path.write_text('{"appearance": "dark", "scale": 1.'),
    "deep": lambda path: path.write_text('{"scale": ' * 9_000),
    "wrong": lambda path: path.write_text('{"width": -1e999, "scale": NaN, "splitters": [{}]}'),
    "huge": _huge,
    "pipe": lambda path: os.mkfifo(path),
    "loop": lambda path: path.symlink_to(path),
    "folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("kind", _slow_but_for(GARBAGE, {"binary", "pipe"}))
def test_garbage_in_place_of_the_settings_means_defaults(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "nnviz"
    folder.mkdir()
    GARBAGE[kind](folder / preferences.FILE)
    done = _start(PLAY, folder=tmp_path, XDG_CONFIG_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "")
    complaints = _complaints(done.stderr)
    # Where new ones cannot take the place of the old ones, one sentence may say so.
    assert len(complaints) <= (kind in ("folder", "pipe", "loop"))
    assert all("could not be kept" in complaint for complaint in complaints)


def test_it_starts_in_an_odd_folder_and_from_one(tmp_path: Path) -> None:
    odd = tmp_path / ODD_NAME
    shutil.copytree(ROOT / "nnviz", odd / "nnviz", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "resources", odd / "resources")
    for name in ("main.py", "pyproject.toml"):
        shutil.copy(ROOT / name, odd / name)
    link = tmp_path / "Verknüpfung"
    link.symlink_to(odd)
    experiment = odd / "Übung 1.json"
    experiment.write_text('{"dataset": "circles", "hidden": [3], "epochs": 5}')
    common = {"HOME": str(odd), "PYTHONPATH": None, "PYTHONDONTWRITEBYTECODE": "1"}
    opening = ("--open", experiment.name, "--play", "--quit-after", "0.5")
    for program in ("main.py", str(odd / "main.py"), str(link / "main.py")):
        done = _start(opening, folder=odd, program=(program,), **common)
        assert (done.returncode, _complaints(done.stderr)) == (0, [])
    where = _start(
        (), folder=link, program=("-c", "import nnviz; print(ascii(nnviz.__file__))"), **common
    )
    assert "K\\xe4se" in where.stdout or "Verkn\\xfcpfung" in where.stdout


def test_without_a_display_it_says_so_in_one_sentence(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("elsewhere there always is one")
    nothing = {"QT_QPA_PLATFORM": None, "DISPLAY": None, "WAYLAND_DISPLAY": None}
    done = _start(PLAY, folder=tmp_path, **nothing)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "no display" in done.stderr
    # What needs no window does not ask for a display.
    done = _start(TRAIN, folder=tmp_path, **nothing)
    assert (done.returncode, done.stderr) == (0, "")


CLOSED = ("<&-", ">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full")


@pytest.mark.parametrize("arguments", [PLAY, TRAIN], ids=["window", "train"])
@pytest.mark.parametrize("closed", _slow_but_for(CLOSED, {"<&- >&- 2>&-"}))
def test_closed_streams_are_no_crash(
    tmp_path: Path, arguments: tuple[str, ...], closed: str
) -> None:
    command = f'exec "$@" {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", command, "sh", sys.executable, "-m", "nnviz", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    # Figures that nobody gets are a failure, and one sentence; a window has nothing to print.
    is_lost = arguments is TRAIN and ">" in closed.replace("2>", "")
    assert done.returncode == (1 if is_lost else 0), done.stderr
    assert "Traceback" not in done.stderr
    assert len(_complaints(done.stderr)) == (is_lost and "2>&-" not in closed)


def test_a_home_that_is_missing_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "missing"
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    assert paths.settings_dir() is None
    assert paths.cache_dir() is None
    assert not home.exists()
    home.mkdir()
    settings, cache = paths.settings_dir(), paths.cache_dir()
    assert settings is not None
    assert cache is not None
    assert settings.is_relative_to(home)
    assert cache.is_relative_to(home)
