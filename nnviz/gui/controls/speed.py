"""SpeedControl: how fast training runs, from one update a second to all that the machine gives."""

from __future__ import annotations

from math import inf, isinf, log10

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from nnviz.gui.controls.buttons import Slider
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme

SPEEDS = (
    *(float(f"{mantissa}e{decade}") for decade in range(5) for mantissa in (1, 1.5, 2, 3, 5, 7)),
    100_000.0,
    inf,
)
"""Updates a second at each position of the slider, in about equal ratios."""

_SIZE = 12
_GAP = 8
_NARROWEST_SLIDER = 70
_WIDEST_SLIDER = 220
"""The slider takes what the read-outs beside it leave, within these widths."""
_TOOLTIP = wrapped(
    "Sets how many updates a second training makes, so that one can follow each of them or see "
    "the result at once."
)


class SpeedControl(QWidget):
    """A logarithmic slider with its value in words."""

    changed = Signal(float)
    """Updates a second, infinity for as many as possible; sent for the user's changes only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = Slider("Speed", _TOOLTIP, preferred_width=_NARROWEST_SLIDER)
        self.slider.setProperty("look", "accent")
        self.slider.setPageStep(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._name = QLabel("speed")
        self._name.setBuddy(self.slider)
        self._value = QLabel()
        for label in (self._name, self._value):
            label.setProperty("look", "dim")
            label.setToolTip(_TOOLTIP)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._name)
        self._layout.addWidget(self.slider, 1)
        self._layout.addWidget(self._value)
        self.slider.set_position(len(SPEEDS) - 1, maximum=len(SPEEDS) - 1)
        self.slider.moved.connect(self._on_moved)
        self.set_theme(LIGHT)
        self._show()

    @property
    def speed(self) -> float:
        return SPEEDS[self.slider.value()]

    @property
    def text(self) -> str:
        return self._value.text()

    def set_speed(self, updates_per_second: float) -> None:
        """Move the slider to the nearest speed that it knows; emits nothing."""
        self.slider.set_position(_nearest(updates_per_second))
        self._show()

    def set_theme(self, theme: Theme) -> None:
        font = theme.font(_SIZE)
        metrics = QFontMetrics(font)
        for label in (self._name, self._value):
            label.setFont(font)
        # The longest text keeps its room, so that the slider does not move under the hand.
        widest = max(metrics.horizontalAdvance(show_speed(speed)) for speed in SPEEDS)
        widths = (metrics.horizontalAdvance(self._name.text()) + 2, widest + 2)
        for label, width in zip((self._name, self._value), widths, strict=True):
            label.setFixedWidth(width)
        self.slider.set_theme(theme)
        self.slider.setMinimumWidth(theme.px(_NARROWEST_SLIDER))
        self._layout.setSpacing(theme.px(_GAP))
        self.setMaximumWidth(sum(widths) + theme.px(2 * _GAP + _WIDEST_SLIDER))

    def _on_moved(self) -> None:
        self._show()
        self.changed.emit(self.speed)

    def _show(self) -> None:
        self._value.setText(show_speed(self.speed))
        self.slider.setAccessibleDescription(show_speed(self.speed))


def show_speed(updates_per_second: float) -> str:
    """In words: "12 updates/s", or "max"."""
    if isinf(updates_per_second):
        return "max"
    noun = "update" if updates_per_second == 1 else "updates"
    return f"{updates_per_second:,g} {noun}/s"


def _nearest(speed: float) -> int:
    if isinf(speed) or speed > 2 * SPEEDS[-2]:
        return len(SPEEDS) - 1
    wanted = log10(max(speed, SPEEDS[0]))
    return min(range(len(SPEEDS) - 1), key=lambda i: abs(log10(SPEEDS[i]) - wanted))
