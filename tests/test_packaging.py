"""What an installation consists of: the wheel, the lock files, the ways to start."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["build", "dev", "run"]


def run(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with what it printed as text."""
    return subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=120,
        **options,
    )


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    done = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def locked(name: str) -> dict[str, str]:
    """Return the version of every package in a lock file."""
    text = (ROOT / "locks" / f"{name}.txt").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", text, re.MULTILINE))


def package_names(requirements: list[str]) -> set[str]:
    """Return the names in requirements such as "PySide6-Essentials>=6.10.3,<6.11"."""
    names = (re.split(r"[^A-Za-z0-9_.-]", line)[0] for line in requirements)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def test_the_wheel_holds_the_package_and_its_resources(wheel: zipfile.ZipFile) -> None:
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert {name.partition("/")[0] for name in inside} == {"nnviz"}
    on_disk = {
        "nnviz/" + path.relative_to(ROOT).as_posix()
        for path in (ROOT / "resources").rglob("*")
        if path.is_file()
    } | {path.relative_to(ROOT).as_posix() for path in (ROOT / "nnviz").rglob("*.py")}
    assert on_disk | {"nnviz/py.typed"} == inside


def test_the_wheel_names_its_script_and_licences(wheel: zipfile.ZipFile) -> None:
    info = {
        name.partition(".dist-info/")[2]: name for name in wheel.namelist() if ".dist-info/" in name
    }
    assert "nnviz = nnviz.__main__:main" in wheel.read(info["entry_points.txt"]).decode()
    assert {
        "licenses/LICENSE",
        "licenses/resources/fonts/inter/LICENSE.txt",
        "licenses/resources/fonts/jetbrains-mono/LICENSE.txt",
    } <= set(info)


def test_the_installed_version_is_the_one_in_the_project_file(project: dict[str, Any]) -> None:
    assert version("nnviz") == project["project"]["version"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "locks" / f"{name}.txt").read_text("utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    assert entries
    for entry in entries:
        head, *hashes = re.split(r" \\\n +", entry)
        assert re.fullmatch(r"[a-z0-9-]+==[^ ;]+( ; .+)?", head)
        assert hashes
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", digest) for digest in hashes)


def test_locks_cover_the_requirements(project: dict[str, Any]) -> None:
    core = package_names(project["project"]["dependencies"])
    extras = project["project"]["optional-dependencies"]
    assert core <= locked("run").keys()
    assert package_names(project["build-system"]["requires"]) <= locked("build").keys()
    everything = core | package_names(extras["test"]) | package_names(extras["all"]) - {"nnviz"}
    assert everything <= locked("dev").keys()


def test_all_means_every_extra(project: dict[str, Any]) -> None:
    extras = project["project"]["optional-dependencies"]
    (everything,) = extras["all"]
    assert set(everything.removeprefix("nnviz[").removesuffix("]").split(",")) == (
        # The peers of the benchmark are gigabytes that nobody else needs.
        extras.keys() - {"all", "bench"}
    )


@pytest.mark.parametrize("name", ["build", "run"])
def test_smaller_locks_are_parts_of_the_large_one(name: str) -> None:
    assert locked(name).items() <= locked("dev").items()


def test_versions_known_to_break_are_not_locked() -> None:
    assert locked("run")["pyside6-essentials"].startswith("6.10.")
    assert locked("run")["pyqtgraph"].startswith("0.14.")


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    declared = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert declared is not None
    # The tests may themselves run under make, which tells its children so.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    shown = run("make", cwd=ROOT, env=environment)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout == run("make", "help", cwd=ROOT, env=environment).stdout
    described = dict(re.findall(r"^  ([\w-]+) +(\S.*)$", shown.stdout, re.MULTILINE))
    assert list(described) == declared.group(1).split()


def test_main_knows_every_dependency(project: dict[str, Any]) -> None:
    spec = importlib.util.spec_from_file_location("checkout_main", ROOT / "main.py")
    assert spec is not None
    assert spec.loader is not None
    main = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(main)
    required = package_names(project["project"]["dependencies"])
    imported = {"pyside6-essentials": "pyside6", "scikit-learn": "sklearn"}
    assert {imported.get(name, name) for name in required} == {name.lower() for name in main.NEEDED}


def test_main_without_dependencies_says_what_to_do(tmp_path: Path) -> None:
    # -S hides site-packages, and with it everything that pip installed.
    done = run(sys.executable, "-S", "-E", ROOT / "main.py", "presets", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "numpy" in done.stderr
    assert "run 'make run'" in done.stderr


def test_the_command_line_loads_no_qt(tmp_path: Path) -> None:
    code = (
        "import sys, nnviz.__main__, nnviz.cli; "
        "print([m for m in sys.modules if m.split('.')[0] in ('PySide6', 'pyqtgraph', 'sklearn')])"
    )
    done = run(sys.executable, "-c", code, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("[]\n", "")
