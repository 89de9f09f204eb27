"""A few figures at two moments, and what changed: a small table."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.inspector_words import signed
from nnviz.gui.views.scales import number_text, with_minus
from nnviz.insight.difference import Change

HEADINGS = {
    "train_loss": "train loss",
    "train_data_loss": "data loss",
    "penalty": "penalty",
    "test_loss": "test loss",
    "train_accuracy": "train acc.",
    "test_accuracy": "test acc.",
}
_LEFT_OUT_FIRST = ("penalty", "train_data_loss", "test_accuracy", "train_accuracy")
"""Where there is no room for all columns."""
ROWS = ("marked", "now", "change")
_SIZE, _LINE, _GAP = 11, 15, 14


class FiguresTable(QWidget):
    """One column for each figure; below each other before, now and the change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._columns: dict[str, tuple[str, str, str]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Figures when marked and now")

    @property
    def columns(self) -> dict[str, tuple[str, str, str]]:
        """Before, now and change of each figure, by its heading."""
        return dict(self._columns)

    def show_figures(self, figures: Mapping[str, Change]) -> None:
        """Those that there are at one moment at least; a penalty only where there is one."""
        penalty = figures["penalty"]
        has_penalty = any((penalty.before, penalty.after))
        columns = {}
        for name, heading in HEADINGS.items():
            figure = figures[name]
            is_idle = name in ("penalty", "train_data_loss") and not has_penalty
            if is_idle or (figure.before is None and figure.after is None):
                continue
            columns[heading] = _texts(figure, name.endswith("accuracy"))
        if columns != self._columns:
            self._columns = columns
            said = (
                f"{heading}: {before} when marked, {now} now"
                for heading, (before, now, _) in columns.items()
            )
            self.setAccessibleDescription("; ".join(said))
            self.updateGeometry()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFixedHeight(4 * theme.px(_LINE) + 1)
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as all columns beside each other, in steps: digits come and go."""
        theme = self._theme
        words = QFontMetricsF(theme.font(_SIZE))
        numbers = QFontMetricsF(theme.mono(_SIZE, QFont.Weight.DemiBold))
        width = max(words.horizontalAdvance(row) for row in ROWS)
        width += sum(self._width(each, words, numbers) + theme.px(_GAP) for each in self._columns)
        step = theme.px(_GAP)
        return QSize(ceil(width / step) * step, theme.px(_LINE) * 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(120), self._theme.px(_LINE) * 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        words, numbers = theme.font(_SIZE), theme.mono(_SIZE)
        strong = theme.mono(_SIZE, QFont.Weight.DemiBold)
        line, gap = theme.px(_LINE), theme.px(_GAP)
        metrics, figures = QFontMetricsF(words), QFontMetricsF(strong)
        sides = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = max(metrics.horizontalAdvance(row) for row in ROWS)
        painter.setFont(words)
        painter.setPen(theme.dim)
        for index, row in enumerate(ROWS, 1):
            painter.drawText(
                QRectF(0, index * line, left, line), Qt.AlignmentFlag.AlignVCenter, row
            )
        right = left
        for heading in self._fitting(left + gap, gap, metrics, figures):
            texts = self._columns[heading]
            right += self._width(heading, metrics, figures) + gap
            painter.setFont(words)
            painter.setPen(theme.dim)
            painter.drawText(QRectF(0, 0, right, line), sides, heading)
            painter.setPen(theme.ink)
            for index, text in enumerate(texts, 1):
                painter.setFont(strong if index == len(texts) else numbers)
                painter.drawText(QRectF(0, index * line, right, line), sides, text)
        painter.setPen(QPen(theme.line, 1))
        for index in (1, 3):
            painter.drawLine(0, index * line, round(right), index * line)
        painter.end()

    def _fitting(
        self, left: float, gap: float, words: QFontMetricsF, numbers: QFontMetricsF
    ) -> list[str]:
        """The headings that there is room for."""
        kept = list(self._columns)
        for name in _LEFT_OUT_FIRST:
            total = left + sum(self._width(each, words, numbers) + gap for each in kept) - gap
            if total > self.width() and HEADINGS[name] in kept:
                kept.remove(HEADINGS[name])
        return kept

    def _width(self, heading: str, words: QFontMetricsF, numbers: QFontMetricsF) -> float:
        texts = self._columns[heading]
        widest = max(numbers.horizontalAdvance(text) for text in texts)
        return max(words.horizontalAdvance(heading), widest)


def _texts(figure: Change, is_part: bool) -> tuple[str, str, str]:
    if is_part:
        shown = [
            "–" if part is None else f"{part:.1%}".replace("%", " %")
            for part in (figure.before, figure.after)
        ]
        change = "–"
        if figure.change is not None:
            points = with_minus(f"{100 * figure.change:.1f}") if figure.change else "0"
            change = f"{signed(points)} %"
        return shown[0], shown[1], change
    before, after, change = (
        "–" if value is None else number_text(value)
        for value in (figure.before, figure.after, figure.change)
    )
    return before, after, signed(change)
