"""AppearancePanel: how the window looks: light or dark, colours, size, motion."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QLinearGradient, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnviz.gui import icons
from nnviz.gui.controls.buttons import ToolButton
from nnviz.gui.controls.check_box import CheckBox
from nnviz.gui.controls.choice import ChoiceBox
from nnviz.gui.controls.rows import Rows
from nnviz.gui.controls.segmented import Segment, SegmentedControl
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LARGEST_SCALE, LIGHT, PALETTES, SCALE_STEP, SMALLEST_SCALE, Theme, mix

_SWATCH = QSize(34, 12)
_BUTTON, _ICON = 24, 14
_TEXT_SIZE = 12
_ROW_HEIGHT = 26

APPEARANCES = {
    "system": Segment("system", "Is light or dark as the system is."),
    "light": Segment("light", "Draws dark on light, as for print and bright rooms."),
    "dark": Segment("dark", "Draws light on dark, as for dim rooms."),
}


class AppearancePanel(QWidget):
    """Choices that change nothing about learning; its window makes them and shows them again."""

    theme_chosen = Signal(str)
    """ "system", "light" or "dark"."""
    palette_chosen = Signal(str)
    """A name in PALETTES."""
    scale_chosen = Signal(float)
    """How large the interface is to be drawn; 1 is 100 %."""
    motion_reduced = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Appearance")
        self._scale = 1.0
        self.theme = SegmentedControl("Light or dark", APPEARANCES)
        self.palette_choice = ChoiceBox(
            "Palette", PALETTES, "Chooses the colours of negative and positive values."
        )
        self.smaller = ToolButton(
            "Smaller interface", wrapped("Draws everything smaller, as Ctrl+− does."), self
        )
        self.larger = ToolButton(
            "Larger interface", wrapped("Draws everything larger, as Ctrl+= does."), self
        )
        self.percent = QLabel(self)
        self.percent.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.percent.setToolTip(
            wrapped("Says how large everything is drawn; Ctrl+= and Ctrl+− change it.")
        )
        self._scale_row = QWidget(self)
        row = QHBoxLayout(self._scale_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.smaller)
        row.addWidget(self.percent)
        row.addWidget(self.larger)
        row.addStretch(1)
        self.reduce_motion = CheckBox(
            "reduced", "Reduce motion", "Stops what flows and glides, and changes nothing else."
        )
        self.rows = self._rows()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rows)
        layout.addStretch(1)
        self.theme.changed.connect(self.theme_chosen)
        self.palette_choice.changed.connect(self.palette_chosen)
        self.smaller.clicked.connect(lambda: self._zoom(-SCALE_STEP))
        self.larger.clicked.connect(lambda: self._zoom(SCALE_STEP))
        self.reduce_motion.clicked.connect(self.motion_reduced)
        self.set_theme(LIGHT)
        self.show_preferences("system", LIGHT.palette_name, 1.0, False)

    def show_preferences(self, theme: str, palette: str, scale: float, reduce_motion: bool) -> None:
        """Show what is chosen; emits nothing."""
        self.theme.set_current(theme)
        self.palette_choice.set_current(palette)
        self._scale = scale
        self.percent.setText(f"{100 * scale:.0f} %")
        self.percent.setAccessibleName(f"Scale of the interface: {100 * scale:.0f} percent")
        self.smaller.setEnabled(scale > SMALLEST_SCALE)
        self.larger.setEnabled(scale < LARGEST_SCALE)
        self.reduce_motion.setChecked(reduce_motion)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.rows, self.theme, self.palette_choice, self.reduce_motion):
            part.set_theme(theme)
        self.reduce_motion.setMinimumHeight(theme.px(_ROW_HEIGHT))
        self.percent.setFont(theme.mono(_TEXT_SIZE))
        self.percent.setMinimumWidth(theme.px(54))
        for button, name in ((self.smaller, "less"), (self.larger, "more")):
            button.setIcon(icons.icon(name, theme))
            button.setIconSize(QSize(theme.px(_ICON), theme.px(_ICON)))
            button.setFixedSize(theme.px(_BUTTON + 4), theme.px(_BUTTON))
        size = QSize(theme.px(_SWATCH.width()), theme.px(_SWATCH.height()))
        self.palette_choice.setIconSize(size)
        for index in range(self.palette_choice.count()):
            name = str(self.palette_choice.itemData(index))
            self.palette_choice.setItemIcon(index, QIcon(swatch(name, theme, size)))

    def _rows(self) -> Rows:
        rows = Rows()
        rows.add_wide(self.theme)
        rows.add("palette", self.palette_choice)
        rows.add("scale", self._scale_row, buddy=self.larger)
        rows.add("motion", self.reduce_motion)
        return rows

    def _zoom(self, step: float) -> None:
        scale = min(max(round(self._scale + step, 2), SMALLEST_SCALE), LARGEST_SCALE)
        self.scale_chosen.emit(scale)


def swatch(palette_name: str, theme: Theme, size: QSize) -> QPixmap:
    """A palette's colours from negative to positive, in the theme's appearance."""
    colors = theme.adapted(palette_name, theme.scale)
    sharpness = 2
    picture = QPixmap(size * sharpness)
    picture.setDevicePixelRatio(sharpness)
    picture.fill(Qt.GlobalColor.transparent)
    area = QRectF(0, 0, size.width(), size.height()).adjusted(0.5, 0.5, -0.5, -0.5)
    gradient = QLinearGradient(area.topLeft(), area.topRight())
    for at, value in ((0.0, -1.0), (0.5, 0.0), (1.0, 1.0)):
        gradient.setColorAt(at, colors.signed_color(value))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(mix(theme.line, theme.dim, 0.3), 1))
    painter.setBrush(gradient)
    painter.drawRoundedRect(area, 3, 3)
    painter.end()
    return picture
