"""Buttons and sliders that show a focus ring only to those who use the keyboard."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QPushButton,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)

from nnviz.gui.theme import LIGHT, Theme

_PASSING = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""The focus goes with the window's or for a menu, and comes back as it was."""


_NARROWEST_SLIDER = 40
"""Positions of a shorter one could not be told apart; pixels at scale 1."""


def has_ring(widget: QWidget) -> bool:
    """Whether the widget has the focus, and not by a click of the mouse."""
    return bool(widget.property("ring"))


def update_ring(widget: QWidget, event: QFocusEvent) -> None:
    """Set the property `ring`, which the style sheet draws.

    Style sheets know `:focus`, but not how it came: a ring around each clicked button is noise.
    """
    if event.reason() in _PASSING and widget.property("ring") is not None:
        return
    set_ring(widget, event.gotFocus() and event.reason() != Qt.FocusReason.MouseFocusReason)


def set_ring(widget: QWidget, ring: bool) -> None:
    """Show or hide the ring; a click hides it, also where the keyboard had brought the focus."""
    if ring != widget.property("ring"):
        widget.setProperty("ring", ring)
        # A style sheet looks at properties only when a widget is polished.
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def leaves_key_to_window(widget: QWidget, event: QKeyEvent) -> bool:
    """Whether a key is meant for the window: arrows from every button, Space from clicked ones.

    So Space plays after a click on anything, and → steps always: Qt would only move the focus.
    """
    is_space = event.key() == Qt.Key.Key_Space
    return event.key() in ARROW_KEYS or (is_space and not has_ring(widget))


ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
"""Outside dialogs Qt's buttons do not hear them."""

ARROW_KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
)


class RingForKeyboard:
    """Stands before a Qt widget among the bases of a class, and gives it the ring."""

    def mousePressEvent(self: Any, event: QMouseEvent) -> None:
        super().mousePressEvent(event)  # type: ignore[misc]
        set_ring(self, False)

    def focusInEvent(self: Any, event: QFocusEvent) -> None:
        super().focusInEvent(event)  # type: ignore[misc]
        update_ring(self, event)

    def focusOutEvent(self: Any, event: QFocusEvent) -> None:
        super().focusOutEvent(event)  # type: ignore[misc]
        update_ring(self, event)


class ButtonKeys(RingForKeyboard):
    """The same for buttons, which leave the window's keys to the window and hear Enter."""

    def keyPressEvent(self: Any, event: QKeyEvent) -> None:
        if leaves_key_to_window(self, event):
            event.ignore()
        elif event.key() in ENTER_KEYS:
            self.click()
        else:
            super().keyPressEvent(event)  # type: ignore[misc]


class PushButton(ButtonKeys, QPushButton):
    """A button with words. A click takes the focus, so that a field being edited commits."""


class ToolButton(ButtonKeys, QToolButton):
    """A button with an icon."""

    def __init__(self, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


class Slider(QSlider):
    """A horizontal slider that tells apart the user's moves from the program's.

    `preferred_width` is in pixels at scale 1.
    """

    moved = Signal(int)
    """The user moves the handle: the new position."""
    settled = Signal(int)
    """The user let go of the handle, or moved it by key, wheel or a click beside it."""

    def __init__(
        self, name: str, tooltip: str, preferred_width: int = 84, parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._is_set_by_program = False
        self._preferred_width = preferred_width
        self._theme = LIGHT
        self.valueChanged.connect(self._on_value)
        self.sliderReleased.connect(self._on_release)

    def set_position(self, position: int, maximum: int | None = None) -> None:
        """Move the handle, within a new range if given; emits neither `moved` nor `settled`."""
        self._is_set_by_program = True
        if maximum is not None:
            self.setRange(0, maximum)
        self.setValue(position)
        self._is_set_by_program = False

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        hint.setWidth(self._theme.px(self._preferred_width))
        return hint

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        hint.setWidth(self._theme.px(_NARROWEST_SLIDER))
        return hint

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Without the focus the wheel belongs to whatever scrolls.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == event.buttons() == Qt.MouseButton.LeftButton
        if is_left and not self._handle().contains(event.position().toPoint()):
            event = self._jump(event)
        super().mousePressEvent(event)
        set_ring(self, False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        update_ring(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        update_ring(self, event)

    def _handle(self) -> QRect:
        return self._part(QStyle.SubControl.SC_SliderHandle)

    def _part(self, part: QStyle.SubControl) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return self.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, self)

    def _jump(self, event: QMouseEvent) -> QMouseEvent:
        """Bring the handle under the pointer; the press as if it had been on the handle's middle.

        Qt's own answer to a press beside the handle is a page, which nobody can foresee.
        """
        groove, handle = self._part(QStyle.SubControl.SC_SliderGroove), self._handle()
        left = round(event.position().x() - handle.width() / 2) - groove.left()
        room = groove.width() - handle.width()
        self.setSliderDown(True)  # so that the release settles, as after any drag
        self.setSliderPosition(
            QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), left, room)
        )
        middle = QPointF(self._handle().center())
        return QMouseEvent(
            event.type(),
            middle,
            QPointF(self.mapToGlobal(middle)),
            event.button(),
            event.buttons(),
            event.modifiers(),
            event.pointingDevice(),
        )

    def _on_value(self, value: int) -> None:
        if self._is_set_by_program:
            return
        self.moved.emit(value)
        if not self.isSliderDown():
            self.settled.emit(value)

    def _on_release(self) -> None:
        self.settled.emit(self.value())
