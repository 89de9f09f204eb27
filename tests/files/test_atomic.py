"""Files are written whole or not at all, whatever fails and whenever."""

from __future__ import annotations

import errno
import os
import random
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from nnviz.files.atomic import check_writable, write_whole

OLD, NEW = b"old" * 1000, b"new!" * 2000

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX permissions, links and signals")


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_writes_a_new_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.bin", NEW)
    assert (tmp_path / "a.bin").read_bytes() == NEW
    assert names(tmp_path) == ["a.bin"]


def test_replaces_an_old_file_also_by_a_shorter_and_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    for data in (NEW, OLD, b""):
        write_whole(str(path), data)
        assert path.read_bytes() == data
    assert names(tmp_path) == ["a.bin"]


def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_whole("a.bin", NEW)
    assert (tmp_path / "a.bin").read_bytes() == NEW


@posix
def test_keeps_the_permissions_of_an_existing_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(OLD)
    path.chmod(0o640)
    write_whole(path, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@posix
def test_a_new_file_gets_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    write_whole(tmp_path / "a.bin", NEW)
    assert (tmp_path / "a.bin").stat().st_mode == usual.stat().st_mode


@posix
def test_follows_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "target.bin"
    target.write_bytes(OLD)
    link = tmp_path / "link.bin"
    link.symlink_to("elsewhere/target.bin")
    write_whole(link, NEW)
    assert link.is_symlink()
    assert target.read_bytes() == NEW
    assert names(target.parent) == ["target.bin"]


@pytest.mark.parametrize("place", ["missing/a.bin", "file/a.bin"])
def test_a_folder_that_is_none(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(OLD)
    with pytest.raises(OSError, match=r"No such file|Not a directory") as caught:
        write_whole(tmp_path / place, NEW)
    assert caught.value.filename == str(tmp_path / place)
    assert names(tmp_path) == ["file"]


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path / "folder", NEW)
    assert names(tmp_path) == ["folder"]


@posix
def test_a_device_or_pipe_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="Not a regular file"):
        write_whole(tmp_path / "pipe", NEW)
    assert names(tmp_path) == ["pipe"]


def test_a_file_that_may_not_be_written_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(OLD)
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(PermissionError):
        write_whole(path, NEW)
    assert path.read_bytes() == OLD


@pytest.mark.parametrize("function", ["write", "fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, code: int
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(OLD)

    def fail(*_: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(f"os.{function}", fail)
    with pytest.raises(OSError, match=re.escape(os.strerror(code))) as caught:
        write_whole(path, NEW)
    assert caught.value.errno == code
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["a.bin"]


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr("os.write", lambda descriptor, data: write(descriptor, data[:7]))
    write_whole(tmp_path / "a.bin", OLD)
    assert (tmp_path / "a.bin").read_bytes() == OLD


def test_bytes_that_are_lost_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(OLD)
    monkeypatch.setattr("os.write", lambda _, data: len(data))
    with pytest.raises(OSError, match="0 of 8000 bytes"):
        write_whole(path, NEW)
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["a.bin"]


def test_an_interruption_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(OLD)

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, NEW)
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["a.bin"]


@posix
def test_a_real_limit_of_the_file_size(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(OLD)
    program = (
        "import resource, sys\n"
        "from nnviz.files.atomic import check_writable, write_whole\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    write_whole(sys.argv[1], bytes(8000))\n"
        "except OSError as error:\n"
        "    print(error.strerror)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == os.strerror(errno.EFBIG)
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["a.bin"]


def killed_writers_leave_whole_files(folder: Path, rounds: int) -> None:
    path = folder / "a.bin"
    path.write_bytes(b"A" * 300_000)
    program = (
        "import sys\n"
        "from nnviz.files.atomic import check_writable, write_whole\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    for letter in (b'A', b'B'):\n"
        "        write_whole(sys.argv[1], letter * 300_000)\n"
    )
    wait = random.Random(1)
    for _ in range(rounds):
        with subprocess.Popen(
            [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(wait.uniform(0.0, 0.03))
            writer.send_signal(signal.SIGKILL)
        data = path.read_bytes()
        assert len(data) == 300_000
        assert data in (b"A" * 300_000, b"B" * 300_000)


@posix
def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    killed_writers_leave_whole_files(tmp_path, 20)


@posix
@pytest.mark.slow
def test_many_killed_writers_leave_whole_files(tmp_path: Path) -> None:
    killed_writers_leave_whole_files(tmp_path, 200)


def test_a_place_is_tried_without_a_trace(tmp_path: Path) -> None:
    check_writable(tmp_path / "new.bin")
    assert names(tmp_path) == []
    path = tmp_path / "old.bin"
    path.write_bytes(OLD)
    check_writable(path)
    assert names(tmp_path) == ["old.bin"]
    assert path.read_bytes() == OLD


@pytest.mark.parametrize("place", [".", "missing/a.bin", "file/a.bin"])
def test_a_place_is_refused_for_the_reason_for_which_a_write_fails(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_bytes(OLD)
    path = tmp_path / place
    with pytest.raises(OSError, match=re.escape(str(path))) as tried:
        check_writable(path)
    with pytest.raises(OSError, match=re.escape(str(path))) as written:
        write_whole(path, NEW)
    assert str(tried.value) == str(written.value)
    assert tried.value.filename == str(path)
    assert names(tmp_path) == ["file"]
