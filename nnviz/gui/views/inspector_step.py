"""The walk through an update: one micro-step at a time, in words, symbols and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.theme import Theme
from nnviz.gui.views.inspector_controls import TEXT_SIZE, PhaseRow, Stepper, WordButton
from nnviz.gui.views.inspector_formula import FormulaPane
from nnviz.gui.views.inspector_page import Page
from nnviz.gui.views.inspector_text import told
from nnviz.insight.parts import BiasPart, EdgePart, LossPart, NeuronPart, Part
from nnviz.insight.snapshot import Snapshot
from nnviz.model.losses import LOSSES
from nnviz.model.optimizers import OPTIMIZERS
from nnviz.run.experiment import Experiment
from nnviz.run.frame import Frame
from nnviz.run.problem import problem_of

# What computes a step's equation is imported with the first walk: the window must not wait for it.
if TYPE_CHECKING:
    from nnviz.insight.microsteps import MicroStep

SPEEDS = (0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0)
"""Micro-steps a second, in about equal ratios."""
_FIRST_SPEED = 4
_HOW_TO_BEGIN = "Press 1 and then →, or Watch, to see the next update one step at a time."
_HOW_TO_SEE_A_BIAS = "Click a bias for all its lines."


class StepPage(Page):
    """Where one is in the update, what happens there, and how to go on."""

    watch_toggled = Signal(bool)
    watch_speed_changed = Signal(float)
    step_asked = Signal(int)
    phase_asked = Signal(str)
    point_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[MicroStep, ...] | None = None
        self._number = 0
        self._frame: Frame | None = None
        self._dataset: Dataset | None = None
        self._batch: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        """The points of the update that is walked, as places in the training part."""
        self._wanted: int | None = None
        """The point that was chosen, likewise; it stays so where it is not in the batch."""
        self._part: Part | None = None
        self._phases = PhaseRow(self)
        self._phases.clicked.connect(self.phase_asked)
        self._count = QLabel(self)
        self._back = WordButton(
            "‹", "previous micro-step", "Goes back to the step before; nothing is changed.", self
        )
        self._on = WordButton("›", "next micro-step", "Goes on to the next step.", self)
        self._watch = WordButton(
            "Watch", "watch micro-steps", "Plays the steps at a speed that one can follow.", self
        )
        self._watch.setCheckable(True)
        self._watch.keep_room_for("Watch")
        self._speed = Stepper(
            "steps a second", "Sets how many steps a second are played.",
            _speed_text, (0, len(SPEEDS) - 1), _FIRST_SPEED, self,
        )  # fmt: skip
        self._speed.keep_room_for(*map(_speed_text, range(len(SPEEDS))))
        self.formula = FormulaPane("This step", self._make_point, self)
        self._back.clicked.connect(self._ask_back)
        self._on.clicked.connect(self._ask_on)
        self._watch.clicked.connect(self._toggle_watch)
        self._speed.changed.connect(self._change_speed)
        self.formula.changed.connect(self.pace.ask_now)
        self._row = QHBoxLayout()
        self._row.addWidget(self._phases)
        self._row.addWidget(self._count)
        self._row.addStretch(1)
        for control in (self._back, self._on, self._watch, self._speed):
            self._row.addWidget(control)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addLayout(self._row)
        self._layout.addWidget(self.formula, 1)
        self._show_place()

    def _make_point(self) -> Stepper:
        point = Stepper(
            "points shown",
            "Shows what the whole batch does, or one of its points alone.",
            self._point_text, (0, 1), 0, self,
        )  # fmt: skip
        point.keep_room_for(self._point_text(0))
        point.changed.connect(self._choose_point)
        return point

    # --- what the inspector calls

    @property
    def _point(self) -> Stepper:
        return self.formula.point

    @property
    def is_walking(self) -> bool:
        return self._steps is not None

    @property
    def speed(self) -> float:
        return SPEEDS[self._speed.value]

    def set_speed(self, speed: float) -> None:
        """The nearest one that there is; tells nobody."""
        ratios = [abs(np.log(each / max(speed, 1e-9))) for each in SPEEDS]
        self._speed.set_value(int(np.argmin(ratios)))

    def reset(self, experiment: Experiment, dataset: Dataset) -> None:
        self._steps = self._frame = None
        self._take_data(dataset)
        self._show_place()
        super().reset(experiment, dataset)

    def show_step(self, steps: tuple[MicroStep, ...] | None, number: int) -> None:
        """A step of the walk that begins at the present snapshot; None when there is no walk."""
        if steps is None or not steps:
            self._steps = self._frame = None
        else:
            if steps is not self._steps:
                frame = None if self._snapshot is None else self._snapshot.frame
                self._frame = frame if frame is not None and _belong(steps, frame) else None
            self._steps, self._number = steps, min(max(number, 0), len(steps) - 1)
        self._show_place()
        self.pace.ask_now()

    def show_part(self, part: Part | None) -> None:
        """Show the numbers of this part, in steps that it has a part in."""
        self._part = part
        self.pace.ask_now()

    def tells_of(self, part: Part) -> bool:
        """Whether the step that is shown has to do with this part."""
        if self._steps is None:
            return False
        step = self._steps[self._number]
        if isinstance(part, LossPart):
            return step.phase == "loss"
        return _unit_in(step, part) != (None, None)

    def set_watching(self, watching: bool) -> None:
        self._watch.setChecked(watching)
        self._watch.setText("Stop" if watching else "Watch")

    def copy(self) -> None:
        self.formula.copy()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        controls = (self._back, self._on, self._watch, self._speed)
        for part in (self._phases, self.formula, *controls):
            part.set_theme(theme)
        self._count.setFont(theme.font(TEXT_SIZE))
        self._count.setStyleSheet(f"color: {theme.dim.name()}; background: transparent;")
        self._row.setSpacing(theme.px(5))
        self._layout.setSpacing(theme.px(8))
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(600), self._theme.px(130))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where there is no room for all, words of the place give way; controls never do."""
        spacing = self._row.spacing()
        controls = (self._back, self._on, self._watch, self._speed)
        room = self.width() - sum(each.sizeHint().width() + spacing for each in controls)
        for text in self._count_texts():
            self._count.setText(text)
            words = self._count.sizeHint().width() + 2 * spacing
            if self._phases.fit(room - words):
                return
        # Then only the present phase is shown, and there is room for more words again.
        self._count.setText(self._count_texts()[0])

    def _count_texts(self) -> tuple[str, ...]:
        """Which step it is, the shortest text last."""
        if self._steps is None:
            return ("",)
        number, count = self._number + 1, len(self._steps)
        return f"step {number} of {count}", f"{number} of {count}"

    # --- what is shown

    def show_snapshot(self, snapshot: Snapshot) -> None:
        # A walk shows the moment that it began at; it ends when `show_step` says so.
        self._snapshot = snapshot
        self._take_data(snapshot.dataset)

    def _take_data(self, dataset: Dataset) -> None:
        if dataset is not self._dataset:
            # Its number is another point's there.
            self._dataset, self._wanted = dataset, None

    def _show_place(self) -> None:
        steps = self._steps
        self._phases.set_phase(None if steps is None else steps[self._number].phase)
        self._back.setEnabled(steps is not None)
        self._fit()
        if steps is None:
            if self.formula.has_tools:
                self._point.hide()
                self._point.set_value(0)
            self._say("")
        else:
            self._show_points(steps)
            self._say(self._moment_text(steps[0]))

    def _show_points(self, steps: tuple[MicroStep, ...]) -> None:
        """Which points of the batch are shown, and how many there are to choose from."""
        shown, chosen = steps[0].values["points"], 0
        self._batch = shown
        if len(shown) == 1 and self._frame is not None and self._dataset is not None:
            from nnviz.insight.batch_lens import next_points

            problem = problem_of(self._frame.experiment, self._dataset)
            self._batch = next_points(problem, self._frame.state)
            found = np.flatnonzero(self._batch == shown[0])
            chosen = int(found[0]) + 1 if len(self._batch) > 1 and len(found) else 0
        # Both the old and the new value must have a text meanwhile.
        self._point.set_value(0)
        self._point.set_values(0, len(self._batch))
        self._point.set_value(chosen)
        self._point.setVisible(len(self._batch) > 1)

    def _moment_text(self, load: MicroStep) -> str:
        values = load.values
        text = f"epoch {values['epoch']:,}"
        if self._frame is not None:
            text = f"update {self._frame.update + 1:,}, {text}"
        if values["batches"] > 1:
            text += f", batch {values['batch']:,}/{values['batches']:,}"
        return text

    def _point_text(self, value: int) -> str:
        """A point is called by its place in the training part, as in all equations."""
        if not 0 < value <= len(self._batch):
            return "whole batch"
        return f"point {self._batch[value - 1] + 1:,}"

    def _missing_text(self) -> str:
        """Why the chosen point is not shown alone; empty where there is no reason."""
        if self._wanted is None or self._wanted in self._batch:
            return ""
        instead = "showing the whole batch" if len(self._batch) > 1 else "showing the one that is"
        return f"Point {self._wanted + 1:,} is not in this batch; {instead}."

    def _compute(self) -> None:
        if self._steps is None:
            self.formula.show_words([told(_HOW_TO_BEGIN)])
            return
        step = self._steps[self._number]
        if self._frame is None:
            # What a step says of itself is true, whatever it is a step of.
            self.formula.show_words([told(step.title, "strong"), told(step.formula, "formula")])
            return
        from nnviz.insight.equations import equation_of_step

        unit, source = (None, None) if self._part is None else _unit_in(step, self._part)
        is_of_bias = unit is not None and isinstance(self._part, BiasPart)
        equation = equation_of_step(
            self._frame, self._steps, self._number, unit, source,
            self.formula.digits.value, self.formula.most_terms, is_of_bias=is_of_bias,
        )  # fmt: skip
        hint = _HOW_TO_SEE_A_BIAS if step.phase == "update" and not is_of_bias else ""
        self.formula.show_equation(equation, self._missing_text(), hint)

    # --- what the user does

    def _ask_back(self) -> None:
        self.step_asked.emit(-1)

    def _ask_on(self) -> None:
        self.step_asked.emit(1)

    def _toggle_watch(self, checked: bool) -> None:
        self.set_watching(checked)
        self.watch_toggled.emit(checked)

    def _change_speed(self) -> None:
        self.watch_speed_changed.emit(self.speed)

    def choose_point(self, point: int) -> None:
        """Show this point of the training part alone, if the walk's batch has it; again: all."""
        found = np.flatnonzero(self._batch == point)
        if self._steps is not None and len(self._batch) > 1 and len(found):
            value = int(found[0]) + 1
            value = 0 if value == self._point.value else value
            self._point.set_value(value)
            self._choose_point(value)

    def _choose_point(self, value: int) -> None:
        self._wanted = int(self._batch[value - 1]) if value else None
        self.point_chosen.emit(value - 1 if value else None)


def _unit_in(step: MicroStep, part: Part) -> tuple[int | None, int | None]:
    """Unit and source of a part, if it belongs to the step's layer."""
    match part:
        case NeuronPart(layer, unit) | BiasPart(layer, unit) if layer == step.layer:
            return unit, None
        case EdgePart(layer, target, source) if layer == step.layer:
            return target, source
    return None, None


def _speed_text(value: int) -> str:
    return f"{SPEEDS[value]:g}/s"


def _belong(steps: tuple[MicroStep, ...], frame: Frame) -> bool:
    """Whether these are steps of an update of the frame's own network, by its own rules."""
    experiment, last = frame.experiment, steps[-1]
    sizes = tuple(weights.shape for weights in last.values["new_weights"])
    loss = next(step for step in steps if step.phase == "loss")
    of_one = LOSSES[experiment.loss].formula.removeprefix("L")
    told_loss = loss.formula.partition(",  plus ")[0]
    return (
        sizes == tuple(frame.network.shapes)
        and last.formula == OPTIMIZERS[experiment.optimizer].formula
        and told_loss.endswith((f"L{of_one}", f"ℓ{of_one}"))
    )
