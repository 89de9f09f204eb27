"""Appearance: light or dark, palette, scale and motion, chosen by the user or by the system."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication

from nnviz.gui.preferences import AppearanceName, Preferences
from nnviz.gui.theme import LARGEST_SCALE, SCALE_STEP, SMALLEST_SCALE, THEMES, Theme, system_theme

if TYPE_CHECKING:
    from nnviz.gui.controls.appearance import AppearancePanel


class Appearance(QObject):
    """Knows the theme that follows from all choices, and tells when it becomes another."""

    changed = Signal(object)  # Theme
    motion_changed = Signal(bool)
    """Whether motion is reduced."""
    updated = Signal()
    """Any of the choices is another; after the other signals."""

    def __init__(self, system: Theme, preferences: Preferences, parent: QObject) -> None:
        """`system` is the appearance to take where the user leaves it to the system."""
        super().__init__(parent)
        self._system = system
        self._name = preferences.appearance
        self._palette = preferences.palette
        self._scale = preferences.scale
        self._reduces_motion = preferences.reduce_motion
        self.theme = self._theme()
        QApplication.styleHints().colorSchemeChanged.connect(self._on_system_scheme)

    @property
    def name(self) -> AppearanceName:
        """ "light", "dark", or "system" to follow it."""
        return self._name

    @property
    def palette(self) -> str:
        return self._palette

    @property
    def scale(self) -> float:
        return self._scale

    @property
    def reduces_motion(self) -> bool:
        """Whether flow and easing are stopped."""
        return self._reduces_motion

    @Slot(bool)
    def reduce_motion(self, reduced: bool) -> None:
        """Stop flow and easing, or let them go on."""
        if reduced != self._reduces_motion:
            self._reduces_motion = reduced
            self.motion_changed.emit(reduced)
            self.updated.emit()

    @Slot(str)
    def choose(self, name: str) -> None:
        """ "light", "dark", or "system" to follow it."""
        assert name in ("system", "light", "dark")
        self._name = cast(AppearanceName, name)
        self._update()

    @Slot(str)
    def choose_palette(self, name: str) -> None:
        """A name in PALETTES."""
        self._palette = name
        self._update()

    @Slot(float)
    def set_scale(self, scale: float) -> None:
        """How large the interface is drawn; brought back to what a theme allows."""
        self._scale = min(max(round(scale, 2), SMALLEST_SCALE), LARGEST_SCALE)
        self._update()

    def serve(self, panel: AppearancePanel) -> None:
        """Do what is chosen in `panel`, and keep showing there what holds."""
        panel.theme_chosen.connect(self.choose)
        panel.palette_chosen.connect(self.choose_palette)
        panel.scale_chosen.connect(self.set_scale)
        panel.motion_reduced.connect(self.reduce_motion)

        def show() -> None:
            panel.show_preferences(self._name, self._palette, self._scale, self._reduces_motion)

        self.updated.connect(show)
        show()

    def zoom(self, steps: int) -> None:
        """Larger or smaller by steps; 0 goes back to 100 %."""
        self.set_scale(self._scale + SCALE_STEP * steps if steps else 1.0)

    @Slot()
    def _on_system_scheme(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._system = system_theme(application)
        self._update()

    def _theme(self) -> Theme:
        chosen = THEMES.get(self._name, self._system)
        return chosen.adapted(self._palette, self._scale)

    def _update(self) -> None:
        theme = self._theme()
        if theme != self.theme:
            self.theme = theme
            self.changed.emit(theme)
        self.updated.emit()
