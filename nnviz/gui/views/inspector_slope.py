"""The loss as a curve over one chosen weight or bias, and where the next step lands."""

from __future__ import annotations

from math import hypot, isfinite

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.theme import Theme
from nnviz.gui.views.inspector_chart import Array, Chart, draw_disc
from nnviz.gui.views.inspector_controls import Stepper, WordButton
from nnviz.gui.views.inspector_page import Page
from nnviz.gui.views.inspector_text import Paragraph, TextPane, told
from nnviz.gui.views.inspector_words import parameter_words, signed
from nnviz.gui.views.legend import Legend, LegendEntry, Mark, line_pen
from nnviz.gui.views.scales import number_text, short_text
from nnviz.insight.equation_text import format_pair
from nnviz.insight.parts import BiasPart, EdgePart, Part
from nnviz.insight.slope import LEAST_SPAN, PART_SHOWN, Place, Slope, parameter_index, slope
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import Experiment

MOST_POINTS = 20_000
MOST_WORK = 4_000_000
"""Points times parameters from which on a curve is computed only when it is asked for."""
_FINE_WORK = 1_000_000
"""Up to so many, the curve has 101 values; beyond, 41."""
_HOW_TO_BEGIN = (
    "Click an edge or a bias to see the loss as a curve over that one parameter, how steep it is "
    "there, and where the next step lands."
)
ZOOMS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
"""How many times narrower than at first the view of the curve can be."""


class SlopePage(Page):
    """A cut through the loss along the chosen parameter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._part: EdgePart | BiasPart | None = None
        self._slope: Slope | None = None
        self._is_asked = False
        self._legend, self._chart = Legend(self), SlopeChart("Loss over the parameter", self)
        self._text = TextPane("The slope in words", self)
        self._span = Stepper(
            "zoom", "Shows a narrower part of the curve: near by, every curve is its tangent.",
            _span_text, (0, len(ZOOMS) - 1), 0, self,
        )  # fmt: skip
        self._span.keep_room_for(*map(_span_text, range(len(ZOOMS))))
        self._button = WordButton(
            "Compute", "compute the curve",
            "Computes the curve for this moment, which takes a while with so many points.", self,
        )  # fmt: skip
        self._button.clicked.connect(self._ask)
        self._span.changed.connect(self.pace.ask_now)
        self._chart.hovered.connect(self._hover)
        self._left = QWidget(self)
        left, self._right = QVBoxLayout(self._left), QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addWidget(self._legend)
        left.addWidget(self._chart, 1)
        self._tools = QHBoxLayout()
        self._tools.addWidget(self._span)
        self._tools.addStretch(1)
        self._tools.addWidget(self._button)
        self._right.addWidget(self._text, 1)
        self._right.addLayout(self._tools)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self._left, 13)
        self._row.addLayout(self._right, 8)

    @property
    def slope(self) -> Slope | None:
        """The cut that is shown."""
        return self._slope

    def reset(self, experiment: Experiment, dataset: Dataset) -> None:
        self._slope = None
        self._is_asked = False
        super().reset(experiment, dataset)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        if self._snapshot is None or snapshot.frame.update != self._snapshot.frame.update:
            self._is_asked = False
        super().show_snapshot(snapshot)

    def show_part(self, part: Part | None) -> None:
        """Only weights and biases have a slope."""
        self._part = part if isinstance(part, EdgePart | BiasPart) else None
        self._is_asked = False
        self.pace.ask_now()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self._legend, self._chart, self._text, self._span, self._button):
            part.set_theme(theme)
        self._row.setSpacing(theme.px(14))
        self._right.setSpacing(theme.px(4))
        self._show()

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())

    def finish_hover(self) -> None:
        self._hover(None)

    # --- computing

    def _ask(self) -> None:
        self._is_asked = True
        self.pace.ask_now()

    def _compute(self) -> None:
        self._slope, snapshot, part = None, self._snapshot, self._part
        self._button.hide()
        if snapshot is None or part is None:
            self._show_words("", [told(_HOW_TO_BEGIN)])
            return
        frame, n_points = snapshot.frame, len(snapshot.dataset.X_train)
        place = (
            Place(part.layer, part.unit, None)
            if isinstance(part, BiasPart)
            else Place(part.layer, part.target, part.source)
        )
        try:
            index = parameter_index(frame.network, *place)
        except ValueError:
            self._show_words("", [told(f"This part is not there any more. {_HOW_TO_BEGIN}")])
            return
        name = parameter_words(frame.network, snapshot.dataset, *place)
        work = n_points * frame.network.n_parameters
        if (n_points > MOST_POINTS or work > MOST_WORK) and not self._is_asked:
            why = (
                f"The curve needs the loss of all {n_points:,} points many times over, in a "
                f"network of {frame.network.n_parameters:,} parameters; it is computed when asked."
            )
            self._button.show()
            self._show_words(name, [told(why)])
            return
        n = 101 if work <= _FINE_WORK else 41
        zoom, span = ZOOMS[self._span.value], None
        if zoom > 1.0:
            span = max(LEAST_SPAN, PART_SHOWN * abs(float(frame.theta[index]))) / zoom
        self._slope = slope(frame, index, n, span)
        self._say(name)
        self._show()

    # --- showing

    def _show_words(self, subtitle: str, words: list[Paragraph]) -> None:
        self._say(subtitle)
        self._text.set_paragraphs(words)
        self._show()

    def _show(self) -> None:
        cut, theme = self._slope, self._theme
        is_known = cut is not None
        for part in (self._left, self._span):
            part.setVisible(is_known)
        if cut is None or self._snapshot is None:
            return
        symbol = "b" if cut.place.source is None else "w"
        self._chart.show_slope(cut, symbol)
        entries = [LegendEntry(Mark.SOLID, theme.positive, "all points")]
        if _has_batch(cut):
            entries.append(LegendEntry(Mark.DASHED, theme.negative, "batch, shifted"))
        entries += [
            LegendEntry(Mark.THIN, theme.ink, "tangent"),
            LegendEntry(Mark.CIRCLE, theme.ink, "now"),
            LegendEntry(Mark.SQUARE, theme.accent, "next"),
        ]
        self._legend.set_entries(tuple(entries))
        words = _words(cut, symbol)
        self._text.set_paragraphs(words)
        self._chart.setAccessibleDescription(" ".join(span.text for line in words for span in line))

    def _hover(self, x: float | None) -> None:
        cut = self._slope
        self._chart.set_probe(None if cut is None else x)
        if cut is None or x is None:
            self._legend.set_readout("")
            return
        index = int(np.abs(cut.values - x).argmin())
        at, loss = float(cut.values[index]), float(cut.losses[index])
        self._legend.set_readout(f"{short_text(at)}: {number_text(loss)}")


class SlopeChart(Chart):
    """Two curves, the tangent, the present value and the next one."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._cut: Slope | None = None
        self._probe: float | None = None

    def show_slope(self, cut: Slope, symbol: str) -> None:
        self._cut = cut
        values = cut.values[np.isfinite(cut.values)]
        losses = np.concatenate([cut.losses, _shifted(cut)])
        losses = losses[np.isfinite(losses)]
        if len(losses):
            low, high = float(losses.min()), float(losses.max())
            room = 0.08 * (high - low) or 0.1 * abs(high) or 0.1
            y = (low - room, high + room)
        else:
            y = (0.0, 1.0)
        x = (float(values[0]), float(values[-1])) if len(values) > 1 else (0.0, 1.0)
        self.set_ranges(x, y)
        self.set_labels(symbol, "loss")

    def set_probe(self, x: float | None) -> None:
        """Where the pointer reads the curve."""
        if x != self._probe:
            self._probe = x
            self.update()

    def draw_content(self, painter: QPainter, plane: QRectF) -> None:
        cut, theme = self._cut, self._theme
        if cut is None:
            return
        if _has_batch(cut):
            pen = line_pen(Mark.DASHED, theme.negative, theme.scale)
            self.draw_curve(painter, plane, cut.values, _shifted(cut), pen)
        pen = line_pen(Mark.SOLID, theme.positive, theme.scale)
        self.draw_curve(painter, plane, cut.values, cut.losses, pen)
        thin = line_pen(Mark.THIN, theme.ink, theme.scale)
        self.draw_curve(painter, plane, cut.values, cut.tangent, thin)
        if self._probe is not None:
            index = int(np.abs(cut.values - self._probe).argmin())
            if np.isfinite(cut.losses[index]):
                at = self.place(float(cut.values[index]), float(cut.losses[index]))
                painter.setPen(QPen(theme.dim, 1))
                painter.drawLine(QPointF(at.x(), plane.top()), QPointF(at.x(), plane.bottom()))
        self._draw_step(painter, plane, cut)

    def _draw_step(self, painter: QPainter, plane: QRectF, cut: Slope) -> None:
        theme = self._theme
        if not (isfinite(cut.loss) and isfinite(cut.value)):
            return
        now, radius = self.place(cut.value, cut.loss), 4.6 * theme.scale
        draw_disc(painter, now, radius, theme.ink, theme.card)
        if not (isfinite(cut.next_value) and isfinite(cut.next_loss)):
            return
        landing = self.place(cut.next_value, cut.next_loss)
        # The step is taken along the axis; the loss follows.
        dotted = QPen(theme.accent, 1)
        dotted.setDashPattern([1.0, 2.0])
        painter.setPen(dotted)
        painter.drawLine(landing, QPointF(landing.x(), plane.bottom()))
        start = QPointF(now.x(), plane.bottom() - theme.px(5))
        end = QPointF(landing.x(), start.y())
        self.draw_arrow(painter, start, end, QPen(theme.accent, 1.8 * theme.scale))
        apart = landing - now
        half = (3.6 if hypot(apart.x(), apart.y()) > radius else 2.2) * theme.scale
        painter.setPen(QPen(theme.card, 1))
        painter.setBrush(theme.accent)
        painter.drawRect(QRectF(landing.x() - half, landing.y() - half, 2 * half, 2 * half))


def _shifted(cut: Slope) -> Array:
    """The batch's losses, moved up or down to meet the others now: so slopes can be compared."""
    return cut.batch_losses + (cut.loss - cut.batch_loss)


def _has_batch(cut: Slope) -> bool:
    """Whether the batch is not all points."""
    return not np.array_equal(cut.losses, cut.batch_losses, equal_nan=True)


def _words(cut: Slope, symbol: str) -> list[Paragraph]:
    # As many digits as tell what a small step changes.
    (now, there), (same, together) = (
        format_pair(cut.loss, loss) for loss in (cut.next_loss, cut.loss_after_update)
    )
    words = f"At {symbol} = {number_text(cut.value)} the loss is {max(now, same, key=len)} "
    words += f"and its slope {short_text(cut.gradient)}"
    words += f", this batch's {short_text(cut.batch_gradient)}." if _has_batch(cut) else "."
    paragraphs = [told(words)]
    if cut.is_frozen:
        # A weight of 0 that stays is cut: nothing goes through it.
        is_cut = cut.place.source is not None and cut.value == 0.0
        how = "cut" if is_cut else "frozen"
        return [*paragraphs, told(f"{symbol} is {how}: training leaves it as it is.")]
    if not isfinite(cut.next_value):
        return [*paragraphs, told("The next step leads to no finite number.", "strong")]
    step = signed(short_text(cut.step))
    paragraphs.append(told(f"Next step {step}, to {number_text(cut.next_value)}.", "strong"))
    paragraphs.append(
        told(
            f"There the loss would be {there}; all parameters stepping together make it {together}."
        )
    )
    return paragraphs


def _span_text(value: int) -> str:
    return f"zoom ×{ZOOMS[value]:g}"
