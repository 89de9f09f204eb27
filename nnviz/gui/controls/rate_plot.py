"""RatePlot: the learning rate over the epochs of a run, and where the run is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.curve_items import CursorItem, CursorMark, Curve, CurvesItem
from nnviz.gui.views.legend import Mark
from nnviz.gui.views.plot import TICK_SIZE, QuietPlot
from nnviz.gui.views.scales import Ticks, short_text
from nnviz.model.schedules import SCHEDULES, ScheduleParameters
from nnviz.run.experiment import Experiment

Array = NDArray[np.float64]

_HEIGHT = 96
_NARROWEST = 120
_TEXT_SIZE = 11
_MOST_STEPS = 400
"""A longer run is looked at in so many epochs: there are no more pixels."""
_TOP, _RIGHT = 5, 6
_X_MARGIN, _Y_MARGIN = 0.02, 0.06
"""Room around the line, as a part of the axis, so that no mark is cut off."""


class RatePlot(QWidget):
    """From epoch 0 to the last one, with the rate at both ends; a mark where the run is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._experiment: Experiment | None = None
        self._epoch = 0
        self._shown_pixel: int | None = None
        self._caption = QLabel(self)
        self._caption.setProperty("look", "dim")
        self._caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._plot: QuietPlot | None = None
        self._line, self._mark = CurvesItem(), CursorItem()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._caption)
        self._layout.addStretch(0)
        self._curve = Curve(Mark.SOLID, LIGHT.accent, np.zeros(1), np.zeros(1))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Learning rate over the epochs")
        self.set_theme(LIGHT)

    @property
    def curve(self) -> Curve:
        """What is drawn: epochs and rates, in steps."""
        return self._curve

    @property
    def caption(self) -> str:
        """The rates at both ends, or under the pointer."""
        return self._caption.text()

    @property
    def marked_epoch(self) -> int | None:
        """Where the mark stands; None when the run is beyond the last epoch of the plot."""
        return None if self._shown_pixel is None else self._epoch

    def show_experiment(self, experiment: Experiment) -> None:
        """Draw the schedule of an experiment."""
        self._experiment = experiment
        self._draw()

    def show_epoch(self, epoch: int) -> None:
        """Mark how many epochs are completed; cheap while the mark stays at its pixel."""
        self._epoch = epoch
        self._show_mark()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._caption.setFont(theme.font(_TEXT_SIZE))
        self._line.set_theme(theme)
        self._mark.set_theme(theme)
        if self._plot is not None:
            self._plot.set_theme(theme)
        self.setFixedHeight(theme.px(_HEIGHT))
        self._draw()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(180), self._theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(_NARROWEST), self._theme.px(_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._layout.activate()
        self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._plot is None:
            self._make_plot()

    # --- drawing

    def _make_plot(self) -> None:
        """Not before it is seen: a plot costs the window's start more than all else in a panel."""
        plot = self._plot = QuietPlot(self)
        plot.set_theme(self._theme)
        plot.getAxis("bottom").set_label_in_corner(True)
        for item in (self._line, self._mark):
            plot.addItem(item, ignoreBounds=True)
        plot.hovered.connect(self._hover)
        plot.hover_ended.connect(self._show_caption)
        self._layout.addWidget(plot, 1)
        self._layout.activate()
        self._draw()

    def _draw(self) -> None:
        experiment = self._experiment
        if experiment is None:
            return
        x, y = rates_in_steps(experiment)
        self._curve = Curve(Mark.SOLID, self._theme.accent, x, y)
        self._show_caption()
        if self._plot is not None:
            self._show_axes(self._plot, float(y[0]), float(y[-1]), experiment.epochs)
        # As parts of the first rate, which may be too small or too large for pixels to be made of.
        self._line.set_curves((replace(self._curve, y=y / y[0]),))
        self._line.set_lines((0.0,))
        self._show_mark(anew=True)

    def _show_axes(self, plot: QuietPlot, first: float, last: float, epochs: int) -> None:
        theme = self._theme
        line = QFontMetricsF(theme.font(TICK_SIZE)).height()
        plane = theme.px(_HEIGHT) - 2.4 * line
        y_ticks: Ticks = [(1.0, short_text(first))]
        # Labels that would lie upon each other: then the caption alone has the last one.
        if (1.0 - last / first) * plane > line:
            y_ticks.append((last / first, short_text(last)))
        x_ticks: Ticks = [(0.0, "0"), (float(epochs), f"{epochs:,}")]
        plot.set_labels(left="", bottom="epoch")
        corner = QFontMetricsF(theme.font(TICK_SIZE)).horizontalAdvance("epoch")
        left = max(plot.text_width(y_ticks) + theme.px(8), round(corner) + theme.px(14))
        plot.getAxis("left").setWidth(left)
        plot.getAxis("bottom").setHeight(round(line) + theme.px(5))
        plot.set_ticks("left", y_ticks)
        plot.set_ticks("bottom", x_ticks)
        plot.set_margins(theme.px(_TOP), max(theme.px(_RIGHT), plot.room_beyond(x_ticks)))
        beside = _X_MARGIN * epochs
        place = QRectF(-beside, -_Y_MARGIN, epochs + 2 * beside, 1 + 2 * _Y_MARGIN)
        plot.set_view((place.left(), place.right()), (place.top(), place.bottom()))
        for item in (self._line, self._mark):
            item.set_place(place)

    def _show_caption(self) -> None:
        experiment = self._experiment
        if experiment is None:
            return
        first, last = (short_text(float(rate)) for rate in self._curve.y[[0, -1]])
        changes = f"stays {first}" if first == last else f"{first} → {last}"
        text = f"{changes} over {experiment.epochs:,} epochs"
        metrics = self._caption.fontMetrics()
        # The axis has the number of epochs too.
        fits = metrics.horizontalAdvance(text) <= max(self.width(), self._theme.px(_NARROWEST))
        self._caption.setText(text if fits else changes)
        self.setAccessibleDescription(f"The learning rate: {text}.")

    def _hover(self, x: float, _y: float) -> None:
        experiment = self._experiment
        if experiment is not None:
            epoch = min(max(int(x), 0), experiment.epochs)
            self._caption.setText(f"epoch {epoch:,}: {short_text(rate_at(experiment, epoch))}")

    def _show_mark(self, anew: bool = False) -> None:
        experiment = self._experiment
        if experiment is None:
            return
        pixel = None
        if self._epoch <= experiment.epochs:
            pixel = round(self._epoch / experiment.epochs * self.width())
        if pixel == self._shown_pixel and not anew:
            return
        self._shown_pixel = pixel
        marks: tuple[CursorMark, ...] = ()
        if pixel is not None:
            part = rate_at(experiment, self._epoch) / float(self._curve.y[0])
            marks = (CursorMark(False, self._theme.ink, float(self._epoch), part),)
        self._mark.show_marks(marks, None, "")


def rate_at(experiment: Experiment, epoch: int) -> float:
    """The learning rate of the epoch that begins after so many completed ones."""
    parameters = ScheduleParameters(
        every=experiment.schedule_every,
        factor=experiment.schedule_factor,
        floor=experiment.schedule_floor,
        epochs=experiment.epochs,
    )
    return SCHEDULES[experiment.schedule].rate(experiment.learning_rate, epoch, parameters)


def rates_in_steps(experiment: Experiment) -> tuple[Array, Array]:
    """Epochs and rates as a staircase: an epoch keeps its rate from its beginning to its end."""
    n = min(experiment.epochs, _MOST_STEPS)
    epochs = np.unique(np.linspace(0, experiment.epochs, n + 1).round().astype(np.int64))
    rates = np.array([rate_at(experiment, int(epoch)) for epoch in epochs])
    x = np.repeat(epochs.astype(np.float64), 2)[1:]
    y = np.repeat(rates, 2)[:-1]
    return x, y
