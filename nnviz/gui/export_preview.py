"""A small picture of a figure, before it is written."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnviz.gui.export_png import grab_image
from nnviz.gui.export_stage import FigureOptions, figure_size
from nnviz.gui.theme import CORNER, LIGHT, Theme, mix

_WIDTH, _HEIGHT = 400, 300
_MARGIN = 12
_SQUARE = 8.0
"""Side of the squares that stand for a ground that is left out, in pixels at scale 1."""
_FINER = 2.0
"""The figure is drawn so much larger and then reduced, or thin lines would be lost."""


class ExportPreview(QWidget):
    """The figure as large as there is room, on squares where it is transparent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("preview")

    @property
    def image(self) -> QImage:
        """The picture that is shown; null before the first."""
        return self._image

    def show_figure(self, widget: QWidget, options: FigureOptions, name: str) -> None:
        """Draw `widget` as the options say, but small."""
        size, room = figure_size(widget, options), self._room().size()
        scale = min(room.width() / size.width(), room.height() / size.height(), 1.0)
        image = grab_image(widget, replace(options, scale=_FINER * scale))
        if not image.isNull():
            wanted = image.size() * (self.devicePixelRatioF() / _FINER)
            image = image.scaled(
                wanted,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            image.setDevicePixelRatio(self.devicePixelRatioF())
        self._image = image
        self.setAccessibleDescription(f"The {name}, {size.width()} by {size.height()} pixels.")
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(_WIDTH), self._theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _room(self) -> QRectF:
        margin = self._theme.px(_MARGIN)
        return QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.line, 1))
        painter.setBrush(mix(theme.ground, theme.line, 0.6))
        corner = theme.px(CORNER)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), corner, corner)
        if not self._image.isNull():
            size = self._image.deviceIndependentSize()
            place = QRectF(QPointF(0, 0), size)
            place.moveCenter(QRectF(self.rect()).center())
            place.moveTopLeft(QPointF(place.topLeft().toPoint()))
            if self._image.hasAlphaChannel():
                _draw_squares(painter, place, theme.px(_SQUARE))
            painter.drawImage(place.topLeft(), self._image)
        painter.end()


def _draw_squares(painter: QPainter, place: QRectF, side: float) -> None:
    painter.save()
    painter.setClipRect(place)
    painter.fillRect(place, QColor("#ffffff"))
    for row in range(int(place.height() / side) + 1):
        for column in range(row % 2, int(place.width() / side) + 1, 2):
            corner = place.topLeft() + QPointF(column * side, row * side)
            painter.fillRect(QRectF(corner.x(), corner.y(), side, side), QColor("#e4e6e9"))
    painter.restore()
