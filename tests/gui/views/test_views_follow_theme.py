"""Every view takes its scale and its colours from the theme, also in mid-life."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.curves import CurvesView
from nnviz.gui.views.legend import Legend
from nnviz.gui.views.plot import QuietPlot
from nnviz.gui.views.surface import SurfaceView
from nnviz.gui.views.topology import TopologyView
from nnviz.insight.history import Recorder
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

VIEWS = {
    TopologyView: (588, 651),
    SurfaceView: (344, 393),
    CurvesView: (344, 190),
}
"""Each view in its size in a window of 1280 × 800."""
Show = Callable[..., Any]


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    trainer, recorder = Trainer(preset("spiral").evolve(l2=0.01)), Recorder()
    for _ in range(4):
        trainer.advance_epochs(1)
        recorder.record(trainer.frame(), len(trainer.dataset.y_train))
    return Photographer(trainer.dataset).snapshot(trainer.frame(), recorder.history())


@pytest.fixture
def show(qtbot: QtBot, snapshot: Snapshot) -> Show:
    """Show a view with its snapshot, in a theme; it never has the focus, which is seen."""

    def make(kind: type[QWidget], theme: Theme = LIGHT) -> Any:
        view: Any = kind()
        qtbot.addWidget(view)
        # As in the window, the controls stand in a card's heading and not on the view.
        view.heading = QWidget()
        qtbot.addWidget(view.heading)
        for control in view.header_widgets():
            control.setParent(view.heading)
        view.set_theme(theme)
        view.resize(*VIEWS[kind])
        view.reset(snapshot.frame.experiment, snapshot.dataset)
        view.show_snapshot(snapshot)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.show()
        QApplication.processEvents()
        return view

    return make


def picture(view: QWidget) -> QImage:
    QApplication.processEvents()
    return view.grab().toImage()


def strongest_hue(image: QImage, hue: int) -> int:
    """How many pixels have clearly this hue, within 12 degrees."""
    count = 0
    for x in range(0, image.width(), 2):
        for y in range(0, image.height(), 2):
            color = image.pixelColor(x, y)
            apart = abs((color.hue() - hue + 180) % 360 - 180)
            count += color.saturation() > 60 and apart < 12
    return count


@pytest.mark.parametrize("kind", VIEWS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("scale", [0.75, 1.5, 2.0])
def test_a_scale_and_back_is_the_same_picture(show: Show, kind: type, scale: float) -> None:
    view = show(kind)
    before = picture(view)
    hints = [control.sizeHint() for control in view.header_widgets()]
    view.set_theme(LIGHT.adapted(LIGHT.palette_name, scale))
    assert picture(view) != before
    assert [control.sizeHint() for control in view.header_widgets()] != hints
    view.set_theme(LIGHT)
    assert picture(view) == before
    assert [control.sizeHint() for control in view.header_widgets()] == hints


@pytest.mark.parametrize("kind", VIEWS, ids=lambda kind: kind.__name__)
def test_a_view_that_grows_up_in_a_scale_is_as_one_that_changes_to_it(
    show: Show, kind: type
) -> None:
    large = DARK.adapted("brown-teal", 1.5)
    view = show(kind)
    view.set_theme(large)
    assert picture(view) == picture(show(kind, large))


@pytest.mark.parametrize("kind", [SurfaceView, CurvesView], ids=lambda kind: kind.__name__)
def test_a_larger_scale_keeps_everything_inside(show: Show, kind: type) -> None:
    view = show(kind)
    plot, legend = view.findChild(QuietPlot), view.findChild(Legend)
    small = QFontMetricsF(plot.getAxis("left").style["tickFont"]).height()
    view.set_theme(LIGHT.adapted(LIGHT.palette_name, 1.5))
    picture(view)
    metrics = QFontMetricsF(plot.getAxis("left").style["tickFont"])
    assert metrics.height() > 1.3 * small
    parts = [child for child in view.children() if isinstance(child, QWidget)]
    for child in parts:
        if child.isVisible():
            assert view.rect().contains(child.geometry())
    assert legend.height() >= legend.sizeHint().height()
    widest = max(metrics.horizontalAdvance(text) for _, text in plot.getAxis("left")._tickLevels[0])
    assert plot.getAxis("left").width() >= widest + plot.getAxis("left").style["tickTextOffset"][0]
    width, height = plot.plane_size()
    assert min(width, height) > 60


def test_a_larger_network_stays_inside_and_apart(show: Show) -> None:
    view = show(TopologyView)
    small = view.arrangement
    view.set_theme(LIGHT.adapted(LIGHT.palette_name, 1.5))
    large = view.arrangement
    assert large.captions[0].height == 1.5 * small.captions[0].height
    assert large.minus[0].width == 1.5 * small.minus[0].width
    boxes = [box for column in large.tiles for box in column]
    boxes += [*large.captions, *large.minus, *large.plus, large.legend]
    for index, box in enumerate(boxes):
        assert box.x >= 0
        assert box.y >= 0
        assert box.right <= view.width() + 1e-6
        assert box.bottom <= view.height() + 1e-6
        assert not any(box.overlaps(other) for other in boxes[index + 1 :])


@pytest.mark.parametrize("kind", VIEWS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_no_colour_of_another_palette_is_left(show: Show, kind: type, theme: Theme) -> None:
    view = show(kind, theme)
    orange = theme.negative.hue()
    assert strongest_hue(picture(view), orange) > 20
    other = theme.adapted("purple-green", 1.0)
    view.set_theme(other)
    image = picture(view)
    assert strongest_hue(image, orange) == 0
    assert strongest_hue(image, other.negative.hue()) > 20
    assert strongest_hue(image, other.positive.hue()) > 20


def test_text_of_the_network_grows_with_the_scale(show: Show) -> None:
    def inked(scale: float) -> int:
        view = show(TopologyView, LIGHT.adapted(LIGHT.palette_name, scale))
        box = view.arrangement.captions[1]
        image = picture(view).copy(*(round(length) for length in box))
        rows = [
            any(QColor(image.pixelColor(x, y)).lightness() < 100 for x in range(image.width()))
            for y in range(image.height())
        ]
        return int(np.sum(rows))

    assert inked(1.5) >= 1.3 * inked(1.0)
