"""Where nnviz looks for its resources and keeps caches and settings."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest

from nnviz import paths

FOLDERS: list[tuple[Callable[[], Path | None], str]] = [
    (paths.cache_dir, "user_cache_path"),
    (paths.settings_dir, "user_config_path"),
]


@pytest.fixture(params=FOLDERS, ids=["cache", "settings"])
def folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Callable[[], Path | None], Callable[[Path], None]]:
    """One of the two functions, and a way to say what platformdirs answers it."""
    function, name = request.param

    def answer(path: Path) -> None:
        monkeypatch.setattr(platformdirs, name, lambda *args, **kwargs: path)

    return function, answer


def test_resources_of_this_installation_are_there() -> None:
    assert list((paths.resources_dir() / "fonts").glob("*/*.otf"))


def test_resources_inside_the_package_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "nnviz"
    (package / "resources").mkdir(parents=True)
    (tmp_path / "resources").mkdir()
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(paths, "_PACKAGE", package)
    assert paths.resources_dir() == package / "resources"


def test_resources_beside_the_package_in_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "resources").mkdir()
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "nnviz")
    assert paths.resources_dir() == tmp_path / "resources"


def test_a_strangers_folder_named_resources_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "resources").mkdir()
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "nnviz")
    with pytest.raises(FileNotFoundError, match=r"resources of nnviz are missing.*install nnviz"):
        paths.resources_dir()


def test_a_missing_folder_is_created(
    folder: tuple[Callable[[], Path | None], Callable[[Path], None]], tmp_path: Path
) -> None:
    function, answer = folder
    wanted = tmp_path / "a b" / "c" / "nnviz"
    answer(wanted)
    assert function() == wanted
    assert wanted.is_dir()
    assert list(wanted.iterdir()) == []
    assert function() == wanted


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_no_folder_where_none_can_be_made(
    folder: tuple[Callable[[], Path | None], Callable[[Path], None]], tmp_path: Path, name: str
) -> None:
    function, answer = folder
    (tmp_path / "file").touch()
    answer(tmp_path / name)
    assert function() is None


def test_no_folder_where_none_can_be_written(
    folder: tuple[Callable[[], Path | None], Callable[[Path], None]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    function, answer = folder
    answer(tmp_path)

    def refuse(**options: object) -> None:
        raise PermissionError

    monkeypatch.setattr(paths.tempfile, "TemporaryFile", refuse)
    assert function() is None


def test_no_folder_for_a_user_without_a_home(
    folder: tuple[Callable[[], Path | None], Callable[[Path], None]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    function, answer = folder
    monkeypatch.chdir(tmp_path)
    answer(Path("~/.cache/nnviz"))
    assert function() is None
    assert list(tmp_path.iterdir()) == []


def test_cache_and_settings_are_apart_and_named_after_nnviz() -> None:
    cache, settings = paths.cache_dir(), paths.settings_dir()
    assert cache is not None
    assert settings is not None
    assert cache != settings
    assert "nnviz" in cache.parts
    assert "nnviz" in settings.parts
    if sys.platform != "win32":
        assert stat.S_IMODE(cache.stat().st_mode) == 0o700
