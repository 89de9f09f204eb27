"""The pictures of all neurons: the compiled pass beside NumPy's."""

from __future__ import annotations

import numpy as np
from engine_pairs import Comparison, Disagreement, Length, Train, compare

from nnviz.insight.history import Recorder
from nnviz.insight.snapshot import Photographer
from nnviz.insight.surface import (
    display_ranges,
    grid_around,
    neuron_values,
    plane_inputs,
    to_pictures,
)
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

TARGET = 2.0
RESOLUTION = 100
UPDATES = 500


def picture_figures(engine: str, length: Length) -> list[Comparison]:
    """A whole snapshot of 2-8-8-1 on the spiral, 100 × 100 places, by NumPy's of the same frame.

    Once by NumPy in double precision, in which the compiled pass computes; and once by what the
    window falls back upon, which takes single precision where that shows the same.
    """
    trainer = Trainer(preset("spiral").evolve(hidden=[8, 8]), engine=engine)
    trainer.advance(UPDATES)
    frame, history = trainer.frame(), Recorder().history()

    def pictures_by(name: str) -> Train:
        photographer = Photographer(trainer.dataset, RESOLUTION, name)

        def take(times: int) -> np.ndarray:
            for _ in range(times - 1):
                photographer.snapshot(frame, history)
            return photographer.snapshot(frame, history).output

        return take

    inputs = plane_inputs(trainer.dataset, grid_around(trainer.dataset, RESOLUTION))

    def in_double_precision(times: int) -> np.ndarray:
        names = (None, *frame.network.activations)
        for _ in range(times):
            pictures = [
                to_pictures(values, display_ranges(values, name), RESOLUTION)
                for values, name in zip(
                    neuron_values(frame.network, frame.theta, inputs), names, strict=True
                )
            ]
        return pictures[-1][0]

    own = pictures_by(engine)
    figures = []
    for key, name, peer, target in (
        ("double", "NumPy", in_double_precision, TARGET),
        ("single", "NumPy, single precision", pictures_by("reference"), TARGET),
    ):
        _check_agreement(own, peer)
        figures.append(
            compare(f"pictures_2-8-8-1_{key}", "2-8-8-1, pictures of all neurons, 100 × 100", own,
                    peer, length, peer_name=name, target=target, at_least=True)
        )  # fmt: skip
    return figures


def _check_agreement(own: Train, peer: Train) -> None:
    apart = int(np.abs(own(1).astype(int) - peer(1).astype(int)).max())
    if apart > 1:
        raise Disagreement(f"the pictures are {apart} levels apart: these are not the same.")
