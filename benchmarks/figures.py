"""What a benchmark found: one figure beside its target and its peer, as a table and as JSON."""

from __future__ import annotations

import json
import math
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

_COLUMNS = ("what", "nnviz", "target", "peer", "ratio", "")


@dataclass(frozen=True)
class Figure:
    """One measured quantity. `target` is None where none was set; then nothing is met or not."""

    key: str
    what: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False
    """Whether the target is a least value; else it is a most."""
    peer: float | None = None
    """The same quantity of the peer, measured in the same run, in the same unit."""
    peer_name: str = ""
    samples: int = 1

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None without a target."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def ratio(self) -> float | None:
        """nnviz by its peer; None without a peer."""
        return self.value / self.peer if self.peer else None

    @property
    def target_text(self) -> str:
        """The target for a reader, "≤ 14.0 ms"; empty without one."""
        if self.target is None:
            return ""
        return f"{'≥' if self.at_least else '≤'} {_text(self.target, self.unit)}"


def median(values: Sequence[float]) -> float:
    """The middle value; ValueError for none, so that nothing measured is never a good result."""
    return percentile(values, 50.0)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of all do not exceed; ValueError for none."""
    if not values:
        raise ValueError("Nothing was measured.")
    ordered = sorted(values)
    return ordered[max(math.ceil(percent / 100.0 * len(ordered)) - 1, 0)]


def table(figures: Sequence[Figure]) -> str:
    """The figures as text in columns, and how many targets are met."""
    rows = [_COLUMNS, *map(_row, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths).rstrip())
    judged = [figure for figure in figures if figure.is_met is not None]
    met = sum(1 for figure in judged if figure.is_met)
    return "\n".join([*lines, "", f"{met} of {len(judged)} targets met"])


def write_json(path: Path, figures: Sequence[Figure], length: str, seconds: float) -> None:
    """All figures with what they depend on; the folder is made if it is missing."""
    record = {
        "date": date.today().isoformat(),
        "length": length,
        "seconds": round(seconds, 1),
        "machine": machine(),
        "figures": [
            {**asdict(figure), "ratio": figure.ratio, "is_met": figure.is_met} for figure in figures
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def machine() -> dict[str, str | int]:
    """The kind of machine, without its name."""
    import os

    import numpy
    import PySide6

    return {
        "processor": platform.machine(),
        "cores": os.cpu_count() or 1,
        "system": platform.system(),
        "python": platform.python_version(),
        "qt": PySide6.__version__,
        "numpy": numpy.__version__,
        "platform_plugin": os.environ.get("QT_QPA_PLATFORM", "the system's own"),
        "byte_order": sys.byteorder,
    }


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = figure.ratio
    verdict = {True: "met", False: "NOT MET", None: ""}[figure.is_met]
    return (
        figure.what,
        _text(figure.value, figure.unit),
        figure.target_text,
        f"{_text(figure.peer, figure.unit)} {figure.peer_name}" if figure.peer else "",
        f"{ratio:.2f}" if ratio is not None else "",
        verdict,
    )


def _text(value: float, unit: str) -> str:
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()
