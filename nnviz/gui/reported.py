"""For code that Qt calls while Python has called Qt: what it raises is reported on the spot."""

from __future__ import annotations

import sys
from contextlib import ContextDecorator
from types import TracebackType


class Reported(ContextDecorator):
    """Hands an exception to `sys.excepthook`, as if nobody had caught it, and ends there.

    A graphics item needs it around its `paint`: pyqtgraph's `paintEvent` calls Qt, which calls the
    item, and goes on to call other items with the exception still set; that ends in a crash.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if kind is None or error is None or not issubclass(kind, Exception):
            return False
        sys.excepthook(kind, error, trace)
        return True


reported = Reported()
"""Around a method: `@reported`; around some lines: `with reported:`."""
