"""The dialog for figures: what it offers, what it shows, what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.export import FigureOptions
from nnviz.gui.export_dialog import ExportDialog
from nnviz.gui.theme import DARK, LIGHT
from nnviz.gui.window import MainWindow

WAIT = 20_000
Open = Callable[..., MainWindow]


def opened(window: MainWindow, qtbot: QtBot, name: str = "network") -> ExportDialog:
    window.documents.ask_and_export(name)
    dialog = window.findChild(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    qtbot.waitUntil(lambda: not dialog.preview.image.isNull(), timeout=WAIT)
    return dialog


def type_in(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_it_begins_with_the_view_light_and_as_on_screen(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    dialog = opened(window, qtbot)
    choices = dialog.choices
    assert (choices.view, choices.kind) == ("network", "png")
    assert choices.options() == FigureOptions()
    card = window.cards["network"]
    assert (choices.width_field.value, choices.height_field.value) == card.size().toTuple()
    assert not dialog.isModal()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("name", ["window", "surface"])
def test_the_preview_has_the_figure_s_proportions(
    open_window: Open, qtbot: QtBot, theme: object, name: str
) -> None:
    window = open_window("xor")
    dialog = opened(window, qtbot, name)
    dialog.set_theme(theme)  # type: ignore[arg-type]
    type_in(qtbot, dialog.choices.width_field, "1600")
    type_in(qtbot, dialog.choices.height_field, "1000")
    assert dialog.choices.size_box.current == "own"
    options = dialog.choices.options()
    assert (options.width, options.height) == (1600, 1000)
    dialog.show_preview()
    image = dialog.preview.image
    assert image.width() / image.height() == pytest.approx(1.6, abs=0.03)
    assert dialog.isVisible()


def test_numbers_are_offered_where_they_can_be_read(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    dialog = opened(window, qtbot)
    box = dialog.choices.numbers_box
    box.setChecked(True)
    assert dialog.choices.options().numbers
    dialog.choices.show_view("surface", 12)
    assert not box.isEnabled()
    assert not dialog.choices.options().numbers
    dialog.choices.show_view("network", 1000)
    assert not box.isEnabled()
    assert "1,000 edges" in box.toolTip()


def test_a_size_that_cannot_be_is_refused_in_words(open_window: Open, qtbot: QtBot) -> None:
    dialog = opened(open_window("xor"), qtbot)
    type_in(qtbot, dialog.choices.width_field, "9")
    assert "64 to 8192" in dialog.message
    assert dialog.choices.options().width is None


def test_everything_has_a_name_and_a_tooltip(open_window: Open, qtbot: QtBot) -> None:
    dialog = opened(open_window("xor"), qtbot)
    focusable = [
        widget
        for widget in dialog.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and widget.parent().metaObject().className() != "QComboBoxPrivateContainer"
    ]
    assert len(focusable) > 10
    for widget in focusable:
        assert widget.accessibleName(), widget
        assert widget.toolTip(), widget


def test_the_keyboard_alone_exports(
    open_window: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("xor")
    path = tmp_path / "network.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    dialog = opened(window, qtbot)
    focus = dialog.focusWidget()
    assert focus is not None
    assert focus.accessibleName() == "Export"
    qtbot.keyClick(focus, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    with Image.open(path) as picture:
        assert picture.size == (window.cards["network"].size() * 2).toTuple()
    assert "Written" in window.messages.text


def test_escape_closes_it_and_nothing_is_written(
    open_window: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: asked.append("") or ("", ""))
    dialog = opened(open_window("xor"), qtbot)
    focus = dialog.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert asked == []


def test_copy_keeps_the_dialog_open(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("xor")
    dialog = opened(window, qtbot)
    with qtbot.waitSignal(dialog.copy_wanted):
        dialog.copy_button.click()
    assert dialog.isVisible()
    assert "Copied" in window.messages.text
