"""The menus of the cards that can be exported, and which of them has the focus."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from nnviz.gui.figures import VIEWS, WINDOW
from nnviz.gui.views.topology import TopologyView


def figure_with_focus(cards: Mapping[str, QWidget]) -> str:
    """The name of the card that has the focus, else of the window."""
    focus = QApplication.focusWidget()
    for name in VIEWS:
        if focus is not None and cards[name].isAncestorOf(focus):
            return name
    return WINDOW


class FigureMenus(QObject):
    """Opens the menu of a card where it is asked for."""

    def __init__(
        self,
        window: QWidget,
        cards: Mapping[str, QWidget],
        topology: TopologyView,
        make_menu: Callable[[str, Sequence[QAction]], QMenu],
    ) -> None:
        """`make_menu` makes it from the card's name and what comes first in it."""
        super().__init__(window)
        self._cards, self._topology, self._make_menu = cards, topology, make_menu
        for name in VIEWS:
            card = cards[name]
            card.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            card.customContextMenuRequested.connect(self._show)

    @Slot(QPoint)
    def _show(self, at: QPoint) -> None:
        for name in VIEWS:
            card = self._cards[name]
            if card is self.sender():
                first: Sequence[QAction] = ()
                if card.isAncestorOf(self._topology):
                    first = self._topology.context_actions(self._topology.mapFrom(card, at))
                self._make_menu(name, first).popup(card.mapToGlobal(at))
