"""When edges of the network's picture flow, and when they are smooth."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from pytestqt.qtbot import QtBot

from nnviz.gui.views.topology import TopologyView

Show = Callable[..., TopologyView]


def test_edges_flow_while_running_and_only_then(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    view = show(weights=(1.0, -1.0))
    assert not view.is_flowing
    view.set_running(True)
    assert view.is_flowing
    first = on.picture(view)
    qtbot.waitUntil(lambda: on.picture(view) != first)
    view.set_running(False)
    assert not view.is_flowing
    still = on.picture(view)
    qtbot.wait(80)
    assert on.picture(view) == still


def test_reduced_motion_stops_the_flow(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view = show(weights=(1.0, -1.0))
    view.set_running(True)
    view.set_reduced_motion(True)
    assert not view.is_flowing
    still = on.picture(view)
    qtbot.wait(80)
    assert on.picture(view) == still
    view.set_reduced_motion(False)
    assert view.is_flowing


def test_a_hidden_view_does_not_flow(show: Show) -> None:
    view = show()
    view.set_running(True)
    view.hide()
    assert not view.is_flowing
    view.show()
    assert view.is_flowing


def test_a_large_network_is_crisp_while_running_and_smooth_at_rest(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    view = show(hidden=(20, 20))
    view.set_running(True)
    assert not view.is_flowing
    assert not view.is_smooth
    crisp = on.picture(view)
    view.set_running(False)
    qtbot.waitUntil(lambda: view.is_smooth)
    assert on.picture(view) != crisp
    view.set_running(True)
    view.prepare_export()
    assert view.is_smooth
    view.finish_export()
    assert not view.is_smooth


def test_a_large_network_at_rest_shows_the_last_moment_however_fast_it_came(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    one, other = on.snapshot_of((20, 20), (1.0, -0.5)), on.snapshot_of((20, 20), (-0.7, 1.0))
    view = show(hidden=(20, 20), weights=(-0.7, 1.0))
    qtbot.waitUntil(lambda: view.is_smooth)
    wanted = on.picture(view)
    view.set_running(True)
    for _ in range(3):
        for snapshot in (one, other):
            view.show_snapshot(snapshot)
            view.repaint()
    view.set_running(False)
    qtbot.waitUntil(lambda: view.is_smooth)
    assert on.picture(view) == wanted


def test_what_was_left_out_in_haste_follows_when_no_newer_moment_comes(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    one, other = on.snapshot_of((20, 20), (1.0, -0.5)), on.snapshot_of((20, 20), (-0.7, 1.0))
    view = show(hidden=(20, 20), weights=(-0.7, 1.0))
    view.set_running(True)
    view.repaint()
    wanted = on.picture(view)
    for snapshot in (one, one, other):
        view.show_snapshot(snapshot)
        view.repaint()
    assert on.picture(view) != wanted
    qtbot.waitUntil(lambda: on.picture(view) == wanted)
