"""The decision surface: right colours at right places, points, decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from nnviz.gui.export_png import grab_image
from nnviz.gui.export_stage import FigureOptions
from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.colorbar import ColorBar
from nnviz.gui.views.legend import Legend, Mark
from nnviz.gui.views.plot import QuietPlot
from nnviz.gui.views.surface import SurfaceView
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

Show = Callable[..., SurfaceView]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_corners_of_xor_have_their_colours(
    on: SimpleNamespace, show: Show, theme: Theme
) -> None:
    view = show(on.solved_xor(), theme=theme)
    # Beside the points themselves, which lie on the corners.
    assert on.is_near(on.color_at(view, -0.1, -0.1), theme.negative)
    assert on.is_near(on.color_at(view, 1.1, 1.1), theme.negative)
    assert on.is_near(on.color_at(view, 0.9, 0.1), theme.positive)
    assert on.is_near(on.color_at(view, 0.1, 0.9), theme.positive)


def test_the_first_row_is_the_lowest(on: SimpleNamespace, show: Show) -> None:
    trainer = Trainer(preset("or").evolve(hidden=()))
    trainer.set_parameters([np.array([[0.0, 40.0]])], [np.array([-20.0])])
    view = show(trainer)
    assert on.is_near(on.color_at(view, 0.5, 0.1), LIGHT.negative)
    assert on.is_near(on.color_at(view, 0.5, 0.9), LIGHT.positive)


@pytest.mark.parametrize("size", [(302, 380), (452, 510), (300, 700), (900, 380), (180, 240)])
def test_the_plane_is_not_distorted_and_nothing_overlaps(
    on: SimpleNamespace, show: Show, size: tuple[int, int]
) -> None:
    view = show(on.solved_xor(), size)
    origin, right, up = (on.pixel_at(view, *at) for at in ((0, 0), (1, 0), (0, 1)))
    assert right.x() - origin.x() == pytest.approx(origin.y() - up.y(), abs=1.5)
    parts = [on.part(view, kind).geometry() for kind in (QuietPlot, Legend, ColorBar)]
    for upper, lower in pairwise(parts):
        assert upper.bottom() < lower.top()
    assert all(view.rect().contains(geometry) for geometry in parts)


def test_discretise_leaves_two_colours(on: SimpleNamespace, show: Show) -> None:
    view = show(on.solved_xor())
    view.reset(preset("xor"), replace(on.solved_xor().dataset, inputs_train=np.full((4, 2), 99.0)))
    view.show_snapshot(on.snapshot_of(on.solved_xor()))

    def colors() -> set[int]:
        image = view.grab().toImage()
        top_left, bottom_right = on.pixel_at(view, -0.1, 1.1), on.pixel_at(view, 1.1, -0.1)
        xs, ys = range(top_left.x(), bottom_right.x()), range(top_left.y(), bottom_right.y())
        return {image.pixel(x, y) for x in xs[::3] for y in ys[::3]}

    assert len(colors()) > 20
    on.box(view, "discretise").click()
    near_ends = [
        on.is_near(QColor.fromRgb(c), LIGHT.negative)
        or on.is_near(QColor.fromRgb(c), LIGHT.positive)
        for c in colors()
    ]
    # The border is smoothed, so a few pixels on it lie between the two colours.
    assert np.mean(near_ends) > 0.05
    assert not any(on.is_near(QColor.fromRgb(c), LIGHT.neutral, 8) for c in colors())


def test_points_lie_where_they_are_in_the_colour_of_their_class(
    on: SimpleNamespace, show: Show
) -> None:
    trainer = Trainer(preset("xor").evolve(hidden=()))
    zeros = [np.zeros((1, 2))], [np.zeros(1)]
    trainer.set_parameters(*zeros)
    view = show(trainer)
    assert on.is_near(on.color_at(view, 0.5, 0.5), LIGHT.neutral)
    assert on.is_near(on.color_at(view, 0, 0), LIGHT.negative)
    assert on.is_near(on.color_at(view, 1, 1), LIGHT.negative)
    assert on.is_near(on.color_at(view, 1, 0), LIGHT.positive)
    assert on.is_near(on.color_at(view, 0, 1), LIGHT.positive)


def test_test_points_are_squares_and_can_be_hidden(on: SimpleNamespace, show: Show) -> None:
    trainer = on.two_parts()
    view = show(trainer)
    test, train = trainer.dataset.inputs_test[0], trainer.dataset.inputs_train[0]
    assert on.is_near(on.color_at(view, *test), LIGHT.positive)
    image = grab_image(view, FigureOptions(scale=4.0, appearance="as shown"))

    def is_filled_at_the_corner(at: np.ndarray) -> bool:
        # Half of a circle's corner lies outside of it; all of a square's lies inside.
        its = on.plot(view)
        spot = its.box.mapViewToScene(QPointF(*at)) + its.mapTo(view, QPointF())
        spot += QPointF(4.0, 4.0)
        return on.is_near(image.pixelColor((spot * 4).toPoint()), LIGHT.positive, 60)

    assert is_filled_at_the_corner(test)
    assert not is_filled_at_the_corner(train)
    legend = on.part(view, Legend)
    assert [entry.mark for entry in legend.entries] == [Mark.CIRCLE, Mark.SQUARE]
    on.box(view, "test points").click()
    assert on.is_near(on.color_at(view, *test), LIGHT.neutral)
    assert on.is_near(on.color_at(view, *train), LIGHT.positive)
    assert [entry.name for entry in legend.entries] == ["train"]


def test_without_a_test_part_there_is_nothing_to_hide(on: SimpleNamespace, show: Show) -> None:
    view = show(on.solved_xor())
    assert not on.box(view, "test points").isEnabled()
    assert [entry.name for entry in on.part(view, Legend).entries] == ["train"]


def test_a_regression_shows_its_values(on: SimpleNamespace, show: Show) -> None:
    trainer = on.regression()
    view = show(trainer)
    largest = f"{np.abs(trainer.dataset.y_train).max():.2f}"
    assert on.part(view, ColorBar).labels == (f"−{largest}", "0", largest)
    assert on.is_near(on.color_at(view, -1.9, -2.2), LIGHT.negative, 40)
    assert on.is_near(on.color_at(view, 1.9, -2.2), LIGHT.positive, 40)
    # A point that is fitted exactly has the colour of its ground.
    x, y = trainer.dataset.inputs_train[0]
    assert on.is_near(on.color_at(view, x, y), LIGHT.signed_color(3 * x / float(largest)), 12)


def test_three_classes_have_chips_and_colours(on: SimpleNamespace, show: Show) -> None:
    trainer = Trainer(preset("blobs"))
    trainer.advance_epochs(20)
    view = show(trainer)
    assert on.part(view, ColorBar).labels == trainer.dataset.classes
    view.header_widgets()[0].click()
    for index in range(3):
        chosen = trainer.dataset.y_train == index
        middle = trainer.dataset.inputs_train[chosen].mean(axis=0)
        edge = middle + 0.9 * np.sign(middle)
        winner = int(trainer.predict(trainer.dataset.transform([edge]))[0])
        assert on.is_near(on.color_at(view, *edge), LIGHT.class_color(winner, 3))


def test_a_regression_has_no_decisions(on: SimpleNamespace, show: Show) -> None:
    trainer = on.regression()
    view = show(on.solved_xor())
    on.box(view, "discretise").click()
    view.reset(trainer.experiment, trainer.dataset)
    view.show_snapshot(on.snapshot_of(trainer))
    QApplication.processEvents()
    assert not on.box(view, "discretise").isVisibleTo(view)
    assert on.is_near(on.color_at(view, 0.0, 2.2), LIGHT.neutral)
    view.reset(on.solved_xor().experiment, on.solved_xor().dataset)
    assert on.box(view, "discretise").isVisibleTo(view)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", [-1.0, 0.0, 1.0])
def test_points_are_outlined_on_every_ground(
    on: SimpleNamespace, show: Show, theme: Theme, ground: float
) -> None:
    """From a mark outwards there is something much lighter or darker than its ground."""
    trainer = on.two_parts()
    trainer.set_parameters([np.zeros((1, 2))], [np.full(1, 30.0 * ground)])
    view = show(trainer, theme=theme)
    image, its = grab_image(view, FigureOptions(scale=4.0, appearance="as shown")), on.plot(view)
    behind = theme.signed_color(ground)
    for place in (trainer.dataset.inputs_train[0], trainer.dataset.inputs_test[0]):
        at = its.box.mapViewToScene(QPointF(*place)) + its.mapTo(view, QPointF())
        path = [image.pixelColor((4 * (at + QPointF(d / 4, 0))).toPoint()) for d in range(12, 36)]
        contrasts = [abs(color.lightness() - behind.lightness()) for color in path]
        assert max(contrasts) > 60
