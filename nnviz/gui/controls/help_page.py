"""HelpPage: what a card of help holds: a sentence, formulas, a plot and a note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.controls.formula_line import in_lines, wrapping_label
from nnviz.gui.controls.function_plot import FunctionPlot
from nnviz.gui.controls.help_plots import Function
from nnviz.gui.theme import Theme
from nnviz.run.experiment import Experiment

_TEXT_SIZE = 12
_NOTE_SIZE = 11
_GAP = 8


@dataclass(frozen=True)
class Explanation:
    """What a page shows: the functions are drawn over `variable` from −reach to reach."""

    sentence: str
    formulas: tuple[str, ...]
    functions: tuple[Function, ...]
    variable: str
    reach: float
    note: str = ""
    """What has to be known about the plot; mostly nothing."""


Explain = Callable[[Experiment, Dataset], Explanation]


class HelpPage(QWidget):
    """Explains what an experiment has chosen."""

    def __init__(self, title: str, explain: Explain) -> None:
        super().__init__()
        self.title = title
        self._explain = explain
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.sentence, self.formulas, self.note = (wrapping_label(self) for _ in range(3))
        self.note.setProperty("look", "dim")
        self.plot = FunctionPlot(self)
        for text in (self.sentence, self.formulas):
            self.column.addWidget(text)
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self.note)

    def show_experiment(self, experiment: Experiment, dataset: Dataset) -> None:
        """Explain what the experiment has chosen now."""
        self.show_explanation(self._explain(experiment, dataset))

    def show_explanation(self, explanation: Explanation) -> None:
        """Show the texts and draw the functions."""
        self.sentence.setText(explanation.sentence)
        self.formulas.setText("\n".join(in_lines(formula) for formula in explanation.formulas))
        self.note.setText(explanation.note)
        self.note.setVisible(bool(explanation.note))
        self.plot.setAccessibleName(f"Plot over {explanation.variable}")
        self.plot.show_functions(explanation.functions, explanation.variable, explanation.reach)

    def set_theme(self, theme: Theme) -> None:
        self.sentence.setFont(theme.font(_TEXT_SIZE))
        self.formulas.setFont(theme.mono(_TEXT_SIZE))
        self.note.setFont(theme.font(_NOTE_SIZE))
        self.column.setSpacing(theme.px(_GAP))
        self.plot.set_theme(theme)
