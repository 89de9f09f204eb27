"""tools/bootstrap.sh on machines that lack something, played by stand-ins on PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "bootstrap.sh"
GOOD_PYTHON = "exit 0"


class Machine:
    """A PATH with the few real tools that the script needs, and what a test adds to it."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder
        self.log = folder / "log"
        self.add("id", "echo 1000")
        for tool in ("dirname", "env", "sed", "sh", "true"):
            found = shutil.which(tool)
            assert found is not None
            (folder / tool).symlink_to(found)
        self.add("uname", "echo Linux")

    def add(self, name: str, body: str) -> None:
        """Add a program: the body of a shell script."""
        path = self.bin / name
        path.write_text(f"#!{shutil.which('sh')}\n{body}\n", encoding="utf-8")
        path.chmod(0o755)

    def make_debian(self, *, known: str = "python3.13") -> None:
        """Add apt-get, which notes its arguments, and apt-cache, which knows one package."""
        self.add("dpkg", "exit 0")
        self.add("apt-get", f'echo "$*" >>"{self.log}"')
        self.add("apt-cache", f'[ "$2" = "{known}" ]')

    def bootstrap(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the script with this machine's PATH and nothing else."""
        return subprocess.run(
            [str(self.bin / "sh"), str(SCRIPT), *arguments],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            env={"PATH": str(self.bin), "LANG": "C", **environment},
        )

    def installed(self) -> list[str]:
        """Return the argument lists that apt-get was called with."""
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    return Machine(folder)


def test_the_preferred_python_is_taken(machine: Machine) -> None:
    for name in ("python3", "python3.12", "python3.13"):
        machine.add(name, GOOD_PYTHON)
    done = machine.bootstrap("python")
    assert (done.returncode, done.stdout) == (0, f"{machine.bin}/python3.13\n")


def test_a_python_that_only_pretends_is_passed_over(machine: Machine) -> None:
    machine.add("python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    machine.add("python3.11", GOOD_PYTHON)
    done = machine.bootstrap("python")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{machine.bin}/python3.11\n"


def test_a_python_that_can_make_environments_is_preferred(machine: Machine) -> None:
    machine.add("python3.13", 'case "$2" in *ensurepip*) exit 1;; esac')
    machine.add("python3.11", GOOD_PYTHON)
    assert machine.bootstrap("python").stdout == f"{machine.bin}/python3.11\n"


def test_the_users_choice_comes_first_and_must_run(machine: Machine) -> None:
    machine.add("python3.13", GOOD_PYTHON)
    machine.add("mine", GOOD_PYTHON)
    assert machine.bootstrap("python", PYTHON="mine").stdout == f"{machine.bin}/mine\n"
    machine.add("old", "exit 1")
    done = machine.bootstrap("python", PYTHON="old")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "nnviz: PYTHON=old does not run, or is older than Python 3.11\n"


def test_without_python_one_line_says_what_to_do(machine: Machine) -> None:
    machine.add("python3", "exit 1")
    done = machine.bootstrap("python")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "Python 3.11 or newer is needed" in done.stderr


@pytest.mark.parametrize(
    ("known", "packages"),
    [
        ("python3.12", "python3.12 python3.12-venv"),
        ("python3.2", "python3 python3-venv"),
    ],
)
def test_without_python_debian_is_told_the_command(
    machine: Machine, known: str, packages: str
) -> None:
    machine.make_debian(known=known)
    done = machine.bootstrap("python")
    assert done.returncode == 1
    assert done.stderr == (
        "nnviz: missing system packages; run: "
        f"sudo apt-get install --no-install-recommends {packages}\n"
    )
    assert machine.installed() == []


def test_without_venv_debian_is_told_the_command(machine: Machine) -> None:
    machine.make_debian()
    machine.add(
        "python3",
        'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; esac',
    )
    done = machine.bootstrap("python")
    assert done.returncode == 1
    assert done.stderr.endswith("apt-get install --no-install-recommends python3.11-venv\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("allowed", ["root", "CI"])
def test_missing_libraries_are_installed_when_that_is_allowed(
    machine: Machine, allowed: str
) -> None:
    machine.make_debian()
    machine.add("python3", 'case "$2" in *ctypes*) echo libEGL.so.1:libegl1;; esac')
    if allowed == "root":
        machine.add("id", "echo 0")
        done = machine.bootstrap("libraries", "test")
    else:
        machine.add("sudo", '[ "$1" = -n ] && shift && exec "$@"')
        done = machine.bootstrap("libraries", "test", CI="true")
    assert done.returncode == 0, done.stderr
    update, install = machine.installed()
    assert update.endswith("update")
    assert install.endswith("install --yes --no-install-recommends libegl1")


def test_a_failed_installation_is_reported(machine: Machine) -> None:
    machine.make_debian()
    machine.add("python3", 'case "$2" in *ctypes*) echo libEGL.so.1:libegl1;; esac')
    machine.add("id", "echo 0")
    machine.add("apt-get", "exit 100")
    done = machine.bootstrap("libraries", "test")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "nnviz: apt-get could not install: libegl1"


def test_everything_that_is_missing_is_named_at_once(machine: Machine) -> None:
    machine.make_debian()
    done = machine.bootstrap("venv", "test")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "python3.13 python3.13-venv libglib2.0-0 libgl1 libegl1" in done.stderr


def test_a_window_needs_more_libraries_than_the_tests(machine: Machine) -> None:
    machine.make_debian()
    # Everything that is asked for is missing.
    machine.add("python3", 'case "$2" in *ctypes*) shift 2; printf "%s\\n" "$@";; esac')
    for_tests = machine.bootstrap("libraries", "test").stderr.split()
    for_window = machine.bootstrap("libraries", "run").stderr.split()
    assert "libegl1" in for_tests
    assert "libxcb-cursor0" not in for_tests
    assert set(for_tests) < set(for_window)
    assert {"libxcb-cursor0", "libwayland-cursor0"} <= set(for_window)


def test_other_linux_systems_are_only_warned(machine: Machine) -> None:
    machine.add("python3", 'case "$2" in *ctypes*) echo libEGL.so.1:libegl1;; esac')
    done = machine.bootstrap("libraries", "run")
    assert done.returncode == 0
    assert done.stderr == "nnviz: Qt may need these libraries: libEGL.so.1\n"


def test_here_nothing_is_missing() -> None:
    done = subprocess.run(
        ["sh", str(SCRIPT), "libraries", "test"],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env={**os.environ, "CI": ""},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_unknown_command_explains_itself(machine: Machine) -> None:
    done = machine.bootstrap("fly")
    assert done.returncode == 1
    assert done.stderr.startswith("nnviz: usage: bootstrap.sh ")
