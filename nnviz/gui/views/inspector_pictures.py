"""Small pictures of the surface at two moments, or of what changed between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnviz.gui.theme import LIGHT, NEUTRAL_INDEX, Theme
from nnviz.gui.views.scales import short_text
from nnviz.insight.difference import SurfaceChange

Array = NDArray[np.float64]
_SIZE = 10
_LARGEST = 150
"""Side of a picture, in pixels at scale 1."""


class Surfaces(QWidget):
    """Before and now beside each other, or one picture of the change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._change: SurfaceChange | None = None
        self._is_subtracted = False
        self._pictures: list[tuple[QImage, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Surfaces compared")

    @property
    def captions(self) -> list[str]:
        """The words under the pictures."""
        return [caption for _, caption in self._pictures]

    def show_change(self, change: SurfaceChange | None, is_subtracted: bool) -> None:
        self._change, self._is_subtracted = change, is_subtracted
        self._make()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._make()

    def sizeHint(self) -> QSize:
        return QSize(self._width(), self._theme.px(100))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width(), self._theme.px(50))

    def fit_height(self, height: int) -> None:
        """Be as wide as square pictures of this height are."""
        words = QFontMetricsF(self._theme.font(_SIZE)).height()
        side = min(height - round(words) - 2, self._theme.px(_LARGEST))
        count = max(len(self._pictures), 1)
        self.setFixedWidth(max(side, 1) * count + self._theme.px(8) * (count - 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        words = QFontMetricsF(theme.font(_SIZE)).height()
        count, gap = max(len(self._pictures), 1), theme.px(8)
        side = min((self.width() - gap * (count - 1)) / count, self.height() - words - 2)
        painter.setFont(theme.font(_SIZE))
        for index, (image, caption) in enumerate(self._pictures):
            place = QRectF(index * (side + gap), 0, side, side)
            painter.drawImage(place, image)
            painter.setPen(QPen(theme.line, 1))
            painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
            painter.setPen(theme.dim)
            room = QRectF(place.left(), side + 1, side, words)
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, caption)
        painter.end()

    def _width(self) -> int:
        return self._theme.px(80)

    def _make(self) -> None:
        change, theme = self._change, self._theme
        if change is None:
            self._pictures = []
        elif self._is_subtracted:
            self._pictures = [_subtracted(change, theme)]
        else:
            reach = 1.0
            if change.is_changed is None:
                reach = max(_largest(change.before), _largest(change.after)) or 1.0
            shown = ((change.before, "marked"), (change.after, "now"))
            self._pictures = [(_answers(values, reach, theme), name) for values, name in shown]
        self.setAccessibleDescription(", ".join(self.captions))
        self.update()


def _answers(values: Array, reach: float, theme: Theme) -> QImage:
    if len(values) == 1:
        return _signed(values[0], reach, theme)
    return _classes(values, np.ones(values.shape[1:], dtype=bool), theme)


def _subtracted(change: SurfaceChange, theme: Theme) -> tuple[QImage, str]:
    if len(change.change) == 1:
        reach = _largest(change.change)
        caption = f"change ±{short_text(reach)}" if reach else "no change"
        return _signed(change.change[0], reach or 1.0, theme), caption
    assert change.is_changed is not None
    part = change.part_changed or 0.0
    return _classes(change.after, change.is_changed, theme), f"{part:.0%} changed"


def _largest(values: Array) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0))


def _signed(values: Array, reach: float, theme: Theme) -> QImage:
    """A signed picture of (n, n), the lowest row first."""
    half = 255 - NEUTRAL_INDEX
    scaled = np.clip(np.nan_to_num(values) / reach, -1.0, 1.0)
    levels = np.flipud(np.rint(NEUTRAL_INDEX + half * scaled)).astype(np.uint8).copy()
    n = levels.shape[0]
    image = QImage(levels.data, n, n, n, QImage.Format.Format_Indexed8)
    image.setColorTable(theme.signed_table())
    # Of its own, not of the array, and smooth when it is enlarged.
    return image.convertToFormat(QImage.Format.Format_RGB32)


def _classes(values: Array, is_shown: NDArray[np.bool_], theme: Theme) -> QImage:
    """The class of the largest of (k, n, n) values, where it is shown."""
    k, n, _ = values.shape
    known = np.nan_to_num(values, nan=-np.inf).argmax(axis=0) + 1
    levels = np.flipud(np.where(is_shown, known, 0)).astype(np.uint8).copy()
    image = QImage(levels.data, n, n, n, QImage.Format.Format_Indexed8)
    table = [theme.neutral.rgb(), *(theme.class_color(index, k).rgb() for index in range(k))]
    image.setColorTable(table)
    return image.convertToFormat(QImage.Format.Format_RGB32)
