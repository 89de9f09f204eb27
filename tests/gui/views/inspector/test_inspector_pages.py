"""Pages that are made when they are opened: as if they had always been there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import DARK
from nnviz.gui.views.inspector import TABS, InspectorView
from nnviz.insight.microsteps import microsteps
from nnviz.insight.parts import EdgePart

Show = Callable[..., Any]
LATER = [name for name in TABS if name != "Step"]


def seen(view: QWidget) -> Any:
    QApplication.processEvents()
    for child in view.findChildren(QWidget):
        # Wherever an earlier test has left the pointer.
        child.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    return view.grab().toImage()


def lived(on: SimpleNamespace, show: Show, opened_first: str | None, tab: str) -> InspectorView:
    """A view that went through all that a window tells it, and then shows a tab."""
    view, trainer = show(theme=DARK)
    if opened_first is not None:
        view.show_tab(opened_first)
        view.show_tab("Step")
    pin = on.snapshot_of(trainer)
    view.show_step(microsteps(trainer), 3)
    view._step.formula.digits.plus.click()
    view.show_step(None, 0)
    view.set_running(True)
    view.show_part(EdgePart(1, 0, 1))
    view.show_tab("Step")
    view.show_pin(pin)
    on.advance(view, trainer, 2)
    view.set_running(False)
    view.set_theme(DARK.adapted("purple-green", 1.1))
    view.show_tab(tab)
    return view  # type: ignore[no-any-return]


@pytest.mark.parametrize("tab", LATER)
def test_a_page_that_is_made_late_shows_what_one_made_early_does(
    on: SimpleNamespace, show: Show, tab: str
) -> None:
    early = lived(on, show, tab, tab)
    late = lived(on, show, None, tab)
    assert on.text(late) == on.text(early)
    assert late.subtitle == early.subtitle != ""
    if tab != "Batch":  # whose curves over time begin when it is first seen
        assert seen(late) == seen(early)


def test_only_the_first_page_is_made_at_the_start(show: Show) -> None:
    view, _ = show()
    assert list(view._pages) == ["Step"]
    assert not view._step.formula.has_tools
    view.show_tab("Slope")
    assert list(view._pages) == ["Step", "Slope"]


def test_what_pages_compute_with_is_not_imported_with_the_view() -> None:
    code = (
        "import sys, nnviz.gui.views.inspector\n"
        "names = 'batch_lens', 'difference', 'equations', 'slope'\n"
        "print([n for n in names if 'nnviz.insight.' + n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("tab", LATER)
def test_buttons_of_late_pages_leave_arrows_to_the_window(
    on: SimpleNamespace, show: Show, qtbot: QtBot, tab: str
) -> None:
    view = lived(on, show, None, tab)
    buttons = [b for b in view._page(tab).findChildren(QAbstractButton) if b.isVisible()]
    for button in filter(QWidget.isEnabled, buttons):
        assert not button.focusPolicy() & Qt.FocusPolicy.ClickFocus
        button.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(button, Qt.Key.Key_Right)
        assert not any(other.hasFocus() for other in buttons if other is not button)


def test_tab_goes_through_the_pages_in_the_order_of_their_tabs(show: Show) -> None:
    view, _ = show()
    for name in reversed(LATER):
        view.show_tab(name)
    at, met = view.nextInFocusChain(), []
    while at is not view:
        page = next((n for n, page in view._pages.items() if page.isAncestorOf(at)), None)
        if page is not None and at.focusPolicy() & Qt.FocusPolicy.TabFocus:
            met.append(page)
        at = at.nextInFocusChain()
    assert list(dict.fromkeys(met)) == list(TABS)
    assert met == sorted(met, key=list(TABS).index)
