"""FunctionPlot: functions of one number with axes, zero lines, legend and a read-out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from nnviz.gui.controls.help_plots import Function, sampled
from nnviz.gui.reported import reported
from nnviz.gui.theme import LIGHT, Theme, mix
from nnviz.gui.views.curve_items import CursorItem, CursorMark, Curve, CurvesItem
from nnviz.gui.views.legend import Legend, LegendEntry, Mark
from nnviz.gui.views.plot import TICK_SIZE, QuietPlot
from nnviz.gui.views.scales import linear_ticks, short_text

_TOP, _RIGHT = 4, 8
_Y_MARGIN = 0.06
"""Room above and below the curves, as a part of the axis."""
_PROBE_STEPS = 40
_LEAST_RANGE = 1e-12
"""What differs less is a flat line at 0."""
_WIDEST_VALUE = "−0.0000"
_HEIGHT, _LEAST_HEIGHT = 250, 110
_LEGEND_ENTRIES = 3
"""At most so many in a line of the legend; four make two lines of two."""


class FunctionPlot(QWidget):
    """Functions from −reach to reach; the pointer, or Shift and the arrow keys, read them out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._functions: tuple[Function, ...] = ()
        self._curves: tuple[Curve, ...] = ()
        self._variable = "z"
        self._reach = 1.0
        self._probe: float | None = None

        self._legends = [Legend(self), Legend(self)]
        self._plot = QuietPlot(self)
        self._axes, self._lines, self._cursor = _ZeroLines(), CurvesItem(), CursorItem()
        for item in (self._axes, self._lines, self._cursor):
            self._plot.addItem(item, ignoreBounds=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for legend in self._legends:
            layout.addWidget(legend)
        layout.addWidget(self._plot, 1)
        self._plot.hovered.connect(self._hover)
        self._plot.hover_ended.connect(self._end_hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def curves(self) -> dict[str, Curve]:
        """What is drawn: each function's name, and its line."""
        names = [function.name for function in self._functions]
        return dict(zip(names, self._curves, strict=True))

    @property
    def readout(self) -> dict[str, str]:
        """The values at the cursor beside the functions' names; empty without a cursor."""
        return {
            entry.name: value
            for legend in self._legends
            for entry, value in zip(legend.entries, legend.values, strict=True)
        }

    @property
    def cursor_text(self) -> str:
        """Where the cursor is; empty without one."""
        return self._cursor.text

    def show_functions(self, functions: Sequence[Function], variable: str, reach: float) -> None:
        """Draw functions of `variable` from −reach to reach."""
        self._functions, self._variable, self._reach = tuple(functions), variable, reach
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for legend in self._legends:
            legend.set_theme(theme)
        for part in (self._plot, self._axes, self._lines, self._cursor):
            part.set_theme(theme)
        self._draw()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(300), self._theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(160), self._theme.px(_LEAST_HEIGHT))

    # --- drawing

    def _draw(self) -> None:
        curves = []
        for function in self._functions:
            x, y = sampled(function, self._reach)
            curves.append(Curve(function.mark, function.color(self._theme), x, y))
        self._curves = tuple(curves)
        self._show_legend()
        # Solid lines below, so that dashes upon them can be seen.
        self._lines.set_curves(tuple(sorted(curves, key=lambda c: c.mark is Mark.DASHED)))
        self._show_ranges()
        self._show_readout()
        self.setAccessibleDescription(self._summary())

    def _show_legend(self) -> None:
        entries = [
            LegendEntry(curve.mark, curve.color, function.name, _WIDEST_VALUE)
            for function, curve in zip(self._functions, self._curves, strict=True)
        ]
        half = len(entries) if len(entries) <= _LEGEND_ENTRIES else (len(entries) + 1) // 2
        for legend, part in zip(self._legends, (entries[:half], entries[half:]), strict=True):
            legend.set_entries(tuple(part))
            legend.setVisible(bool(part))

    def _show_ranges(self) -> None:
        theme, plot = self._theme, self._plot
        low, high = self._y_range()
        line = QFontMetricsF(theme.font(TICK_SIZE)).height()
        axis_height = round(2 * line) + theme.px(4)
        height = plot.height() - axis_height
        y_ticks = linear_ticks(low, high, max(int(height / (1.7 * line)), 2))
        x_ticks = linear_ticks(-self._reach, self._reach, 11)
        plot.set_margins(theme.px(_TOP), max(theme.px(_RIGHT), plot.room_beyond(x_ticks)))
        plot.set_labels(left="", bottom=self._variable)
        plot.getAxis("left").setWidth(plot.text_width(y_ticks) + theme.px(10))
        plot.getAxis("bottom").setHeight(axis_height)
        plot.set_ticks("left", y_ticks)
        plot.set_ticks("bottom", x_ticks)
        plot.set_view((-self._reach, self._reach), (low, high))
        place = QRectF(-self._reach, low, 2 * self._reach, high - low)
        for item in (self._axes, self._lines, self._cursor):
            item.set_place(place)
        self._lines.set_lines(tuple(at for at, _ in y_ticks if at != 0))

    def _y_range(self) -> tuple[float, float]:
        """All values and 0, with some air."""
        values = [curve.y for curve in self._curves]
        ends = np.concatenate([*values, [0.0]])
        low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
        if high - low < _LEAST_RANGE:
            return -0.1, 1.0
        air = _Y_MARGIN * (high - low)
        return low - air, high + air

    def _summary(self) -> str:
        parts = []
        for name, curve in self.curves.items():
            low, high = np.nanmin(curve.y), np.nanmax(curve.y)
            parts.append(f"{name} from {_text(low)} to {_text(high)}")
        reach = short_text(self._reach)
        return f"For {self._variable} from −{reach} to {reach}: {'; '.join(parts)}."

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self._show_ranges()

    # --- read-out

    def _hover(self, x: float, _y: float) -> None:
        self._probe = min(max(x, -self._reach), self._reach)
        self._show_readout()

    def _end_hover(self) -> None:
        self._probe = None
        self._show_readout()

    def _show_readout(self) -> None:
        probe = self._probe
        if probe is None:
            self._cursor.show_marks((), None, "")
            for legend in self._legends:
                legend.set_values(("",) * len(legend.entries))
            return
        at = np.array([probe])
        values = [float(function.values(at)[0]) for function in self._functions]
        marks = tuple(
            CursorMark(curve.mark is Mark.DASHED, curve.color, probe, value)
            for curve, value in zip(self._curves, values, strict=True)
        )
        self._cursor.show_marks(marks, probe, f"{self._variable} = {short_text(probe)}")
        texts = iter(_text(value) for value in values)
        for legend in self._legends:
            legend.set_values(tuple(next(texts) for _ in legend.entries))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._hover(0.0, 0.0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._end_hover()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if step is None or not shift:
            super().keyPressEvent(event)
            return
        at = self._probe or 0.0
        self._hover(at + step * 2 * self._reach / _PROBE_STEPS, 0.0)


def _text(value: float) -> str:
    return short_text(float(value) + 0.0)  # no minus before 0


class _ZeroLines(pg.GraphicsObject):  # type: ignore[misc]
    """The two axes of the plane, where they are in view."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._place = QRectF(0, 0, 1, 1)

    def set_place(self, place: QRectF) -> None:
        """The part of the plane that is seen, in coordinates of the data."""
        if place != self._place:
            self.prepareGeometryChange()
            self._place = place

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def boundingRect(self) -> QRectF:
        return self._place

    @reported
    def paint(self, painter: QPainter, *_: object) -> None:
        to_device = painter.worldTransform()
        painter.resetTransform()
        area = to_device.mapRect(self._place)
        painter.setPen(QPen(mix(self._theme.line, self._theme.dim, 0.6), 1))
        x, y = round(to_device.dx()) + 0.5, round(to_device.dy()) + 0.5
        if area.left() <= x <= area.right():
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        if area.top() <= y <= area.bottom():
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
