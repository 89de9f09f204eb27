"""NumberField: a line for one number, which refuses bad input without blocking."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from nnviz.gui.controls.numbers import (
    LONGEST,
    Ladder,
    Number,
    by_one,
    parse_real,
    parse_whole,
    rungs,
    show_number,
)
from nnviz.gui.theme import LIGHT, Theme

_WHEEL_NOTCH = 120
"""Eighths of a degree that one notch of a mouse wheel turns; touchpads report less at a time."""


class NumberField(QLineEdit):
    """One number within limits. `changed` tells only what the user committed.

    Enter, leaving the field, the up and down keys and the wheel (while the field has the focus)
    commit. What is no number within the limits turns the frame red, and `rejected` says why in
    one sentence; Escape or leaving the field bring the last good value back.
    """

    changed = Signal(object)
    """The new value: an int where `kind` is "whole", else a float."""
    rejected = Signal(str)

    def __init__(
        self,
        name: str,
        kind: Literal["real", "whole"],
        minimum: Number,
        maximum: Number,
        ladder: Ladder | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._kind = kind
        self._minimum = minimum
        self._maximum = maximum
        self._ladder = ladder or (by_one if kind == "whole" else rungs(1, 3))
        self._value: Number = minimum
        self._is_rejected = False
        self._wheel = 0
        self.setAccessibleName(name)
        self.setMaxLength(LONGEST + 1)
        self.setProperty("invalid", False)
        self.returnPressed.connect(self._commit_and_select)
        self.textEdited.connect(self._clear_rejection)
        self.set_theme(LIGHT)
        self._show_value()

    @property
    def value(self) -> Number:
        """The last good value."""
        return self._value

    def set_value(self, value: Number) -> None:
        """Show a value; emits nothing. What the user is just typing is left alone."""
        if value == self._value and self.hasFocus() and self.isModified():
            return
        self._value = value
        self._show_value()

    def set_limits(self, minimum: Number, maximum: Number) -> None:
        """The smallest and the largest value that may be typed from now on."""
        self._minimum, self._maximum = minimum, maximum

    def set_theme(self, theme: Theme) -> None:
        self.setFont(theme.mono(12))

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        hint.setWidth(96)
        return hint

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        hint.setWidth(52)
        return hint

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if key == Qt.Key.Key_Up else -1)
        elif key == Qt.Key.Key_Escape and (self._is_rejected or self.isModified()):
            self._show_value()
            self.selectAll()
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
        if not self.isModified():
            self._show_value()  # without the groups' commas, which would be in the way of editing
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        # The field's own context menu takes the focus too, and gives it back.
        if event.reason() == Qt.FocusReason.PopupFocusReason:
            return
        if self.isModified() and not self._is_rejected:
            self._commit(explain_here=False)
        self._show_value()
        self.deselect()

    def _commit_and_select(self) -> None:
        if self._commit(explain_here=True):
            self._show_value()
            self.selectAll()

    def _commit(self, explain_here: bool) -> bool:
        """Take what is typed as the value; say why not, at the field as well if asked to."""
        try:
            value = self._read(self.text())
        except ValueError as error:
            self._reject(str(error), explain_here)
            return False
        self._take(value)
        return True

    def _take(self, value: Number) -> None:
        is_new = value != self._value
        self._value = value
        self._show_value()
        if is_new:
            self.changed.emit(value)

    def _step(self, direction: int) -> None:
        if self.isReadOnly() or not self._commit(explain_here=True):
            return
        value = self._ladder(self._value, direction)
        self._take(min(max(value, self._minimum), self._maximum))
        self.selectAll()

    def _read(self, text: str) -> Number:
        """The number that is typed; ValueError of one sentence."""
        given = f"“{_short(text)}” is" if text.strip() else "an empty field is"
        noun = "whole number" if self._kind == "whole" else "number"
        allowed = f"from {show_number(self._minimum)} to {show_number(self._maximum)}"
        try:
            value = parse_whole(text) if self._kind == "whole" else parse_real(text)
        except ValueError:
            message = f"{self._name}: {given} not a {noun} {allowed}."
            raise ValueError(_capital(message)) from None
        if not self._minimum <= value <= self._maximum:
            message = f"{self._name}: {given} outside the range {allowed}."
            raise ValueError(_capital(message))
        return value

    def _reject(self, sentence: str, explain_here: bool) -> None:
        self._is_rejected = True
        self._set_red(True)
        if explain_here:
            QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), sentence, self)
        self.rejected.emit(sentence)

    def _clear_rejection(self) -> None:
        self._is_rejected = False
        self._set_red(False)

    def _show_value(self) -> None:
        text = show_number(self._value, grouped=not self.hasFocus())
        if text != self.text():  # else a selection would be lost for nothing
            self.setText(text)
            self.setCursorPosition(0)
        self.setModified(False)
        self._clear_rejection()

    def _set_red(self, red: bool) -> None:
        if self.property("invalid") != red:
            self.setProperty("invalid", red)
            # A style sheet looks at properties only when a widget is polished.
            self.style().unpolish(self)
            self.style().polish(self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self._show_value()


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 20 else text[:19] + "…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
