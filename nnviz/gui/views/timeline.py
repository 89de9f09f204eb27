"""The time line: scrub to any moment, see the branches, mark and compare."""

from __future__ import annotations

from html import escape

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QInputDialog, QSizePolicy, QToolButton, QToolTip, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.card import draw_ground
from nnviz.gui.theme import CORNER, LIGHT, Theme
from nnviz.gui.views import timeline_drawing as drawing
from nnviz.gui.views.scales import number_text
from nnviz.gui.views.timeline_aim import TimelineAim
from nnviz.gui.views.timeline_layout import TrackLayout, lay_out
from nnviz.gui.views.timeline_marks import mark_words, marks_of_branch
from nnviz.gui.views.timeline_menu import TimelineMenu
from nnviz.insight.snapshot import Snapshot
from nnviz.run.branches import Branch
from nnviz.run.experiment import Experiment
from nnviz.run.outline import Mark, Outline

HEIGHT = 46
_SIDE = 14
_BUTTON = 128
_READ_OUT = 236
_OF_BRANCHES = "branches of this run, marks, bookmarks and comparisons."
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class TimelineView(QWidget):
    """A strip with the updates of the present branch, on which one goes to and fro."""

    seek_wanted = Signal(int)
    """The update to show, of the present branch."""
    checkout_wanted = Signal(int)
    rename_wanted = Signal(int, str)
    delete_wanted = Signal(int)
    """A branch by its number, and its new name."""
    bookmark_wanted = Signal(str)
    bookmark_removed = Signal()
    pin_wanted = Signal()
    unpin_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._snapshot: Snapshot | None = None
        self._layout: TrackLayout | None = None
        self._pin: tuple[int, int | None] | None = None
        self._aim = TimelineAim(self)
        self._aim.seek_wanted.connect(self.seek_wanted)
        self._hot_lane = 0
        self._pressed_lane: Branch | None = None
        self._pressed_at = QPointF()
        self.menu = TimelineMenu(self)
        self._button = self._make_button()
        self._connect_menu()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline")
        self.setEnabled(False)

    # --- what the window calls

    def reset(self, experiment: Experiment, dataset: Dataset) -> None:
        """Another run: nothing is known of it yet."""
        self._snapshot = self._layout = self._pin = None
        self._aim.forget()
        self.setEnabled(False)
        self.update()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        outline = snapshot.timeline
        self.setEnabled(outline is not None)
        if outline is None:
            return
        self._aim.note_shown(outline.update)
        self._lay_out()
        self._describe()
        self.update()

    def set_pin(self, update: int | None, branch: int | None) -> None:
        """The moment that others are compared with, or None."""
        self._pin = None if update is None else (update, branch)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = self.menu.theme = theme
        self._button.setFont(theme.font(12))
        self._place_button()
        self._lay_out()
        self.updateGeometry()
        self.update()

    @property
    def track(self) -> TrackLayout | None:
        """Where everything stands; None before the first snapshot."""
        return self._layout

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Those of the present branch, the best moment included."""
        return marks_of_branch(self._snapshot)

    def sizeHint(self) -> QSize:
        return QSize(900, self._theme.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(420, self._theme.px(HEIGHT))

    # --- inside

    @property
    def _outline(self) -> Outline | None:
        return None if self._snapshot is None else self._snapshot.timeline

    def _present(self, outline: Outline) -> int:
        """Where the hand is, else where one stands."""
        return outline.update if self._aim.update is None else self._aim.update

    def _make_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName("Branches")
        button.installEventFilter(self)
        button.setMenu(self.menu)
        return button

    def _connect_menu(self) -> None:
        menu = self.menu
        menu.aboutToShow.connect(self._fill_menu)
        for mine, its in (
            (self.seek_wanted, menu.seek_wanted),
            (self.checkout_wanted, menu.checkout_wanted),
            (self.rename_wanted, menu.rename_wanted),
            (self.delete_wanted, menu.delete_wanted),
            (self.bookmark_wanted, menu.bookmark_wanted),
            (self.bookmark_removed, menu.bookmark_removed),
            (self.pin_wanted, menu.pin_wanted),
            (self.unpin_wanted, menu.unpin_wanted),
        ):
            its.connect(mine)

    def _lay_out(self) -> None:
        outline = self._outline
        if outline is None:
            self._layout = None
            return
        px, scale = self._theme.px, self._theme.scale
        left = px(_SIDE) + px(_BUTTON) + px(20)
        right = max(self.width() - px(_SIDE) - px(_READ_OUT) - px(20), left + 40)
        has_lanes = len(outline.branches) > 1
        y = self.height() / 2 + (5 if has_lanes else -3) * scale
        self._layout = lay_out(outline, self.marks, left, right, y, scale)
        name = QFontMetrics(self._button.font()).elidedText(
            outline.current.name, Qt.TextElideMode.ElideRight, px(_BUTTON) - px(34)
        )
        self._button.setText(name)
        # Whatever a branch is called, it is not to be taken for HTML.
        tip = f"<p>{escape(outline.current.name)}: {_OF_BRANCHES}</p>"
        if tip != self._button.toolTip():
            self._button.setToolTip(tip)

    def _place_button(self) -> None:
        px = self._theme.px
        self._button.setFixedSize(px(_BUTTON), px(28))
        self._button.move(px(_SIDE), (self.height() - px(28)) // 2)

    def _describe(self) -> None:
        outline = self._outline
        if outline is None:
            return
        count = len(self.marks)
        self.setAccessibleDescription(
            f"Update {outline.update:,} of {outline.newest:,} on {outline.current.name}, "
            f"one of {len(outline.branches)} branches; {count} marks. Arrow keys go to and fro, "
            "B sets a bookmark."
        )

    def _fill_menu(self) -> None:
        outline = self._outline
        if outline is not None:
            self.menu.fill(outline, self.marks, self._pin is not None)

    def _go_to(self, update: int) -> None:
        outline = self._outline
        if outline is not None:
            self._aim.go_to(min(max(update, outline.oldest), outline.newest))
            self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            # Another run begins: what is open here speaks of the one before, and as a child of
            # what is disabled it would not even answer to Escape.
            self.menu.close()
            for dialog in self.findChildren(QInputDialog):
                dialog.reject()

    # --- mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        layout, outline = self._layout, self._outline
        if event.button() != Qt.MouseButton.LeftButton or layout is None or outline is None:
            super().mousePressEvent(event)
            return
        x, y = event.position().x(), event.position().y()
        self._pressed_at = event.position()
        self._pressed_lane = layout.lane_at(x, y)
        if self._pressed_lane is None:
            self._begin_drag(x)

    def _begin_drag(self, x: float) -> None:
        layout, outline, slack = self._layout, self._outline, self._theme.px(10)
        if layout is not None and outline is not None:
            self._aim.is_dragging = layout.left - slack <= x <= layout.right + slack
            if self._aim.is_dragging:
                self._go_to(layout.update_at(x, outline.newest))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        layout, outline = self._layout, self._outline
        if layout is None or outline is None:
            return
        x, y = event.position().x(), event.position().y()
        if self._pressed_lane is not None:
            # A hand that goes on moving scrubs, however near the other branch lies.
            moved = (event.position() - self._pressed_at).manhattanLength()
            if moved > self._theme.px(4):
                self._pressed_lane = None
                self._begin_drag(x)
        elif self._aim.is_dragging:
            self._go_to(layout.update_at(x, outline.newest))
        else:
            lane = layout.lane_at(x, y)
            hot = 0 if lane is None else lane.number
            if hot != self._hot_lane:
                self._hot_lane = hot
                self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        lane, self._pressed_lane = self._pressed_lane, None
        if lane is not None:
            self.checkout_wanted.emit(lane.number)
        elif self._aim.is_dragging:
            self._aim.let_go()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._outline is None or self._aim.is_dragging:
            # The menu would take the release of the button with which one drags.
            return
        self._pressed_lane = None
        self.menu.popup(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        self._hot_lane = 0
        self.update()
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.words_at(event.pos())
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        # The window has shortcuts on the arrow keys; with the focus here, they go to and fro.
        if event.type() == QEvent.Type.ShortcutOverride and _is_step(event):
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The button would take the arrow keys for a walk among buttons.
        if event.type() == QEvent.Type.KeyPress and _is_step(event):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        outline, key = self._outline, Qt.Key(event.key())
        if outline is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        at = self._present(outline)
        tenth = max((outline.newest - outline.oldest) // 10, 1)
        places = {
            Qt.Key.Key_PageUp: at - tenth,
            Qt.Key.Key_PageDown: at + tenth,
            Qt.Key.Key_Home: outline.oldest,
            Qt.Key.Key_End: outline.newest,
        }
        if key == Qt.Key.Key_Right and at >= outline.newest:
            # At the end of what is known, the window goes on with training.
            super().keyPressEvent(event)
        elif key in _STEPS:
            self._go_to(at + _STEPS[key])
        elif key in places:
            self._go_to(places[key])
        elif key == Qt.Key.Key_B:
            self.menu.ask_bookmark()
        else:
            super().keyPressEvent(event)

    def words_at(self, place: QPoint) -> str:
        """What stands there: a mark's words, a branch's name, or the update and its loss."""
        layout, outline, snapshot = self._layout, self._outline, self._snapshot
        if layout is None or outline is None or snapshot is None:
            return ""
        lane = layout.lane_at(place.x(), place.y())
        if lane is not None:
            return f"{lane.name}: to update {lane.newest:,}; a click goes there"
        if not layout.left - 8 <= place.x() <= layout.right + 8:
            return ""
        spot = layout.spot_at(place.x())
        if spot is not None:
            words = [f"update {mark.update:,}: {mark_words(mark)}" for mark in spot.marks[:6]]
            more = len(spot.marks) - len(words)
            return "\n".join([*words, f"… {more} more"] if more else words)
        update = layout.update_at(place.x(), outline.newest)
        history = snapshot.history
        row = min(int(np.searchsorted(history.update, update)), len(history.update) - 1)
        loss = number_text(float(history.train_loss[row]))
        return f"update {update:,}, epoch {int(history.epoch[row]):,}: train loss {loss}"

    # --- drawing

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_button()
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, layout, outline = self._theme, self._layout, self._outline
        draw_ground(self, theme, QPen(theme.line, 1))
        if layout is None or outline is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = self._present(outline)
        for lane in layout.lanes:
            drawing.draw_lane(painter, lane, layout, theme, lane.branch.number == self._hot_lane)
        drawing.draw_track(painter, layout, at, outline.newest, theme)
        for spot in layout.spots:
            drawing.draw_spot(painter, spot, layout, theme)
        if self._pin is not None:
            drawing.draw_pin(painter, layout.x_of(self._pin[0]), layout, theme)
        drawing.draw_handle(painter, layout.x_of(at), layout, theme)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            frame, corner = self.rect().toRectF(), theme.px(CORNER)
            painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), corner, corner)
        self._draw_read_out(painter, at, outline)
        painter.end()

    def _draw_read_out(self, painter: QPainter, update: int, outline: Outline) -> None:
        theme, px = self._theme, self._theme.px
        snapshot = self._snapshot
        assert snapshot is not None
        history = snapshot.history
        row = min(int(np.searchsorted(history.update, update)), len(history.update) - 1)
        epoch = snapshot.frame.epoch if update == outline.update else int(history.epoch[row])
        text = f"update {update:,} of {outline.newest:,} · epoch {epoch:,}"
        room = QRectF(self.width() - px(_SIDE) - px(_READ_OUT), 0, px(_READ_OUT), self.height())
        painter.setFont(theme.mono(11))
        painter.setPen(theme.dim)
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, px(_READ_OUT))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


def _is_step(event: QEvent) -> bool:
    """Whether a plain arrow key was pressed that goes to and fro."""
    return (
        isinstance(event, QKeyEvent)
        and Qt.Key(event.key()) in _STEPS
        and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    )
