"""How often a page computes while training runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from nnviz.gui.views import inspector_pace
from nnviz.gui.views.inspector_pace import SHARE, SLOW, Pace


def working_for(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let all work take so long."""

    def moments() -> Iterator[float]:
        now = 0.0
        while True:
            yield now
            yield now + seconds
            now += 1.0

    clock = moments()
    monkeypatch.setattr(inspector_pace, "thread_time", lambda: next(clock))


@pytest.mark.parametrize(
    ("seconds", "waited"), [(0.0, 100), (0.004, 100), (0.008, 160), (0.0199, 398)]
)
def test_dear_work_is_done_more_seldom(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, seconds: float, waited: int
) -> None:
    done: list[None] = []
    pace = Pace(lambda: done.append(None), lambda: True, 100)
    working_for(monkeypatch, seconds)
    pace.set_running(True)
    pace.ask()
    pace.ask()
    assert len(done) == 1
    assert pace._timer.interval() == waited
    assert seconds <= SHARE * waited / 1000 + 1e-4
    pace.set_running(False)
    assert len(done) == 2, "with a pause what is shown is present again"
    assert not pace._timer.isActive()


def test_work_that_takes_too_long_waits_for_a_pause(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[None] = []
    pace = Pace(lambda: done.append(None), lambda: True, 1)
    working_for(monkeypatch, 1.5 * SLOW)
    pace.set_running(True)
    for _ in range(3):
        pace.ask()
    qtbot.wait(30)
    assert (len(done), pace.waits_for_pause) == (1, True)
    pace.set_running(False)
    assert (len(done), pace.waits_for_pause) == (2, False)
