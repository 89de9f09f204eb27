"""Text in PNG files: ours, those of others, and damaged ones."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from PySide6.QtGui import QImage

from nnviz.files.experiment_file import read_experiment
from nnviz.files.png_text import METADATA_KEY, png_text
from nnviz.gui.export_png import png_bytes
from nnviz.run.presets import preset


def _picture() -> QImage:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    return image


def _by_pillow(key: str, text: str) -> bytes:
    """A PNG with the same text, written by somebody else."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt(key, text)
    file = io.BytesIO()
    Image.new("RGB", (5, 4)).save(file, "PNG", pnginfo=info)
    return file.getvalue()


@pytest.mark.parametrize("text", ["{}", '{"a": "θ  ü 中"}', "x" * 100_000, ""])
def test_text_comes_back_from_our_files_and_from_others(text: str) -> None:
    assert png_text(png_bytes(_picture(), text), METADATA_KEY) == text
    assert png_text(_by_pillow("key", text), "key") == text


def test_another_key_is_not_ours() -> None:
    assert png_text(_by_pillow("nnviz-experiment-2", "{}"), METADATA_KEY) is None


def test_an_experiment_is_read_from_an_export(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(png_bytes(_picture(), preset("course-c14").to_json()))
    assert read_experiment(path) == preset("course-c14")


def test_a_picture_without_an_experiment_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "holiday.png"
    path.write_bytes(_by_pillow("Comment", "nice"))
    with pytest.raises(ValueError, match=r"holiday.png: this picture holds no experiment"):
        read_experiment(path)


def test_damage_is_said_and_never_believed(tmp_path: Path) -> None:
    whole = png_bytes(_picture(), preset("moons").to_json())
    chance = random.Random(1)
    path = tmp_path / "damaged.png"
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        if chance.random() < 0.5:
            data[chance.randrange(8, len(data))] ^= 1 << chance.randrange(8)
        else:
            del data[chance.randrange(8, len(data)) :]
        path.write_bytes(data)
        try:
            experiment = read_experiment(path)
        except ValueError as error:
            sentence = str(error)
            refused += 1
        else:
            assert experiment == preset("moons")
            continue
        assert "\n" not in sentence
    assert refused > 100
