"""Thumbnail: a preset as a small picture of its points, with its title below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from nnviz.gui.controls.buttons import (
    ARROW_KEYS,
    ENTER_KEYS,
    has_ring,
    set_ring,
    update_ring,
)
from nnviz.gui.theme import LIGHT, Theme, mix

PICTURE_HEIGHT = 54
NARROWEST = 62
"""Width of a thumbnail in the narrowest column, in pixels at scale 1, as all lengths here."""
_TITLE_GAP = 2
_TITLE_SIZE = 11
_MARGIN = 7
_CORNER = 5
_LARGE_POINT, _SMALL_POINT = 3.5, 1.6
"""Radii of a few points and of many."""
_MOST_POINTS = 90
"""More make a blot of a picture as small as this."""


@dataclass(frozen=True, eq=False)
class Scatter:
    """Points to draw: X (n, 2); y (n,) class indices, or target values where n_classes is 0."""

    X: NDArray[np.float64]
    y: NDArray[np.float64]
    n_classes: int


def lines_needed(title: str) -> int:
    """In how many lines a title fits below the narrowest thumbnail."""
    metrics = QFontMetrics(LIGHT.font(_TITLE_SIZE, QFont.Weight.DemiBold))
    return 1 if metrics.horizontalAdvance(title) < NARROWEST else 2


class Thumbnail(QAbstractButton):
    """A button that shows points. It asks for them when it is painted for the first time.

    Enter chooses; Space is left to the window, which plays what was chosen.
    """

    wanted = Signal(str)
    """The picture is on screen, but has no points yet."""
    moved = Signal(int)
    """An arrow key: Qt.Key."""

    def __init__(self, name: str, title: str, hint: str, lines: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self._title = title
        self._lines = lines
        self._theme = LIGHT
        self._scatter: Scatter | None = None
        self._picture: QPixmap | None = None
        self.fineness = 1
        """How many times finer than the screen the points are drawn: more in a figure."""
        self.setCheckable(True)
        self.setText(title)
        self.setToolTip(hint)
        self.setAccessibleName(title)
        self.setAccessibleDescription(hint)
        self._is_hovered = False
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def has_points(self) -> bool:
        return self._scatter is not None

    def set_points(self, scatter: Scatter) -> None:
        self._scatter = scatter
        self._picture = None
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._picture = None
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        line = QFontMetrics(self._theme.font(_TITLE_SIZE)).height()
        theme = self._theme
        height = self._picture_height() + theme.px(_TITLE_GAP) + self._lines * line
        return QSize(theme.px(NARROWEST), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def title_lines(self) -> list[str]:
        """The title as it is written: in as many lines as there may be, elided if it must."""
        metrics = QFontMetrics(self._title_font())
        lines = [self._title]
        words = self._title.split()
        if self._lines > 1 and metrics.horizontalAdvance(self._title) >= self.width():
            # The break that leaves the shorter longest line.
            breaks = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))] or [
                (self._title, "")
            ]
            best = min(breaks, key=lambda pair: max(map(metrics.horizontalAdvance, pair)))
            lines = [line for line in best if line]
        return [
            metrics.elidedText(line, Qt.TextElideMode.ElideRight, self.width()) for line in lines
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in ENTER_KEYS:
            self.click()
        elif key in ARROW_KEYS and has_ring(self):
            self.moved.emit(key)
        elif key in ARROW_KEYS or key == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        set_ring(self, False)

    def set_hovered(self, hovered: bool) -> None:
        """Frame it as what the pointer is at, or not."""
        if hovered != self._is_hovered:
            self._is_hovered = hovered
            self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.set_hovered(True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.set_hovered(self.rect().contains(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.set_hovered(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        update_ring(self, event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        update_ring(self, event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._scatter is None:
            self.wanted.emit(self.name)
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(0, 0, self.width(), self._picture_height())
        self._paint_frame(painter, frame)
        if self._scatter is not None:
            painter.drawPixmap(QPointF(0, 0), self._points_picture(frame.size().toSize()))
        painter.setFont(self._title_font())
        lively = self.isChecked() or self._is_hovered or has_ring(self)
        painter.setPen(theme.ink if lively else theme.dim)
        height = painter.fontMetrics().height()
        top = self._picture_height() + theme.px(_TITLE_GAP)
        for line in self.title_lines():
            painter.drawText(
                QRectF(0, top, self.width(), height), Qt.AlignmentFlag.AlignHCenter, line
            )
            top += height
        painter.end()

    def _paint_frame(self, painter: QPainter, frame: QRectF) -> None:
        theme = self._theme
        width = 2.0 if self.isChecked() or has_ring(self) else 1.0
        color = mix(theme.line, theme.dim, 0.5) if self._is_hovered else theme.line
        if self.isChecked():
            color = theme.accent
        if has_ring(self):
            color = theme.ink
        painter.setPen(QPen(color, width))
        painter.setBrush(theme.ground)
        inset = width / 2
        corner = theme.px(_CORNER)
        painter.drawRoundedRect(frame.adjusted(inset, inset, -inset, -inset), corner, corner)

    def _points_picture(self, size: QSize) -> QPixmap:
        ratio = self.devicePixelRatioF() * self.fineness
        pixels = size * ratio
        if self._picture is None or self._picture.size() != pixels:
            assert self._scatter is not None
            self._picture = _draw(self._scatter, self._theme, size, ratio)
        return self._picture

    def _picture_height(self) -> int:
        return self._theme.px(PICTURE_HEIGHT)

    def _title_font(self) -> QFont:
        weight = QFont.Weight.DemiBold if self.isChecked() else QFont.Weight.Normal
        return self._theme.font(_TITLE_SIZE, weight)


def _draw(scatter: Scatter, theme: Theme, size: QSize, ratio: float) -> QPixmap:
    """The points, with equal scales on both axes, on nothing."""
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    shown = slice(None, None, -(-len(scatter.X) // _MOST_POINTS))
    X, y = scatter.X[shown], scatter.y[shown]
    low, high = X.min(axis=0), X.max(axis=0)
    room = np.array([size.width(), size.height()]) - 2.0 * theme.px(_MARGIN)
    scale = float((room / np.maximum(high - low, 1e-12)).min())
    middle = np.array([size.width(), size.height()]) / 2
    places = middle + (X - (low + high) / 2) * scale * [1, -1]
    radius = (_LARGE_POINT if len(X) <= 8 else _SMALL_POINT) * theme.scale
    colors = _colors(y, scatter.n_classes, theme)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for (x, y_), color in zip(places.tolist(), colors, strict=True):
        painter.setBrush(color)
        painter.drawEllipse(QPointF(x, y_), radius, radius)
    painter.end()
    return picture


def _colors(y: NDArray[np.float64], n_classes: int, theme: Theme) -> list[QColor]:
    if n_classes:
        return [theme.class_color(int(index), n_classes) for index in y]
    largest = float(np.abs(y).max()) or 1.0
    return [theme.signed_color(value / largest) for value in y.tolist()]
