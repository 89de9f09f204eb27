"""Colour bar and legend: the right words, the right colours, nothing on top of another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.colorbar import ColorBar
from nnviz.gui.views.legend import Legend, LegendEntry, Mark

NAMES = [f"species number {index}" for index in range(10)]


def on_card(qtbot: QtBot, widget: Any, theme: Theme, width: int = 260) -> QWidget:
    """Give the widget the ground that it has in the window."""
    ground = QWidget()
    qtbot.addWidget(ground)
    # The ground owns the widget: it must not go before it.
    widget.ground = ground
    palette = ground.palette()
    palette.setColor(palette.ColorRole.Window, theme.card)
    ground.setPalette(palette)
    widget.setParent(ground)
    widget.set_theme(theme)
    height = widget.sizeHint().height()
    ground.resize(width, height)
    widget.setGeometry(0, 0, width, height)
    widget.show()
    return ground


def inked_columns(widget: QWidget, ground: QColor, rows: slice = slice(None)) -> np.ndarray:
    """For each column of pixels whether anything is drawn in it."""
    image = widget.grab().toImage()
    pixels = np.array(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4)
    background = np.array([ground.blue(), ground.green(), ground.red()])
    return (np.abs(pixels[rows, :, :3].astype(int) - background).max(axis=2) > 60).any(axis=0)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_bar_goes_from_low_to_high(qtbot: QtBot, theme: Theme) -> None:
    bar = ColorBar()
    on_card(qtbot, bar, theme)
    bar.show_bar(np.array(theme.signed_table(), dtype=np.uint32), ("−1", "0", "1"))
    image = bar.grab().toImage()
    for x, wanted in ((1, theme.negative), (130, theme.neutral), (258, theme.positive)):
        color = image.pixelColor(x, 4)
        assert abs(color.red() - wanted.red()) < 12
        assert abs(color.blue() - wanted.blue()) < 12
    assert bar.labels == ("−1", "0", "1")
    assert bar.accessibleDescription() == "From −1 over 0 to 1."


def test_labels_of_the_bar_do_not_touch(qtbot: QtBot) -> None:
    bar = ColorBar()
    ground = on_card(qtbot, bar, LIGHT, width=200)
    table = np.array(LIGHT.signed_table(), dtype=np.uint32)
    bar.show_bar(table, ("a very long name of a class", "0.5", "and another one as long as that"))
    inked = inked_columns(ground, LIGHT.card, slice(12, None))
    gaps = np.diff(np.flatnonzero(np.diff(np.concatenate([[1], inked, [1]]))))
    assert np.count_nonzero(gaps >= 6) >= 2
    assert bar.labels[0] == "a very long name of a class"


def test_the_same_bar_again_costs_no_drawing(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    bar = ColorBar()
    on_card(qtbot, bar, LIGHT)
    table = np.array(LIGHT.signed_table(), dtype=np.uint32)
    bar.show_bar(table, ("−1", "0", "1"))
    updates: list[int] = []
    monkeypatch.setattr(bar, "update", lambda: updates.append(1))
    bar.show_bar(table.copy(), ("−1", "0", "1"))
    assert not updates
    bar.show_bar(table, ("−2", "0", "2"))
    bar.show_chips(((QColor("red"), "a"),))
    bar.show_bar(table, ("−2", "0", "2"))
    assert len(updates) == 3


def test_each_class_has_a_chip(qtbot: QtBot) -> None:
    bar = ColorBar()
    on_card(qtbot, bar, LIGHT)
    chips = tuple((LIGHT.class_color(k, 3), f"class {k}") for k in range(3))
    bar.show_chips(chips)
    image = bar.grab().toImage()
    colors = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    assert {color.rgb() for color, _ in chips} <= colors
    assert bar.accessibleDescription() == "Classes: class 0, class 1, class 2."


@pytest.mark.parametrize("width", [120, 200, 300, 700])
def test_what_has_no_room_is_counted(qtbot: QtBot, width: int) -> None:
    bar = ColorBar()
    ground = on_card(qtbot, bar, LIGHT, width)
    bar.show_chips(tuple((QColor("red"), name) for name in NAMES))
    assert not inked_columns(ground, LIGHT.card)[-1], "something is cut off at the right"
    assert bar.labels == tuple(NAMES)


ENTRIES = (
    LegendEntry(Mark.SOLID, QColor("blue"), "train", "0.0000"),
    LegendEntry(Mark.THIN, QColor("black"), "data", "0.0000"),
    LegendEntry(Mark.DASHED, QColor("orange"), "test", "0.0000"),
)


def test_three_curves_and_their_values_fit_into_the_narrowest_card(qtbot: QtBot) -> None:
    legend = Legend()
    ground = on_card(qtbot, legend, LIGHT, width=302)
    legend.set_entries(ENTRIES)
    legend.set_values(("0.1234", "3.2e−5", "12.34"))
    assert not inked_columns(ground, LIGHT.card)[-2:].any()


def test_values_do_not_move_the_names(qtbot: QtBot) -> None:
    legend = Legend()
    ground = on_card(qtbot, legend, LIGHT, width=302)
    legend.set_entries(ENTRIES[:2])
    seen = []
    for value in ("8.8888", "0.1"):
        legend.set_values(("", value))
        seen.append(inked_columns(ground, LIGHT.card)[:130])
    assert np.array_equal(*seen)


def test_the_read_out_takes_the_place_of_entries_that_it_would_touch(qtbot: QtBot) -> None:
    legend = Legend()
    ground = on_card(qtbot, legend, LIGHT, width=200)
    points = (
        LegendEntry(Mark.CIRCLE, QColor("black"), "train"),
        LegendEntry(Mark.SQUARE, QColor("black"), "test"),
    )
    legend.set_entries(points)
    assert inked_columns(ground, LIGHT.card)[:40].any()
    legend.set_readout("0.5")
    inked = inked_columns(ground, LIGHT.card)
    assert inked[:40].any()
    assert inked[-30:].any()
    legend.set_readout("x₁  0.30  x₂ −0.45")
    assert not inked_columns(ground, LIGHT.card)[:40].any()
    legend.set_readout("0.90 " + NAMES[0] * 4)
    assert inked_columns(ground, LIGHT.card)[:10].any()
