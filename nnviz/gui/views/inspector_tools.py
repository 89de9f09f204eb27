"""The column of controls beside an equation; made when the first equation is shown."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from nnviz.gui.theme import Theme
from nnviz.gui.views.inspector_controls import Stepper, WordButton, leave_arrows
from nnviz.insight.equation_text import MOST_DIGITS

DIGITS = 3
"""Significant digits that numbers have at first."""
_WIDTH = 116
"""Of the column, in pixels at scale 1."""


class FormulaTools(QWidget):
    """Digits, all terms, copies as text or as LaTeX; above them the point that is put in."""

    changed = Signal()
    """The user wants other digits, or more or fewer terms."""

    def __init__(self, point: Stepper, parent: QWidget) -> None:
        super().__init__(parent)
        # What a layout gets, it shows; an equation does so here.
        self.hide()
        self.point = point
        self.digits = Stepper(
            "digits",
            "Sets to how many significant digits numbers are written; training keeps all of them.",
            _digits_text,
            (1, MOST_DIGITS),
            DIGITS,
            self,
        )
        self.terms = WordButton(
            "All terms",
            "all terms",
            "Writes every term of a long sum, the largest first, in place of only the largest.",
            self,
        )
        self.terms.setCheckable(True)
        self.copy_text = WordButton("Text", "copy as text", "Copies the equation as text.", self)
        self.copy_latex = WordButton(
            "LaTeX", "copy as LaTeX", "Copies the equation as LaTeX for mathematics.", self
        )
        self.digits.changed.connect(self._change)
        self.terms.toggled.connect(self._change)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._copies = QHBoxLayout()
        self._copies.addWidget(self.copy_text, 1)
        self._copies.addWidget(self.copy_latex, 1)
        self._column.addWidget(self.point)
        self._column.addWidget(self.digits)
        self._column.addWidget(self.terms)
        self._column.addLayout(self._copies)
        self._column.addStretch(1)
        leave_arrows(self)

    def take_settings(self, other: FormulaTools) -> None:
        """Ask for digits and terms as another column does; tells nobody."""
        self.digits.set_value(other.digits.value)
        self.terms.blockSignals(True)
        self.terms.setChecked(other.terms.isChecked())
        self.terms.blockSignals(False)
        self.terms.update()

    def set_theme(self, theme: Theme) -> None:
        for part in (self.point, self.digits, self.terms, self.copy_text, self.copy_latex):
            part.set_theme(theme)
        self.setFixedWidth(theme.px(_WIDTH))
        self._column.setSpacing(theme.px(4))
        self._copies.setSpacing(theme.px(4))

    def _change(self) -> None:
        self.changed.emit()


def _digits_text(digits: int) -> str:
    return f"{digits} digit{'s' * (digits != 1)}"
