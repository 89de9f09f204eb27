"""The tab of batches: points, arrows, and how far batches stray over time."""

from __future__ import annotations

from collections.abc import Callable
from math import degrees, radians
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnviz.gui.views import inspector_batch
from nnviz.gui.views.inspector_batch import Trace
from nnviz.gui.views.inspector_fan import MOST_ARROWS, Fan
from nnviz.insight.batch_lens import batch_lens
from nnviz.run.presets import preset

Show = Callable[..., Any]


def fan_of(view: Any) -> Fan:
    found = view.findChild(Fan)
    assert isinstance(found, Fan)
    return found


def test_the_facts_are_those_of_the_lens(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Batch")
    lens, text = batch_lens(trainer.frame()), on.text(view)
    assert "reads 7 of 30 points" in text
    assert f": {', '.join(str(point + 1) for point in lens.points)}." in text
    assert f"points {lens.angle:.0f}° away" in text
    assert "would cost 4.3 times as much" in text
    assert view.subtitle == "update 4: 7 of 30 points"


def test_of_many_points_the_first_are_named(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(on.moons(batch_size=15), tab="Batch", size=(900, 240))
    points = [str(point + 1) for point in batch_lens(trainer.frame()).points]
    assert f": {', '.join(points[:12])} …" in on.text(view)
    view, _ = show(on.moons(batch_size=15), tab="Batch", size=(500, 100))
    assert f": {', '.join(points[:3])} …" in on.text(view)


def test_what_was_trained_while_nobody_looked_is_a_gap(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Batch")
    on.advance(view, trainer)
    view.show_tab("Step")
    on.advance(view, trainer, 30)
    view.show_tab("Batch")
    on.advance(view, trainer)
    curve = view._batch.trace.curve()
    assert np.isnan(curve.angle).sum() == np.isnan(curve.length_ratio).sum() == 1
    (gap,) = np.flatnonzero(np.isnan(curve.angle))
    assert curve.update[gap - 1] == 4
    assert curve.update[gap + 1] == 34
    view.grab()


def test_a_full_batch_is_the_full_gradient(on: SimpleNamespace, show: Show) -> None:
    view, _ = show(on.moons(batch_size="full"), tab="Batch")
    assert "its gradient is the full one" in on.text(view)
    assert "as dear as 30 updates" in on.text(view)


@pytest.mark.parametrize("kind", ["moons", "regression", "blobs", "single", "wide"])
def test_arrows_have_their_length_and_their_angle(
    on: SimpleNamespace, show: Show, kind: str
) -> None:
    experiment = {
        "moons": on.moons(l2=0.1),
        "regression": on.regression(),
        "blobs": preset("blobs"),
        "single": on.moons(batch_size=1),
        "wide": on.moons(hidden=(32,) * 8),
    }[kind]
    view, trainer = show(experiment, updates=2, tab="Batch", size=(900, 300))
    lens, fan = batch_lens(trainer.frame()), fan_of(view)
    middle = fan.tip(0.0, 0.0)
    one = fan.tip(lens.lengths.min(), 0.0).x() - middle.x()
    for index, (length, angle) in enumerate(zip(lens.lengths, lens.angles_to_full, strict=True)):
        tip = fan.tip_of(index)
        if tip is None:
            assert not np.isfinite(angle)
            continue
        x, y = tip.x() - middle.x(), middle.y() - tip.y()
        assert abs(degrees(np.arctan2(y, x))) == pytest.approx(angle, abs=1e-6)
        drawn = np.hypot(x, y)
        assert drawn == pytest.approx(one * length / lens.lengths.min()) or drawn == pytest.approx(
            fan._radius()
        )


def test_pointing_at_an_arrow_tells_which_point_it_is(
    on: SimpleNamespace, show: Show, qtbot: QtBot
) -> None:
    view, trainer = show(tab="Batch", size=(900, 300))
    lens, fan = batch_lens(trainer.frame()), fan_of(view)
    heard: list[int | None] = []
    view.point_hovered.connect(heard.append)
    index = int(lens.lengths.argmax())
    tip = fan.tip_of(index)
    assert tip is not None
    qtbot.mouseMove(fan, tip.toPoint())
    assert heard == [int(lens.points[index])]
    assert f"Point {lens.points[index] + 1}: gradient of length" in on.text(view)
    QApplication.sendEvent(fan, QEvent(QEvent.Type.Leave))
    assert heard[-1] is None
    assert "The next update reads" in on.text(view)


def test_the_keyboard_goes_from_point_to_point(show: Show, qtbot: QtBot) -> None:
    view, trainer = show(tab="Batch")
    lens, fan = batch_lens(trainer.frame()), fan_of(view)
    heard: list[int | None] = []
    view.point_hovered.connect(heard.append)
    fan.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(fan, key, Qt.KeyboardModifier.ShiftModifier)
    points = lens.points.tolist()
    assert heard == [points[0], points[1], points[0]]
    assert fan.accessibleDescription().startswith(f"Point {points[0] + 1}")
    fan.clearFocus()
    assert heard[-1] is None


def test_another_batch_is_not_pointed_at(on: SimpleNamespace, show: Show, qtbot: QtBot) -> None:
    view, trainer = show(tab="Batch")
    fan = fan_of(view)
    heard: list[int | None] = []
    view.point_hovered.connect(heard.append)
    fan.setFocus()
    qtbot.keyClick(fan, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    on.advance(view, trainer)
    assert heard[-1] is None
    qtbot.keyClick(fan, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    view.prepare_export()
    view.finish_export()
    assert heard[-1] is None


def test_of_many_points_a_sample_is_drawn(on: SimpleNamespace, show: Show) -> None:
    view, _ = show(on.moons(n_samples=2000, batch_size="full"), updates=1, tab="Batch")
    assert len(fan_of(view)._shown) == MOST_ARROWS
    view.grab()


def test_traces_grow_while_the_tab_is_seen(on: SimpleNamespace, show: Show) -> None:
    view, trainer = show(tab="Batch")
    for _ in range(4):
        on.advance(view, trainer)
    curve = view._batch.trace.curve()
    assert curve.update.tolist() == [3, 4, 5, 6, 7]
    view.show_tab("Step")
    on.advance(view, trainer)
    assert len(view._batch.trace.curve()) == 5
    view.show_tab("Batch")
    assert view._batch.trace.curve().update.tolist() == [3, 4, 5, 6, 7, 8]
    for trace in view.findChildren(Trace):
        (left, right), (low, _) = trace.ranges
        assert (left, right, low) == (3.0, 8.0, 0.0)
    view.reset(trainer.experiment, trainer.dataset)
    assert len(view._batch.trace.curve()) == 0
    assert "Nothing is trained yet" in on.text(view)


def test_batches_are_looked_at_at_their_own_pace(
    on: SimpleNamespace, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    real = batch_lens

    def counting(frame: Any) -> Any:
        calls.append(frame.update)
        return real(frame)

    monkeypatch.setattr(inspector_batch, "batch_lens", counting)
    view, trainer = show(tab="Batch")
    calls.clear()
    view.set_running(True)
    for _ in range(10):
        on.advance(view, trainer)
    assert calls == [4]
    view.set_running(False)
    assert calls == [4, 13]
    on.advance(view, trainer)
    assert calls == [4, 13, 14]


def test_the_batch_arrow_is_as_long_as_the_text_says(show: Show) -> None:
    view, trainer = show(tab="Batch", size=(900, 300))
    lens, fan = batch_lens(trainer.frame()), fan_of(view)
    full = float(np.linalg.norm(lens.full_gradient))
    assert lens.angle is not None
    assert lens.length_ratio is not None
    batch = fan.tip(full * lens.length_ratio, radians(lens.angle)) - fan.tip(0.0, 0.0)
    along = fan.tip(full, 0.0) - fan.tip(0.0, 0.0)
    assert np.hypot(batch.x(), batch.y()) / along.x() == pytest.approx(lens.length_ratio)
