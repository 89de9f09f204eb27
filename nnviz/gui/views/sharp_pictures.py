"""Pictures in figures: smooth in every viewer, whatever it does with coarse pixels."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QImage, QPaintEngine, QPainter

_FINENESS = 3.0
"""Pixels for each of the figure's, 288 an inch: too fine for it to matter how they are smoothed."""
_MOST_PIXELS = 4_000


def is_vector(painter: QPainter) -> bool:
    """Whether what is drawn is written down, as in SVG and PDF, rather than made pixels."""
    return painter.paintEngine().type() != QPaintEngine.Type.Raster


def draw_smooth(painter: QPainter, place: QRectF, image: QImage, upside_down: bool = False) -> None:
    """Draw `image` over all of `place`, in pixels of the figure."""
    if upside_down:
        image = image.flipped(Qt.Orientation.Vertical)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    # Otherwise a PDF would keep it as JPEG.
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    if is_vector(painter):
        image = _enlarged(image, place.size(), _FINENESS)
    painter.drawImage(place, image)


def draw_rounded(painter: QPainter, place: QRectF, image: QImage, radius: float) -> None:
    """Draw `image` over `place` with round corners, through which the ground is seen."""
    fineness = _FINENESS if is_vector(painter) else abs(painter.deviceTransform().m11())
    picture = _enlarged(image, place.size(), fineness)
    rounded = QImage(picture.size(), QImage.Format.Format_ARGB32_Premultiplied)
    rounded.fill(Qt.GlobalColor.transparent)
    with QPainter(rounded) as on_rounded:
        on_rounded.setRenderHint(QPainter.RenderHint.Antialiasing)
        on_rounded.setPen(Qt.PenStyle.NoPen)
        on_rounded.setBrush(QBrush(picture))
        area = QRectF(QPointF(0, 0), QSizeF(picture.size()))
        on_rounded.drawRoundedRect(area, radius * fineness, radius * fineness)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    painter.drawImage(place, rounded)


def _enlarged(image: QImage, size: QSizeF, fineness: float) -> QImage:
    wanted = (size * fineness).toSize().expandedTo(image.size())
    if max(wanted.width(), wanted.height()) > _MOST_PIXELS:
        return image
    return image.scaled(
        wanted, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
