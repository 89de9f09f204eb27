"""Hands on the network: parts are chosen, dragged, nudged, typed, frozen, cut, taken away."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

from PySide6.QtCore import QElapsedTimer, QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QWidget

from nnviz.gui.theme import Theme
from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.topology_marks import place_of
from nnviz.gui.views.topology_parts import (
    BiasPart,
    EdgePart,
    NeuronPart,
    Parameter,
    Part,
    are_frozen,
    connections_of,
    exists,
    is_before,
    is_shown,
    name_of,
    next_around,
    parameters_of,
    parameters_of_layer,
    value_of,
)
from nnviz.gui.views.value_editor import LARGEST_VALUE, ValueEditor

DRAG_BEGINS = 4.0
"""Pixels; a shorter way is a click."""
SCALE_WAY = 100.0
"""Pixels of a drag that change a value by the scale of weights."""
NUDGE = 0.05
"""What a key changes a value by, in parts of the scale."""
FINER = 0.1
"""By how much Shift makes a gesture finer."""
_SAME_NUDGES = 1200
"""Milliseconds after a nudge within which the next one goes on with it."""
_HELD = 300
"""Milliseconds for which a value is drawn after its gesture: until then the run has it, too."""
_LATE = 3
"""So many moments after a gesture a run that trains has got its value."""
_NUDGES = {
    Qt.Key.Key_Plus: 1,
    Qt.Key.Key_Equal: 1,
    Qt.Key.Key_Asterisk: 1,
    Qt.Key.Key_Minus: -1,
    Qt.Key.Key_Underscore: -1,
}
"""With Shift held, keyboards send other signs for the same keys."""
_EDIT = (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter)
"""A digit does not begin a number: 1, 2 and 3 say what a step is."""


@dataclass
class _Drag:
    part: Parameter
    gesture: object
    first: float
    raw: float
    scale: float
    y: float


class Hands(QObject):
    """What is chosen, and every gesture that changes a part of the network.

    Nothing is changed here: signals tell what is wanted. A value is drawn before the run has it.
    """

    part_chosen = Signal(object)
    parameter_dragged = Signal(object, float, object)
    freeze_wanted = Signal(object, bool)
    cut_wanted = Signal(object)
    unit_removal_wanted = Signal(int, int)
    changed = Signal()
    """The picture is to be drawn anew."""
    weight_changed = Signal()
    """The same, with its edges."""

    def __init__(self, picture: NetworkPicture, view: QWidget) -> None:
        super().__init__(view)
        self._picture, self._view = picture, view
        self._chosen: Part | None = None
        self._pressed: Part | None = None
        self._from = QPointF()
        self._drag: _Drag | None = None
        self._late = 0
        """Moments to come that may be from before the gesture that has ended."""
        self._nudges: tuple[Parameter, object] | None = None
        self._since_nudge = QElapsedTimer()
        self._made: list[QAction] = []
        self._let_go = QTimer(self)
        self._let_go.setSingleShot(True)
        self._let_go.setInterval(_HELD)
        self._let_go.timeout.connect(self._stop_holding)
        self.editor = ValueEditor(view)
        self.editor.typed.connect(self._take_typed)
        self.editor.closed.connect(view.setFocus)

    @property
    def chosen(self) -> Part | None:
        return self._chosen

    @property
    def is_dragging(self) -> bool:
        return self._drag is not None

    def set_theme(self, theme: Theme) -> None:
        self.editor.set_theme(theme)

    # --- choosing

    def choose(self, part: Part | None) -> None:
        """Choose a part, or none; what is chosen already stays chosen."""
        if part == self._chosen:
            return
        self.editor.dismiss()
        self._chosen = part
        self._nudges = None
        self.part_chosen.emit(part)
        self.changed.emit()

    def step_around(self, start: Part | None, step: int) -> Part | None:
        """From a unit to its bias and its edges, one after the other; chooses what it meets."""
        names = self._picture.names
        if start is None or names is None or not exists(start, names.sizes):
            return None
        part = next_around(start, names.sizes, step)
        self.choose(part)
        return part

    def fit(self, layers: int) -> None:
        """The network may have other parts now: what is gone is chosen and held no more.

        `layers` is how many it had, the inputs among them.
        """
        names, chosen = self._picture.names, self._chosen
        if chosen is not None and names is not None:
            is_same = len(names.sizes) == layers or is_before(chosen, min(layers, names.last + 1))
            if not is_same or not exists(chosen, names.sizes):
                self.choose(None)
        self.stop()

    def stop(self) -> None:
        """End whatever gesture is on its way."""
        self._pressed = self._drag = None
        self._stop_holding()
        self.editor.dismiss()

    def take_snapshot(self) -> None:
        """A new moment is shown: a value that the run has got need not be held.

        While the network trains, the run has it for one update only, and goes on from it: then a
        few moments are waited for, of which the first may be from before.
        """
        picture = self._picture
        if picture.held is None or picture.snapshot is None or self._drag is not None:
            return
        self._late -= 1
        (part, value), frame = picture.held, picture.snapshot.frame
        has_got_it = value_of(part, frame.weights, frame.biases) == value
        if has_got_it or self._late <= 0:
            self._stop_holding()

    # --- dragging

    def press(self, part: Part, at: QPointF) -> None:
        """The mouse button goes down on a part."""
        self.editor.dismiss()
        self._pressed, self._from = part, at

    def move(self, at: QPointF, fine: bool) -> bool:
        """The pointer moves with the button down; returns whether it drags a value."""
        part = self._pressed
        if self._drag is None:
            far = (at - self._from).manhattanLength() >= DRAG_BEGINS
            if not far or not isinstance(part, EdgePart | BiasPart) or not self._picture.snapshot:
                return False
            value = self._picture.value_of(part)
            scale = self._picture.scale.shown
            self._drag = _Drag(part, object(), value, value, scale, self._from.y())
            self.choose(part)
        drag = self._drag
        share = (drag.y - at.y()) / SCALE_WAY * (FINER if fine else 1.0)
        drag.y = at.y()
        drag.raw = min(max(drag.raw + share * drag.scale, -LARGEST_VALUE), LARGEST_VALUE)
        self._set(drag.part, _rounded(drag.raw, drag.scale), drag.gesture)
        return True

    def release(self) -> Part | None:
        """The button goes up; returns the part that was clicked, if nothing was dragged."""
        clicked = self._pressed if self._drag is None else None
        self._pressed = self._drag = None
        self._let_go_soon()
        return clicked

    def cancel(self) -> bool:
        """Bring back what a drag has changed so far; returns whether there was a drag."""
        drag, self._drag, self._pressed = self._drag, None, None
        if drag is None:
            return False
        self._set(drag.part, drag.first, drag.gesture)
        self._let_go_soon()
        return True

    # --- keys

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is for what is chosen, and not for the window."""
        return self._chosen is not None and self._command(event) is not None

    def press_key(self, event: QKeyEvent) -> bool:
        """Do what a key says to what is chosen; returns whether it says anything."""
        command = self._command(event) if self._chosen is not None else None
        if command == "freeze":
            return self.toggle_frozen()
        if command == "cut":
            return self.cut()
        if command == "edit":
            return self.edit("")
        if command == "nudge":
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            return self.nudge(_NUDGES[Qt.Key(event.key())], fine)
        return False

    def _command(self, event: QKeyEvent) -> str | None:
        shift = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        if event.modifiers() & ~shift:
            return None
        key, is_number = event.key(), isinstance(self._chosen, EdgePart | BiasPart)
        if key == Qt.Key.Key_F:
            return "freeze"
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            return "cut"
        if is_number and key in _NUDGES:
            return "nudge"
        if is_number and key in _EDIT:
            return "edit"
        return None

    def nudge(self, direction: int, fine: bool) -> bool:
        """Change the chosen number by a little; nudges in a row are one gesture."""
        part = self._chosen
        if not isinstance(part, EdgePart | BiasPart) or self._picture.snapshot is None:
            return False
        nudges, scale = self._nudges, self._picture.scale.wanted or 1.0
        if nudges is None or nudges[0] != part or self._since_nudge.elapsed() > _SAME_NUDGES:
            nudges = part, object()
        self._nudges = nudges
        self._since_nudge.start()
        step = direction * NUDGE * scale * (FINER if fine else 1.0)
        value = min(max(self._picture.value_of(part) + step, -LARGEST_VALUE), LARGEST_VALUE)
        self._set(part, _rounded(value, scale), nudges[1])
        self._let_go_soon()
        return True

    def edit(self, text: str = "") -> bool:
        """Open a line for the value of the chosen number; `text` is typed already."""
        part, picture = self._chosen, self._picture
        if not isinstance(part, EdgePart | BiasPart) or picture.names is None:
            return False
        if picture.snapshot is None or picture.edges is None or not is_shown(part, picture.edges):
            return False
        name = name_of(part, picture.names)
        at = place_of(part, picture)
        loss = picture.layout.loss
        avoid = None if loss is None else QRectF(*loss).toRect()
        self.editor.open(name, picture.value_of(part), at.toPoint(), text, avoid)
        return True

    def _take_typed(self, value: float) -> None:
        if isinstance(self._chosen, EdgePart | BiasPart):
            self._set(self._chosen, value, object())
            self._let_go_soon()

    def _set(self, part: Parameter, value: float, gesture: object) -> None:
        self._let_go.stop()
        if value != self._picture.value_of(part):
            self._picture.hold(part, value)
            self.parameter_dragged.emit(part, value, gesture)
            self.weight_changed.emit()

    def _let_go_soon(self) -> None:
        if self._picture.held is not None:
            self._late = _LATE
            self._let_go.start()

    def _stop_holding(self) -> None:
        self._let_go.stop()
        if self._picture.held is not None:
            self._picture.let_go()
            self.weight_changed.emit()

    # --- freezing, cutting, taking away

    def toggle_frozen(self) -> bool:
        """Freeze what is chosen, or let it learn if all of it is frozen."""
        parts = self._parameters(self._chosen)
        if parts:
            self.freeze_wanted.emit(parts, not are_frozen(parts, self._picture.mask))
        return bool(parts)

    def cut(self) -> bool:
        """Set what is chosen to 0, and have it stay so; a unit is cut off on both sides."""
        parts = self._connections(self._chosen)
        if parts:
            self.cut_wanted.emit(parts)
        return bool(parts)

    def actions(self, part: Part | None, layer: int | None = None) -> list[QAction]:
        """Entries of a menu for a part, or for all of a layer."""
        names = self._picture.names
        for old in self._made:
            old.deleteLater()
        self._made.clear()
        if names is None or self._picture.snapshot is None:
            return []
        if part is None:
            if not layer:
                return []
            all_of = parameters_of_layer(layer, names.sizes)
            return self._entries(all_of, names.layer(layer), all_of)
        parts, connections = self._parameters(part), self._connections(part)
        if not connections:
            return []
        if not isinstance(part, NeuronPart):
            typing = self._action("Type its value…", lambda: self._choose_and_edit(part))
            return [typing, *self._entries(parts, "", parts)]
        entries = self._entries(parts, "", connections)
        all_of = parameters_of_layer(part.layer, names.sizes)
        if part.layer and names.sizes[part.layer] > 1:
            entries += self._entries(all_of, names.layer(part.layer))
        if 0 < part.layer < names.last:
            remove = self._action("Remove this unit", lambda: self._remove(part))
            remove.setEnabled(names.sizes[part.layer] > 1)
            entries.append(remove)
        return entries

    def _parameters(self, part: Part | None) -> tuple[Parameter, ...]:
        names = self._picture.names
        if part is None or names is None or not exists(part, names.sizes):
            return ()
        return parameters_of(part, names.sizes)

    def _connections(self, part: Part | None) -> tuple[Parameter, ...]:
        names = self._picture.names
        if part is None or names is None or not exists(part, names.sizes):
            return ()
        return connections_of(part, names.sizes)

    def _entries(
        self, parts: tuple[Parameter, ...], where: str, cut: tuple[Parameter, ...] = ()
    ) -> list[QAction]:
        """Freeze and let learn `parts`, each where it would change something, and `cut` others."""
        mask = self._picture.mask
        are_free = not any(are_frozen((part,), mask) for part in parts)
        entries = []
        if parts and not are_frozen(parts, mask):
            text = f"Freeze {where}" if where else "Freeze"
            entries.append(self._action(text, lambda: self.freeze_wanted.emit(parts, True)))
        if not are_free:
            text = f"Let {where or 'it'} learn"
            entries.append(self._action(text, lambda: self.freeze_wanted.emit(parts, False)))
        if cut:
            text = f"Cut {where}" if where else "Cut"
            entries.append(self._action(text, lambda: self.cut_wanted.emit(cut)))
        return entries

    def _action(self, text: str, do: object) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(do)
        self._made.append(action)
        return action

    def _choose_and_edit(self, part: Part) -> None:
        self.choose(part)
        self.edit()

    def _remove(self, part: NeuronPart) -> None:
        # The units behind it move up: what was chosen would be another.
        self.choose(None)
        self.unit_removal_wanted.emit(part.layer, part.unit)


def _rounded(value: float, scale: float) -> float:
    """A value with the digits that a hand can mean, so that what is read is what is set."""
    return round(value, max(4 - floor(log10(scale)), 0))
