"""`nnviz presets`: the gallery as a list."""

from __future__ import annotations

import json

from nnviz.cli.errors import print_result
from nnviz.cli.options import AsJson


def presets_command(as_json: AsJson = False) -> None:
    """List the presets: name, and what to look for."""
    from nnviz.run.presets import PRESETS

    if as_json:
        rows = [
            {"name": name, "title": entry.title, "hint": entry.hint}
            for name, entry in PRESETS.items()
        ]
        print_result(json.dumps(rows, indent=2))
        return
    width = max(map(len, PRESETS))
    for name, entry in PRESETS.items():
        print_result(f"{name:<{width}}  {entry.hint}")
