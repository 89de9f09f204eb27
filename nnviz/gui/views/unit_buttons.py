"""The − and + under each hidden layer of the network's picture."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtWidgets import QWidget

from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.step_button import StepButton
from nnviz.gui.views.topology_layout import Layout

MOST_UNITS = 32
"""The + of a layer ends here: more units still run, but are hard to tell apart."""


class UnitButtons(QObject):
    """A pair of buttons for each hidden layer; they are kept, so that none loses the focus."""

    stepped = Signal(int, int)
    """The hidden layer, counted from 0, and −1 or +1."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._theme = LIGHT
        self.minus: list[StepButton] = []
        self.plus: list[StepButton] = []

    def show_units(self, hidden: tuple[int, ...]) -> None:
        """Have a pair for each layer of `hidden`; what has reached its limit is disabled."""
        for layer in range(len(self.minus), len(hidden)):
            self._make_pair(layer)
        for layer, (minus, plus) in enumerate(zip(self.minus, self.plus, strict=True)):
            exists = layer < len(hidden)
            minus.setVisible(exists)
            plus.setVisible(exists)
            if exists:
                minus.setEnabled(hidden[layer] > 1)
                plus.setEnabled(hidden[layer] < MOST_UNITS)

    def place(self, layout: Layout) -> None:
        for buttons, boxes in ((self.minus, layout.minus), (self.plus, layout.plus)):
            for button, box in zip(buttons, boxes, strict=False):
                button.setGeometry(QRectF(*box).toRect())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for button in (*self.minus, *self.plus):
            button.set_theme(theme)

    def set_drawn(self, drawn: bool) -> None:
        """Leave the buttons out of a picture that is exported."""
        for button in (*self.minus, *self.plus):
            button.set_drawn(drawn)

    def limits(self, layer: int) -> tuple[bool, bool]:
        """Whether a unit may be taken from a hidden layer, counted from 0, and one added."""
        return self.minus[layer].isEnabled(), self.plus[layer].isEnabled()

    def _make_pair(self, layer: int) -> None:
        minus, plus = StepButton(False, layer, self._parent), StepButton(True, layer, self._parent)
        minus.describe(
            f"remove a unit from hidden layer {layer + 1}",
            "Takes a unit from this layer: fewer units can bend the boundary less.",
        )
        plus.describe(
            f"add a unit to hidden layer {layer + 1}",
            "Adds a unit to this layer: more units can bend the boundary in more places.",
        )
        for button, buttons in ((minus, self.minus), (plus, self.plus)):
            button.set_theme(self._theme)
            button.stepped.connect(self.stepped)
            buttons.append(button)
        # Made late, they would come last in the window; Tab goes from the picture to its buttons.
        before = self.plus[layer - 1] if layer else self._parent
        QWidget.setTabOrder(before, minus)
        QWidget.setTabOrder(minus, plus)
