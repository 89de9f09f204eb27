"""What nnviz needs of a machine, asked one by one; nothing here imports Qt into this process."""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from nnviz.cli.probe import Answer, ask_imports, ask_kernels, ask_qt
from nnviz.gui.display import (
    NEEDS_ALWAYS,
    NEEDS_FOR_WAYLAND,
    NEEDS_FOR_X11,
    find_display_problem,
    missing_libraries,
)

OK, NOTE, PROBLEM = "ok", "note", "problem"
"""How a check ends: well; well, with something to know; not well."""

OLDEST_PYTHON = (3, 11)

REQUIREMENTS = {
    "numba": ("numba", ">=0.63"),
    "numpy": ("numpy", ">=2"),
    "platformdirs": ("platformdirs", ">=4"),
    "pydantic": ("pydantic", ">=2.7"),
    "pyqtgraph": ("pyqtgraph", "==0.14.*"),
    "PySide6-Essentials": ("PySide6.QtWidgets", ">=6.10.3,<6.11"),
    "qtawesome": ("qtawesome", ">=1.3"),
    "rich": ("rich", ">=13"),
    "scikit-learn": ("sklearn", ">=1.6"),
    "scipy": ("scipy", ">=1.13"),
    "threadpoolctl": ("threadpoolctl", ">=3.5"),
    "typer": ("typer", ">=0.15"),
}
"""By the name to install: the module to import, and the versions that work. As pyproject.toml."""


@dataclass(frozen=True)
class Check:
    """One line of the report, and the line that mends a problem (empty when there is none)."""

    name: str
    status: str
    detail: str
    remedy: str = ""


def all_checks(environment: Mapping[str, str] = os.environ) -> list[Check]:
    """Every check, in the order in which problems are best mended."""
    checks = [check_python(), check_shared_libraries(), *check_packages()]
    qt = ask_qt("offscreen")
    checks += [check_qt(qt), check_fonts(qt)]
    display = check_display(environment)
    checks += [check_screen_libraries(display.status == PROBLEM), display]
    checks += [_guarded(check_folder, kind, environment) for kind in ("cache", "settings")]
    checks += [check_kernels(ask_kernels()), check_threads(environment)]
    return checks


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Check:
    """Whether this Python is new enough."""
    detail = f"{'.'.join(map(str, version))} on {platform.platform(terse=True)}"
    if version >= OLDEST_PYTHON:
        return Check("Python", OK, detail)
    oldest = ".".join(map(str, OLDEST_PYTHON))
    remedy = f"install Python {oldest} or newer from https://www.python.org/downloads/"
    return Check("Python", PROBLEM, f"{detail}; {oldest} or newer is needed", remedy)


def check_shared_libraries() -> Check:
    """The libraries of the system without which PySide6 cannot even be imported."""
    return _check_libraries("system libraries", NEEDS_ALWAYS, PROBLEM)


def check_screen_libraries(display_fails: bool) -> Check:
    """Those that only a window on a screen needs; a display that works has what it needs."""
    needs = NEEDS_FOR_X11 | NEEDS_FOR_WAYLAND
    return _check_libraries("screen libraries", needs, PROBLEM if display_fails else NOTE)


def _check_libraries(name: str, needs: Mapping[str, str], when_missing: str) -> Check:
    if sys.platform != "linux":
        return Check(name, OK, "they come with the packages here")
    missing = missing_libraries(needs)
    if not missing:
        return Check(name, OK, f"all {len(needs)} load")
    return Check(name, when_missing, f"not found: {', '.join(missing)}", libraries_remedy(missing))


def check_packages() -> list[Check]:
    """A check for each Python package that nnviz depends on: version, and whether it loads."""
    answers = ask_imports([module for module, _ in REQUIREMENTS.values()])
    return [
        check_package(name, wanted, _installed_version(name), answers[module])
        for name, (module, wanted) in REQUIREMENTS.items()
    ]


def check_package(name: str, wanted: str, version: str | None, error: str) -> Check:
    """`error` is what importing it said, empty when it went well."""
    if version is None:
        return Check(name, PROBLEM, "not installed", _pip_install(name))
    if not is_within(version, wanted):
        return Check(name, PROBLEM, f"{version}; {wanted} is needed", _pip_install(name))
    if error:
        return Check(name, PROBLEM, f"{version} does not load: {error}", remedy_of(error, name))
    return Check(name, OK, version)


def is_within(version: str, wanted: str) -> bool:
    """Whether a version meets conditions such as ">=6.10.3,<6.11" or "==0.14.*"."""
    found = _numbers(version)
    for condition in wanted.split(","):
        match = re.fullmatch(r"(>=|<|==)([\d.]+?)(\.\*)?", condition.strip())
        if match is None:
            raise ValueError(f"version: {condition!r} is no condition.")
        sign, limit = match[1], _numbers(match[2])
        same_length = (*found, *(0,) * len(limit))[: max(len(limit), len(found))]
        if sign == ">=" and not same_length >= limit:
            return False
        if sign == "<" and not same_length < limit:
            return False
        if sign == "==" and same_length[: len(limit)] != limit:
            return False
    return True


def check_qt(answer: Answer) -> Check:
    """Whether Qt can draw at all, without a screen."""
    if not answer.error:
        return Check("Qt without a screen", OK, f"Qt {answer.values['version']}")
    return Check("Qt without a screen", PROBLEM, answer.error, remedy_of(answer.error))


def check_fonts(answer: Answer) -> Check:
    """Whether the fonts that come with nnviz are complete and Qt takes them."""
    if answer.error:
        return Check("fonts", PROBLEM, "cannot be asked for while Qt does not start")
    if error := answer.values.get("font error"):
        return Check("fonts", PROBLEM, error, remedy_of(error, "nnviz"))
    if wrong := answer.values["wrong fonts"]:
        detail = f"missing or broken: {', '.join(wrong)}"
        return Check("fonts", PROBLEM, detail, remedy_of(detail, "nnviz"))
    return Check("fonts", OK, ", ".join(answer.values["fonts"]))


def check_display(environment: Mapping[str, str] = os.environ) -> Check:
    """Whether a window can be opened; without a display it is a problem, of the window alone."""
    name = "display"
    if problem := find_display_problem(environment):
        remedy = libraries_remedy(problem.missing) or "start nnviz in a desktop session, or ssh -X"
        if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
            return Check(name, PROBLEM, problem.sentence, remedy)
        detail = "no display: nnviz train and nnviz render work, the window needs one"
        return Check(name, PROBLEM, detail, remedy)
    chosen = environment.get("QT_QPA_PLATFORM", "")
    if chosen.startswith(("offscreen", "minimal")):
        detail = f"QT_QPA_PLATFORM={chosen}: the window opens, but nobody sees it"
        return Check(name, NOTE, detail, "unset QT_QPA_PLATFORM")
    answer = ask_qt(None)
    if answer.error:
        return Check(name, PROBLEM, answer.error, remedy_of(answer.error))
    return Check(name, OK, f"Qt opens windows on {answer.values['platform']}")


def check_folder(kind: str, environment: Mapping[str, str] = os.environ) -> Check:
    """Whether the user's folder of that kind, "cache" or "settings", can be written."""
    import platformdirs

    from nnviz.paths import cache_dir, settings_dir

    name = f"{kind} folder"
    folder = cache_dir() if kind == "cache" else settings_dir()
    if folder is not None:
        return Check(name, OK, str(folder))
    path_of = platformdirs.user_cache_path if kind == "cache" else platformdirs.user_config_path
    wanted = path_of("nnviz", appauthor=False)
    lost = "every start does the same work anew" if kind == "cache" else "no settings are kept"
    detail = f"{wanted} cannot be written: {lost}"
    return Check(name, PROBLEM, detail, _folder_remedy(kind, wanted))


def check_kernels(answer: Answer) -> Check:
    """Whether the compiled engine is there; without it the window works, and trains slowly."""
    name = "compiled engine"
    if why := answer.error or answer.values.get("why", ""):
        return Check(name, NOTE, f"the reference engine trains, which is slower: {why}")
    if answer.values["ready"]:
        return Check(name, OK, f"ready in {answer.values['base']}")
    if answer.values["base"]:
        return Check(name, OK, "will be compiled at the first start, beside the window")
    return Check(name, NOTE, "compiled at every start: there is no folder to keep it in")


def check_threads(environment: Mapping[str, str] = os.environ) -> Check:
    """Products of tiny matrices are several times slower when threads share them."""
    name, variable = "BLAS threads", "OPENBLAS_NUM_THREADS"
    threads = environment.get(variable, "1")
    if threads == "1":
        return Check(name, OK, "1")
    detail = f"{variable}={threads}: training small networks takes several times longer"
    return Check(name, NOTE, detail, f"unset {variable}")


def libraries_remedy(missing: Iterable[str]) -> str:
    """The line that installs these shared libraries; empty when there are none."""
    missing = list(missing)
    if not missing:
        return ""
    packages = NEEDS_ALWAYS | NEEDS_FOR_X11 | NEEDS_FOR_WAYLAND
    if shutil.which("apt-get") is None or not packages.keys() >= set(missing):
        return f"install {', '.join(missing)} with your system's package manager"
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    names = " ".join(packages[name] for name in missing)
    return f"{'' if is_root else 'sudo '}apt-get install --yes {names}"


def as_json(checks: list[Check]) -> str:
    """The report for machines."""
    rows: list[dict[str, Any]] = [vars(check) for check in checks]
    return json.dumps({"ok": is_well(checks), "checks": rows}, indent=2)


def is_well(checks: list[Check]) -> bool:
    """Whether nothing stands in the way of the window."""
    return all(check.status != PROBLEM for check in checks)


def _guarded(
    check: Callable[[str, Mapping[str, str]], Check], kind: str, environment: Mapping[str, str]
) -> Check:
    try:
        return check(kind, environment)
    except (ImportError, OSError) as error:
        return Check(f"{kind} folder", PROBLEM, f"cannot be asked for: {error}")


def _installed_version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """The release's numbers; what marks a candidate or a local build is left out."""
    match = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, match[0].split("."))) if match else ()


def remedy_of(error: str, suspect: str = "PySide6-Essentials") -> str:
    """The line that mends what an error tells of, from the loader, from Python or from Qt.

    Where it does not tell, `suspect` is installed again.
    """
    if missing := re.findall(r"(lib\S+\.so[\w.]*): cannot open shared object file", error):
        return libraries_remedy(missing)
    if lacking := re.search(r"No module named '(\w+)", error):
        for name, (module, _) in REQUIREMENTS.items():
            if module.split(".")[0] == lacking[1]:
                return _pip_install(name)
    return _pip_install(suspect, "--force-reinstall")


def _pip_install(name: str, options: str = "") -> str:
    wanted = name + REQUIREMENTS[name][1] if name in REQUIREMENTS else name
    command = f"{shlex.quote(sys.executable)} -m pip install"
    return " ".join(filter(None, (command, options, shlex.quote(wanted))))


def _folder_remedy(kind: str, wanted: Path) -> str:
    parts = (wanted, *wanted.parents) if wanted.is_absolute() else ()
    nearest = next((part for part in parts if os.path.isdir(part)), None)
    if nearest is not None and sys.platform != "win32" and nearest.stat().st_uid == os.getuid():
        if not os.access(nearest, os.W_OK):
            return f"chmod u+rwx {shlex.quote(str(nearest))}"
    if sys.platform != "linux":
        return f"make {nearest} a folder that you may write to"
    variable = "XDG_CACHE_HOME" if kind == "cache" else "XDG_CONFIG_HOME"
    return f'export {variable}="$(mktemp -d)"'
