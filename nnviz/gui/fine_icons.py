"""Icons for figures: buttons draw icons as pixels, and those of a screen are too few in print."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton

_FINEST = QSize(64, 64)
"""The largest pictures that the icons of `icons.py` have."""


class _FineEngine(QIconEngine):
    """Gives another icon's largest picture, whatever size is asked for; Qt draws it smaller."""

    def __init__(self, icon: QIcon) -> None:
        super().__init__()
        self._icon = icon

    def clone(self) -> QIconEngine:
        return _FineEngine(self._icon)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        self._icon.paint(painter, rect, Qt.AlignmentFlag.AlignCenter, mode, state)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        return self._icon.pixmap(_FINEST, 1.0, mode, state)


def refine(button: QAbstractButton) -> QIcon:
    """Let a button draw its icon finely; returns the icon that it had, to be given back."""
    icon = QIcon(button.icon())
    if not icon.isNull():
        button.setIcon(QIcon(_FineEngine(icon)))
    return icon
