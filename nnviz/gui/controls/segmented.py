"""SegmentedControl: a few choices side by side, of which one holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from nnviz.gui.controls.buttons import PushButton, has_ring
from nnviz.gui.theme import LIGHT, Theme

_AIR = 6
"""Above and below a label, in pixels at scale 1."""


class Segment(NamedTuple):
    """One choice: its label, and one sentence on what it does."""

    label: str
    tooltip: str


class SegmentedControl(QWidget):
    """Exclusive buttons as one bar; the arrow keys move the choice.

    `padding` is the least room left and right of a label, in pixels at scale 1.
    """

    changed = Signal(str)
    """The key that the user chose; never sent for `set_current`."""

    def __init__(
        self,
        name: str,
        segments: Mapping[str, Segment],
        font_size: int = 12,
        padding: int = 6,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._font_size = font_size
        self._padding = padding
        self._current: str | None = None
        self._buttons: dict[str, _SegmentButton] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        places = ["first"] + ["middle"] * (len(segments) - 2) + ["last"]
        for place, (key, segment) in zip(places, segments.items(), strict=True):
            button = _SegmentButton(segment.label, self)
            button.setProperty("place", place)
            button.setToolTip(segment.tooltip)
            button.setAccessibleName(f"{name}: {segment.label}")
            button.clicked.connect(self._choose_clicked)
            layout.addWidget(button, 1)
            self._buttons[key] = button
        self.set_theme(LIGHT)
        self._show_current()

    @property
    def current(self) -> str | None:
        return self._current

    def set_current(self, key: str | None) -> None:
        """Mark a choice, or none; emits nothing."""
        self._current = key
        self._show_current()

    def set_choice_enabled(self, key: str, enabled: bool) -> None:
        """Allow or forbid a choice."""
        self._buttons[key].setEnabled(enabled)

    def set_theme(self, theme: Theme) -> None:
        for button in self._buttons.values():
            button.set_measures(
                theme.font(self._font_size),
                theme.font(self._font_size, QFont.Weight.DemiBold),
                QSize(theme.px(self._padding), theme.px(_AIR)),
            )

    def buttons(self) -> list[QPushButton]:
        """The segments from left to right."""
        return list(self._buttons.values())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Down: 1,
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
            return
        keys = [key for key, button in self._buttons.items() if button.isEnabled()]
        focused = [key for key in keys if has_ring(self._buttons[key])]
        if not focused:
            event.ignore()
            return
        index = keys.index(focused[0]) + move
        if 0 <= index < len(keys):
            self._choose(keys[index])
            self._buttons[keys[index]].setFocus(Qt.FocusReason.TabFocusReason)

    def _choose_clicked(self) -> None:
        sender = self.sender()
        self._choose(next(key for key, button in self._buttons.items() if button is sender))

    def _choose(self, key: str) -> None:
        is_new = key != self._current
        self._current = key
        self._show_current()
        if is_new:
            self.changed.emit(key)

    def _show_current(self) -> None:
        """One segment is pressed; Tab stops at that one only, or at the first if none is."""
        stop = self._current or next(iter(self._buttons))
        for key, button in self._buttons.items():
            button.setChecked(key == self._current)
            policy = Qt.FocusPolicy.StrongFocus if key == stop else Qt.FocusPolicy.ClickFocus
            button.setFocusPolicy(policy)


class _SegmentButton(PushButton):
    """A segment, as wide as its label in bold, so that choosing it moves nothing."""

    def __init__(self, label: str, parent: QWidget) -> None:
        super().__init__(label, parent)
        self._padding = QSize()
        self._plain = self._bold = self.font()
        self.setCheckable(True)
        self.setProperty("look", "segment")
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._choose_font)

    def set_measures(self, plain: QFont, bold: QFont, padding: QSize) -> None:
        """`padding` is the room on each side of the label, beside and above it."""
        self._plain, self._bold, self._padding = plain, bold, padding
        self._choose_font()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._bold)
        beside, above = self._padding.width(), self._padding.height()
        width = metrics.horizontalAdvance(self.text()) + 2 * beside
        return QSize(width, metrics.height() + 2 * above)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _choose_font(self) -> None:
        self.setFont(self._bold if self.isChecked() else self._plain)
