"""Start nnviz from a checkout: python main.py."""

from __future__ import annotations

import sys
from importlib.util import find_spec

NEEDED = (
    "numba",
    "numpy",
    "platformdirs",
    "pydantic",
    "pyqtgraph",
    "PySide6",
    "qtawesome",
    "rich",
    "scipy",
    "sklearn",
    "threadpoolctl",
    "typer",
)
"""What pip would have installed; some of it is only imported when a window opens."""


def main() -> int:
    """Run nnviz and return its exit status; 1 when a dependency is missing."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        print(
            f"nnviz needs Python packages that are not installed ({', '.join(missing)}): "
            "run 'make run', or 'pip install .' and then 'nnviz'",
            file=sys.stderr,
        )
        return 1
    from nnviz.__main__ import main as start

    return start()


if __name__ == "__main__":
    sys.exit(main())
