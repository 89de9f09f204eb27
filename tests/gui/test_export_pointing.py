"""What somebody points at, by mouse or by keyboard, is in the window and never in a figure."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.export import KINDS, FigureOptions, figure_bytes
from nnviz.gui.states import State
from nnviz.gui.views.plot import QuietPlot
from nnviz.gui.window import MainWindow

WAIT = 20_000
VIEWS = ("network", "surface", "curves")
Open = Callable[..., MainWindow]
Train = Callable[[], MainWindow]


@pytest.fixture
def train(open_window: Open, qtbot: QtBot) -> Train:
    def make() -> MainWindow:
        """A window with a network that has learnt a little, at rest."""
        window = open_window("xor")
        window.change({"epochs": 5})
        window.session.play()
        qtbot.waitUntil(lambda: window.session.state is State.FINISHED, timeout=WAIT)
        qtbot.waitUntil(lambda: epoch(window) == 5, timeout=WAIT)
        QApplication.processEvents()
        return window

    return make


def epoch(window: MainWindow) -> int:
    snapshot = window.session.snapshot
    return -1 if snapshot is None else snapshot.frame.epoch


def figures(window: MainWindow, view: str) -> dict[str, bytes]:
    text = window.session.experiment.to_json()
    options = FigureOptions(scale=1.0)
    return {kind: figure_bytes(window.cards[view], kind, options, text) for kind in KINDS}


def move(widget: QWidget, at: QPoint) -> None:
    place, none = QPointF(at), Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, place, place, none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


def point_at_plot(view: QWidget) -> None:
    plot = view.findChild(QuietPlot)
    assert isinstance(plot, QuietPlot)
    middle = plot.box.sceneBoundingRect().center()
    move(plot.viewport(), plot.mapFromScene(middle))


def point(window: MainWindow, view: str) -> None:
    """Move the pointer over a unit of the network, or to the middle of a plot."""
    if view == "network":
        topology = window.topology
        assert topology.arrangement is not None
        x, y = topology.arrangement.tiles[1][1].middle
        move(topology, QPoint(round(x), round(y)))
    else:
        point_at_plot(window.surface if view == "surface" else window.curves)


def choose(window: MainWindow, view: str, qtbot: QtBot) -> None:
    """Walk through the view by keyboard."""
    widget = {"network": window.topology, "surface": window.surface, "curves": window.curves}[view]
    with qtbot.waitActive(window):
        window.activateWindow()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    shift, none = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
    for _ in range(2):
        qtbot.keyClick(widget, Qt.Key.Key_Left, none if view == "network" else shift)


@pytest.mark.parametrize("by_keyboard", [False, True], ids=["mouse", "keyboard"])
@pytest.mark.parametrize("view", VIEWS)
def test_figures_do_not_show_what_is_pointed_at(
    train: Train, qtbot: QtBot, view: str, by_keyboard: bool
) -> None:
    window = train()
    figures(window, view)  # the first one settles the layout
    before = figures(window, view)
    plain = window.cards[view].grab().toImage()
    if by_keyboard:
        choose(window, view, qtbot)
    else:
        point(window, view)
    pointed = window.cards[view].grab().toImage()
    assert pointed != plain
    assert figures(window, view) == before
    assert window.cards[view].grab().toImage() == pointed


def test_the_output_s_figure_is_of_the_output(train: Train) -> None:
    window = train()
    before = figures(window, "surface")
    point(window, "network")
    assert window.surface.caption == "unit 2 of layer 1"
    pointed = window.cards["surface"].grab().toImage()
    assert figures(window, "surface") == before
    assert window.surface.caption == "unit 2 of layer 1"
    assert window.cards["surface"].grab().toImage() == pointed


def test_the_read_outs_come_back(train: Train) -> None:
    window = train()
    for view in ("surface", "curves"):
        point(window, view)
    surface, curves = window.surface, window.curves
    shown = surface.readout, curves.cursor_text, curves.readout
    assert shown[0]
    assert shown[1].startswith("epoch ")
    for widget in (surface, curves):
        widget.prepare_export(numbers=False)
    assert curves.cursor_text == ""
    for widget in (surface, curves):
        widget.finish_export()
    assert (surface.readout, curves.cursor_text, curves.readout) == shown
