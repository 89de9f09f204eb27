"""`nnviz doctor`: what it finds on machines that lack something, and the line that mends it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from nnviz.cli import checks, probe
from nnviz.cli.checks import NOTE, OK, PROBLEM, Check
from nnviz.cli.probe import Answer
from nnviz.gui import display

ROOT = Path(__file__).resolve().parent.parent
NO_DISPLAY = {"DISPLAY": None, "WAYLAND_DISPLAY": None, "QT_QPA_PLATFORM": None}

linux = pytest.mark.skipif(sys.platform != "linux", reason="of Linux and its packages")


def doctor(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    for name, value in changes.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    return subprocess.run(
        [sys.executable, "-m", "nnviz", "doctor", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
        env=environment,
    )


def report(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, str]]:
    assert "Traceback" not in done.stderr
    result = json.loads(done.stdout)
    assert result["ok"] == (done.returncode == 0)
    return {check["name"]: check for check in result["checks"]}


def folder_with(tmp_path: Path, module: str, code: str) -> str:
    """A folder for PYTHONPATH in which a module behaves badly."""
    (tmp_path / module).mkdir()
    (tmp_path / module / "__init__.py").write_text(code, encoding="utf-8")
    return str(tmp_path)


# One truth in two places.


def test_the_requirements_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [name + versions for name, (_, versions) in checks.REQUIREMENTS.items()]
    assert sorted(wanted) == sorted(project["dependencies"])
    assert project["requires-python"] == ">=" + ".".join(map(str, checks.OLDEST_PYTHON))


def test_the_libraries_are_those_of_the_bootstrap() -> None:
    script = (ROOT / "tools" / "bootstrap.sh").read_text("utf-8")
    for variable, needs in (
        ("OFFSCREEN", display.NEEDS_ALWAYS),
        ("SCREEN", display.NEEDS_FOR_X11 | display.NEEDS_FOR_WAYLAND),
    ):
        match = re.search(rf'^{variable}="([^"]+)"', script, re.MULTILINE)
        assert match is not None
        assert match[1].split() == [f"{library}:{package}" for library, package in needs.items()]


# Real machines, as far as one can be bent.


def test_a_display_that_nobody_sees_is_no_problem() -> None:
    done = doctor(QT_QPA_PLATFORM="offscreen", OPENBLAS_NUM_THREADS=None)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert not [line for line in lines if line.startswith("problem")]
    assert [line for line in lines if line.startswith("note") and "QT_QPA_PLATFORM" in line]
    assert "mend it: unset QT_QPA_PLATFORM" in done.stdout


@linux
def test_no_display() -> None:
    done = doctor(LC_ALL="C", LANG="C", **NO_DISPLAY)
    assert (done.returncode, done.stderr) == (1, "")
    # Libraries of a screen may be missing as well: no test needs them.
    problems = [line for line in done.stdout.splitlines() if line.startswith("problem")]
    told = "no display: nnviz train and nnviz render work, the window needs one"
    assert len([problem for problem in problems if told in problem]) == 1
    # Libraries of a screen may be missing as well; nothing else may.
    assert all(told in problem or "librar" in problem.lower() for problem in problems)


@linux
def test_a_display_that_does_not_answer() -> None:
    found = report(doctor("--json", **NO_DISPLAY | {"DISPLAY": ":97"}))
    assert found["display"]["status"] == PROBLEM
    assert "':97'" in found["display"]["detail"]


def test_a_platform_that_qt_does_not_have_ends_a_child_and_not_the_doctor() -> None:
    found = report(doctor("--json", QT_QPA_PLATFORM="no-such-platform"))
    assert found["Qt without a screen"]["status"] == OK
    assert found["display"]["status"] == PROBLEM
    assert "no-such-platform" in found["display"]["detail"]


@linux
def test_pyside6_that_cannot_be_imported(tmp_path: Path) -> None:
    error = "libEGL.so.1: cannot open shared object file: No such file or directory"
    path = folder_with(tmp_path, "PySide6", f"raise ImportError({error!r})")
    found = report(doctor("--json", PYTHONPATH=path))
    for name in ("PySide6-Essentials", "Qt without a screen"):
        assert found[name]["status"] == PROBLEM
        assert error in found[name]["detail"]
        if checks.shutil.which("apt-get"):
            assert found[name]["remedy"].endswith("apt-get install --yes libegl1")
    assert found["numpy"]["status"] == found["typer"]["status"] == OK


def test_a_library_that_kills_the_process(tmp_path: Path) -> None:
    path = folder_with(tmp_path, "numpy", "import os; os.abort()")
    found = report(doctor("--json", PYTHONPATH=path))
    assert found["numpy"]["status"] == PROBLEM
    assert "numpy" in found["numpy"]["remedy"]
    assert found["platformdirs"]["status"] == OK


@linux
@pytest.mark.parametrize("home", ["a file", "nowhere"])
def test_a_home_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    (tmp_path / "a file").touch()
    path = tmp_path / home if home == "a file" else Path("/proc/no such home")
    found = report(
        doctor("--json", HOME=str(path), XDG_CACHE_HOME=None, XDG_CONFIG_HOME=None, LANG="C")
    )
    for kind, variable in (("cache", "XDG_CACHE_HOME"), ("settings", "XDG_CONFIG_HOME")):
        check = found[f"{kind} folder"]
        assert check["status"] == PROBLEM
        assert str(path) in check["detail"]
        # What it says helps: run it, and ask again.
        assert check["remedy"].startswith(f"export {variable}=")
        mended = subprocess.run(
            ["sh", "-c", f'{check["remedy"]}; echo "${variable}"'],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"TMPDIR": str(tmp_path)},
        )
        monkeypatch.setenv(variable, mended.stdout.strip())
        assert checks.check_folder(kind).status == OK


def test_without_a_home() -> None:
    changes: dict[str, str | None] = {"XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None}
    found = report(doctor("--json", HOME=None, LANG="C", **changes))
    assert {"cache folder", "settings folder"} <= found.keys()


# Machines that are only played.


@linux
def test_missing_libraries_are_one_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = {"libEGL.so.1", "libdbus-1.so.3", "libxcb-cursor.so.0"}
    monkeypatch.setattr(display, "_loads", lambda name: name not in lacking)
    monkeypatch.setattr(checks.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(checks.os, "geteuid", lambda: 1000)
    always = checks.check_shared_libraries()
    assert always.status == PROBLEM
    assert always.detail == "not found: libEGL.so.1, libdbus-1.so.3"
    assert always.remedy == "sudo apt-get install --yes libegl1 libdbus-1-3"
    assert checks.check_screen_libraries(display_fails=False).status == NOTE
    screen = checks.check_screen_libraries(display_fails=True)
    assert screen.status == PROBLEM
    assert screen.remedy == "sudo apt-get install --yes libxcb-cursor0"
    shown = checks.check_display({"DISPLAY": ":0"})
    assert (shown.status, shown.remedy) == (PROBLEM, screen.remedy)
    monkeypatch.setattr(checks.os, "geteuid", lambda: 0)
    assert checks.libraries_remedy(["libEGL.so.1"]) == "apt-get install --yes libegl1"


@linux
def test_other_systems_have_other_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.shutil, "which", lambda name: None)
    remedy = checks.libraries_remedy(["libEGL.so.1"])
    assert remedy == "install libEGL.so.1 with your system's package manager"
    assert checks.libraries_remedy([]) == ""


def test_an_old_python() -> None:
    assert checks.check_python((3, 11, 0)).status == OK
    old = checks.check_python((3, 10, 12))
    assert old.status == PROBLEM
    assert "3.10.12" in old.detail
    assert "3.11" in old.remedy


@pytest.mark.parametrize(
    ("version", "wanted", "fits"),
    [
        ("6.10.3", ">=6.10.3,<6.11", True),
        ("6.10.2", ">=6.10.3,<6.11", False),
        ("6.10", ">=6.10.3,<6.11", False),
        ("6.11.0", ">=6.10.3,<6.11", False),
        ("6.11", ">=6.10.3,<6.11", False),
        ("6.9.12", ">=6.10.3,<6.11", False),
        ("0.14.0", "==0.14.*", True),
        ("0.14.12.post1", "==0.14.*", True),
        ("0.140", "==0.14.*", False),
        ("0.15.0", "==0.14.*", False),
        ("2", ">=2", True),
        ("2.0", ">=2", True),
        ("10.0", ">=2", True),
        ("1.26.4", ">=2", False),
        ("3.0rc1", ">=2", True),
    ],
)
def test_versions(version: str, wanted: str, fits: bool) -> None:
    assert checks.is_within(version, wanted) is fits


@pytest.mark.parametrize(
    ("version", "error", "detail", "remedy"),
    [
        ("6.10.3", "", "6.10.3", ""),
        (None, "", "not installed", "-m pip install 'PySide6-Essentials>=6.10.3,<6.11'"),
        ("6.12.0", "", "<6.11 is needed", "-m pip install 'PySide6-Essentials>=6.10.3,<6.11'"),
        ("6.10.3", "ended by SIGILL", "SIGILL", "--force-reinstall 'PySide6-Essentials"),
        ("6.10.3", "No module named 'rich'", "rich", "-m pip install 'rich>=13'"),
    ],
)
def test_packages(version: str | None, error: str, detail: str, remedy: str) -> None:
    wanted = checks.REQUIREMENTS["PySide6-Essentials"][1]
    check = checks.check_package("PySide6-Essentials", wanted, version, error)
    assert check.status == (PROBLEM if remedy else OK)
    assert detail in check.detail
    assert remedy in check.remedy


def test_fonts() -> None:
    assert checks.check_fonts(Answer(error="Qt is not there")).status == PROBLEM
    values: dict[str, Any] = {"fonts": ["Inter"], "wrong fonts": []}
    assert checks.check_fonts(Answer(values)) == Check("fonts", OK, "Inter")
    broken = checks.check_fonts(Answer(values | {"wrong fonts": ["Inter.ttf"]}))
    assert broken.status == PROBLEM
    assert "Inter.ttf" in broken.detail
    assert broken.remedy.endswith("-m pip install --force-reinstall nnviz")
    gone = checks.check_fonts(Answer({"font error": "FileNotFoundError: no folder"}))
    assert gone.status == PROBLEM


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (Answer({"base": "/cache", "ready": True}), OK, "ready in /cache"),
        (Answer({"base": "/cache", "ready": False}), OK, "will be compiled at the first start"),
        (Answer({"base": "", "ready": False}), NOTE, "compiled at every start"),
        (Answer({"base": "/cache", "why": "no numba"}), NOTE, "reference engine.*no numba"),
        (Answer(error="ended by SIGILL"), NOTE, "reference engine.*ended by SIGILL"),
    ],
)
def test_the_compiled_engine(answer: Answer, status: str, words: str) -> None:
    check = checks.check_kernels(answer)
    assert check.status == status
    assert re.search(words, check.detail)


def test_kernels_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    answer = probe.ask_kernels()
    assert answer == Answer({"base": str(tmp_path / "nnviz"), "ready": False})
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert probe.ask_kernels() == Answer({"base": "", "ready": False})
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert probe.ask_kernels().values["why"] == "NUMBA_DISABLE_JIT is set"


def test_a_numba_that_kills_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_with(tmp_path, "numba", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    assert probe.ask_kernels().error == "ended by SIGKILL"


def test_threads() -> None:
    assert checks.check_threads({}).status == OK
    assert checks.check_threads({"OPENBLAS_NUM_THREADS": "1"}).status == OK
    many = checks.check_threads({"OPENBLAS_NUM_THREADS": "8"})
    assert (many.status, many.remedy) == (NOTE, "unset OPENBLAS_NUM_THREADS")


def test_a_note_is_no_obstacle() -> None:
    assert checks.is_well([Check("a", OK, ""), Check("b", NOTE, "")])
    assert not checks.is_well([Check("a", OK, ""), Check("b", PROBLEM, "")])


# Children.


def test_a_child_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder_with(tmp_path, "sleepy", "import time; time.sleep(600)")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(probe, "PATIENCE", 1)
    assert probe.ask_imports(["sleepy"]) == {"sleepy": "no answer within 1 seconds"}


def test_children_that_talk_or_fail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder_with(tmp_path, "talker", "print('[1]'); print('nnviz'); print('ä')")
    folder_with(tmp_path, "quitter", "import os; os._exit(0)")
    folder_with(tmp_path, "leaver", "raise SystemExit(3)")
    monkeypatch.syspath_prepend(str(tmp_path))
    names = ["talker", "quitter", "leaver", "nnviz_no_such_module", "json"]
    answers = probe.ask_imports(names)
    assert list(answers) == names
    assert answers["talker"] == answers["json"] == ""
    assert answers["quitter"] == "it ended in the middle"
    assert answers["leaver"] == "SystemExit: 3"
    assert "No module named" in answers["nnviz_no_such_module"]


def test_a_python_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    assert "does not start" in probe.ask_qt("offscreen").error
    assert "does not start" in probe.ask_imports(["json", "os"])["os"]
