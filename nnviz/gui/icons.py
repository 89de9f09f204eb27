"""Icons in the theme's colours, drawn from one icon font."""

from __future__ import annotations

import json
import os
import tempfile
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPainterPath, QPen, QPixmap, QRawFont

from nnviz.gui.theme import Theme, mix
from nnviz.paths import cache_dir

GLYPHS = {
    "play": "play-fill",
    "pause": "pause-fill",
    "step": "skip-forward-fill",
    "step back": "skip-back-fill",
    "reset": "rewind-fill",
    "menu": "menu-line",
    "new seed": "refresh-line",
    "arrow down": "arrow-down-s-line",
    "arrow right": "arrow-right-s-line",
    "check": "check-line",
    "help": "question-line",
    "close": "close-line",
    "less": "subtract-line",
    "more": "add-line",
    "rebuilds": "restart-line",
    "new data": "bubble-chart-fill",
}
"""What an icon is for → its name in Remix Icon (remixicon.com, Apache 2.0)."""

_THICKER = {"pause": 12.0, "menu": 4.0}
"""Glyphs that are thin beside the others → a pen's width to draw around them, in _EM units."""

_SIZES = (16, 20, 24, 32, 48, 64)
_SCALES = (1, 2, 3)


def icon(name: str, theme: Theme, color: QColor | None = None) -> QIcon:
    """An icon of GLYPHS in `color` (the ink), paler where the control is disabled."""
    return _icon(name, (color or theme.ink).rgba(), mix(theme.ink, theme.card, 0.6).rgba())


# Every button asks for the same few again, with each change of the look.
@lru_cache(maxsize=200)
def _icon(name: str, normal: int, disabled: int) -> QIcon:
    result = QIcon()
    for size in _SIZES:
        result.addPixmap(_pixmap(name, normal, size), QIcon.Mode.Normal)
        result.addPixmap(_pixmap(name, disabled, size), QIcon.Mode.Disabled)
    return result


def icon_file(name: str, color: QColor, size: int) -> Path:
    """A PNG of an icon, `size` pixels wide, with larger ones (@2x, @3x) beside it.

    Style sheets take pictures from files only, and find the sharp ones by their names. The files
    lie in the user's cache folder, or, without one, in a folder that goes with this process.
    """
    stem = f"{name.replace(' ', '-')}-{color.name()[1:]}-{size}"
    folder = _folder()
    for scale in _SCALES:
        path = folder / (f"{stem}@{scale}x.png" if scale > 1 else f"{stem}.png")
        # An old file that cannot be read any more is made again.
        if not path.is_file() or QPixmap(str(path)).isNull():
            _save(pixmap(name, color, size * scale), path)
    return folder / f"{stem}.png"


def pixmap(name: str, color: QColor, size: int) -> QPixmap:
    """An icon of GLYPHS as a square picture, `size` pixels wide, on nothing."""
    return _pixmap(name, color.rgba(), size)


@lru_cache(maxsize=1_000)
def _pixmap(name: str, rgba: int, size: int) -> QPixmap:
    color = QColor.fromRgba(rgba)
    path = _outline(GLYPHS[name])
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / _EM, size / _EM)
    painter.fillPath(path, color)
    if name in _THICKER:
        painter.strokePath(path, QPen(color, _THICKER[name]))
    painter.end()
    return picture


_EM = 240.0
"""Ten times the 24 units of Remix Icon's grid, so that hinting moves nothing."""


@cache
def _outline(glyph: str) -> QPainterPath:
    """The glyph's outline in a square of _EM × _EM."""
    font, codes = _font()
    index = font.glyphIndexesForString(chr(int(codes[glyph], 16)))[0]
    path = font.pathForGlyph(index)
    advance = font.advancesForGlyphIndexes([index])[0].x()
    # The glyph's own square stands between ascent and descent: its middle becomes ours.
    middle = QPointF(advance / 2, (font.descent() - font.ascent()) / 2)
    path.translate(QRectF(0, 0, _EM, _EM).center() - middle)
    path.setFillRule(Qt.FillRule.WindingFill)
    return path


@cache
def _font() -> tuple[QRawFont, dict[str, str]]:
    """The icon font that qtawesome carries, and the code of each glyph.

    Only its files are used. Importing qtawesome imports qtpy, which makes every class of Qt and
    changes some of them: 60 ms of each start with pyqtgraph loaded, 200 ms without; this: 9 ms.
    """
    spec = find_spec("qtawesome")
    folders = (spec.submodule_search_locations if spec else None) or []
    for folder in folders:
        fonts = Path(folder) / "fonts"
        for font in fonts.glob("remixicon-[0-9]*.ttf"):
            for codes in fonts.glob("remixicon-charmap-*.json"):
                raw = QRawFont(str(font), _EM, QFont.HintingPreference.PreferNoHinting)
                return raw, json.loads(codes.read_text("utf-8"))
    raise FileNotFoundError("the icon font of qtawesome is missing; install nnviz again")


@cache
def _folder() -> Path:
    cached = cache_dir()
    if cached is not None:
        folder = cached / "icons"
        folder.mkdir(exist_ok=True)
        return folder
    return Path(_process_folder().name)


@cache
def _process_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="nnviz-icons-")


def _save(picture: QPixmap, path: Path) -> None:
    """Write the whole file or none: another window may be reading it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".png", delete=False) as file:
        part = Path(file.name)
    try:
        if not picture.save(str(part)):
            raise OSError(f"the icon {path} could not be written")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
