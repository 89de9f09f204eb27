"""An equation with what one does to it: digits, all terms, copies as text or as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from nnviz.gui.theme import Theme
from nnviz.gui.views.inspector_controls import Stepper, WordButton
from nnviz.gui.views.inspector_text import Paragraph, TextPane, equation_paragraphs
from nnviz.insight.equation_text import MOST_DIGITS, MOST_TERMS
from nnviz.insight.equations import Equation

DIGITS = 3
"""Significant digits that numbers have at first."""
ALL_TERMS = 1_000
"""More terms of one sum nobody reads, and laying them out takes seconds."""
_WIDTH = 116
"""Of the column of controls, in pixels at scale 1."""


class FormulaPane(QWidget):
    """The text of an equation, and beside it a column of controls."""

    changed = Signal()
    """The user wants other digits, or more or fewer terms."""
    copied = Signal(str)
    """As what it was copied."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._equation: Equation | None = None
        self.text = TextPane(name, self)
        self.text.fold_clicked.connect(self._unfold)
        self.digits = Stepper(
            "digits",
            "Sets to how many significant digits numbers are written; training keeps all of them.",
            _digits_text,
            (1, MOST_DIGITS),
            DIGITS,
            self,
        )
        self.digits.changed.connect(self._change)
        self.terms = WordButton(
            "All terms",
            "all terms",
            "Writes every term of a long sum, the largest first, in place of only the largest.",
            self,
        )
        self.terms.setCheckable(True)
        self.terms.toggled.connect(self._change)
        self.copy_text = WordButton("Text", "copy as text", "Copies the equation as text.", self)
        self.copy_latex = WordButton(
            "LaTeX", "copy as LaTeX", "Copies the equation as LaTeX for mathematics.", self
        )
        self.copy_text.clicked.connect(self._copy_text)
        self.copy_latex.clicked.connect(self._copy_latex)
        self._tools = QWidget(self)
        self._tools.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._column = QVBoxLayout(self._tools)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._copies = QHBoxLayout()
        self._copies.addWidget(self.copy_text, 1)
        self._copies.addWidget(self.copy_latex, 1)
        self._column.addWidget(self.digits)
        self._column.addWidget(self.terms)
        self._column.addLayout(self._copies)
        self._column.addStretch(1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.text, 1)
        self._row.addWidget(self._tools, 0, Qt.AlignmentFlag.AlignTop)
        self.show_words(())

    def add_tool(self, tool: QWidget) -> None:
        """Put a control above those of the equation."""
        self._column.insertWidget(0, tool)

    @property
    def equation(self) -> Equation | None:
        return self._equation

    @property
    def most_terms(self) -> int:
        """How many terms of a sum are written."""
        return ALL_TERMS if self.terms.isChecked() else MOST_TERMS

    def take_settings(self, other: FormulaPane) -> None:
        """Write numbers as another pane does; tells nobody."""
        self.digits.set_value(other.digits.value)
        self.terms.blockSignals(True)
        self.terms.setChecked(other.terms.isChecked())
        self.terms.blockSignals(False)
        self.terms.update()

    def show_equation(self, equation: Equation) -> None:
        self._equation = equation
        self._tools.show()
        is_long = len(equation.terms) > MOST_TERMS
        self.terms.setVisible(is_long)
        if is_long:
            self.terms.setText(f"All {len(equation.terms):,} terms")
        self.text.set_paragraphs(equation_paragraphs(equation))

    def show_words(self, paragraphs: Iterable[Paragraph]) -> None:
        """In place of an equation: what to do to see one, or why there is none."""
        self._equation = None
        self._tools.hide()
        self.text.set_paragraphs(paragraphs)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.text, self.digits, self.terms, self.copy_text, self.copy_latex):
            part.set_theme(theme)
        self._tools.setFixedWidth(theme.px(_WIDTH))
        self._column.setSpacing(theme.px(4))
        self._copies.setSpacing(theme.px(4))
        self._row.setSpacing(theme.px(12))

    def copy(self) -> None:
        """Put the equation on the clipboard as text."""
        self._copy_text()

    def _change(self) -> None:
        self.changed.emit()

    def _unfold(self) -> None:
        self.terms.setChecked(True)

    def _copy_text(self) -> None:
        if self._equation is not None:
            self._put(f"{self._equation.formula}\n{self._equation.text}", "text")

    def _copy_latex(self) -> None:
        if self._equation is not None:
            lines = f"{self._equation.formula_latex} \\\\\n{self._equation.latex}"
            self._put(f"\\begin{{gathered}}\n{lines}\n\\end{{gathered}}", "LaTeX")

    def _put(self, text: str, kind: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(f"copied as {kind}")


def _digits_text(digits: int) -> str:
    return f"{digits} digit{'s' * (digits != 1)}"
