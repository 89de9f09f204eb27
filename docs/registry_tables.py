"""A Sphinx extension: reference pages that are made from nnviz itself, so they cannot go stale.

The directive `registry` with a name of TABLES puts that table's Markdown into a page.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from io import StringIO
from math import inf
from typing import Any
from unittest.mock import patch

import numpy as np
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import nnviz
from nnviz.cli import run
from nnviz.data.features import FEATURES
from nnviz.data.generators import DATASETS
from nnviz.data.scaling import SCALINGS
from nnviz.model.activations import ACTIVATIONS, Activation
from nnviz.model.initializers import INITIALIZERS
from nnviz.model.losses import LOSSES, pairing_problem
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.schedules import SCHEDULES, Schedule, ScheduleParameters
from nnviz.run.effects import effect_of
from nnviz.run.experiment import Experiment, allowed_values, tooltip
from nnviz.run.presets import PRESETS

Lines = Iterable[str]

_TASKS: dict[str, tuple[Any, int]] = {
    "two classes": ("classification", 2),
    "three classes and more": ("classification", 3),
    "a regression": ("regression", 0),
}
_GROUPS = {
    "dataset": "Data",
    "hidden": "Network",
    "loss": "Objective",
    "optimizer": "Training",
}
"""The first field of each group of an experiment's fields."""

_WIDTH, _HEIGHT = 300, 180


# --- Markdown


def code(text: str) -> str:
    """Text in the face of code."""
    return f"`{text}`"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A Markdown table; bars within cells are kept from parting them."""
    yield _row(head)
    yield _row(("---",) * len(head))
    for row in rows:
        yield _row(tuple(cell.replace("|", "\\|") for cell in row))


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _listed(names: Iterable[str], none: str = "none") -> str:
    return ", ".join(code(name) for name in names) or none


# --- pictures of functions


def _svg(curves: tuple[np.ndarray, ...], x: np.ndarray, words: str) -> str:
    """Curves over x, the first one solid and the second dashed, as an SVG element.

    It draws in the colour of the text around it, so that it suits light and dark.
    """
    everything = np.concatenate(curves)
    low, high = min(float(everything.min()), 0.0), max(float(everything.max()), 1.0)
    room = 0.06 * (high - low)
    low, high = low - room, high + room

    def across(value: float) -> float:
        return (value - x[0]) / (x[-1] - x[0]) * _WIDTH

    def down(value: float) -> float:
        return (high - value) / (high - low) * _HEIGHT

    parts = [
        f'<line x1="0" y1="{down(0):.1f}" x2="{_WIDTH}" y2="{down(0):.1f}" opacity="0.35"/>',
        f'<line x1="{across(0):.1f}" y1="0" x2="{across(0):.1f}" y2="{_HEIGHT}" opacity="0.35"/>',
    ]
    for curve, dashes in zip(curves, ("", ' stroke-dasharray="6 4"'), strict=False):
        places = " ".join(f"{across(a):.1f},{down(b):.1f}" for a, b in zip(x, curve, strict=True))
        parts.append(f'<polyline points="{places}" stroke-width="2"{dashes}/>')
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'aria-label="{words}" fill="none" stroke="currentColor">{"".join(parts)}</svg>'
    )


def _activation_plot(entry: Activation) -> str:
    z = np.linspace(-4.0, 4.0, 401)
    value = entry.value(z)
    words = f"{entry.label} (solid) and its derivative (dashed) for z from −4 to 4"
    return _svg((value, entry.derivative(z, value)), z, words)


def _schedule_plot(entry: Schedule) -> str:
    epochs = np.arange(0, 1001, 2)
    parameters = ScheduleParameters(every=200, epochs=1000)
    rates = np.array([entry.rate(1.0, int(epoch), parameters) for epoch in epochs])
    words = f"{entry.label}: the part of the learning rate that is left over 1,000 epochs"
    return _svg((rates,), epochs.astype(float), words)


# --- tables


def activations() -> Lines:
    """Every activation with its formula, its derivative and their curves."""
    for name, entry in ACTIVATIONS.items():
        low, high = (_limit(end) for end in entry.output_range)
        yield from (f"## {entry.label}", "", f"{code(name)}. {entry.tooltip}", "")
        yield f"- value: {code(entry.formula)}"
        yield f"- derivative: {code(entry.derivative_formula)}"
        yield f"- values: from {low} to {high}"
        where = "hidden layers and the output" if entry.hidden else "the output only"
        yield from (f"- for {where}", "")
        if entry.jacobian_product is None:
            yield from ("```{raw} html", _activation_plot(entry), "```", "")


def _limit(end: float) -> str:
    if abs(end) == inf:
        return "−∞" if end < 0 else "∞"
    return f"{end:.4g}".replace("-", "−")


def losses() -> Lines:
    """Every loss with its formula and the output activations that it can be paired with."""
    for name, entry in LOSSES.items():
        yield from (f"## {entry.label}", "", f"{code(name)}. {entry.tooltip}", "")
        yield from (f"- formula: {code(entry.formula)}", "")
        rows = (
            (
                f"for {words}",
                _listed(
                    output
                    for output in ACTIVATIONS
                    if pairing_problem(name, output, task, n_classes) is None
                ),
            )
            for words, (task, n_classes) in _TASKS.items()
        )
        yield from table(("task", "output activations"), rows)
        yield ""


def optimizers() -> Lines:
    """Every optimizer with its rule, as its source explains it."""
    for name, entry in OPTIMIZERS.items():
        yield from (f"## {entry.label}", "", f"{code(name)}. {entry.tooltip}", "")
        yield from (inspect.getdoc(entry.step) or "", "")
        yield from (f"Fields that it reads: {_listed(('learning_rate', *entry.parameters))}.", "")


def schedules() -> Lines:
    """Every schedule with its formula and its curve."""
    for name, entry in SCHEDULES.items():
        fields = (f"schedule_{parameter}" for parameter in entry.parameters)
        yield from (f"## {entry.label}", "", f"{code(name)}. {entry.tooltip}", "")
        yield f"- formula: {code(entry.formula)}"
        yield from (f"- fields that it reads: {_listed(fields)}", "")
        yield from ("```{raw} html", _schedule_plot(entry), "```", "")


def initializers() -> Lines:
    """Every initialiser with its distribution."""
    rows = (
        (code(name), entry.label, code(entry.formula), entry.tooltip)
        for name, entry in INITIALIZERS.items()
    )
    return table(("name", "called", "weights", "what it does"), rows)


def datasets() -> Lines:
    """Every dataset with what it draws."""
    rows = (
        (
            code(name),
            entry.description,
            f"{entry.n_samples}, fixed" if entry.is_fixed else str(entry.n_samples),
            f"{entry.noise:g}",
            str(entry.n_classes or "regression"),
        )
        for name, entry in DATASETS.items()
    )
    return table(("name", "what it is", "points", "noise", "classes"), rows)


def features() -> Lines:
    """How each form of feature is written."""
    return (f"- {code(example)}" for example in FEATURES)


def scalings() -> Lines:
    """Every way to scale the inputs."""
    return table(
        ("name", "what it does"), ((code(name), entry.tooltip) for name, entry in SCALINGS.items())
    )


def presets() -> Lines:
    """Every preset with what to look for, and what it is made of."""
    return table(
        ("name", "what to look for", "points", "units", "output, loss", "training"),
        (
            (
                code(name),
                f"**{entry.title}.** {entry.hint}",
                entry.experiment.dataset_name,
                _units(entry.experiment),
                f"{entry.experiment.output_activation}, {entry.experiment.loss}",
                f"{entry.experiment.optimizer}, rate {entry.experiment.learning_rate:g}, batch "
                f"{entry.experiment.batch_size}, {entry.experiment.epochs:,} epochs",
            )
            for name, entry in PRESETS.items()
        ),
    )


def _units(experiment: Experiment) -> str:
    sizes = " – ".join(map(str, experiment.hidden))
    return f"{sizes}, {experiment.activation}" if sizes else "none hidden"


def fields() -> Lines:
    """Every field of an experiment: what it does, what is allowed, what a change of it does."""
    for name, field in Experiment.model_fields.items():
        if name in _GROUPS:
            yield from (f"## {_GROUPS[name]}", "")
        yield code(name)
        yield f": {tooltip(name)}"
        yield f"  Allowed: {allowed_values(name)}."
        yield f"  Default: {code(_as_json(field.default))}."
        yield from (f"  A change: **{effect_of(name).value}**.", "")


def _as_json(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(list(value)) if isinstance(value, tuple) else str(value)


# --- command line and Python


def help_of(*words: str) -> str:
    """What `nnviz … --help` prints."""
    printed = StringIO()
    with patch.dict(os.environ, {"COLUMNS": "80"}), redirect_stdout(printed):
        run([*words, "--help"])
    return printed.getvalue().strip()


def subcommands() -> list[str]:
    """The commands that `nnviz --help` lists."""
    _, _, listed = help_of().partition("Commands:\n")
    return re.findall(r"^  (\S+)", listed, re.MULTILINE)


def commands() -> Lines:
    """The help of every command."""
    for words in ((), *((name,) for name in subcommands())):
        title = " ".join(("nnviz", *words))
        yield from (f"## {code(title)}", "", "```text", help_of(*words), "```", "")


def public_face() -> Lines:
    """The names that `import nnviz` gives, with what the classes among them can do."""
    for name in nnviz.__all__:
        value = getattr(nnviz, name)
        if name.startswith("__"):
            continue
        yield from (f"## {code(name)}", "")
        if not callable(value):
            yield from (f"The presets by name: {_listed(value)}.", "")
            continue
        yield from (inspect.getdoc(value) or "", "")
        if inspect.isclass(value):
            yield from _members(value)


def _members(owner: type) -> Lines:
    for name, member in vars(owner).items():
        if name.startswith(("_", "model_")) or not _is_documented(member):
            continue
        function = getattr(member, "__func__", getattr(member, "fget", member))
        yield code(name if isinstance(member, property) else f"{name}{_arguments(function)}")
        text = (inspect.getdoc(function) or "").split("\n\n")
        yield from (": " + "\n\n  ".join(part.replace("\n", " ") for part in text), "")


def _is_documented(member: Any) -> bool:
    is_ours = isinstance(member, property | classmethod) or inspect.isfunction(member)
    function = getattr(member, "__func__", getattr(member, "fget", member))
    return is_ours and bool(inspect.getdoc(function))


def _arguments(function: Callable[..., Any]) -> str:
    parts = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        parts.append(f"{stars.get(parameter.kind, '')}{parameter.name}{default}")
    return f"({', '.join(parts)})"


def keys() -> Lines:
    """The keys, as the window's own list says them."""
    from nnviz.gui.keys_help import KEYS

    return table(("keys", "what they do"), ((code(name), what) for name, what in KEYS))


def palettes() -> Lines:
    """The signed palettes that can be chosen."""
    from nnviz.gui.theme import PALETTES

    return table(("palette", "what it does"), ((p.label, p.tooltip) for p in PALETTES.values()))


TABLES: dict[str, Callable[[], Lines]] = {
    "activations": activations,
    "commands": commands,
    "datasets": datasets,
    "features": features,
    "fields": fields,
    "initializers": initializers,
    "keys": keys,
    "losses": losses,
    "optimizers": optimizers,
    "palettes": palettes,
    "presets": presets,
    "public-face": public_face,
    "scalings": scalings,
    "schedules": schedules,
}


class RegistryDirective(SphinxDirective):
    """Puts one of TABLES in its place."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The nodes of the table's Markdown."""
        name = self.arguments[0]
        if name not in TABLES:
            raise self.error(f"registry: {name!r} given; allowed: {', '.join(TABLES)}.")
        text = "\n".join(TABLES[name]())
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def setup(app: Sphinx) -> Mapping[str, bool]:
    """Make the directive known to Sphinx."""
    app.add_directive("registry", RegistryDirective)
    return {"parallel_read_safe": True}
