"""The first micro-step costs the window no more than any other: it imports nothing large."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys, threading, time
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from nnviz.gui.theme import LIGHT, load_fonts
from nnviz.gui.window import MainWindow
from nnviz.run.presets import PRESETS

class Watch:
    def find_spec(self, name, path=None, target=None):
        by_window = threading.current_thread() is threading.main_thread()
        if by_window and name.startswith(("nnviz.insight", "numpy")):
            print("imported by the window's thread:", name)

def wait(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        application.processEvents()

application = QApplication([])
load_fonts()
window = MainWindow(PRESETS["xor"].experiment, LIGHT, "xor")
window.show()
window.session.start()
wait(lambda: window.session.snapshot is not None)
QTest.keyClick(window, Qt.Key.Key_1)
window.travels.walk.set_reduced_motion(True)
sys.meta_path.insert(0, Watch())
told = []
window.session.spelled.connect(lambda *_: told.append(True))
QTest.keyClick(window, Qt.Key.Key_Right)
wait(lambda: told and not window.travels.walk.is_waiting)
for _ in range(50):
    application.processEvents()
print("told")
window.close()
"""


def test_the_first_step_imports_nothing_in_the_windows_thread() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "told" in done.stdout
    assert "imported" not in done.stdout, done.stdout
