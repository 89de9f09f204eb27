"""Colours mean what they should, and can be told apart and read."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import DARK, LIGHT, NEUTRAL_INDEX, THEMES, Theme, load_fonts, mix

BOTH = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)


def _luminance(color: QColor) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = []
    for channel in (color.redF(), color.greenF(), color.blueF()):
        parts.append(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@BOTH
def test_words_can_be_read(theme: Theme) -> None:
    assert _contrast(theme.ink, theme.card) >= 7
    assert _contrast(theme.dim, theme.card) >= 4.5
    assert _contrast(theme.ink, theme.field) >= 7
    assert _contrast(theme.warning, theme.card) >= 4.5


@BOTH
def test_the_signed_map_runs_from_end_to_end(theme: Theme) -> None:
    table = theme.signed_table()
    assert len(table) == 256
    assert table[1] == theme.negative.rgb()
    assert table[NEUTRAL_INDEX] == theme.neutral.rgb()
    assert table[255] == theme.positive.rgb()
    assert theme.signed_color(5.0) == theme.positive
    assert theme.signed_color(-5.0) == theme.negative


@BOTH
def test_discretised_there_are_two_colours(theme: Theme) -> None:
    assert set(theme.signed_table(discretise=True)) == {theme.negative.rgb(), theme.positive.rgb()}


@BOTH
def test_classes_have_colours_of_their_own(theme: Theme) -> None:
    assert theme.class_color(0, 2) == theme.negative
    assert theme.class_color(1, 2) == theme.positive
    for n in range(3, 9):
        assert len({theme.class_color(k, n).rgb() for k in range(n)}) == n
        table = theme.class_table(n, 256 // n)
        assert len(table) <= 256
        for k in range(n):
            assert table[k * (256 // n)] == theme.neutral.rgb()
            assert table[(k + 1) * (256 // n) - 1] == theme.class_color(k, n).rgb()


def test_a_mixture_lies_between() -> None:
    assert mix(QColor(0, 0, 0), QColor(200, 100, 50), 0.5) == QColor(100, 50, 25)


def test_the_fonts_are_ours(qtbot: QtBot) -> None:
    assert load_fonts() == []
    for font in (LIGHT.font(13), LIGHT.mono(13)):
        assert QFontInfo(font).family() == font.family()
    assert QFontDatabase.hasFamily("Inter")


def test_numbers_are_equally_wide(qtbot: QtBot) -> None:
    from PySide6.QtGui import QFontMetricsF

    load_fonts()
    metrics = QFontMetricsF(LIGHT.mono(13))
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


def test_themes_are_found_by_name() -> None:
    assert THEMES == {"light": LIGHT, "dark": DARK}
    assert DARK.is_dark
    assert not LIGHT.is_dark
