"""NumberField: a line for one number within limits."""

from __future__ import annotations

from typing import Any, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from nnviz.gui.controls.entry_field import EntryField, quoted
from nnviz.gui.controls.limits import Limits
from nnviz.gui.controls.numbers import (
    LONGEST,
    Ladder,
    Number,
    by_one,
    parse_real,
    parse_whole,
    rungs,
    show_briefly,
    show_number,
)
from nnviz.gui.theme import LIGHT

_WHEEL_NOTCH = 120
"""Eighths of a degree that one notch of a mouse wheel turns; touchpads report less at a time."""


class NumberField(EntryField):
    """One number: an int where `kind` is "whole", else a float.

    The up and down keys climb its ladder, and so does the wheel while the field has the focus.
    """

    def __init__(
        self,
        name: str,
        kind: Literal["real", "whole"],
        limits: Limits,
        ladder: Ladder | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, limits.minimum, parent)
        self._kind = kind
        self._limits = limits
        self._ladder = ladder or (by_one if kind == "whole" else rungs(1, 3))
        self._wheel = 0
        self.setMaxLength(LONGEST + 1)
        self.set_theme(LIGHT)
        self._show_value()

    @property
    def limits(self) -> Limits:
        return self._limits

    def set_limits(self, limits: Limits) -> None:
        """What may be typed from now on."""
        self._limits = limits

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if key == Qt.Key.Key_Up else -1)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Without the focus the wheel belongs to whatever scrolls: a value must not change by it.
        if not self.hasFocus():
            event.ignore()
            return
        self._wheel += event.angleDelta().y()
        while abs(self._wheel) >= _WHEEL_NOTCH:
            direction = 1 if self._wheel > 0 else -1
            self._wheel -= direction * _WHEEL_NOTCH
            self._step(direction)
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._wheel = 0

    def _step(self, direction: int) -> None:
        if self.isReadOnly() or not self._commit():
            return
        value = self._ladder(self._value, direction)
        value = self._limits.nearest(value)
        if self._limits.accept(value):
            self._take(value)
        self.selectAll()

    def _read(self, text: str) -> Number:
        sentence = f"{self._name}: {quoted(text)} is not {self._limits.allowed}."
        try:
            value = parse_whole(text) if self._kind == "whole" else parse_real(text)
        except ValueError:
            raise ValueError(sentence) from None
        if not self._limits.accept(value):
            raise ValueError(sentence)
        return value

    def _write(self, value: Any) -> str:
        # Without the groups' commas, which would be in the way of editing.
        return show_number(value, grouped=False)

    def _write_briefly(self, value: Any) -> str:
        return show_briefly(value)

    def _hidden_by_brevity(self) -> str:
        exact = show_number(self._value)
        return "" if exact == show_briefly(self._value) else f"Exactly {exact}."
