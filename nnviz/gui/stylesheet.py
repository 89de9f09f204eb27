"""The style sheet of the whole application, written with a theme's colours and no others."""

from __future__ import annotations

import re
from string import Template

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from nnviz.gui.icons import icon_file
from nnviz.gui.theme import Theme, mix

ARROW = 14
"""Width of the arrow in a combo box, in pixels."""
MARK = 12
"""Width of the mark in a checked box, in pixels."""


def dress_application(theme: Theme) -> None:
    """Palette, font and style sheet of the application; where they are these already: nothing."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    sheet = stylesheet(theme)
    if application.styleSheet() != sheet:
        application.setPalette(theme.palette())
        set_ordinary_font(theme)
        application.setStyleSheet(sheet)


def set_ordinary_font(theme: Theme) -> None:
    """The font of widgets without one of their own that are made from now on."""
    font = theme.font(13)
    if QApplication.font() != font:
        QApplication.setFont(font)


def stylesheet(theme: Theme) -> str:
    """Qt style sheet for all widgets; the Fusion style with `theme.palette()` lies under it.

    It sets no fonts of ordinary widgets, because a style sheet's font beats `setFont`. Properties
    that choose a look: a button's `look` ("accent", "bare", "segment" with `place`), a slider's
    `look` ("accent"), a label's `look` ("dim"), a line edit's `invalid`, and the `ring` of what
    has the keyboard's focus (`controls/buttons.py`).
    """
    disabled = mix(theme.dim, theme.card, 0.25)
    colors = {
        "ground": theme.ground,
        "card": theme.card,
        "line": theme.line,
        "ink": theme.ink,
        "dim": theme.dim,
        "accent": theme.accent,
        "on_accent": theme.on_accent,
        "field": theme.field,
        "warning": theme.warning,
        "disabled": disabled,
        "border": mix(theme.line, theme.dim, 0.15),
        "border_hover": mix(theme.line, theme.dim, 0.55),
        "hover": mix(theme.field, theme.ink, 0.05),
        "pressed": mix(theme.field, theme.ink, 0.12),
        "chosen": mix(theme.line, theme.field, 0.1),
        "accent_hover": mix(theme.accent, theme.ink, 0.12),
        "accent_pressed": mix(theme.accent, theme.ink, 0.24),
        "box": mix(theme.line, theme.dim, 0.7),
        "bar": mix(theme.line, theme.dim, 0.3),
    }
    pictures = {
        "arrow": _url("arrow down", theme.dim, theme.px(ARROW)),
        "arrow_disabled": _url("arrow down", mix(theme.dim, theme.card, 0.55), theme.px(ARROW)),
        "check": _url("check", theme.on_accent, theme.px(MARK)),
        "part": _url("less", theme.on_accent, theme.px(MARK)),
        "check_menu": _url("check", theme.accent, theme.px(ARROW)),
    }
    names = {name: color.name() for name, color in colors.items()}
    sheet = "".join(Template(part).substitute(names | pictures) for part in _PARTS)
    return _LENGTH.sub(lambda found: _scaled(found, theme), sheet)


def _scaled(found: re.Match[str], theme: Theme) -> str:
    length = int(found["length"])
    if found["radius"] and theme.scale != int(theme.scale):
        # Qt draws square corners where a radius is more than half of the size, rounded or not.
        return f"{found['radius']}{max(theme.px(length) - 1, 0)}px"
    return f"{found['radius'] or ''}{theme.px(length)}px"


def _url(name: str, color: QColor, size: int) -> str:
    return f'url("{icon_file(name, color, size).as_posix()}")'


_LENGTH = re.compile(r"(?P<radius>radius: )?\b(?P<length>\d+)px\b")
"""Every length in the sheet is one of the design, at scale 1."""

_GROUND = """
QDialog { background: $ground; }
QLabel { background: transparent; }
QLabel[look="dim"] { color: $dim; }
QLabel:disabled { color: $disabled; }
QToolTip { background: $ink; color: $card; border: 1px solid $ink; padding: 3px 5px; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $border; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
"""

# A focused control's border grows inwards by the pixel that its padding gives up.
_BUTTONS = """
QPushButton, QToolButton {
    background: $card; color: $ink; border: 1px solid $border; border-radius: 6px;
    padding: 3px 9px;
}
QToolButton { padding: 3px; }
QPushButton:hover, QToolButton:hover { background: $hover; border-color: $border_hover; }
QPushButton:pressed, QToolButton:pressed { background: $pressed; }
QPushButton:checked, QToolButton:checked { background: $chosen; }
QPushButton:disabled, QToolButton:disabled { color: $disabled; border-color: $line; }
QPushButton[ring="true"], QDialog QPushButton:focus {
    border: 2px solid $accent; padding: 2px 8px;
}
QToolButton[ring="true"] { border: 2px solid $accent; padding: 2px; }
QToolButton::menu-indicator { image: none; width: 0px; }

QPushButton[look="accent"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[look="accent"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[look="accent"]:pressed { background: $accent_pressed; border-color: $accent_pressed; }
QPushButton[look="accent"][ring="true"] { border: 2px solid $ink; }
QPushButton[look="accent"]:disabled {
    background: $field; border-color: $border; color: $disabled;
}

QToolButton[look="bare"] { background: transparent; border: 1px solid transparent; padding: 1px; }
QToolButton[look="bare"]:hover { background: $hover; border-color: $border; }
QToolButton[look="bare"]:pressed { background: $pressed; }
QToolButton[look="bare"][ring="true"] { border: 2px solid $accent; padding: 0px; }

QPushButton[look="segment"] {
    background: $card; color: $dim; border: 1px solid $border; border-radius: 0px; padding: 3px 2px;
}
QPushButton[look="segment"][place="middle"], QPushButton[look="segment"][place="last"] {
    border-left-width: 0px;
}
QPushButton[look="segment"][place="first"] {
    border-top-left-radius: 6px; border-bottom-left-radius: 6px;
}
QPushButton[look="segment"][place="last"] {
    border-top-right-radius: 6px; border-bottom-right-radius: 6px;
}
QPushButton[look="segment"]:hover { background: $hover; color: $ink; }
QPushButton[look="segment"]:checked { background: $chosen; color: $ink; }
QPushButton[look="segment"]:disabled { color: $disabled; }
QPushButton[look="segment"][ring="true"] { border: 2px solid $accent; padding: 2px 1px; }
"""

_FIELDS = """
QComboBox, QLineEdit {
    background: $field; color: $ink; border: 1px solid $border; border-radius: 5px;
    padding: 1px 7px; min-height: 22px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QComboBox { padding-right: 0px; }
QComboBox:hover, QLineEdit:hover { border-color: $border_hover; }
QLineEdit:focus { background: $card; border: 2px solid $accent; padding: 0px 6px; }
QComboBox:focus { border: 2px solid $accent; padding: 0px 0px 0px 6px; }
QComboBox:disabled, QLineEdit:disabled {
    background: $card; color: $disabled; border-color: $line;
}
QLineEdit[invalid="true"] { border: 2px solid $warning; padding: 0px 6px; color: $warning; }
QComboBox::drop-down {
    subcontrol-origin: padding; subcontrol-position: center right; width: 20px; border: none;
}
QComboBox::down-arrow { image: $arrow; width: 14px; height: 14px; }
QComboBox::down-arrow:disabled { image: $arrow_disabled; }
QComboBox { combobox-popup: 0; }
QComboBox QAbstractItemView {
    background: $card; color: $ink; border: 1px solid $border_hover; padding: 3px; outline: none;
    selection-background-color: $accent; selection-color: $on_accent;
}
QComboBox QAbstractItemView::item { min-height: 24px; padding: 0px 5px; border-radius: 4px; }
QComboBox QAbstractItemView::item:hover { background: $hover; color: $ink; }
QComboBox QAbstractItemView::item:selected { background: $accent; color: $on_accent; }
"""

_SLIDERS = """
QSlider { min-height: 20px; background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::handle:horizontal {
    width: 12px; height: 12px; margin: -4px 0px; border-radius: 6px; background: $ink;
}
QSlider::handle:horizontal:hover { background: $accent; }
QSlider[ring="true"]::handle:horizontal {
    background: $card; border: 3px solid $accent; width: 10px; height: 10px; margin: -6px 0px;
    border-radius: 8px;
}
QSlider::handle:horizontal:disabled { background: $bar; }
QSlider[look="accent"]::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider[look="accent"]::sub-page:horizontal:disabled { background: $bar; }
QSlider[look="accent"]::handle:horizontal {
    width: 14px; height: 14px; margin: -5px 0px; border-radius: 7px; background: $accent;
}
QSlider[look="accent"]::handle:horizontal:hover { background: $accent_hover; }
QSlider[look="accent"][ring="true"]::handle:horizontal {
    background: $card; border: 3px solid $accent; width: 10px; height: 10px; margin: -6px 0px;
    border-radius: 8px;
}
QSlider[look="accent"]::handle:horizontal:disabled { background: $bar; }
"""

_BOXES = """
QCheckBox { spacing: 6px; color: $ink; background: transparent; }
QCheckBox[look="dim"] { color: $dim; }
QCheckBox:disabled { color: $disabled; }
QCheckBox::indicator {
    width: 12px; height: 12px; border: 1px solid $box; border-radius: 3px; background: $card;
}
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: $check; }
QCheckBox::indicator:indeterminate {
    background: $accent; border-color: $accent; image: $part;
}
QCheckBox::indicator:focus { border: 2px solid $accent; width: 10px; height: 10px; }
QCheckBox::indicator:checked:focus { border-color: $ink; }
QCheckBox::indicator:disabled { border-color: $line; }
QCheckBox::indicator:checked:disabled { background: $bar; border-color: $bar; }
"""

_MENUS = """
QMenu { background: $card; color: $ink; border: 1px solid $border_hover; padding: 4px; }
QMenu::item { padding: 5px 22px 5px 28px; border-radius: 4px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $disabled; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 8px; }
QMenu::indicator:checked { image: $check_menu; }
QMenu::indicator:checked:selected { image: $check; }
"""

_BARS = """
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 8px; }
QScrollBar:horizontal { height: 8px; }
QScrollBar::handle { background: $bar; border-radius: 3px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $dim; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""

_PARTS = (_GROUND, _BUTTONS, _FIELDS, _SLIDERS, _BOXES, _MENUS, _BARS)
