"""Every control in the window's places: nothing clipped, all of it named, explained, reachable."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from nnviz.gui.card import Card
from nnviz.gui.controls.choice import ChoiceBox
from nnviz.gui.controls.gallery import PresetGallery
from nnviz.gui.controls.thumbnail import Thumbnail
from nnviz.gui.controls.training import TrainingPanel
from nnviz.gui.controls.transport import TransportBar, most_updates
from nnviz.gui.theme import GUTTER, THEMES, Theme
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import LARGEST_SEED, Experiment
from nnviz.run.presets import PRESETS
from nnviz.run.problem import dataset_of

Dress = Callable[[str], Theme]

WORST = Experiment(
    dataset="moons", n_samples=2000, epochs=100_000, batch_size=1000, optimizer="nesterov",
    activation="leaky_relu", learning_rate=0.00003, l2=0.00001, seed=123_456,
)  # fmt: skip


def bar_of(qtbot: QtBot, theme: Theme, width: int) -> TransportBar:
    bar = TransportBar()
    qtbot.addWidget(bar)
    bar.set_theme(theme)
    bar.set_state(playing=True, can_play=True, can_step=True, can_reset=True)
    bar.set_speed(100_000)
    bar.resize(width, bar.sizeHint().height())
    bar.show_experiment(WORST)
    frame = SimpleNamespace(
        epoch=99_999, update=9_999_999, train_loss=1.23e-10, test_loss=9.99e-10,
        train_accuracy=1.0, test_accuracy=1.0,
    )  # fmt: skip
    bar.show_snapshot(cast(Snapshot, SimpleNamespace(frame=frame)))
    bar.show()
    QApplication.processEvents()
    return bar


def column_of(qtbot: QtBot, theme: Theme, width: int, height: int) -> QWidget:
    column = QWidget()
    qtbot.addWidget(column)
    gallery, panel = PresetGallery(), TrainingPanel()
    data, training = Card("Data", gallery), Card("Training", panel)
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GUTTER)
    layout.addWidget(data, 1)
    layout.addWidget(training)
    for part in (data, training, gallery, panel):
        part.set_theme(theme)
    panel.show_experiment(WORST, dataset_of(WORST))
    column.resize(width, height)
    column.show()
    QApplication.processEvents()
    assert (column.width(), column.height()) == (width, height)
    return column


def clipped(root: QWidget) -> list[str]:
    """What is cut off: widgets outside their parent, and texts wider than their place."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, Thumbnail):
            continue
        name = f"{type(widget).__name__} {widget.accessibleName()}"
        metrics = QFontMetrics(widget.font())
        room = widget.contentsRect().width()
        if isinstance(widget, QLabel):
            needed = widget.sizeHint().width()
            name += widget.text()
        elif isinstance(widget, QPushButton):
            icon = 0 if widget.icon().isNull() else widget.iconSize().width()
            needed = metrics.horizontalAdvance(widget.text()) + icon
        elif isinstance(widget, QLineEdit) and not isinstance(widget.parent(), QComboBox):
            needed = metrics.horizontalAdvance(widget.text()) + 16
        elif isinstance(widget, ChoiceBox):
            needed = metrics.horizontalAdvance(widget.shown_text()) + 26
        else:
            needed = 0
        if needed > room:
            found.append(f"{name}: {needed} > {room}")
    return found


def overlapping(widgets: list[QWidget]) -> list[tuple[str, str]]:
    return [
        (a.accessibleName(), b.accessibleName())
        for index, a in enumerate(widgets)
        for b in widgets[index + 1 :]
        if a.geometry().intersects(b.geometry())
    ]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [976, 1256, 1896])
def test_the_bar_fits(qtbot: QtBot, dress: Dress, theme: str, width: int) -> None:
    bar = bar_of(qtbot, dress(theme), width)
    assert bar.minimumSizeHint().width() <= width
    assert bar.height() == 52
    assert clipped(bar) == []
    children = [
        child for child in bar.children() if isinstance(child, QWidget) and child.isVisible()
    ]
    assert overlapping(children) == []
    # The room that is left goes to the slider and the read-outs.
    assert bar.granularity.width() == bar.granularity.sizeHint().width()
    inside = QRect(0, 0, bar.width(), bar.height())
    assert all(inside.contains(child.geometry()) for child in children)


def layout_of(bar: TransportBar) -> list[tuple[str, bool, QRect]]:
    """Where everything in the bar is, and whether it is shown."""
    QApplication.processEvents()
    return [
        (child.accessibleName() or type(child).__name__, child.isVisible(), child.geometry())
        for child in bar.findChildren(QWidget)
    ]


def show_end(bar: TransportBar, experiment: Experiment) -> None:
    """The last moment of an experiment, when all its figures are as long as they get."""
    has_test = experiment.test_fraction > 0
    frame = SimpleNamespace(
        epoch=experiment.epochs, update=most_updates(experiment), train_loss=1.2e-10,
        test_loss=9.9e-10 if has_test else None, train_accuracy=1.0,
        test_accuracy=1.0 if has_test else None,
    )  # fmt: skip
    bar.show_snapshot(cast(Snapshot, SimpleNamespace(frame=frame)))


@pytest.mark.parametrize("width", [1256, 1896])
def test_presets_and_themes_move_nothing_in_the_bar(qtbot: QtBot, dress: Dress, width: int) -> None:
    bar = TransportBar()
    qtbot.addWidget(bar)
    bar.set_theme(dress("dark"))
    bar.resize(width, 52)
    bar.show()
    experiments = [preset.experiment for preset in PRESETS.values()]
    bar.show_experiment(experiments[0])
    places = [[place for _, _, place in layout_of(bar)]]
    for experiment in experiments:
        bar.show_experiment(experiment)
        show_end(bar, experiment)
        shown = layout_of(bar)
        assert all(is_visible for _, is_visible, _ in shown), shown
        places.append([place for _, _, place in shown])
    for theme in ("light", "dark"):
        bar.set_theme(dress(theme))
        places.append([place for _, _, place in layout_of(bar)])
    assert all(place == places[0] for place in places)


@pytest.mark.parametrize("epochs", [1, 100_000, 1_000_000_000])
@pytest.mark.parametrize("seed", [0, LARGEST_SEED])
def test_at_1280_the_seed_is_always_shown(
    qtbot: QtBot, dress: Dress, epochs: int, seed: int
) -> None:
    bar = TransportBar()
    qtbot.addWidget(bar)
    bar.set_theme(dress("light"))
    bar.resize(1256, 52)
    bar.show()
    usual = PRESETS["moons"].experiment
    bar.show_experiment(usual)
    before = layout_of(bar)
    large = usual.evolve(epochs=epochs, seed=seed)
    bar.show_experiment(large)
    show_end(bar, large)
    QApplication.processEvents()
    for part in (bar.epoch, bar.train_loss, bar.accuracy, bar.seed, bar.new_seed):
        assert part.isVisible()
        assert part.width() >= part.sizeHint().width() or part is bar.new_seed
    assert clipped(bar) == []
    # Room that an experiment needed is given back to the next one.
    bar.show_experiment(usual)
    show_end(bar, usual)
    assert [place for _, _, place in layout_of(bar)] == [place for _, _, place in before]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("width", "height"), [(236, 640), (244, 690), (260, 900)])
def test_the_column_fits(qtbot: QtBot, dress: Dress, theme: str, width: int, height: int) -> None:
    column = column_of(qtbot, dress(theme), width, height)
    assert column.minimumSizeHint().width() <= width
    assert column.minimumSizeHint().height() <= height
    assert clipped(column) == []
    panel = column.findChild(TrainingPanel)
    gallery = column.findChild(PresetGallery)
    assert panel is not None
    assert gallery is not None
    assert panel.height() >= panel.sizeHint().height()
    assert gallery.height() > 2 * 70


def test_rows_are_compact(qtbot: QtBot, dress: Dress) -> None:
    column = column_of(qtbot, dress("light"), 236, 640)
    panel = column.findChild(TrainingPanel)
    assert panel is not None
    for control in (panel.optimizer, panel.learning_rate, panel.batch.field, panel.batch.variant):
        assert 24 <= control.height() <= 28


def test_every_control_is_named_and_explained(qtbot: QtBot, dress: Dress) -> None:
    theme = dress("light")
    bar, column = bar_of(qtbot, theme, 1256), column_of(qtbot, theme, 236, 640)
    seen = 0
    for root in (bar, column):
        for widget in root.findChildren(QWidget):
            is_control = isinstance(widget, QAbstractButton) or (
                widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            )
            if not is_control or widget.metaObject().className().startswith("Q"):
                continue
            seen += 1
            sentence = " ".join(widget.toolTip().split())
            assert widget.accessibleName(), widget
            assert sentence.endswith("."), (widget.accessibleName(), sentence)
            assert ". " not in sentence, sentence
            assert sentence[0].isupper() or sentence[0].isdigit()
    assert seen > 20


def test_tab_reaches_every_control(qtbot: QtBot, dress: Dress) -> None:
    column = column_of(qtbot, dress("light"), 236, 640)
    panel = column.findChild(TrainingPanel)
    assert panel is not None
    column.activateWindow()
    panel.batch.variant.buttons()[1].setFocus(Qt.FocusReason.TabFocusReason)
    order = []
    for _ in range(8):
        focused = QApplication.focusWidget()
        assert focused is not None
        order.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert order == [
        panel.batch.variant.buttons()[1],
        panel.batch.slider,
        panel.batch.field,
        panel.optimizer,
        panel.learning_rate,
        panel.activation,
        panel.activation_help,
        panel.epochs,
    ]
