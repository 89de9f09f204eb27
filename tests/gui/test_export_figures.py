"""Figures of the real window, read by programs that are not ours: Pillow, PDFium, resvg."""

from __future__ import annotations

import base64
import io
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw
import pytest
import resvg_py
from PIL import Image
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.files.experiment_file import read_experiment
from nnviz.gui.export import KINDS, FigureOptions, figure_bytes
from nnviz.gui.states import State
from nnviz.gui.theme import DARK, LIGHT
from nnviz.gui.window import MainWindow
from nnviz.paths import resources_dir

WAIT = 20_000
Open = Callable[..., MainWindow]
Train = Callable[[], MainWindow]

SIZES = {"window": (1400, 900), "network": (900, 640), "surface": (480, 560), "curves": (640, 360)}
VIEWS = tuple(SIZES)
TEXTS = {
    "window": ["Play", "NETWORK", "OUTPUT", "LOSS AND ACCURACY", "TRAINING", "train", "tanh"],
    "network": ["NETWORK", "2 – 6 – 4 – 1 · 51 parameters", "inputs", "6 · tanh", "Sigmoid", "x₁"],
    "surface": ["OUTPUT", "−1", "2", "x₂", "train", "test", "class 0", "0.5"],
    "curves": ["LOSS AND ACCURACY", "epoch", "10", "0.1", "train", "test"],
}
SHAPES = {"window": 250, "network": 70, "surface": 150, "curves": 8}
"""How many lines, curves and shapes each figure has at least."""
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def train(open_window: Open, qtbot: QtBot) -> Train:
    def make() -> MainWindow:
        """A window with a network of 51 parameters that has learnt a little, at rest."""
        window = open_window("moons")
        window.change({"epochs": 12})
        window.session.play()
        qtbot.waitUntil(lambda: window.session.state is State.FINISHED, timeout=WAIT)
        qtbot.waitUntil(lambda: _epoch(window) == 12, timeout=WAIT)
        return window

    return make


def _epoch(window: MainWindow) -> int:
    assert window.session.snapshot is not None
    return window.session.snapshot.frame.epoch


def widget_of(window: MainWindow, view: str) -> QWidget:
    return window if view == "window" else window.cards[view]


def figure(window: MainWindow, view: str, kind: str, **options: Any) -> bytes:
    width, height = SIZES[view]
    chosen = replace(FigureOptions(width=width, height=height, scale=1.0), **options)
    return figure_bytes(widget_of(window, view), kind, chosen, window.session.experiment.to_json())


def pixels(data: bytes, kind: str) -> Any:
    """The figure as a foreign program shows it, on white."""
    if kind == "pdf":
        document = pdfium.PdfDocument(data)
        image = document[0].render(scale=96 / 72).to_pil()
        document.close()
    elif kind == "svg":
        fonts = [str(folder) for folder in (resources_dir() / "fonts").iterdir()]
        png = resvg_py.svg_to_bytes(
            svg_string=data.decode(), font_dirs=fonts, skip_system_fonts=True
        )
        image = Image.open(io.BytesIO(bytes(png)))
    else:
        image = Image.open(io.BytesIO(data))
    image = image.convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    return ground.convert("RGB")


def difference(one: Any, other: Any) -> Any:
    """How much two pictures differ in each of their blocks of 8 × 8 pixels, from 0 to 1."""
    size = (one.width // 8, one.height // 8)
    small = [
        np.asarray(image.resize(size, Image.Resampling.BOX), dtype=float) for image in (one, other)
    ]
    return np.abs(small[0] - small[1]).max(axis=2) / 255


def words(data: bytes, kind: str) -> str:
    if kind == "svg":
        return "\n".join(text.text or "" for text in ET.fromstring(data).iter(f"{SVG}text"))
    document = pdfium.PdfDocument(data)
    page = document[0].get_textpage()
    text: str = page.get_text_range()
    page.close()
    document.close()
    return text


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("view", VIEWS)
def test_every_kind_has_size_words_shapes_and_experiment(
    train: Train, tmp_path: Path, view: str
) -> None:
    trained = train()
    width, height = SIZES[view]
    for kind in KINDS:
        data = figure(trained, view, kind)
        assert figure(trained, view, kind) == data, kind
        assert pixels(data, kind).size == (width, height)
        path = tmp_path / f"figure.{kind}"
        path.write_bytes(data)
        assert read_experiment(path) == trained.session.experiment
        if kind != "png":
            text = squeezed(words(data, kind))
            for wanted in TEXTS[view]:
                assert squeezed(wanted) in text, (kind, wanted)
            assert shapes(data, kind) >= SHAPES[view], kind


def shapes(data: bytes, kind: str) -> int:
    """How many paths and other shapes the figure is made of."""
    if kind == "svg":
        tags = [element.tag.removeprefix(SVG) for element in ET.fromstring(data).iter()]
        return sum(
            tags.count(tag)
            for tag in ("path", "polyline", "polygon", "circle", "ellipse", "rect", "line")
        )
    document = pdfium.PdfDocument(data)
    kinds = [thing.type for thing in document[0].get_objects(max_depth=10)]
    document.close()
    return kinds.count(pdfium_raw.FPDF_PAGEOBJ_PATH)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_other_programs_show_what_we_show(train: Train, view: str, kind: str) -> None:
    trained = train()
    ours = pixels(figure(trained, view, "png"), "png")
    theirs = pixels(figure(trained, view, kind), kind)
    blocks = difference(ours, theirs)
    # Other programs place and smooth letters and thin lines a little differently: that is under
    # two hundredths on the whole, and in no block of 8 × 8 pixels does it turn ink into ground.
    # A plot, a text or an icon that is missing or misplaced by some pixels does.
    assert blocks.mean() < 0.02
    assert np.quantile(blocks, 0.99) < 0.25
    assert blocks.max() < 0.7


@pytest.mark.parametrize("view", VIEWS)
def test_text_is_text_and_pictures_are_fine(train: Train, view: str) -> None:
    trained = train()
    root = ET.fromstring(figure(trained, view, "svg"))
    for text in root.iter(f"{SVG}text"):
        assert text.get("font-family", "").endswith(("sans-serif", "monospace"))
    identifiers = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(identifiers) == len(set(identifiers))
    for image in root.iter(f"{SVG}image"):
        data = image.get("{http://www.w3.org/1999/xlink}href", "").partition("base64,")[2]
        picture = Image.open(io.BytesIO(base64.b64decode(data)))
        width, height = float(image.get("width", "0")), float(image.get("height", "0"))
        if min(width, height) > 12 and picture.height > 1:
            assert picture.width >= 2 * width * 0.99 or view == "window"


def test_fonts_are_in_the_pdf(train: Train) -> None:
    trained = train()
    data = figure(trained, "window", "pdf")
    document = pdfium.PdfDocument(data)
    texts = 0
    for thing in document[0].get_objects(filter=[pdfium_raw.FPDF_PAGEOBJ_TEXT], max_depth=10):
        font = pdfium_raw.FPDFTextObj_GetFont(thing.raw)
        assert pdfium_raw.FPDFFont_GetIsEmbedded(font) == 1
        texts += 1
    assert texts > 50
    document.close()


def test_a_pdf_says_what_it_is_and_not_when_it_was_made(train: Train) -> None:
    trained = train()
    data = figure(trained, "network", "pdf")
    document = pdfium.PdfDocument(data)
    about = document.get_metadata_dict()
    assert about["Creator"] == "nnviz"
    assert "Network" in about["Title"]
    assert about["CreationDate"] == about["ModDate"] == ""
    assert document.count_attachments() == 1
    attached = bytes(document.get_attachment(0).get_data())
    assert attached.decode() == trained.session.experiment.to_json()
    assert document[0].get_size() == (675.0, 480.0)
    document.close()


@pytest.mark.parametrize("view", VIEWS)
def test_light_for_print_from_a_dark_window(train: Train, view: str) -> None:
    trained = train()
    expected = figure(trained, view, "png")
    trained.appearance.choose("dark")
    # So that no layout is still to come.
    QApplication.processEvents()
    widgets = [(widget, widget.geometry()) for widget in trained.findChildren(QWidget)]
    before = trained.grab().toImage()
    light = figure(trained, view, "png")
    shown = figure(trained, view, "png", appearance="as shown")
    assert trained.theme.name == "dark"
    assert trained.grab().toImage() == before
    # What was never laid out may be so now: only what is seen has to stay.
    moved = [
        (w.metaObject().className(), w.geometry(), place)
        for w, place in widgets
        if w.isVisible() and w.geometry() != place
    ]
    assert moved == []
    assert difference(pixels(expected, "png"), pixels(light, "png")).max() < 0.01
    ground = LIGHT.ground if view == "window" else LIGHT.card
    assert pixels(light, "png").getpixel((2, 2)) == ground.getRgb()[:3]
    ground = DARK.ground if view == "window" else DARK.card
    assert pixels(shown, "png").getpixel((2, 2)) == ground.getRgb()[:3]


@pytest.mark.parametrize("view", VIEWS)
def test_a_transparent_figure_has_no_ground(train: Train, view: str) -> None:
    trained = train()
    trained.appearance.choose("dark")
    image = Image.open(io.BytesIO(figure(trained, view, "png", transparent=True))).convert("RGBA")
    alpha = np.asarray(image)[..., 3]
    assert alpha[1, 1] == 0
    assert (alpha == 0).mean() > (0.2 if view == "surface" else 0.5)
    assert (alpha == 255).any()
    if view == "surface":
        return
    svg = figure(trained, view, "svg", transparent=True).decode()
    if view == "window":
        # Buttons and fields keep theirs.
        assert svg.count("<rect") > 3
    else:
        assert 'width="100%"' not in svg


def test_numbers_are_the_weights(train: Train) -> None:
    trained = train()
    without = words(figure(trained, "network", "svg"), "svg")
    texts = words(figure(trained, "network", "svg", numbers=True), "svg").splitlines()
    snapshot = trained.session.snapshot
    assert snapshot is not None
    weights = [weight for W in snapshot.frame.weights for weight in W.ravel().tolist()]
    for weight in weights:
        text = f"{weight:+.2f}".replace("-", "−")
        text = text[1:] if float(f"{weight:.2f}") == 0 else text
        assert text in texts
    assert len(texts) == len(without.splitlines()) + len(weights)
    # The next figure has none again.
    assert words(figure(trained, "network", "svg"), "svg") == without


def test_a_figure_without_its_heading_and_always_without_switches(train: Train) -> None:
    trained = train()
    for view, switch in (
        ("network", "hidden layers"),
        ("surface", "discretise"),
        ("curves", "log"),
    ):
        with_heading = words(figure(trained, view, "svg"), "svg").splitlines()
        without = words(figure(trained, view, "svg", title=False), "svg").splitlines()
        assert with_heading[0] == TEXTS[view][0]
        assert TEXTS[view][0] not in without
        assert switch not in with_heading
        assert not {"+", "−"} & set(with_heading)


def test_edges_are_curves_as_wide_as_their_weights(train: Train) -> None:
    trained = train()
    root = ET.fromstring(figure(trained, "network", "svg"))
    snapshot = trained.session.snapshot
    assert snapshot is not None
    widths: dict[bool, list[float]] = {True: [], False: []}
    for group in root.iter(f"{SVG}g"):
        for path in group.findall(f"{SVG}path"):
            if group.get("fill") == "none" and path.get("d", "").count("C") == 1:
                is_dashed = "stroke-dasharray" in group.attrib
                widths[is_dashed].append(float(group.get("stroke-width", "0")))
    weights = np.concatenate([W.ravel() for W in snapshot.frame.weights])
    assert len(widths[True]) == (weights < 0).sum()
    assert len(widths[False]) == (weights >= 0).sum()
    scale = trained.topology.weight_scale
    widest = max(*widths[True], *widths[False])
    largest = min(np.abs(weights).max() / scale, 1.0)
    expected = np.maximum(np.abs(weights) / scale, 0) * widest / largest
    # In 24 steps, and never thinner than a hairline.
    drawn = np.sort(np.concatenate([widths[True], widths[False]]))
    wide = np.sort(expected)[drawn > 1.0]
    assert np.abs(drawn[drawn > 1.0] - np.minimum(wide, widest)).max() <= widest / 24 + 1e-6


def test_a_small_figure_is_reduced_and_not_crammed(open_window: Open) -> None:
    many = open_window("blobs")
    options = FigureOptions(width=321, height=227)
    for kind, scale in (("png", 1.0), ("svg", 1.0), ("pdf", 1.0)):
        data = figure_bytes(many.cards["network"], kind, replace(options, scale=scale), "{}")
        image = pixels(data, kind)
        assert abs(image.width - 321) <= 1
        assert abs(image.height - 227) <= 1
    svg = ET.fromstring(figure_bytes(many.cards["network"], "svg", options, "{}"))
    room = [float(part) for part in svg.get("viewBox", "").split()]
    least = many.cards["network"].minimumSizeHint()
    assert room[2] >= least.width()
    assert room[3] >= least.height()
    assert math.isclose(room[2] / room[3], 321 / 227, rel_tol=0.01)


def test_the_session_goes_on_while_a_figure_is_made(open_window: Open, qtbot: QtBot) -> None:
    window = open_window("spiral", play=True)
    window.change({"epochs": 1_000_000})  # or a fast machine is done before the figures are
    size, focus = window.size(), window.focusWidget()
    for kind in KINDS:
        assert figure(window, "window", kind)
    assert window.session.state is State.PLAYING
    assert (window.size(), window.focusWidget()) == (size, focus)
    snapshot = window.session.snapshot
    qtbot.waitUntil(lambda: window.session.snapshot is not snapshot, timeout=WAIT)
