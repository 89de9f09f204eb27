"""A small line over the picture, in which the value of a weight or a bias is typed."""

from __future__ import annotations

import re
from math import isfinite

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from nnviz.gui.theme import LIGHT, Theme

LARGEST_VALUE = 1e6
"""Larger weights make every unit answer with one of its ends, or with infinity."""
_LONGEST = 30
_REAL = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_WIDTH = 150


def read_value(text: str) -> float:
    """A number with a comma or a point; ValueError of one sentence."""
    tidy = text.strip().replace("\N{MINUS SIGN}", "-")
    if not tidy:
        raise ValueError("Type a number.")
    shown = tidy if len(tidy) <= 16 else tidy[:15] + "…"
    if not _REAL.fullmatch(tidy):
        raise ValueError(f"“{shown}” is not a number.")
    value = float(tidy.replace(",", "."))
    if not isfinite(value) or abs(value) > LARGEST_VALUE:
        raise ValueError(f"“{shown}” is beyond ±{LARGEST_VALUE:,.0f}.")
    return value


def is_value(text: str) -> bool:
    """Whether a text is a number that a weight may have."""
    try:
        read_value(text)
    except ValueError:
        return False
    return True


class ValueEditor(QFrame):
    """What is edited, its value, and why a value cannot be; Enter takes it, Escape leaves it."""

    typed = Signal(float)
    """A number, by Enter or by leaving; not where nothing was typed."""
    closed = Signal()
    """Enter or Escape ended the editing: the keys belong to the picture again."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self._at, self._avoid = QPoint(), QRect()
        self._theme = LIGHT
        self._name, self._line, self._reason = QLabel(self), _Line(self), QLabel(self)
        self._name.setWordWrap(True)
        self._reason.setWordWrap(True)
        self._reason.hide()
        self._line.setMaxLength(_LONGEST)
        self._line.returnPressed.connect(self._commit)
        self._line.escaped.connect(self._close)
        self._line.left.connect(self._leave)
        self._line.textEdited.connect(self._forgive)
        self._column = QVBoxLayout(self)
        for part in (self._name, self._line, self._reason):
            self._column.addWidget(part)
        self.setObjectName("value-editor")
        self.set_theme(LIGHT)
        self.hide()

    @property
    def line(self) -> QLineEdit:
        """Where the value is typed."""
        return self._line

    @property
    def reason(self) -> str:
        """Why the text cannot be the value; empty while nothing speaks against it."""
        return "" if self._reason.isHidden() else self._reason.text()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        px = theme.px
        self._column.setContentsMargins(px(8), px(6), px(8), px(8))
        self._column.setSpacing(px(4))
        self.setFixedWidth(px(_WIDTH))
        self._name.setFont(theme.font(11))
        self._line.setFont(theme.mono(12))
        self._reason.setFont(theme.font(11))
        self.setStyleSheet(
            f"#value-editor {{ background: {theme.card.name()};"
            f" border: 1px solid {theme.dim.name()}; border-radius: {px(6)}px; }}"
            f"QLabel {{ color: {theme.dim.name()}; background: transparent; }}"
            f"QLabel#reason {{ color: {theme.warning.name()}; }}"
            f"QLineEdit {{ background: {theme.field.name()}; color: {theme.ink.name()};"
            f" border: 2px solid {theme.accent.name()}; border-radius: {px(5)}px;"
            f" padding: {px(1)}px {px(6)}px; min-height: {px(20)}px; }}"
            f'QLineEdit[invalid="true"] {{ border-color: {theme.warning.name()}; }}'
        )
        self._reason.setObjectName("reason")

    def open(
        self, name: str, value: float, at: QPoint, text: str = "", avoid: QRect | None = None
    ) -> None:
        """Edit the value of `name` near a place of the picture; `text` is typed already.

        What is to `avoid` stays in sight, if it can.
        """
        self._avoid = QRect() if avoid is None else avoid
        self._name.setText(name)
        self._line.setAccessibleName(name)
        self._line.setText(text or f"{value:.6g}".replace("-", "\N{MINUS SIGN}"))
        self._line.setModified(bool(text))
        self._reason.hide()
        self._place(at)
        self.show()
        self.raise_()
        self._line.setFocus(Qt.FocusReason.OtherFocusReason)
        if not text:
            self._line.selectAll()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # Beside its line, too, it is not the picture behind that is clicked.
        event.accept()

    def dismiss(self) -> None:
        """Close without taking what is typed."""
        self._line.setModified(False)
        self.hide()

    def _place(self, at: QPoint) -> None:
        self._at = at
        self.adjustSize()
        room, gap = self._view.rect(), self._theme.px(10)
        x = min(max(at.x() - self.width() // 2, 2), max(room.width() - self.width() - 2, 2))
        below, above = at.y() + gap, max(at.y() - gap - self.height(), 2)
        is_low = below + self.height() > room.height() - 2
        hides = QRect(QPoint(x, below), self.size()).intersects(self._avoid)
        self.move(x, above if is_low or hides else below)

    def _commit(self) -> None:
        if self._line.isModified():
            try:
                value = read_value(self._line.text())
            except ValueError as error:
                self._refuse(str(error))
                return
            self._line.setModified(False)
            self.typed.emit(value)
        self._close()

    def _refuse(self, sentence: str) -> None:
        self._reason.setText(sentence)
        self._reason.show()
        self._line.setProperty("invalid", True)
        self._polish()
        self._place(self._at)

    def _forgive(self) -> None:
        if not self._reason.isHidden():
            self._reason.hide()
            self._line.setProperty("invalid", False)
            self._polish()
            self._place(self._at)

    def _polish(self) -> None:
        # A style sheet looks at properties only when a widget is polished.
        self._line.style().unpolish(self._line)
        self._line.style().polish(self._line)

    def _leave(self) -> None:
        """A good value is taken; a bad one is forgotten, for nobody sees why it is bad."""
        if self.isHidden():
            return
        if self._line.isModified() and is_value(self._line.text()):
            self.typed.emit(read_value(self._line.text()))
        self._forgive()
        self.dismiss()

    def _close(self) -> None:
        self._forgive()
        self.dismiss()
        self.closed.emit()


class _Line(QLineEdit):
    """The line itself: all keys are its own while it has the focus."""

    escaped = Signal()
    left = Signal()

    def event(self, event: QEvent) -> bool:
        # The window's own keys would be taken from what is typed.
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # Else the picture behind would take it as its own.
            event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()
