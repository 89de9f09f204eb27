"""The dialog for figures: what it offers, what it shows, what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.segmented import SegmentedControl
from nnviz.gui.export import FigureOptions
from nnviz.gui.export_choices import ExportChoices
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
    dialog.choices.show_view("surface")
    assert not box.isEnabled()
    assert box.toolTip() == "There are no edges in this figure."
    assert not dialog.choices.options().numbers
    dialog.choices.show_view("network")
    assert box.isEnabled()
    assert dialog.choices.options().numbers


def test_numbers_are_not_offered_once_the_network_has_grown(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window("xor")
    dialog = opened(window, qtbot)
    box = dialog.choices.numbers_box
    box.setChecked(True)
    window.change({"hidden": (30, 32)})

    def n_edges() -> int:
        snapshot = window.session.snapshot
        return 0 if snapshot is None else sum(W.size for W in snapshot.frame.weights)

    qtbot.waitUntil(lambda: n_edges() == 1052, timeout=WAIT)
    assert not dialog.choices.options().numbers
    dialog.show_preview()
    assert not box.isEnabled()
    assert "1,052 edges" in box.toolTip()
    window.change({"hidden": (3,)})
    qtbot.waitUntil(lambda: n_edges() == 9, timeout=WAIT)
    dialog.copy_button.click()
    assert box.isEnabled()


def test_the_preview_is_drawn_anew_only_for_another_picture(
    open_window: Open, qtbot: QtBot
) -> None:
    dialog = opened(open_window("xor"), qtbot)
    choices = dialog.choices

    def is_drawn_after(gesture: Callable[[], object]) -> bool:
        """Whether the gesture has the preview drawn, in a moment; draws it then."""
        gesture()
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        waits = any(timer.isActive() for timer in dialog.findChildren(QTimer, options=direct))
        if waits:
            before = dialog.preview.image.cacheKey()
            qtbot.waitUntil(lambda: dialog.preview.image.cacheKey() != before, timeout=WAIT)
        return waits

    for kind in ("svg", "pdf", "png"):
        assert not is_drawn_after(press(choices.kind_box, kind))
    for scale in ("4", "1"):
        assert not is_drawn_after(press(choices.scale_box, scale))
    assert is_drawn_after(press(choices.look_box, "dark"))
    assert is_drawn_after(choices.numbers_box.click)
    assert is_drawn_after(choices.title_box.click)


def press(control: SegmentedControl, key: str) -> Callable[[], None]:
    (button,) = [b for b in control.buttons() if b.text().lower().rstrip("×") == key]
    return button.click


def test_a_kind_that_changes_no_picture_still_says_how_large_the_file_is(
    open_window: Open, qtbot: QtBot
) -> None:
    dialog = opened(open_window("xor"), qtbot)

    def says(text: str) -> bool:
        return any(text in label.text() for label in dialog.findChildren(QLabel))

    width, height = dialog.choices.width_field.value, dialog.choices.height_field.value
    assert says(f"{2 * width:,} × {2 * height:,} pixels")
    press(dialog.choices.scale_box, "3")()
    assert says(f"{3 * width:,} × {3 * height:,} pixels")
    press(dialog.choices.kind_box, "pdf")()
    assert says("mm, sharp at any size")


def test_what_cannot_be_chosen_says_why(open_window: Open, qtbot: QtBot) -> None:
    choices = opened(open_window("xor"), qtbot).choices
    scales = choices.scale_box.buttons()
    usual = [button.toolTip() for button in scales]
    assert len(set(usual)) == len(usual)
    for kind in ("svg", "pdf"):
        press(choices.kind_box, kind)()
        for widget in (*scales, label_of(choices, "scale")):
            assert "has no pixels" in widget.toolTip()
        assert not any(button.isEnabled() for button in scales)
    press(choices.kind_box, "png")()
    assert [button.toolTip() for button in scales] == usual
    assert choices.title_box.isEnabled()
    choices.show_view("window")
    assert not choices.title_box.isEnabled()
    assert "always part of the window" in choices.title_box.toolTip()
    choices.show_view("curves")
    assert choices.title_box.isEnabled()
    assert "Keeps the heading" in choices.title_box.toolTip()


def label_of(choices: ExportChoices, text: str) -> QLabel:
    (label,) = [label for label in choices.findChildren(QLabel) if label.text() == text]
    return label


def test_labels_explain_their_controls_in_short_lines(open_window: Open, qtbot: QtBot) -> None:
    choices = opened(open_window("xor"), qtbot).choices
    for text in ("figure", "file", "size", "pixels", "scale", "look"):
        assert label_of(choices, text).toolTip(), text
    for kind in ("png", "svg"):
        press(choices.kind_box, kind)()
        for widget in choices.findChildren(QWidget):
            for line in widget.toolTip().splitlines():
                assert len(line) <= 62, line


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
