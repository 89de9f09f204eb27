"""NumberField: a line for one number, which refuses bad input without blocking."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

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
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme

_WHEEL_NOTCH = 120
"""Eighths of a degree that one notch of a mouse wheel turns; touchpads report less at a time."""


class NumberField(QLineEdit):
    """One number within limits. `changed` tells only what the user committed.

    Enter, leaving the field, the up and down keys and the wheel (while the field has the focus)
    commit. What is no number within the limits turns the frame red, and `rejected` says why in
    one sentence; Escape or leaving the field bring the last good value back. Enter and Escape give
    the focus away, so that the next keys are commands and are not typed over the number.
    """

    changed = Signal(object)
    """The new value: an int where `kind` is "whole", else a float."""
    rejected = Signal(str)
    accepted = Signal()
    """A good number was typed, new or not, or brought back by Escape; sent before `changed`."""
    finished = Signal()
    """Enter or Escape ended the editing: the field has no focus any more."""

    def __init__(
        self,
        name: str,
        kind: Literal["real", "whole"],
        limits: Limits,
        ladder: Ladder | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._kind = kind
        self._limits = limits
        self._ladder = ladder or (by_one if kind == "whole" else rungs(1, 3))
        self._value: Number = limits.minimum
        self._explanation = ""
        self._is_rejected = False
        self._wheel = 0
        self.setAccessibleName(name)
        self.setMaxLength(LONGEST + 1)
        self.setProperty("invalid", False)
        self.returnPressed.connect(self._commit_and_finish)
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

    @property
    def limits(self) -> Limits:
        return self._limits

    def set_limits(self, limits: Limits) -> None:
        """What may be typed from now on."""
        self._limits = limits

    def explain(self, sentence: str) -> None:
        """Say in the tooltip what the number does; it also tells a number that is shown briefly."""
        self._explanation = sentence
        self._show_tooltip()

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
        elif key == Qt.Key.Key_Escape:
            self._show_value()
            self.accepted.emit()
            self._finish()
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
            self._show_value()
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        # The field's own context menu takes the focus too, and gives it back.
        if event.reason() == Qt.FocusReason.PopupFocusReason:
            return
        if self.isModified() and not self._is_rejected:
            self._commit()
        self._show_value()
        self.deselect()

    def _commit_and_finish(self) -> None:
        if self._commit():
            self._finish()

    def _finish(self) -> None:
        self.clearFocus()
        self.finished.emit()

    def _commit(self) -> bool:
        """Take what is typed as the value, or say why not."""
        try:
            # Untouched, the field may show fewer digits than the value has.
            value = self._read(self.text()) if self.isModified() else self._value
        except ValueError as error:
            self._reject(str(error))
            return False
        self.accepted.emit()
        self._take(value)
        return True

    def _take(self, value: Number) -> None:
        is_new = value != self._value
        self._value = value
        self._show_value()
        if is_new:
            self.changed.emit(value)

    def _step(self, direction: int) -> None:
        if self.isReadOnly() or not self._commit():
            return
        value = self._ladder(self._value, direction)
        value = self._limits.nearest(value)
        if self._limits.accept(value):
            self._take(value)
        self.selectAll()

    def _read(self, text: str) -> Number:
        """The number that is typed; ValueError of one sentence."""
        given = f"“{_short(text)}”" if text.strip() else "an empty field"
        sentence = f"{self._name}: {given} is not {self._limits.allowed}."
        try:
            value = parse_whole(text) if self._kind == "whole" else parse_real(text)
        except ValueError:
            raise ValueError(sentence) from None
        if not self._limits.accept(value):
            raise ValueError(sentence)
        return value

    def _reject(self, sentence: str) -> None:
        self._is_rejected = True
        self._set_red(True)
        self.rejected.emit(sentence)

    def _clear_rejection(self) -> None:
        self._is_rejected = False
        self._set_red(False)

    def _show_value(self) -> None:
        if self.hasFocus():
            # All digits, and without the groups' commas, which would be in the way of editing.
            text = show_number(self._value, grouped=False)
        else:
            text = show_briefly(self._value)
        if text != self.text():  # else a selection would be lost for nothing
            self.setText(text)
            self.setCursorPosition(0)
        self.setModified(False)
        self._clear_rejection()
        self._show_tooltip()

    def _show_tooltip(self) -> None:
        exact = show_number(self._value)
        lines = [wrapped(self._explanation)] if self._explanation else []
        if exact != show_briefly(self._value):
            lines.append(f"Exactly {exact}.")
        self.setToolTip("\n".join(lines))

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
