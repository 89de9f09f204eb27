"""What a larger interface does to the window: it may have to grow, and goes back to its size."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from nnviz.gui.appearance import Appearance
from nnviz.gui.theme import Theme


class ScaleKeeper:
    """Keeps a window on its screen while its interface is scaled."""

    def __init__(self, window: QWidget, appearance: Appearance) -> None:
        self._window = window
        self._appearance = appearance
        self._scale = appearance.scale
        self._size_before: tuple[float, QSize] | None = None

    def note_size(self) -> None:
        """Before the look changes: the size to come back to."""
        if self._size_before is None:
            self._size_before = (self._scale, self._window.size())

    def fit(self, theme: Theme) -> bool:
        """After the look has changed; False where the screen has no room for so large a scale.

        Then the scale is as it was before.
        """
        before, self._scale = self._scale, theme.scale
        if theme.scale == before:
            self._size_before = None
            return True
        least = self._least()
        usual = self._window.size() if self._size_before is None else self._size_before[1]
        room = self._window.screen().availableSize().expandedTo(usual)
        if theme.scale > before and not _holds(room, least):
            self._appearance.set_scale(before)
            return False
        if self._size_before is not None and theme.scale < before:
            first_scale, size = self._size_before
            if not self._window.isMaximized():
                self._window.resize(size.expandedTo(least))
            if theme.scale <= first_scale:
                self._size_before = None
        return True

    def _least(self) -> QSize:
        layout = self._window.layout()
        assert layout is not None
        layout.activate()
        return self._window.minimumSizeHint()


def _holds(room: QSize, least: QSize) -> bool:
    return least.width() <= room.width() and least.height() <= room.height()
