"""Messages that do not block."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui import message_bar
from nnviz.gui.message_bar import MessageBar
from nnviz.gui.theme import DARK, LIGHT


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
