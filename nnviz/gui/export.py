"""Any view to PNG: sharp, with the experiment inside, written whole or not at all."""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QBuffer, QIODevice, QPoint
from PySide6.QtGui import QImage, QImageWriter, QPalette
from PySide6.QtWidgets import QWidget

from nnviz.files.atomic import write_whole
from nnviz.files.png_text import METADATA_KEY
from nnviz.run.experiment import Experiment
from nnviz.run.frame import Frame

_AFTER_HEADER = 8 + 25
"""Where PNG's signature and its first chunk, the header, end."""


class ExportError(Exception):
    """A view could not be exported; the message is one sentence for the user."""


@runtime_checkable
class PreparesExport(Protocol):
    """A widget that draws better, if slower, for a picture that is kept."""

    def prepare_export(self) -> None: ...

    def finish_export(self) -> None: ...


def export_png(
    widget: QWidget, path: str | os.PathLike[str], experiment_json: str, scale: float = 2.0
) -> None:
    """Render `widget` and write it to `path`; raises ExportError and keeps an older file."""
    image = grab_image(widget, scale)
    if image.isNull():
        raise ExportError(
            f"{Path(path).name} was not written: there is not enough memory for a picture of "
            f"{widget.width()} × {widget.height()} at {scale:g} times its size; choose a smaller "
            "scale."
        )
    try:
        write_whole(path, png_bytes(image, experiment_json))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ExportError(
            f"{Path(path).name} was not written to {Path(path).absolute().parent}: {reason}; "
            "choose another place (an older file there is unchanged)."
        ) from error


def grab_image(widget: QWidget, scale: float = 2.0) -> QImage:
    """The picture of `widget`, `scale` pixels for each of its own; null when out of memory."""
    size = widget.size() * scale
    image = QImage(size, QImage.Format.Format_RGB32)
    if image.isNull():
        return image
    # Set explicitly, so that a file does not depend on the screen that it was made on.
    image.setDevicePixelRatio(scale)
    image.fill(widget.palette().color(QPalette.ColorRole.Window))
    with _prepared(widget):
        widget.render(image, QPoint(0, 0))
    return image


def png_bytes(image: QImage, experiment_json: str) -> bytes:
    """`image` as a PNG file whose text metadata holds the experiment, as JSON."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, b"png")
    if not writer.write(image):
        raise ExportError(f"The picture could not be encoded as PNG: {writer.errorString()}.")
    png = bytes(buffer.data().data())
    texts = _text_chunk("Software", "nnviz") + _text_chunk(METADATA_KEY, experiment_json)
    return png[:_AFTER_HEADER] + texts + png[_AFTER_HEADER:]


def suggested_name(experiment: Experiment, frame: Frame, view_name: str = "") -> str:
    """A file name that says what is in it, such as `xor_adam_lr0.01_epoch120_surface.png`.

    `view_name` is empty for the whole window. Only letters, digits, `.`, `_` and `-` are left.
    """
    parts = [
        experiment.dataset_name,
        experiment.optimizer,
        f"lr{experiment.learning_rate:g}",
        f"epoch{frame.epoch}",
        view_name,
    ]
    safe = (re.sub(r"[^A-Za-z0-9.-]+", "-", part).strip("-.") for part in parts)
    return "_".join(part for part in safe if part) + ".png"


@contextmanager
def _prepared(widget: QWidget) -> Iterator[None]:
    """Ask `widget` and what is in it to draw at its best, until the picture is taken."""
    family = [widget, *widget.findChildren(QWidget)]
    prepared: list[PreparesExport] = []
    try:
        for member in family:
            if isinstance(member, PreparesExport):
                prepared.append(member)
                member.prepare_export()
        yield
    finally:
        for ready in reversed(prepared):
            ready.finish_export()


def _text_chunk(key: str, text: str) -> bytes:
    """A PNG chunk of international text (iTXt), not compressed, in UTF-8.

    QImageWriter.setText would join runs of white space, also those inside of strings. Source:
    Portable Network Graphics (PNG) Specification, third edition, section 11.3.3.4.
    """
    body = b"iTXt" + key.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8")
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
