"""The time line: where the hand goes, that moment is asked for; branches, marks, words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from nnviz import Trainer, preset
from nnviz.gui.journey import Journey
from nnviz.gui.theme import DARK, LIGHT
from nnviz.gui.views.timeline import TimelineView
from nnviz.gui.views.timeline_layout import fork_of, lay_out
from nnviz.gui.views.timeline_marks import MEANINGS, best_mark
from nnviz.insight.snapshot import Snapshot
from nnviz.run.branches import Branch
from nnviz.run.hands import Place, set_parameter
from nnviz.run.outline import Mark, Outline, outline_of

MOONS = preset("moons")
Shown = tuple[TimelineView, Journey, list[Any]]


def _trained(updates: int = 100) -> Journey:
    journey = Journey(MOONS, "reference")
    for _ in range(10):
        journey.snapshot(0.0, 0)
        journey.trainer.advance(updates // 10)
    return journey


def _nudge(trainer: Trainer, value: float) -> None:
    set_parameter(trainer, Place(1, 0, 0), value)


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[Journey], Shown]:
    def make(journey: Journey) -> Shown:
        bar = TimelineView()
        qtbot.addWidget(bar)
        bar.set_theme(LIGHT)
        bar.resize(1256, 52)
        bar.reset(journey.trainer.experiment, journey.trainer.dataset)
        heard: list[Any] = []
        for name in ("seek_wanted", "checkout_wanted", "delete_wanted", "bookmark_wanted"):
            getattr(bar, name).connect(lambda value, name=name: heard.append((name, value)))
        bar.rename_wanted.connect(lambda n, text: heard.append(("rename_wanted", n, text)))
        for name in ("bookmark_removed", "pin_wanted", "unpin_wanted"):
            getattr(bar, name).connect(lambda name=name: heard.append((name,)))
        bar.show()
        bar.show_snapshot(journey.snapshot(0.0, 0))
        return bar, journey, heard

    return make


def _at(bar: TimelineView, update: float) -> QPoint:
    assert bar.track is not None
    return QPoint(round(bar.track.x_of(update)), round(bar.track.y))


def test_without_a_timeline_there_is_nothing(qtbot: QtBot) -> None:
    bar = TimelineView()
    qtbot.addWidget(bar)
    bar.show()
    assert not bar.isEnabled()
    assert bar.track is None
    assert bar.marks == ()


def test_a_press_and_a_drag_scrub(show: Callable[[Journey], Shown], qtbot: QtBot) -> None:
    bar, journey, heard = show(_trained())
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(bar, left, pos=_at(bar, 40))
    (name, update), *_ = heard
    assert name == "seek_wanted"
    assert abs(update - 40) <= 1
    # As long as that is not shown, other places wait; the last one is asked for then.
    for place in (30, 20, 10):
        qtbot.mouseMove(bar, _at(bar, place))
    assert len(heard) == 1
    journey.trainer.seek(update)
    bar.show_snapshot(journey.snapshot(0.0, 0))
    assert len(heard) == 2
    assert abs(heard[-1][1] - 10) <= 1
    qtbot.mouseRelease(bar, left, pos=_at(bar, 10))
    journey.trainer.seek(heard[-1][1])
    bar.show_snapshot(journey.snapshot(0.0, 0))
    qtbot.wait(150)
    assert len(heard) == 2


def test_a_moment_that_never_comes_holds_up_nothing(
    show: Callable[[Journey], Shown], qtbot: QtBot
) -> None:
    bar, _, heard = show(_trained())
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=_at(bar, 40))
    qtbot.mouseMove(bar, _at(bar, 20))
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=5000)


def test_a_mark_is_met_exactly(show: Callable[[Journey], Shown], qtbot: QtBot) -> None:
    journey = _trained(1000)
    journey.trainer.seek(617)
    journey.trainer.bookmark("here")
    bar, _, heard = show(journey)
    place = _at(bar, 617)
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=place + QPoint(3, 0))
    assert heard[-1:] in ([("seek_wanted", 617)], [])
    journey.trainer.seek(0)
    bar.show_snapshot(journey.snapshot(0.0, 0))
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=place + QPoint(3, 0))
    assert heard[-1] == ("seek_wanted", 617)
    assert bar.words_at(place).splitlines()[0] == "update 617: here"


@pytest.mark.parametrize(
    ("key", "update"),
    [
        (Qt.Key.Key_Left, 49),
        (Qt.Key.Key_Right, 51),
        (Qt.Key.Key_PageUp, 40),
        (Qt.Key.Key_PageDown, 60),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, 100),
    ],
)
def test_keys(show: Callable[[Journey], Shown], qtbot: QtBot, key: Qt.Key, update: int) -> None:
    journey = _trained()
    journey.trainer.seek(50)
    bar, _, heard = show(journey)
    qtbot.keyClick(bar, key)
    assert heard == [("seek_wanted", update)]


def test_other_branches_are_lanes_and_in_the_menu(
    show: Callable[[Journey], Shown], qtbot: QtBot
) -> None:
    journey = _trained()
    t = journey.trainer
    t.seek(40)
    _nudge(t, 0.5)
    t.advance(20)
    bar, _, heard = show(journey)
    assert bar.track is not None
    (lane,) = bar.track.lanes
    assert lane.branch.name == "main"
    assert lane.left == pytest.approx(bar.track.x_of(40))
    middle = QPoint(round((lane.left + lane.right) / 2), round(lane.y))
    assert bar.words_at(middle) == "main: to update 100; a click goes there"
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=middle)
    assert heard == [("checkout_wanted", 1)]
    # A drag that begins on it scrubs all the same.
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(bar, middle - QPoint(400, 0))
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=middle - QPoint(400, 0))
    assert [name for name, _ in heard] == ["checkout_wanted", "seek_wanted"]
    heard.pop()
    bar.menu.aboutToShow.emit()
    texts = [action.text() for action in bar.menu.actions()]
    assert "main\tto update 100" in texts
    assert "branch 2\tto update 60" in texts
    for action in bar.menu.actions():
        if action.text().startswith(("main", "Compare")):
            action.trigger()
    assert heard[1:] == [("checkout_wanted", 1), ("pin_wanted",)]
    bar.set_pin(60, 2)
    bar.menu.aboutToShow.emit()
    next(a for a in bar.menu.actions() if a.text() == "Stop comparing").trigger()
    assert heard[-1] == ("unpin_wanted",)


def test_names_and_notes_are_asked_for(show: Callable[[Journey], Shown], qtbot: QtBot) -> None:
    bar, _, heard = show(_trained())
    bar.menu.aboutToShow.emit()
    for ask, text in ((bar.menu.ask_name, "a & b"), (bar.menu.ask_bookmark, "look")):
        ask()
        dialog = bar.findChild(QInputDialog)
        assert dialog is not None
        dialog.setTextValue(text)
        dialog.accept()
        qtbot.waitUntil(lambda: bar.findChild(QInputDialog) is None)
    assert heard == [("rename_wanted", 1, "a & b"), ("bookmark_wanted", "look")]


def test_the_best_moment_is_marked(show: Callable[[Journey], Shown]) -> None:
    journey = _trained()
    bar, _, _ = show(journey)
    best = [mark for mark in bar.marks if mark.kind == "best"]
    history = journey.snapshot(0.0, 0).history
    assert [mark.update for mark in best] == [history.update[history.test_loss.argmin()]]
    assert best[0].words.startswith("lowest test loss")
    xor = Journey(preset("xor"), "reference")
    xor.snapshot(0.0, 0)
    xor.trainer.advance(50)
    mark = best_mark(xor.snapshot(0.0, 0))
    assert mark is not None
    assert mark.words.startswith("lowest train loss")


def test_the_best_moment_is_one_of_the_present_loss() -> None:
    """Squared errors are smaller than entropies of the same answers."""
    journey = Journey(preset("xor"), "reference")
    journey.snapshot(0.0, 0)
    for loss, updates in (("squared_error", 5), ("binary_cross_entropy", 400)):
        for _ in range(updates):
            journey.trainer.advance(1)
            journey.snapshot(0.0, 0)
        journey.trainer.change(loss=loss)
    at = journey.trainer.update
    for _ in range(4):
        journey.trainer.advance(1)
        snapshot = journey.snapshot(0.0, 0)
    mark = best_mark(snapshot)
    assert mark is not None
    assert at < mark.update <= at + 4
    smaller = snapshot.history.train_loss[snapshot.history.update <= at].min()
    assert smaller < snapshot.history.train_loss[snapshot.history.update > at].min()


def test_many_marks_at_a_place_are_one() -> None:
    marks = [Mark(500 + k, 1, "edit", f"edit {k}") for k in range(300)]
    marks.append(Mark(600, 1, "diverged", "it diverged"))
    branches = (Branch(1, "main", None, 0, 1_000_000, True),)
    outline = Outline(branches, tuple(marks), (), 5, 0)
    layout = lay_out(outline, marks, 100.0, 900.0, 26.0)
    assert len(layout.spots) == 1
    assert layout.spots[0].mark.kind == "diverged"


def test_no_more_lanes_than_fit_and_forks_are_where_they_part() -> None:
    t = Trainer(MOONS, "reference")
    t.advance(50)
    for k in range(12):
        t.seek(10 + k)
        _nudge(t, 0.1 * k)
        t.advance(5 + k)
    outline = outline_of(t.timeline, t.update)
    layout = lay_out(outline, (), 0.0, 800.0, 26.0)
    assert len(layout.lanes) == 3
    assert min(lane.y for lane in layout.lanes) > 0
    main = outline.branches[0]
    t.checkout("main")
    for branch in outline.branches[1:]:
        parents = {b.number: b for b in outline.branches}
        walked = branch
        while walked.parent is not None and walked.parent != main.number:
            walked = parents[walked.parent]
        assert fork_of(branch, outline_of(t.timeline, t.update)) <= branch.start
        assert fork_of(branch, outline_of(t.timeline, t.update)) == walked.start


def test_the_description_tells_where_one_is(show: Callable[[Journey], Shown]) -> None:
    bar, _, _ = show(_trained())
    assert bar.accessibleName() == "Timeline"
    assert bar.accessibleDescription().startswith("Update 100 of 100 on main, one of 1 branches")


def test_it_draws_in_light_and_dark(show: Callable[[Journey], Shown]) -> None:
    bar, _, _ = show(_trained())
    pictures = []
    for theme in (LIGHT, DARK):
        bar.set_theme(theme)
        picture = bar.grab().toImage()
        at = _at(bar, 20) * picture.devicePixelRatio()
        assert picture.pixelColor(at) == theme.accent
        pictures.append(picture)
    assert pictures[0] != pictures[1]


def test_ten_million_updates(show: Callable[[Journey], Shown]) -> None:
    bar, journey, heard = show(_trained())
    snapshot: Snapshot = journey.snapshot(0.0, 0)
    branch = Branch(1, "main", None, 0, 10_000_000, True)
    object.__setattr__(snapshot, "timeline", Outline((branch,), (), (), 100, 0))
    bar.show_snapshot(snapshot)
    assert bar.track is not None
    assert bar.track.update_at(bar.track.right, 10_000_000) == 10_000_000
    assert heard == []


def test_very_many_branches_and_marks_are_folded(show: Callable[[Journey], Shown]) -> None:
    journey = _trained(20)
    for _ in range(200):
        journey.trainer.seek(10)
        _nudge(journey.trainer, len(journey.trainer.branches))
        journey.trainer.advance(1)
    bar, _, heard = show(journey)
    bar.menu.aboutToShow.emit()
    assert len(bar.menu.actions()) < 40
    assert bar.menu.sizeHint().height() < 800
    found = _all_actions(bar.menu)
    for number in (1, 2, 100, 200, 201):
        name = "main" if number == 1 else f"branch {number}"
        line = next(a for a in found if a.text().startswith(f"{name}\t"))
        assert line.isChecked() == (number == 201)
        heard.clear()
        line.trigger()
        assert heard == [("checkout_wanted", number)]
    # Filled again and again, it does not grow.
    for _ in range(3):
        bar.menu.aboutToShow.emit()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(_all_actions(bar.menu)) == len(found)
    assert len(bar.menu.findChildren(QMenu)) < 60


def test_every_mark_can_be_gone_to_from_the_menu(show: Callable[[Journey], Shown]) -> None:
    journey = _trained()
    _nudge(journey.trainer, 0.5)
    journey.trainer.bookmark("here")
    journey.snapshot(0.0, 0)
    journey.trainer.advance(10)
    bar, _, heard = show(journey)
    bar.menu.aboutToShow.emit()
    go = _folded(bar.menu, "Go to a mark")
    assert [a.text().split("\t")[1] for a in go.actions()] == [
        f"update {mark.update:,}" for mark in bar.marks
    ]
    assert not any(action.icon().isNull() for action in go.actions())
    go.actions()[0].trigger()
    assert heard == [("seek_wanted", bar.marks[0].update)]
    legend = _folded(bar.menu, "What the marks mean")
    assert [a.text() for a in legend.actions()] == list(MEANINGS.values())


@pytest.mark.qt_log_ignore("^This plugin does not support ")
def test_what_is_open_goes_with_its_run(show: Callable[[Journey], Shown]) -> None:
    """As a child of what is disabled a menu would not even answer to Escape."""
    bar, journey, _ = show(_trained())
    bar.menu.ask_bookmark()
    dialog = bar.findChild(QInputDialog)
    assert dialog is not None
    bar.menu.popup(bar.mapToGlobal(QPoint(5, 5)))
    assert bar.menu.isVisible()
    bar.reset(journey.trainer.experiment, journey.trainer.dataset)
    assert not bar.menu.isVisible()
    assert not dialog.isVisible()


@pytest.mark.qt_log_ignore("^This plugin does not support ")
def test_the_track_has_the_menu_too(show: Callable[[Journey], Shown]) -> None:
    bar, _, _ = show(_trained())
    at = QPoint(bar.width() // 2, bar.height() // 2)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, bar.mapToGlobal(at))
    QApplication.sendEvent(bar, event)
    assert bar.menu.isVisible()
    assert _folded(bar.menu, "What the marks mean").actions()
    bar.menu.close()


def test_no_menu_opens_in_the_midst_of_a_drag(
    show: Callable[[Journey], Shown], qtbot: QtBot
) -> None:
    """It would take the release of the button with which one drags."""
    bar, _, heard = show(_trained())
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(bar, left, pos=_at(bar, 40))
    at = _at(bar, 40)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, bar.mapToGlobal(at))
    QApplication.sendEvent(bar, event)
    assert not bar.menu.isVisible()
    qtbot.mouseRelease(bar, left, pos=at)
    asked = len(heard)
    qtbot.mouseMove(bar, _at(bar, 10))
    assert len(heard) == asked


def test_what_is_asked_is_read_in_the_dialog_itself(show: Callable[[Journey], Shown]) -> None:
    """The title of a small window is cut on some desktops."""
    bar, _, _ = show(_trained())
    bar.menu.aboutToShow.emit()
    for ask, words, act in (
        (bar.menu.ask_bookmark, "A note to this moment:", "Bookmark"),
        (bar.menu.ask_name, "Another name for the branch:", "Rename"),
    ):
        ask()
        dialog = next(d for d in bar.findChildren(QInputDialog) if d.isVisible())
        assert (dialog.labelText(), dialog.okButtonText()) == (words, act)
        assert dialog.width() >= 300
        dialog.reject()


def _folded(menu: QMenu, title: str) -> QMenu:
    return next(m for m in menu.findChildren(QMenu) if m.title() == title)


def _all_actions(menu: QMenu) -> list[QAction]:
    found = list(menu.actions())
    for inner in menu.findChildren(QMenu):
        found += inner.actions()
    return found
