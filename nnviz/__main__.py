"""The entry point of the script: without a subcommand the window, else the command line."""

from __future__ import annotations

import gc
import os
import sys
from importlib.util import find_spec


def main(arguments: list[str] | None = None) -> int:
    """Run nnviz with these arguments (those of the process by default); returns the status."""
    # Products of tiny matrices take several times longer when they are shared among threads; the
    # library that makes them reads this once, when NumPy is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # There are none for nnviz, and looking for them reads the metadata of every package installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    given = sys.argv[1:] if arguments is None else arguments
    if not given and find_spec("typer") is not None:
        return _window()
    try:
        from nnviz.cli import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("nnviz"):
            raise
        print(
            f"nnviz: the package {error.name} is not installed; install it with "
            f"`{sys.executable} -m pip install {error.name}`.",
            file=sys.stderr,
        )
        return 1

    return run(given)


def _window() -> int:
    """Open the window without reading a command line, which takes a tenth of the start."""
    # What is made while starting stays: looking for garbage among it only takes time.
    gc.disable()
    try:
        from nnviz.gui.app import run_window
    except ImportError:
        from nnviz.cli import run

        return run([])  # which says what is missing
    return run_window()


if __name__ == "__main__":
    sys.exit(main())
