"""EntryField: a line that one types a value in, which refuses bad input without blocking."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme

_WIDTH = 96
_NARROWEST = 52
_SIZE = 12


class EntryField(QLineEdit):
    """One typed value. `changed` tells only what the user committed.

    Enter and leaving the field commit. What cannot be turns the frame red, and `rejected` says why
    in one sentence; Escape or leaving the field bring the last good value back. Enter and Escape
    give the focus away, so that the next keys are commands and are not typed over the value.

    A subclass says how a value is read and written.
    """

    changed = Signal(object)
    """The new value."""
    rejected = Signal(str)
    accepted = Signal()
    """A good value was typed, new or not, or brought back by Escape; sent before `changed`."""
    finished = Signal()
    """Enter or Escape ended the editing: the field has no focus any more."""

    def __init__(self, name: str, value: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._value = value
        self._theme = LIGHT
        self._explanation = ""
        self._reason = ""
        self._is_rejected = False
        self.setAccessibleName(name)
        self.setProperty("invalid", False)
        self.returnPressed.connect(self._commit_and_finish)
        self.textEdited.connect(self._clear_rejection)

    def _read(self, text: str) -> Any:
        """The value that is typed; ValueError of one sentence."""
        raise NotImplementedError

    def _write(self, value: Any) -> str:
        """All of a value, for editing: what `_read` reads as the same value."""
        raise NotImplementedError

    def _write_briefly(self, value: Any) -> str:
        """What the field shows while nobody edits it."""
        return self._write(value)

    @property
    def value(self) -> Any:
        """The last good value."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a value; emits nothing. What the user is just typing is left alone."""
        if value == self._value and self.hasFocus() and self.isModified():
            return
        self._value = value
        self._show_value()

    def explain(self, sentence: str) -> None:
        """Say in the tooltip what the value does; it also tells what is shown briefly."""
        self._explanation = sentence
        self._show_tooltip()

    def set_reason(self, sentence: str) -> None:
        """Say in the tooltip why the value cannot be changed; an empty text: it can."""
        self._reason = sentence
        self._show_tooltip()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFont(theme.mono(_SIZE))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(_WIDTH), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(_NARROWEST), super().minimumSizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._show_value()
            self.accepted.emit()
            self._finish()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
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
            # Untouched, the field may show less than the value has.
            value = self._read(self.text()) if self.isModified() else self._value
        except ValueError as error:
            self._reject(str(error))
            return False
        self.accepted.emit()
        self._take(value)
        return True

    def _take(self, value: Any) -> None:
        is_new = value != self._value
        self._value = value
        self._show_value()
        if is_new:
            self.changed.emit(value)

    def _reject(self, sentence: str) -> None:
        self._is_rejected = True
        self._set_red(True)
        self.rejected.emit(sentence)

    def _clear_rejection(self) -> None:
        self._is_rejected = False
        self._set_red(False)

    def _show_value(self) -> None:
        write = self._write if self.hasFocus() else self._write_briefly
        text = write(self._value)
        if text != self.text():  # else a selection would be lost for nothing
            self.setText(text)
            self.setCursorPosition(0)
        self.setModified(False)
        self._clear_rejection()
        self._show_tooltip()

    def _show_tooltip(self) -> None:
        explanation = self._reason or self._explanation
        lines = [wrapped(explanation)] if explanation else []
        if hidden := self._hidden_by_brevity():
            lines.append(wrapped(hidden))
        self.setToolTip("\n".join(lines))

    def _hidden_by_brevity(self) -> str:
        """One sentence with what the field does not show of its value; empty if it shows all."""
        return ""

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
            self._end_menu()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._end_menu()

    def _end_menu(self) -> None:
        """Close the context menu: Qt disables it with its field, and it ignores Escape then."""
        for menu in self.findChildren(QMenu):
            menu.close()


def quoted(text: str) -> str:
    """What was typed, for a sentence on why it cannot be; not longer than 20 characters."""
    text = text.strip()
    if not text:
        return "an empty field"
    return f"“{text if len(text) <= 20 else text[:19] + '…'}”"
