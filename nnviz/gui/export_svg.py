"""A widget as an SVG: vectors, text as text, plots and panels each in the way that is right.

Qt's SVG generator knows no clipping, so every widget is drawn by itself into a group that clips it.
Plots come from pyqtgraph's own exporter and are nested at their places.
"""

from __future__ import annotations

from html import escape

import pyqtgraph as pg
from pyqtgraph.exporters import SVGExporter
from PySide6.QtCore import QBuffer, QIODevice, QPoint
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from nnviz.files.svg_text import svg_metadata
from nnviz.gui.export_stage import NOTHING_ELSE, FigureOptions, Piece, Stage, staged
from nnviz.gui.svg_fragment import fragment

_DOTS_PER_INCH = 96
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1"
 width="{width}" height="{height}" viewBox="0 0 {room_width} {room_height}">
<title>{title}</title>
<desc>Made with nnviz</desc>
{metadata}
"""


def svg_bytes(widget: QWidget, options: FigureOptions, experiment_json: str, title: str) -> bytes:
    """The figure as an SVG in UTF-8, with the experiment in its metadata.

    The same figure gives the same bytes.
    """
    with staged(widget, options) as stage:
        parts = [_head(stage, title, experiment_json)]
        if stage.ground.alpha():
            parts.append(f'<rect width="100%" height="100%" fill="{stage.ground.name()}"/>\n')
        for index, piece in enumerate(stage.pieces()):
            parts.append(_group(piece, f"p{index}-"))
    parts.append("</svg>\n")
    return "".join(parts).encode()


def _head(stage: Stage, title: str, experiment_json: str) -> str:
    return _HEAD.format(
        width=stage.size.width(),
        height=stage.size.height(),
        room_width=stage.room.width(),
        room_height=stage.room.height(),
        title=escape(title, quote=False),
        metadata=svg_metadata(experiment_json),
    )


def _group(piece: Piece, prefix: str) -> str:
    """What one widget draws, clipped to what is seen of it; empty where it draws nothing."""
    drawing = _drawing(piece.widget, prefix)
    if not drawing:
        return ""
    place, clip = piece.place, piece.clip
    # A nested picture clips what is in it, everywhere, without a clip path and its name.
    view = clip.translated(-place)
    places = f'x="{clip.x()}" y="{clip.y()}" width="{clip.width()}" height="{clip.height()}"'
    seen = f'viewBox="{view.x()} {view.y()} {view.width()} {view.height()}"'
    return f"<svg {places} {seen}>{drawing}</svg>\n"


def _drawing(widget: QWidget, prefix: str) -> str:
    plot = widget.parent()
    if isinstance(plot, pg.PlotWidget) and widget is plot.viewport():
        return _plot(plot, prefix)
    if isinstance(widget, pg.PlotWidget):
        return ""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(_DOTS_PER_INCH)
    generator.setSize(widget.size())
    generator.setViewBox(widget.rect())
    with QPainter(generator) as painter:
        QWidget.render(widget, painter, QPoint(0, 0), QRegion(), NOTHING_ELSE)
    return fragment(bytes(buffer.data().data()), prefix, widget.font())


def _plot(plot: pg.PlotWidget, prefix: str) -> str:
    """A plot as pyqtgraph draws it: QSvgGenerator's own pens and clips would be wrong."""
    ground = plot.backgroundBrush().color()
    svg = SVGExporter(plot.getPlotItem()).export(toBytes=True)
    drawing = fragment(svg, prefix, plot.font())
    if ground.alpha():
        drawing = f'<rect width="100%" height="100%" fill="{ground.name()}"/>{drawing}'
    return drawing
