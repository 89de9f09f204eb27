"""Options that several commands share, and the experiment that they describe."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nnviz.cli.errors import CommandError, wrong_input_is_said

if TYPE_CHECKING:
    from nnviz.run.experiment import Experiment

_LIST_FIELDS = {"hidden", "activation", "features", "class_weight"}

Preset = Annotated[
    str | None,
    typer.Option(
        "--preset", metavar="NAME", help="Begin with this preset; `nnviz presets` lists them."
    ),
]
OpenFile = Annotated[
    Path | None,
    typer.Option(
        "--open",
        metavar="FILE",
        help="Begin with the experiment in FILE: JSON, or a PNG, SVG or PDF that nnviz made.",
    ),
]
Epochs = Annotated[
    str | None,
    typer.Option("--epochs", metavar="N", help="Train for N passes over the points."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="Change a field of the experiment, such as hidden=8+8; can be given again.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


def experiment_of(
    command: str,
    preset: str | None,
    open_file: Path | None,
    epochs: str | None = None,
    settings: list[str] | None = None,
) -> Experiment:
    """The experiment that the options of `command` describe; CommandError when there is none."""
    from nnviz.files.experiment_file import read_experiment
    from nnviz.run import presets

    if preset is not None and open_file is not None:
        raise CommandError("--preset and --open: only one of them can be given.")
    with wrong_input_is_said():
        if open_file is not None:
            experiment = read_experiment(open_file)
        elif preset is not None:
            experiment = presets.preset(preset)
        else:
            raise CommandError(f"{command} needs --preset NAME or --open FILE; see nnviz presets.")
    changes = _changes(settings or [])
    if epochs is not None:
        changes["epochs"] = _plain_value(epochs)
    with wrong_input_is_said():
        return experiment.evolve(**changes) if changes else experiment


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
