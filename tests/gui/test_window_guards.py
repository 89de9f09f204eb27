"""What must hold of the whole window: who computes, and what an upgrade may break."""

from __future__ import annotations

import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pyqtgraph as pg
import pytest
from pyqtgraph.exporters import SVGExporter
from PySide6.QtCore import QBuffer, QPoint
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.states import State
from nnviz.gui.theme import LIGHT, load_fonts
from nnviz.gui.window import MainWindow
from nnviz.insight import snapshot
from nnviz.model import reference
from nnviz.run.presets import PRESETS

WAIT = 20_000


def _played(qtbot: QtBot, name: str) -> MainWindow:
    """A window that has trained a preset to its end."""
    load_fonts()
    window = MainWindow(PRESETS[name].experiment.evolve(epochs=30), LIGHT, preset=name)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.session.start(play=True)
    qtbot.waitUntil(lambda: window.session.state is State.FINISHED, timeout=WAIT)
    qtbot.waitUntil(
        lambda: window.session.snapshot is not None and window.session.snapshot.frame.epoch == 30,
        timeout=WAIT,
    )
    return window


def test_the_gui_thread_computes_no_step_and_no_surface(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: dict[str, set[threading.Thread]] = {}

    def watch(module: object, name: str) -> None:
        original: Callable[..., object] = getattr(module, name)

        def watched(*arguments: object, **named: object) -> object:
            threads.setdefault(name, set()).add(threading.current_thread())
            return original(*arguments, **named)

        monkeypatch.setattr(module, name, watched)

    for name in ("forward", "backward", "train", "data_loss"):
        watch(reference, name)
    watch(snapshot, "neuron_values")
    window = _played(qtbot, "moons")
    window.training.changed.emit({"l2": 0.01})
    window.topology.unit_hovered.emit(1, 1)
    window.topology.hidden_wanted.emit((3,))
    window.session.play()
    qtbot.waitUntil(lambda: window.session.state is State.FINISHED, timeout=WAIT)
    window.grab()
    window.close()
    assert set(threads) == {"forward", "backward", "train", "data_loss", "neuron_values"}
    for name, seen in threads.items():
        assert threading.main_thread() not in seen, name


@pytest.mark.parametrize("name", ["moons", "blobs", "course-c09-linear"])
def test_every_plot_exports_to_svg(qtbot: QtBot, name: str) -> None:
    window = _played(qtbot, name)
    for view in (window.surface, window.curves):
        plots = view.findChildren(pg.PlotWidget)
        assert plots
        for plot in plots:
            root = ET.fromstring(SVGExporter(plot.getPlotItem()).export(toBytes=True))
            tags = {element.tag.rpartition("}")[2] for element in root.iter()}
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert "text" in tags
            assert tags & {"path", "image", "polyline", "line"}
    window.close()


@pytest.mark.parametrize("name", ["moons", "blobs"])
def test_every_panel_draws_to_svg(qtbot: QtBot, name: str) -> None:
    window = _played(qtbot, name)
    for card in ("network", "data", "training"):
        root = ET.fromstring(_svg(window.cards[card]))
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert {"path", "text"} <= tags
    window.close()


def _svg(widget: QWidget) -> bytes:
    buffer = QBuffer()
    assert buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(96)
    generator.setSize(widget.size())
    painter = QPainter(generator)
    widget.render(painter, QPoint(0, 0))
    painter.end()
    return bytes(buffer.data().data())
