"""Makes the pictures of the documents from the real window: run it by `make pictures`.

Every picture shows a moment of a preset's run, trained here, and none that depends on how fast the
machine is: the same code makes the same pictures. `--check` lists them, and says which are
missing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnviz.gui.window import MainWindow
    from nnviz.insight.snapshot import Snapshot

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LARGEST = 300 * 1024
"""In bytes; a picture that is larger is reduced to 256 colours."""
WINDOW = (1280, 800)
TALL = (1600, 1900)
ENLARGED = 1.5
"""The scale of the interface where a part of it is shown: sharper than a picture made larger."""


@dataclass(frozen=True)
class Shot:
    """A picture: its file, what is shown in which appearance, and how it is taken."""

    file: str
    preset: str
    appearance: str
    take: Callable[[MainWindow, Any], bytes]
    size: tuple[int, int] = WINDOW
    moment: Callable[[str], Snapshot] | None = None
    """What is shown of the preset's run; None for its end."""


def whole_window(window: MainWindow, application: Any) -> bytes:
    """What a user sees, with all buttons; an export of a view leaves its buttons out."""
    return _png_of(window, window)


def unfolded_sections(window: MainWindow, application: Any) -> bytes:
    """The left column of a tall window, with the sections unfolded that a class uses first."""
    window.appearance.set_scale(ENLARGED)
    window.more.set_open(("points", "objective"))
    column = window.arrangement.splitters["left"]
    data, training = 150 * ENLARGED, window.cards["training"].sizeHint().height()
    column.setSizes([round(data), training, column.height()])
    _settle(window, application)
    return _png_of(column, window)


def help_card(window: MainWindow, application: Any) -> bytes:
    """The card of help on the activation, alone."""
    from nnviz.gui.controls.help_card import HelpCard

    window.appearance.set_scale(ENLARGED)
    window.training.activation_help.click()
    _settle(window, application)
    (card,) = window.findChildren(HelpCard)
    return _png_of(card, window)


def micro_step(number: int) -> Callable[[MainWindow, Any], bytes]:
    """The window at a micro-step of the next update, counted from 0."""

    def take(window: MainWindow, application: Any) -> bytes:
        walk = window.travels.walk
        walk.set_reduced_motion(True)
        window.travels.set_granularity("micro")
        window.transport.set_granularity("micro")
        for _ in range(number + 1):
            window.travels.forward()
            while walk.is_waiting:
                application.processEvents()
        _settle(window, application)
        return _png_of(window, window)

    return take


def compared(window: MainWindow, application: Any) -> bytes:
    """The window with its moment compared with that of the first branch's end."""
    window.inspector.show_tab("Compare")
    window.inspector.show_pin(_story("xor", 1))
    window.timeline.set_pin(50, 1)
    _settle(window, application)
    return _png_of(window, window)


def figure_of(view: str, width: int, height: int) -> Callable[[MainWindow, Any], bytes]:
    """An export, as the menu and `nnviz render` make it, with the experiment inside."""

    def take(window: MainWindow, application: Any) -> bytes:
        from nnviz.gui.export import FigureOptions, figure_bytes

        options = FigureOptions(width=width, height=height, scale=1.5)
        text = window.session.experiment.to_json()
        return figure_bytes(window.cards[view], "png", options, text)

    return take


SHOTS = (
    Shot("window-light.png", "moons", "light", whole_window),
    Shot("window-dark.png", "spiral", "dark", whole_window),
    Shot("network.png", "circles", "light", figure_of("network", 760, 480)),
    Shot("output.png", "spiral", "light", figure_of("surface", 420, 480)),
    Shot("micro-step.png", "xor", "light", micro_step(9), moment=lambda name: _story(name, 0)),
    Shot("branches.png", "xor", "light", compared, moment=lambda name: _story(name, 3)),
    # Last, because the window that comes after an enlarged one begins with its fonts.
    Shot("sections.png", "moons", "light", unfolded_sections, TALL),
    Shot("help-card.png", "moons", "light", help_card, TALL),
)


def main(arguments: list[str]) -> int:
    """Write every picture, or with --check list them; returns the exit status."""
    if arguments == ["--check"]:
        missing = [shot.file for shot in SHOTS if not (PICTURES / shot.file).is_file()]
        for shot in SHOTS:
            print(shot.file)
        if missing:
            print(f"missing, run `make pictures`: {', '.join(missing)}", file=sys.stderr)
        return 1 if missing else 0
    if arguments:
        print("usage: make_pictures.py [--check]", file=sys.stderr)
        return 2
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from PySide6.QtCore import qInstallMessageHandler

    from nnviz.gui.app import make_application

    qInstallMessageHandler(_print_message)
    application = make_application()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for shot in SHOTS:
        path = PICTURES / shot.file
        path.write_bytes(_small(_taken(shot, application)))
        print(f"docs/pictures/{shot.file}  {path.stat().st_size:,} bytes")
    return 0


def _print_message(kind: Any, context: Any, message: str) -> None:
    # Said of every window without a screen, and nobody needs to know.
    if message != "This plugin does not support propagateSizeHints()":
        print(message, file=sys.stderr)


def _taken(shot: Shot, application: Any) -> bytes:
    from nnviz.gui.theme import THEMES
    from nnviz.gui.window import MainWindow

    snapshot = (shot.moment or _end_of_run)(shot.preset)
    experiment = snapshot.frame.experiment
    window = MainWindow(experiment, THEMES[shot.appearance], preset=shot.preset)
    try:
        window.resize(*shot.size)
        window.show()
        window.session.show_moment(snapshot)
        _settle(window, application)
        return shot.take(window, application)
    finally:
        window.close()
        window.deleteLater()
        application.processEvents()


def _end_of_run(preset: str) -> Snapshot:
    """The preset, trained to its last epoch, with the figures of every epoch."""
    from nnviz.gui.journey import Journey
    from nnviz.run.presets import PRESETS

    journey = Journey(PRESETS[preset].experiment, "compiled")
    trainer = journey.trainer
    while trainer.epoch < trainer.experiment.epochs:
        journey.snapshot(0.0, 0)
        trainer.advance_epochs(1)
    return journey.snapshot(0.0, 0)


def _story(preset: str, chapters: int) -> Snapshot:
    """50 epochs; back to epoch 10; a weight is moved; 20 epochs more. `chapters` of it."""
    from nnviz.gui.journey import Journey
    from nnviz.run.hands import Place, set_parameter
    from nnviz.run.presets import PRESETS

    journey = Journey(PRESETS[preset].experiment, "compiled")
    trainer = journey.trainer

    def epochs(count: int) -> None:
        for _ in range(count):
            journey.snapshot(0.0, 0)
            trainer.advance_epochs(1)
        journey.snapshot(0.0, 0)

    if chapters > 0:
        epochs(50)
    if chapters > 1:
        trainer.seek(10 * trainer.updates_per_epoch)
        place = Place(1, 1, 0)
        set_parameter(trainer, place, -float(trainer.weights[0][place.unit, 0]) - 1.0)
    if chapters > 2:
        epochs(20)
    return journey.snapshot(0.0, 0)


def _settle(window: MainWindow, application: Any) -> None:
    """Let everything find its place, and the thumbnails get their points."""
    application.processEvents()
    while window.gallery.is_loading:
        application.processEvents()


def _png_of(widget: Any, window: MainWindow) -> bytes:
    """A widget of the window as it is seen, on the window's ground."""
    from PySide6.QtCore import QBuffer, QIODevice, QPoint
    from PySide6.QtGui import QImage

    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    image.fill(window.appearance.theme.ground)
    widget.render(image, QPoint(0, 0))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):
        raise RuntimeError("a picture could not be encoded as PNG")
    return bytes(buffer.data().data())


def _small(png: bytes) -> bytes:
    """The same picture in fewer bytes, with its texts; in 256 colours where it must be."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    picture = Image.open(BytesIO(png))
    texts = PngInfo()
    for key, text in getattr(picture, "text", {}).items():
        texts.add_itxt(key, text)
    rgb = picture.convert("RGB")
    for candidate in (rgb, rgb.quantize(256, Image.Quantize.MEDIANCUT)):
        written = BytesIO()
        candidate.save(written, "PNG", optimize=True, pnginfo=texts)
        if written.tell() <= LARGEST:
            break
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
