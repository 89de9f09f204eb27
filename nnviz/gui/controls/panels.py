"""The panels of the folding sections; imported when the first is unfolded, not at the start."""

from __future__ import annotations

from collections.abc import Callable

from nnviz.gui.controls.appearance import AppearancePanel
from nnviz.gui.controls.field_panel import FieldPanel
from nnviz.gui.controls.network import NetworkPanel
from nnviz.gui.controls.objective import ObjectivePanel
from nnviz.gui.controls.optimizer import OptimizerPanel
from nnviz.gui.controls.points import PointsPanel
from nnviz.gui.controls.schedule import SchedulePanel
from nnviz.insight.snapshot import Snapshot

Panel = FieldPanel | AppearancePanel

PANELS: dict[str, Callable[[], Panel]] = {
    "points": PointsPanel,
    "network": NetworkPanel,
    "objective": ObjectivePanel,
    "optimizer": OptimizerPanel,
    "schedule": SchedulePanel,
    "appearance": AppearancePanel,
}


def show_moment(panel: Panel, snapshot: Snapshot) -> None:
    """Show a moment of training in a panel that says anything about it."""
    if isinstance(panel, NetworkPanel):
        panel.show_snapshot(snapshot)
    elif isinstance(panel, SchedulePanel):
        panel.show_epoch(snapshot.frame.epoch)
