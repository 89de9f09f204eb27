"""TransportBar: play, step, reset, speed; and where training stands."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QSpacerItem,
    QToolButton,
    QWidget,
)

from nnviz.data.dataset import n_test_points
from nnviz.gui.card import draw_ground
from nnviz.gui.controls.buttons import PushButton, ToolButton, has_ring
from nnviz.gui.controls.readouts import (
    ReadOut,
    ReadOutRow,
    show_accuracy,
    show_epoch,
    show_loss,
)
from nnviz.gui.controls.seed_button import SeedButton, next_seed
from nnviz.gui.controls.segmented import Segment, SegmentedControl
from nnviz.gui.controls.speed import SpeedControl
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.icons import icon
from nnviz.gui.theme import LIGHT, Theme
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import Experiment, tooltip

HEIGHT = 52
_BUTTON = 34
_ICON = 18
_AROUND_WORD = 34
"""Beside the word and the icon of the play button."""
_NARROWEST_PLAY = 92
_GAP = 8
_GAPS = (8, 10, 10, 6)
"""More room before the granularity, the speed, the read-outs and the menu; pixels at scale 1."""

GRANULARITIES = {
    "micro": Segment("micro", "A step is one operation within an update (1)."),
    "update": Segment("update", "A step is one update of the weights (2)."),
    "epoch": Segment("epoch", "A step is one pass over all training points (3)."),
}

PLAY = "Trains until you pause it or the last epoch is reached (Space)."
PAUSE = "Pauses training, so that you can look, step and change things (Space)."


class TransportBar(QWidget):
    """A card of controls at the left and read-outs at the right."""

    play_pressed = Signal()
    pause_pressed = Signal()
    step_pressed = Signal()
    step_back_pressed = Signal()
    reset_pressed = Signal()
    granularity_changed = Signal(str)
    """"micro", "update" or "epoch": what a step is."""
    speed_changed = Signal(float)
    """Updates a second; infinity for as many as possible."""
    seed_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._is_playing = False
        self._can_go_back = False
        self._epochs = 0
        self._seed = 0
        self._focus_lender: QWidget | None = None
        self._lent_with_ring = False
        self.setAccessibleName("Transport")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._make_controls()
        self._make_read_outs()
        self._place()
        self._connect()
        self.set_theme(LIGHT)
        self.set_state(playing=False, can_play=False, can_step=False, can_reset=False)

    # --- parts

    def _make_controls(self) -> None:
        self.reset = ToolButton("Reset", wrapped("Begins again with the same initial weights (R)."))
        self.play = PushButton("Play")
        self.play.setProperty("look", "accent")
        self.play.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.step = ToolButton(
            "Step", wrapped("Goes on by one micro-step, update or epoch, and stops again (→).")
        )
        self.step_back = ToolButton(
            "Step back", wrapped("Goes back by one micro-step, update or epoch (←).")
        )
        self.granularity = SegmentedControl("Step by", GRANULARITIES, padding=8)
        self.granularity.set_current("update")
        self.granularity.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.speed = SpeedControl()
        self.menu_button = ToolButton("Menu", "Opens, saves and exports, and sets the appearance.")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _make_read_outs(self) -> None:
        self.epoch = ReadOut(
            "epoch",
            widest=show_epoch(10_000, 10_000),
            tooltip=wrapped("Completed passes over the training points."),
        )
        self.updates = ReadOut(
            "updates", widest="1,000,000", tooltip="Changes of the weights so far."
        )
        self.train_loss = ReadOut(
            "train loss",
            widest="1.2·10⁻⁵",
            tooltip=wrapped(
                "How wrong the network is on the points it learns from, penalty included."
            ),
        )
        self.test_loss = ReadOut(
            "test loss",
            widest="1.2·10⁻⁵",
            tooltip=wrapped("How wrong the network is on points that it does not learn from."),
        )
        self.accuracy = ReadOut(
            "test accuracy",
            "train accuracy",
            widest="100.0 %",
            tooltip="Share of points that get the right class.",
        )
        self.seed = ReadOut("seed", widest="1234", tooltip=wrapped(tooltip("seed")))
        self.new_seed = SeedButton("New seed", tooltip("seed"))
        self.seed_group = QWidget()
        self._seed_layout = QHBoxLayout(self.seed_group)
        self._seed_layout.setContentsMargins(0, 0, 0, 0)
        self._seed_layout.addWidget(self.seed)
        self._seed_layout.addWidget(self.new_seed, 0, Qt.AlignmentFlag.AlignBottom)
        parts = (
            self.epoch,
            self.updates,
            self.train_loss,
            self.test_loss,
            self.accuracy,
            self.seed_group,
        )
        # The number of updates follows from the epochs; the seed is in the training panel as well.
        least_first = (
            self.updates,
            self.test_loss,
            self.seed_group,
            self.accuracy,
            self.train_loss,
        )
        self.read_outs = ReadOutRow(parts, least_first, self)

    def _place(self) -> None:
        self._layout = layout = QHBoxLayout(self)
        self._gaps = [QSpacerItem(0, 0) for _ in _GAPS]
        before_granularity, before_speed, before_read_outs, before_menu = self._gaps
        for widget in (self.reset, self.step_back, self.play, self.step):
            layout.addWidget(widget)
        layout.addItem(before_granularity)
        layout.addWidget(self.granularity)
        layout.addItem(before_speed)
        layout.addWidget(self.speed)
        layout.addItem(before_read_outs)
        # The slider's preferred width is its smallest, so what all read-outs need comes first.
        # Without stretch factors: with them Qt starts from the smallest sizes, not the preferred.
        layout.addWidget(self.read_outs)
        layout.addItem(before_menu)
        layout.addWidget(self.menu_button)
        order = (
            self.reset,
            self.step_back,
            self.play,
            self.step,
            *self.granularity.buttons(),
            self.speed.slider,
            self.new_seed,
            self.menu_button,
        )
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _connect(self) -> None:
        self.play.clicked.connect(self._on_play)
        self.step.clicked.connect(self.step_pressed)
        self.step_back.clicked.connect(self.step_back_pressed)
        self.reset.clicked.connect(self.reset_pressed)
        self.granularity.changed.connect(self.granularity_changed)
        self.speed.changed.connect(self.speed_changed)
        self.new_seed.clicked.connect(self._on_new_seed)

    # --- what the window says

    def set_menu(self, menu: QMenu) -> None:
        """The menu that the button at the right end opens."""
        self.menu_button.setMenu(menu)

    def set_state(self, playing: bool, can_play: bool, can_step: bool, can_reset: bool) -> None:
        """Show whether training runs, and enable what can be done now."""
        self._is_playing = playing
        wanted: dict[QAbstractButton, bool] = {
            self.play: can_play or playing,
            self.step: can_step,
            self.step_back: can_step and self._can_go_back,
            self.reset: can_reset,
            self.new_seed: can_reset,
        }
        self._enable(wanted)
        self._show_play_button()

    def set_can_go_back(self, can: bool) -> None:
        """Whether there is an earlier moment to go back to."""
        if can != self._can_go_back:
            self._can_go_back = can
            self._enable({self.step_back: can and self.step.isEnabled()})

    def set_granularity(self, granularity: str) -> None:
        """Show what a step is; emits nothing."""
        self.granularity.set_current(granularity)

    def set_speed(self, updates_per_second: float) -> None:
        """Show a speed; emits nothing."""
        self.speed.set_speed(updates_per_second)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show where training will stop, and the seed."""
        self._epochs = experiment.epochs
        self._seed = experiment.seed
        self.epoch.reserve(show_epoch(experiment.epochs, experiment.epochs))
        self.updates.reserve(f"{most_updates(experiment):,}")
        self.seed.set_figure(str(experiment.seed))
        self.read_outs.rearrange()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show a moment's figures."""
        frame = snapshot.frame
        self.epoch.set_figure(show_epoch(frame.epoch, self._epochs))
        self.updates.set_figure(f"{frame.update:,}")
        self.train_loss.set_figure(show_loss(frame.train_loss))
        self.test_loss.set_figure(show_loss(frame.test_loss))
        # Without a test part, as with the four points of a gate, the other one is worth seeing.
        has_test = frame.test_accuracy is not None or frame.train_accuracy is None
        self.accuracy.set_caption("test accuracy" if has_test else "train accuracy")
        accuracy = frame.test_accuracy if has_test else frame.train_accuracy
        self.accuracy.set_figure(show_accuracy(accuracy))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.reset.setIcon(icon("reset", theme))
        self.step.setIcon(icon("step", theme))
        self.step_back.setIcon(icon("step back", theme))
        self.menu_button.setIcon(icon("menu", theme))
        self.new_seed.set_theme(theme)
        self.play.setFont(theme.font(13, QFont.Weight.DemiBold))
        self._play_icons = {name: icon(name, theme, theme.on_accent) for name in ("play", "pause")}
        words = QFontMetrics(self.play.font())
        widest = max(words.horizontalAdvance(word) for word in ("Play", "Pause"))
        # As wide for both words, so that the bar does not move when training starts.
        width = max(widest + theme.px(_ICON + _AROUND_WORD), theme.px(_NARROWEST_PLAY))
        self.play.setFixedSize(width, theme.px(_BUTTON))
        self._show_measures()
        for part in (
            self.granularity,
            self.speed,
            self.epoch,
            self.updates,
            self.train_loss,
            self.test_loss,
            self.accuracy,
            self.seed,
            self.read_outs,
        ):
            part.set_theme(theme)
        self._show_play_button()
        self.update()

    def _show_measures(self) -> None:
        """The lengths that do not follow from fonts, at the theme's scale."""
        px = self._theme.px
        for button in (self.reset, self.step_back, self.step, self.menu_button):
            button.setFixedSize(px(_BUTTON), px(_BUTTON))
            button.setIconSize(QSize(px(_ICON), px(_ICON)))
        self.play.setIconSize(QSize(px(_ICON), px(_ICON)))
        self._seed_layout.setSpacing(px(4))
        self._layout.setContentsMargins(px(12), 0, px(10), 0)
        self._layout.setSpacing(px(_GAP))
        fixed, least = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum
        for gap, width in zip(self._gaps, _GAPS, strict=True):
            gap.changeSize(px(width), 0, fixed, least)
        self._layout.invalidate()
        self.updateGeometry()

    # --- Qt

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(1256), self._theme.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self._theme.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_ground(self, self._theme, QPen(self._theme.line, 1))

    # --- gestures

    def _on_play(self) -> None:
        if self._is_playing:
            self.pause_pressed.emit()
        else:
            self.play_pressed.emit()

    def _on_new_seed(self) -> None:
        self.seed_changed.emit(next_seed(self._seed))

    def _enable(self, wanted: dict[QAbstractButton, bool]) -> None:
        self._lend_focus(wanted)
        for button, enabled in wanted.items():
            button.setEnabled(enabled)
        self._return_focus()

    def _show_play_button(self) -> None:
        word = "Pause" if self._is_playing else "Play"
        self.play.setText(word)
        self.play.setIcon(self._play_icons[word.lower()])
        self.play.setAccessibleName(word)
        self.play.setToolTip(wrapped(PAUSE if self._is_playing else PLAY))

    def _lend_focus(self, wanted: dict[QAbstractButton, bool]) -> None:
        """Qt would give the focus of a button that is disabled to the next one, for good."""
        for button, enabled in wanted.items():
            if button.hasFocus() and not enabled:
                self._focus_lender = button
                self._lent_with_ring = has_ring(button)
                self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _return_focus(self) -> None:
        lender = self._focus_lender
        if lender is None:
            return
        if not self.hasFocus():
            self._focus_lender = None
        elif lender.isEnabled():
            self._focus_lender = None
            reasons = Qt.FocusReason
            lender.setFocus(
                reasons.TabFocusReason if self._lent_with_ring else reasons.MouseFocusReason
            )


def most_updates(experiment: Experiment) -> int:
    """How many updates all epochs of an experiment make."""
    n_test = n_test_points(experiment.n_samples, experiment.test_fraction)
    n_train = experiment.n_samples - n_test
    size = n_train if experiment.batch_size == "full" else experiment.batch_size
    return experiment.epochs * -(-n_train // max(int(size), 1))
