"""Pictures of views: sharp, with the experiment inside, whole or not at all."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.gui.export import (
    METADATA_KEY,
    ExportError,
    export_png,
    grab_image,
    png_bytes,
    suggested_name,
)
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer


class Halves(QWidget):
    """Orange on the left, blue on the right; notes how it was asked to draw."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.calls: list[str] = []
        self.resize(40, 20)

    def prepare_export(self) -> None:
        self.calls.append("prepare")

    def finish_export(self) -> None:
        self.calls.append("finish")

    def paintEvent(self, event: QPaintEvent) -> None:
        self.calls.append("paint")
        painter = QPainter(self)
        painter.fillRect(0, 0, 20, 20, QColor("orange"))
        painter.fillRect(20, 0, 20, 20, QColor("blue"))
        painter.end()


@pytest.fixture
def halves(qtbot: QtBot) -> Halves:
    widget = Halves()
    qtbot.addWidget(widget)
    return widget


def read(png: bytes) -> Any:
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0, 3.0])
def test_the_picture_is_sharp_whatever_the_screen(halves: Halves, scale: float) -> None:
    image = grab_image(halves, scale)
    assert (image.width(), image.height()) == (40 * scale, 20 * scale)
    assert image.devicePixelRatio() == scale
    edge = round(20 * scale)
    assert image.pixelColor(edge - 1, 5) == QColor("orange")
    assert image.pixelColor(edge, 5) == QColor("blue")


def test_widgets_are_asked_to_draw_at_their_best(qtbot: QtBot) -> None:
    outer = QWidget()
    qtbot.addWidget(outer)
    halves = Halves(outer)
    grab_image(outer)
    assert halves.calls[0] == "prepare"
    assert halves.calls[-1] == "finish"
    assert "paint" in halves.calls


def test_drawing_goes_back_to_normal_after_a_failure(
    halves: Halves, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(halves, "render", fail)
    with pytest.raises(RuntimeError):
        grab_image(halves)
    assert halves.calls == ["prepare", "finish"]


@pytest.mark.parametrize(
    "text",
    [
        preset("xor").to_json(),
        '{"dataset": {"classes": ["Größe  zwei Leerzeichen", "日本語", "😀"]}}',
        '{\n  "indented": "tab\\t and \\"quotes\\""\n}',
        '{"long": "' + 1_500_000 * "x" + '"}',
    ],
)
def test_another_program_reads_the_experiment(halves: Halves, text: str) -> None:
    image = read(png_bytes(grab_image(halves), text))
    assert image.size == (80, 40)
    assert image.text[METADATA_KEY] == text
    assert image.text["Software"] == "nnviz"
    assert image.getpixel((1, 1)) == (255, 165, 0)


def test_the_experiment_comes_back_from_the_file(halves: Halves, tmp_path: Path) -> None:
    points = Points([[0, 0], [1, 1]], [0, 1], columns=["größe", "年"], classes=["ä", "ö  ü"])
    experiment = preset("moons").evolve(dataset=points, test_fraction=0.0)
    export_png(halves, tmp_path / "a.png", experiment.to_json())
    image = read((tmp_path / "a.png").read_bytes())
    assert Experiment.from_json(image.text[METADATA_KEY]) == experiment


def test_qt_reads_the_file_too(halves: Halves, tmp_path: Path) -> None:
    export_png(halves, tmp_path / "a.png", "{}", scale=1.0)
    image = QImage(str(tmp_path / "a.png"))
    assert image.pixelColor(0, 0) == QColor("orange")
    assert image.text(METADATA_KEY) == "{}"


def test_a_failed_write_is_told_and_leaves_the_old_file(
    halves: Halves, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.write", full)
    with pytest.raises(ExportError) as caught:
        export_png(halves, path, "{}")
    message = str(caught.value)
    assert "a.png" in message
    assert str(tmp_path) in message
    assert "no space left" in message
    assert "\n" not in message
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_does_not_exist(halves: Halves, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no such file or directory"):
        export_png(halves, tmp_path / "missing" / "a.png", "{}")


def test_a_picture_too_large_for_memory(halves: Halves, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="smaller scale"):
        export_png(halves, tmp_path / "a.png", "{}", scale=1e6)
    assert not list(tmp_path.iterdir())


def test_a_null_picture_is_not_encoded(qapp: object) -> None:
    with pytest.raises(ExportError, match="PNG"):
        png_bytes(QImage(), "{}")


def test_transparent_widgets_get_the_ground_of_the_window(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
    widget.resize(10, 10)
    assert grab_image(widget).pixelColor(5, 5) == widget.palette().window().color()


def test_the_suggested_name_says_what_is_in_the_picture() -> None:
    experiment = preset("xor").evolve(optimizer="adam", learning_rate=0.01)
    trainer = Trainer(experiment)
    trainer.advance_epochs(3)
    frame = trainer.frame()
    assert suggested_name(experiment, frame) == "xor_adam_lr0.01_epoch3.png"
    assert suggested_name(experiment, frame, "surface") == "xor_adam_lr0.01_epoch3_surface.png"
    odd = suggested_name(experiment, frame, "../loss: é/ü\\n")
    assert odd == "xor_adam_lr0.01_epoch3_loss-n.png"
