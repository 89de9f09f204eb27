"""All tabs: themes, scales, names for those who do not see, and the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import DARK, LIGHT
from nnviz.gui.views.inspector import TABS
from nnviz.insight.microsteps import microsteps
from nnviz.insight.parts import EdgePart
from nnviz.insight.snapshot import Snapshot

Show = Callable[..., Any]


def filled(on: SimpleNamespace, show: Show, tab: str, **options: Any) -> tuple[Any, Any]:
    """An inspector in which every tab has something to show."""
    view, trainer = show(on.moons(l2=0.01), **options)
    pin: Snapshot = on.snapshot_of(trainer)
    view.show_part(EdgePart(2, 0, 1))
    for _ in range(3):
        on.advance(view, trainer)
    view.show_pin(pin)
    view.show_step(microsteps(trainer), 5)
    view.show_tab(tab)
    view.setFixedSize(592, 130)
    QApplication.processEvents()
    return view, trainer


def picture(view: QWidget) -> Any:
    QApplication.processEvents()
    for child in view.findChildren(QWidget):
        # Wherever an earlier test has left the pointer.
        child.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    return view.grab().toImage()


@pytest.mark.parametrize("tab", TABS)
def test_a_theme_and_back_is_the_same_picture(on: SimpleNamespace, show: Show, tab: str) -> None:
    view, _ = filled(on, show, tab)
    before = picture(view)
    for theme in (DARK, LIGHT.adapted("purple-green", 0.8), DARK.adapted("red-blue", 2.0)):
        view.set_theme(theme)
        assert picture(view) != before
    view.set_theme(LIGHT)
    assert picture(view) == before


@pytest.mark.parametrize("tab", TABS)
def test_a_view_made_in_a_theme_is_as_one_changed_to_it(
    on: SimpleNamespace, show: Show, tab: str
) -> None:
    theme = DARK.adapted("brown-teal", 1.3)
    changed, _ = filled(on, show, tab)
    changed.set_theme(theme)
    made, _ = filled(on, show, tab, theme=theme)
    assert picture(changed) == picture(made)


@pytest.mark.parametrize("tab", TABS)
def test_all_that_can_be_pressed_has_a_name_and_a_sentence(
    on: SimpleNamespace, show: Show, tab: str
) -> None:
    view, _ = filled(on, show, tab)
    for button in view.findChildren(QAbstractButton):
        if button.isVisible():
            assert button.accessibleName()
            assert button.toolTip().rstrip().endswith(".")
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("size", [(420, 110), (560, 150), (900, 240)])
def test_before_anything_is_known_nothing_fails(
    show: Show, qtbot: QtBot, tab: str, size: tuple[int, int]
) -> None:
    view, trainer = show(tab=tab, size=size)
    view.reset(trainer.experiment, trainer.dataset)
    view.set_running(True)
    view.set_running(False)
    view.prepare_export(numbers=True)
    view.finish_export()
    view.grab()


@pytest.mark.parametrize("tab", TABS)
def test_when_nothing_happens_no_timer_runs(on: SimpleNamespace, show: Show, tab: str) -> None:
    view, _ = filled(on, show, tab)
    assert not any(timer.isActive() for timer in view.findChildren(QTimer) if timer.interval() > 0)


@pytest.mark.parametrize("tab", TABS)
def test_control_and_c_copies_what_is_shown(
    on: SimpleNamespace, show: Show, qtbot: QtBot, tab: str
) -> None:
    view, _ = filled(on, show, tab)
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert len(clipboard.text()) > 20


def test_space_presses_the_button_that_has_the_focus(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    view, _ = filled(on, show, "Step")
    asked: list[int] = []
    view.step_asked.connect(asked.append)
    button = on.control(view, "next micro-step")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(button, Qt.Key.Key_Space)
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert asked == [1, 1]
    heard: list[int] = []
    view.card.keyPressEvent = lambda event: heard.append(event.key())
    qtbot.keyClick(button, Qt.Key.Key_Right)
    assert heard == [Qt.Key.Key_Right]
    assert picture(button)


def test_a_chosen_part_brings_the_equation_where_nothing_shows_it(
    on: SimpleNamespace, show: Show
) -> None:
    view, trainer = show()
    view.show_part(EdgePart(1, 0, 0))
    assert view.tab == "Equation"
    for tab, then in {"Batch": "Equation", "Compare": "Equation", "Slope": "Slope"}.items():
        view.show_tab(tab)
        view.show_part(EdgePart(1, 1, 0))
        assert view.tab == then
    view.show_step(microsteps(trainer), 0)
    view.show_part(None)
    assert view.tab == "Step"
