"""What of the window can be exported, copied and rendered, in the order of the menus.

Without Qt, so that the command line knows the names before anything is drawn.
"""

from __future__ import annotations

from typing import NamedTuple

WINDOW = "window"


class Figure(NamedTuple):
    """A figure by its name in menus, in which & marks a key, and what is exported with it."""

    label: str
    purpose: str
    has_edges: bool = False
    """Whether weights can be written on edges."""

    @property
    def title(self) -> str:
        """The label as it is read."""
        return self.label.replace("&", "")


FIGURES = {
    WINDOW: Figure("&Window", "Exports everything that the window shows.", has_edges=True),
    "network": Figure(
        "&Network", "Exports the network with its weights and its legend.", has_edges=True
    ),
    "surface": Figure("&Output", "Exports what the network answers, with the points."),
    "curves": Figure("&Loss and accuracy", "Exports the curves as they are shown now."),
}
VIEWS = tuple(name for name in FIGURES if name != WINDOW)
"""The cards of the window among them."""
