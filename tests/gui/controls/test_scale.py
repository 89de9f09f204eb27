"""The interface's scale: every control follows it at once, there and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLayout,
    QSpacerItem,
    QWidget,
)
from pytestqt.qtbot import QtBot

from nnviz.gui.controls.gallery import PresetGallery
from nnviz.gui.controls.more import MoreControls
from nnviz.gui.controls.training import TrainingPanel
from nnviz.gui.controls.transport import TransportBar
from nnviz.gui.theme import Theme
from nnviz.run.experiment import Experiment
from nnviz.run.problem import dataset_of

Dress = Callable[..., Theme]

EXPERIMENT = Experiment(
    dataset="moons", hidden=(8, 8), activation=("tanh", "relu"), class_weight=(1.0, 2.0)
)


def transport() -> TransportBar:
    bar = TransportBar()
    bar.show_experiment(EXPERIMENT)
    return bar


def filled(panel: Any) -> Any:
    panel.show_experiment(EXPERIMENT, dataset_of(EXPERIMENT))
    return panel


PARTS: dict[str, Callable[[], Any]] = {
    "transport": transport,
    "gallery": PresetGallery,
    "training": lambda: filled(TrainingPanel()),
    "more": lambda: filled(MoreControls()),
}


def lengths(root: QWidget) -> dict[str, tuple[int, ...]]:
    """All that is measured in pixels: hints, fixed sizes, icons, margins and gaps."""
    found = {}
    for index, widget in enumerate([root, *root.findChildren(QWidget)]):
        if is_of_qt(widget):
            continue
        sizes = [widget.sizeHint(), widget.minimumSizeHint(), widget.minimumSize()]
        if widget.maximumWidth() < 2**20:
            sizes.append(QSize(widget.maximumWidth(), 0))
        if isinstance(widget, QAbstractButton) and not widget.icon().isNull():
            sizes.append(widget.iconSize())
        numbers = [number for size in sizes for number in (size.width(), size.height())]
        layout = widget.layout()
        if layout is not None:
            numbers += in_layout(layout)
        found[f"{index} {type(widget).__name__} {widget.accessibleName()}"] = tuple(numbers)
    return found


def is_of_qt(widget: QWidget) -> bool:
    """Whether Qt measures it: lists that open, scroll bars; by the style sheet, or late."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QComboBox):
            return True
        above = above.parentWidget()
    return widget.metaObject().className().startswith("QScroll")


def in_layout(layout: QLayout) -> list[int]:
    margins = layout.contentsMargins()
    numbers = [margins.left(), margins.top(), margins.right(), margins.bottom(), layout.spacing()]
    for index in range(layout.count()):
        item = layout.itemAt(index)
        inner = item.layout() if item is not None else None
        if isinstance(item, QSpacerItem):
            numbers += [item.sizeHint().width(), item.sizeHint().height()]
        elif inner is not None:
            numbers += in_layout(inner)
    return numbers


@pytest.mark.parametrize("name", PARTS)
def test_everything_follows_the_scale_and_comes_back(qtbot: QtBot, dress: Dress, name: str) -> None:
    def measured(scale: float) -> dict[str, tuple[int, ...]]:
        part.set_theme(dress("light", scale))
        if isinstance(part, TransportBar):
            part.resize(part.sizeHint())
        QApplication.processEvents()
        return lengths(part)

    part = PARTS[name]()
    qtbot.addWidget(part)
    part.show()
    if isinstance(part, MoreControls):
        part.set_open(part.sections())
    usual, large, again = measured(1.0), measured(1.5), measured(1.0)
    assert again == usual
    assert large.keys() == usual.keys()
    for widget, before in usual.items():
        for small, big in zip(before, large[widget], strict=True):
            # Hints round, and those of words are as uneven as the glyphs' widths are.
            assert small * 1.5 - 6 <= big * 1.06 + 2, (widget, before, large[widget])
            assert big <= small * 1.62 + 6, (widget, before, large[widget])
            assert (small == big) == (abs(small) <= 1), (widget, before, large[widget])
