"""The batch under a lens: its points, their gradients, and how far they stray over time."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.theme import Theme
from nnviz.gui.views.inspector_chart import Array, Chart, draw_disc
from nnviz.gui.views.inspector_fan import Fan
from nnviz.gui.views.inspector_page import Page
from nnviz.gui.views.inspector_text import Paragraph, TextPane, told
from nnviz.gui.views.scales import Ticks, short_text, stepped_top
from nnviz.insight.batch_lens import BatchLens, LensTrace, batch_lens
from nnviz.run.experiment import Experiment

_MOST_NAMED, _FEWEST_NAMED = 12, 3
_HEADROOM = 1.12
_WIDE = 420
"""From this width on, in pixels at scale 1, there is room for curves over time."""


class BatchPage(Page):
    """Why a batch's gradient is noisy and the full one is dear."""

    point_hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lens: BatchLens | None = None
        self._trace = LensTrace()
        self._text = TextPane("The batch in words", self)
        self._fan = Fan(self)
        self._angle = Trace("Angle over time", self)
        self._ratio = Trace("Length over time", self)
        self._fan.hovered.connect(self._hover)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._traces = QVBoxLayout()
        self._traces.addWidget(self._angle, 1)
        self._traces.addWidget(self._ratio, 1)
        self._row.addWidget(self._text, 12)
        self._row.addWidget(self._fan, 8)
        self._row.addLayout(self._traces, 10)

    @property
    def lens(self) -> BatchLens | None:
        return self._lens

    @property
    def trace(self) -> LensTrace:
        return self._trace

    def reset(self, experiment: Experiment, dataset: Dataset) -> None:
        self._lens = None
        self._trace.clear()
        super().reset(experiment, dataset)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self._text, self._fan, self._angle, self._ratio):
            part.set_theme(theme)
        self._row.setSpacing(theme.px(12))
        self._traces.setSpacing(theme.px(2))
        self._fit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._trace.interrupt()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The past gives way where there is no room for it."""
        for trace in (self._angle, self._ratio):
            trace.setVisible(self.width() >= self._theme.px(_WIDE))

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())

    def finish_hover(self) -> None:
        self._fan.finish_hover()

    def _compute(self) -> None:
        self._lens = None if self._snapshot is None else batch_lens(self._snapshot.frame)
        if self._lens is not None:
            self._trace.record(self._lens)
        self._fan.show_lens(self._lens)
        self._show_words()
        self._show_traces()

    def _show_traces(self) -> None:
        curve = self._trace.curve()
        self._angle.show_series(curve.update, curve.angle, "angle to full", "°")
        self._ratio.show_series(curve.update, curve.length_ratio, "length ÷ full", "×")

    def _hover(self, index: int | None) -> None:
        self._show_words()
        points = () if self._lens is None else self._lens.points
        is_known = index is not None and index < len(points)
        self.point_hovered.emit(int(points[index]) if index is not None and is_known else None)

    def _show_words(self) -> None:
        lens = self._lens
        if lens is None:
            self._say("")
            self._text.set_paragraphs([told("Nothing is trained yet.")])
            return
        m, n = len(lens.points), lens.n_points
        self._say(f"update {lens.update + 1:,}: {m:,} of {n:,} points")
        pointed = self._fan.pointed_at
        if pointed is not None:
            words = self._fan.words_of(pointed)
            self._fan.setAccessibleDescription(words)
            self._text.set_paragraphs([told(words, "strong"), *_facts(lens, _FEWEST_NAMED)[1:]])
            return
        facts = _facts(lens, _MOST_NAMED)
        self._text.set_paragraphs(facts, [_facts(lens, _FEWEST_NAMED)])
        self._fan.setAccessibleDescription(
            " ".join(span.text for fact in facts for span in fact)
            + " Shift and the arrow keys go from point to point."
        )


class Trace(Chart):
    """One figure of the batches over the updates."""

    WIDEST = "180°"

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._x_values: Array = np.zeros(0)
        self._y_values: Array = np.zeros(0)
        self._top = 0.0
        self._is_angle = False

    def y_ticks(self) -> Ticks:
        if self._is_angle:
            return [(at, f"{at:.0f}°") for at in (0.0, 90.0, 180.0) if at <= self._top]
        return super().y_ticks()

    def x_ticks(self, most: int) -> Ticks:
        # There is no half an update.
        return [tick for tick in super().x_ticks(most) if tick[0] == int(tick[0])]

    def show_series(self, x: Array, y: Array, label: str, unit: str) -> None:
        """Draw y over x."""
        self._x_values, self._y_values = x, y
        finite = y[np.isfinite(y)]
        highest = float(finite.max(initial=0.0))
        self._is_angle = unit == "°"
        self._top = stepped_top(highest, self._top if len(x) > 1 else 0.0)
        if self._is_angle:
            self._top = 90.0 if highest <= 90.0 else 180.0
        ends = (float(x[0]), float(x[-1])) if len(x) > 1 else (0.0, 1.0)
        if len(x) == 1:
            ends = (float(x[0]) - 1.0, float(x[0]) + 1.0)
        self.set_ranges(ends, (0.0, _HEADROOM * self._top))
        now = short_text(float(y[-1])) if len(y) else "–"
        if unit == "°" and len(y) and np.isfinite(y[-1]):
            now = f"{y[-1]:.0f}"
        self.set_labels("update", f"{label}: {now}{unit if now != '–' else ''}")
        self.setAccessibleDescription(f"{label}: now {now}{unit}")

    def draw_content(self, painter: QPainter, plane: QRectF) -> None:
        theme = self._theme
        pen = QPen(theme.accent, 1.6 * theme.scale)
        self.draw_curve(painter, plane, self._x_values, self._y_values, pen)
        if len(self._y_values) and np.isfinite(self._y_values[-1]):
            at = self.place(float(self._x_values[-1]), float(self._y_values[-1]))
            draw_disc(painter, at, 3.2 * theme.scale, theme.accent, theme.card)


def _facts(lens: BatchLens, most: int) -> list[Paragraph]:
    """Which points, `most` of them by number, which way and how far they pull, what all cost."""
    m, n = len(lens.points), lens.n_points
    if m == n:
        facts = [told(f"The next update reads all {n:,} points: its gradient is the full one.")]
        if n > 1:
            facts.append(
                told(
                    f"So it is not noisy, but as dear as {n:,} updates of one point each, "
                    "which would have moved on meanwhile."
                )
            )
    else:
        named = ", ".join(f"{point + 1:,}" for point in lens.points[:most].tolist())
        more = " …" if m > most else "."
        facts = [
            told(f"The next update reads {m:,} of {n:,} points: {named}{more}"),
            told(_direction(lens)),
            told(f"The full gradient would cost {_times(lens.cost_ratio)} times as much."),
        ]
    against = int((lens.angles_to_full > 90.0).sum())
    if m > 1 and against:
        facts.append(
            told(f"{against:,} of its points pull{'s' * (against == 1)} against the rest.")
        )
    return facts


def _direction(lens: BatchLens) -> str:
    if lens.angle is None or lens.length_ratio is None:
        return "There is no full gradient to compare with: it has no length, or is not finite."
    times = short_text(lens.length_ratio)
    return (
        f"Its gradient points {lens.angle:.0f}° away from the full one and is "
        f"{'just' if times == '1' else times + ' times'} as long."
    )


def _times(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 10.0 or ratio == int(ratio) else f"{ratio:.1f}"
