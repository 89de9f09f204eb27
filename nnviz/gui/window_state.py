"""What of a window the next start finds again: from the window to preferences, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from nnviz.gui.preferences import SMALLEST_SIDE, Preferences

if TYPE_CHECKING:
    from nnviz.gui.window import MainWindow


def state_of(window: MainWindow) -> Preferences:
    """What the next start should find as it is now."""
    size = window.normalGeometry().size() if window.isMaximized() else window.size()
    looks = window.appearance
    return Preferences(
        appearance=looks.name,
        palette=looks.palette,
        scale=looks.scale,
        reduce_motion=looks.reduces_motion,
        width=max(size.width(), SMALLEST_SIDE),
        height=max(size.height(), SMALLEST_SIDE),
        is_maximized=window.isMaximized(),
        splitters=window.arrangement.sizes(),
        open_sections=tuple(window.more.open_names()),
        recent_presets=window.presets.recent,
    )


def restore_state(window: MainWindow, preferences: Preferences) -> None:
    """Size, splitters and unfolded sections as they were; looks follow from `Appearance`."""
    window.resize(preferences.width, preferences.height)
    if preferences.is_maximized:
        window.setWindowState(Qt.WindowState.WindowMaximized)
    window.more.set_open(preferences.open_sections)
    window.arrangement.settle(preferences.splitters)
    if not preferences.splitters:
        window.arrangement.fit_more(bool(preferences.open_sections))
