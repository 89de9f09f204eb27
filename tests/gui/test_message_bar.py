"""Messages that do not block."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QPushButton,
    QTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from nnviz.gui import message_bar
from nnviz.gui.message_bar import MessageBar
from nnviz.gui.theme import DARK, LIGHT
from nnviz.gui.window import MainWindow


def _shown(qtbot: QtBot) -> tuple[QWidget, MessageBar]:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(900, 500)
    bar = MessageBar(parent)
    parent.show()
    return parent, bar


def test_it_is_hidden_until_there_is_something_to_say(qtbot: QtBot) -> None:
    _, bar = _shown(qtbot)
    assert not bar.isVisible()
    bar.inform("Written: a.png")
    assert bar.isVisible()
    assert bar.text == "Written: a.png"
    assert bar.accessibleName() == "Written: a.png"


def test_it_stays_inside_its_parent(qtbot: QtBot) -> None:
    parent, bar = _shown(qtbot)
    bar.warn("word " * 120)
    for width in (900, 500, 1400):
        parent.resize(width, 500)
        assert parent.rect().contains(bar.geometry())


def test_it_goes_away_by_itself(qtbot: QtBot, monkeypatch: object) -> None:
    _, bar = _shown(qtbot)
    bar._show("soon gone", False, 20)
    qtbot.waitUntil(lambda: not bar.isVisible())


def test_a_warning_stays_longer_and_looks_different(qtbot: QtBot) -> None:
    _, bar = _shown(qtbot)
    assert message_bar.WARNING_LASTS > message_bar.INFORMATION_LASTS
    for theme in (LIGHT, DARK):
        bar.set_theme(theme)
        bar.warn("Something is wrong.")
        assert theme.warning.name() in bar._text.styleSheet()
        bar.inform("All is well.")
        assert theme.ink.name() in bar._text.styleSheet()


def test_it_can_be_closed(qtbot: QtBot) -> None:
    _, bar = _shown(qtbot)
    bar.warn("Something is wrong.")
    button = bar.findChild(QToolButton)
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()


def test_a_warning_may_have_a_way_out(qtbot: QtBot) -> None:
    parent, bar = _shown(qtbot)
    done: list[str] = []
    bar.warn("It went wrong.", ("Go back", lambda: done.append("back")))
    button = bar.findChild(QPushButton)
    assert button is not None
    assert button.isVisible()
    assert parent.rect().contains(bar.geometry())
    assert bar.rect().contains(button.geometry())
    assert (button.text(), button.accessibleName()) == ("Go back", "Go back")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == ["back"]
    assert not bar.isVisible()
    bar.warn("It went wrong again.")
    assert not button.isVisible()


def _over_a_line(qtbot: QtBot) -> tuple[QWidget, QTextEdit, QLabel, MessageBar]:
    """A window, what is in it, the line at its foot, and a bar that stands over that."""
    parent = QWidget()
    qtbot.addWidget(parent)
    layout = QVBoxLayout(parent)
    above, line = QTextEdit(), QLabel("Paused.")
    layout.addWidget(above, 1)
    layout.addWidget(line)
    bar = MessageBar(parent)
    bar.stand_over(line)
    parent.show()
    return parent, above, line, bar


@pytest.mark.parametrize("words", [4, 60, 300])
def test_it_covers_only_the_line_that_it_stands_over(qtbot: QtBot, words: int) -> None:
    parent, above, line, bar = _over_a_line(qtbot)
    parent.resize(900, 500)
    QApplication.processEvents()
    before = line.geometry()
    for width in (900, 700, 1200):
        bar.warn("word " * words, ("Go back", lambda: None))
        parent.resize(width, 500)
        QApplication.processEvents()
        assert parent.rect().contains(bar.geometry())
        assert not bar.geometry().intersects(above.geometry())
    bar.hide()
    parent.resize(900, 500)
    QApplication.processEvents()
    assert line.geometry() == before


@pytest.mark.parametrize("words", [4, 60, 300])
def test_a_window_at_its_least_does_not_grow(qtbot: QtBot, words: int) -> None:
    parent, _, _, bar = _over_a_line(qtbot)
    least = parent.minimumSizeHint()
    parent.resize(least)
    for _ in range(2):
        bar.warn("word " * words)
        QApplication.processEvents()
        assert parent.size() == least
        assert parent.rect().contains(bar.geometry())
    bar.hide()
    QApplication.processEvents()
    assert parent.minimumSizeHint() == least


def test_a_short_message_moves_nothing(open_window: Callable[..., MainWindow]) -> None:
    window = open_window("moons")
    QApplication.processEvents()
    parts = [*window.cards.values(), window.timeline, window.status]
    before = [part.geometry() for part in parts]
    for say in (window.inform, window.warn):
        say("This begins a new run; Ctrl+Z brings back the one before, with its time line.")
        QApplication.processEvents()
        assert [part.geometry() for part in parts] == before
        assert window.messages.geometry().top() >= window.timeline.geometry().bottom()
