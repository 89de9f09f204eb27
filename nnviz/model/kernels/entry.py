"""Where compiled code begins: functions that are noted here and compiled by `store`.

Nothing here imports numba: a module is read in a moment, and `store` decides from where its
compiled code comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, TypeVar

FLAGS: dict[str, Any] = {
    "nogil": True,
    # Not "nnan" and "ninf": divergence is found by looking for NaN and infinity.
    "fastmath": {"contract", "reassoc", "arcp", "nsz"},
    "error_model": "numpy",
}
"""What `njit` is told for entry points and for what they call, so that all of it may be inlined."""

INNER: dict[str, Any] = {
    **FLAGS,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    # Nothing is allocated, so nobody counts the owners of arrays.
    "_nrt": False,
}
"""The same for functions that compiled code alone calls; Python must not."""

OWNING: dict[str, Any] = {**INNER, "_nrt": True}
"""The same for those that make arrays, such as other shapes of given ones."""

INLINE: dict[str, Any] = {**INNER, "forceinline": True}
"""The same for those whose call would cost as much as their work."""

SPLICED: dict[str, Any] = {**INNER, "inline": "always"}
"""The same for those that have one caller: they become part of it before anything is compiled."""


@dataclass(frozen=True)
class EntryPoint:
    """A function that Python calls when it is compiled, with its one signature in numba's words."""

    function: FunctionType
    signature: str


_NOTED: dict[str, dict[str, EntryPoint]] = {}

_Function = TypeVar("_Function", bound=Callable[..., Any])


def entry_point(signature: str) -> Callable[[_Function], _Function]:
    """Note a function as an entry point, such as `@entry_point("float64(float64[::1])")`.

    The function stays what it is: slow, in Python, good for a debugger. It may call what is
    decorated with `njit(**FLAGS)`, not another entry point.
    """

    def note(function: _Function) -> _Function:
        if not isinstance(function, FunctionType):
            raise TypeError(f"entry_point: {function!r} is no plain function.")
        noted = EntryPoint(function, signature)
        _NOTED.setdefault(function.__module__, {})[function.__name__] = noted
        return function

    return note


def entry_points_of(module: str) -> dict[str, EntryPoint]:
    """Those of a module that has been imported, by name, in the order in which it has them."""
    return dict(_NOTED.get(module, {}))
