"""Two moments, side by side or subtracted: what training has changed between them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.theme import Theme
from nnviz.gui.views.header_controls import HeaderTab
from nnviz.gui.views.inspector_controls import WordButton
from nnviz.gui.views.inspector_page import Page
from nnviz.gui.views.inspector_pictures import Surfaces
from nnviz.gui.views.inspector_table import FiguresTable
from nnviz.gui.views.inspector_text import Paragraph, TextPane, told
from nnviz.gui.views.inspector_words import parameter_words, signed
from nnviz.insight.difference import Difference, difference, points_in_words
from nnviz.insight.equation_text import format_number, format_pair
from nnviz.insight.parts import BiasPart, EdgePart, NeuronPart, Part
from nnviz.insight.slope import parameter_index, parameter_place
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import Experiment

Indices = NDArray[np.int64]
_HOW_TO_BEGIN = (
    "Mark this moment, then train on or go elsewhere in time: here you see what became other."
)
_MOST_CHANGES = 4
_LEAST_BESIDE = 156
"""Width for words beside the table, in pixels at scale 1."""


class ComparePage(Page):
    """The marked moment against the present one."""

    pin_wanted = Signal()
    unpin_wanted = Signal()
    difference_shown = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before: Snapshot | None = None
        self._difference: Difference | None = None
        self._compared: tuple[Snapshot, Snapshot] | None = None
        """The moments that it is the difference of."""
        self._told: Difference | None = None
        self._part: Part | None = None
        self._pin = WordButton(
            "Compare from this moment on", "compare from this moment on",
            "Marks the present moment; all that comes is compared with it.", self,
        )  # fmt: skip
        self._unpin = WordButton(
            "Stop", "stop comparing", "Forgets the moment that was marked.", self
        )
        self._make_choice()
        self._surfaces, self._table = Surfaces(self), FiguresTable(self)
        self._notes, self._text = TextPane("What came of it", self), TextPane("What changed", self)
        self._bar = QHBoxLayout()
        self._bar.addWidget(self._pin)
        self._bar.addWidget(self._unpin)
        self._bar.addStretch(1)
        self._bar.addWidget(self._choice)
        self._top = QHBoxLayout()
        self._top.addWidget(self._table, 0, Qt.AlignmentFlag.AlignTop)
        self._top.addWidget(self._notes, 1)
        self._right = QVBoxLayout()
        self._right.addLayout(self._top)
        self._right.addWidget(self._text, 1)
        self._row = QHBoxLayout()
        self._row.addWidget(self._surfaces)
        self._row.addLayout(self._right, 1)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addLayout(self._bar)
        self._layout.addLayout(self._row, 1)
        self._pin.clicked.connect(self.pin_wanted)
        self._unpin.clicked.connect(self.unpin_wanted)
        self._show()

    def _make_choice(self) -> None:
        self._beside = HeaderTab("side by side", "Shows both moments beside each other.")
        self._subtracted = HeaderTab(
            "subtracted", "Shows the present moment minus the marked one, also as the surface."
        )
        self._beside.setChecked(True)
        self._choice = QWidget(self)
        self._choice_row = QHBoxLayout(self._choice)
        self._choice_row.setContentsMargins(0, 0, 0, 0)
        self._group = QButtonGroup(self)
        for tab in (self._beside, self._subtracted):
            self._choice_row.addWidget(tab)
            self._group.addButton(tab)
        self._subtracted.toggled.connect(self._change_choice)

    @property
    def difference(self) -> Difference | None:
        return self._difference

    def reset(self, experiment: Experiment, dataset: Dataset) -> None:
        self._difference = self._compared = None
        super().reset(experiment, dataset)
        self._show()

    def show_pin(self, before: Snapshot | None) -> None:
        self._before = before
        self.pace.ask_now()
        if not self.isVisible():
            self._difference = self._compared = None

    def show_part(self, part: Part | None) -> None:
        """Tell first what became of this part."""
        self._part = part
        if self._difference is not None:
            self._show()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        parts = (self._pin, self._unpin, self._beside, self._subtracted)
        for part in (*parts, self._surfaces, self._table, self._notes, self._text):
            part.set_theme(theme)
        self._bar.setSpacing(theme.px(5))
        self._choice_row.setSpacing(theme.px(6))
        self._row.setSpacing(theme.px(14))
        self._right.setSpacing(theme.px(5))
        self._top.setSpacing(theme.px(14))
        self._notes.setFixedHeight(self._table.height())
        self._layout.setSpacing(theme.px(7))
        self._fit()

    def copy(self) -> None:
        """All that there is to say, whatever there is room for."""
        found = self._difference
        said: list[str] = [self._text.toPlainText()]
        if found is not None:
            figures = self._table.accessibleDescription()
            said = [self._moments_text(), figures, *found.sentences, *self._changes(found)]
        QGuiApplication.clipboard().setText("\n".join(said))

    # --- computing

    def _compute(self) -> None:
        self._difference = self._compared = None
        reason = ""
        if self._before is not None and self._snapshot is not None:
            try:
                self._difference = difference(
                    self._before.frame, self._snapshot.frame, self._snapshot.grid
                )
                self._compared = self._before, self._snapshot
            except ValueError as refusal:
                reason = f"These two moments cannot be compared. {refusal}"
        self._show(reason)

    def _show(self, reason: str = "") -> None:
        found, is_pinned = self._difference, self._before is not None
        self._pin.setText("Compare from here" if is_pinned else "Compare from this moment on")
        self._pin.keep_room_for(self._pin.text())
        self._unpin.setVisible(is_pinned)
        for widget in (self._choice, self._surfaces, self._table):
            widget.setVisible(found is not None)
        self._say(self._moments_text())
        if found is None:
            self._notes.hide()
            self._text.set_paragraphs([told(reason or _HOW_TO_BEGIN)])
        else:
            self._surfaces.show_change(found.surface, self._subtracted.isChecked())
            self._table.show_figures(found.figures)
            self._fit()
            self._tell_words(found)
        self._tell()

    def _moments_text(self) -> str:
        if self._before is None or self._snapshot is None:
            return ""
        before, after = self._compared or (self._before, self._snapshot)
        then, now = before.frame.update, after.frame.update
        return f"update {then:,} → {now:,}"

    def _tell_words(self, found: Difference) -> None:
        """What came of it beside the table, if there is room; below it what changed.

        Where there is little room, what the table tells is not said a second time, and the list of
        the largest changes gets shorter.
        """
        reason, points = found.reason_of_losses, ""
        if found.train is not None:
            points = points_in_words(found.train)
            points = f"{points[:1].upper()}{points[1:]}."
        results, few = [reason, found.on_results], [reason, points]
        is_beside = any(results) and self._has_room_beside_table()
        self._notes.setVisible(is_beside)
        if is_beside:
            # One of the two: for both there is no room.
            self._notes.set_paragraphs(
                _paragraphs([reason or found.on_results]), [_paragraphs([reason or points])]
            )
            results, few = ([found.on_results], [points]) if reason else ([], [])
        chosen = _paragraphs(self._changes(found, self._chosen()), "strong")
        lines = self._changes(found)
        change = _paragraphs(lines)
        # Of the largest change the list says the same.
        where = "" if self._subtracted.isChecked() else "subtracted, "
        heading = told(f"Largest changes; {where}the network shows all of them", "dim")
        said = [heading] if change else _paragraphs([found.on_parameters])
        shorter = [[*chosen, *_paragraphs(few), *change[:n]] for n in range(len(change), 0, -1)]
        if lines:
            # The largest one, without what was and what is.
            shorter.append([*chosen, *_paragraphs([*few, lines[0].rpartition(":")[0]])])
        self._text.set_paragraphs(
            [*chosen, *_paragraphs(results), *said, *change],
            shorter or [[*chosen, *_paragraphs(few), *said]],
        )

    def _has_room_beside_table(self) -> bool:
        left = self._surfaces.width() + self._row.spacing()
        room = self.width() - left - self._table.sizeHint().width() - self._top.spacing()
        return room >= self._theme.px(_LEAST_BESIDE)

    def _chosen(self) -> Indices:
        """The parameters of the chosen part, as far as they are there."""
        if self._part is None or self._compared is None:
            return np.empty(0, dtype=np.int64)
        places: list[tuple[int, int, int | None]] = []
        network = self._compared[1].frame.network
        match self._part:
            case EdgePart(layer, target, source):
                places = [(layer, target, source)]
            case BiasPart(layer, unit):
                places = [(layer, unit, None)]
            case NeuronPart(layer, unit) if 0 < layer <= network.n_layers:
                places = [(layer, unit, each) for each in (None, *range(network.sizes[layer - 1]))]
        found = []
        for place in places:
            # It may be gone since it was chosen.
            with suppress(ValueError):
                found.append(parameter_index(network, *place))
        return np.array(found, dtype=np.int64)

    def _changes(self, found: Difference, chosen: Indices | None = None) -> list[str]:
        """The largest changes of parameters, or of those that are chosen, each in one line."""
        if found.weights is None or self._compared is None:
            return []
        # Of the moments that were compared: a page that is not seen may have got others since.
        before, now = self._compared
        network = now.frame.network
        with np.errstate(all="ignore"):
            change = now.frame.theta - before.frame.theta
        sizes = np.nan_to_num(np.abs(change), nan=np.inf)
        among = np.arange(len(change)) if chosen is None else chosen
        largest = among[np.argsort(-sizes[among], kind="stable")[:_MOST_CHANGES]]
        lines = []
        for index in largest.tolist():
            name = parameter_words(network, now.dataset, *parameter_place(network, index))
            old, new = format_pair(float(before.frame.theta[index]), float(now.frame.theta[index]))
            step = signed(format_number(float(change[index])))
            if chosen is not None:
                moved = f"{old} → {new}, {step}" if change[index] else f"{new}, as before"
                lines.append(f"{name[:1].upper()}{name[1:]}: {moved}")
            elif change[index] != 0.0:
                lines.append(f"{step}  {name}: {old} → {new}")
        return lines

    def _change_choice(self) -> None:
        if self._difference is not None:
            self._show()

    def _tell(self) -> None:
        """What the output draws, once for each difference."""
        wanted = None
        if self.isVisible() and self._subtracted.isChecked():
            wanted = self._difference
        if wanted is not self._told:
            self._told = wanted
            self.difference_shown.emit(wanted)

    # --- size, and being seen

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()
        self._tell()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        # The pictures are square: how wide they are follows from the height that is left.
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return handled

    def _fit(self) -> None:
        bar = self._pin.sizeHint().height() + self._layout.spacing()
        height = self.height() - bar
        self._surfaces.fit_height(height)
        # Where there is no room for words below the table, the figures say it.
        table = self._table.height() + self._right.spacing()
        room = height - table if self._difference is not None else height
        self._text.setVisible(room >= self._text.minimumSizeHint().height())


def _paragraphs(lines: Iterable[str], style: str = "words") -> list[Paragraph]:
    """One for each line that is not empty."""
    return [told(line, style) for line in lines if line]
