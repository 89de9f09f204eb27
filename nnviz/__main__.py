"""The entry point of the script: without a subcommand the window, else the command line."""

from __future__ import annotations

import os
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run nnviz with these arguments (those of the process by default); returns the status."""
    # Products of tiny matrices take several times longer when they are shared among threads; the
    # library that makes them reads this once, when NumPy is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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

    return run(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
