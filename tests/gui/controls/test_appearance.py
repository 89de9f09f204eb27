"""AppearancePanel: it tells what is wanted, and shows silently what holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.appearance import AppearancePanel, swatch
from nnviz.gui.theme import LARGEST_SCALE, PALETTES, SMALLEST_SCALE, THEMES, Theme

Heard = list[tuple[str, object]]


@pytest.fixture
def panel(qtbot: QtBot) -> AppearancePanel:
    widget = AppearancePanel()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def heard(panel: AppearancePanel) -> Heard:
    said: Heard = []
    panel.theme_chosen.connect(lambda name: said.append(("theme", name)))
    panel.palette_chosen.connect(lambda name: said.append(("palette", name)))
    panel.scale_chosen.connect(lambda scale: said.append(("scale", scale)))
    panel.motion_reduced.connect(lambda reduced: said.append(("motion", reduced)))
    return said


def click(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center())


def test_every_choice_is_told(panel: AppearancePanel, heard: Heard, qtbot: QtBot) -> None:
    for button in reversed(panel.theme.buttons()):
        click(qtbot, button)
    assert heard == [("theme", "dark"), ("theme", "light"), ("theme", "system")]
    heard.clear()
    for name in reversed(PALETTES):
        panel.palette_choice.activated.emit(panel.palette_choice.findData(name))
    assert heard == [("palette", name) for name in reversed(PALETTES)]
    heard.clear()
    panel.reduce_motion.click()
    panel.reduce_motion.click()
    assert heard == [("motion", True), ("motion", False)]


def test_what_holds_is_shown_silently(panel: AppearancePanel, heard: Heard) -> None:
    panel.show_preferences("dark", "brown-teal", 1.25, True)
    assert heard == []
    assert panel.theme.current == "dark"
    assert panel.palette_choice.current == "brown-teal"
    assert panel.percent.text() == "125 %"
    assert panel.percent.accessibleName() == "Scale of the interface: 125 percent"
    assert panel.reduce_motion.isChecked()


def test_the_scale_goes_in_steps_to_its_ends(
    panel: AppearancePanel, heard: Heard, qtbot: QtBot
) -> None:
    panel.scale_chosen.connect(
        lambda scale: panel.show_preferences("system", "orange-blue", scale, False)
    )
    click(qtbot, panel.larger)
    click(qtbot, panel.smaller)
    assert heard == [("scale", 1.1), ("scale", 1.0)]
    while panel.larger.isEnabled():
        click(qtbot, panel.larger)
    assert heard[-1] == ("scale", LARGEST_SCALE)
    assert panel.percent.text() == "250 %"
    while panel.smaller.isEnabled():
        click(qtbot, panel.smaller)
    assert heard[-1] == ("scale", SMALLEST_SCALE)
    assert panel.percent.text() == "75 %"
    assert all(isinstance(value, float) for _, value in heard)


def test_the_keyboard_reaches_the_scale(panel: AppearancePanel, heard: Heard, qtbot: QtBot) -> None:
    panel.larger.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(panel.larger, Qt.Key.Key_Return)
    assert heard == [("scale", 1.1)]
    assert "Ctrl+=" in panel.larger.toolTip()
    assert "Ctrl+−" in panel.smaller.toolTip()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", PALETTES)
def test_a_swatch_has_the_colours_of_its_palette(qtbot: QtBot, theme: str, name: str) -> None:
    picture = swatch(name, THEMES[theme], QSize(40, 12)).toImage()
    colors = THEMES[theme].adapted(name, 1.0)
    for at, value in ((3, -1.0), (40, 0.0), (76, 1.0)):
        seen, wanted = picture.pixelColor(at, 12), colors.signed_color(value)
        off = [abs(a - b) for a, b in zip(seen.getRgb()[:3], wanted.getRgb()[:3], strict=True)]
        assert max(off) < 24, (value, seen.name(), wanted.name())


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_it_fits_a_narrow_column(
    panel: AppearancePanel, dress: Callable[[str], Theme], theme: str, scale: float
) -> None:
    scaled = dress(theme).adapted("purple-green", scale)
    panel.set_theme(scaled)
    panel.show_preferences("light", "purple-green", scale, False)
    width = scaled.px(216)
    panel.resize(width, panel.sizeHint().height())
    QApplication.processEvents()
    assert panel.minimumSizeHint().width() <= width
    assert panel.palette_choice.shown_text() == "Purple – green"
    assert panel.palette_choice.iconSize().height() == scaled.px(12)


def test_every_control_is_named_and_explained(panel: AppearancePanel) -> None:
    controls: list[QAbstractButton] = [
        *panel.theme.buttons(), panel.smaller, panel.larger, panel.reduce_motion
    ]  # fmt: skip
    for control in (*controls, panel.palette_choice):
        sentence = " ".join(control.toolTip().split())
        assert control.accessibleName()
        assert sentence.endswith(".")
        assert ". " not in sentence
