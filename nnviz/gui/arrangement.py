"""Where the parts of the window stand: cards, splitters, widths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QSplitter, QVBoxLayout, QWidget

from nnviz.gui.card import Card
from nnviz.gui.controls.buttons import ARROW_KEYS
from nnviz.gui.theme import GUTTER, Theme

LEFT_COLUMN = 252
RIGHT_COLUMN = 372
"""Widths at 1280 pixels; wider windows give more to the network and the output."""
OUTPUT_HEIGHT, CURVES_HEIGHT = 410, 228
NETWORK_HEIGHT, INSPECTOR_HEIGHT = 440, 198
DATA_HEIGHT, MORE_HEIGHT = 166, 222
"""In a window of 800 pixels; higher ones give the presets more."""
ENOUGH_FOR_MORE = 200
"""Height with which what is unfolded is not in a slit."""


class _ArrowsPass(QObject):
    """Lets arrow keys through to the window: → is a step, and not a walk among buttons."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_press = event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() in ARROW_KEYS:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def make_view_card(title: str, view: Any) -> Card:
    """A card around a view, with the controls and the subtitle that the view has for it."""
    card = Card(title, view)
    for widget in view.header_widgets():
        card.add_header_widget(widget)
    if hasattr(view, "subtitle_changed"):
        view.subtitle_changed.connect(card.set_subtitle)
    arrows_pass = _ArrowsPass(card)
    for button in card.findChildren(QAbstractButton):
        button.installEventFilter(arrows_pass)
        # A click must not take the focus, or Space would press it in place of playing.
        if button.focusPolicy() & Qt.FocusPolicy.ClickFocus:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return card


class Arrangement:
    """Lays the window out in three columns between splitters, and remembers where they stand."""

    def __init__(
        self,
        window: QWidget,
        transport: QWidget,
        cards: Mapping[str, Card],
        timeline: QWidget,
        status: QWidget,
    ) -> None:
        self._data, self._more = cards["data"], cards["more"]
        left = _splitter(Qt.Orientation.Vertical, cards["data"], cards["training"], cards["more"])
        right = _splitter(Qt.Orientation.Vertical, cards["surface"], cards["curves"])
        center = _splitter(Qt.Orientation.Vertical, cards["network"], cards["inspector"])
        columns = _splitter(Qt.Orientation.Horizontal, left, center, right)
        self.splitters = {"columns": columns, "left": left, "center": center, "right": right}
        self._shares = {
            "columns": (0, 3, 2),
            "left": (1, 0, 0),
            "center": (6, 1),
            "right": (9, 5),
        }
        middle = 1280 - LEFT_COLUMN - RIGHT_COLUMN - 4 * GUTTER
        training = cards["training"].sizeHint().height()
        self._first_sizes = {
            "columns": (LEFT_COLUMN, middle, RIGHT_COLUMN),
            "left": (DATA_HEIGHT, training, MORE_HEIGHT),
            "center": (NETWORK_HEIGHT, INSPECTOR_HEIGHT),
            "right": (OUTPUT_HEIGHT, CURVES_HEIGHT),
        }
        for name, splitter in self.splitters.items():
            for index, share in enumerate(self._shares[name]):
                splitter.setStretchFactor(index, share)
            splitter.setSizes(self._first_sizes[name])
        self._layout = QVBoxLayout(window)
        self._layout.addWidget(transport)
        self._layout.addWidget(columns, 1)
        self._layout.addWidget(timeline)
        self._layout.addWidget(status)
        self._scale = 1.0
        self._left_width = float(LEFT_COLUMN)
        self._more_when_folded: int | None = None
        """Height of the card "More" before a section was unfolded; None while all are folded."""
        columns.splitterMoved.connect(lambda _position, _index: self._note_left())
        left.splitterMoved.connect(lambda _position, _index: self._forget_folded())

    def sizes(self) -> dict[str, tuple[int, ...]]:
        """Sizes of each splitter's parts, in pixels at scale 1."""
        return {
            name: tuple(round(size / self._scale) for size in splitter.sizes())
            for name, splitter in self.splitters.items()
        }

    def settle(self, sizes: Mapping[str, Sequence[int]]) -> None:
        """Give all parts their first sizes, or those of `sizes`, once the window has its own."""
        # A splitter that has no size yet would keep only the proportions.
        self._layout.activate()
        for name, splitter in self.splitters.items():
            splitter.setSizes([round(size * self._scale) for size in self._first_sizes[name]])
        self.restore(sizes)

    def restore(self, sizes: Mapping[str, Sequence[int]]) -> None:
        """Give the parts the sizes that `sizes()` told; what fits no splitter is ignored."""
        for name, splitter in self.splitters.items():
            wanted = sizes.get(name, ())
            if len(wanted) == splitter.count() and sum(wanted) > 0:
                splitter.setSizes([round(size * self._scale) for size in wanted])
                if name == "columns":
                    self._left_width = float(wanted[0])

    def fit_more(self, is_unfolded: bool) -> None:
        """Give the unfolded controls enough room, as far as the presets can spare it.

        Without this a section would unfold into a slit where the window is low. Not more than
        enough, for every pixel moves the fields of the card above from where they were just seen:
        where a window has its first height, nothing moves. Folded again, they give the room back,
        unless the user has moved the splitter meanwhile.
        """
        left = self.splitters["left"]
        data, training, more = left.sizes()
        if is_unfolded:
            if self._more_when_folded is None:
                self._more_when_folded = more
            enough = min(self._more.sizeHint().height(), round(ENOUGH_FOR_MORE * self._scale))
            wanted = max(enough, self._more_when_folded)
        else:
            wanted, self._more_when_folded = self._more_when_folded or more, None
        given = min(wanted, data + more - self._data.minimumSizeHint().height())
        left.setSizes([data + more - given, training, given])

    def set_theme(self, theme: Theme) -> None:
        """Lengths follow the theme's scale; the columns keep their shares."""
        gutter = theme.px(GUTTER)
        self._layout.setContentsMargins(gutter, gutter, gutter, theme.px(6))
        self._layout.setSpacing(theme.px(8))
        for splitter in self.splitters.values():
            splitter.setHandleWidth(gutter)
        if theme.scale != self._scale:
            self._scale = theme.scale
            self._widen_left()

    def _widen_left(self) -> None:
        """The controls grow with their words; the pictures take what is left."""
        columns = self.splitters["columns"]
        left, middle, right = columns.sizes()
        wider = round(self._left_width * self._scale)
        columns.setSizes([wider, middle + left - wider, right])

    def _forget_folded(self) -> None:
        """The user moved a splitter: so it stays."""
        self._more_when_folded = None

    def _note_left(self) -> None:
        """The user moved a splitter."""
        self._left_width = self.splitters["columns"].sizes()[0] / self._scale


def _splitter(orientation: Qt.Orientation, *parts: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    for part in parts:
        splitter.addWidget(part)
    return splitter
