"""MoreControls: all the controls that need not always be in view, in sections that fold."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.controls.buttons import ARROW_KEYS
from nnviz.gui.controls.effect_mark import EffectMark
from nnviz.gui.controls.field_panel import FieldPanel
from nnviz.gui.controls.section import Section
from nnviz.gui.controls.summaries import summary, summary_of_looks
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme
from nnviz.insight.snapshot import Snapshot
from nnviz.run.effects import Effect
from nnviz.run.experiment import Experiment

if TYPE_CHECKING:
    from nnviz.gui.controls.appearance import AppearancePanel
    from nnviz.gui.controls.network import NetworkPanel
    from nnviz.gui.controls.objective import ObjectivePanel
    from nnviz.gui.controls.optimizer import OptimizerPanel
    from nnviz.gui.controls.points import PointsPanel
    from nnviz.gui.controls.schedule import SchedulePanel

_PREFERRED_WIDTH = 208
_NARROWEST = 150
_BESIDE_BAR = 2
_ABOVE_LEGEND = 6
_HEADERS_IN_VIEW = 3
"""So many at the least, however low the window is."""


_WORDS = {Effect.LIVE: "live", Effect.REBUILDS: "rebuilds", Effect.NEW_DATA: "new data"}
"""The effects, as short as the legend has room for."""


_TITLES = {
    "points": ("Points", "Sets how many points there are and how they are split."),
    "network": ("Network", "Sets the layers and the weights that they start from."),
    "objective": ("Loss, penalties", "Sets what training makes as small as it can."),
    "optimizer": ("Optimizer", "Sets how the gradients become steps."),
    "schedule": ("Schedule", "Sets how the learning rate falls as the epochs pass."),
    "appearance": ("Appearance", "Sets how the window looks, and nothing of the run."),
}
"""For each section its title, and one sentence for its tooltip."""


class MoreControls(QScrollArea):
    """The sections under each other; below them what the marks in their rows mean."""

    changed = Signal(object)
    """A dict of fields of Experiment and their new values; sent for the user's changes only."""
    rejected = Signal(str)
    accepted = Signal()
    panel_made = Signal(str, object)
    """A section has been needed for the first time: its name and its panel."""
    folded = Signal()
    """The user folded or unfolded a section, or what is unfolded needs another height by now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._unfolded: Section | None = None
        self.setAccessibleName("More controls")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._shown: tuple[Experiment, Dataset] | None = None
        self._snapshot: Snapshot | None = None
        self._sections = {name: self._section(name) for name in _TITLES}
        self.legend = _Legend()
        self._content = QWidget()
        self._layout = QVBoxLayout(self._content)
        self._layout.setSpacing(0)
        for section in self._sections.values():
            self._layout.addWidget(section)
            section.toggled.connect(self._on_toggled)
        self._layout.addWidget(self.legend)
        self._layout.addStretch(1)
        self.setWidget(self._content)
        self._content.installEventFilter(self)
        self._height = 0
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._show_unfolded)
        bar.actionTriggered.connect(self._leave_in_place)
        self.set_theme(LIGHT)

    def _section(self, name: str) -> Section:
        title, tooltip = _TITLES[name]
        return Section(title, partial(self._make_panel, name), tooltip)

    def _make_panel(self, name: str) -> QWidget:
        """A panel that shows what all others show."""
        from nnviz.gui.controls.panels import PANELS, show_moment

        panel = PANELS[name]()
        panel.set_theme(self._theme)
        if isinstance(panel, FieldPanel):
            panel.changed.connect(self.changed)
            panel.rejected.connect(self.rejected)
            panel.accepted.connect(self.accepted)
            if self._shown is not None:
                panel.show_experiment(*self._shown)
        if self._snapshot is not None:
            show_moment(panel, self._snapshot)
        self.panel_made.emit(name, panel)
        return panel

    @property
    def points(self) -> PointsPanel:
        return cast("PointsPanel", self._sections["points"].panel)

    @property
    def network(self) -> NetworkPanel:
        return cast("NetworkPanel", self._sections["network"].panel)

    @property
    def objective(self) -> ObjectivePanel:
        return cast("ObjectivePanel", self._sections["objective"].panel)

    @property
    def optimizer(self) -> OptimizerPanel:
        return cast("OptimizerPanel", self._sections["optimizer"].panel)

    @property
    def schedule(self) -> SchedulePanel:
        return cast("SchedulePanel", self._sections["schedule"].panel)

    @property
    def appearance(self) -> AppearancePanel:
        return cast("AppearancePanel", self._sections["appearance"].panel)

    def sections(self) -> dict[str, Section]:
        """The sections by name, from top to bottom."""
        return dict(self._sections)

    def open_names(self) -> list[str]:
        """The sections that are unfolded, from top to bottom."""
        return [name for name, section in self._sections.items() if section.is_open]

    def set_open(self, names: Iterable[str]) -> None:
        """Unfold these sections and fold all others; emits nothing. Unknown names are ignored."""
        wanted = set(names)
        for name, section in self._sections.items():
            section.set_open(name in wanted)

    def show_experiment(self, experiment: Experiment, dataset: Dataset) -> None:
        """Show an experiment's values; emits nothing."""
        self._shown = (experiment, dataset)
        for panel in self._made():
            if isinstance(panel, FieldPanel):
                panel.show_experiment(experiment, dataset)
        for name in set(_TITLES) - {"appearance"}:
            self._sections[name].set_summary(summary(name, experiment))
        for section in self._sections.values():
            section.order_tabs()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show how far the schedule is; remember the moment, whose weights can be kept."""
        self._snapshot = snapshot
        if made := self._made():
            from nnviz.gui.controls.panels import show_moment

            for panel in made:
                show_moment(panel, snapshot)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for panel in self._made():
            panel.set_theme(theme)
        for section in self._sections.values():
            section.set_theme(theme)
        self._sections["appearance"].set_summary(summary_of_looks(theme))
        self.legend.set_theme(theme)
        self._layout.setContentsMargins(0, 0, theme.px(_BESIDE_BAR), 0)
        self.updateGeometry()

    def _made(self) -> list[Any]:
        """The panels that were needed so far; the others catch up when they are made."""
        return [section.panel for section in self._sections.values() if section.has_panel]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and self._unfolded is not None:
            height = self._content.sizeHint().height()
            if height != self._height:
                self._height = height
                self.folded.emit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Arrows that a clicked control leaves to the window: they would scroll.
        if event.key() in ARROW_KEYS:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        height = self._content.sizeHint().height()
        return QSize(self._theme.px(_PREFERRED_WIDTH), height)

    def minimumSizeHint(self) -> QSize:
        header = self._sections["points"].header.sizeHint().height()
        return QSize(self._theme.px(_NARROWEST), _HEADERS_IN_VIEW * header)

    def _on_toggled(self, is_open: bool) -> None:
        section = self.sender()
        assert isinstance(section, Section)
        self._unfolded = section if is_open else None
        self._show_unfolded()
        self.folded.emit()

    def _show_unfolded(self) -> None:
        """Bring the header that was unfolded last to the top, as far as there is room below it."""
        if self._unfolded is not None:
            self._layout.activate()
            self.verticalScrollBar().setValue(self._unfolded.y())

    def _leave_in_place(self) -> None:
        self._unfolded = None


class _Legend(QWidget):
    """The three marks, each with a word."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("What a change does to the run")
        self._marks = [EffectMark(effect) for effect in Effect]
        self._words = [QLabel(_WORDS[effect]) for effect in Effect]
        self._layout = QHBoxLayout(self)
        for mark, word in zip(self._marks, self._words, strict=True):
            word.setProperty("look", "dim")
            word.setToolTip(wrapped(mark.effect.sentence))
            self._layout.addWidget(mark)
            self._layout.addWidget(word)
            self._layout.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        for mark, word in zip(self._marks, self._words, strict=True):
            mark.set_theme(theme)
            word.setFont(theme.font(11))
        self._layout.setSpacing(theme.px(4))
        self._layout.setContentsMargins(theme.px(2), theme.px(_ABOVE_LEGEND), 0, 0)
