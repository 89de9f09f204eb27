"""ListField: a line for a list, whose entries are separated by commas, semicolons, + or spaces."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from nnviz.gui.controls.entry_field import EntryField, quoted
from nnviz.gui.theme import LIGHT

_LONGEST = 400


class ListField(EntryField):
    """A tuple of entries, each read by `read_entry`, which raises ValueError for what is none.

    `check` takes all of them and raises ValueError for a list that cannot be; `allowed` says in
    words what can: "a list of 0 to 8 whole numbers". An empty field is an empty list.
    """

    def __init__(
        self,
        name: str,
        read_entry: Callable[[str], Any],
        check: Callable[[tuple[Any, ...]], object],
        allowed: str,
        separators: str = ",;+",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, (), parent)
        self._read_entry = read_entry
        self._check = check
        self._allowed = allowed
        self._separator = re.compile(rf"\s*[{re.escape(separators)}]\s*|\s+")
        self.setMaxLength(_LONGEST)
        self.set_theme(LIGHT)
        self._show_value()

    def _read(self, text: str) -> tuple[Any, ...]:
        text = text.strip()
        try:
            entries = self._separator.split(text) if text else []
            value = tuple(self._read_entry(entry) for entry in entries)
            self._check(value)
        except ValueError:
            raise ValueError(f"{self._name}: {quoted(text)} is not {self._allowed}.") from None
        return value

    def _write(self, value: Any) -> str:
        return ", ".join(map(str, value))
