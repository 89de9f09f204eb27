"""Any view, or the window, as a figure: PNG, SVG or PDF, in a file or in the clipboard."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from nnviz.files.atomic import write_whole
from nnviz.gui.export_pdf import pdf_bytes
from nnviz.gui.export_png import grab_image, png_bytes
from nnviz.gui.export_stage import FigureOptions
from nnviz.gui.export_svg import svg_bytes
from nnviz.run.experiment import Experiment
from nnviz.run.frame import Frame

__all__ = [
    "KINDS",
    "ExportError",
    "FigureOptions",
    "copy_to_clipboard",
    "export_figure",
    "figure_bytes",
    "suggested_name",
]


class ExportError(Exception):
    """A view could not be exported; the message is one sentence for the user."""


def figure_bytes(widget: QWidget, kind: str, options: FigureOptions, experiment_json: str) -> bytes:
    """`widget` as a file of `kind` ("png", "svg" or "pdf") with the experiment in its metadata.

    The widget is drawn in the size and the look that the options ask for, and is then as it was
    before. The same state gives the same bytes. Raises ExportError.
    """
    make = KINDS.get(kind)
    if make is None:
        raise ExportError(f"{kind!r} is no kind of figure; there are {', '.join(KINDS)}.")
    try:
        return make(widget, options, experiment_json, _title(widget))
    except ValueError as error:
        raise ExportError(str(error)) from error


def export_figure(
    widget: QWidget,
    path: str | os.PathLike[str],
    options: FigureOptions,
    experiment_json: str,
) -> None:
    """Write `widget` to `path`, as the ending says; raises ExportError and keeps an older file."""
    target = Path(path)
    kind = target.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise ExportError(
            f"{target.name} was not written: its ending says no kind of figure; choose one of "
            f"{', '.join('.' + name for name in KINDS)}."
        )
    try:
        data = figure_bytes(widget, kind, options, experiment_json)
        write_whole(path, data)
    except ExportError as error:
        raise ExportError(f"{target.name} was not written: {error}") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ExportError(
            f"{target.name} was not written to {target.absolute().parent}: {reason}; "
            "choose another place (an older file there is unchanged)."
        ) from error


def copy_to_clipboard(widget: QWidget, options: FigureOptions, experiment_json: str) -> None:
    """Copy `widget` as a picture, as PNG and as SVG: a program takes what it can use best.

    Raises ExportError, and leaves in the clipboard what is there.
    """
    title = _title(widget)
    try:
        image = _image(widget, options)
        png = png_bytes(image, experiment_json, title)
        svg = svg_bytes(widget, options, experiment_json, title)
    except ValueError as error:
        raise ExportError(str(error)) from error
    data = QMimeData()
    data.setImageData(image)
    data.setData("image/png", png)
    data.setData("image/svg+xml", svg)
    QGuiApplication.clipboard().setMimeData(data)


def suggested_name(experiment: Experiment, frame: Frame, view_name: str = "") -> str:
    """A file name that says what is in it, such as `xor_adam_lr0.01_epoch120_surface`.

    `view_name` is empty for the whole window. Only letters, digits, `.`, `_` and `-` are left; the
    ending, that says the kind of figure, is to be added.
    """
    parts = [
        experiment.dataset_name,
        experiment.optimizer,
        f"lr{experiment.learning_rate:g}",
        f"epoch{frame.epoch}",
        view_name,
    ]
    safe = (re.sub(r"[^A-Za-z0-9.-]+", "-", part).strip("-.") for part in parts)
    return "_".join(part for part in safe if part)


def _png(widget: QWidget, options: FigureOptions, experiment_json: str, title: str) -> bytes:
    return png_bytes(_image(widget, options), experiment_json, title)


def _image(widget: QWidget, options: FigureOptions) -> QImage:
    """The picture of `widget`; ValueError when there is not enough memory for it."""
    image = grab_image(widget, options)
    if image.isNull():
        width, height = options.width or widget.width(), options.height or widget.height()
        raise ValueError(
            f"there is not enough memory for a picture of {width} × {height} at "
            f"{options.scale:g} times its size; choose a smaller scale."
        )
    return image


def _title(widget: QWidget) -> str:
    name = widget.accessibleName()
    return f"nnviz: {name}" if name else "nnviz"


KINDS: dict[str, Callable[[QWidget, FigureOptions, str, str], bytes]] = {
    "png": _png,
    "svg": svg_bytes,
    "pdf": pdf_bytes,
}
"""The kinds of figures, by the endings of their files."""
