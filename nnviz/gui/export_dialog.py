"""The dialog that asks what to export, and how.

Training goes on meanwhile, but each preview is drawn in the window's thread and takes its time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnviz.gui.controls.buttons import PushButton
from nnviz.gui.export_choices import ExportChoices
from nnviz.gui.export_preview import ExportPreview
from nnviz.gui.export_stage import FigureOptions
from nnviz.gui.theme import LIGHT, Theme

_PAUSE = 150
"""Milliseconds without a change after which the preview is drawn anew."""
_BUTTON_SIZE = 13


class ExportDialog(QDialog):
    """A preview at the left, the choices at the right, and what to do with them below."""

    wanted = Signal(str, str, object)
    """The view's name, the kind of file, the FigureOptions."""
    copy_wanted = Signal(str, object)
    """The view's name, the FigureOptions."""

    def __init__(
        self, widgets: Mapping[str, QWidget], n_edges: Callable[[], int], parent: QWidget
    ) -> None:
        """`widgets` are what can be exported, by name; `n_edges` counts the network's edges now."""
        super().__init__(parent)
        self._widgets = widgets
        self.setWindowTitle("Export a figure")
        self.setModal(False)
        self.preview = ExportPreview(self)
        self.choices = ExportChoices(widgets, n_edges, self)
        self._previewed: tuple[str, FigureOptions] | None = None
        self._message = QLabel("", self)
        self._message.setWordWrap(True)
        self.copy_button = self._button("Copy", "Copies the figure to the clipboard, as a picture.")
        self._cancel = self._button("Cancel", "Closes this dialog and writes nothing.")
        self._export = self._button("Export…", "Asks where to write the figure.")
        self._export.setProperty("look", "accent")
        self._arrange()

        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self.show_preview)
        self.choices.changed.connect(self._on_choice)
        self.choices.rejected.connect(self._message.setText)
        self.choices.accepted.connect(self._message.clear)
        self.copy_button.clicked.connect(self._want_copy)
        self._export.clicked.connect(self._want_file)
        self._cancel.clicked.connect(self.reject)
        self.set_theme(LIGHT)

    def _button(self, text: str, tooltip: str) -> PushButton:
        button = PushButton(text, self)
        button.setToolTip(tooltip)
        button.setAccessibleName(text.rstrip("…"))
        button.setAutoDefault(False)
        return button

    def _arrange(self) -> None:
        self._middle = QHBoxLayout()
        self._middle.addWidget(self.preview, 1)
        self._middle.addWidget(self.choices)
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self.copy_button)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self._cancel)
        self._buttons.addWidget(self._export)
        self._layout = QVBoxLayout(self)
        self._layout.addLayout(self._middle, 1)
        self._layout.addWidget(self._message)
        self._layout.addLayout(self._buttons)

    @property
    def message(self) -> str:
        """Why what was typed last cannot be; empty if it can."""
        return self._message.text()

    def open_for(self, name: str, theme: Theme) -> None:
        """Show the dialog with a view chosen."""
        self.set_theme(theme)
        self.choices.show_view(name)
        self._message.clear()
        self.show()
        self.activateWindow()
        self._export.setFocus(Qt.FocusReason.OtherFocusReason)
        # The dialog is seen first: the preview needs its size, and takes a moment.
        self._pause.start()

    def set_theme(self, theme: Theme) -> None:
        self.preview.set_theme(theme)
        self.choices.set_theme(theme)
        self._message.setFont(theme.font(12))
        self._message.setStyleSheet(f"color: {theme.warning.name()}; background: transparent;")
        for button in (self.copy_button, self._cancel, self._export):
            button.setFont(theme.font(_BUTTON_SIZE))
            button.setMinimumSize(theme.px(84), theme.px(30))
        margin, gap = theme.px(16), theme.px(12)
        self._layout.setContentsMargins(margin, margin, margin, margin)
        self._middle.setSpacing(theme.px(18))
        for layout in (self._layout, self._buttons):
            layout.setSpacing(gap)

    @Slot()
    def show_preview(self) -> None:
        """Draw the figure as it would be."""
        self._pause.stop()
        self.choices.update_numbers()
        name, options = self.choices.view, self.choices.options()
        self.preview.show_figure(self._widgets[name], options, name)
        self._previewed = _picture(name, options)
        self.choices.show_sizes(self._widgets[name])

    @Slot()
    def _on_choice(self) -> None:
        """Draw the preview soon, unless the choice makes another file of the same picture."""
        name, options = self.choices.view, self.choices.options()
        if _picture(name, options) == self._previewed:
            self._pause.stop()
            self.choices.show_sizes(self._widgets[name])
        else:
            self._pause.start()

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        self._pause.stop()

    @Slot()
    def _want_copy(self) -> None:
        self.choices.update_numbers()
        self.copy_wanted.emit(self.choices.view, self.choices.options())

    @Slot()
    def _want_file(self) -> None:
        self.wanted.emit(self.choices.view, self.choices.kind, self.choices.options())


def _picture(name: str, options: FigureOptions) -> tuple[str, FigureOptions]:
    """What of the choices decides about the picture: not how many pixels a file has of it."""
    return name, replace(options, scale=1.0)
