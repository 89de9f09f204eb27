"""What Qt and pyqtgraph write as SVG, made fit to stand inside of another SVG."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from PySide6.QtGui import QFont, QFontMetricsF

from nnviz.gui.theme import MONOSPACED, SANS

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_FALLBACKS = {
    SANS: f"{SANS}, 'Helvetica Neue', Helvetica, Arial, sans-serif",
    MONOSPACED: f"'{MONOSPACED}', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
}
_DRAWN = frozenset({"path", "polyline", "polygon", "rect", "circle", "ellipse", "line"})
_FONT = ("font-family", "font-size", "font-weight", "font-style")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def fragment(svg: bytes, prefix: str, font: QFont) -> str:
    """The drawing in `svg`, without its head; empty where nothing is drawn.

    Its identifiers get a `prefix`, so that they stay unique. Text gets families to fall back on and
    its width, so that it fits its place where our fonts are missing. `font` is the one of the
    widget: what is in capitals there is written so, which SVG cannot ask for.
    """
    root = ET.fromstring(svg)
    parts = []
    for child in root:
        tag = child.tag.removeprefix(_SVG)
        if (tag == "defs" and len(child)) or (tag == "g" and _tidy(child, font)):
            parts.append(child)
    if all(part.tag == f"{_SVG}defs" for part in parts):
        return ""
    for part in parts:
        _rename(part, prefix)
    return "".join(ET.tostring(part, encoding="unicode") for part in parts)


def _tidy(group: ET.Element, font: QFont) -> bool:
    """Mend the texts of a group and leave out what draws nothing; False if nothing is left."""
    for child in list(group):
        tag = child.tag.removeprefix(_SVG)
        if tag == "g":
            if not _tidy(child, font):
                group.remove(child)
        elif tag == "text":
            _mend_text(child, font)
        elif tag in _DRAWN and _draws_nothing(child, group):
            group.remove(child)
    if not any(child.tag == f"{_SVG}text" for child in group):
        for name in _FONT:
            group.attrib.pop(name, None)
    group.tail = group.text = "\n"
    return len(group) > 0


def _draws_nothing(shape: ET.Element, group: ET.Element) -> bool:
    """Whether a shape has neither line nor filling: Qt writes them all the same."""
    fill = shape.get("fill", group.get("fill"))
    has_fill = fill != "none" and shape.get("fill-opacity", group.get("fill-opacity")) != "0"
    return not has_fill and group.get("stroke", "black") == "none"


def _mend_text(text: ET.Element, font: QFont) -> None:
    words = text.text or ""
    family = text.get("font-family", "").split(",")[0].strip("\"' ")
    drawn = QFont(family)
    drawn.setPixelSize(max(round(float(text.get("font-size", "13"))), 1))
    drawn.setWeight(QFont.Weight(int(text.get("font-weight", "400"))))
    if font.capitalization() == QFont.Capitalization.AllUppercase:
        words = words.upper()
        drawn.setLetterSpacing(font.letterSpacingType(), font.letterSpacing())
    text.text = words
    text.set("font-family", _FALLBACKS.get(family, f"'{family}', sans-serif"))
    if len(words.strip()) > 1:
        text.set("textLength", f"{QFontMetricsF(drawn).horizontalAdvance(words):.2f}")
        text.set("lengthAdjust", "spacingAndGlyphs")


def _rename(part: ET.Element, prefix: str) -> None:
    """Make identifiers unique; write names as in the file that this becomes a part of."""
    for element in part.iter():
        element.tag = element.tag.removeprefix(_SVG)
        for name, value in list(element.attrib.items()):
            if name == "id":
                element.set(name, prefix + value)
            elif name == _HREF:
                del element.attrib[name]
                element.set("xlink:href", value)
            elif "url(#" in value:
                element.set(name, _REFERENCE.sub(rf"url(#{prefix}\1)", value))
