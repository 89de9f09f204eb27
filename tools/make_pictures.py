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
    ("xor-light.png", "xor", "light", 1280, 800, 200),
    ("blobs-dark.png", "blobs", "dark", 1920, 1080, 40),
)


def main() -> int:
    """Write every picture; returns the exit status."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QEventLoop, QTimer

    from nnviz.gui.app import make_application
    from nnviz.gui.export import grab_image
    from nnviz.gui.session import State
    from nnviz.gui.theme import THEMES
    from nnviz.gui.window import MainWindow
    from nnviz.run.presets import PRESETS

    application = make_application()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for file, preset, appearance, width, height, epoch in SHOTS:
        experiment = PRESETS[preset].experiment.evolve(epochs=epoch)
        window = MainWindow(experiment, THEMES[appearance], preset=preset)
        window.resize(width, height)
        window.show()
        loop = QEventLoop()

        def end_when_finished(state: State, loop: QEventLoop = loop) -> None:
            if state is State.FINISHED:
                QTimer.singleShot(500, loop.quit)

        window.session.state_changed.connect(end_when_finished)
        window.session.start(play=True)
        loop.exec()
        window.messages.hide()
        application.processEvents()
        if not grab_image(window, scale=1.5).save(str(PICTURES / file)):
            print(f"{PICTURES / file} could not be written.", file=sys.stderr)
            return 1
        print(PICTURES / file)
        window.close()
        window.deleteLater()
    return 0


if __name__ == "__main__":
    sys.exit(main())
