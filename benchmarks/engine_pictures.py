"""The pictures of all neurons: the compiled pass beside NumPy's."""

from __future__ import annotations

import numpy as np
from engine_pairs import Comparison, Disagreement, Length, Train, compare

from nnviz.insight.history import Recorder
from nnviz.insight.snapshot import Photographer
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

TARGET = 2.0
RESOLUTION = 100
UPDATES = 500


def picture_figures(engine: str, length: Length) -> list[Comparison]:
    """A whole snapshot of 2-8-8-1 on the spiral, 100 × 100 places, by NumPy's of the same frame.

    NumPy is used as the window uses it: in single precision where that shows the same.
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

    own, peer = pictures_by(engine), pictures_by("reference")
    _check_agreement(own, peer)
    return [
        compare("pictures_2-8-8-1", "2-8-8-1, pictures of all neurons, 100 × 100", own, peer,
                length, peer_name="NumPy", target=TARGET, at_least=True)
    ]  # fmt: skip


def _check_agreement(own: Train, peer: Train) -> None:
    apart = int(np.abs(own(1).astype(int) - peer(1).astype(int)).max())
    if apart > 1:
        raise Disagreement(f"the pictures are {apart} levels apart: these are not the same.")
