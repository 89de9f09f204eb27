"""Two ways to do the same work, timed in alternating pairs: the median of the pairs' ratios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple

import numpy as np
from figures import Figure, median, percentile
from numpy.typing import NDArray

Train = Callable[[int], NDArray[np.float64]]
"""Trains for so many epochs from the same beginning; the parameters reached."""

AGREEMENT = 1e-9
"""How far apart, by the largest parameter, two peers may be after the same updates."""


class Disagreement(Exception):
    """Two that should do the same work do not; the message is one line."""


class Length(NamedTuple):
    """How much is measured."""

    pairs: int
    seconds: float
    """The least time of one sample."""


@dataclass(frozen=True)
class Comparison(Figure):
    """Times of nnviz (`value`) and its peer (`peer`); what is judged is the ratio of the pairs."""

    ratio_median: float = 0.0
    """nnviz by its peer; with `at_least`, how many times faster nnviz is."""
    ratio_lower_quartile: float = 0.0
    ratio_upper_quartile: float = 0.0

    @property
    def is_met(self) -> bool | None:
        if self.target is None:
            return None
        ratio = self.ratio_median
        return ratio >= self.target if self.at_least else ratio <= self.target

    @property
    def ratio(self) -> float:
        return self.ratio_median

    @property
    def target_text(self) -> str:
        if self.target is None:
            return ""
        return f"≥ {self.target:g} × faster" if self.at_least else f"≤ {self.target:g} × its time"


class Samples(NamedTuple):
    """Seconds an epoch, one entry for each pair."""

    own: list[float]
    peer: list[float]


def alternate(own: Train, peer: Train, length: Length) -> Samples:
    """Time both in turn, changing who begins; warmed up, and long enough for the clock."""
    runs = {name: (train, enough(train, length)) for name, train in (("own", own), ("peer", peer))}
    found: dict[str, list[float]] = {"own": [], "peer": []}
    for pair in range(length.pairs):
        for name in ("own", "peer") if pair % 2 == 0 else ("peer", "own"):
            train, epochs = runs[name]
            found[name].append(_seconds(train, epochs) / epochs)
    return Samples(found["own"], found["peer"])


def enough(train: Train, length: Length) -> int:
    """The epochs that take as long as a sample should; running them warms up."""
    train(1)
    epochs = 1
    while (seconds := _seconds(train, epochs)) < length.seconds:
        # At most ten times as many, for the first times are the least sure.
        epochs = int(min(epochs * max(1.1 * length.seconds / max(seconds, 1e-9), 1.5), 10 * epochs))
        epochs += 1
    return epochs


def compare(
    key: str,
    what: str,
    own: Train,
    peer: Train,
    length: Length,
    *,
    peer_name: str,
    target: float | None = None,
    at_least: bool = False,
    unit: str = "µs",
    per_second: tuple[float, float] = (1e6, 1e6),
) -> Comparison:
    """The figure of both, measured in pairs.

    `per_second` turns the seconds of an epoch of each into `unit`; the ratio is one of these.
    """
    samples = alternate(own, peer, length)
    owns = [per_second[0] * seconds for seconds in samples.own]
    peers = [per_second[1] * seconds for seconds in samples.peer]
    ratios = [b / a if at_least else a / b for a, b in zip(owns, peers, strict=True)]
    return Comparison(
        key, what, median(owns), unit, target, at_least, median(peers), peer_name, length.pairs,
        ratio_median=median(ratios),
        ratio_lower_quartile=percentile(ratios, 25.0),
        ratio_upper_quartile=percentile(ratios, 75.0),
    )  # fmt: skip


def check_agreement(what: str, own: Train, peer: Train, epochs: int = 1) -> None:
    """Disagreement unless both reach the same parameters: only the same work is compared."""
    a, b = own(epochs), peer(epochs)
    largest = float(np.abs(b).max())
    apart = float(np.abs(a - b).max()) / largest
    if not apart <= AGREEMENT:
        raise Disagreement(
            f"{what}: after {epochs} epoch{'s' * (epochs > 1)} the parameters are {apart:.1e} of "
            f"the largest apart, more than {AGREEMENT:.0e}: these do not do the same work."
        )


def _seconds(train: Train, epochs: int) -> float:
    start = perf_counter()
    train(epochs)
    return perf_counter() - start
