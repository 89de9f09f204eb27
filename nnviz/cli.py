"""The command line: training, lists and, when no subcommand is given, the window."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from nnviz.run.experiment import Experiment
    from nnviz.run.frame import Frame
    from nnviz.run.trainer import Trainer

DONE, FAILED, WRONG = 0, 1, 2
"""Exit status: done; the run failed or the output could not be written; the command was wrong."""

_OUTPUT_IS_LOST = {errno.EPIPE, errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EBADF, errno.EINVAL}
"""What a write to standard output can fail with; EINVAL is how Windows tells of a closed pipe."""

_LIST_FIELDS = {"hidden", "activation", "features", "class_weight"}

application = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="See a neural network learn. Without a command it opens the window.",
)

_Preset = Annotated[
    str | None, typer.Option("--preset", metavar="NAME", help="Begin with this preset.")
]
_Open = Annotated[
    Path | None,
    typer.Option(
        "--open",
        metavar="FILE",
        help="Begin with the experiment in FILE (JSON, or a PNG of nnviz).",
    ),
]


class CommandError(Exception):
    """What the user is told in one line, and the status to end with."""

    def __init__(self, sentence: str, status: int = WRONG) -> None:
        super().__init__(sentence)
        self.status = status


def run(arguments: list[str]) -> int:
    """Do what the arguments ask for; returns the exit status."""
    command = typer.main.get_command(application)
    try:
        status = command.main(arguments, prog_name="nnviz", standalone_mode=False)
        if sys.stdout is not None:  # a window may have none
            sys.stdout.flush()
        return status if isinstance(status, int) else DONE
    except CommandError as error:
        return _complain(str(error), error.status)
    except typer.Abort:
        return _complain("Stopped.", FAILED)
    except typer.exceptions.TyperException as error:
        return _complain(error.format_message(), WRONG)
    except OSError as error:
        if error.errno not in _OUTPUT_IS_LOST or error.filename is not None:
            raise
        # Python would try once more at its end, and complain in its own words.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # whoever read our output has read enough
            return FAILED
        return _complain(f"The output cannot be written ({error.strerror}).", FAILED)


def _complain(sentence: str, status: int) -> int:
    if sys.stderr is not None:
        print("nnviz:", " ".join(sentence.split()), file=sys.stderr)
    return status


def _print(text: str) -> None:
    """Print a result; a command without an output to print to has failed."""
    if sys.stdout is None:
        raise CommandError("The output cannot be written (it is closed).", FAILED)
    print(text)


@application.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    preset: _Preset = None,
    open_file: _Open = None,
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

        _print(f"nnviz {__version__}")
        raise typer.Exit(DONE)
    if context.invoked_subcommand is not None:
        if preset or open_file or play or quit_after is not None:
            raise CommandError("Options of a command stand behind it, not before it.")
        return DONE
    if quit_after is not None and not 0 <= quit_after <= 1e6:
        raise CommandError(f"--quit-after: {quit_after} given; allowed: 0 to 1,000,000 seconds.")
    experiment = _experiment(preset, open_file) if preset or open_file else None
    with _missing_library_is_said():
        from nnviz.gui.app import run_window
    return run_window(experiment, preset=preset, play=play, quit_after=quit_after)


@application.command()
def presets(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """List the presets: name, and what to look for."""
    from nnviz.run.presets import PRESETS

    if as_json:
        rows = [
            {"name": name, "title": entry.title, "hint": entry.hint}
            for name, entry in PRESETS.items()
        ]
        _print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(map(len, PRESETS))
    for name, entry in PRESETS.items():
        _print(f"{name:<{width}}  {entry.hint}")


@application.command()
def train(
    preset: _Preset = None,
    open_file: _Open = None,
    epochs: Annotated[
        str | None, typer.Option("--epochs", metavar="N", help="Passes over the points.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Change a field of the experiment."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Train without a window, and print the figures reached."""
    experiment = _experiment(preset, open_file)
    changes = _changes(settings or [])
    if epochs is not None:
        changes["epochs"] = _plain_value(epochs)
    with _wrong_input_is_said():
        experiment = experiment.evolve(**changes)
    with _missing_library_is_said():
        from nnviz.run.trainer import Trainer
    trainer = Trainer(experiment)
    _train_with_progress(trainer)
    frame = trainer.frame()
    figures = _figures(frame)
    if as_json:
        _print(json.dumps(figures | {"experiment": experiment.model_dump()}, allow_nan=False))
        return
    for name, value in figures.items():
        if value is not None:
            _print(f"{name.replace('_', ' '):<16}{value:>12.6g}")


def _experiment(preset: str | None, open_file: Path | None) -> Experiment:
    from nnviz.files.experiment_file import read_experiment
    from nnviz.run import presets

    if preset is not None and open_file is not None:
        raise CommandError("--preset and --open: only one of them can be given.")
    with _wrong_input_is_said():
        if open_file is not None:
            return read_experiment(open_file)
        if preset is None:
            raise CommandError("train needs --preset NAME or --open FILE; see nnviz presets.")
        return presets.preset(preset)


def _changes(settings: list[str]) -> dict[str, Any]:
    """The fields that --set names, as values."""
    changes = {}
    for setting in settings:
        name, sign, text = setting.partition("=")
        if not sign or not name.strip():
            raise CommandError(f"--set: {setting!r} given; write it as field=value.")
        changes[name.strip()] = _value(name.strip(), text.strip())
    return changes


def _value(field: str, text: str) -> Any:
    """A value as JSON where it is some, else as a list or a word: 8+8 and 8,8 are lists too."""
    if field in _LIST_FIELDS and not text.startswith("["):
        items = [_plain_value(item.strip()) for item in re.split(r"[,+]", text) if item.strip()]
        is_one_name = field in ("activation", "class_weight") and len(items) == 1
        return items[0] if is_one_name and not isinstance(items[0], float | int) else items
    return _plain_value(text)


def _plain_value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _train_with_progress(trainer: Trainer) -> None:
    """Train to the experiment's epochs, with a bar where somebody can see it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from nnviz.run.trainer import Diverged

    epochs = trainer.experiment.epochs
    console = Console(stderr=True)
    columns = (
        BarColumn(),
        TextColumn("epoch {task.completed:,.0f} / {task.total:,.0f}"),
        TextColumn("{task.fields[loss]}"),
        TimeRemainingColumn(),
    )
    try:
        with Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as bar:
            task = bar.add_task("training", total=epochs, loss="")
            while trainer.epoch < epochs:
                trainer.advance_epochs(min(max(epochs // 200, 1), epochs - trainer.epoch))
                if console.is_terminal:
                    bar.update(task, completed=trainer.epoch, loss=f"loss {trainer.train_loss:.4f}")
    except Diverged as error:
        raise CommandError(str(error), FAILED) from None
    except KeyboardInterrupt:
        raise CommandError(f"Stopped at epoch {trainer.epoch:,}.", FAILED) from None


def _figures(frame: Frame) -> dict[str, float | None]:
    """The figures by name; None also for one that is not finite, as JSON has no infinity."""
    figures = {
        "epoch": frame.epoch,
        "update": frame.update,
        "train_loss": frame.train_loss,
        "train_data_loss": frame.train_data_loss,
        "test_loss": frame.test_loss,
        "train_accuracy": frame.train_accuracy,
        "test_accuracy": frame.test_accuracy,
    }
    return {
        name: value if value is not None and isfinite(value) else None
        for name, value in figures.items()
    }


@contextmanager
def _wrong_input_is_said() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise CommandError(str(error)) from None


@contextmanager
def _missing_library_is_said() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        _say_missing(error)


def _say_missing(error: ImportError) -> NoReturn:
    if error.name is not None and error.name.split(".")[0] == "nnviz":
        raise error
    raise CommandError(
        f"A library cannot be loaded ({error}); on Debian and Ubuntu `make run` names what is "
        "missing, elsewhere install nnviz again.",
        FAILED,
    ) from None
