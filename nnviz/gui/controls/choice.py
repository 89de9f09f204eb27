"""ChoiceBox: a combo box over a registry, with a tooltip for every entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QWidget,
)

from nnviz.gui.controls.buttons import RingForKeyboard, has_ring
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme

_LIST_PADDING = 8
"""Beside the entries of the open list, in pixels: the style sheet's padding, and some air."""


class Entry(Protocol):
    """What a registry says about each of its names."""

    @property
    def label(self) -> str: ...

    @property
    def tooltip(self) -> str: ...


class ChoiceBox(RingForKeyboard, QComboBox):
    """One name of a registry. `changed` tells only what the user chose."""

    changed = Signal(str)
    """The name that the user chose; never sent for `set_current`."""

    def __init__(
        self,
        name: str,
        entries: Mapping[str, Entry],
        tooltip: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._entries = entries
        self._tooltip = tooltip
        self._current: str | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The style's own delegate for combo boxes ignores the style sheet's row height.
        self.setItemDelegate(QStyledItemDelegate(self))
        self.setMaxVisibleItems(16)
        for key, entry in entries.items():
            self.addItem(entry.label, key)
            self.setItemData(self.count() - 1, wrapped(entry.tooltip), Qt.ItemDataRole.ToolTipRole)
        self.activated.connect(self._choose)
        self.set_theme(LIGHT)
        self.set_current(None)

    @property
    def current(self) -> str | None:
        return self._current

    def set_current(self, key: str | None, instead: str = "") -> None:
        """Show a name, or, for None, the text `instead`; emits nothing."""
        self._current = key
        self.setPlaceholderText(instead)
        self.setCurrentIndex(-1 if key is None else self.findData(key))
        self.setToolTip(wrapped(self._tooltip if key is None else self._entries[key].tooltip))

    def set_theme(self, theme: Theme) -> None:
        self.setFont(theme.font(12))
        self.view().setFont(theme.font(12))

    def shown_text(self) -> str:
        """The label as the closed box has room for it: its last words give way."""
        option = QStyleOptionComboBox()
        super().initStyleOption(option)
        place = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            self,
        )
        words = option.currentText.split()
        while len(words) > 1 and not self._fits(" ".join(words), place.width()):
            words.pop()
        return " ".join(words)

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        if self.currentIndex() >= 0:
            option.currentText = self.shown_text()

    def minimumSizeHint(self) -> QSize:
        return QSize(72, super().minimumSizeHint().height())

    def showPopup(self) -> None:
        # As wide as the longest label: the list has room where the column has none.
        view = self.view()
        margins = view.contentsMargins()
        beside = margins.left() + margins.right() + 2 * _LIST_PADDING
        view.setMinimumWidth(view.sizeHintForColumn(0) + beside)
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Not even with the focus: it would change, unseen, what it only scrolls past.
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # After a click typed characters are commands, not the beginning of a name to go to.
        if event.text().isprintable() and event.text() and not has_ring(self):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _fits(self, text: str, room: int) -> bool:
        return self.fontMetrics().horizontalAdvance(text) <= room

    def _choose(self, index: int) -> None:
        key = str(self.itemData(index))
        is_new = key != self._current
        self.set_current(key)
        if is_new:
            self.changed.emit(key)
