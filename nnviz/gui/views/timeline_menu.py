"""The menu of the time line: branches, marks, bookmarks, comparing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QInputDialog, QMenu, QPushButton, QWidget

from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.timeline_drawing import draw_mark
from nnviz.gui.views.timeline_marks import MEANINGS, mark_words
from nnviz.run.branches import Branch
from nnviz.run.outline import Mark, MarkKind, Outline

AT_ONCE = 12
"""Branches or marks in one list; more of them are folded, or they would not fit on a screen."""
_ICON = 16
_DIALOG_WIDTH, _DIALOG_SIZE = 340, 13
_LEAST_BUTTON = 84


class Entry(NamedTuple):
    """A line of a menu."""

    name: str
    """By which it is called where several are folded."""
    add: Callable[[QMenu], None]


class TimelineMenu(QMenu):
    """Filled anew each time it opens."""

    seek_wanted = Signal(int)
    checkout_wanted = Signal(int)
    rename_wanted = Signal(int, str)
    delete_wanted = Signal(int)
    bookmark_wanted = Signal(str)
    pause_wanted = Signal()
    bookmark_removed = Signal()
    pin_wanted = Signal()
    unpin_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self._outline: Outline | None = None

    def fill(self, outline: Outline, marks: Sequence[Mark], is_pinned: bool) -> None:
        """What can be done now; `marks` are those of the present branch."""
        self.clear()
        for folded in self.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
            folded.deleteLater()
        self._outline = outline
        self._add_branches(outline)
        self.addSeparator()
        self._add_marks(marks)
        self._add("Bookmark the moment shown…", "B").triggered.connect(self.ask_bookmark)
        remove = self._add("Remove this bookmark")
        remove.setEnabled(
            any(_is_bookmark(mark) and mark.update == outline.update for mark in marks)
        )
        remove.triggered.connect(self.bookmark_removed)
        self.addSeparator()
        if is_pinned:
            self._add("Stop comparing").triggered.connect(self.unpin_wanted)
        else:
            self._add("Compare with the moment shown").triggered.connect(self.pin_wanted)

    def ask_name(self) -> None:
        """Ask for another name of the present branch."""
        if self._outline is not None:
            number = self._outline.current.number
            name = self._outline.current.name
            dialog = self._ask("Rename the branch", "Another name for the branch:", "Rename", name)
            dialog.textValueSelected.connect(lambda name: self.rename_wanted.emit(number, name))

    def ask_bookmark(self) -> None:
        """Ask for a note to the present moment."""
        # Else it would be of whatever moment it is when the note is written.
        self.pause_wanted.emit()
        dialog = self._ask("Bookmark this moment", "A note to this moment:", "Bookmark", "")
        dialog.textValueSelected.connect(self.bookmark_wanted)

    def _add_branches(self, outline: Outline) -> None:
        current = outline.current
        others = [branch for branch in outline.branches if branch is not current]
        branches = list(outline.branches)
        if len(branches) > AT_ONCE:
            # The present one must be in sight, and of the others the newest.
            branches = [current, *others[::-1]]
        self._list(self, [Entry(b.name, partial(self._add_branch, branch=b)) for b in branches])
        self.addSeparator()
        self._add("Rename this branch…").triggered.connect(self.ask_name)
        delete = self._fold(self, "Delete a branch")
        self._list(delete, [Entry(b.name, partial(self._add_deletion, branch=b)) for b in others])
        delete.setEnabled(bool(others))

    def _add_branch(self, menu: QMenu, branch: Branch) -> None:
        action = menu.addAction(_line(branch.name, f"to update {branch.newest:,}"))
        action.setCheckable(True)
        action.setChecked(branch.is_current)
        action.triggered.connect(lambda: self.checkout_wanted.emit(branch.number))

    def _add_deletion(self, menu: QMenu, branch: Branch) -> None:
        action = menu.addAction(_line(branch.name))
        action.triggered.connect(lambda: self.delete_wanted.emit(branch.number))

    def _add_marks(self, marks: Sequence[Mark]) -> None:
        icons = {kind: self._icon(kind) for kind in MEANINGS}
        entries = [
            Entry(f"update {mark.update:,}", partial(self._add_mark, mark=mark, icons=icons))
            for mark in marks
        ]
        self._list(self, [e for e, mark in zip(entries, marks, strict=True) if _is_bookmark(mark)])
        go = self._fold(self, "Go to a mark")
        self._list(go, entries)
        go.setEnabled(bool(marks))
        legend = self._fold(self, "What the marks mean")
        for kind, meaning in MEANINGS.items():
            legend.addAction(icons[kind], meaning)

    def _add_mark(self, menu: QMenu, mark: Mark, icons: dict[MarkKind, QIcon]) -> None:
        action = menu.addAction(_line(mark_words(mark), f"update {mark.update:,}"))
        action.setIcon(icons[mark.kind])
        action.triggered.connect(lambda: self.seek_wanted.emit(mark.update))

    def _list(self, menu: QMenu, entries: list[Entry]) -> None:
        """One below the other; of many the first in sight, the others folded by the dozen."""
        for entry in entries[:AT_ONCE]:
            entry.add(menu)
        self._list_folded(menu, entries[AT_ONCE:])

    def _list_folded(self, menu: QMenu, entries: list[Entry]) -> None:
        size = AT_ONCE
        while len(entries) > size * AT_ONCE:
            size *= AT_ONCE
        for first in range(0, len(entries), size):
            part = entries[first : first + size]
            folded = self._fold(menu, f"{part[0].name} to {part[-1].name}")
            if size > AT_ONCE:
                self._list_folded(folded, part)
            else:
                for entry in part:
                    entry.add(folded)

    def _fold(self, menu: QMenu, words: str) -> QMenu:
        return menu.addMenu(_line(words))

    def _icon(self, kind: MarkKind) -> QIcon:
        """The shape of a mark as it is drawn on the track."""
        size = self.theme.px(_ICON)
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(size * ratio), round(size * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_mark(painter, kind, QPointF(size / 2, size / 2), self.theme)
        painter.end()
        return QIcon(picture)

    def _add(self, words: str, hint: str = "") -> QAction:
        return self.addAction(_line(words, hint))

    def _ask(self, title: str, label: str, act: str, text: str) -> QInputDialog:
        """`label` says all: a title bar may be too narrow for its words."""
        dialog = QInputDialog(self.parentWidget())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        dialog.setTextValue(text)
        dialog.setOkButtonText(act)
        dialog.setFont(self.theme.font(_DIALOG_SIZE))
        dialog.resize(self.theme.px(_DIALOG_WIDTH), dialog.sizeHint().height())
        for button in dialog.findChildren(QPushButton):
            button.setProperty("look", "accent" if button.text() == act else None)
            button.style().polish(button)
            button.setMinimumWidth(self.theme.px(_LEAST_BUTTON))
        dialog.open()
        return dialog


def _is_bookmark(mark: Mark) -> bool:
    return mark.kind == "bookmark"


def _line(words: str, hint: str = "") -> str:
    """An ampersand in a name is none of Qt's marks for keys, nor a tab one for a column."""
    plain = " ".join(words.split()).replace("&", "&&")
    return f"{plain}\t{hint}" if hint else plain
