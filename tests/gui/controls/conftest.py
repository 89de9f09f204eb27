"""The application as it looks, for tests that measure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from nnviz.gui.stylesheet import stylesheet
from nnviz.gui.theme import THEMES, Theme, load_fonts


@pytest.fixture
def dress(qapp: QApplication) -> Iterator[Callable[..., Theme]]:
    """Put on a theme by name, and by scale, fonts and style sheet included; taken off later."""
    style, palette, font = qapp.style().name(), qapp.palette(), qapp.font()

    def put_on(name: str, scale: float = 1.0) -> Theme:
        theme = THEMES[name].adapted("orange-blue", scale)
        assert load_fonts() == []
        qapp.setStyle("Fusion")
        qapp.setPalette(theme.palette())
        qapp.setFont(theme.font(13))
        qapp.setStyleSheet(stylesheet(theme))
        return theme

    yield put_on
    qapp.setStyleSheet("")
    qapp.setStyle(style)
    qapp.setPalette(palette)
    qapp.setFont(font)
