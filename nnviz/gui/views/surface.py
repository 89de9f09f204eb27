"""The decision surface: what the network answers over the input plane, under the points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.colorbar import ColorBar
from nnviz.gui.views.header_controls import HeaderCheckBox
from nnviz.gui.views.legend import Legend, LegendEntry, Mark
from nnviz.gui.views.network_names import NetworkNames, pretty_input
from nnviz.gui.views.plane_batch import BatchItem
from nnviz.gui.views.plane_items import PictureItem, Points, PointsItem, ProbeItem, mark_radius
from nnviz.gui.views.plane_points import DataPoints
from nnviz.gui.views.plane_reading import (
    Reading,
    node_at,
    reading_of_difference,
    reading_of_output,
    reading_of_unit,
    shown_proportion,
)
from nnviz.gui.views.plot import TICK_SIZE, QuietPlot
from nnviz.gui.views.scales import fixed_text, linear_ticks
from nnviz.insight.snapshot import Snapshot
from nnviz.insight.surface import Grid
from nnviz.run.experiment import Experiment

_DESCRIBE_INTERVAL = 1000
_CAPTION_STEP = 24
"""Milliseconds between texts for screen readers: faster ones would never be read to the end."""
_TOP, _RIGHT, _GAP = 8, 10, 6
_LEFT_PADDING, _BOTTOM_PADDING = 10, 8
"""Between the tick labels and what stands before and below them."""
_MOST_SPARE = 8
_REACH = 3.0
"""Pixels from the edge of a point's mark within which the pointer points at it."""
_PROBE_STEPS = 40
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class SurfaceView(QWidget):
    """The output's picture with the points on it; a hovered neuron's picture takes its place."""

    point_clicked = Signal(int)
    """A point of the training part, counted from 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._dataset: Dataset | None = None
        self._snapshot: Snapshot | None = None
        self._unit: tuple[int, int] | None = None
        self._difference: tuple[NDArray[np.float64], str] | None = None
        self._reading: Reading | None = None
        self._grid: Grid | None = None
        self._probe: QPointF | None = None
        self._is_exporting = False
        self._data: DataPoints | None = None
        self._point_colors_for: object = None
        self._plane = QRectF()

        self._plot = QuietPlot(self)
        self._picture, self._points, self._ring = PictureItem(), PointsItem(), ProbeItem()
        self._batch = BatchItem()
        self._items = (self._picture, self._points, self._batch, self._ring)
        for item in self._items:
            self._plot.addItem(item, ignoreBounds=True)
        self._caption = QLabel(self._plot)
        self._caption.hide()
        self._legend = Legend(self)
        self._bar = ColorBar(self)
        self._discretise = HeaderCheckBox(
            "discretise",
            "Shows only the decision of each place, not how sure the network is.",
            self,
        )
        self._test_points = HeaderCheckBox(
            "test points",
            "Shows the points that are kept away from training, as squares.",
            self,
        )
        self._test_points.setChecked(True)
        self._discretise.toggled.connect(self._show_picture)
        self._test_points.toggled.connect(self._points.set_show_test)
        self._test_points.toggled.connect(self._update_legend)
        self._test_points.toggled.connect(self._place_caption)
        self._plot.hovered.connect(self._hover)
        self._plot.pressed.connect(self._press)
        self._plot.hover_ended.connect(self._end_hover)
        self._describe_timer = QTimer(self)
        self._describe_timer.setSingleShot(True)
        self._describe_timer.setInterval(_DESCRIBE_INTERVAL)
        self._describe_timer.timeout.connect(self._describe)

        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Decision surface")
        self._plot.viewport().setCursor(Qt.CursorShape.CrossCursor)
        self.set_theme(LIGHT)

    # --- what the window calls

    def reset(self, experiment: Experiment, dataset: Dataset) -> None:
        """Begin a new run: other points, and no picture until the first snapshot."""
        self._dataset, self._snapshot, self._reading = dataset, None, None
        self._grid = None
        self._point_colors_for = None
        self._data, self._difference = DataPoints.of(dataset), None
        self.show_batch(None)
        names = [pretty_input(name) for name in dataset.columns[:2]]
        self._plot.set_labels(left=names[1] if len(names) > 1 else "", bottom=names[0])
        self._test_points.setEnabled(len(dataset.y_test) > 0)
        # The values of a regression are no decisions.
        self._discretise.setVisible(dataset.n_classes > 0)
        self._picture.clear()
        self._points.set_points(Points())
        self._update_legend()
        self._describe()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._show_picture()
        if not self._describe_timer.isActive():
            self._describe_timer.start()

    def show_unit(self, layer: int, unit: int) -> None:
        """Show this neuron's picture in place of the output (layer 0: an input)."""
        self._unit = (layer, unit)
        self._show_picture()

    def show_output(self) -> None:
        """Show the network's output again."""
        self._unit = None
        self._show_picture()

    def show_batch(self, indices: NDArray[np.int64] | None, current: int | None = None) -> None:
        """Ring points of the training part, counted from 0, and one of them more; None: none."""
        if self._dataset is not None and self._data is not None:
            inputs = self._dataset.inputs_train
            self._batch.show_points(inputs, indices, current, len(self._data.x))

    def show_difference(self, values: NDArray[np.float64] | None, label: str = "") -> None:
        """Show a change on the plane, (n, n) or (k, n, n), under its label; None: the output."""
        self._difference = None if values is None else (values, label)
        self._show_picture()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for part in (self._plot, *self._items[1:], self._legend, self._bar):
            part.set_theme(theme)
        for box in (self._discretise, self._test_points):
            box.set_theme(theme)
        self._caption.setFont(theme.font(TICK_SIZE))
        self._caption.setStyleSheet(
            f"background: {theme.card.name()}; color: {theme.ink.name()};"
            f"padding: {theme.px(2)}px {theme.px(7)}px;"
            f"border: 1px solid {theme.line.name()}; border-radius: {theme.px(4)}px;"
        )
        self._caption.adjustSize()
        self._point_colors_for = None
        self._update_legend()
        self._place_parts()
        self._show_picture()

    def header_widgets(self) -> list[QWidget]:
        """Switches for the card's heading: discretise, test points."""
        return [self._discretise, self._test_points]

    def prepare_export(self, numbers: bool = False) -> None:
        """Show the output, and nothing that is pointed at, until `finish_export`."""
        self._set_exporting(True)

    def finish_export(self) -> None:
        self._set_exporting(False)

    @property
    def readout(self) -> str:
        """What the pointer or the keyboard reads at its place."""
        return self._legend.readout if self._probe is not None else ""

    @property
    def caption(self) -> str:
        """Which neuron is shown; empty for the output."""
        return "" if self._caption.isHidden() else self._caption.text()

    def _set_exporting(self, exporting: bool) -> None:
        self._is_exporting = exporting
        self._ring.setVisible(not exporting)
        self._batch.setVisible(not exporting)
        self._show_picture()

    # --- picture and points

    def _show_picture(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            return
        if snapshot.grid != self._grid:
            self._set_grid(snapshot.grid)
        discretise = self._discretise.isChecked() and snapshot.dataset.n_classes > 0
        reading = None
        if self._unit is not None and not self._is_exporting:
            reading = reading_of_unit(snapshot, *self._unit, self._theme, discretise)
        caption = self._caption_text(snapshot) if reading is not None else ""
        if reading is None and self._difference is not None:
            values, caption = self._difference
            reading = reading_of_difference(values, self._theme)
        if reading is None:
            # Also for a late answer of a network that has no such unit.
            reading = reading_of_output(snapshot, self._theme, discretise)
        self._reading = reading
        self._picture.set_pixels(reading.pixels())
        self._color_points(snapshot)
        self._set_caption(caption)
        if reading.chips:
            self._bar.show_chips(reading.chips)
        else:
            self._bar.show_bar(reading.table, reading.labels, reading.are_numbers)
        self._update_readout()

    def _color_points(self, snapshot: Snapshot) -> None:
        """Colour the points anew if their colours changed: a regression's follow its scale."""
        data = self._data
        if data is None:
            return
        limits = () if data.classes else tuple(snapshot.ranges[-1][0].tolist())
        if self._point_colors_for == (limits,):
            return
        self._point_colors_for = (limits,)
        self._points.set_points(data.colored(self._theme, limits))

    def _set_grid(self, grid: Grid) -> None:
        self._grid = grid
        place = QRectF(grid.x_min, grid.y_min, grid.x_max - grid.x_min, grid.y_max - grid.y_min)
        for item in self._items:
            item.set_place(place)
        self._plot.set_view((grid.x_min, grid.x_max), (grid.y_min, grid.y_max))
        self._place_parts()

    def _caption_text(self, snapshot: Snapshot) -> str:
        layer, unit = self._unit or (0, 0)
        names = NetworkNames.of(snapshot.frame.experiment, snapshot.dataset)
        name = names.unit(layer, unit)
        return name[0].upper() + name[1:] if layer and names.last == layer else name

    def _set_caption(self, text: str) -> None:
        if text != self._caption.text():
            self._caption.setText(text)
            self._caption.adjustSize()
            self._place_caption()
        if bool(text) == self._caption.isHidden():
            self._caption.setVisible(bool(text))

    def _place_caption(self) -> None:
        """At the upper or lower edge of the plane, where it hides fewest points."""
        plane, grid, data = self._plane, self._grid, self._data
        gap, size = self._theme.px(6), self._caption.size()
        # In steps: digits come and go, and it must not dance with them.
        size.setWidth(-(-size.width() // _CAPTION_STEP) * _CAPTION_STEP)
        room = plane.adjusted(gap, gap, -gap - size.width(), -gap - size.height())
        middle = room.center().x()
        places = [room.topLeft(), room.topRight(), QPointF(middle, room.top())]
        places += [room.bottomLeft(), room.bottomRight(), QPointF(middle, room.bottom())]
        if grid is not None and data is not None:
            with_test = self._test_points.isChecked()
            hidden = [data.count_in(QRectF(at, size), plane, grid, with_test) for at in places]
            places = [places[hidden.index(min(hidden))]]
        # The plot begins where its axis does.
        self._caption.move(places[0].toPoint() - self._plot.pos())

    # --- legend and read-out

    def _update_legend(self) -> None:
        entries = [LegendEntry(Mark.CIRCLE, self._theme.dim, "train")]
        dataset = self._dataset
        if dataset is not None and len(dataset.y_test) and self._test_points.isChecked():
            entries.append(LegendEntry(Mark.SQUARE, self._theme.dim, "test"))
        self._legend.set_entries(tuple(entries))
        self._update_readout()

    def _note(self) -> str:
        return "" if self._data is None else self._data.note

    def _update_readout(self) -> None:
        probe = None if self._is_exporting else self._probe
        if probe is None or self._grid is None or self._reading is None:
            self._legend.set_readout(self._note(), is_number=False)
            return
        grid, x, y = self._grid, probe.x(), probe.y()
        across = f"x₁ {fixed_text(x, grid.x_min, grid.x_max)}"
        up = f"x₂ {fixed_text(y, grid.y_min, grid.y_max)}"
        value = self._reading.value_text(*node_at(self._reading, grid, x, y))
        point = self._point_at(grid, x, y)
        shorter: tuple[str, ...] = (f"{point}  {value}", point) if point else (value,)
        full = f"{across}  {up}  {shorter[0]}"
        self._legend.set_readout(full, shorter=shorter)

    def _press(self, x: float, y: float) -> None:
        index = None if self._grid is None else self._index_at(self._grid, x, y)
        if index is not None and self._data is not None and not self._data.is_test[index]:
            self.point_clicked.emit(int(self._data.numbers[index]))

    def _point_at(self, grid: Grid, x: float, y: float) -> str:
        """The point of the data under the pointer, in words; empty where there is none."""
        index = self._index_at(grid, x, y)
        return "" if index is None or self._data is None else self._data.words(index)

    def _index_at(self, grid: Grid, x: float, y: float) -> int | None:
        """Which of the points that are drawn is there, if any."""
        width, height = self._plot.plane_size()
        if self._data is None or not (width > 0 and height > 0):
            return None
        reach = (mark_radius(len(self._data.x)) + _REACH) * self._theme.scale
        return self._data.nearest(
            x,
            y,
            reach_x=reach * (grid.x_max - grid.x_min) / width,
            reach_y=reach * (grid.y_max - grid.y_min) / height,
            with_test=self._test_points.isChecked(),
        )

    def _hover(self, x: float, y: float) -> None:
        self._ring.move_to(None)
        self._probe = QPointF(x, y)
        self._update_readout()

    def _end_hover(self) -> None:
        self._ring.move_to(None)
        self._probe = None
        self._update_readout()

    # --- the keyboard reads out too: Shift and an arrow

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if (grid := self._grid) is not None:
            self._move_ring(QPointF((grid.x_min + grid.x_max) / 2, (grid.y_min + grid.y_max) / 2))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._end_hover()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _ARROWS.get(Qt.Key(event.key()))
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        grid = self._grid
        if step is None or not shift or grid is None:
            super().keyPressEvent(event)
            return
        width, height = grid.x_max - grid.x_min, grid.y_max - grid.y_min
        at = self._probe or QPointF(grid.x_min + width / 2, grid.y_min + height / 2)
        x = at.x() + step[0] * width / _PROBE_STEPS
        y = at.y() + step[1] * height / _PROBE_STEPS
        self._move_ring(
            QPointF(min(max(x, grid.x_min), grid.x_max), min(max(y, grid.y_min), grid.y_max))
        )

    def _move_ring(self, at: QPointF) -> None:
        self._probe = at
        self._ring.move_to(at)
        self._update_readout()

    # --- layout: the plane keeps its proportions, the bar is as wide as the plane

    def sizeHint(self) -> QSize:
        return QSize(300, 370)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_parts()

    def _place_parts(self) -> None:
        grid = self._grid or Grid(-1.0, 1.0, -1.0, 1.0)
        x_ticks = linear_ticks(grid.x_min, grid.x_max, 7)
        y_ticks = linear_ticks(grid.y_min, grid.y_max, 7)
        line = round(QFontMetricsF(self._theme.font(TICK_SIZE)).height())
        px = self._theme.px
        top, gap = px(_TOP), px(_GAP)
        left = self._plot.text_width(y_ticks) + line + px(_LEFT_PADDING)
        bottom = 2 * line + px(_BOTTOM_PADDING)
        legend, bar = self._legend.sizeHint().height(), self._bar.sizeHint().height()

        right = max(px(_RIGHT), self._plot.room_beyond(x_ticks))
        self._plot.set_margins(top, right)
        room_x = self.width() - left - right
        room_y = self.height() - top - bottom - legend - bar - 2 * gap
        proportion = shown_proportion(grid)
        width = max(round(min(room_x, room_y * proportion)), 20)
        height = max(round(width / proportion), 20)
        x = max((self.width() - left - width - right) // 2, 0)
        self._plot.getAxis("left").setWidth(left)
        self._plot.getAxis("bottom").setHeight(bottom)
        self._plot.set_ticks("bottom", x_ticks)
        self._plot.set_ticks("left", y_ticks)
        self._plot.setGeometry(QRect(x, 0, left + width + right, top + height + bottom))
        self._plane = QRectF(left + x, top, width, height)
        self._place_caption()

        # What is left over in height goes evenly between the parts.
        spare = max(self.height() - (top + height + bottom + legend + bar + 2 * gap), 0)
        gap += min(spare // 3, px(_MOST_SPARE))
        below = top + height + bottom + gap
        self._legend.setGeometry(x + left, below, width, legend)
        self._bar.setGeometry(x + left, below + legend + gap, width, bar)

    # --- for those who do not see it

    def _describe(self) -> None:
        dataset = self._dataset
        if dataset is None:
            return
        parts = [f"{len(dataset.y_train)} training and {len(dataset.y_test)} test points."]
        if self._note():
            parts.append(f"{self._note()} are drawn.")
        if self._snapshot is not None and self._reading is not None:
            shown = f"Shows {self.caption or 'the output'}"
            parts.append(f"{shown}: {self._reading.summary()}")
        parts.append("Shift and the arrow keys read out values.")
        self.setAccessibleDescription(" ".join(parts))
