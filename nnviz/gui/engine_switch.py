"""EngineSwitch: gets the compiled engine ready, and says which engine trains meanwhile and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from nnviz.run.trainer import Trainer

if TYPE_CHECKING:
    from nnviz.model.kernels.preparation import Preparation

COMPILING = "compiling, first start only"


def make_preparation(tell: Callable[[str, str], object]) -> Preparation:
    """Loaded when it is used: nothing that is seen at the start needs it."""
    from nnviz.model.kernels.preparation import Preparation

    return Preparation(tell)


class EngineSwitch(QObject):
    """Begins with the reference engine; the compiled one follows where it is wanted and can be had.

    It lives in the worker's thread, the kernels are got ready in one of their own.
    """

    progressed = Signal(bool)
    """The kernels are one stage on; True when the compiled engine can be used from now on."""
    told = Signal(str, str)
    """The engine in use, and why it is that one if there is a reason."""

    _prepared = Signal(str, str)  # from the thread that gets the kernels ready: stage, why

    def __init__(self, wanted: str, parent: QObject) -> None:
        """`wanted` is one of ENGINES."""
        super().__init__(parent)
        self.engine = "reference"
        """The one to make trainers with at present."""
        self.is_loading = False
        """Whether the kernels are being loaded at this moment."""
        self._wants_kernels = wanted == "compiled"
        self._preparation: Preparation | None = None
        self._note = ""
        self._told = ("reference", "")
        self._prepared.connect(self._on_prepared, Qt.ConnectionType.QueuedConnection)

    def prepare(self) -> None:
        """Begin to load or compile, once."""
        if self._wants_kernels:
            self._wants_kernels = False
            self._preparation = make_preparation(self._prepared.emit)
            self._preparation.start()

    def stop(self) -> None:
        """Nobody waits for the kernels any more."""
        self._wants_kernels = False
        if self._preparation is not None:
            self._preparation.stop()

    def in_use(self, trainer: Trainer | None) -> str:
        """The trainer's own engine, which may be another than it was made for."""
        return self.engine if trainer is None else trainer.engine

    def tell(self, trainer: Trainer | None) -> None:
        """Say which engine is in use, unless that has been said."""
        reason = "" if trainer is None else trainer.engine_reason
        now = self.in_use(trainer), self._note or reason
        if self._told != now:
            self._told = now
            self.told.emit(*now)

    @Slot(str, str)
    def _on_prepared(self, stage: str, why: str) -> None:
        self.is_loading = stage == "loading"
        if not self.is_loading:
            self._note = COMPILING if stage == "compiling" else why
        is_ready = stage == "ready"
        if is_ready:
            self.engine = "compiled"
        self.progressed.emit(is_ready)
