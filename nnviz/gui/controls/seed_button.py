"""SeedButton: draws again, with the next seed."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from nnviz.gui.controls.buttons import ToolButton
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.icons import icon
from nnviz.gui.theme import LIGHT, Theme
from nnviz.run.experiment import LARGEST_SEED

_SIZE = 20
_ICON = 14


class SeedButton(ToolButton):
    """A small button with a turning arrow, for beside a seed."""

    def __init__(self, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(name, wrapped(tooltip), parent)
        self._usual_tooltip = self.toolTip()
        self.setProperty("look", "bare")
        self.set_theme(LIGHT)

    def set_reason(self, sentence: str) -> None:
        """Say in the tooltip why there is nothing to draw; an empty text: there is."""
        self.setToolTip(wrapped(sentence) if sentence else self._usual_tooltip)

    def set_theme(self, theme: Theme) -> None:
        self.setIcon(icon("new seed", theme, theme.dim))
        self.setFixedSize(theme.px(_SIZE), theme.px(_SIZE))
        self.setIconSize(QSize(theme.px(_ICON), theme.px(_ICON)))


def next_seed(seed: int) -> int:
    """Another seed. The next number, and not a random one: so that one can go back to the last."""
    return 0 if seed >= LARGEST_SEED else seed + 1
