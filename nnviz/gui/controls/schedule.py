"""SchedulePanel: how the learning rate changes with the epochs, and a plot of it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.controls.choice import ChoiceBox
from nnviz.gui.controls.field_panel import FieldPanel
from nnviz.gui.controls.formula_line import FormulaLine
from nnviz.gui.controls.numbers import Number, rungs, whole_rungs
from nnviz.gui.controls.rate_plot import RatePlot
from nnviz.gui.controls.rows import Rows
from nnviz.gui.theme import LIGHT, Theme
from nnviz.model.schedules import SCHEDULES
from nnviz.run.experiment import Experiment, tooltip

_SPACING = 6


class SchedulePanel(FieldPanel):
    """Shows those numbers only that the chosen schedule reads."""

    fields = ("schedule", "schedule_every", "schedule_factor", "schedule_floor")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Schedule", parent)
        self.schedule = ChoiceBox("Schedule", SCHEDULES, tooltip("schedule"))
        self.every = self.add_number(
            "schedule_every", "Epochs between cuts", "whole", whole_rungs(1, 2, 5)
        )
        self.factor = self.add_number("schedule_factor", "Factor of a cut", ladder=by_tenths)
        self.floor = self.add_number(
            "schedule_floor", "Part that is left", ladder=rungs(1, 2, 5, lowest=1e-3)
        )
        self.formula = FormulaLine("Formula of the schedule")
        self.plot = RatePlot()
        self.rows = Rows()
        self.rows.add("schedule", self.schedule, field="schedule")
        self.rows.add("every (epochs)", self.every, field="schedule_every")
        self.rows.add("factor", self.factor, field="schedule_factor")
        self.rows.add("floor", self.floor, field="schedule_floor")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        for part in (self.rows, self.formula, self.plot):
            self._layout.addWidget(part)
        self._layout.addStretch(1)
        self.schedule.changed.connect(lambda name: self.changed.emit({"schedule": name}))
        self.set_theme(LIGHT)

    def show_experiment(self, experiment: Experiment, dataset: Dataset) -> None:
        super().show_experiment(experiment, dataset)
        schedule = SCHEDULES[experiment.schedule]
        self.schedule.set_current(experiment.schedule)
        for name, number in self._numbers.items():
            is_read = name.removeprefix("schedule_") in schedule.parameters
            self.rows.set_row_visible(number, is_read)
        self.formula.set_formula(schedule.formula)
        self.plot.show_experiment(experiment)

    def show_epoch(self, epoch: int) -> None:
        """Mark in the plot how many epochs are completed."""
        self.plot.show_epoch(epoch)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._layout.setSpacing(theme.px(_SPACING))
        for part in (self.rows, self.schedule, self.formula, self.plot):
            part.set_theme(theme)


def by_tenths(value: Number, direction: int) -> Number:
    """…, 0.4, 0.5, 0.6, …"""
    return round(value + 0.1 * direction, 6)
