"""The live equation of a part of the network that was chosen."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.theme import Theme
from nnviz.gui.views.inspector_controls import Stepper
from nnviz.gui.views.inspector_formula import FormulaPane
from nnviz.gui.views.inspector_page import Page
from nnviz.gui.views.inspector_text import told
from nnviz.insight.equations import equation_of
from nnviz.insight.parts import BiasPart, Part
from nnviz.run.experiment import Experiment

_HOW_TO_BEGIN = (
    "Click a neuron, an edge, a bias or the loss, or choose it by keyboard, to see its live "
    "equation."
)


class EquationPage(Page):
    """What a part computes, with its present numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._part: Part | None = None
        self.formula = FormulaPane("Equation", self._make_point, self)
        self.formula.changed.connect(self.pace.ask_now)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.formula)

    def _make_point(self) -> Stepper:
        point = Stepper(
            "point put in",
            "Puts the numbers of one training point in; without one, inputs stay symbols.",
            _point_text,
            (0, 1),
            0,
            self,
        )
        point.changed.connect(self.pace.ask_now)
        return point

    @property
    def _point(self) -> Stepper:
        return self.formula.point

    @property
    def part(self) -> Part | None:
        return self._part

    def reset(self, experiment: Experiment, dataset: Dataset) -> None:
        self._point.set_values(0, len(dataset.X_train))
        self._point.set_value(0)
        super().reset(experiment, dataset)

    def show_part(self, part: Part | None) -> None:
        self._part = part
        self.pace.ask_now()

    def copy(self) -> None:
        self.formula.copy()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.formula.set_theme(theme)

    def _compute(self) -> None:
        if self._part is None or self._snapshot is None:
            self._say("")
            self.formula.show_words([told(_HOW_TO_BEGIN)])
            return
        # A bias takes nothing in.
        has_point = not isinstance(self._part, BiasPart)
        self._point.setVisible(has_point)
        point = self._point.value - 1 if self._point.value and has_point else None
        try:
            equation = equation_of(
                self._snapshot.frame, self._part, point,
                self.formula.digits.value, self.formula.most_terms,
            )  # fmt: skip
        except ValueError:
            self._say("")
            self.formula.show_words([told(f"This part is not there any more. {_HOW_TO_BEGIN}")])
            return
        update = self._snapshot.frame.update
        self._say(f"after {update:,} update{'s' * (update != 1)}")
        self.formula.show_equation(equation)


def _point_text(value: int) -> str:
    return f"point {value:,}" if value else "no point"
