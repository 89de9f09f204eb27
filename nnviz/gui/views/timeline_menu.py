"""The menu of the time line: branches, bookmarks, comparing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from nnviz.run.outline import Mark, Outline


class TimelineMenu(QMenu):
    """Filled anew each time it opens."""

    seek_wanted = Signal(int)
    checkout_wanted = Signal(int)
    rename_wanted = Signal(int, str)
    delete_wanted = Signal(int)
    bookmark_wanted = Signal(str)
    bookmark_removed = Signal()
    pin_wanted = Signal()
    unpin_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._outline: Outline | None = None

    def fill(self, outline: Outline, marks: Sequence[Mark], is_pinned: bool) -> None:
        """What can be done now; `marks` are those of the present branch."""
        self.clear()
        self._outline = outline
        self._add_branches(outline)
        self.addSeparator()
        self._add("Bookmark this moment…", "B").triggered.connect(self.ask_bookmark)
        bookmarks = [mark for mark in marks if mark.kind == "bookmark"]
        remove = self._add("Remove this bookmark")
        remove.setEnabled(any(mark.update == outline.update for mark in bookmarks))
        remove.triggered.connect(self.bookmark_removed)
        for mark in bookmarks:
            action = self._add(mark_words(mark), f"update {mark.update:,}")
            action.triggered.connect(lambda _=False, u=mark.update: self.seek_wanted.emit(u))
        self.addSeparator()
        if is_pinned:
            self._add("Stop comparing").triggered.connect(self.unpin_wanted)
        else:
            self._add("Compare with this moment").triggered.connect(self.pin_wanted)

    def ask_name(self) -> None:
        """Ask for another name of the present branch."""
        if self._outline is not None:
            number = self._outline.current.number
            dialog = self._ask("Rename the branch", "Name:", self._outline.current.name)
            dialog.textValueSelected.connect(lambda name: self.rename_wanted.emit(number, name))

    def ask_bookmark(self) -> None:
        """Ask for a note to the present moment."""
        dialog = self._ask("Bookmark this moment", "Note:", "")
        dialog.textValueSelected.connect(self.bookmark_wanted)

    def _add_branches(self, outline: Outline) -> None:
        for branch in outline.branches:
            action = self._add(branch.name, f"to update {branch.newest:,}")
            action.setCheckable(True)
            action.setChecked(branch.is_current)
            action.triggered.connect(lambda _=False, n=branch.number: self.checkout_wanted.emit(n))
        self.addSeparator()
        self._add("Rename this branch…").triggered.connect(self.ask_name)
        delete = self.addMenu("Delete")
        for branch in outline.branches:
            action = delete.addAction(_plain(branch.name))
            action.setEnabled(not branch.is_current)
            action.triggered.connect(lambda _=False, n=branch.number: self.delete_wanted.emit(n))
        delete.setEnabled(len(outline.branches) > 1)

    def _add(self, words: str, hint: str = "") -> QAction:
        return self.addAction(f"{_plain(words)}\t{hint}" if hint else _plain(words))

    def _ask(self, title: str, label: str, text: str) -> QInputDialog:
        dialog = QInputDialog(self.parentWidget())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        dialog.setTextValue(text)
        dialog.open()
        return dialog


def mark_words(mark: Mark) -> str:
    """What happened there, in words."""
    return mark.words or ("a bookmark" if mark.kind == "bookmark" else mark.kind)


def _plain(words: str) -> str:
    """An ampersand in a name is none of Qt's marks for keys, nor a tab one for a column."""
    return " ".join(words.split()).replace("&", "&&")
