"""Modules are imported without PySide6's looking through the source of each of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

_CODE = """
import {module}
import linecache
assert not [name for name in linecache.cache if "numpy" in name or "pyqtgraph" in name]
from PySide6.QtWidgets import *
QApplication, QWizard  # classes that Qt makes when they are first asked for
"""


@pytest.mark.parametrize("module", ["nnviz.gui.app", "nnviz.gui.window"])
def test_no_sources_are_read_while_the_window_is_imported(module: str) -> None:
    subprocess.run([sys.executable, "-c", _CODE.format(module=module)], check=True, timeout=60)
