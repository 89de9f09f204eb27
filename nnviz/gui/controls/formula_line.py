"""FormulaLine: a rule in small, dim letters under its control, with a "?" that explains it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnviz.gui.theme import LIGHT, Theme

_HEADING_SIZE = 12
_TEXT_SIZE = 11
_GAP = 4


class FormulaLine(QWidget):
    """Wraps where there is little room; parts that ",  " separates begin a new line."""

    def __init__(self, name: str, help_button: QWidget | None = None) -> None:
        super().__init__()
        self._heading = QLabel(self)
        self._heading.hide()
        self._formula = wrapping_label(self)
        self._formula.setAccessibleName(name)
        words = QVBoxLayout()
        words.setSpacing(0)
        for label in (self._heading, self._formula):
            label.setProperty("look", "dim")
            words.addWidget(label)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addLayout(words, 1)
        if help_button is not None:
            self._layout.addWidget(help_button, 0, Qt.AlignmentFlag.AlignTop)
        self.set_theme(LIGHT)

    @property
    def text(self) -> str:
        """The formula as it is shown, line by line."""
        return self._formula.text()

    @property
    def heading(self) -> str:
        """The words above the formula; empty without any."""
        return self._heading.text()

    def set_formula(self, formula: str, heading: str = "") -> None:
        """Show a formula, with words above it that say whose it is."""
        self._heading.setText(heading)
        self._heading.setVisible(bool(heading))
        self._formula.setText(in_lines(formula))
        self._formula.setAccessibleDescription(formula)

    def set_theme(self, theme: Theme) -> None:
        self._heading.setFont(theme.font(_HEADING_SIZE))
        self._formula.setFont(theme.mono(_TEXT_SIZE))
        self._layout.setSpacing(theme.px(_GAP))


def in_lines(formula: str) -> str:
    """The parts of a formula under each other."""
    return formula.replace(",  ", "\n")


def wrapping_label(parent: QWidget) -> QLabel:
    """A label as wide as its place and as tall as its lines; it widens no column."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label
