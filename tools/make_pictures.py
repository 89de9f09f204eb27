"""Makes the pictures of the documents from the real window: run it by `make pictures`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"

SHOTS = (
    # file, preset, appearance, width, height, epoch at which the picture is taken
    ("window-light.png", "moons", "light", 1280, 800, 60),
    ("window-dark.png", "spiral", "dark", 1280, 800, 160),
)


def main() -> int:
    """Write every picture; returns the exit status."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from PySide6.QtCore import QEventLoop

    from nnviz.gui.app import make_application
    from nnviz.gui.theme import THEMES
    from nnviz.gui.window import MainWindow
    from nnviz.insight.snapshot import Snapshot
    from nnviz.run.presets import PRESETS

    application = make_application()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for file, preset, appearance, width, height, epoch in SHOTS:
        window = MainWindow(PRESETS[preset].experiment, THEMES[appearance], preset=preset)
        window.resize(width, height)
        window.show()
        loop = QEventLoop()

        def end_at_epoch(snapshot: Snapshot, loop: QEventLoop = loop, epoch: int = epoch) -> None:
            if snapshot.frame.epoch >= epoch:
                loop.quit()

        window.session.snapshot_ready.connect(end_at_epoch)
        window.session.start(play=True)
        loop.exec()
        application.processEvents()
        # What a user sees while it trains, and not an export, which leaves the buttons out.
        is_written = window.grab().save(str(PICTURES / file))
        window.close()
        window.deleteLater()
        if not is_written:
            print(f"{PICTURES / file} could not be written.", file=sys.stderr)
            return 1
        print(PICTURES / file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
