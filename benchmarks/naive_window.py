"""The peer of a frame: a window that draws the same with pyqtgraph's ready-made items alone."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pyqtgraph as pg
from live_window import wait_until
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnviz.insight.history import Recorder
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.experiment import Experiment
from nnviz.run.trainer import Trainer

_TILE, _PITCH = 60.0, 74.0


class NaiveWindow(QWidget):
    """A plot of pictures and anti-aliased edges, one of the surface with points, one of a curve."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.times: list[float] = []
        self._begun: float | None = None
        network, surface, self._curves = (pg.PlotWidget() for _ in range(3))
        row = QHBoxLayout(self)
        for plot in (network, surface, self._curves):
            row.addWidget(plot, 1)
        self._surface = pg.ImageItem()
        surface.addItem(self._surface)
        data = snapshot.dataset
        surface.plot(
            *data.inputs_train[:, :2].T, pen=None, symbol="o", symbolSize=6, symbolBrush="w"
        )
        self._curve = self._curves.plot(pen=pg.mkPen("b", width=2), antialias=True)
        self._tiles = [self._add_tiles(network, layer, pictures.shape[0])
                       for layer, pictures in enumerate(snapshot.pictures)]  # fmt: skip
        self._edges = [
            network.plot(*self._ends(layer, source, target, snapshot), antialias=True)
            for layer, weights in enumerate(snapshot.frame.weights)
            for target in range(weights.shape[0])
            for source in range(weights.shape[1])
        ]

    @staticmethod
    def _add_tiles(plot: pg.PlotWidget, layer: int, units: int) -> list[pg.ImageItem]:
        tiles = []
        for unit in range(units):
            tile = pg.ImageItem()
            tile.setRect(200.0 * layer, _PITCH * unit, _TILE, _TILE)
            plot.addItem(tile)
            tiles.append(tile)
        return tiles

    @staticmethod
    def _ends(
        layer: int, source: int, target: int, snapshot: Snapshot
    ) -> tuple[list[float], list[float]]:
        x = [200.0 * layer + _TILE, 200.0 * (layer + 1)]
        y = [_PITCH * source + _TILE / 2, _PITCH * target + _TILE / 2]
        return x, y

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Give every item its new data."""
        self._begun = perf_counter()
        self._surface.setImage(snapshot.output.T)
        for tiles, pictures in zip(self._tiles, snapshot.pictures, strict=True):
            for tile, picture in zip(tiles, pictures, strict=True):
                tile.setImage(picture.T, levels=(1, 255))
        weights = np.concatenate([w.ravel() for w in snapshot.frame.weights]).tolist()
        for edge, weight in zip(self._edges, weights, strict=True):
            edge.setPen(pg.mkPen("b" if weight > 0 else "r", width=0.5 + 3 * min(abs(weight), 1)))
        steps = np.linspace(0.0, 20.0, 2000)
        self._curve.setData(steps, np.exp(-steps / 7) + 0.01 * np.sin(9 * steps))

    def event(self, event: QEvent) -> bool:
        is_handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest and self._begun is not None:
            self.times.append(perf_counter() - self._begun)
            self._begun = None
        return is_handled


def naive_frame_times(experiment: Experiment, seconds: float) -> list[float]:
    """Seconds for each frame of the naive window, with nothing else going on."""
    trainer, recorder = Trainer(experiment), Recorder()
    photographer = Photographer(trainer.dataset)
    snapshots = []
    for _ in range(8):
        trainer.advance(50)
        frame = trainer.frame()
        recorder.record(frame, len(trainer.dataset.X_train))
        snapshots.append(photographer.snapshot(frame, recorder.history()))
    window = NaiveWindow(snapshots[0])
    window.resize(1280, 800)
    window.show()
    timer = QTimer()
    timer.timeout.connect(lambda: window.show_snapshot(snapshots[len(window.times) % 8]))
    timer.start(0)
    start = perf_counter()
    wait_until(lambda: len(window.times) >= 4 and perf_counter() - start > seconds)
    timer.stop()
    window.close()
    return window.times[2:]
