"""`python -m nnviz.model.kernels.compile`: fill the cache of compiled kernels, and end."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import threading
from pathlib import Path

from nnviz.model.kernels import cache_folder
from nnviz.model.kernels.store import MODULES, KernelStore, KernelsUnavailable


def main(arguments: list[str] | None = None) -> int:
    """Compile what is not there yet; 0, or 1 and a sentence on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m nnviz.model.kernels.compile", description=__doc__
    )
    parser.add_argument("--base", type=Path, help="the folder for folders of kernels")
    parser.add_argument("--token", help="a name for what is unfinished")
    parser.add_argument("--module", action="append", help="a module with entry points, for all")
    parser.add_argument(
        "--end-with-input", action="store_true", help="end at once when standard input ends"
    )
    given = parser.parse_args(arguments)
    token = given.token or cache_folder.new_token()
    if given.end_with_input:
        base = cache_folder.usable_base(given.base)
        unfinished = None if base is None else cache_folder.unfinished_folder(base, token)
        threading.Thread(target=_end_with_input, args=(unfinished,), daemon=True).start()
    store = KernelStore(tuple(given.module or MODULES), given.base)
    try:
        store.fill(token)
    except KernelsUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _end_with_input(unfinished: Path | None) -> None:
    """End this process when whoever started it has ended: the pipe between them closes then."""
    # Not through sys.stdin, whose lock would be held when the interpreter ends.
    while os.read(0, 4096):
        pass
    if unfinished is not None:
        shutil.rmtree(unfinished, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
