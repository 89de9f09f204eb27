"""WaysOut: says that a run has diverged or has run away, with a button that leads out of it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from nnviz.gui.experiment_editor import ExperimentEditor
from nnviz.gui.message_bar import MessageBar
from nnviz.gui.session import TrainingSession
from nnviz.gui.states import State
from nnviz.gui.views.scales import number_text
from nnviz.insight.runaway import rise_of_loss
from nnviz.insight.snapshot import Snapshot


class WaysOut(QObject):
    """What was told of a branch and its learning rate is not told again."""

    def __init__(
        self,
        parent: QObject,
        session: TrainingSession,
        editor: ExperimentEditor,
        messages: MessageBar,
    ) -> None:
        super().__init__(parent)
        self._session, self._editor, self._messages = session, editor, messages
        self._told: set[tuple[int, float]] = set()
        session.warned.connect(self._warn)

    def forget(self) -> None:
        """Another run begins."""
        self._told.clear()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Look whether a run that is finite has left what it began with for good."""
        outline, frame = snapshot.timeline, snapshot.frame
        if outline is None or frame.update < outline.newest:
            return
        if self._session.state is State.DIVERGED:  # that says more
            return
        rate = frame.experiment.learning_rate
        told = outline.current.number, rate
        if told in self._told:
            return
        rise = rise_of_loss(snapshot.history, frame.update)
        if rise is not None:
            self._told.add(told)
            sentence = (
                f"The loss is {number_text(rise)} times as high as at the beginning, and stays "
                f"there: the learning rate, {number_text(rate)}, is too large."
            )
            self._offer(sentence, "Go back to a tenth of the learning rate", 10)

    @Slot(str)
    def _warn(self, sentence: str) -> None:
        if self._session.state is State.DIVERGED:
            self._offer(sentence, "Go back and halve the learning rate", 2)
        else:
            self._messages.warn(sentence)

    def _offer(self, sentence: str, words: str, divisor: float) -> None:
        act = partial(self._editor.go_back_and_divide_rate, divisor)
        self._messages.warn(sentence, (words, act))
