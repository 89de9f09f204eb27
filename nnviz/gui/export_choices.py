"""What can be chosen of a figure: what, which kind, how large, how it looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from nnviz.gui.controls.check_box import CheckBox
from nnviz.gui.controls.choice import Choice, ChoiceBox
from nnviz.gui.controls.limits import Limits
from nnviz.gui.controls.number_field import NumberField
from nnviz.gui.controls.rows import Rows
from nnviz.gui.controls.segmented import Segment, SegmentedControl
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.export_stage import FigureOptions, figure_size
from nnviz.gui.figures import FIGURES, WINDOW
from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.edge_paths import MOST_NUMBERED

_WIDTH = 330
_MILLIMETRES = 25.4 / 96
"""In a pixel of the figure."""
_SIDE = Limits(64, 8192, "a whole number from 64 to 8192")
_AS_SHOWN, _OWN = "shown", "own"
_SIZES: dict[str, tuple[int, int] | None] = {
    _AS_SHOWN: None,
    "1600": (1600, 1000),
    "1920": (1920, 1080),
    "column": (321, 227),
    "page": (643, 454),
    _OWN: None,
}
_SIZE_NAMES = {
    _AS_SHOWN: Choice("as on screen", "Takes the size that it has in the window now."),
    "1600": Choice("1600 × 1000", "Takes a size that fills a page of a report or a web page."),
    "1920": Choice("1920 × 1080", "Takes the size of a slide that fills a screen."),
    "column": Choice("journal column, 85 mm", "Takes the width of one of two columns in print."),
    "page": Choice("journal page, 170 mm", "Takes the width of the text on a printed page."),
    _OWN: Choice("of your own", "Takes the width and the height that are typed below."),
}
_VIEW_NAMES = {name: Choice(figure.title, figure.purpose) for name, figure in FIGURES.items()}
_KINDS = {
    "png": Segment("PNG", "Writes pixels: for slides, web pages and chats."),
    "svg": Segment("SVG", "Writes lines and text that drawing programs can edit."),
    "pdf": Segment("PDF", "Writes lines and text that stay sharp in print."),
}
_SCALES = {
    "1": Segment("1×", "Gives a PNG just as many pixels as its size says."),
    "2": Segment("2×", "Gives a PNG twice as many pixels in width and in height."),
    "3": Segment("3×", "Gives a PNG three times as many pixels in width and in height."),
    "4": Segment("4×", "Gives a PNG four times as many pixels in width and in height."),
}
_LOOKS = {
    "light": Segment(
        "light", wrapped("Draws on white, for print, whatever the window looks like.")
    ),
    "dark": Segment("dark", "Draws on a dark ground, for slides."),
    "as shown": Segment("as shown", "Draws as the window looks now."),
}
_SCALE, _HEADING = "How many pixels a PNG has.", "Keeps the heading of the view above the figure."
_NUMBERS = "Writes its weight on each edge."


class ExportChoices(QWidget):
    """The choices under each other; what cannot be chosen now says why in its tooltip."""

    changed = Signal()
    rejected = Signal(str)
    accepted = Signal()

    def __init__(
        self,
        views: Mapping[str, QWidget],
        n_edges: Callable[[], int],
        parent: QWidget | None = None,
    ) -> None:
        """`views` can be exported, by name; `n_edges` counts the network's edges at the moment."""
        super().__init__(parent)
        self._n_edges = n_edges
        names = {name: _VIEW_NAMES[name] for name in views if name in _VIEW_NAMES}
        self.view_box = ChoiceBox("view", names, "What to export.")
        self.kind_box = SegmentedControl("kind of file", _KINDS)
        self.size_box = ChoiceBox("size", _SIZE_NAMES, "How large the figure is.")
        self.width_field = NumberField("width", "whole", _SIDE)
        self.height_field = NumberField("height", "whole", _SIDE)
        self.scale_box = SegmentedControl("scale", _SCALES)
        self.look_box = SegmentedControl("appearance", _LOOKS)
        self.transparent_box = CheckBox(
            "transparent ground",
            "transparent ground",
            "Leaves out the ground, so that what the figure is laid upon shows through.",
        )
        self.title_box = CheckBox("heading", "heading", _HEADING)
        self.numbers_box = CheckBox("weights as numbers", "weights as numbers", _NUMBERS)
        self._result = QLabel("", self)
        self._explain()
        self._arrange()
        self._begin()
        self._connect()
        self.set_theme(LIGHT)

    def _explain(self) -> None:
        """Say what each control does; a row's label takes it over when the row is added."""
        self.kind_box.setToolTip(wrapped("Which kind of file the figure is written as."))
        self.width_field.explain("How wide the figure is laid out, in pixels of 1/96 inch.")
        self.height_field.explain("How high the figure is laid out, in pixels of 1/96 inch.")
        self.scale_box.setToolTip(wrapped(_SCALE))
        self.look_box.setToolTip(wrapped("Which ground and colours the figure is drawn in."))

    def _arrange(self) -> None:
        self._rows = Rows(self)
        self._rows.add("figure", self.view_box)
        self._rows.add("file", self.kind_box)
        self._rows.add("size", self.size_box)
        self._rows.add("pixels", self.width_field, QLabel("×"), self.height_field)
        self._scale_label = self._rows.add("scale", self.scale_box)
        self._rows.add("look", self.look_box)
        self._rows.add("", self.transparent_box)
        self._rows.add("", self.title_box)
        self._rows.add("", self.numbers_box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._rows)
        layout.addWidget(self._result)
        layout.addStretch(1)

    def _begin(self) -> None:
        self.view_box.set_current(next(iter(_VIEW_NAMES)))
        self.kind_box.set_current("png")
        self.size_box.set_current(_AS_SHOWN)
        self.scale_box.set_current("2")
        self.look_box.set_current("light")
        self.title_box.setChecked(True)
        self._update_enabled()

    def _connect(self) -> None:
        self.view_box.changed.connect(self._on_view)
        self.kind_box.changed.connect(self._on_choice)
        self.size_box.changed.connect(self._on_size)
        for field in (self.width_field, self.height_field):
            field.changed.connect(self._on_side)
            field.rejected.connect(self.rejected)
            field.accepted.connect(self.accepted)
        self.scale_box.changed.connect(self._on_choice)
        self.look_box.changed.connect(self._on_choice)
        for box in (self.transparent_box, self.title_box, self.numbers_box):
            box.toggled.connect(self._on_choice)

    # --- what is chosen

    @property
    def view(self) -> str:
        """The name of what is exported."""
        return self.view_box.current or ""

    @property
    def kind(self) -> str:
        """The kind of file: "png", "svg" or "pdf"."""
        return self.kind_box.current or "png"

    def options(self) -> FigureOptions:
        """All other choices."""
        is_sized = self.size_box.current != _AS_SHOWN
        return FigureOptions(
            width=int(self.width_field.value) if is_sized else None,
            height=int(self.height_field.value) if is_sized else None,
            scale=float(self.scale_box.current or "2"),
            transparent=self.transparent_box.isChecked(),
            appearance=self.look_box.current or "light",
            numbers=self.numbers_box.isChecked() and not self._reason_against_numbers(),
            title=self.title_box.isChecked() or not self.title_box.isEnabled(),
        )

    def show_view(self, name: str) -> None:
        """Choose a view."""
        self.view_box.set_current(name)
        self._update_enabled()

    def update_numbers(self) -> None:
        """Offer numbers on the edges if the network, as it is now, has not too many."""
        _explain_box(self.numbers_box, _NUMBERS, self._reason_against_numbers())

    def show_sizes(self, widget: QWidget) -> None:
        """Say how large the figure of `widget` will be."""
        options = self.options()
        size = figure_size(widget, options)
        if self.size_box.current == _AS_SHOWN:
            self.width_field.set_value(size.width())
            self.height_field.set_value(size.height())
        if self.kind == "png":
            pixels = size * options.scale
            text = f"{pixels.width():,} × {pixels.height():,} pixels"
        else:
            width, height = size.width() * _MILLIMETRES, size.height() * _MILLIMETRES
            text = f"{width:.0f} × {height:.0f} mm, sharp at any size"
        self._result.setText(text)

    def set_theme(self, theme: Theme) -> None:
        self._rows.set_theme(theme)
        for box in (self.view_box, self.kind_box, self.size_box, self.scale_box, self.look_box):
            box.set_theme(theme)
        for control in (self.width_field, self.height_field):
            control.set_theme(theme)
        for tick in (self.transparent_box, self.title_box, self.numbers_box):
            tick.set_theme(theme)
        self._result.setFont(theme.font(12))
        self._result.setStyleSheet(f"color: {theme.dim.name()}; background: transparent;")
        self.setFixedWidth(theme.px(_WIDTH))

    # --- gestures

    @Slot()
    def _on_choice(self) -> None:
        self._update_enabled()
        self.changed.emit()

    @Slot(str)
    def _on_view(self, _name: str) -> None:
        self._on_choice()

    @Slot(str)
    def _on_size(self, key: str) -> None:
        size = _SIZES[key]
        if size is not None:
            self.width_field.set_value(size[0])
            self.height_field.set_value(size[1])
        self._on_choice()

    @Slot(object)
    def _on_side(self, _value: int) -> None:
        self.size_box.set_current(_OWN)
        self._on_choice()

    def _update_enabled(self) -> None:
        has_pixels = self.kind == "png"
        reason = "" if has_pixels else "An SVG or a PDF has no pixels: it is sharp at any size."
        for widget in (self.scale_box, self._scale_label):
            widget.setToolTip(wrapped(reason or _SCALE))
        for (key, segment), button in zip(_SCALES.items(), self.scale_box.buttons(), strict=True):
            self.scale_box.set_choice_enabled(key, has_pixels)
            button.setToolTip(wrapped(reason or segment.tooltip))
        is_window = self.view == WINDOW
        reason = "The headings of the views are always part of the window." if is_window else ""
        _explain_box(self.title_box, _HEADING, reason)
        self.update_numbers()

    def _reason_against_numbers(self) -> str:
        """Why no weights can be written on edges; empty if they can."""
        if not FIGURES[self.view].has_edges:
            return "There are no edges in this figure."
        n_edges = self._n_edges()
        if n_edges <= MOST_NUMBERED:
            return ""
        return (
            f"With {n_edges:,} edges the numbers would hide one another; "
            f"up to {MOST_NUMBERED} can be read."
        )


def _explain_box(box: CheckBox, usual: str, reason: str) -> None:
    """Say what a box does, or the reason why it cannot be ticked now, and disable it then."""
    box.setEnabled(not reason)
    box.setToolTip(wrapped(reason or usual))
