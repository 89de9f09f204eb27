"""The fonts that nnviz brings along can be loaded and are what the theme relies on."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QRawFont

from nnviz.paths import resources_dir

FILES = sorted(
    path for path in (resources_dir() / "fonts").rglob("*") if path.suffix in {".otf", ".ttf"}
)
FAMILIES = ["Inter", "JetBrains Mono"]


@pytest.fixture(autouse=True)
def _loaded_fonts(qapp: QObject) -> None:
    for path in FILES:
        assert QFontDatabase.addApplicationFont(str(path)) >= 0, path


def font(family: str, weight: int = 400) -> QFont:
    """Return a face of one of our families, 40 px high."""
    face = QFont(family)
    face.setPixelSize(40)
    face.setWeight(QFont.Weight(weight))
    return face


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_names_its_family(path: Path) -> None:
    family = QRawFont(str(path), 20.0).familyName()
    assert family in FAMILIES
    assert (path.parent / "LICENSE.txt").is_file()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_weight_is_there(family: str) -> None:
    styles = {QRawFont.fromFont(font(family, w)).styleName() for w in (400, 500, 600, 700)}
    assert {style.replace(" ", "") for style in styles} == {"Regular", "Medium", "SemiBold", "Bold"}


@pytest.mark.parametrize("weight", [400, 500, 600, 700])
def test_digits_of_the_monospace_are_equally_wide(weight: int) -> None:
    metrics = QFontMetrics(font("JetBrains Mono", weight))
    assert len({metrics.horizontalAdvance(sign * 8) for sign in "0123456789.−+"}) == 1


@pytest.mark.parametrize("family", FAMILIES)
def test_signs_of_the_interface_are_in_the_fonts(family: str) -> None:
    raw = QRawFont.fromFont(font(family))
    missing = [sign for sign in "θηλμσβ∂Σ√×·−±½²≤≥≈≠∞→ŷ₁₂" if not raw.supportsCharacter(ord(sign))]
    assert missing == []


def test_the_fonts_stay_small() -> None:
    assert sum(path.stat().st_size for path in FILES) < 4_000_000
