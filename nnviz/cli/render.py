"""`nnviz render`: the real window, or one of its views, as a figure; needs no display."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnviz.cli.errors import (
    FAILED,
    CommandError,
    failed_write_is_said,
    missing_library_is_said,
    print_result,
)
from nnviz.cli.options import Epochs, OpenFile, Preset, Settings, experiment_of
from nnviz.cli.progress import train_to_the_end, trainer_for
from nnviz.gui.figures import FIGURES

if TYPE_CHECKING:
    from nnviz.insight.snapshot import Snapshot
    from nnviz.run.experiment import Experiment

ENDINGS = (".png", ".svg", ".pdf")
APPEARANCES = ("light", "dark")
SMALLEST_SIDE, LARGEST_SIDE = 64, 16_384
"""Of a figure, in its own units, and of a PNG in pixels."""
SMALLEST_SCALE, LARGEST_SCALE = 0.25, 8.0
_OF_A_SCREEN = ("QT_SCALE_FACTOR", "QT_SCREEN_SCALE_FACTORS", "QT_FONT_DPI")
"""What suits somebody's screen must not change a figure."""


@dataclass(frozen=True)
class Request:
    """A figure as it was asked for, with every value checked."""

    view: str
    width: int
    height: int
    output: Path
    appearance: str
    scale: float
    transparent: bool
    numbers: bool
    palette: str


def render_command(
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write the figure to FILE: .png, .svg or .pdf."
        ),
    ],
    preset: Preset = None,
    open_file: OpenFile = None,
    epochs: Epochs = None,
    settings: Settings = None,
    view: Annotated[
        str,
        typer.Option("--view", metavar="VIEW", help=f"Draw one of: {', '.join(FIGURES)}."),
    ] = "window",
    size: Annotated[
        str,
        typer.Option("--size", metavar="WxH", help="Make the figure W units wide and H high."),
    ] = "1280x800",
    scale: Annotated[
        float,
        typer.Option("--scale", metavar="N", help="Give a PNG N pixels for each unit."),
    ] = 1.0,
    appearance: Annotated[
        str,
        typer.Option("--appearance", metavar="NAME", help="Draw in light or in dark colours."),
    ] = "light",
    palette: Annotated[
        str,
        typer.Option(
            "--palette", metavar="NAME", help="Draw negative and positive values in these colours."
        ),
    ] = "orange-blue",
    transparent: Annotated[
        bool, typer.Option("--transparent", help="Leave the ground of the figure out.")
    ] = False,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="Write its weight on every edge of the network.")
    ] = False,
) -> None:
    """Train without a window, and draw what the window would show as a figure."""
    width, height = _size(size)
    _check_choice("--view", view, tuple(FIGURES))
    _check_choice("--appearance", appearance, APPEARANCES)
    if output.suffix.lower() not in ENDINGS:
        raise CommandError(f"--output: {output} given; allowed endings: {', '.join(ENDINGS)}.")
    is_png = output.suffix.lower() == ".png"
    _check_scale(scale, max(width, height) if is_png else 0)
    if numbers and not FIGURES[view].has_edges:
        raise CommandError("--numbers: only the network and the window have edges.")
    request = Request(
        view=view,
        width=width,
        height=height,
        output=output,
        appearance=appearance,
        scale=scale,
        transparent=transparent,
        numbers=numbers,
        palette=palette,
    )
    _render(experiment_of("render", preset, open_file, epochs, settings), preset, request)
    print_result(f"Written: {output}")


def _render(experiment: Experiment, preset: str | None, request: Request) -> None:
    # All of these are read by Qt when it starts. A platform that was chosen already is taken.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for name in _OF_A_SCREEN:
        os.environ.pop(name, None)
    with missing_library_is_said():
        from nnviz.gui.display import display_problem
        from nnviz.gui.headless import Studio
        from nnviz.gui.theme import PALETTES
    if problem := display_problem():
        raise CommandError(problem, FAILED)
    _check_choice("--palette", request.palette, tuple(PALETTES))
    if request.numbers:
        _check_edges(experiment)
    from nnviz.files.atomic import check_writable, write_whole
    from nnviz.gui.export import ExportError, FigureOptions

    # Both before training, which may take hours.
    with failed_write_is_said(request.output):
        check_writable(request.output)
    options = FigureOptions(
        width=request.width,
        height=request.height,
        scale=request.scale,
        transparent=request.transparent,
        appearance=request.appearance,
        numbers=request.numbers,
    )
    with Studio() as studio:
        snapshot = _last_moment(experiment)
        kind = request.output.suffix.lower().removeprefix(".")
        try:
            figure = studio.figure(snapshot, request.view, kind, options, request.palette, preset)
        except ExportError as error:
            raise CommandError(f"{request.output} was not written: {error}", FAILED) from None
    with failed_write_is_said(request.output):
        write_whole(request.output, figure)


def _check_edges(experiment: Experiment) -> None:
    """Whether the numbers on all edges of the network could be read."""
    from nnviz.gui.views.edge_paths import MOST_NUMBERED
    from nnviz.run.consistency import network_of

    n_edges = sum(n_out * n_in for n_out, n_in in network_of(experiment).shapes)
    if n_edges > MOST_NUMBERED:
        raise CommandError(f"--numbers: {n_edges:,} edges; at most {MOST_NUMBERED} can be read.")


def _last_moment(experiment: Experiment) -> Snapshot:
    """Train to the end; the curves get the whole history."""
    from nnviz.insight.history import MOST_MOMENTS, Recorder
    from nnviz.insight.snapshot import Photographer, resolution_for

    trainer = trainer_for(experiment)
    recorder = Recorder()
    n_points = len(trainer.dataset.X_train)
    # As many moments as the history keeps, and no more figures than that are worked out.
    stride = -(-experiment.epochs // (MOST_MOMENTS - 1))
    train_to_the_end(trainer, lambda frame: recorder.record(frame, n_points), stride)
    photographer = Photographer(trainer.dataset, resolution_for(trainer.network))
    return photographer.snapshot(trainer.frame(), recorder.history())


def _size(text: str) -> tuple[int, int]:
    """Width and height of WxH."""
    match = re.fullmatch(r"(\d{1,9})[x×](\d{1,9})", text.strip().lower(), re.ASCII)
    sides = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in sides):
        raise CommandError(
            f"--size: {text} given; allowed: WIDTHxHEIGHT such as 1600x1000, each side from "
            f"{SMALLEST_SIDE} to {LARGEST_SIDE:,}."
        )
    return sides


def _check_choice(option: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise CommandError(f"{option}: {given} given; allowed: {', '.join(allowed)}.")


def _check_scale(scale: float, side: int) -> None:
    """`side` is the longer one of a PNG, 0 for figures that have no pixels."""
    if not SMALLEST_SCALE <= scale <= LARGEST_SCALE:
        raise CommandError(
            f"--scale: {scale:g} given; allowed: {SMALLEST_SCALE:g} to {LARGEST_SCALE:g}."
        )
    if side * scale > LARGEST_SIDE:
        raise CommandError(
            f"--scale: {scale:g} given; allowed with a side of {side:,}: at most "
            f"{LARGEST_SIDE / side:g}, for {LARGEST_SIDE:,} pixels."
        )
