"""The network on the screen: its picture, and over it what is chosen, shown and pointed at."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from nnviz.gui.views.network_picture import NetworkPicture
from nnviz.gui.views.topology_gestures import Gestures
from nnviz.gui.views.topology_hands import Hands
from nnviz.gui.views.topology_marks import draw_chosen, draw_focus, draw_loss
from nnviz.gui.views.topology_parts import NeuronPart
from nnviz.gui.views.topology_pointing import draw_target
from nnviz.gui.views.topology_readout import Readout
from nnviz.gui.views.topology_step_drawing import StepPainter


def draw_live(
    painter: QPainter,
    picture: NetworkPicture,
    steps: StepPainter,
    gestures: Gestures,
    hands: Hands,
    readout: Readout,
    *,
    ratio: float,
    is_still: bool,
) -> None:
    """All that a person at the screen sees; a figure has the picture alone.

    `ratio` are the screen's pixels per pixel; `is_still` as `NetworkPicture.draw` has it.
    """
    target, chosen = gestures.target, hands.chosen
    assert picture.edges is not None
    picture.focus = chosen or gestures.pointed_at
    # What a step lights is not dimmed by what the pointer is over.
    lit = None if target is None or picture.step is not None else target.edges(picture.edges)

    def draw_under_tiles(on_edges: QPainter) -> None:
        steps.draw_under_tiles(on_edges)
        if isinstance(chosen, NeuronPart):
            # A ring over the tile would hide its bias.
            draw_chosen(on_edges, chosen, picture)

    picture.draw(painter, ratio, is_still, lit, draw_under_tiles)
    draw_loss(painter, picture)
    if chosen is not None and not isinstance(chosen, NeuronPart):
        draw_chosen(painter, chosen, picture)
    numbers = picture.draw_numbers(painter, lit, gestures.pointed_at or chosen)
    steps.draw_front(painter)
    if target is not None:
        numbers += [plate.place for plate in steps.plates]
        pointer, by_keyboard = gestures.pointer, gestures.by_keyboard
        draw_target(painter, target, picture, pointer, by_keyboard, readout, numbers)
        return
    readout.hide()
    if gestures.has_keyboard:
        draw_focus(painter, picture)
