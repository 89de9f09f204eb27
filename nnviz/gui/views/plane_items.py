"""What lies on the input plane: the picture of a function, the points, the probe."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPen,
    QPixmap,
    QTransform,
)

from nnviz.gui.reported import reported
from nnviz.gui.theme import LIGHT, Theme, solid
from nnviz.gui.views.sharp_pictures import draw_smooth, is_vector

_HALO = QColor(0, 0, 0, 165)
"""Around the light outline of a point, so that it is seen on a pale ground too."""
_TEST_SIZE = 0.8
"""Half the side of a square by a circle's radius: a circle beneath stays to be seen."""


class PictureItem(pg.GraphicsObject):  # type: ignore[misc]
    """A grid of colours over a rectangle of the plane, smooth between the grid's nodes."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint32] | None = None
        self._place = QRectF()

    def set_place(self, place: QRectF) -> None:
        """The rectangle in coordinates of the data; the picture fills it to its edges."""
        if place != self._place:
            self.prepareGeometryChange()
            self._place = place

    def set_pixels(self, pixels: NDArray[np.uint32]) -> None:
        """Colours as QRgb, (rows, columns), contiguous; row 0 is the lowest."""
        rows, columns = pixels.shape
        # The image is a view of the pixels: they live as long as it does.
        self._pixels = pixels
        self._image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        self.update()

    def clear(self) -> None:
        self._image = self._pixels = None
        self.update()

    def boundingRect(self) -> QRectF:
        return self._place

    @reported
    def paint(self, painter: QPainter, *_: object) -> None:
        if self._image is None:
            return
        if is_vector(painter):
            area = painter.worldTransform().mapRect(self._place)
            painter.resetTransform()
            draw_smooth(painter, area, self._image, upside_down=True)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        # The plane's y axis points upwards, so the image's row 0 comes to lie at the bottom.
        painter.drawImage(self._place, self._image)


@dataclass(frozen=True)
class Points:
    """Where points lie, their colours as QRgb, and which belong to the test part."""

    x: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    y: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    colors: NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, dtype=np.uint32))
    is_test: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=np.bool_))


class KeptItem(pg.GraphicsObject):  # type: ignore[misc]
    """What is drawn once and kept as a pixmap.

    The picture under it changes with every frame, and would have hundreds of anti-aliased marks
    drawn again. A kind of it says whether it `is_empty` and how to `draw` itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._place = QRectF()
        self._cache: QPixmap | None = None
        self._cache_key: tuple[object, ...] = ()

    @property
    def is_empty(self) -> bool:
        raise NotImplementedError

    def draw(self, painter: QPainter, to_device: QTransform) -> None:
        raise NotImplementedError

    def set_place(self, place: QRectF) -> None:
        """The part of the plane that is seen."""
        if place != self._place:
            self.prepareGeometryChange()
            self._place = place
            self._cache = None

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.redraw()

    def redraw(self) -> None:
        """Draw anew what is kept."""
        self._cache = None
        self.update()

    def boundingRect(self) -> QRectF:
        return self._place

    @reported
    def paint(self, painter: QPainter, *_: object) -> None:
        if self.is_empty:
            return
        to_device = painter.worldTransform()
        painter.resetTransform()
        if is_vector(painter):
            self.draw(painter, to_device)
            return
        # Not the device's own ratio: while a widget is rendered into a picture for export, the
        # painter's device is still the widget.
        ratio = round(painter.deviceTransform().m11(), 6)
        area = to_device.mapRect(self._place).toAlignedRect()
        key = (to_device.m11(), to_device.m22(), to_device.dx(), to_device.dy(), area, ratio)
        if self._cache is None or key != self._cache_key:
            pixmap = QPixmap(area.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            cache_painter = QPainter(pixmap)
            offset = QTransform.fromTranslate(-area.x(), -area.y())
            self.draw(cache_painter, to_device * offset)
            cache_painter.end()
            self._cache, self._cache_key = pixmap, key
        painter.drawPixmap(area.topLeft(), self._cache)


class PointsItem(KeptItem):
    """Points of the data: train as circles, test as squares."""

    def __init__(self) -> None:
        super().__init__()
        self._points = Points()
        self._show_test = True

    @property
    def is_empty(self) -> bool:
        return not len(self._points.x)

    def set_points(self, points: Points) -> None:
        self._points = points
        self.redraw()

    def set_show_test(self, show: bool) -> None:
        self._show_test = show
        self.redraw()

    def draw(self, painter: QPainter, to_device: QTransform) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = mark_radius(len(self._points.x)) * self._theme.scale
        train_line = self._theme.ink if self._theme.is_dark else solid(self._theme.card)
        self._draw_marks(painter, to_device, False, radius, train_line)
        if self._show_test:
            self._draw_marks(painter, to_device, True, radius, self._theme.ink)

    def _draw_marks(
        self, painter: QPainter, to_device: QTransform, test: bool, radius: float, outline: QColor
    ) -> None:
        points = self._points
        chosen = np.flatnonzero(points.is_test == test)
        x = to_device.m11() * points.x[chosen] + to_device.dx()
        y = to_device.m22() * points.y[chosen] + to_device.dy()
        colors = points.colors[chosen]
        scale = self._theme.scale
        pen, halo = QPen(outline, 1.2 * scale), QPen(_HALO, scale)
        half, outer = _TEST_SIZE * radius, radius + 0.9 * scale
        # In the order of the data, so that no class always lies above the others.
        last = None
        for place_x, place_y, color in zip(x.tolist(), y.tolist(), colors.tolist(), strict=True):
            if color != last:
                painter.setBrush(QColor.fromRgb(color))
                last = color
            if test:
                painter.setPen(pen)
                painter.drawRect(QRectF(place_x - half, place_y - half, 2 * half, 2 * half))
            else:
                place = QPointF(place_x, place_y)
                painter.setPen(halo)
                painter.drawEllipse(place, outer, outer)
                painter.setPen(pen)
                painter.drawEllipse(place, radius, radius)


def mark_radius(n_points: int) -> float:
    """Radius of a point's mark in pixels at scale 1: smaller where there are many."""
    if n_points <= 8:
        return 6.0
    if n_points <= 400:
        return 3.9
    return 3.1 if n_points <= 1_500 else 2.3


class ProbeItem(pg.GraphicsObject):  # type: ignore[misc]
    """The place that the keyboard reads out, as a ring with a cross."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._place = QRectF()
        self._at: QPointF | None = None

    def set_place(self, place: QRectF) -> None:
        self.prepareGeometryChange()
        self._place = place

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def move_to(self, at: QPointF | None) -> None:
        self._at = at
        self.update()

    def boundingRect(self) -> QRectF:
        return self._place

    @reported
    def paint(self, painter: QPainter, *_: object) -> None:
        if self._at is None:
            return
        at = painter.worldTransform().map(self._at)
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = self._theme.scale
        for color, width in ((self._theme.card, 4.0), (self._theme.ink, 1.6)):
            painter.setPen(QPen(color, width * scale))
            painter.drawEllipse(at, 8.0 * scale, 8.0 * scale)
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                arm = QPointF(scale * dx, scale * dy)
                painter.drawLine(at + arm * 11, at + arm * 5)
