"""FieldPanel: what all panels have in common that edit fields of an experiment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.controls.entry_field import EntryField
from nnviz.gui.controls.limits import limits_of
from nnviz.gui.controls.number_field import NumberField
from nnviz.gui.controls.numbers import Ladder
from nnviz.gui.theme import Theme
from nnviz.run.experiment import Experiment, tooltip


class FieldPanel(QWidget):
    """Edits fields of an experiment; its window makes the changes and shows them again.

    A subclass makes controls and says in `fields` which fields of Experiment they edit.
    """

    fields: tuple[str, ...] = ()
    """The fields of Experiment that have their control here."""

    changed = Signal(object)
    """A dict of fields of Experiment and their new values; sent for the user's changes only."""
    rejected = Signal(str)
    """One sentence on what was typed and why it cannot be."""
    accepted = Signal()
    """The first good number in a field after a refusal, whose sentence can go; before `changed`."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is the accessible name."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self._numbers: dict[str, NumberField] = {}
        self._has_refused = False
        self._left: EntryField | None = None

    def show_experiment(self, experiment: Experiment, dataset: Dataset) -> None:
        """Show an experiment's values; emits nothing."""
        for name, field in self._numbers.items():
            field.set_value(getattr(experiment, name))

    def set_theme(self, theme: Theme) -> None:
        for field in self._numbers.values():
            field.set_theme(theme)

    def add_number(
        self, field: str, label: str, kind: Any = "real", ladder: Ladder | None = None
    ) -> NumberField:
        """A number field that edits `field`, with the limits and the tooltip of the experiment."""
        number = NumberField(label, kind, limits_of(field), ladder, self)
        number.explain(tooltip(field))
        self._numbers[field] = number
        self.watch(number, lambda value: self.changed.emit({field: value}))
        return number

    def watch(self, entry: EntryField, change: Callable[[Any], None]) -> None:
        """Connect a field: its refusals are told, Enter gives the focus to the panel."""
        entry.changed.connect(change)
        entry.rejected.connect(self._refuse)
        entry.accepted.connect(self._accept)
        entry.finished.connect(self._take_focus)

    def focusNextPrevChild(self, forward: bool) -> bool:
        # The panel holds the focus only for a field that gave it away: Tab goes on from there.
        if self.hasFocus() and self._left is not None:
            self._left.setFocus(Qt.FocusReason.OtherFocusReason)
        return super().focusNextPrevChild(forward)

    def _take_focus(self) -> None:
        field = self.sender()
        assert isinstance(field, EntryField)
        self._left = field
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refuse(self, sentence: str) -> None:
        self._has_refused = True
        self.rejected.emit(sentence)

    def _accept(self) -> None:
        if self._has_refused:
            self._has_refused = False
            self.accepted.emit()
