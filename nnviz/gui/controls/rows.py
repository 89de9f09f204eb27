"""Rows of a panel: a label at the left, its control at the right."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from nnviz.gui.controls.effect_mark import EffectMark
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme
from nnviz.run.effects import effect_of
from nnviz.run.experiment import tooltip

_LABEL_SIZE = 12
_BETWEEN_COLUMNS = 6
_BETWEEN_ROWS = 4
_BETWEEN_CONTROLS = 6


@runtime_checkable
class Explaining(Protocol):
    """A control whose tooltip can say why it cannot be used."""

    def set_reason(self, sentence: str) -> None: ...


class _Row(NamedTuple):
    label: QLabel | None
    mark: EffectMark | None
    controls: tuple[QWidget, ...]
    box: QHBoxLayout | None
    tooltip: str
    """The label's, while the controls can be used."""

    def widgets(self) -> tuple[QWidget, ...]:
        return tuple(w for w in (self.label, self.mark, *self.controls) if w is not None)


class Rows(QWidget):
    """Labelled controls under each other; a label is the buddy of its control.

    A row that names its field of Experiment shows, and tells assistive technology, what a change
    of it does to the run.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(2, 1)
        self._theme = LIGHT
        self._show_spacings()

    def add(
        self, text: str, *controls: QWidget, buddy: QWidget | None = None, field: str = ""
    ) -> QLabel:
        """Add a row of controls side by side; the first one takes the room that is left.

        The label names `buddy`, or else the first control. With the name of a field of Experiment
        the label says what the field is for, and a mark beside it what a change of it does.
        """
        named = buddy or controls[0]
        label = QLabel(text, self)
        label.setProperty("look", "dim")
        label.setBuddy(named)
        label.setToolTip(wrapped(tooltip(field)) if field else named.toolTip())
        label.setFont(self._theme.font(_LABEL_SIZE))
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
        mark = self._add_mark(field, row) if field else None
        box = QHBoxLayout()
        box.setSpacing(self._theme.px(_BETWEEN_CONTROLS))
        for index, control in enumerate(controls):
            box.addWidget(control, 0 if index else 1)
            if field:
                describe_effect(control, field)
        self._grid.addLayout(box, row, 2)
        self._rows.append(_Row(label, mark, controls, box, label.toolTip()))
        return label

    def add_wide(self, widget: QWidget, field: str = "") -> None:
        """Add a widget over all columns; with a field it tells what a change of it does."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 3)
        if field:
            describe_effect(widget, field)
        self._rows.append(_Row(None, None, (widget,), None, ""))

    def labels(self) -> list[QLabel]:
        """The labels from top to bottom."""
        return [row.label for row in self._rows if row.label is not None]

    def marks(self) -> list[EffectMark]:
        """The marks from top to bottom."""
        return [row.mark for row in self._rows if row.mark is not None]

    def set_row_visible(self, control: QWidget, visible: bool) -> None:
        """Show or hide the whole row that `control` is in; ValueError if it is in none."""
        for widget in self._row_of(control).widgets():
            widget.setVisible(visible)

    def set_reason(self, control: QWidget, sentence: str) -> None:
        """Disable the row that `control` is in and say why; an empty text enables it again."""
        row = self._row_of(control)
        for widget in row.controls:
            widget.setEnabled(not sentence)
            if isinstance(widget, Explaining):
                widget.set_reason(sentence)
        if row.label is not None:
            row.label.setToolTip(wrapped(sentence) if sentence else row.tooltip)

    def label_width(self) -> int:
        """What the widest label needs, in pixels."""
        return max((label.sizeHint().width() for label in self.labels()), default=0)

    def set_label_width(self, width: int) -> None:
        """Give the labels at least so much room, so that several Rows stand in one line."""
        self._grid.setColumnMinimumWidth(0, width)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for label in self.labels():
            label.setFont(theme.font(_LABEL_SIZE))
        for mark in self.marks():
            mark.set_theme(theme)
        self._show_spacings()

    def _add_mark(self, field: str, row: int) -> EffectMark:
        mark = EffectMark(effect_of(field), self)
        mark.set_theme(self._theme)
        self._grid.addWidget(mark, row, 1, Qt.AlignmentFlag.AlignCenter)
        return mark

    def _row_of(self, control: QWidget) -> _Row:
        for row in self._rows:
            if control in row.widgets():
                return row
        raise ValueError(f"{control.accessibleName() or control!r} is in no row.")

    def _show_spacings(self) -> None:
        self._grid.setHorizontalSpacing(self._theme.px(_BETWEEN_COLUMNS))
        self._grid.setVerticalSpacing(self._theme.px(_BETWEEN_ROWS))
        for row in self._rows:
            if row.box is not None:
                row.box.setSpacing(self._theme.px(_BETWEEN_CONTROLS))


def describe_effect(control: QWidget, field: str) -> None:
    """Tell assistive technology what the field does, and what a change of it does to the run."""
    description = f"{tooltip(field)} {effect_of(field).sentence}"
    for widget in (control, *control.findChildren(QWidget)):
        if widget is control or widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
            widget.setAccessibleDescription(description)


class Alignable(Protocol):
    """Something with labels at its left."""

    def label_width(self) -> int: ...

    def set_label_width(self, width: int) -> None: ...


def align(*groups: Alignable) -> None:
    """Let the controls of several groups of rows under each other begin at the same place."""
    width = max(rows.label_width() for rows in groups)
    for rows in groups:
        rows.set_label_width(width)
