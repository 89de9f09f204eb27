"""A widget as a PDF of one page: vectors, text that can be selected, fonts embedded."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from PySide6.QtCore import QBuffer, QHashSeed, QIODevice, QMarginsF, QRectF, QSizeF, QUuid
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QWidget

from nnviz.files.pdf_text import without_dates, xmp_packet
from nnviz.gui.export_stage import FigureOptions, Stage, staged

_DOTS_PER_INCH = 96
"""Qt measures text for this resolution; with any other one it comes out at a wrong size."""
ATTACHMENT = "experiment.json"


def pdf_bytes(widget: QWidget, options: FigureOptions, experiment_json: str, title: str) -> bytes:
    """The figure as a PDF, with the experiment in its metadata and attached.

    The same figure gives the same bytes.
    """
    # Else the fonts come in another order in every process.
    QHashSeed.setDeterministicGlobalSeed()
    try:
        return without_dates(_written(widget, options, experiment_json, title))
    finally:
        QHashSeed.resetRandomGlobalSeed()


def _written(widget: QWidget, options: FigureOptions, experiment_json: str, title: str) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    with staged(widget, options, has_plain_glyphs=True) as stage:
        writer = _writer(buffer, stage)
        writer.setTitle(title)
        writer.setCreator("nnviz")
        # Qt would make one up by chance.
        writer.setDocumentId(QUuid(str(uuid5(NAMESPACE_URL, experiment_json))))
        writer.setDocumentXmpMetadata(xmp_packet(title, experiment_json))
        writer.addFileAttachment(ATTACHMENT, experiment_json.encode(), "application/json")
        with QPainter(writer) as painter:
            painter.scale(stage.reduction, stage.reduction)
            painter.fillRect(QRectF(0, 0, stage.room.width(), stage.room.height()), stage.ground)
            stage.draw(painter)
    return bytes(buffer.data().data())


def _writer(buffer: QBuffer, stage: Stage) -> QPdfWriter:
    writer = QPdfWriter(buffer)
    writer.setResolution(_DOTS_PER_INCH)
    inches = QSizeF(stage.size.width() / _DOTS_PER_INCH, stage.size.height() / _DOTS_PER_INCH)
    exact = QPageSize.SizeMatchPolicy.ExactMatch
    writer.setPageSize(QPageSize(inches, QPageSize.Unit.Inch, "figure", exact))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    return writer
