"""MoreControls: sections that fold by mouse and keyboard, say what they hold, and scroll."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnviz.gui.card import Card
from nnviz.gui.controls.effect_mark import EffectMark
from nnviz.gui.controls.more import MoreControls
from nnviz.gui.theme import THEMES, Theme
from nnviz.insight.snapshot import Snapshot
from nnviz.run.effects import Effect
from nnviz.run.experiment import Experiment
from nnviz.run.presets import PRESETS
from nnviz.run.problem import dataset_of

Dress = Callable[..., Theme]

NAMES = ["points", "network", "objective", "optimizer", "schedule", "appearance"]
FULL = Experiment(
    dataset="moons", hidden=(8, 8), activation=("tanh", "leaky_relu"), class_weight=(1.0, 2.5),
    optimizer="adam", schedule="step", l2=0.001, features=("x1", "x2", "sin(x1)"),
)  # fmt: skip


def show(more: MoreControls, experiment: Experiment) -> None:
    more.show_experiment(experiment, dataset_of(experiment))


InCard = Callable[[Theme, int], MoreControls]


@pytest.fixture
def in_card(qtbot: QtBot) -> Iterator[InCard]:
    """The controls as they are in the window: in a card in the left column."""
    cards: list[Card] = []

    def put(theme: Theme, height: int) -> MoreControls:
        more = MoreControls()
        card = Card("More", more)
        cards.append(card)
        qtbot.addWidget(card)
        for part in (card, more):
            part.set_theme(theme)
        show(more, FULL)
        card.resize(theme.px(244), theme.px(height))
        card.show()
        card.activateWindow()
        settle()
        return more

    yield put
    cards.clear()


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


@pytest.fixture
def more(in_card: InCard, dress: Dress) -> MoreControls:
    # pytest keeps what a fixture gives, and so would keep the menus of the plots in it.
    return weakref.proxy(in_card(dress("light"), 240))


def test_everything_is_folded_at_first_and_fits(more: MoreControls) -> None:
    assert list(more.sections()) == NAMES
    assert more.open_names() == []
    assert more.verticalScrollBar().maximum() == 0
    for section in more.sections().values():
        assert section.header.isVisible()
        assert not section.panel.isVisible()


@pytest.mark.parametrize("way", ["mouse", "enter", "space"])
def test_headers_fold_and_unfold(more: MoreControls, qtbot: QtBot, way: str) -> None:
    keys = {"enter": Qt.Key.Key_Return, "space": Qt.Key.Key_Space}
    folded: list[str] = []
    more.folded.connect(lambda: folded.append("folded"))
    for name, section in more.sections().items():
        section.header.setFocus(Qt.FocusReason.TabFocusReason)
        for is_open in (True, False):
            if way == "mouse":
                qtbot.mouseClick(section.header, Qt.MouseButton.LeftButton)
            else:
                qtbot.keyClick(section.header, keys[way])
            assert section.is_open == is_open
            assert section.panel.isVisible() == is_open
            assert more.open_names() == ([name] if is_open else [])
            state = section.header.accessibleDescription().partition(":")[0]
            assert state == ("unfolded" if is_open else "folded")
            assert section.header.isChecked() == is_open
    assert len(folded) == 2 * len(NAMES)


def test_after_a_click_space_is_left_to_the_window(more: MoreControls, qtbot: QtBot) -> None:
    header = more.sections()["points"].header
    qtbot.mouseClick(header, Qt.MouseButton.LeftButton)
    qtbot.keyClick(header, Qt.Key.Key_Space)
    assert more.open_names() == ["points"]


def test_unfolding_brings_the_header_to_the_top(more: MoreControls, qtbot: QtBot) -> None:
    for name in ("points", "network", "objective", "optimizer"):
        # Unfolded ones above it, and enough below it, so that it can be at the top.
        more.set_open(set(NAMES) - {name})
        settle()
        header = more.sections()[name].header
        more.ensureWidgetVisible(header)
        qtbot.mouseClick(header, Qt.MouseButton.LeftButton)
        settle()
        assert header.mapTo(more.viewport(), header.rect().topLeft()).y() == 0, name


def test_a_panel_is_made_when_it_is_needed_and_catches_up(
    more: MoreControls, dress: Dress, qtbot: QtBot
) -> None:
    assert not any(section.has_panel for section in more.sections().values())
    changed = FULL.evolve(noise=0.7, hidden=(5,), activation="relu")
    show(more, changed)
    frame = SimpleNamespace(epoch=3, weights=[], biases=[])
    more.show_snapshot(cast(Snapshot, SimpleNamespace(frame=frame)))
    more.set_theme(dress("dark", 1.5))
    for section in more.sections().values():
        qtbot.mouseClick(section.header, Qt.MouseButton.LeftButton)
    assert all(section.has_panel for section in more.sections().values())
    assert more.points.noise.value == 0.7
    assert more.network.hidden.value == (5,)
    assert more.network.keep.isEnabled()
    assert more.network.hidden.font().pixelSize() == 18
    assert more.points is more.sections()["points"].panel


def test_which_are_open_is_kept_and_set(more: MoreControls) -> None:
    more.set_open(["schedule", "points", "of another version"])
    assert more.open_names() == ["points", "schedule"]
    more.set_open([])
    assert more.open_names() == []


SUMMARIES: list[tuple[str, dict[str, Any], str]] = [
    ("points", {"n_samples": 1500, "noise": 0.2}, "1,500 points · noise 0.2"),
    ("points", {"noise": 0.0}, "200 points"),
    ("network", {"hidden": (8, 8), "activation": "tanh"}, "8 + 8 · tanh"),
    ("network", {"hidden": (8, 8), "activation": ("tanh", "relu")}, "8 + 8 · mixed"),
    ("network", {"hidden": (2,) * 6, "activation": "relu"}, "6 layers · ReLU"),
    ("network", {"hidden": (), "activation": "relu"}, "no hidden layer"),
    ("objective", {"l1": 0.0, "l2": 0.0}, "Binary cross-entropy"),
    ("objective", {"l1": 0.01, "l2": 0.3}, "Binary cross-entropy · L1 0.01 · L2 0.3"),
    ("optimizer", {"optimizer": "sgd"}, "Gradient descent"),
    ("optimizer", {"optimizer": "adam", "shuffle": False}, "Adam · in order"),
    ("schedule", {"schedule": "cosine"}, "Cosine"),
]


def test_a_folded_section_says_what_it_holds(more: MoreControls) -> None:
    for name, changes, summary in SUMMARIES:
        show(more, Experiment(dataset="moons").evolve(**changes))
        header = more.sections()[name].header
        assert header.summary == summary
        assert header.accessibleDescription() == f"folded: {summary}"


def test_a_long_summary_gives_way_from_its_end(more: MoreControls) -> None:
    header = more.sections()["objective"].header
    header.set_summary("Binary cross-entropy · L2 0.001")
    shown = {header.shown_summary()}
    for width in range(400, header.sizeHint().width(), -1):
        header.resize(width, header.height())
        text = header.shown_summary()
        shown.add(text)
        room = width - header.sizeHint().width()
        assert QLabel(text).fontMetrics().horizontalAdvance(text) <= room * 1.4 or not text
    assert shown == {
        "Binary cross-entropy · L2 0.001", "Binary cross-entropy", "cross-entropy", "",
    }  # fmt: skip


def test_every_preset_is_shown_silently(more: MoreControls) -> None:
    heard: list[object] = []
    more.changed.connect(heard.append)
    more.rejected.connect(heard.append)
    for preset in PRESETS.values():
        show(more, preset.experiment)
        assert heard == []
        assert all(more.sections()[name].header.summary for name in NAMES)


def test_the_panels_signals_are_passed_on(more: MoreControls, qtbot: QtBot) -> None:
    heard: list[tuple[str, object]] = []
    more.changed.connect(lambda changes: heard.append(("changed", changes)))
    more.rejected.connect(lambda sentence: heard.append(("rejected", sentence)))
    more.accepted.connect(lambda: heard.append(("accepted", None)))
    more.set_open(["points"])
    field = more.points.noise
    for text in ("x", "0.3"):
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [kind for kind, _ in heard] == ["rejected", "accepted", "changed"]
    assert heard[-1] == ("changed", {"noise": 0.3})


def test_the_legend_explains_the_three_marks(more: MoreControls) -> None:
    marks = more.legend.findChildren(EffectMark)
    assert [mark.effect for mark in marks] == list(Effect)
    words = [label.text() for label in more.legend.findChildren(QLabel)]
    assert words == ["live", "rebuilds", "new data"]


def test_tab_goes_through_what_is_unfolded_and_scrolls_there(
    more: MoreControls, qtbot: QtBot
) -> None:
    more.set_open(["points"])
    settle()
    header = more.sections()["points"].header
    header.setFocus(Qt.FocusReason.TabFocusReason)
    seen = [header]
    while not isinstance(seen[-1], type(header)) or len(seen) == 1:
        focused: Any = QApplication.focusWidget()
        assert focused is not None, [w.accessibleName() for w in seen]
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        settle()
        now: Any = QApplication.focusWidget()
        assert now is not None, [w.accessibleName() for w in seen]
        centre = now.mapTo(more.viewport(), now.rect().center())
        assert more.viewport().rect().contains(centre), now.accessibleName()
        seen.append(now)
        assert len(seen) < 40
    assert seen[-1] is more.sections()["network"].header
    assert more.points.n_samples in seen
    assert more.points.class_weight in seen


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_is_cut_off_beside_a_scroll_bar(
    in_card: InCard, dress: Dress, theme: str, scale: float
) -> None:
    more = in_card(dress(theme, scale), 240)
    more.set_open(NAMES)
    settle()
    assert more.verticalScrollBar().isVisible()
    assert more.horizontalScrollBar().maximum() == 0
    assert more.widget().minimumSizeHint().width() <= more.viewport().width()
    for section in more.sections().values():
        for widget in section.panel.findChildren(QWidget):
            if not widget.isVisible():
                continue
            right = widget.mapTo(more.widget(), widget.rect().topRight()).x()
            assert right < more.viewport().width(), (widget.accessibleName(), right)
            name = (type(widget).__name__, widget.accessibleName())
            least = widget.minimumSizeHint().boundedTo(widget.maximumSize())
            assert widget.width() >= least.width(), name
            is_wrapped = widget.hasHeightForWidth()
            height = widget.heightForWidth(widget.width()) if is_wrapped else least.height()
            assert widget.height() >= height, name
