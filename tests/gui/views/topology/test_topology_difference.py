"""The network draws how its weights have changed while two moments are subtracted."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from nnviz.gui.export_png import grab_image
from nnviz.gui.export_stage import FigureOptions
from nnviz.gui.views.topology import TopologyView
from nnviz.gui.views.topology_parts import edge_index
from nnviz.gui.views.topology_pointing import readout, target_of
from nnviz.gui.views.weight_scale import signed
from nnviz.insight.difference import difference
from nnviz.insight.parts import BiasPart, EdgePart
from nnviz.run.experiment import Experiment
from nnviz.run.hands import Place, cut
from nnviz.run.trainer import Trainer

Show = Callable[..., TopologyView]


def moments(hidden: tuple[int, ...]) -> tuple[Trainer, Trainer]:
    """An experiment at its beginning, and after some updates."""
    both = [Trainer(Experiment(dataset="moons", hidden=hidden), "reference") for _ in range(2)]
    both[1].advance(30)
    return both[0], both[1]


@pytest.mark.parametrize("hidden", [(3, 2), (64, 64, 8)])
def test_edges_are_drawn_by_how_they_changed(
    on: SimpleNamespace, show: Show, hidden: tuple[int, ...]
) -> None:
    before, after = moments(hidden)
    view = show(hidden=hidden)
    on.with_snapshot(view, after)
    usual = on.picture(view)
    found = difference(before.frame(), after.frame())
    view.show_difference(found)
    picture = view._picture
    assert picture.edges is not None
    change = after.frame().theta - before.frame().theta
    expected = picture.edges.weights(after.network.split(change)[0])
    np.testing.assert_array_equal(picture.drawn_weights, expected)
    np.testing.assert_array_equal(
        np.concatenate(picture.biases), np.concatenate(after.network.split(change)[1])
    )
    assert view.weight_scale >= np.abs(expected).max() / 1.5
    changed = on.picture(view)
    assert changed != usual
    view.set_shows_numbers(True)
    on.picture(view)
    view.set_shows_numbers(False)
    exported = [grab_image(view, FigureOptions(numbers=True))]
    assert "how weights have changed" in view.accessibleDescription()
    view.show_difference(None)
    exported.append(grab_image(view, FigureOptions(numbers=True)))
    assert exported[0] != exported[1]
    assert "how weights have changed" not in view.accessibleDescription()
    assert picture.drawn_weights is picture.weights
    assert on.picture(view) == usual


def test_a_hand_still_moves_the_weights_themselves(on: SimpleNamespace, show: Show) -> None:
    before, after = moments((3, 2))
    view = show(hidden=(3, 2))
    on.with_snapshot(view, after)
    view.show_difference(difference(before.frame(), after.frame()))
    values: list[float] = []
    view.parameter_dragged.connect(lambda _part, value, _gesture: values.append(value))
    x, y = on.on_edge(view, 1, 0, 0)
    on.drag(view, [(x, y), (x, y - 20)])
    weight = float(after.weights[0][0, 0])
    assert values
    assert values[0] > weight
    assert values[0] - weight < 1.0


def test_what_was_cut_shows_its_change_and_a_hand_its_own(on: SimpleNamespace, show: Show) -> None:
    before, after = moments((3, 2))
    view = show(hidden=(3, 2))
    cut(after, [Place(1, 0, 0)])
    on.with_snapshot(view, after)
    view.show_difference(difference(before.frame(), after.frame()))
    picture = view._picture
    assert picture.marks is not None
    drawn = on.picture(view)
    marks = picture._marks
    picture._marks = None
    picture.snapshot = None
    on.with_snapshot(view, after)
    assert on.picture(view) == drawn
    assert marks is not None
    change = picture.drawn_weights.copy()
    edge = EdgePart(1, 0, 1)
    at = edge_index(edge, picture.edges)
    picture.hold(edge, float(after.weights[0][0, 1]) + 0.25)
    assert picture.drawn_weights[at] == pytest.approx(change[at] + 0.25)
    assert picture.change_of(edge) == pytest.approx(change[at] + 0.25)
    target = target_of(edge, picture.edges)
    said = [word.text for word in readout(target, picture)]
    assert said[-2:] == ["changed by", signed(change[at] + 0.25, plus=True)]
    picture.hold(BiasPart(1, 0), float(after.biases[0][0]) - 0.5)
    moved = after.biases[0][0] - before.biases[0][0]
    assert picture.biases[0][0] == pytest.approx(moved - 0.5)


def test_where_parameters_do_not_correspond_weights_are_drawn(
    on: SimpleNamespace, show: Show
) -> None:
    before, after = moments((3, 2))
    view = show(hidden=(3, 2))
    on.with_snapshot(view, after)
    view.show_difference(difference(before.frame(), after.frame()))
    other = Trainer(Experiment(dataset="moons", hidden=(4,)), "reference")
    view.reset(other.experiment, other.dataset)
    assert view._picture.change is None
    on.with_snapshot(view, other)
    view.show_difference(difference(before.frame(), after.frame()))
    assert view._picture.change is None, "of another network"
    view.show_difference(difference(before.frame(), other.frame()))
    assert view._picture.change is None, "no parameter corresponds"
