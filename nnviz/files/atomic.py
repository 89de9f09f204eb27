"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path` so that the file there is the old one or the new one, never a part.

    A symbolic link is followed and stays a link; the permissions of an existing file are kept.
    Raises OSError with the path and the system's reason; an older file is then untouched.
    """
    target = Path(os.path.realpath(path))
    try:
        mode = _mode_of_replaceable(target)
        temporary = _write_beside(target, data, mode)
        try:
            os.replace(temporary, target)
        except BaseException:
            _remove(temporary)
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(error.errno or errno.EIO, reason, os.fspath(path)) from error
    _sync_folder(target.parent)


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise the OSError that `write_whole` would raise, before there is anything to write.

    Leaves nothing behind; an older file stays as it is.
    """
    target = Path(os.path.realpath(path))
    try:
        _remove(_write_beside(target, b"", _mode_of_replaceable(target)))
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(error.errno or errno.EIO, reason, os.fspath(path)) from error


def _mode_of_replaceable(target: Path) -> int | None:
    """The permissions of the file at `target`, None where there is none yet; refuses the rest."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        # A rename would put an ordinary file in the place of a device or a pipe.
        raise OSError(errno.EINVAL, "Not a regular file")
    if not os.access(target, os.W_OK):
        # A rename needs no right to write the file itself, yet "read-only" was meant.
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return stat.S_IMODE(mode)


def _write_beside(target: Path, data: bytes, mode: int | None) -> Path:
    """Write and check a temporary file in the folder of `target`: a rename works only there."""
    temporary = target.parent / f".nnviz-{secrets.token_hex(8)}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o666)
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
            written = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        if written != len(data):
            raise OSError(errno.EIO, f"Only {written} of {len(data)} bytes arrived")
        if mode is not None:
            os.chmod(temporary, mode)
    except BaseException:
        _remove(temporary)
        raise
    return temporary


def _remove(temporary: Path) -> None:
    # What went wrong before is what the caller must hear of.
    with contextlib.suppress(OSError):
        temporary.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut, where the system lets a folder be synced."""
    if os.name == "nt":
        return
    # The file is whole already; network file systems may refuse to sync a folder.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
