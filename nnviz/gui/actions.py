"""The window's commands: one QAction for each, with its keys, in the menu and in context menus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QUndoStack
from PySide6.QtWidgets import QMenu, QWidget

from nnviz.gui.appearance import Appearance
from nnviz.gui.figures import FIGURES
from nnviz.gui.theme import PALETTES
from nnviz.run.presets import PRESETS


class Commands(NamedTuple):
    """What the commands do."""

    open_file: Callable[[], None]
    save_file: Callable[[], None]
    save_file_as: Callable[[], None]
    save_history: Callable[[], None]
    export: Callable[[str], None]
    copy: Callable[[str], None]
    figure_with_focus: Callable[[], str]
    """The name in FIGURES of the view that has the focus, or "window"."""
    choose_preset: Callable[[str], None]
    recent_presets: Callable[[], Iterable[str]]
    show_help: Callable[[], object]
    toggle: Callable[[], None]
    step: Callable[[], None]
    step_back: Callable[[], None]


class Actions(QObject):
    """Makes the menu of the window. Keys without Ctrl are served by the window itself, because
    they must not be taken from a field that is being typed into."""

    def __init__(
        self, window: QWidget, undo_stack: QUndoStack, appearance: Appearance, commands: Commands
    ) -> None:
        super().__init__(window)
        self._window = window
        self._appearance = appearance
        self._commands = commands
        self.menu = QMenu(window)
        self.menu.setAccessibleName("menu")
        self._add_files()
        self.menu.addSeparator()
        self._add_undo(undo_stack)
        self.menu.addSeparator()
        self._add_appearance()
        self.menu.addSeparator()
        self._add(self.menu, "&Keys", commands.show_help, "F1")
        self._add_hidden("Play or pause", commands.toggle, "Ctrl+Space")
        self._add_hidden("Step", commands.step, "Ctrl+Right")
        self._add_hidden("Step back", commands.step_back, "Ctrl+Left")

    def figure_menu(self, name: str, first: Sequence[QAction] = ()) -> QMenu:
        """What a right click on a view offers, after what is `first` on it.

        The menu deletes itself when closed.
        """
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if first:
            menu.addActions(first)
            menu.addSeparator()
        export, copy = menu.addAction("Export figure…"), menu.addAction("Copy figure")
        export.triggered.connect(lambda _checked=False: self._commands.export(name))
        copy.triggered.connect(lambda _checked=False: self._commands.copy(name))
        return menu

    # --- parts of the menu

    def _add_files(self) -> None:
        commands, menu = self._commands, self.menu
        self._add(menu, "&Open experiment…", commands.open_file, QKeySequence.StandardKey.Open)
        self._add(menu, "&Save experiment", commands.save_file, QKeySequence.StandardKey.Save)
        self._add(menu, "Save experiment &as…", commands.save_file_as, "Ctrl+Shift+S")
        self._add(menu, "Save &history as CSV…", commands.save_history)
        self.recent_menu = QMenu("&Recent presets", menu)
        self.recent_menu.aboutToShow.connect(self._list_recent)
        menu.addMenu(self.recent_menu)
        menu.addSeparator()
        self.export_menu = self._figures("&Export figure", "…", commands.export, "Ctrl+E")
        self.copy_menu = self._figures("&Copy figure", "", commands.copy, "Ctrl+Shift+C")

    def _figures(self, title: str, ending: str, command: Callable[[str], None], keys: str) -> QMenu:
        menu = QMenu(title, self.menu)
        for name, figure in FIGURES.items():
            self._add(menu, figure.label + ending, partial(command, name))
        menu.addSeparator()
        focused = self._commands.figure_with_focus
        self._add(menu, f"&Focused view{ending}", lambda: command(focused()), keys)
        self.menu.addMenu(menu)
        return menu

    @Slot()
    def _list_recent(self) -> None:
        self.recent_menu.clear()
        for name in self._commands.recent_presets():
            action = self.recent_menu.addAction(PRESETS[name].title)
            action.triggered.connect(
                lambda _checked=False, name=name: self._commands.choose_preset(name)
            )
        if self.recent_menu.isEmpty():  # an experiment from a file, and nothing before
            self.recent_menu.addAction("None yet").setEnabled(False)

    def _add_undo(self, undo_stack: QUndoStack) -> None:
        for action, keys in (
            (undo_stack.createUndoAction(self._window, "Undo"), ("Ctrl+Z",)),
            (undo_stack.createRedoAction(self._window, "Redo"), ("Ctrl+Y", "Ctrl+Shift+Z")),
        ):
            action.setShortcuts([QKeySequence(each) for each in keys])
            self.menu.addAction(action)
            self._window.addAction(action)

    def _add_appearance(self) -> None:
        appearance = self._appearance
        self._themes = self._choices(
            "&Appearance",
            {name: name.capitalize() for name in ("system", "light", "dark")},
            appearance.choose,
        )
        self._palettes = self._choices(
            "&Palette",
            {name: palette.label for name, palette in PALETTES.items()},
            appearance.choose_palette,
        )
        scale = QMenu("Si&ze", self.menu)
        larger = self._add(scale, "&Larger", partial(appearance.zoom, 1), "Ctrl+=")
        larger.setShortcuts([QKeySequence("Ctrl+="), QKeySequence("Ctrl++")])
        self._add(scale, "&Smaller", partial(appearance.zoom, -1), "Ctrl+-")
        self._add(scale, "&Normal", partial(appearance.zoom, 0), "Ctrl+0")
        self.menu.addMenu(scale)
        self._motion = QAction("Reduce &motion", self._window)
        self._motion.setCheckable(True)
        self._motion.setToolTip("Stops the flow along the edges.")
        self._motion.toggled.connect(appearance.reduce_motion)
        self.menu.addAction(self._motion)
        appearance.updated.connect(self._show_appearance)
        self._show_appearance()

    def _choices(
        self, title: str, labels: dict[str, str], choose: Callable[[str], None]
    ) -> dict[str, QAction]:
        """A submenu of which one entry is checked."""
        menu = QMenu(title, self.menu)
        group = QActionGroup(menu)
        actions = {}
        for name, label in labels.items():
            action = QAction(label, menu)
            action.setCheckable(True)
            action.triggered.connect(lambda _checked=False, name=name: choose(name))
            group.addAction(action)
            menu.addAction(action)
            actions[name] = action
        self.menu.addMenu(menu)
        return actions

    @Slot()
    def _show_appearance(self) -> None:
        self._themes[self._appearance.name].setChecked(True)
        self._palettes[self._appearance.palette].setChecked(True)
        self._motion.setChecked(self._appearance.reduces_motion)

    # --- single commands

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


def key_command(key: int, modifiers: Qt.KeyboardModifier) -> str | None:
    """What a key without Ctrl asks for, when no field wants it."""
    if modifiers & ~Qt.KeyboardModifier.KeypadModifier:
        return None
    return {
        Qt.Key.Key_Space: "toggle",
        Qt.Key.Key_Right: "step",
        Qt.Key.Key_Left: "step back",
        Qt.Key.Key_R: "reset",
        Qt.Key.Key_1: "micro",
        Qt.Key.Key_2: "update",
        Qt.Key.Key_3: "epoch",
    }.get(Qt.Key(key))
