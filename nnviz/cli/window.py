"""`nnviz` without a command: the window."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from nnviz.cli.errors import DONE, CommandError, missing_library_is_said, print_result
from nnviz.cli.options import OpenFile, Preset, experiment_of


def window_command(
    context: typer.Context,
    preset: Preset = None,
    open_file: OpenFile = None,
    play: Annotated[bool, typer.Option("--play", help="Begin to train at once.")] = False,
    quit_after: Annotated[
        float | None,
        typer.Option("--quit-after", metavar="SECONDS", help="Close the window after a while."),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Say which version it is.")] = False,
) -> int:
    """Open the window, unless a command follows."""
    if version:
        from nnviz import __version__

        print_result(f"nnviz {__version__}")
        raise typer.Exit(DONE)
    if context.invoked_subcommand is not None:
        if preset or open_file or play or quit_after is not None:
            raise CommandError("Options of a command stand behind it, not before it.")
        return DONE
    if quit_after is not None and not 0 <= quit_after <= 1e6:
        raise CommandError(f"--quit-after: {quit_after} given; allowed: 0 to 1,000,000 seconds.")
    experiment = experiment_of("nnviz", preset, open_file) if preset or open_file else None
    # What is made while starting stays: looking for garbage among it only takes time.
    gc.disable()
    with missing_library_is_said():
        from nnviz.gui.app import run_window
    path = "" if open_file is None else str(open_file)
    return run_window(experiment, preset, play, quit_after, path)
