"""What mouse and keys do on the network's picture: point, walk, choose, and lay hands on it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.topology_hands import Hands
from nnviz.gui.views.topology_parts import LossPart, NeuronPart
from nnviz.gui.views.topology_parts import Part as Meant
from nnviz.gui.views.topology_pointing import (
    Part,
    Target,
    cursor_over,
    layer_at,
    meant_by,
    target_at,
    target_of,
    walk,
)

_WALK = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_AROUND = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
"""With Shift: to the bias and the incoming edges of a unit."""
# Without Shift, the key of "+" is "=" on many keyboards.
_STEPS = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KEPT_FOCUS = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class Gestures(QObject):
    """What is pointed at, by the pointer or by the keyboard, and what is done there."""

    changed = Signal()
    """Something else is pointed at: the picture is to be drawn anew."""
    described = Signal()
    """The keyboard stands elsewhere: those who do not see it are to be told."""
    unit_hovered = Signal(int, int)
    unit_left = Signal()
    unit_step_wanted = Signal(int, int)
    """A hidden layer, counted from 0, and −1 or +1 units."""

    def __init__(self, picture: NetworkPicture, hands: Hands, view: QWidget) -> None:
        super().__init__(view)
        self._picture, self._hands, self._view = picture, hands, view
        self._target: Target | None = None
        self._by_keyboard = False
        self._chosen_before: Target | None = None
        self._begins_beside = False
        """Whether the button went down where no part is."""
        self._pointer = QPointF()
        self._walks = True

    @property
    def target(self) -> Target | None:
        return self._target

    @property
    def by_keyboard(self) -> bool:
        """Whether the keyboard has gone to the target."""
        return self._by_keyboard

    @property
    def pointer(self) -> QPointF:
        return self._pointer

    @property
    def has_keyboard(self) -> bool:
        """Whether arrow keys walk here: where a click gave the focus, the window steps by them."""
        return self._walks and self._view.hasFocus()

    @property
    def pointed_at(self) -> Meant | None:
        """The part that the pointer or the keyboard is at."""
        target, edges = self._target, self._picture.edges
        return None if target is None or edges is None else meant_by(target, edges)

    @property
    def meant(self) -> Meant | None:
        """Where the keyboard stands, else what is chosen."""
        at = self.pointed_at if self._by_keyboard else None
        return self._hands.chosen if at is None else at

    # --- what the view tells

    def set_target(self, target: Target | None, by_keyboard: bool = False) -> None:
        """Point at something, or at nothing."""
        before = self._target.neuron if self._target else None
        after = target.neuron if target else None
        self._target, self._by_keyboard = target, by_keyboard and target is not None
        shape = cursor_over(None if by_keyboard else target)
        if shape != self._view.cursor().shape():
            self._view.setCursor(shape)
        self.changed.emit()
        if after is not None and after != before:
            self.unit_hovered.emit(*after)
        elif after is None and before is not None:
            self.unit_left.emit()

    def remember(self) -> None:
        """The network gets other sizes: nothing is pointed at until it is shown."""
        chosen = self._target if self._by_keyboard else None
        self.set_target(None)
        self._chosen_before = chosen

    def choose_again(self) -> None:
        """Go back to where the keyboard stood before the number of units changed."""
        chosen, self._chosen_before = self._chosen_before, None
        if chosen is None or not self._view.hasFocus() or self._target is not None:
            return
        tiles = self._picture.layout.tiles
        layer = min(chosen.layer, len(tiles) - 1)
        self._go_to_unit(layer, min(chosen.unit, len(tiles[layer]) - 1))

    def point_again(self) -> None:
        """Things stand elsewhere: what the pointer was over may be there no more."""
        target, at = self._target, self._pointer
        if target is None:
            return
        if not self._by_keyboard:
            self.set_target(target_at(at.x(), at.y(), self._picture))
        elif target.part is Part.EDGE:
            # Edges have other numbers: this one may be another.
            self.set_target(None)

    def actions_at(self, at: QPointF | None) -> list[QAction]:
        """Entries of a menu for what is at a place, or for what is chosen."""
        edges = self._picture.edges
        if edges is None:
            return []
        if at is None:
            return self._hands.actions(self.meant)
        target = target_at(at.x(), at.y(), self._picture)
        meant = None if target is None else meant_by(target, edges)
        return self._hands.actions(meant, layer_at(at.x(), at.y(), edges.layout))

    # --- the mouse

    def press(self, event: QMouseEvent) -> bool:
        """The button goes down; returns whether that is on a part."""
        meant = self._under(event)
        self._begins_beside = meant is None and event.button() == Qt.MouseButton.LeftButton
        if meant is None:
            return False
        self._hands.press(meant, event.position())
        if not self._view.hasFocus():
            self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        return True

    def move(self, event: QMouseEvent) -> None:
        point = event.position()
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        is_down = bool(event.buttons() & Qt.MouseButton.LeftButton)
        if is_down and self._hands.move(point, fine):
            self._pointer = point
            self.set_target(self._target_of(self._hands.chosen))
            return
        target = target_at(point.x(), point.y(), self._picture)
        # Where the keyboard has gone to stays until the pointer is over something.
        if target is None and (self._by_keyboard or self._target is None):
            return
        self._pointer = point
        self.set_target(target)

    def release(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            clicked = self._hands.release()
            if clicked is not None or self._begins_beside:
                # Beside all parts: none is chosen any more.
                self._hands.choose(clicked)
            self._begins_beside = False
            # While the button was down, leaving did not count.
            if not QRectF(self._view.rect()).contains(event.position()):
                self.leave()

    def double_click(self, event: QMouseEvent) -> None:
        self._begins_beside = False
        meant = self._under(event)
        if meant is not None:
            self._hands.choose(meant)
            self._hands.edit()

    def leave(self) -> None:
        if not self._by_keyboard and not self._hands.is_dragging:
            self.set_target(None)

    def _under(self, event: QMouseEvent) -> Meant | None:
        """What the left button is pressed on."""
        edges, at = self._picture.edges, event.position()
        target = target_at(at.x(), at.y(), self._picture)
        if event.button() != Qt.MouseButton.LeftButton or target is None or edges is None:
            return None
        return meant_by(target, edges)

    def _target_of(self, meant: Meant | None) -> Target | None:
        edges = self._picture.edges
        return None if meant is None or edges is None else target_of(meant, edges)

    # --- the keyboard

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is for the picture, and not for the window."""
        if self._hands.wants(event):
            return True
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if event.key() == Qt.Key.Key_Escape:
            return self._has_any
        return event.key() in _WALK and self._walks

    def press_key(self, event: QKeyEvent) -> bool:
        """Do what a key says; returns whether it says anything here."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self._has_any:
            self.escape()
            return True
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if shift and key in _AROUND:
            return self._walk_around(_AROUND[key])
        if key in _WALK and self._walks and self._picture.names is not None:
            self._walk(*_WALK[key])
            return True
        if key in _ENTER and self._by_keyboard:
            self._hands.choose(self.meant)
            return True
        if self._hands.press_key(event):
            return True
        return key in _STEPS and self._step_units(_STEPS[key])

    def focus_in(self, reason: Qt.FocusReason) -> None:
        if reason not in _KEPT_FOCUS:
            self._walks = reason != Qt.FocusReason.MouseFocusReason
        self.changed.emit()

    def focus_out(self) -> None:
        if self._by_keyboard:
            self.set_target(None)
        self.changed.emit()

    @property
    def _has_any(self) -> bool:
        return self._target is not None or self._hands.chosen is not None

    def escape(self) -> None:
        """Bring back what is being dragged; else nothing is pointed at or chosen any more."""
        if not self._hands.cancel():
            self.set_target(None)
            self._hands.choose(None)

    def _walk(self, across: int, down: int) -> None:
        target, layout = self._target, self._picture.layout
        if target is None:
            self._go_to_unit(*walk(layout, None, across, down))
            return
        is_loss = target.part is Part.LOSS
        if across > 0 and target.layer == len(layout.tiles) - 1 and layout.loss is not None:
            self.set_target(self._target_of(LossPart()), by_keyboard=True)
            self.described.emit()
            return
        # From the loss it goes back to the output.
        across = 0 if is_loss else across
        self._go_to_unit(*walk(layout, (target.layer, target.unit), across, down))

    def _walk_around(self, step: int) -> bool:
        """On to the bias and the incoming edges of a unit, one by one; chooses them."""
        part = self._hands.step_around(self.meant, step)
        if part is not None:
            self.set_target(self._target_of(part), by_keyboard=True)
            self.described.emit()
        return part is not None

    def _go_to_unit(self, layer: int, unit: int) -> None:
        self.set_target(Target(Part.NEURON, layer, unit), by_keyboard=True)
        self.described.emit()

    def _step_units(self, step: int) -> bool:
        """Take or add a unit where the keyboard stands, if that is a hidden layer's; else False."""
        meant, names = self.meant, self._picture.names
        if names is None or not isinstance(meant, NeuronPart) or not 0 < meant.layer < names.last:
            return False
        self.unit_step_wanted.emit(meant.layer - 1, step)
        return True
