"""`nnviz render`: figures of the real widgets, read by programs that are not ours."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import resvg_py
from PIL import Image
from PySide6.QtWidgets import QApplication

from nnviz import Experiment, Trainer, preset
from nnviz.__main__ import main
from nnviz.cli.render import APPEARANCES, ENDINGS, LARGEST_SIDE, SMALLEST_SIDE
from nnviz.files.experiment_file import read_experiment
from nnviz.gui import export, theme
from nnviz.gui.figures import FIGURES

WIDTH, HEIGHT = 720, 480
EXPERIMENT = preset("moons").evolve(epochs=3, seed=5)
COMMAND = ["render", "--preset", "moons", "--epochs", "3", "--set", "seed=5"]

WORDS = {
    "window": ("Play", "moons", "Training", "tanh", "class 1", "epoch"),
    "network": ("inputs", "tanh", "width"),
    "surface": ("class 0", "class 1", "train", "test"),
    "curves": ("epoch", "train", "test"),
}
"""What can be read in each figure, in whatever case."""

Run = Callable[..., tuple[int, str, str]]
Figures = dict[tuple[str, str], Path]


@pytest.fixture
def nnviz_command(qapp: QApplication, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; gives status, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture(scope="session")
def figures(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """Every view in every format, made once, with the fonts and the style of the program."""
    qapp.setStyle("Fusion")
    theme.load_fonts()
    folder = tmp_path_factory.mktemp("figures")
    size = f"{WIDTH}x{HEIGHT}"
    made = {}
    for view in FIGURES:
        for ending in ENDINGS:
            path = folder / f"{view}{ending}"
            arguments = [*COMMAND, "--view", view, "--size", size, "--output", str(path)]
            assert main(arguments) == 0
            gc.collect()  # a window that is gone, but not forgotten, makes the next one slow
            made[view, ending] = path
    return made


def process(*arguments: object, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run nnviz in a process of its own."""
    environment = dict(os.environ)
    for name, value in changes.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    return subprocess.run(
        [sys.executable, "-m", "nnviz", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
        env=environment,
    )


def colors_of(image: Any) -> int:
    """How many colours there are: a blank figure has few."""
    return len(image.convert("RGB").getcolors(maxcolors=2**24))


# Twelve figures.


@pytest.mark.parametrize("view", FIGURES)
def test_png(figures: Figures, view: str) -> None:
    with Image.open(figures[view, ".png"]) as image:
        image.load()
        assert image.size == (WIDTH, HEIGHT)
        assert Experiment.from_json(image.text["nnviz-experiment"]) == EXPERIMENT
        assert colors_of(image) > 100


@pytest.mark.parametrize("view", FIGURES)
def test_svg(figures: Figures, view: str) -> None:
    svg = figures[view, ".svg"].read_text("utf-8")
    root = ElementTree.fromstring(svg)
    assert (root.get("width"), root.get("height")) == (str(WIDTH), str(HEIGHT))
    text = " ".join(root.itertext()).lower()
    for word in WORDS[view]:
        assert word.lower() in text
    with Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg)))) as image:
        assert image.size == (WIDTH, HEIGHT)
        assert colors_of(image) > 100


@pytest.mark.parametrize("view", FIGURES)
def test_pdf(figures: Figures, view: str) -> None:
    with pypdfium2.PdfDocument(figures[view, ".pdf"]) as document:
        assert len(document) == 1
        (attachment,) = [document.get_attachment(i) for i in range(document.count_attachments())]
        assert Experiment.from_json(bytes(attachment.get_data())) == EXPERIMENT
        page = document[0]
        # 96 units make an inch, and 72 points.
        assert page.get_size() == pytest.approx((WIDTH * 0.75, HEIGHT * 0.75), abs=0.5)
        text = page.get_textpage().get_text_bounded().lower()
        for word in WORDS[view]:
            assert word.lower() in text
        assert colors_of(page.render(scale=1.0).to_pil()) > 100


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_experiment_goes_on_from_any_figure(
    figures: Figures, nnviz_command: Run, tmp_path: Path, ending: str
) -> None:
    source, again = figures["curves", ending], tmp_path / f"again{ending}"
    assert read_experiment(source) == EXPERIMENT
    size = f"{WIDTH}x{HEIGHT}"
    done = nnviz_command(
        "render", "--open", source, "--view", "curves", "--size", size, "--output", again
    )
    assert done == (0, f"Written: {again}\n", "")
    assert again.read_bytes() == source.read_bytes()


def test_the_network_that_is_drawn_has_learnt(
    nnviz_command: Run, figures: Figures, tmp_path: Path
) -> None:
    """The numbers in the figure are those of a trainer that had the same experiment."""
    path = tmp_path / "network.pdf"
    status, _, _ = nnviz_command(
        *COMMAND, "--view", "network", "--size", "1600x1000", "--numbers", "--output", path
    )
    assert status == 0
    trainer = Trainer(EXPERIMENT)
    trainer.advance_epochs(3)
    with pypdfium2.PdfDocument(path) as document:
        text = document[0].get_textpage().get_text_bounded().replace("−", "-")
    shown = [f"{weight:+.2f}" for weight in trainer.weights[-1].ravel()]
    assert [number for number in shown if number not in text] == []
    without = figures["network", ".pdf"]
    with pypdfium2.PdfDocument(without) as document:
        assert shown[0] not in document[0].get_textpage().get_text_bounded().replace("−", "-")


def test_looks(nnviz_command: Run, tmp_path: Path) -> None:
    corners, counts = {}, {}
    for name, options in {
        "dark": ["--appearance", "dark", "--scale", "2.5"],
        "clear": ["--transparent"],
        "other": ["--palette", "purple-green"],
    }.items():
        path = tmp_path / f"{name}.png"
        arguments = [*COMMAND, "--view", "surface", "--size", "320x240", *options]
        assert nnviz_command(*arguments, "-o", path)[0] == 0
        with Image.open(path) as image:
            assert image.size == ((800, 600) if name == "dark" else (320, 240))
            pixels = image.convert("RGBA")
        corners[name] = pixels.getpixel((2, 2))
        red, green, blue, _ = pixels.resize((1, 1)).getpixel((0, 0))
        counts[name] = green - max(red, blue)
    assert corners["other"] == (255, 255, 255, 255)
    assert max(corners["dark"][:3]) < 60
    assert corners["clear"][3] == 0
    # Orange and blue leave no green between them.
    assert counts["other"] > counts["clear"]


def test_a_figure_smaller_than_the_window_can_be(nnviz_command: Run, tmp_path: Path) -> None:
    side = SMALLEST_SIDE
    path = tmp_path / "small.png"
    assert nnviz_command(*COMMAND, "--size", f"{side}x{side}", "--output", path)[0] == 0
    with Image.open(path) as image:
        assert image.size == (side, side)


def test_the_curves_show_the_whole_run_however_long(nnviz_command: Run, tmp_path: Path) -> None:
    path = tmp_path / "curves.svg"
    arguments = ["render", "--preset", "or", "--epochs", "4500", "--view", "curves"]
    assert nnviz_command(*arguments, "--output", path) == (0, f"Written: {path}\n", "")
    text = " ".join(ElementTree.fromstring(path.read_text("utf-8")).itertext())
    assert "4,000" in text or "4000" in text


# What is wrong.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--output"]),
        (["--output", "a.jpg"], ["a.jpg", ".png, .svg, .pdf"]),
        (["--output", "a"], [".png, .svg, .pdf"]),
        (["--output", "a.png", "--view", "weights"], ["--view", "weights", "curves"]),
        (["--output", "a.png", "--size", "large"], ["--size", "large"]),
        (["--output", "a.png", "--size", "640"], ["--size", "640"]),
        (["--output", "a.png", "--size", "640x"], ["--size"]),
        (["--output", "a.png", "--size", "-640x480"], ["--size"]),
        (["--output", "a.png", "--size", "63x480"], ["--size", "63x480", "64"]),
        (["--output", "a.pdf", "--size", "640x16385"], ["--size", "16,384"]),
        (["--output", "a.pdf", "--size", "640x" + "9" * 5000], ["--size"]),
        (["--output", "a.png", "--scale", "0"], ["--scale"]),
        (["--output", "a.png", "--scale", "nan"], ["--scale"]),
        (["--output", "a.png", "--scale", "9"], ["--scale", "9", "8"]),
        (["--output", "a.png", "--size", "9000x100", "--scale", "2"], ["--scale", "16,384"]),
        (["--output", "a.png", "--scale", "large"], ["--scale", "number"]),
        (["--output", "a.png", "--appearance", "sepia"], ["--appearance", "sepia", "dark"]),
        (["--output", "a.png", "--palette", "rainbow"], ["--palette", "rainbow", "red-blue"]),
        (
            ["--output", "a.png", "--numbers", "--set", "hidden=32+32"],
            ["--numbers: 1,120 edges; at most 60 can be read."],
        ),
        *(
            (
                ["--output", "a.png", "--numbers", "--view", view],
                ["--numbers: only the network and the window have edges."],
            )
            for view in ("surface", "curves")
        ),
        (["--output", "a.png", "--preset", "xr"], ["xr"]),
        (["--output", "a.png", "--set", "sede=1"], ["sede"]),
        (["--output", "a.png", "--epochs", "0"], ["epochs", "0"]),
        (["--output", "a.png", "--bogus"], ["--bogus"]),
    ],
    ids=lambda value: " ".join(value)[:60],
)
def test_wrong_commands(
    nnviz_command: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: list[str],
) -> None:
    def advance(*_: Any) -> None:
        raise AssertionError("it trained")

    monkeypatch.setattr(Trainer, "advance_epochs", advance)
    monkeypatch.chdir(tmp_path)
    given = [] if "--preset" in arguments else ["--preset", "xor"]
    status, out, err = nnviz_command("render", *given, *arguments)
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1
    for word in words:
        assert word in err
    assert list(tmp_path.iterdir()) == []


def test_without_an_experiment(nnviz_command: Run) -> None:
    status, out, err = nnviz_command("render", "--output", "a.png")
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert "render needs --preset" in err


@pytest.mark.parametrize("place", ["missing/a.png", "file/a.svg", "folder.pdf"])
def test_a_place_that_cannot_be_written_is_refused_before_training(
    nnviz_command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.pdf").mkdir()

    def advance(*_: Any) -> None:
        raise AssertionError("it trained")

    monkeypatch.setattr(Trainer, "advance_epochs", advance)
    path = tmp_path / place
    status, out, err = nnviz_command("render", "--preset", "xor", "--output", path)
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert str(path) in err


def test_a_run_that_diverges_gives_no_figure(nnviz_command: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    settings = "dataset=plane output_activation=linear loss=squared_error optimizer=sgd".split()
    arguments = [item for setting in settings for item in ("--set", setting)]
    status, out, err = nnviz_command(
        *("render", "--preset", "moons", "--output", path, *arguments),
        *("--set", "learning_rate=1e6"),
    )
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert "diverged" in err
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_widget_that_fails_to_draw_gives_no_figure(
    nnviz_command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("nnviz.gui.views.surface.SurfaceView.show_snapshot", fail)
    path = tmp_path / "a.png"
    status, out, err = nnviz_command(*COMMAND, "--output", path)
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert "RuntimeError: broken on purpose" in err
    assert not path.exists()
    # Python keeps what Qt could not pass on, and with it the window, for whoever wants to look.
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)


def test_a_figure_that_cannot_be_made(
    nnviz_command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> bytes:
        raise ValueError("there is not enough memory.")

    monkeypatch.setitem(export.KINDS, "png", fail)
    path = tmp_path / "a.png"
    status, out, err = nnviz_command(*COMMAND, "--output", path)
    assert (status, out) == (1, "")
    assert err == f"nnviz: {path} was not written: there is not enough memory.\n"
    assert not path.exists()


def test_the_names_are_those_of_the_window() -> None:
    assert {f".{kind}" for kind in export.KINDS} == set(ENDINGS)
    assert set(theme.THEMES) == set(APPEARANCES)
    assert LARGEST_SIDE > 8192


# A process of its own.


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_command_gives_the_same_bytes_in_any_process(
    figures: Figures, tmp_path: Path, ending: str
) -> None:
    """Without a display, a home and a language; at a place with any name; for any screen."""
    folder = tmp_path / "ein Ordner mit ä und 日本語"
    folder.mkdir()
    path = folder / f"das Bild{ending}"
    nothing = dict.fromkeys(("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "HOME"))
    done = process(
        *(*COMMAND, "--size", f"{WIDTH}x{HEIGHT}", "--output", path),
        **nothing,
        **dict.fromkeys(("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")),
        LC_ALL="C",
        LANG="C",
        QT_SCALE_FACTOR="2",
        QT_FONT_DPI="144",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Written: {path}\n"
    assert path.read_bytes() == figures["window", ending].read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="the platform is of Linux")
def test_a_platform_that_was_chosen_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    done = process(
        *("render", "--preset", "xor", "--output", path),
        QT_QPA_PLATFORM="xcb",
        DISPLAY=None,
        WAYLAND_DISPLAY=None,
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "no display" in done.stderr
    assert not path.exists()
