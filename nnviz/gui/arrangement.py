"""Where the parts of the window stand: cards, splitters, widths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QSplitter, QVBoxLayout, QWidget

from nnviz.gui.card import Card
from nnviz.gui.controls.buttons import ARROW_KEYS
from nnviz.gui.theme import GUTTER

LEFT_COLUMN = 244
RIGHT_COLUMN = 372
"""Widths at 1280 pixels; wider windows give more to the network and the output."""
OUTPUT_HEIGHT, CURVES_HEIGHT = 450, 250


class _ArrowsPass(QObject):
    """Lets arrow keys through to the window: → is a step, and not a walk among buttons."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_press = event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() in ARROW_KEYS:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def make_view_card(title: str, view: Any) -> Card:
    """A card around a view, with the controls and the subtitle that the view has for it."""
    card = Card(title, view)
    for widget in view.header_widgets():
        card.add_header_widget(widget)
    if hasattr(view, "subtitle_changed"):
        view.subtitle_changed.connect(card.set_subtitle)
    arrows_pass = _ArrowsPass(card)
    for button in card.findChildren(QAbstractButton):
        button.installEventFilter(arrows_pass)
        # A click must not take the focus, or Space would press it in place of playing.
        if button.focusPolicy() & Qt.FocusPolicy.ClickFocus:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return card


def arrange(
    window: QWidget, transport: QWidget, cards: Mapping[str, Card], status: QWidget
) -> QSplitter:
    """Lay the window out; returns the splitter between its three columns."""
    left = QWidget()
    column = QVBoxLayout(left)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GUTTER)
    column.addWidget(cards["data"], 1)
    column.addWidget(cards["training"])
    right = _splitter(Qt.Orientation.Vertical, cards["surface"], cards["curves"])
    right.setSizes([OUTPUT_HEIGHT, CURVES_HEIGHT])
    columns = _splitter(Qt.Orientation.Horizontal, left, cards["network"], right)
    for index, share in enumerate((0, 3, 2)):
        columns.setStretchFactor(index, share)
    middle = 1280 - LEFT_COLUMN - RIGHT_COLUMN - 4 * GUTTER
    columns.setSizes([LEFT_COLUMN, middle, RIGHT_COLUMN])
    layout = QVBoxLayout(window)
    layout.setContentsMargins(GUTTER, GUTTER, GUTTER, 6)
    layout.setSpacing(8)
    layout.addWidget(transport)
    layout.addWidget(columns, 1)
    layout.addWidget(status)
    return columns


def _splitter(orientation: Qt.Orientation, *parts: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(GUTTER)
    for part in parts:
        splitter.addWidget(part)
    return splitter
