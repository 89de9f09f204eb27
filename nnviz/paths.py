"""Where resources, caches and settings lie: in a wheel, a checkout or an editable install."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def resources_dir() -> Path:
    """Return the folder of fonts, icons and lessons that came with nnviz.

    A wheel carries it inside the package; a checkout, editable or not, beside it.

    Raises FileNotFoundError when the installation is incomplete.
    """
    inside = _PACKAGE / "resources"
    if inside.is_dir():
        return inside
    beside = _PACKAGE.parent / "resources"
    # Without the second question a stranger's site-packages/resources would do.
    if beside.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return beside
    raise FileNotFoundError(
        f"the resources of nnviz are missing: there is no folder {inside}; install nnviz again"
    )


def cache_dir() -> Path | None:
    """Return this user's folder for things that can be made again, or None without one.

    It is created when it is missing. None means that nothing can be written there (no home, a
    read-only disk): do the work without a cache. There is no stand-in in the folder for temporary
    files, because a cache in a folder that others can write to must not be trusted.
    """
    return _writable(platformdirs.user_cache_path("nnviz", appauthor=False))


def settings_dir() -> Path | None:
    """Return this user's folder for settings that outlive a session, or None without one.

    It is created when it is missing. None means that nothing can be written there (no home, a
    read-only disk): use the defaults and keep nothing.
    """
    return _writable(platformdirs.user_config_path("nnviz", appauthor=False))


def _writable(folder: Path) -> Path | None:
    """Return the folder, created if need be, or None if a file cannot be made in it."""
    if not folder.is_absolute():  # an unknown user has no home: the path begins with a literal "~"
        return None
    # A home that is not there ("/nonexistent" of system users) is nobody's to create.
    home = Path(os.path.expanduser("~"))
    if folder.is_relative_to(home) and not home.is_dir():
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # os.access() misjudges folders on Windows and network disks; a file made is a fact.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return None
    return folder
