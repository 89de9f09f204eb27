"""The inspector: each micro-step, each equation, the batch, the slope, and two moments compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QStackedLayout,
    QWidget,
)

from nnviz.data.dataset import Dataset
from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.header_controls import HeaderTab
from nnviz.gui.views.inspector_controls import leave_arrows, order_tabs
from nnviz.gui.views.inspector_page import Page
from nnviz.gui.views.inspector_step import StepPage
from nnviz.insight.parts import BiasPart, EdgePart, Part
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import Experiment

# All pages but the first are imported when they are opened: the window must not wait for them.
if TYPE_CHECKING:
    from nnviz.gui.views.inspector_batch import BatchPage
    from nnviz.gui.views.inspector_compare import ComparePage
    from nnviz.gui.views.inspector_equation import EquationPage
    from nnviz.gui.views.inspector_slope import SlopePage
    from nnviz.insight.microsteps import MicroStep

TABS = {
    "Step": "Shows the next update one micro-step at a time, in words, symbols and numbers.",
    "Equation": "Shows what the chosen part computes, with its present numbers.",
    "Batch": "Shows why a few points pull elsewhere than all of them, and what all would cost.",
    "Slope": "Shows the loss as a curve over the chosen weight, and where its next step lands.",
    "Compare": "Shows what training has changed since a moment of your choice.",
}


class InspectorView(QWidget):
    """Five pages about one moment; only the one that is seen computes anything."""

    subtitle_changed = Signal(str)
    """What the page shows, in a few words."""
    step_asked = Signal(int)
    """−1 or +1: the micro-step before, or the next one."""
    phase_asked = Signal(str)
    """A phase of the update, to go to its first micro-step."""
    watch_toggled = Signal(bool)
    """The user wants micro-steps to play, or to stop."""
    watch_speed_changed = Signal(float)
    """Micro-steps a second."""
    point_chosen = Signal(object)
    """Which point of the batch, counted from 0, the walk shows alone; None for the batch."""
    point_hovered = Signal(object)
    """A point of the training part, counted from 0, that is pointed at; None for none."""
    pin_wanted = Signal()
    """Compare from the present moment on."""
    unpin_wanted = Signal()
    """Compare no more."""
    difference_shown = Signal(object)
    """The Difference to draw in place of the surface; None for the surface itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._run: tuple[Experiment, Dataset] | None = None
        self._snapshot: Snapshot | None = None
        self._part: Part | None = None
        self._pin: Snapshot | None = None
        self._is_running = False
        self._is_aside = False
        """Whether a click has led away from a walk, which goes on in its tab."""
        self._shown_step: tuple[tuple[MicroStep, ...] | None, int] = (None, 0)
        self._pages: dict[str, Page] = {}
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._step = StepPage(self)
        self._take("Step", self._step)
        self._connect_step()
        self._make_tabs()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Inspector")
        self.setAccessibleDescription("Control and C copies what is shown as text.")
        self.set_theme(LIGHT)

    def _make_tabs(self) -> None:
        self._tab_bar = QWidget(self)
        self._tab_row = QHBoxLayout(self._tab_bar)
        self._tab_group = QButtonGroup(self)
        self._tabs = {name: HeaderTab(name, tip, self._tab_bar) for name, tip in TABS.items()}
        for tab in self._tabs.values():
            self._tab_row.addWidget(tab)
            self._tab_group.addButton(tab)
        self._tabs["Step"].setChecked(True)
        self._tab_group.buttonToggled.connect(self._change_tab)

    def _connect_step(self) -> None:
        step = self._step
        step.step_asked.connect(self.step_asked)
        step.phase_asked.connect(self.phase_asked)
        step.watch_toggled.connect(self.watch_toggled)
        step.watch_speed_changed.connect(self.watch_speed_changed)
        step.point_chosen.connect(self.point_chosen)
        step.formula.changed.connect(self._share_settings_of_step)
        step.formula.copied.connect(self.subtitle_changed)

    def choose_point(self, point: int) -> None:
        """In a walk: show this point of the training part alone, or all points again."""
        self._step.choose_point(point)

    # --- pages that are made when they are needed

    @property
    def _equation(self) -> EquationPage:
        from nnviz.gui.views.inspector_equation import EquationPage

        page = self._pages.get("Equation")
        if not isinstance(page, EquationPage):
            page = EquationPage(self)
            page.formula.take_settings(self._step.formula)
            self._catch_up(page)
            page.show_part(self._part)
            page.formula.changed.connect(self._share_settings_of_equation)
            page.formula.copied.connect(self.subtitle_changed)
            self._take("Equation", page)
        return page

    @property
    def _batch(self) -> BatchPage:
        from nnviz.gui.views.inspector_batch import BatchPage

        page = self._pages.get("Batch")
        if not isinstance(page, BatchPage):
            page = BatchPage(self)
            self._catch_up(page)
            page.point_hovered.connect(self.point_hovered)
            self._take("Batch", page)
        return page

    @property
    def _slope(self) -> SlopePage:
        from nnviz.gui.views.inspector_slope import SlopePage

        page = self._pages.get("Slope")
        if not isinstance(page, SlopePage):
            page = SlopePage(self)
            self._catch_up(page)
            page.show_part(self._part)
            self._take("Slope", page)
        return page

    @property
    def _compare(self) -> ComparePage:
        from nnviz.gui.views.inspector_compare import ComparePage

        page = self._pages.get("Compare")
        if not isinstance(page, ComparePage):
            page = ComparePage(self)
            page.show_pin(self._pin)
            self._catch_up(page)
            page.show_part(self._part)
            page.pin_wanted.connect(self.pin_wanted)
            page.unpin_wanted.connect(self.unpin_wanted)
            page.difference_shown.connect(self.difference_shown)
            self._take("Compare", page)
        return page

    def _page(self, name: str) -> Page:
        """The page of this tab, made at the latest now."""
        if name == "Step":
            return self._step
        if name == "Equation":
            return self._equation
        if name == "Batch":
            return self._batch
        return self._slope if name == "Slope" else self._compare

    def _catch_up(self, page: Page) -> None:
        """Give a page that was just made what all others have got."""
        leave_arrows(page)
        page.set_theme(self._theme)
        if self._run is not None:
            page.reset(*self._run)
        if self._snapshot is not None:
            page.show_snapshot(self._snapshot)
        page.set_running(self._is_running)

    def _take(self, name: str, page: Page) -> None:
        """Have a page among the others."""
        self._pages[name] = page
        self._stack.addWidget(page)
        page.subtitle_changed.connect(self._tell_subtitle)
        if len(self._pages) > 1:
            order_tabs([self, *(self._pages[each] for each in TABS if each in self._pages)])

    # --- what the window calls

    def reset(self, experiment: Experiment, dataset: Dataset) -> None:
        """Begin a new run; what was chosen and pinned stays until others are."""
        self._run, self._snapshot = (experiment, dataset), None
        for page in self._pages.values():
            page.reset(experiment, dataset)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        for page in self._pages.values():
            page.show_snapshot(snapshot)

    def show_step(self, steps: tuple[MicroStep, ...] | None, number: int) -> None:
        """A micro-step of the present frame, counted from 0; None when no update is walked."""
        begins = steps is not None and not self._step.is_walking
        moves = steps is not None and (steps, number) != self._shown_step
        self._shown_step = steps, number
        self._step.show_step(steps, number)
        if begins or (moves and self._is_aside):
            self.show_tab("Step")

    def show_part(self, part: Part | None) -> None:
        """The part that was chosen in the network.

        Where its tab shows nothing of it, as that of a step which it has no part in, the equation
        comes; the walk's next step brings its own tab back.
        """
        self._part = part
        self._step.show_part(part)
        if "Equation" in self._pages:
            self._equation.show_part(part)
        if "Slope" in self._pages:
            self._slope.show_part(part)
        if "Compare" in self._pages:
            self._compare.show_part(part)
        if part is None:
            return
        shows_it = {
            "Step": self._step.tells_of(part),
            "Equation": True,
            "Slope": isinstance(part, EdgePart | BiasPart),
            "Compare": self._pin is not None,
        }
        if not shows_it.get(self.tab, False):
            leaves_a_walk = self.tab == "Step" and self._step.is_walking
            self.show_tab("Equation")
            self._is_aside = leaves_a_walk

    def show_pin(self, before: Snapshot | None) -> None:
        """The moment that the present one is compared with; None for none."""
        self._pin = before
        if "Compare" in self._pages:
            self._compare.show_pin(before)

    def set_running(self, running: bool) -> None:
        """Whether the run is training; what is costly waits until it does not."""
        self._is_running = running
        for page in self._pages.values():
            page.set_running(running)

    def set_watching(self, watching: bool) -> None:
        """Whether micro-steps are playing; tells nobody."""
        self._step.set_watching(watching)

    @property
    def watch_speed(self) -> float:
        """Micro-steps a second that the user has asked for."""
        return self._step.speed

    def set_watch_speed(self, speed: float) -> None:
        """The nearest speed that there is; tells nobody."""
        self._step.set_speed(speed)

    @property
    def tab(self) -> str:
        """The word of the tab that is shown."""
        return next(name for name, tab in self._tabs.items() if tab.isChecked())

    def show_tab(self, name: str) -> None:
        """Show the tab of this word, one of TABS."""
        self._tabs[name].setChecked(True)

    @property
    def subtitle(self) -> str:
        return self._page(self.tab).subtitle

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for tab in self._tabs.values():
            tab.set_theme(theme)
        self._tab_row.setContentsMargins(0, 0, 0, 0)
        self._tab_row.setSpacing(theme.px(6))
        for page in self._pages.values():
            page.set_theme(theme)

    def header_widgets(self) -> list[QWidget]:
        """Controls for the card's heading: the tabs."""
        return [self._tab_bar]

    def prepare_export(self, numbers: bool = False) -> None:
        """Show nothing that is only pointed at, until `finish_export`."""
        for page in self._pages.values():
            page.finish_hover()

    def finish_export(self) -> None:
        """Nothing has to be put back: pointing again shows it again."""

    def sizeHint(self) -> QSize:
        return QSize(600, 150)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 110)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._page(self.tab).copy()
        else:
            super().keyPressEvent(event)

    # --- inside

    def _change_tab(self, tab: HeaderTab, checked: bool) -> None:
        if checked:
            self._is_aside = False
            self._stack.setCurrentWidget(self._page(tab.text()))
            self._tell_subtitle()

    def _tell_subtitle(self) -> None:
        self.subtitle_changed.emit(self.subtitle)

    def _share_settings_of_step(self) -> None:
        if "Equation" in self._pages:
            self._equation.formula.take_settings(self._step.formula)
            self._equation.pace.ask()

    def _share_settings_of_equation(self) -> None:
        self._step.formula.take_settings(self._equation.formula)
        self._step.pace.ask()
