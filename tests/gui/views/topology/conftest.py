"""A view of a network on the screen, and what tests do with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.edges import EdgeGeometry
from nnviz.gui.views.step_button import StepButton
from nnviz.gui.views.topology import TopologyView
from nnviz.insight.history import History
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.experiment import Experiment
from nnviz.run.trainer import Trainer

Show = Callable[..., TopologyView]


@cache
def snapshot_of(
    hidden: tuple[int, ...], weights: tuple[float, ...] = (), bias: float = 0
) -> Snapshot:
    """A moment of a network with these weights, layer by layer and row by row, over again."""
    trainer = Trainer(Experiment(dataset="moons", hidden=hidden))
    network = trainer.network
    if weights:
        values = iter(np.resize(weights, network.n_parameters))
        trainer.set_parameters(
            [
                np.array([next(values) for _ in range(a * b)]).reshape(a, b)
                for a, b in network.shapes
            ],
            [np.full(a, bias) for a, _ in network.shapes],
        )
    nothing = np.zeros(1)
    history = History(*[nothing] * 8)
    return Photographer(trainer.dataset, 40).snapshot(trainer.frame(), history)


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Show a view of a network with given hidden layers and weights."""

    def make(
        hidden: tuple[int, ...] = (3, 2),
        weights: tuple[float, ...] = (),
        bias: float = 0,
        size: tuple[int, int] = (640, 480),
        theme: Theme = LIGHT,
    ) -> TopologyView:
        view = TopologyView()
        qtbot.addWidget(view)
        view.set_theme(theme)
        view.resize(*size)
        snapshot = snapshot_of(hidden, weights, bias)
        view.reset(snapshot.frame.experiment, snapshot.dataset)
        view.show_snapshot(snapshot)
        # The offscreen platform activates a window later: its focus would come in mid-test.
        with qtbot.waitActive(view):
            view.show()
        return view

    return make


def picture(view: QWidget) -> QImage:
    return view.grab().toImage()


def hover(view: TopologyView, x: float, y: float) -> None:
    place, none = QPointF(x, y), Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, place, place, none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view, event)


def drag(
    view: TopologyView,
    way: list[tuple[float, float]],
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    release: bool = True,
) -> None:
    """Press at the first place, move over all others, and let the button go at the last."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    steps = [(QEvent.Type.MouseButtonPress, way[0], left, left)]
    steps += [(QEvent.Type.MouseMove, place, none, left) for place in way[1:]]
    if release:
        steps.append((QEvent.Type.MouseButtonRelease, way[-1], left, none))
    for kind, (x, y), button, buttons in steps:
        place = QPointF(x, y)
        event = QMouseEvent(kind, place, place, button, buttons, modifiers)
        QApplication.sendEvent(view, event)


def click(view: TopologyView, place: tuple[float, float]) -> None:
    drag(view, [place, place])


def on_edge(view: TopologyView, layer: int, target: int, source: int) -> tuple[float, float]:
    """A place on an edge, near where it comes from, where few others are."""
    assert view.arrangement is not None
    edges = EdgeGeometry(view.arrangement)
    (index,) = np.flatnonzero(
        (edges.layer == layer) & (edges.target == target) & (edges.source == source)
    )
    x, y = edges.paths(True).points[index, 6]
    return float(x), float(y)


def on_bias(view: TopologyView, layer: int, unit: int) -> tuple[float, float]:
    assert view.arrangement is not None
    x, y = view.arrangement.bias_center(layer, unit)
    return x - 2, y + 2


def moment_of(trainer: Trainer) -> Snapshot:
    """The present moment of a trainer."""
    history = History(*[np.zeros(1)] * 8)
    return Photographer(trainer.dataset, 40).snapshot(trainer.frame(), history)


def with_snapshot(view: TopologyView, trainer: Trainer) -> Snapshot:
    """Show the present moment of a trainer."""
    snapshot = moment_of(trainer)
    view.reset(trainer.experiment, trainer.dataset)
    view.show_snapshot(snapshot)
    return snapshot


def leave(view: TopologyView) -> None:
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))


def middle(view: TopologyView, layer: int, unit: int) -> tuple[float, float]:
    assert view.arrangement is not None
    return view.arrangement.tiles[layer][unit].middle


def button(view: TopologyView, name: str) -> StepButton:
    (found,) = [b for b in view.findChildren(StepButton) if b.accessibleName() == name]
    return found


def inked_rows(image: QImage, x: int, top: int, bottom: int, ground: QColor) -> list[int]:
    """Rows of a pixel column that differ clearly from the ground."""
    rows = []
    for y in range(top, bottom):
        color = image.pixelColor(x, y)
        difference = max(
            abs(color.red() - ground.red()),
            abs(color.green() - ground.green()),
            abs(color.blue() - ground.blue()),
        )
        if difference > 40:
            rows.append(y)
    return rows


def edge_rows(view: TopologyView, source: int) -> tuple[QImage, int, list[int]]:
    """Where the edge from a unit of the first layer leaves its tile in a network without fans."""
    assert view.arrangement is not None
    tile = view.arrangement.tiles[0][source]
    image, x = picture(view), int(tile.right) + 30
    rows = inked_rows(image, x, int(tile.y) - 10, int(tile.bottom) + 10, LIGHT.card)
    return image, x, rows


@pytest.fixture
def on() -> SimpleNamespace:
    """What tests do on the view, by name."""
    return SimpleNamespace(
        snapshot_of=snapshot_of,
        moment_of=moment_of,
        picture=picture,
        hover=hover,
        leave=leave,
        drag=drag,
        click=click,
        on_edge=on_edge,
        on_bias=on_bias,
        with_snapshot=with_snapshot,
        middle=middle,
        button=button,
        inked_rows=inked_rows,
        edge_rows=edge_rows,
    )
