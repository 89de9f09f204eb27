"""An equation with what one does to it: digits, all terms, copies as text or as LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.inspector_controls import Stepper, WordButton, order_tabs
from nnviz.gui.views.inspector_lines import equation_paragraphs, shorter_paragraphs
from nnviz.gui.views.inspector_text import Paragraph, Span, TextPane, told

if TYPE_CHECKING:
    from nnviz.gui.views.inspector_tools import FormulaTools
    from nnviz.insight.equations import Equation

ALL_TERMS = 1_000
"""More terms of one sum nobody reads, and laying them out takes seconds."""


class FormulaPane(QWidget):
    """The text of an equation, and beside it a column of controls."""

    changed = Signal()
    """The user wants other digits, or more or fewer terms."""
    copied = Signal(str)
    """As what it was copied."""

    def __init__(
        self, name: str, make_point: Callable[[], Stepper], parent: QWidget | None = None
    ) -> None:
        """`make_point` is called once, with the first equation: it chooses the point put in."""
        super().__init__(parent)
        self._theme = LIGHT
        self._make_point = make_point
        self._equation: Equation | None = None
        self._tools: FormulaTools | None = None
        self.text = TextPane(name, self)
        self._note = self._hint = ""
        self._is_whole = False
        self.text.fold_clicked.connect(self._unfold)
        self.text.rest_clicked.connect(self._show_whole)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.text, 1)

    @property
    def tools(self) -> FormulaTools:
        """The column of controls, made at the latest now."""
        if self._tools is None:
            # The window must not wait for what words need not.
            from nnviz.gui.views.inspector_tools import FormulaTools

            self._tools = tools = FormulaTools(self._make_point(), self)
            tools.set_theme(self._theme)
            tools.changed.connect(self.text.begin_anew)
            tools.changed.connect(self.changed)
            tools.copy_text.clicked.connect(self._copy_text)
            tools.copy_latex.clicked.connect(self._copy_latex)
            self._row.addWidget(tools, 0, Qt.AlignmentFlag.AlignTop)
            order_tabs([self.text, tools])
        return self._tools

    @property
    def has_tools(self) -> bool:
        return self._tools is not None

    @property
    def point(self) -> Stepper:
        """Which point is put in."""
        return self.tools.point

    @property
    def digits(self) -> Stepper:
        """To how many digits numbers are written."""
        return self.tools.digits

    @property
    def terms(self) -> WordButton:
        """Whether every term is written."""
        return self.tools.terms

    @property
    def equation(self) -> Equation | None:
        return self._equation

    @property
    def most_terms(self) -> int:
        """How many terms of a sum are written."""
        from nnviz.insight.equation_text import MOST_TERMS

        return ALL_TERMS if self.terms.isChecked() else MOST_TERMS

    def take_settings(self, other: FormulaPane) -> None:
        """Write numbers as another pane does; tells nobody."""
        if other.has_tools:
            self.tools.take_settings(other.tools)

    def show_equation(self, equation: Equation, note: str = "", hint: str = "") -> None:
        """`note` stands above it: what else one has to know; a `hint` only where there is room."""
        from nnviz.insight.equation_text import MOST_TERMS

        if self._equation is None or self._equation.title != equation.title:
            self._is_whole = False
        self._equation, self._note, self._hint = equation, note, hint
        self.tools.show()
        is_long = len(equation.terms) > MOST_TERMS
        self.terms.setVisible(is_long)
        if is_long:
            self.terms.setText(f"All {len(equation.terms):,} terms")
        self._write()

    def show_words(self, paragraphs: Iterable[Paragraph]) -> None:
        """In place of an equation: what to do to see one, or why there is none."""
        self._equation = None
        if self._tools is not None:
            self._tools.hide()
        self.text.set_paragraphs(paragraphs)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.text.set_theme(theme)
        if self._tools is not None:
            self._tools.set_theme(theme)
        self._row.setSpacing(theme.px(12))

    def copy(self) -> None:
        """Put the equation on the clipboard as text."""
        self._copy_text()

    def _write(self) -> None:
        if self._equation is None:
            return
        noted = [told(self._note, "strong")] * bool(self._note)
        usual = equation_paragraphs(self._equation)
        shorter = [] if self._is_whole else list(shorter_paragraphs(self._equation))
        full = usual
        if self._hint and not self._is_whole:
            full, shorter = [(*usual[0], Span(f" {self._hint}")), *usual[1:]], [usual, *shorter]
        self.text.set_paragraphs([*noted, *full], [[*noted, *each] for each in shorter])

    def _show_whole(self) -> None:
        """What was left out comes too, until there is another equation; one scrolls then.

        What all of it leads to stands at the end, and stays in sight.
        """
        self._is_whole = True
        self._write()
        bar = self.text.verticalScrollBar()
        bar.setValue(bar.maximum())

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
