"""Figures of any widget: their size, their ground, how they are written, what is said if not."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.files.png_text import METADATA_KEY
from nnviz.gui.export import (
    KINDS,
    ExportError,
    FigureOptions,
    copy_to_clipboard,
    export_figure,
    figure_bytes,
    suggested_name,
)
from nnviz.gui.export_png import grab_image, png_bytes
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer


class Halves(QWidget):
    """Orange on the left, blue on the right; notes how it was asked to draw."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.calls: list[str] = []
        self.resize(40, 20)

    def prepare_export(self, numbers: bool) -> None:
        self.calls.append(f"prepare {numbers}")

    def finish_export(self) -> None:
        self.calls.append("finish")

    def paintEvent(self, event: QPaintEvent) -> None:
        self.calls.append(f"paint {self.width()} × {self.height()}")
        painter = QPainter(self)
        half = self.width() // 2
        painter.fillRect(0, 0, half, self.height(), QColor("orange"))
        painter.fillRect(half, 0, self.width() - half, self.height(), QColor("blue"))
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
    image = grab_image(halves, FigureOptions(scale=scale))
    assert (image.width(), image.height()) == (40 * scale, 20 * scale)
    assert image.devicePixelRatio() == scale
    edge = round(20 * scale)
    assert image.pixelColor(edge - 1, 5) == QColor("orange")
    assert image.pixelColor(edge, 5) == QColor("blue")


def test_widgets_are_asked_to_draw_at_their_best(qtbot: QtBot) -> None:
    outer = QWidget()
    qtbot.addWidget(outer)
    halves = Halves(outer)
    grab_image(outer, FigureOptions(numbers=True))
    assert halves.calls[0] == "prepare True"
    assert halves.calls[-1] == "finish"
    assert "paint 40 × 20" in halves.calls


def test_drawing_goes_back_to_normal_after_a_failure(
    halves: Halves, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(QWidget, "render", fail)
    halves.show()
    with pytest.raises(RuntimeError):
        grab_image(halves, FigureOptions(width=80))
    assert [call for call in halves.calls if "paint" not in call] == ["prepare False", "finish"]
    assert halves.size().toTuple() == (40, 20)
    assert halves.updatesEnabled()


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(100, 30, (100, 30)), (80, None, (80, 40)), (None, 10, (20, 10)), (None, None, (40, 20))],
)
def test_the_figure_has_the_size_that_is_asked_for(
    halves: Halves, width: int | None, height: int | None, size: tuple[int, int]
) -> None:
    options = FigureOptions(width=width, height=height, scale=2.0)
    assert read(figure_bytes(halves, "png", options, "{}")).size == (2 * size[0], 2 * size[1])
    assert f"paint {size[0]} × {size[1]}" in halves.calls
    assert halves.size().toTuple() == (40, 20)


def test_a_figure_too_small_for_its_widget_is_reduced(halves: Halves) -> None:
    halves.minimumSizeHint = lambda: halves.size()  # type: ignore[method-assign]
    image = grab_image(halves, FigureOptions(width=10, height=5, scale=4.0))
    assert image.size().toTuple() == (40, 20)
    assert image.pixelColor(19, 10) == QColor("orange")
    assert image.pixelColor(20, 10) == QColor("blue")


def test_a_window_is_laid_out_anew_without_being_resized(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    left, right = Halves(), Halves()
    floating = QLabel("over all", window)
    for part in (left, right):
        row.addWidget(part)
    window.resize(100, 50)
    window.show()
    qtbot.waitExposed(window)
    floating.show()
    left.calls.clear()
    before = window.grab().toImage()
    image = grab_image(window, FigureOptions(width=400, height=80, scale=1.0))
    assert image.size().toTuple() == (400, 80)
    assert "paint 200 × 80" in left.calls
    assert [image.pixelColor(x, 40).name() for x in (50, 150, 250, 350)] == [
        QColor(name).name() for name in ("orange", "blue", "orange", "blue")
    ]
    assert window.size().toTuple() == (100, 50)
    assert left.geometry().getRect() == (0, 0, 50, 50)
    assert window.grab().toImage() == before


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_picture_is_the_same_file(halves: Halves, kind: str) -> None:
    options = FigureOptions(width=120)
    text = preset("xor").to_json()
    first = figure_bytes(halves, kind, options, text)
    assert figure_bytes(halves, kind, options, text) == first


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
    image = read(figure_bytes(halves, "png", FigureOptions(), text))
    assert image.size == (80, 40)
    assert image.text[METADATA_KEY] == text
    assert image.text["Software"] == "nnviz"
    assert image.getpixel((1, 1)) == (255, 165, 0)
    assert image.info["dpi"] == pytest.approx((192, 192), abs=0.1)


def test_the_experiment_comes_back_from_the_file(halves: Halves, tmp_path: Path) -> None:
    points = Points([[0, 0], [1, 1]], [0, 1], columns=["größe", "年"], classes=["ä", "ö  ü"])
    experiment = preset("moons").evolve(dataset=points, test_fraction=0.0)
    export_figure(halves, tmp_path / "a.png", FigureOptions(), experiment.to_json())
    image = read((tmp_path / "a.png").read_bytes())
    assert Experiment.from_json(image.text[METADATA_KEY]) == experiment


def test_qt_reads_the_file_too(halves: Halves, tmp_path: Path) -> None:
    export_figure(halves, tmp_path / "a.PNG", FigureOptions(scale=1.0), "{}")
    image = QImage(str(tmp_path / "a.PNG"))
    assert image.pixelColor(0, 0) == QColor("orange")
    assert image.text(METADATA_KEY) == "{}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_failed_write_is_told_and_leaves_the_old_file(
    halves: Halves, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(b"old")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.write", full)
    with pytest.raises(ExportError) as caught:
        export_figure(halves, path, FigureOptions(), "{}")
    message = str(caught.value)
    assert f"a.{kind}" in message
    assert "no space" in message
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == [f"a.{kind}"]


@pytest.mark.parametrize("name", ["a.gif", "a", "a.json"])
def test_an_unknown_ending_is_refused(halves: Halves, tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match=r"\.png, \.svg, \.pdf"):
        export_figure(halves, tmp_path / name, FigureOptions(), "{}")
    assert not list(tmp_path.iterdir())


def test_an_unknown_kind_is_refused(halves: Halves) -> None:
    with pytest.raises(ExportError, match="no kind of figure"):
        figure_bytes(halves, "gif", FigureOptions(), "{}")


def test_a_picture_that_is_too_large_is_refused(halves: Halves, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="smaller scale"):
        export_figure(halves, tmp_path / "a.png", FigureOptions(scale=1e6), "{}")
    assert not list(tmp_path.iterdir())


def test_a_null_picture_is_not_encoded(qapp: object) -> None:
    with pytest.raises(ValueError, match="PNG"):
        png_bytes(QImage(), "{}")


def test_transparent_widgets_get_the_ground_of_the_window_or_none(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
    widget.resize(10, 10)
    image = grab_image(widget, FigureOptions())
    assert image.pixelColor(5, 5) == widget.palette().window().color()
    assert grab_image(widget, FigureOptions(transparent=True)).pixelColor(5, 5).alpha() == 0


def test_the_clipboard_gets_pixels_and_lines(halves: Halves) -> None:
    copy_to_clipboard(halves, FigureOptions(scale=3.0), preset("xor").to_json())
    data = QGuiApplication.clipboard().mimeData()
    assert QImage(data.imageData()).size().toTuple() == (120, 60)
    png = bytes(data.data("image/png").data())
    assert read(png).text[METADATA_KEY] == preset("xor").to_json()
    assert bytes(data.data("image/svg+xml").data()).startswith(b"<?xml")
    QGuiApplication.clipboard().clear()


@pytest.mark.parametrize("part", ["grab_image", "png_bytes", "svg_bytes"])
def test_a_copy_that_fails_is_told_and_leaves_the_clipboard(
    halves: Halves, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("it cannot be drawn.")

    monkeypatch.setattr(f"nnviz.gui.export.{part}", fail)
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("older")
    with pytest.raises(ExportError, match=r"^it cannot be drawn\.$"):
        copy_to_clipboard(halves, FigureOptions(), "{}")
    assert clipboard.text() == "older"
    clipboard.clear()


def test_the_suggested_name_says_what_is_in_the_picture() -> None:
    experiment = preset("xor").evolve(optimizer="adam", learning_rate=0.01)
    trainer = Trainer(experiment)
    trainer.advance_epochs(3)
    frame = trainer.frame()
    assert suggested_name(experiment, frame) == "xor_adam_lr0.01_epoch3"
    assert suggested_name(experiment, frame, "surface") == "xor_adam_lr0.01_epoch3_surface"
    odd = suggested_name(experiment, frame, "../loss: é/ü\\n")
    assert odd == "xor_adam_lr0.01_epoch3_loss-n"
