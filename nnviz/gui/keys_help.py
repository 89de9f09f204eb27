"""The list of keys, in a box that does not block."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

KEYS = (
    ("Space, Ctrl+Space", "play or pause"),
    ("→, Ctrl+→", "one step: a micro-step, an update or an epoch"),
    ("←, Ctrl+←", "one step back"),
    ("R", "reset to the same initial weights"),
    ("1, 2, 3", "step by micro-step, by update, by epoch"),
    ("Ctrl+Z, Ctrl+Y", "undo, redo a change; Ctrl+Shift+Z redoes too"),
    ("Ctrl+O, Ctrl+S", "open, save an experiment"),
    ("Ctrl+Shift+S", "save an experiment under another name"),
    ("Ctrl+E", "export the view that has the focus, else the window"),
    ("Ctrl+Shift+C", "copy the view that has the focus, else the window"),
    ("Ctrl+=, Ctrl+−, Ctrl+0", "draw everything larger, smaller, as large as usual"),
    ("+, −", "on a neuron: add, remove a unit in its layer"),
    ("Enter, Shift+↑, Shift+↓", "choose the neuron; go around its bias and its edges"),
    ("+, −, F2", "on a weight or bias: nudge it, with Shift finely; type its value (Enter too)"),
    ("F, Delete", "freeze or let learn; cut what is chosen"),
    ("B", "bookmark the moment that is shown"),
    ("Tab, arrow keys", "walk through the controls and the neurons"),
    ("F1", "this list"),
)


def show_keys(parent: QWidget) -> QMessageBox:
    """Open the list over `parent`; it deletes itself when it is closed."""
    rows = "".join(
        f"<tr><td style='padding-right:24px'><b>{keys}</b></td><td>{what}</td></tr>"
        for keys, what in KEYS
    )
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("Keys")
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setText(f"<table>{rows}</table>")
    box.setModal(False)
    box.show()
    return box
