"""The documentation is true: its commands, fields, links, pictures, snippets and figures."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from pytestqt.qtbot import QtBot

import nnviz
from nnviz.cli import run
from nnviz.data.generators import DATASETS
from nnviz.data.scaling import SCALINGS
from nnviz.files.experiment_file import read_experiment
from nnviz.gui.controls.more import MoreControls
from nnviz.model.activations import ACTIVATIONS
from nnviz.model.initializers import INITIALIZERS
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.model.schedules import SCHEDULES
from nnviz.run.effects import effect_of
from nnviz.run.experiment import Experiment, allowed_values, tooltip
from nnviz.run.presets import PRESETS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PICTURES = DOCS / "pictures"
LARGEST_PICTURE = 300 * 1024
PAGES = sorted(ROOT.glob("*.md")) + sorted(
    path for path in DOCS.rglob("*.md") if "_build" not in path.parts
)
NAMES = [path.relative_to(ROOT).as_posix() for path in PAGES]

# On which page of the reference every entry of a registry has to be, with which of its texts.
REGISTRIES: dict[str, dict[str, tuple[str, ...]]] = {
    "activations": {
        name: (entry.label, entry.formula, entry.derivative_formula)
        for name, entry in ACTIVATIONS.items()
    },
    "losses": {name: (entry.label, entry.formula) for name, entry in LOSSES.items()},
    "optimizers": {name: (entry.label, *entry.parameters) for name, entry in OPTIMIZERS.items()},
    "schedules": {name: (entry.label, entry.formula) for name, entry in SCHEDULES.items()},
    "initializers": {name: (entry.label, entry.formula) for name, entry in INITIALIZERS.items()},
    "data": {
        **{name: (entry.description,) for name, entry in DATASETS.items()},
        **{name: (entry.tooltip,) for name, entry in SCALINGS.items()},
    },
    "presets": {name: (entry.title, entry.hint) for name, entry in PRESETS.items()},
    "fields": {
        name: (tooltip(name), allowed_values(name), effect_of(name).value)
        for name in Experiment.model_fields
    },
}

FORBID_NETWORK = """
import socket

def refuse(*_arguments, **_options):
    raise RuntimeError("the documentation is built without a network")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""


class Resources(HTMLParser):
    """Collects what a page loads, where its links lead, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(values.get("href", ""))
        else:
            self.loaded += [values[name] for name in ("src", "href", "data") if name in values]

    def handle_data(self, data: str) -> None:
        self.text += data


def python(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=240,
        **options,
    )


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", read(name), re.MULTILINE | re.DOTALL)


def commands(name: str) -> list[list[str]]:
    """The words of every command that a page shows in a block or within a sentence."""
    lines = [line for block in blocks(name, "console") for line in block.splitlines()]
    lines += re.findall(r"`((?:nnviz|make) [^`]+)`", read(name))
    stripped = (line.removeprefix("$ ") for line in lines)
    return [shlex.split(line, comments=True) for line in stripped if line.strip()]


def pages_with(language: str) -> list[str]:
    return [name for name in NAMES if blocks(name, language)]


def words_alone(text: str) -> str:
    """A text without marks, quotes and spaces, which Sphinx sets in its own way."""
    return re.sub(r"[\s'’\"“”`]+", "", text).replace("–", "-").replace("--", "-")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation, built as `make docs` does by a Python that cannot reach a network."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(FORBID_NETWORK, "utf-8")
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    asked = python(
        "-c", "import socket; socket.create_connection(('localhost', 9))", env=environment
    )
    assert "without a network" in asked.stderr
    (options,) = re.findall(r"-m sphinx (.*) docs docs/_build/html", read("Makefile"))
    assert {"-W", "-n", "--keep-going"} <= set(options.split())
    built = python(
        *("-m", "sphinx", *options.split(), DOCS, folder / "html"), env=environment, cwd=folder
    )
    assert built.returncode == 0, built.stderr
    assert not built.stderr
    return folder / "html"


def parsed(path: Path) -> Resources:
    resources = Resources()
    resources.feed(path.read_text("utf-8"))
    return resources


@pytest.mark.slow
def test_the_built_pages_load_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(list(DOCS.rglob("guide/*.md")))
    for page in pages:
        for address in parsed(page).loaded:
            parts = urlsplit(address)
            assert not parts.scheme, f"{page.name} loads {address}"
            assert not parts.netloc, f"{page.name} loads {address}"
    for sheet in site.rglob("*.css"):
        text = sheet.read_text("utf-8")
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", text), sheet.name


@pytest.mark.slow
def test_links_within_the_built_pages_lead_somewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        for address in parsed(page).links:
            parts = urlsplit(address)
            if not parts.scheme and parts.path:
                assert (page.parent / unquote(parts.path)).exists(), f"{page.name}: {address}"


@pytest.mark.slow
@pytest.mark.parametrize("page", REGISTRIES)
def test_every_entry_of_a_registry_is_on_its_page(site: Path, page: str) -> None:
    text = words_alone(parsed(site / "reference" / f"{page}.html").text)
    for name, said in REGISTRIES[page].items():
        for expected in (name, *said):
            assert words_alone(expected) in text, f"{name}: {expected}"


@pytest.mark.slow
def test_the_help_of_every_command_is_in_the_reference(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = parsed(site / "reference" / "commands.html").text
    assert run(["--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:")[2]
    for command in re.findall(r"^  (\S+)", listed, re.MULTILINE):
        assert f"Usage: nnviz {command}" in text


@pytest.mark.parametrize("name", pages_with("python"))
def test_snippets_run(name: str, tmp_path: Path) -> None:
    script = tmp_path / "snippets.py"
    script.write_text("\n".join(blocks(name, "python")), "utf-8")
    done = python("-W", "error", script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", [name for name in NAMES if commands(name)])
def test_commands_are_real(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    targets = re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE)
    for words in commands(name):
        if words[0] == "make":
            assert words[1] in targets, words
        elif words[0] == "nnviz":
            check_arguments(words[1:], capsys)


def check_arguments(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Every option is in the help, every preset and every field is known."""
    command = [] if not words or words[0].startswith("-") else words[:1]
    assert run([*command, "--help"]) == 0, words
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert {word for word in words if word.startswith("--")} <= options, words
    for option, value in pairwise(words):
        if option == "--preset" and value != "NAME":
            assert value in PRESETS, words
        if option == "--set" and value != "FIELD=VALUE":
            assert value.partition("=")[0] in Experiment.model_fields, words


@pytest.mark.parametrize("name", NAMES)
def test_links_and_pictures_exist(name: str) -> None:
    text = re.sub(r"^```.*?^```", "", read(name), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        parts = urlsplit(target)
        if not parts.scheme and parts.path:
            assert (ROOT / name).parent.joinpath(parts.path).exists(), target


def test_the_pictures_are_those_that_the_tool_makes() -> None:
    done = python(ROOT / "tools" / "make_pictures.py", "--check", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    made = {Path(line).name for line in done.stdout.split()}
    shown = {
        Path(target).name
        for name in NAMES
        for target in re.findall(r"\]\(([^)\s]+\.png)\)", read(name))
    }
    assert made == shown == {path.name for path in PICTURES.iterdir()}
    for path in PICTURES.iterdir():
        assert path.stat().st_size <= LARGEST_PICTURE, path.name


@pytest.mark.parametrize("name", NAMES)
def test_no_page_names_the_machine_or_the_way_it_was_written(name: str) -> None:
    text = read(name)
    assert not re.search(r"(?<![\w.])/(work|root|home|tmp|Users|var)/|[A-Z]:\\", text)
    assert not re.search(r"(?i)assistant|chatbot|(this|last|next|previous) session", text)


def test_the_readme_counts_what_there_is() -> None:
    text = read("README.md")
    for count, what in (
        (len(ACTIVATIONS), "activations"),
        (len(LOSSES), "losses"),
        (len(OPTIMIZERS), "optimizers"),
        (len(SCHEDULES), "schedules"),
        (len(INITIALIZERS), "initialisers"),
        (len(DATASETS), "datasets"),
    ):
        assert f"{count} {what}" in text


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_files_that_are_named_exist(name: str) -> None:
    named = re.findall(r"`((?:nnviz|tests|tools|docs|resources|locks)/[\w./-]+)`", read(name))
    assert named
    for path in named:
        assert (ROOT / path).exists(), path


def test_all_pages_of_the_guide_are_listed() -> None:
    index = read("docs/index.md")
    for folder in ("guide", "reference"):
        for path in (DOCS / folder).glob("*.md"):
            assert f"{folder}/{path.stem}\n" in index


@pytest.mark.parametrize("name", ["network.png", "output.png"])
def test_figures_of_the_guide_open_as_experiments(name: str) -> None:
    experiment = read_experiment(PICTURES / name)
    assert experiment in [preset.experiment for preset in PRESETS.values()]


def test_the_guide_has_every_section_of_controls(qtbot: QtBot) -> None:
    more = MoreControls()
    qtbot.addWidget(more)
    headings = re.findall(r"^### (.+)$", read("docs/guide/controls.md"), re.MULTILINE)
    assert headings == [section.header.text() for section in more.sections().values()]


def test_the_options_of_figures_are_those_of_render(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render", "--help"]) == 0
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    named = set(re.findall(r"`(--[a-z-]+)", read("docs/guide/figures.md")))
    assert named
    assert named <= options


def test_the_guide_names_all_public_names() -> None:
    text = read("docs/guide/python.md")
    for name in nnviz.__all__:
        if name not in ("Dataset", "PRESETS", "__version__"):
            assert name in text


def test_the_course_presets_are_in_the_lesson_plan() -> None:
    text = read("docs/guide/teachers.md")
    for name in PRESETS:
        if name.startswith("course-"):
            assert f"`{name}`" in text


def test_every_generated_table_is_on_a_page() -> None:
    spec = importlib.util.spec_from_file_location("registry_tables", DOCS / "registry_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    used = {
        table
        for path in DOCS.rglob("*.md")
        for table in re.findall(r"^```\{registry\} (\S+)$", path.read_text("utf-8"), re.MULTILINE)
    }
    assert used == set(module.TABLES)
