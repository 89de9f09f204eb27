"""The decision surface: right colours at right places, points, read-out, neurons in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetricsF
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnviz.data.dataset import Points
from nnviz.gui.export import grab_image
from nnviz.gui.theme import DARK, LIGHT, Theme
from nnviz.gui.views.colorbar import ColorBar
from nnviz.gui.views.legend import Legend, Mark
from nnviz.gui.views.plane_items import PointsItem
from nnviz.gui.views.plane_points import MOST_POINTS
from nnviz.gui.views.plot import QuietPlot
from nnviz.gui.views.surface import SurfaceView
from nnviz.insight.history import Recorder
from nnviz.insight.snapshot import Photographer, Snapshot
from nnviz.run.experiment import Experiment
from nnviz.run.presets import preset
from nnviz.run.trainer import Trainer

Show = Callable[..., SurfaceView]


def snapshot_of(trainer: Trainer) -> Snapshot:
    recorder = Recorder()
    recorder.record(trainer.frame(), len(trainer.dataset.y_train))
    return Photographer(trainer.dataset).snapshot(trainer.frame(), recorder.history())


def solved_xor() -> Trainer:
    """Two tanh units that draw XOR's two lines: x₁ + x₂ = 0.5 and x₁ + x₂ = 1.5."""
    trainer = Trainer(preset("xor").evolve(hidden=(2,), activation="tanh"))
    trainer.set_parameters(
        [np.array([[10.0, 10.0], [10.0, 10.0]]), np.array([[10.0, -10.0]])],
        [np.array([-5.0, -15.0]), np.array([-10.0])],
    )
    return trainer


def regression(n: int = 60) -> Trainer:
    inputs = np.random.default_rng(3).uniform(-2, 2, (n, 2))
    points = Points(inputs, 3 * inputs[:, 0], task="regression")
    trainer = Trainer(
        Experiment(dataset=points, hidden=(), output_activation="linear", loss="squared_error")
    )
    trainer.set_parameters([np.array([[3.0, 0.0]])], [np.array([0.0])])
    return trainer


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Put a view on the screen with the snapshot of a trainer."""

    def show_it(
        trainer: Trainer, size: tuple[int, int] = (302, 380), theme: Theme = LIGHT
    ) -> SurfaceView:
        view = SurfaceView()
        qtbot.addWidget(view)
        for control in view.header_widgets():
            qtbot.addWidget(control)
        view.set_theme(theme)
        view.resize(*size)
        view.show()
        view.reset(trainer.experiment, trainer.dataset)
        view.show_snapshot(snapshot_of(trainer))
        QApplication.processEvents()
        return view

    return show_it


def part(view: SurfaceView, kind: type[QWidget]) -> QWidget:
    found = view.findChild(kind)
    assert isinstance(found, kind)
    return found


def plot(view: SurfaceView) -> QuietPlot:
    return part(view, QuietPlot)


def pixel_at(view: SurfaceView, x: float, y: float) -> QPoint:
    """The pixel of the view that shows the place (x, y) of the plane."""
    its = plot(view)
    scene = its.box.mapViewToScene(QPointF(x, y))
    return its.mapTo(view, its.mapFromScene(scene))


def color_at(view: SurfaceView, x: float, y: float) -> QColor:
    return grab_image(view, 1.0).pixelColor(pixel_at(view, x, y))


def is_near(color: QColor, other: QColor, most: int = 24) -> bool:
    return all(
        abs(a - b) <= most
        for a, b in zip(color.getRgb()[:3], other.getRgb()[:3], strict=True)
    )  # fmt: skip


def box(view: SurfaceView, text: str) -> QWidget:
    return next(w for w in view.header_widgets() if w.accessibleName() == text)


def hover(view: SurfaceView, qtbot: QtBot, x: float, y: float) -> None:
    its = plot(view)
    qtbot.mouseMove(its.viewport(), its.mapFrom(view, pixel_at(view, x, y)))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_corners_of_xor_have_their_colours(show: Show, theme: Theme) -> None:
    view = show(solved_xor(), theme=theme)
    # Beside the points themselves, which lie on the corners.
    assert is_near(color_at(view, -0.1, -0.1), theme.negative)
    assert is_near(color_at(view, 1.1, 1.1), theme.negative)
    assert is_near(color_at(view, 0.9, 0.1), theme.positive)
    assert is_near(color_at(view, 0.1, 0.9), theme.positive)


def test_the_first_row_is_the_lowest(show: Show) -> None:
    trainer = Trainer(preset("or").evolve(hidden=()))
    trainer.set_parameters([np.array([[0.0, 40.0]])], [np.array([-20.0])])
    view = show(trainer)
    assert is_near(color_at(view, 0.5, 0.1), LIGHT.negative)
    assert is_near(color_at(view, 0.5, 0.9), LIGHT.positive)


@pytest.mark.parametrize("size", [(302, 380), (452, 510), (300, 700), (900, 380), (180, 240)])
def test_the_plane_is_not_distorted_and_nothing_overlaps(show: Show, size: tuple[int, int]) -> None:
    view = show(solved_xor(), size)
    origin, right, up = (pixel_at(view, *at) for at in ((0, 0), (1, 0), (0, 1)))
    assert right.x() - origin.x() == pytest.approx(origin.y() - up.y(), abs=1.5)
    parts = [part(view, kind).geometry() for kind in (QuietPlot, Legend, ColorBar)]
    for upper, lower in pairwise(parts):
        assert upper.bottom() < lower.top()
    assert all(view.rect().contains(geometry) for geometry in parts)


def test_discretise_leaves_two_colours(show: Show) -> None:
    view = show(solved_xor())
    view.reset(preset("xor"), replace(solved_xor().dataset, inputs_train=np.full((4, 2), 99.0)))
    view.show_snapshot(snapshot_of(solved_xor()))

    def colors() -> set[int]:
        image = grab_image(view, 1.0)
        top_left, bottom_right = pixel_at(view, -0.1, 1.1), pixel_at(view, 1.1, -0.1)
        xs, ys = range(top_left.x(), bottom_right.x()), range(top_left.y(), bottom_right.y())
        return {image.pixel(x, y) for x in xs[::3] for y in ys[::3]}

    assert len(colors()) > 20
    box(view, "discretise").click()
    near_ends = [
        is_near(QColor.fromRgb(c), LIGHT.negative) or is_near(QColor.fromRgb(c), LIGHT.positive)
        for c in colors()
    ]
    # The border is smoothed, so a few pixels on it lie between the two colours.
    assert np.mean(near_ends) > 0.05
    assert not any(is_near(QColor.fromRgb(c), LIGHT.neutral, 8) for c in colors())


def test_points_lie_where_they_are_in_the_colour_of_their_class(show: Show) -> None:
    trainer = Trainer(preset("xor").evolve(hidden=()))
    zeros = [np.zeros((1, 2))], [np.zeros(1)]
    trainer.set_parameters(*zeros)
    view = show(trainer)
    assert is_near(color_at(view, 0.5, 0.5), LIGHT.neutral)
    assert is_near(color_at(view, 0, 0), LIGHT.negative)
    assert is_near(color_at(view, 1, 1), LIGHT.negative)
    assert is_near(color_at(view, 1, 0), LIGHT.positive)
    assert is_near(color_at(view, 0, 1), LIGHT.positive)


def two_parts() -> Trainer:
    points = Points([[0, 0], [1, 0], [0, 1], [1, 1]], [1, 1, 1, 1], classes=["no", "yes"])
    trainer = Trainer(Experiment(dataset=points, test_fraction=0.5, hidden=()))
    trainer.set_parameters([np.zeros((1, 2))], [np.zeros(1)])
    return trainer


def test_test_points_are_squares_and_can_be_hidden(show: Show) -> None:
    trainer = two_parts()
    view = show(trainer)
    test, train = trainer.dataset.inputs_test[0], trainer.dataset.inputs_train[0]
    assert is_near(color_at(view, *test), LIGHT.positive)
    image = grab_image(view, 4.0)

    def is_filled_at_the_corner(at: np.ndarray) -> bool:
        # Half of a circle's corner lies outside of it; all of a square's lies inside.
        its = plot(view)
        spot = its.box.mapViewToScene(QPointF(*at)) + its.mapTo(view, QPointF())
        spot += QPointF(4.0, 4.0)
        return is_near(image.pixelColor((spot * 4).toPoint()), LIGHT.positive, 60)

    assert is_filled_at_the_corner(test)
    assert not is_filled_at_the_corner(train)
    legend = part(view, Legend)
    assert [entry.mark for entry in legend.entries] == [Mark.CIRCLE, Mark.SQUARE]
    box(view, "test points").click()
    assert is_near(color_at(view, *test), LIGHT.neutral)
    assert is_near(color_at(view, *train), LIGHT.positive)
    assert [entry.name for entry in legend.entries] == ["train"]


def test_without_a_test_part_there_is_nothing_to_hide(show: Show) -> None:
    view = show(solved_xor())
    assert not box(view, "test points").isEnabled()
    assert [entry.name for entry in part(view, Legend).entries] == ["train"]


def test_a_regression_shows_its_values(show: Show) -> None:
    trainer = regression()
    view = show(trainer)
    largest = f"{np.abs(trainer.dataset.y_train).max():.2f}"
    assert part(view, ColorBar).labels == (f"−{largest}", "0", largest)
    assert is_near(color_at(view, -1.9, -2.2), LIGHT.negative, 40)
    assert is_near(color_at(view, 1.9, -2.2), LIGHT.positive, 40)
    # A point that is fitted exactly has the colour of its ground.
    x, y = trainer.dataset.inputs_train[0]
    assert is_near(color_at(view, x, y), LIGHT.signed_color(3 * x / float(largest)), 12)


def test_three_classes_have_chips_and_colours(show: Show) -> None:
    trainer = Trainer(preset("blobs"))
    trainer.advance_epochs(20)
    view = show(trainer)
    assert part(view, ColorBar).labels == trainer.dataset.classes
    view.header_widgets()[0].click()
    for index in range(3):
        chosen = trainer.dataset.y_train == index
        middle = trainer.dataset.inputs_train[chosen].mean(axis=0)
        edge = middle + 0.9 * np.sign(middle)
        winner = int(trainer.predict(trainer.dataset.transform([edge]))[0])
        assert is_near(color_at(view, *edge), LIGHT.class_color(winner, 3))


def test_read_out_of_a_place(show: Show, qtbot: QtBot) -> None:
    view = show(solved_xor())
    assert view.readout == ""
    hover(view, qtbot, 0.9, 0.1)
    x1, across, x2, up, name, value = view.readout.split()
    assert (x1, x2, name) == ("x₁", "x₂", "output")
    assert float(across) == pytest.approx(0.9, abs=0.02)
    assert float(up) == pytest.approx(0.1, abs=0.02)
    assert float(value) == pytest.approx(1.0, abs=0.02)
    widths = {len(view.readout)}
    for x, y in ((0.1, 0.1), (-0.1, 1.0), (1.1, -0.1)):
        hover(view, qtbot, x, y)
        widths.add(len(view.readout))
    assert len(widths) == 1
    QApplication.sendEvent(plot(view), QEvent(QEvent.Type.Leave))
    assert view.readout == ""


def test_read_out_of_a_regression_is_the_value(show: Show, qtbot: QtBot) -> None:
    view = show(regression())
    hover(view, qtbot, 1.0, 0.5)
    assert float(view.readout.split()[-1]) == pytest.approx(3.0, abs=0.1)
    hover(view, qtbot, -2.3, 0.5)
    assert "≤" in view.readout, "beyond the scale the value is a bound"


def test_read_out_of_classes_is_the_winner_and_its_probability(show: Show, qtbot: QtBot) -> None:
    trainer = Trainer(preset("blobs"))
    trainer.advance_epochs(5)
    view = show(trainer)
    place = trainer.dataset.inputs_train[0]
    hover(view, qtbot, *place)
    probabilities = trainer.predict_proba(trainer.dataset.transform([place]))[0]
    name, share = view.readout.split("  ")[-1].split(": ")
    assert float(share) == pytest.approx(probabilities.max(), abs=0.05)
    assert name == trainer.dataset.classes[int(probabilities.argmax())]


def test_the_read_out_stays_below_the_plane(show: Show, qtbot: QtBot) -> None:
    for size in ((302, 380), (452, 510), (180, 240), (900, 380)):
        view = show(two_parts(), size)
        hover(view, qtbot, *two_parts().dataset.inputs_train[0])
        legend, its = part(view, Legend), plot(view)
        plane = its.box.sceneBoundingRect().translated(its.geometry().topLeft())
        assert legend.geometry().right() <= plane.right() + 1
        metrics = QFontMetricsF(LIGHT.mono(11))
        assert metrics.horizontalAdvance(legend.drawn_readout()) <= legend.width()
        assert legend.drawn_readout().startswith(("x₁", "train"))


def test_pointing_at_a_point_says_what_it_is(show: Show, qtbot: QtBot) -> None:
    trainer = two_parts()
    view = show(trainer)
    train, test = trainer.dataset.inputs_train[0], trainer.dataset.inputs_test[0]
    hover(view, qtbot, *train)
    assert "train, yes  output" in view.readout
    hover(view, qtbot, *test)
    assert "test, yes  output" in view.readout
    hover(view, qtbot, test[0] + 0.015, test[1])
    assert "test, yes" in view.readout, "within a few pixels"
    box(view, "test points").click()
    assert "test" not in view.readout, "it is hidden"
    hover(view, qtbot, 0.5, 0.5)
    assert "yes" not in view.readout


def test_pointing_at_a_point_of_a_regression_says_its_target(show: Show, qtbot: QtBot) -> None:
    trainer = regression()
    view = show(trainer)
    hover(view, qtbot, *trainer.dataset.inputs_train[0])
    target = trainer.dataset.y_train[0]
    assert f"train, target {target:.3g}".replace("-", "−") in view.readout


def test_what_is_read_out_has_a_name(show: Show, qtbot: QtBot) -> None:
    view = show(solved_xor())
    hover(view, qtbot, 0.4, 0.6)
    for unit, name in (((1, 0), "unit"), ((0, 1), "input"), ((2, 0), "output")):
        view.show_unit(*unit)
        assert view.readout.split()[-2] == name


def test_a_regression_has_no_decisions(show: Show) -> None:
    trainer = regression()
    view = show(solved_xor())
    box(view, "discretise").click()
    view.reset(trainer.experiment, trainer.dataset)
    view.show_snapshot(snapshot_of(trainer))
    QApplication.processEvents()
    assert not box(view, "discretise").isVisibleTo(view)
    assert is_near(color_at(view, 0.0, 2.2), LIGHT.neutral)
    view.reset(solved_xor().experiment, solved_xor().dataset)
    assert box(view, "discretise").isVisibleTo(view)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", [-1.0, 0.0, 1.0])
def test_points_are_outlined_on_every_ground(show: Show, theme: Theme, ground: float) -> None:
    """From a mark outwards there is something much lighter or darker than its ground."""
    trainer = two_parts()
    trainer.set_parameters([np.zeros((1, 2))], [np.full(1, 30.0 * ground)])
    view = show(trainer, theme=theme)
    image, its = grab_image(view, 4.0), plot(view)
    behind = theme.signed_color(ground)
    for place in (trainer.dataset.inputs_train[0], trainer.dataset.inputs_test[0]):
        at = its.box.mapViewToScene(QPointF(*place)) + its.mapTo(view, QPointF())
        path = [image.pixelColor((4 * (at + QPointF(d / 4, 0))).toPoint()) for d in range(12, 36)]
        contrasts = [abs(color.lightness() - behind.lightness()) for color in path]
        assert max(contrasts) > 60


def test_a_new_snapshot_renews_the_read_out(show: Show, qtbot: QtBot) -> None:
    trainer = Trainer(preset("xor").evolve(hidden=()))
    trainer.set_parameters([np.zeros((1, 2))], [np.zeros(1)])
    view = show(trainer)
    hover(view, qtbot, 0.5, 0.5)
    assert view.readout.endswith("0.50")
    trainer.set_parameters([np.zeros((1, 2))], [np.full(1, 20.0)])
    view.show_snapshot(snapshot_of(trainer))
    assert view.readout.endswith("1.00")


def test_the_keyboard_reads_out_too(show: Show, qtbot: QtBot) -> None:
    view = show(solved_xor())
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: view.readout != "")
    assert float(view.readout.split()[1]) == pytest.approx(0.5, abs=0.01)
    for _ in range(4):
        qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    _, x, _, y, *_ = view.readout.split()
    assert float(x) > 0.55
    assert float(y) < 0.5
    before = view.readout
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.readout == before, "without Shift the arrows belong to the window"
    for _ in range(200):
        qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    grid = snapshot_of(solved_xor()).grid
    assert float(view.readout.split()[1].replace("−", "-")) == pytest.approx(grid.x_min)
    view.clearFocus()
    assert view.readout == ""


def test_a_hovered_neuron_takes_the_place_of_the_output(show: Show) -> None:
    view = show(solved_xor())
    assert is_near(color_at(view, 1.1, 1.1), LIGHT.negative)
    view.show_unit(1, 0)  # is positive above x₁ + x₂ = 0.5
    assert is_near(color_at(view, 1.1, 1.1), LIGHT.positive)
    assert view.caption == "unit 1 of layer 1"
    assert part(view, ColorBar).labels == ("−1", "0", "1")
    view.show_unit(0, 1)  # the input x₂
    assert view.caption == "x₂"
    assert is_near(color_at(view, 0.3, 1.1), LIGHT.signed_color(1.0), 40)
    view.show_output()
    assert view.caption == ""
    assert part(view, ColorBar).labels == ("class 0", "0.5", "class 1")
    assert is_near(color_at(view, 1.1, 1.1), LIGHT.negative)


@pytest.mark.parametrize(("layer", "unit"), [(1, 5), (9, 0), (-1, 0), (1, -1), (2, 1)])
def test_a_neuron_that_is_not_there_leaves_the_output(show: Show, layer: int, unit: int) -> None:
    view = show(solved_xor())
    view.show_unit(layer, unit)
    assert view.caption == ""
    assert is_near(color_at(view, 1.1, 1.1), LIGHT.negative)


def test_late_answers_of_other_networks_do_no_harm(show: Show, qtbot: QtBot) -> None:
    blobs, deep = Trainer(preset("blobs")), Trainer(preset("moons").evolve(hidden=(8, 8, 8)))
    view = show(deep)
    view.show_unit(3, 7)
    hover(view, qtbot, 0.0, 0.0)
    for trainer in (blobs, regression(), solved_xor(), deep):
        view.show_snapshot(snapshot_of(trainer))
        QApplication.processEvents()
    assert view.caption == "unit 8 of layer 3"
    coarse = Photographer(deep.dataset, 17).snapshot(deep.frame(), snapshot_of(deep).history)
    view.show_snapshot(coarse)
    QApplication.processEvents()


def test_before_the_first_snapshot_there_is_nothing_but_axes(qtbot: QtBot) -> None:
    view = SurfaceView()
    qtbot.addWidget(view)
    view.resize(302, 380)
    view.show_unit(1, 1)
    view.show_output()
    trainer = solved_xor()
    view.reset(trainer.experiment, trainer.dataset)
    image = grab_image(view, 1.0)
    assert is_near(image.pixelColor(150, 150), LIGHT.card)


def test_reset_takes_the_old_picture_and_points_away(show: Show) -> None:
    view = show(solved_xor())
    other = Trainer(preset("moons"))
    view.reset(other.experiment, other.dataset)
    QApplication.processEvents()
    assert is_near(color_at(view, 0, 0), LIGHT.card)
    assert is_near(color_at(view, 0.9, 0.1), LIGHT.card)


def test_of_many_points_a_fair_sample_is_drawn_and_said(show: Show) -> None:
    trainer = Trainer(preset("moons").evolve(n_samples=2 * MOST_POINTS))
    view = show(trainer)
    assert part(view, Legend).readout == "5,000 of 10,000 points"
    qt_description = view.accessibleDescription()
    assert "7500 training and 2500 test points" in qt_description


def test_one_column_lies_on_a_line(show: Show) -> None:
    inputs = np.linspace(-1, 1, 20)[:, None]
    points = Points(inputs, (inputs[:, 0] > 0).astype(int))
    trainer = Trainer(Experiment(dataset=points, hidden=()))
    trainer.set_parameters([np.array([[30.0]])], [np.zeros(1)])
    view = show(trainer)
    assert is_near(color_at(view, -0.5, 0.5), LIGHT.negative)
    assert is_near(color_at(view, 0.5, -0.5), LIGHT.positive)


def test_the_menu_is_the_windows(show: Show, qtbot: QtBot) -> None:
    view = show(solved_xor())
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    viewport = plot(view).viewport()
    with qtbot.waitSignal(view.customContextMenuRequested, timeout=1000):
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, QPoint(80, 80), viewport.mapToGlobal(QPoint(80, 80))
        )
        QApplication.sendEvent(viewport, event)


def test_the_plane_cannot_be_moved(show: Show, qtbot: QtBot) -> None:
    view = show(solved_xor())
    before = pixel_at(view, 0.5, 0.5)
    viewport = plot(view).viewport()
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
        qtbot.mousePress(viewport, button, pos=QPoint(100, 100))
        qtbot.mouseMove(viewport, QPoint(150, 130))
        qtbot.mouseRelease(viewport, button, pos=QPoint(150, 130))
        qtbot.mouseDClick(viewport, button, pos=QPoint(150, 130))
    assert pixel_at(view, 0.5, 0.5) == before


def test_points_are_drawn_once_and_not_with_every_frame(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    draw = PointsItem._draw
    monkeypatch.setattr(PointsItem, "_draw", lambda *args: calls.append(1) or draw(*args))
    trainer = Trainer(preset("moons"))
    view = show(trainer)
    n = len(calls)
    assert n >= 1
    for _ in range(5):
        trainer.advance(1)
        view.show_snapshot(snapshot_of(trainer))
        view.grab()
    assert len(calls) == n


def test_words_for_those_who_do_not_see(show: Show, qtbot: QtBot) -> None:
    view = show(solved_xor())
    assert view.accessibleName() == "Decision surface"
    wanted = "Shows the output: class 0 on"
    qtbot.waitUntil(lambda: wanted in view.accessibleDescription(), timeout=3000)
    view.show_unit(1, 0)
    view.show_snapshot(snapshot_of(solved_xor()))
    wanted = "Shows unit 1 of layer 1: values from −1 to 1"
    qtbot.waitUntil(lambda: wanted in view.accessibleDescription(), timeout=3000)
    for control in view.header_widgets():
        assert control.accessibleName()
        assert control.toolTip().count(".") == 1
