"""CheckBox: a box to tick, which leaves the window's keys to the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from nnviz.gui.controls.buttons import ENTER_KEYS, RingForKeyboard, leaves_key_to_window
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme

_TEXT_SIZE = 12


class CheckBox(RingForKeyboard, QCheckBox):
    """A box to tick before its words; `clicked` tells what the user did, `setChecked` is silent."""

    def __init__(self, text: str, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAccessibleName(name)
        self.setToolTip(wrapped(tooltip))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self.setFont(theme.font(_TEXT_SIZE))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if leaves_key_to_window(self, event):
            event.ignore()
        elif event.key() in ENTER_KEYS:
            self.click()
        else:
            super().keyPressEvent(event)
