"""The figures of a run over time as a table: comma-separated values that any program reads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnviz.insight.history import COLUMNS, History
from nnviz.model.schedules import SCHEDULES, ScheduleParameters
from nnviz.run.experiment import Experiment


def history_csv(history: History, rates: Sequence[float] | None = None) -> bytes:
    """One line for each moment of `history`, under a line with the names of the columns; UTF-8.

    The columns are those of the history. `rates`, as many as there are moments, adds the column
    learning_rate after epoch. A history does not know the rates: with settings that were changed
    in the middle of the run nobody can tell them afterwards, so leave them out there. Numbers are
    written so that they are read back exactly, whole ones of update and epoch without a point; a
    figure that there is not (no test part, no classes) is an empty cell. ValueError when `rates`
    has another length than the history.
    """
    names = list(COLUMNS)
    columns = [_cells(name, getattr(history, name)) for name in COLUMNS]
    if rates is not None:
        if len(rates) != len(history):
            raise ValueError(f"rates: {len(rates)} given; allowed: {len(history)}, as moments.")
        place = names.index("epoch") + 1
        names.insert(place, "learning_rate")
        columns.insert(place, [repr(float(rate)) for rate in rates])
    lines = [names, *zip(*columns, strict=True)]
    return "".join(",".join(line) + "\n" for line in lines).encode()


def scheduled_rates(experiment: Experiment, epochs: Sequence[float]) -> list[float]:
    """The learning rate that the schedule gives after so many completed epochs, for each of them.

    It is the rate of the next update, so the first epoch is trained with that of epoch 0.
    """
    rate = SCHEDULES[experiment.schedule].rate
    parameters = ScheduleParameters(
        every=experiment.schedule_every,
        factor=experiment.schedule_factor,
        floor=experiment.schedule_floor,
        epochs=experiment.epochs,
    )
    return [rate(experiment.learning_rate, int(epoch), parameters) for epoch in epochs]


def _cells(name: str, column: NDArray[np.float64]) -> list[str]:
    values = [float(value) for value in column]
    if name in ("update", "epoch"):
        return [str(int(value)) if value.is_integer() else repr(value) for value in values]
    return ["" if value != value else repr(value) for value in values]
