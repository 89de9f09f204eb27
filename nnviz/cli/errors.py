"""How a command ends: the exit status, and one line for everything that can go wrong."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DONE, FAILED, WRONG = 0, 1, 2
"""Exit status: done; the run failed or the output could not be written; the command was wrong."""

_OUTPUT_IS_LOST = {errno.EPIPE, errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EBADF, errno.EINVAL}
"""What a write to standard output can fail with; EINVAL is how Windows tells of a closed pipe."""


class CommandError(Exception):
    """What the user is told in one line, and the status to end with."""

    def __init__(self, sentence: str, status: int = WRONG) -> None:
        super().__init__(sentence)
        self.status = status


def complain(sentence: str, status: int) -> int:
    """Say in one line on standard error what went wrong; returns the status to end with."""
    print_note(sentence)
    return status


def print_note(sentence: str) -> None:
    """Say something in one line on standard error, if there is one."""
    if sys.stderr is not None:
        print("nnviz:", " ".join(sentence.split()), file=sys.stderr)


def print_result(text: str) -> None:
    """Print a result; a command without an output to print to has failed.

    Where the output cannot show a sign, as in a terminal with an old code page, it shows another.
    """
    if sys.stdout is None:
        raise CommandError("The output cannot be written (it is closed).", FAILED)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


def complain_of_output(error: OSError) -> int:
    """End after standard output was lost; raises the error again when it is about something else.

    Returns the status to end with.
    """
    if error.errno not in _OUTPUT_IS_LOST or error.filename is not None:
        raise error
    # Python would try once more at its end, and complain in its own words.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):  # whoever read our output has read enough
        return FAILED
    return complain(f"The output cannot be written ({error.strerror}).", FAILED)


@contextmanager
def wrong_input_is_said() -> Iterator[None]:
    """Turn a ValueError, whose message is a sentence for the user, into a wrong command."""
    try:
        yield
    except ValueError as error:
        raise CommandError(str(error)) from None


@contextmanager
def missing_library_is_said() -> Iterator[None]:
    """Turn the failure to import somebody else's library into one sentence."""
    try:
        yield
    except ImportError as error:
        if error.name is not None and error.name.split(".")[0] == "nnviz":
            raise
        raise CommandError(
            f"A library cannot be loaded ({error}); `nnviz doctor` says what mends it.", FAILED
        ) from None


@contextmanager
def failed_write_is_said(path: Path) -> Iterator[None]:
    """Turn the failure to write `path` into one sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"{path} cannot be written ({reason}).", FAILED) from None
