"""Experiments in SVG and PDF files: those of ours, those of others, damaged and hostile ones."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from nnviz.files.experiment_file import read_experiment
from nnviz.files.pdf_text import pdf_text, without_dates, xmp_packet
from nnviz.files.svg_text import is_svg, svg_metadata, svg_text
from nnviz.gui.export import FigureOptions, figure_bytes
from nnviz.run.presets import preset


@pytest.fixture
def label(qtbot: QtBot) -> QLabel:
    widget = QLabel("words")
    qtbot.addWidget(widget)
    widget.resize(80, 40)
    return widget


@pytest.mark.parametrize("kind", ["svg", "pdf"])
@pytest.mark.parametrize("name", ["xor", "course-c14"])
def test_an_experiment_is_read_from_an_export(
    label: QLabel, tmp_path: Path, kind: str, name: str
) -> None:
    path = tmp_path / "no ending that says so.txt"
    path.write_bytes(figure_bytes(label, kind, FigureOptions(), preset(name).to_json()))
    assert read_experiment(path) == preset(name)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no experiment"),
        (b"\xef\xbb\xbf  \n<svg/>", "no experiment"),
        (b"<html><body>hello</body>", "damaged"),
        (b"<!DOCTYPE html><html/>", "document type"),
        (b"%PDF-1.4\n1 0 obj\n", "cut off"),
        (b"%PDF-1.4\nnothing\n%%EOF\n", "no experiment"),
        (b"%PDF-1.4\n" + b"<?xpacket begin=" * 100_000 + b"%%EOF", "no experiment"),
        (b"%PDF-1.4\n<?xpacket begin=''?><x><?xpacket end='r'?>%%EOF", "damaged"),
        (b"%PDF-1.4\n" + zlib.compress(b"0" * 10_000_000) + b"%%EOF", "no experiment"),
    ],
)
def test_what_holds_no_experiment_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, word: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=word) as raised:
        read_experiment(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_damage_is_said_and_never_believed(label: QLabel, tmp_path: Path, kind: str) -> None:
    whole = figure_bytes(label, kind, FigureOptions(), preset("moons").to_json())
    chance = random.Random(1)
    path = tmp_path / f"damaged.{kind}"
    sentences = []
    for _ in range(300):
        data = bytearray(whole)
        if chance.random() < 0.5:
            data[chance.randrange(5, len(data))] ^= 1 << chance.randrange(8)
        else:
            del data[chance.randrange(5, len(data)) :]
        path.write_bytes(data)
        try:
            experiment = read_experiment(path)
        except ValueError as error:
            sentences.append(str(error))
        else:
            assert experiment == preset("moons")
    assert len(sentences) > 50
    assert not [sentence for sentence in sentences if "\n" in sentence]


def test_markup_is_told_from_json() -> None:
    assert is_svg(b"<svg/>")
    assert not is_svg(b'{"a": "<svg/>"}')
    assert svg_text(f"<svg>{svg_metadata('{}')}</svg>".encode()) == "{}"


def test_dates_go_and_nothing_moves() -> None:
    pdf = b"%PDF-1.4\n1 0 obj\n<<\n/CreationDate (D:20261122190000+01'00')\n/Title (D:1)\n>>\n"
    clean = without_dates(pdf)
    assert len(clean) == len(pdf)
    assert b"Date" not in clean
    assert clean.endswith(b"\n/Title (D:1)\n>>\n")


def test_the_packet_is_found_among_others() -> None:
    packet = xmp_packet("a <b> & c", '{"seed": 1}')
    other = b"<?xpacket begin='' id='x'?><x/><?xpacket end='w'?>"
    assert pdf_text(b"%PDF-1.4\n" + other + packet + b"\n%%EOF") == '{"seed": 1}'
    assert pdf_text(b"%PDF-1.4\n" + other + b"\n%%EOF") is None
