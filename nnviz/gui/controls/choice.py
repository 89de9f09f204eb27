"""ChoiceBox: a combo box over a registry; it says of each entry what it does, or why it is not."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import NamedTuple, Protocol

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QWidget,
)

from nnviz.gui.controls.buttons import RingForKeyboard, has_ring
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme, mix

_LIST_PADDING = 8
"""Beside the entries of the open list, in pixels: the style sheet's padding, and some air."""
_NARROWEST = 72
_LABEL_SIZE = 12
_REASON_SIZE = 11
_REASON_PADDING = 6
_REASON_ROLE = Qt.ItemDataRole.UserRole + 1
_LONGEST_REASON_LINE = 34
"""In characters; a list as wide as a whole sentence would cover what it is about."""


class Entry(Protocol):
    """What a registry says about each of its names."""

    @property
    def label(self) -> str: ...

    @property
    def tooltip(self) -> str: ...


class Choice(NamedTuple):
    """An entry that is in no registry: its label, and one sentence on what it does."""

    label: str
    tooltip: str


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
        brief: Mapping[str, str] | None = None,
    ) -> None:
        """`brief` has shorter labels for a closed box that is narrow, by name."""
        super().__init__(parent)
        self._entries = entries
        self._brief = brief or {}
        self._tooltip = tooltip
        self._current: str | None = None
        self._reason = ""
        self._theme = LIGHT
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The style's own delegate for combo boxes ignores the style sheet's row height.
        self._delegate = _EntryDelegate(self)
        self.setItemDelegate(self._delegate)
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
        self._show_tooltip()

    def set_reason(self, sentence: str) -> None:
        """Say in the tooltip why nothing can be chosen; an empty text: something can."""
        self._reason = sentence
        self._show_tooltip()

    def set_unavailable(self, reasons: Mapping[str, str]) -> None:
        """Grey the entries that cannot be chosen now; all others can be.

        A reason is a clause without a full stop, which the open list shows below the label.
        """
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        for index, (key, entry) in enumerate(self._entries.items()):
            reason = reasons.get(key, "")
            item = model.item(index)
            item.setEnabled(not reason)
            item.setData(fill(reason, _LONGEST_REASON_LINE), _REASON_ROLE)
            item.setToolTip(wrapped(f"Not now: {reason}." if reason else entry.tooltip))
            item.setAccessibleDescription(reason)

    def reason_against(self, key: str) -> str:
        """Why an entry cannot be chosen now; empty if it can."""
        reason = self.itemData(self.findData(key), _REASON_ROLE)
        return " ".join(str(reason or "").split())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._delegate.set_theme(theme)
        for widget in (self, self.view()):
            widget.setFont(theme.font(_LABEL_SIZE))
        self.updateGeometry()

    def shown_text(self) -> str:
        """The label as the closed box has room for it: shorter, or with a mark for what is cut."""
        option = QStyleOptionComboBox()
        super().initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            self,
        )
        label = option.currentText
        words = label.split()
        cut = [" ".join(words[:count]) + "…" for count in range(len(words) - 1, 0, -1)]
        texts = [label, self._brief.get(self._current or "", label), *cut]
        fitting = (text for text in texts if self._fits(text, room.width()))
        return next(fitting, texts[-1])

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        if self.currentIndex() >= 0:
            option.currentText = self.shown_text()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(_NARROWEST), super().minimumSizeHint().height())

    def showPopup(self) -> None:
        # As wide as the longest label: the list has room where the column has none.
        view = self.view()
        margins = view.contentsMargins()
        beside = margins.left() + margins.right() + 2 * self._theme.px(_LIST_PADDING)
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

    def _show_tooltip(self) -> None:
        usual = self._tooltip if self._current is None else self._entries[self._current].tooltip
        self.setToolTip(wrapped(self._reason or usual))

    def _fits(self, text: str, room: int) -> bool:
        return self.fontMetrics().horizontalAdvance(text) <= room

    def _choose(self, index: int) -> None:
        key = str(self.itemData(index))
        is_new = key != self._current
        self.set_current(key)
        if is_new:
            self.changed.emit(key)


class _EntryDelegate(QStyledItemDelegate):
    """Draws what cannot be chosen paler, with the reason in small lines below its label."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        reason = index.data(_REASON_ROLE)
        if not reason:
            super().paint(painter, option, index)
            return
        theme = self._theme
        beside, above = theme.px(_REASON_PADDING), theme.px(_REASON_PADDING) // 2
        place = option.rect.adjusted(beside, above, -beside, -above)
        painter.save()
        painter.setPen(mix(theme.dim, theme.card, 0.25))
        painter.setFont(theme.font(_LABEL_SIZE))
        painter.drawText(place, Qt.AlignmentFlag.AlignTop, index.data())
        painter.setPen(theme.dim)
        painter.setFont(theme.font(_REASON_SIZE))
        painter.drawText(place, Qt.AlignmentFlag.AlignBottom, reason)
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        hint = super().sizeHint(option, index)
        reason = index.data(_REASON_ROLE)
        if not reason:
            return hint
        theme = self._theme
        lines = QFontMetrics(theme.font(_REASON_SIZE)).boundingRect(QRect(), 0, reason)
        label = QFontMetrics(theme.font(_LABEL_SIZE))
        height = label.height() + lines.height() + theme.px(_REASON_PADDING)
        width = lines.width() + 2 * theme.px(_REASON_PADDING)
        return QSize(max(hint.width(), width), height)
