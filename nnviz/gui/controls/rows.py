"""Rows of a panel: a label at the left, its control at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from nnviz.gui.theme import LIGHT, Theme

_LABEL_SIZE = 12


class Rows(QWidget):
    """Labelled controls under each other; a label is the buddy of its control."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)

    def add(self, text: str, *controls: QWidget, buddy: QWidget | None = None) -> QLabel:
        """Add a row of controls side by side; the first one takes the room that is left.

        The label names `buddy`, or else the first control.
        """
        named = buddy or controls[0]
        label = QLabel(text, self)
        label.setProperty("look", "dim")
        label.setBuddy(named)
        label.setToolTip(named.toolTip())
        label.setFont(LIGHT.font(_LABEL_SIZE))
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
        box = QHBoxLayout()
        box.setSpacing(6)
        for index, control in enumerate(controls):
            box.addWidget(control, 0 if index else 1)
        self._grid.addLayout(box, row, 1)
        self._labels.append(label)
        return label

    def add_wide(self, widget: QWidget) -> None:
        """Add a widget over both columns."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)

    def labels(self) -> list[QLabel]:
        """The labels from top to bottom."""
        return list(self._labels)

    def set_theme(self, theme: Theme) -> None:
        for label in self._labels:
            label.setFont(theme.font(_LABEL_SIZE))
