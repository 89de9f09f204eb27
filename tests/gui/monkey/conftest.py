"""A monkey at the real window: it draws random gestures, makes them and watches the consequences.

It finds what it plays with by walking the widgets, so that new controls are covered too. Every
gesture is a value: a failure prints them all, and `Monkey.replay` makes them again.
"""

from __future__ import annotations

import random
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QInputMethodEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QWidget,
)
from shiboken6 import isValid

from nnviz.gui.states import State
from nnviz.gui.theme import DARK, LARGEST_SCALE, LIGHT, PALETTES, SMALLEST_SCALE
from nnviz.gui.window import MainWindow
from nnviz.run.experiment import Experiment
from nnviz.run.presets import PRESETS

LONGEST_MENU = 60
"""Milliseconds that a menu or a dialog that blocks stays open before the monkey ends it."""
LONGEST_REST = 3
"""Gestures that may meet a network that stands still before the monkey lets it train again."""
LONGEST_REASON = 2000
"""Letters of what went wrong, said once more below the gestures."""

NUMBERS = (
    *("0", "1", "2", "3", "7", "40", "-1", "0.5", "0.01", "0.3", "100", "1e-9", "1000"),
    *("", " ", "abc", "nan", "inf", "1e400", "1,5", "２", "0x10", "-0", "4, 3, 2", "9" * 400, "½"),
)
KEYS = (
    *("Space", "Right", "Left", "Up", "Down", "R", "1", "2", "3", "F", "B", "F2"),
    *("Tab", "Backtab", "Escape", "Return"),
    *("Home", "End", "PageUp", "PageDown", "Plus", "Minus", "Delete", "F1"),
)
CTRL_KEYS = ("Z", "Y", "Space", "Right", "Left", "E", "S", "O", "C", "A", "Equal", "Minus", "0")
SIZES = ((1, 1), (900, 600), (1280, 800), (1600, 700), (2560, 1440))


class Target(NamedTuple):
    """A widget by its class, its accessible or object name, and which one of these it is."""

    kind: str
    name: str
    index: int


class Gesture(NamedTuple):
    kind: str
    target: Target | None
    value: Any
    pause: int
    """Milliseconds that the program has for itself afterwards."""


def _target_of(widget: QWidget) -> tuple[str, str]:
    return type(widget).__name__, widget.accessibleName() or widget.objectName()


def widgets() -> dict[Target, QWidget]:
    """Everything that can be seen, in all windows."""
    found: dict[Target, QWidget] = {}
    counts: dict[tuple[str, str], int] = {}
    for top in QApplication.topLevelWidgets():
        for widget in (top, *top.findChildren(QWidget)):
            if isValid(widget) and widget.isVisible() and widget.width() and widget.height():
                key = _target_of(widget)
                counts[key] = counts.get(key, -1) + 1
                found[Target(*key, counts[key])] = widget
    return found


class World:
    """What the window meets outside of itself, and what it complains about."""

    def __init__(self, patch: pytest.MonkeyPatch, records: Callable[[], list[Any]]) -> None:
        """`records` are the messages of Qt so far."""
        self.answer = ""
        """What the next file dialog answers."""
        self._raised: list[str] = []
        self._records = records
        for name in ("getSaveFileName", "getOpenFileName"):
            patch.setattr(QFileDialog, name, lambda *_, **__: (self.answer, ""))
        patch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: self.answer)
        patch.setattr(QDesktopServices, "openUrl", lambda *_: True)
        patch.setattr(sys, "excepthook", lambda *what: self._note(what[2], what[1]))
        for owner, name in ((threading, "excepthook"), (sys, "unraisablehook")):
            patch.setattr(owner, name, lambda what: self._note(what.exc_traceback, what.exc_value))

    def _note(self, trace: TracebackType | None, error: BaseException | None) -> None:
        self._raised.append("".join(traceback.format_tb(trace)) + repr(error))

    def complaints(self) -> list[str]:
        warnings = [r for r in self._records() if not r.ignored and r.matches_level("WARNING")]
        return [*self._raised, *(record.message for record in warnings)]


class Monkey:
    """Draws gestures with a seed, makes them, and watches what comes of them."""

    def __init__(self, window: MainWindow, folder: Path, world: World) -> None:
        self.window = window
        self.made: list[Gesture] = []
        self.met_training = 0
        """How many gestures, but for those that let it train, met a network in training."""
        self._rest = 0
        self._world = world
        self._paths = self._make_files(folder)
        self._ender = QTimer(window)
        self._ender.setInterval(LONGEST_MENU)
        self._ender.timeout.connect(self._end_what_blocks)
        self._ender.start()

    @staticmethod
    def _make_files(folder: Path) -> list[str]:
        good = folder / "good.json"
        good.write_text(PRESETS["circles"].experiment.to_json())
        (folder / "garbage.json").write_bytes(b"\x00\xff{[" * 99)
        (folder / "folder.png").mkdir()
        names = ("good.json", "garbage.json", "folder.png", "a.png", "Bild ä 日本.svg", "b.pdf")
        beyond = ("missing/x.png", "garbage.json/x.json", "n" * 300 + ".png", "c.csv", "c.unknown")
        return ["", *(str(folder / name) for name in (*names, *beyond))]

    def _end_what_blocks(self) -> None:
        """A menu opened by a button, or a dialog, runs a loop of its own: leave it."""
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        for widget in (popup, modal):
            if widget is not None:
                QTest.keyClick(widget, Qt.Key.Key_Escape)
                if isValid(widget) and widget.isVisible():
                    widget.close()

    @property
    def _trains(self) -> bool:
        """Whether the network trains, or will as soon as it is loaded."""
        return self.window.session._keeps_playing()

    # --- drawing a gesture

    def gestures(self, chance: random.Random, number: int) -> Iterator[Gesture]:
        """So many random gestures, and between them what lets the network train again."""
        for _ in range(number):
            if self._rest > LONGEST_REST:
                yield Gesture("play", None, chance.choice(sorted(PRESETS)), 0)
            yield self.draw(chance)

    def draw(self, chance: random.Random) -> Gesture:
        kind = chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        kinds = {"click": QAbstractButton, "type": QLineEdit, "choose": QComboBox}
        kinds |= {"slide": QAbstractSlider}
        wanted = kinds.get(kind, QWidget)
        there = {} if kind in _WITHOUT_TARGET else widgets()
        names = [name for name, widget in there.items() if isinstance(widget, wanted)]
        target = chance.choice(names) if names else None
        where = (chance.random(), chance.random())
        value: Any = {
            "click": lambda: None,
            "press": lambda: (where, chance.choice(("left", "right", "double", "drag"))),
            "type": lambda: (chance.choice(NUMBERS), chance.choice(("Return", "Tab", "Escape"))),
            "choose": lambda: chance.randrange(40),
            "slide": chance.random,
            "key": lambda: chance.choice(KEYS),
            "ctrl": lambda: chance.choice(CTRL_KEYS),
            "hover": lambda: where,
            "wheel": lambda: (where, chance.choice((-720, -120, -15, 120, 600))),
            "menu": lambda: where,
            "action": lambda: chance.randrange(1000),
            "preset": lambda: chance.choice(sorted(PRESETS)),
            "resize": lambda: chance.choice(SIZES),
            "theme": lambda: (
                chance.choice(("light", "dark")),
                chance.choice(sorted(PALETTES)),
                chance.choice((SMALLEST_SCALE, 1.0, 1.25, LARGEST_SCALE)),
            ),
            "state": lambda: chance.choice(("showMinimized", "showMaximized", "hide", "show")),
            "undo": lambda: "".join(chance.choices("zzy", k=chance.randint(2, 12))),
            "drop": lambda: chance.choice(self._paths),
            "answer": lambda: chance.choice(self._paths),
            "focus": lambda: None,
        }[kind]()
        return Gesture(kind, target, value, chance.choice((0, 0, 1, 5, 15)))

    # --- making it

    def replay(self, gestures: Iterable[Gesture]) -> None:
        """Make these gestures; a failure says which they were, to be replayed."""
        try:
            for gesture in gestures:
                self.make(gesture)
        except BaseException as error:
            made = ",\n    ".join(map(repr, self.made))
            error.add_note(f"monkey.replay([\n    {made}\n])")
            # Once more at the end: what is shown of a long report is often only that.
            error.add_note(f"After {len(self.made)} gestures: {error!r}"[:LONGEST_REASON])
            raise

    def make(self, gesture: Gesture) -> None:
        """Make one gesture and look at the consequences; what is not there is left alone."""
        self.made.append(gesture)
        self.met_training += self._trains and gesture.kind != "play"
        widget = None if gesture.target is None else widgets().get(gesture.target)
        if widget is not None or gesture.kind in _WITHOUT_TARGET:
            getattr(self, "_" + gesture.kind)(widget, gesture.value)
        if self.window.isHidden() or self.window.isMinimized():
            QTest.qWait(gesture.pause)
            self.window.showNormal()
        QTest.qWait(gesture.pause)
        self.check()
        if self._trains:
            self._rest = 0
        elif self.window.session.state is not State.LOADING:
            self._rest += 1

    def _click(self, widget: QWidget, _: None) -> None:
        if widget.isEnabled():
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def _press(self, widget: QWidget, value: tuple[tuple[float, float], str]) -> None:
        where, how = _at(widget, value[0]), value[1]
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        if how == "double":
            QTest.mouseDClick(widget, left, none, where)
            if isValid(widget):
                QTest.mouseRelease(widget, left, none, where)
        elif how == "right":
            QTest.mouseClick(widget, Qt.MouseButton.RightButton, none, where)
        else:
            QTest.mousePress(widget, left, none, where)
            if how == "drag" and isValid(widget):
                QTest.mouseMove(widget, QPoint(widget.width() - where.x(), where.y() // 2))
            if isValid(widget):
                QTest.mouseRelease(widget, left, none, where)

    def _type(self, field: QLineEdit, value: tuple[str, str]) -> None:
        if field.isEnabled():
            field.setFocus()
            field.selectAll()
            self._write(field, value[0])
            self._key(field, value[1])

    @staticmethod
    def _write(field: QWidget, text: str) -> None:
        if text.isascii():
            QTest.keyClicks(field, text)
        else:  # QTest aborts at such letters, which come from input methods anyway
            event = QInputMethodEvent()
            event.setCommitString(text)
            QApplication.sendEvent(field, event)

    def _choose(self, box: QComboBox, number: int) -> None:
        if box.isEnabled() and box.count():
            index = number % box.count()
            model_index = box.model().index(index, 0)
            if model_index.flags() & Qt.ItemFlag.ItemIsEnabled:
                box.setCurrentIndex(index)
                box.activated.emit(index)
                box.textActivated.emit(box.itemText(index))

    def _slide(self, slider: QAbstractSlider, fraction: float) -> None:
        if slider.isEnabled():
            slider.setSliderDown(True)
            span = slider.maximum() - slider.minimum()
            slider.setSliderPosition(slider.minimum() + round(fraction * span))
            slider.setSliderDown(False)

    def _key(self, _: QWidget | None, key: str) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, getattr(Qt.Key, f"Key_{key}"))

    def _ctrl(self, _: QWidget | None, key: str) -> None:
        focus = QApplication.focusWidget() or self.window
        QTest.keyClick(focus, getattr(Qt.Key, f"Key_{key}"), Qt.KeyboardModifier.ControlModifier)

    def _hover(self, widget: QWidget, where: tuple[float, float]) -> None:
        QTest.mouseMove(widget, _at(widget, where))

    def _wheel(self, widget: QWidget, value: tuple[tuple[float, float], int]) -> None:
        at = QPointF(_at(widget, value[0]))
        buttons, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        event = QWheelEvent(
            at,
            QPointF(widget.mapToGlobal(at)),
            QPoint(),
            QPoint(0, value[1]),
            buttons,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)

    def _menu(self, widget: QWidget, where: tuple[float, float]) -> None:
        at = _at(widget, where)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
        QApplication.sendEvent(widget, event)

    def _action(self, _: QWidget | None, number: int) -> None:
        menus = self.window.findChildren(QMenu)
        actions = [*self.window.actions(), *(a for menu in menus for a in menu.actions())]
        # Not by action.menu(): in PySide6 6.10 the menu dies with the name that Python has for it.
        opening = [menu.menuAction() for menu in menus]
        actions = [
            action
            for action in actions
            if action.isEnabled() and action not in opening and "quit" not in action.text().lower()
        ]
        actions[number % len(actions)].trigger()

    def _play(self, _: QWidget | None, preset: str) -> None:
        if self.window.session.state in (State.FINISHED, State.DIVERGED):
            self.window.choose_preset(preset)
        self.window.session.play()

    def _preset(self, _: QWidget | None, name: str) -> None:
        self.window.choose_preset(name)

    def _resize(self, _: QWidget | None, size: tuple[int, int]) -> None:
        self.window.resize(*size)

    def _theme(self, _: QWidget | None, look: tuple[str, str, float]) -> None:
        self.window.set_theme((LIGHT if look[0] == "light" else DARK).adapted(*look[1:]))

    def _state(self, _: QWidget | None, name: str) -> None:
        getattr(self.window, name)()

    def _undo(self, _: QWidget | None, directions: str) -> None:
        for direction in directions:
            stack = self.window.undo_stack
            stack.undo() if direction == "z" else stack.redo()

    def _drop(self, widget: QWidget, path: str) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path)])
        data.setText("no file")
        common = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton)
        if widget.acceptDrops():
            entering = QDragEnterEvent(QPoint(5, 5), *common, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(widget, entering)
            if entering.isAccepted():
                dropping = QDropEvent(QPointF(5, 5), *common, Qt.KeyboardModifier.NoModifier)
                QApplication.sendEvent(widget, dropping)

    def _answer(self, _: QWidget | None, path: str) -> None:
        self._world.answer = path

    def _focus(self, widget: QWidget, _: None) -> None:
        widget.setFocus(Qt.FocusReason.TabFocusReason)

    # --- what must hold at all times

    def check(self) -> None:
        assert not self._world.complaints()
        session = self.window.session
        assert session.state in set(State) - {State.CLOSED}
        experiment = session.experiment
        assert Experiment.from_json(experiment.to_json()) == experiment


_WEIGHTS = {"click": 24, "press": 8, "type": 14, "choose": 8, "slide": 4, "key": 10, "ctrl": 6}
_WEIGHTS |= {"hover": 8, "wheel": 5, "menu": 3, "action": 5, "preset": 4, "resize": 3, "theme": 3}
_WEIGHTS |= {"state": 2, "undo": 4, "drop": 3, "answer": 4, "focus": 4}
_WITHOUT_TARGET = {
    *("key", "ctrl", "action", "play", "preset", "resize", "theme", "state", "undo", "answer"),
}


def _at(widget: QWidget, where: tuple[float, float]) -> QPoint:
    return QPoint(int(where[0] * widget.width()), int(where[1] * widget.height()))


@pytest.fixture
def bring_monkey(
    qtlog: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[[MainWindow, Path], Monkey]:
    """Bring a monkey to a window; all of a test live in the same world."""
    world = World(monkeypatch, lambda: qtlog.records)
    return lambda window, folder: Monkey(window, folder, world)
