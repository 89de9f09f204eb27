"""The window's commands: one QAction for each, with its keys, in the menu and in context menus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QUndoStack
from PySide6.QtWidgets import QMenu, QWidget

EXPORTS = {
    "window": "&Window…",
    "network": "&Network…",
    "surface": "&Output…",
    "curves": "&Loss and accuracy…",
}


class Actions:
    """Makes the menu of the window. Keys without Ctrl are served by the window itself, because
    they must not be taken from a field that is being typed into."""

    def __init__(self, window: QWidget, undo_stack: QUndoStack) -> None:
        self._window = window
        self.menu = QMenu(window)
        self.menu.setAccessibleName("menu")
        self.export_menu = QMenu("&Export as PNG", self.menu)
        self._undo_stack = undo_stack

    def build(
        self,
        *,
        open_file: Callable[[], None],
        save_file: Callable[[], None],
        export: Callable[[str], None],
        export_focused: Callable[[], None],
        choose_theme: Callable[[str], None],
        reduce_motion: Callable[[bool], None],
        show_help: Callable[[], object],
        toggle: Callable[[], None],
        step: Callable[[], None],
    ) -> None:
        """Fill the menu; each argument is what a command does."""
        menu = self.menu
        self._add(menu, "&Open experiment…", open_file, QKeySequence.StandardKey.Open)
        self._add(menu, "&Save experiment…", save_file, QKeySequence.StandardKey.Save)
        menu.addSeparator()
        for name, title in EXPORTS.items():
            self._add(self.export_menu, title, partial(export, name))
        self.export_menu.addSeparator()
        self._add(self.export_menu, "&Focused view…", export_focused, "Ctrl+E")
        menu.addMenu(self.export_menu)
        menu.addSeparator()
        self._add_undo()
        menu.addSeparator()
        self._add_appearance(choose_theme, reduce_motion)
        menu.addSeparator()
        self._add(menu, "&Keys", show_help, "F1")
        self._add_hidden("Play or pause", toggle, "Ctrl+Space")
        self._add_hidden("Step", step, "Ctrl+Right")

    def _add(
        self,
        menu: QMenu,
        text: str,
        slot: Callable[[], object],
        keys: QKeySequence.StandardKey | str | None = None,
    ) -> QAction:
        action = QAction(text, self._window)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: slot())
        menu.addAction(action)
        # A menu that is not open does not serve keys; the window does.
        self._window.addAction(action)
        return action

    def _add_hidden(self, text: str, slot: Callable[[], None], keys: str) -> None:
        """A command that has keys, and a button elsewhere."""
        action = QAction(text, self._window)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: slot())
        self._window.addAction(action)

    def _add_undo(self) -> None:
        for action, keys in (
            (self._undo_stack.createUndoAction(self._window, "Undo"), "Ctrl+Z"),
            (self._undo_stack.createRedoAction(self._window, "Redo"), "Ctrl+Y"),
        ):
            action.setShortcut(QKeySequence(keys))
            self.menu.addAction(action)
            self._window.addAction(action)

    def _add_appearance(
        self, choose_theme: Callable[[str], None], reduce_motion: Callable[[bool], None]
    ) -> None:
        themes = QMenu("&Appearance", self.menu)
        group = QActionGroup(themes)
        for name in ("system", "light", "dark"):
            action = QAction(name.capitalize(), themes)
            action.setCheckable(True)
            action.setChecked(name == "system")
            action.triggered.connect(lambda _checked=False, name=name: choose_theme(name))
            group.addAction(action)
            themes.addAction(action)
        self.menu.addMenu(themes)
        motion = QAction("&Reduce motion", self._window)
        motion.setCheckable(True)
        motion.setToolTip("Stops the flow along the edges.")
        motion.toggled.connect(reduce_motion)
        self.menu.addAction(motion)


def key_command(key: int, modifiers: Qt.KeyboardModifier) -> str | None:
    """What a key without Ctrl asks for, when no field wants it."""
    if modifiers & ~Qt.KeyboardModifier.KeypadModifier:
        return None
    return {
        Qt.Key.Key_Space: "toggle",
        Qt.Key.Key_Right: "step",
        Qt.Key.Key_R: "reset",
        Qt.Key.Key_2: "update",
        Qt.Key.Key_3: "epoch",
    }.get(Qt.Key(key))
