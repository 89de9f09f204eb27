"""The line at the foot of the window: speed, what goes on and why it stopped, engine, keys."""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from nnviz.gui.elided_label import ElidedLabel
from nnviz.gui.engine_switch import COMPILING
from nnviz.gui.states import State
from nnviz.gui.theme import GUTTER, Theme

_WATCHING = "Watching micro-steps."


class StatusLine(QWidget):
    """Four labels; counts the frames that were drawn in the last second."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._speed = QLabel(self)
        self._event = QLabel(self)
        self._engine = ElidedLabel()
        self._engine.hide()
        keys = "Space play   ← → step   1 micro   2 update   3 epoch   R reset   F1 keys"
        self._keys = QLabel(keys, self)
        self._is_playing = self._is_watching = False
        self._words = ""
        self._frames: list[float] = []
        self._layout = QHBoxLayout(self)
        self._layout.addWidget(self._speed)
        self._layout.addWidget(self._event, 1)
        self._layout.addWidget(self._engine)
        self._layout.addWidget(self._keys)

    @property
    def speed(self) -> str:
        """What is said of the speed; empty when nothing runs."""
        return self._speed.text()

    @property
    def event_text(self) -> str:
        """What is said of what goes on."""
        return self._event.text()

    @property
    def engine_text(self) -> str:
        """What is said of the engine; empty when there is nothing to say."""
        return self._engine.text()

    @Slot(str, str)
    def show_engine(self, engine: str, note: str) -> None:
        """Say which engine trains; `note` is why it is the reference, where there is a reason."""
        if engine == "compiled":
            text = "compiled"
        else:
            text = note if note == COMPILING else note and f"reference engine: {note}"
        self._engine.setText(text)
        self._engine.setVisible(bool(text))

    def show_state(self, state: State, epochs: int, is_fresh: bool) -> None:
        """Say what the session does; `epochs` is where training stops.

        `is_fresh`: nothing has been trained yet.
        """
        words = {
            State.LOADING: "Preparing…",
            State.PAUSED: "Ready: press Play." if is_fresh else "Paused.",
            State.FINISHED: f"Training stopped: all {epochs:,} epochs are over.",
            State.DIVERGED: "Training diverged: the last finite moment is shown.",
        }
        self._words = words.get(state, "")
        self._show_event()
        self._is_playing = state is State.PLAYING
        if not self._is_playing:
            self._frames.clear()
            self._speed.clear()
        self._speed.setVisible(self._is_playing)

    @Slot(bool)
    def show_watching(self, watching: bool) -> None:
        """Say that micro-steps play, which is not training, or no more."""
        self._is_watching = watching
        self._show_event()

    def _show_event(self) -> None:
        self._event.setText(_WATCHING if self._is_watching else self._words)

    def note_frame(self, updates_per_second: float, is_sampled: bool) -> None:
        """A frame has been drawn; while playing, say how fast that goes."""
        now = perf_counter()
        self._frames = [moment for moment in self._frames if now - moment < 1.0] + [now]
        if not self._is_playing or len(self._frames) < 3:
            return
        frames = (len(self._frames) - 1) / (now - self._frames[0])
        note = " · figures from a sample of 10,000 points" if is_sampled else ""
        self._speed.setText(f"{updates_per_second:,.0f} updates/s · {frames:.0f} frames/s{note}")

    def set_theme(self, theme: Theme) -> None:
        self._layout.setContentsMargins(theme.px(4), 0, theme.px(4), 0)
        self._layout.setSpacing(theme.px(2 * GUTTER))
        for label in (self._speed, self._event, self._engine, self._keys):
            label.setStyleSheet(f"color: {theme.dim.name()};")
            label.setFont(theme.font(12))
