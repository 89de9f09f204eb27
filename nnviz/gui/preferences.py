"""Preferences: what of the window outlives a session, kept in one JSON file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from nnviz.files.atomic import write_whole
from nnviz.gui.theme import LARGEST_SCALE, PALETTES, SMALLEST_SCALE
from nnviz.paths import settings_dir
from nnviz.run.presets import PRESETS
from nnviz.run.strict_json import read_object

FILE = "settings.json"
MOST_RECENT = 8
"""Recent presets that are remembered."""
_LARGEST_FILE = 64 * 1024
"""In bytes; what is larger is not ours."""
SMALLEST_SIDE = 200
"""Width and height in pixels that no window goes below."""
_MOST_PIXELS = 16_384


def _in(registry: Any) -> AfterValidator:
    def check(name: str) -> str:
        if name not in registry:
            raise ValueError("unknown name")
        return name

    return AfterValidator(check)


def _without_strangers(names: tuple[str, ...]) -> tuple[str, ...]:
    """Presets may have been renamed since; the rest of the list is still good."""
    return tuple(dict.fromkeys(name for name in names if name in PRESETS))[:MOST_RECENT]


Pixels = Annotated[int, Field(ge=0, le=_MOST_PIXELS)]
Sizes = Annotated[tuple[Pixels, ...], Field(max_length=8)]


AppearanceName = Literal["system", "light", "dark"]


class Preferences(BaseModel):
    """Frozen. Every field has a default, and a file with garbage in it means the defaults."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)

    appearance: AppearanceName = "system"
    palette: Annotated[str, _in(PALETTES)] = "orange-blue"
    scale: Annotated[float, Field(ge=SMALLEST_SCALE, le=LARGEST_SCALE)] = 1.0
    reduce_motion: bool = False
    width: Annotated[int, Field(ge=SMALLEST_SIDE, le=_MOST_PIXELS)] = 1280
    height: Annotated[int, Field(ge=SMALLEST_SIDE, le=_MOST_PIXELS)] = 800
    is_maximized: bool = False
    splitters: dict[str, Sizes] = {}
    """Sizes in pixels of the parts of each splitter, by its name."""
    open_sections: Annotated[tuple[str, ...], Field(max_length=32)] = ()
    """Names of the sections of controls that are unfolded."""
    recent_presets: Annotated[tuple[str, ...], AfterValidator(_without_strangers)] = ()
    """Names of presets, the newest first."""


def load_preferences() -> Preferences:
    """What was saved last; the defaults for all that is missing, cannot be read or is no use."""
    folder = settings_dir()
    return Preferences() if folder is None else read_preferences(folder / FILE)


def save_preferences(preferences: Preferences) -> None:
    """Keep them for the next start; where nothing can be written, nothing is kept.

    Raises OSError when the folder is there and the file cannot be written.
    """
    folder = settings_dir()
    if folder is not None:
        text = preferences.model_dump_json(indent=2) + "\n"
        write_whole(folder / FILE, text.encode())


def read_preferences(path: Path) -> Preferences:
    """The preferences in a file; fields that are garbage take their defaults, the rest is kept."""
    if not path.is_file():  # not there, or a pipe that nobody writes to
        return Preferences()
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            return Preferences()
        values = read_object(content, "the settings")
    except (OSError, ValueError):
        return Preferences()
    # Through JSON, because only there a list may stand for a tuple in strict mode.
    while True:
        try:
            return Preferences.model_validate_json(json.dumps(values))
        except ValidationError as error:
            garbage = {str(mistake["loc"][0]) for mistake in error.errors() if mistake["loc"]}
            if not garbage & values.keys():
                return Preferences()
            for name in garbage:
                values.pop(name, None)
        except RecursionError:
            return Preferences()
