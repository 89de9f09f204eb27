"""UpdatesCaption: how many updates make an epoch, as a sum that can be checked."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, MONOSPACED, Theme

_SIZE = 11


class UpdatesCaption(QLabel):
    """For instance "⌈180 / 10⌉ = 18 updates per epoch", as wordily as there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._n_points = self._batch_size = 1
        self.setProperty("look", "dim")
        # It is shortened to fit; it must not widen the column.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._write()

    def set_counts(self, n_points: int, batch_size: int) -> None:
        """Show the sum for so many training points, so many of them in an update."""
        self._n_points, self._batch_size = n_points, batch_size
        self._write()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._write()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._write()

    def _write(self) -> None:
        n, size = self._n_points, self._batch_size
        updates = -(-n // size)
        noun = "update" if updates == 1 else "updates"
        result = f"⌈{n:,} / {size:,}⌉ = {updates:,}"
        words = QFontMetrics(self._theme.font(_SIZE))
        room = self.width() - QFontMetrics(self._theme.mono(_SIZE)).horizontalAdvance(result)
        endings = (f" {noun} per epoch", f" {noun}/epoch", " per epoch", "")
        ending = next((text for text in endings if words.horizontalAdvance(text) <= room), "")
        self.setFont(self._theme.font(_SIZE))
        # The signs ⌈ and ⌉ are in the monospaced face only.
        self.setText(f"<span style=\"font-family:'{MONOSPACED}'\">{result}</span>{ending}")
        self.setAccessibleName(f"{updates:,} {noun} per epoch")
        self.setToolTip(
            wrapped(
                f"Each epoch makes {updates:,} {noun}, because {n:,} training points are used "
                f"{min(size, n):,} at a time."
            )
        )
