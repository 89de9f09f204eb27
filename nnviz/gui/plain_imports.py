"""Imported for its effect, before anything large: modules are imported without being read through.

PySide6 reads the source of every module that is imported after it, so that
`from __feature__ import snake_case` can work, which nobody here uses; this takes a sixth of the
start.
"""

from __future__ import annotations

import builtins

import PySide6.QtCore  # noqa: F401  (which replaces the import that there is by one that reads)

builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
