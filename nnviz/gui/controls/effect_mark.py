"""EffectMark: a small, quiet picture of what a change does to the run."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnviz.gui import icons
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme, mix
from nnviz.run.effects import Effect

_SIZE = 11
_DOT_RADIUS = 1.5
_GLYPHS = {Effect.REBUILDS: "rebuilds", Effect.NEW_DATA: "new data"}


class EffectMark(QWidget):
    """A dot for live changes, a turning arrow for a rebuilt network, points for new data."""

    def __init__(self, effect: Effect, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._effect = effect
        self._theme = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(wrapped(effect.sentence))
        self.setAccessibleName(effect.value)
        self.setAccessibleDescription(effect.sentence)

    @property
    def effect(self) -> Effect:
        return self._effect

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(_SIZE), self._theme.px(_SIZE))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        color = mix(self._theme.dim, self._theme.card, 0.2)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        glyph = _GLYPHS.get(self._effect)
        if glyph is None:
            radius = _DOT_RADIUS * self._theme.scale
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(QPointF(self.width() / 2, self.height() / 2), radius, radius)
        else:
            picture = icons.pixmap(glyph, color, round(self.width() * self.devicePixelRatioF()))
            painter.drawPixmap(self.rect(), picture)
        painter.end()
