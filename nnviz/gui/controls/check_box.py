"""CheckBox: a box to tick, which leaves the window's keys to the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from nnviz.gui.controls.buttons import ButtonKeys
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme

_TEXT_SIZE = 12


class CheckBox(ButtonKeys, QCheckBox):
    """A box to tick before its words; `clicked` tells what the user did, `setChecked` is silent."""

    def __init__(self, text: str, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAccessibleName(name)
        self.setToolTip(wrapped(tooltip))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self.setFont(theme.font(_TEXT_SIZE))
