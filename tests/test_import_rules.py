"""The import contracts of pyproject.toml speak of everything that there is."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def contracts() -> list[dict[str, Any]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    found: list[dict[str, Any]] = project["tool"]["importlinter"]["contracts"]
    return found


def test_every_part_of_the_package_has_its_layer(contracts: list[dict[str, Any]]) -> None:
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    named = {part.strip(" ()") for line in layers for part in line.split("|")}
    parts = {
        f"nnviz.{path.stem}"
        for path in (ROOT / "nnviz").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert parts - {"nnviz.__init__"} <= named


def test_every_view_is_kept_from_the_others(contracts: list[dict[str, Any]]) -> None:
    (views,) = [contract["modules"] for contract in contracts if contract["type"] == "independence"]
    found = set()
    for path in (ROOT / "nnviz" / "gui" / "views").glob("*.py"):
        classes = [
            node.name
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.ClassDef)
        ]
        if any(name.endswith("View") for name in classes):
            found.add(f"nnviz.gui.views.{path.stem}")
    assert found == set(views)
