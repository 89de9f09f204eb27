"""Benchmarks of the engine: training, beside its peers in C, NumPy, scikit-learn and PyTorch.

Every figure is a ratio of two that did the same work in the same run on one thread: pairs of
samples take turns, and the ratio is the median of the pairs' ratios (their quartiles are in the
JSON). Before a peer is timed, the parameters that it reaches are compared with nnviz's. Times are
those of one epoch, everything included: drawing the order, gathering the points, the update.

    python benchmarks/engine.py [--quick | --tiny] [--only PART …] [--json FILE]
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

# One thread each, said before anything imports NumPy.
os.environ.update(
    dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)

from engine_pairs import Disagreement, Length
from engine_problems import SMALL, NotMeasured
from figures import Figure, table, write_json

RESULTS = Path(__file__).resolve().parent / "results" / "engine.json"


class Extent(NamedTuple):
    """How much is measured, and of what."""

    pairs: Length
    slow_pairs: Length
    """For peers of which one epoch takes long."""
    networks: tuple[str, ...]
    wide: tuple[str, ...]
    batches: tuple[int | str, ...]
    points: tuple[int, ...]
    weights: tuple[str, ...]
    updates: int
    """Of each preset, before one travels through them."""
    presets: tuple[str, ...] = ()
    """Those that one travels in; all when empty."""


EXTENTS = {
    "tiny": Extent(Length(1, 1e-4), Length(1, 1e-4), ("2-4-2-1",), ("relu",), ("full",), (1000,),
                   ("100",), 2000, ("xor", "moons")),
    "quick": Extent(Length(5, 0.02), Length(3, 0.02), ("2-8-8-1",), ("relu",), (10,),
                    (1000, 100_000), ("100", "10,000"), 100_000, ("xor", "moons")),
    "full": Extent(Length(9, 0.05), Length(7, 0.05), tuple(SMALL), ("relu", "tanh"), (10, "full"),
                   (1000, 10_000, 100_000, 1_000_000),
                   ("100", "1,000", "10,000", "100,000", "1,000,000"), 1_000_000),
}  # fmt: skip
PARTS = ("c", "python", "wide", "variants", "pictures", "scaling", "time")


def measure(parts: tuple[str, ...], extent: Extent, engine: str) -> list[Figure]:
    """The figures of these parts; prints what it is at to standard error."""
    from engine_peers import c_figures, python_figures, wide_figures
    from engine_pictures import picture_figures
    from engine_tables import scaling_figures, variant_figures
    from engine_time import time_figures

    fast, slow = extent.pairs, extent.slow_pairs
    ways: dict[str, Callable[[], Sequence[Figure]]] = {
        "c": lambda: c_figures(engine, fast, extent.networks),
        "python": lambda: python_figures(engine, slow, extent.networks),
        "wide": lambda: wide_figures(engine, slow, extent.wide),
        "variants": lambda: variant_figures(engine, slow, extent.batches),
        "pictures": lambda: picture_figures(engine, slow),
        "scaling": lambda: scaling_figures(engine, slow, extent.points, extent.weights),
        "time": lambda: time_figures(engine, fast, extent.updates, extent.presets),
    }
    figures: list[Figure] = []
    for part in parts:
        print(f"measuring: {part}", file=sys.stderr, flush=True)
        figures += ways[part]()
    return figures


def main() -> int:
    """Measure, print the table, write the JSON.

    0 whether or not targets are met; 1 where two that should do the same work do not.
    """
    parser = argparse.ArgumentParser(description="Benchmarks of nnviz's engine.")
    extents = parser.add_mutually_exclusive_group()
    extents.add_argument("--quick", action="store_true", help="half a minute, for a look")
    extents.add_argument("--tiny", action="store_true", help="a few seconds: does it work at all?")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART",
                        help=f"some of {', '.join(PARTS)}")  # fmt: skip
    parser.add_argument("--engine", choices=("compiled", "reference"), default="compiled")
    parser.add_argument("--json", type=Path, default=RESULTS, help=f"default: {RESULTS.name}")
    options = parser.parse_args()
    name = "quick" if options.quick else "tiny" if options.tiny else "full"
    _stay_on_one_processor()
    start = perf_counter()
    try:
        figures = measure(tuple(options.only), EXTENTS[name], options.engine)
    except (Disagreement, NotMeasured) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(table(figures))
    write_json(options.json, figures, name, perf_counter() - start)
    print(f"written to {options.json}", file=sys.stderr)
    return 0


def _stay_on_one_processor() -> None:
    """So that neither of a pair is moved about; where the system cannot, it is not."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


if __name__ == "__main__":
    sys.exit(main())
