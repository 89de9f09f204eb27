"""The only place with colours, fonts and measures of the look; light and dark."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from nnviz.paths import resources_dir

GUTTER = 12
"""Space between cards, in pixels."""
CORNER = 8
"""Radius of a card's corners, in pixels."""

SANS = "Inter"
MONOSPACED = "JetBrains Mono"

NEUTRAL_INDEX = 128
"""Index of the middle value in a signed picture; 1 is the lowest, 255 the highest."""

# Okabe and Ito, "Color Universal Design" (2008): told apart with every common colour blindness.
# Orange and blue come first, so that two classes look the same in both maps.
_QUALITATIVE = (
    "#f28e2b",
    "#2f7ec4",
    "#009e73",
    "#cc79a7",
    "#d6b800",
    "#56b4e9",
    "#d55e00",
    "#7f7f7f",
)


class Palette(NamedTuple):
    """The two ends of a signed map, in the light and in the dark appearance.

    All are told apart with every common colour blindness. `label` and `tooltip` are for choosing.
    """

    label: str
    tooltip: str
    light: tuple[str, str]
    dark: tuple[str, str]


SMALLEST_SCALE, LARGEST_SCALE = 0.75, 2.5
SCALE_STEP = 0.1
"""How much one step makes the interface larger or smaller."""


@dataclass(frozen=True)
class Theme:
    """Colours, fonts and measures of one appearance; every view draws with these and no others."""

    name: str
    ground: QColor
    card: QColor
    line: QColor
    ink: QColor
    dim: QColor
    accent: QColor
    on_accent: QColor
    field: QColor
    """Ground of buttons, fields and other things that can be used."""
    warning: QColor
    negative: QColor
    neutral: QColor
    positive: QColor
    palette_name: str = "orange-blue"
    scale: float = 1.0
    """How large the interface is drawn; fonts follow by themselves, lengths through `px`."""
    has_plain_glyphs: bool = False
    """Whether text keeps to one sign a letter, as in a PDF, whose readers know no variants."""

    def __hash__(self) -> int:
        # QColor cannot be hashed; the names and the scale decide all of them.
        return hash((self.name, self.palette_name, self.scale))

    def adapted(self, palette_name: str, scale: float) -> Theme:
        """This appearance with another signed palette of PALETTES and another scale.

        A scale beyond SMALLEST_SCALE and LARGEST_SCALE is brought back to them.
        """
        palette = PALETTES[palette_name]
        negative, positive = palette.dark if self.is_dark else palette.light
        return replace(
            self,
            negative=QColor(negative),
            positive=QColor(positive),
            palette_name=palette_name,
            scale=min(max(scale, SMALLEST_SCALE), LARGEST_SCALE),
        )

    def px(self, length: float) -> int:
        """A length of the design, in pixels at scale 1, as it is at this theme's scale."""
        return max(1, round(length * self.scale)) if length else 0

    @property
    def is_dark(self) -> bool:
        return self.ground.lightness() < 128

    def signed_color(self, value: float) -> QColor:
        """The colour of a value in [-1, 1]: negative – neutral – positive; outside is clamped."""
        end = self.positive if value >= 0 else self.negative
        return mix(self.neutral, end, min(abs(value), 1.0))

    def signed_table(self, discretise: bool = False) -> list[int]:
        """The 256 colours of a signed picture, as QRgb; `discretise` leaves only the two ends."""
        return _signed_table(self, discretise)

    def class_color(self, index: int, n_classes: int) -> QColor:
        """The colour of a class; two classes take the two ends of the signed map."""
        if n_classes <= 2:
            return self.positive if index else self.negative
        return QColor(_QUALITATIVE[index % len(_QUALITATIVE)])

    def class_table(self, n_classes: int, levels: int, discretise: bool = False) -> list[int]:
        """Colours of a picture of classes: index = class · levels + confidence level, as QRgb."""
        colors = []
        for index in range(n_classes):
            full = self.class_color(index, n_classes)
            for level in range(levels):
                confidence = 1.0 if discretise else level / max(levels - 1, 1)
                colors.append(mix(self.neutral, full, confidence).rgb())
        return colors

    def font(self, size: int, weight: int = QFont.Weight.Normal) -> QFont:
        """The face for words, `size` in pixels at scale 1."""
        font = _font(SANS, QFont.StyleHint.SansSerif, self.px(size), weight)
        if self.has_plain_glyphs:
            # Inter has another minus and another × between digits than between letters.
            font.setFeature(QFont.Tag("calt"), 0)
        return font

    def mono(self, size: int, weight: int = QFont.Weight.Normal) -> QFont:
        """The face for numbers: every digit is equally wide, so that they do not dance."""
        font = _font(MONOSPACED, QFont.StyleHint.Monospace, self.px(size), weight)
        # JetBrains Mono would join "->" or "!=" into one sign.
        font.setFeature(QFont.Tag("calt"), 0)
        return font

    def heading(self, size: int = 11) -> QFont:
        """The face of a card's heading: small, bold capitals, spaced."""
        font = self.font(size, QFont.Weight.Bold)
        font.setCapitalization(QFont.Capitalization.AllUppercase)
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 108)
        return font

    def palette(self) -> QPalette:
        """The palette for Qt's own widgets (the Fusion style draws with it)."""
        roles = QPalette.ColorRole
        palette = QPalette()
        for role, color in (
            (roles.Window, self.ground),
            (roles.Base, self.card),
            (roles.AlternateBase, self.field),
            (roles.Button, self.field),
            (roles.Mid, self.line),
            (roles.Text, self.ink),
            (roles.WindowText, self.ink),
            (roles.ButtonText, self.ink),
            (roles.PlaceholderText, self.dim),
            (roles.Highlight, self.accent),
            (roles.HighlightedText, self.on_accent),
            (roles.Link, self.accent),
            (roles.ToolTipBase, self.ink),
            (roles.ToolTipText, self.card),
        ):
            palette.setColor(role, color)
        for role in (roles.Text, roles.WindowText, roles.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, mix(self.dim, self.card, 0.35))
        return palette


LIGHT = Theme(
    name="light",
    ground=QColor("#f4f5f7"),
    card=QColor("#ffffff"),
    line=QColor("#dfe3e8"),
    ink=QColor("#1d2329"),
    dim=QColor("#68727d"),
    accent=QColor("#2f7ec4"),
    on_accent=QColor("#ffffff"),
    field=QColor("#f1f3f5"),
    warning=QColor("#b3261e"),
    negative=QColor("#f28e2b"),
    neutral=QColor("#eceef0"),
    positive=QColor("#2f7ec4"),
)

DARK = Theme(
    name="dark",
    ground=QColor("#16191d"),
    card=QColor("#1e2227"),
    line=QColor("#343a41"),
    ink=QColor("#e7eaee"),
    dim=QColor("#98a1ab"),
    accent=QColor("#2f7ec4"),
    on_accent=QColor("#ffffff"),
    field=QColor("#292e35"),
    warning=QColor("#ff8a80"),
    negative=QColor("#f28e2b"),
    neutral=QColor("#2e3339"),
    positive=QColor("#2f7ec4"),
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK)}

# The last three are diverging maps of Brewer and Harrower, "ColorBrewer.org" (2003), whose ends
# are marked there as safe for colour blindness; the dark appearance has lighter ends.
PALETTES = {
    "orange-blue": Palette(
        "Orange – blue",
        "Draws negative values orange and positive ones blue.",
        ("#f28e2b", "#2f7ec4"),
        ("#f28e2b", "#2f7ec4"),
    ),
    "purple-green": Palette(
        "Purple – green",
        "Draws negative values purple and positive ones green.",
        ("#7b3294", "#008837"),
        ("#b676cf", "#3fae6b"),
    ),
    "brown-teal": Palette(
        "Brown – teal",
        "Draws negative values brown and positive ones teal.",
        ("#a6611a", "#018571"),
        ("#d0903f", "#2fae9b"),
    ),
    "red-blue": Palette(
        "Red – blue",
        "Draws negative values red and positive ones blue.",
        ("#ca0020", "#0571b0"),
        ("#ef5a68", "#3d9bd8"),
    ),
}


def load_fonts() -> list[str]:
    """Make the fonts of `resources/fonts` known to Qt; returns the files that it refused."""
    refused = []
    for path in sorted((resources_dir() / "fonts").rglob("*.[ot]tf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            refused.append(path.name)
    return refused


def system_theme(application: QApplication) -> Theme:
    """Light or dark as the system says; light where it does not tell."""
    scheme = application.styleHints().colorScheme()
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def mix(start: QColor, end: QColor, amount: float) -> QColor:
    """The colour `amount` (0 to 1) of the way from `start` to `end`."""
    rest = 1.0 - amount
    return QColor(
        round(start.red() * rest + end.red() * amount),
        round(start.green() * rest + end.green() * amount),
        round(start.blue() * rest + end.blue() * amount),
    )


def solid(color: QColor) -> QColor:
    """The same colour where a figure leaves out its ground, and with it the ground's colour."""
    return QColor(color.red(), color.green(), color.blue())


def _font(family: str, hint: QFont.StyleHint, size: int, weight: int) -> QFont:
    # Made anew each time: copies share what the first was resolved to, perhaps before its face
    # was loaded.
    font = QFont(family)
    font.setStyleHint(hint)
    font.setPixelSize(size)
    font.setWeight(QFont.Weight(weight))
    return font


# A view asks for its table with every picture.
@cache
def _signed_table(theme: Theme, discretise: bool) -> list[int]:
    half = 255 - NEUTRAL_INDEX
    values = [(index - NEUTRAL_INDEX) / half for index in range(256)]
    if discretise:
        values = [1.0 if value >= 0 else -1.0 for value in values]
    return [theme.signed_color(value).rgb() for value in values]
