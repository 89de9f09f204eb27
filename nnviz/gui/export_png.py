"""A widget as a PNG: sharp whatever the screen, with the experiment inside."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QWidget

from nnviz.files.png_text import METADATA_KEY, png_with_texts
from nnviz.gui.export_stage import FigureOptions, staged

_INCH_PER_METRE = 1 / 0.0254


def grab_image(widget: QWidget, options: FigureOptions) -> QImage:
    """The picture of `widget`; null when there is not enough memory for it."""
    with staged(widget, options) as stage:
        opaque = stage.ground.alpha() == 255
        kind = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
        image = QImage(stage.size * options.scale, kind)
        if image.isNull():
            return image
        # Set explicitly, so that a file does not depend on the screen that it was made on.
        image.setDevicePixelRatio(options.scale * stage.reduction)
        image.fill(stage.ground)
        with QPainter(image) as painter:
            stage.draw(painter)
    dots = round(96 * options.scale * _INCH_PER_METRE)
    image.setDotsPerMeterX(dots)
    image.setDotsPerMeterY(dots)
    return image


def png_bytes(image: QImage, experiment_json: str, title: str = "") -> bytes:
    """`image` as a PNG file whose text metadata holds the experiment; ValueError if it cannot."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, b"png")
    if not writer.write(image):
        raise ValueError(f"The picture could not be encoded as PNG: {writer.errorString()}.")
    texts = {"Software": "nnviz", METADATA_KEY: experiment_json}
    if title:
        texts = {"Title": title, **texts}
    return png_with_texts(bytes(buffer.data().data()), texts)
