"""PresetGallery: experiments to choose from, as pictures of their points."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from nnviz.data.dataset import make_dataset
from nnviz.gui.controls.thumbnail import Scatter, Thumbnail, lines_needed
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme
from nnviz.run.presets import PRESETS, Preset

COLUMNS = 3
COURSE = "course-"
"""What the names of the course's presets begin with; their titles begin with "Course: "."""

PointsOf = Callable[[str], Scatter]


class PresetGallery(QScrollArea):
    """All presets, three in a row; the arrow keys move, Enter chooses."""

    chosen = Signal(str)
    """The name of the preset that the user chose."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        points_of: PointsOf | None = None,
        presets: Mapping[str, Preset] = PRESETS,
    ) -> None:
        super().__init__(parent)
        self._points_of = points_of or preset_points
        self._current: str | None = None
        self._wanted: list[str] = []
        self._thumbnails: dict[str, Thumbnail] = {}
        self._rows: list[list[str]] = []
        self.setAccessibleName("Preset gallery")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)

        self._content = QWidget()
        self._grid = QGridLayout(self._content)
        self._grid.setContentsMargins(0, 0, 2, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(7)
        plain = {name: item for name, item in presets.items() if not name.startswith(COURSE)}
        course = {name: item for name, item in presets.items() if name.startswith(COURSE)}
        self._add(plain)
        self._heading = QLabel("Course")
        if course:
            self._grid.addWidget(self._heading, self._grid.rowCount(), 0, 1, COLUMNS)
            self._add(course)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        self._grid.setRowStretch(self._grid.rowCount(), 1)
        self.setWidget(self._content)

        # One picture at a time between two events, so that no gesture waits for twenty.
        self._painter_timer = QTimer(self)
        self._painter_timer.setInterval(0)
        self._painter_timer.timeout.connect(self._load_next)
        self._show_current()
        self.set_theme(LIGHT)

    @property
    def current(self) -> str | None:
        return self._current

    def set_current(self, name: str | None) -> None:
        """Frame a preset, or none, and scroll to it; emits nothing."""
        self._current = name
        self._show_current()
        self._scroll_to_current()

    def thumbnails(self) -> dict[str, Thumbnail]:
        """The presets' buttons by name, in the order of the gallery."""
        return dict(self._thumbnails)

    def set_theme(self, theme: Theme) -> None:
        self._heading.setFont(theme.heading(10))
        self._heading.setProperty("look", "dim")
        for thumbnail in self._thumbnails.values():
            thumbnail.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._scroll_to_current()

    def sizeHint(self) -> QSize:
        return QSize(208, self._content.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        one_row = next(iter(self._thumbnails.values())).sizeHint().height()
        return QSize(150, one_row)

    def _add(self, presets: Mapping[str, Preset]) -> None:
        """Append rows of thumbnails."""
        names = list(presets)
        for start in range(0, len(names), COLUMNS):
            row = names[start : start + COLUMNS]
            place = self._grid.rowCount()
            titles = [_title(presets[name]) for name in row]
            lines = max(map(lines_needed, titles))
            for column, (name, title) in enumerate(zip(row, titles, strict=True)):
                thumbnail = Thumbnail(name, title, wrapped(presets[name].hint), lines, self)
                thumbnail.clicked.connect(self._choose_clicked)
                thumbnail.wanted.connect(self._want)
                thumbnail.moved.connect(self._move_focus)
                self._grid.addWidget(thumbnail, place, column)
                self._thumbnails[name] = thumbnail
            self._rows.append(row)

    def _choose_clicked(self) -> None:
        sender = self.sender()
        assert isinstance(sender, Thumbnail)
        self._current = sender.name
        self._show_current()
        # A preset that is current already starts anew.
        self.chosen.emit(sender.name)

    def _show_current(self) -> None:
        """Tab stops at the current thumbnail only, or at the first if none is."""
        stop = self._current if self._current in self._thumbnails else next(iter(self._thumbnails))
        for name, thumbnail in self._thumbnails.items():
            thumbnail.setChecked(name == self._current)
            policy = Qt.FocusPolicy.StrongFocus if name == stop else Qt.FocusPolicy.ClickFocus
            thumbnail.setFocusPolicy(policy)

    def _scroll_to_current(self) -> None:
        if self._current in self._thumbnails:
            self.ensureWidgetVisible(self._thumbnails[self._current], 0, 8)

    def _move_focus(self, key: int) -> None:
        sender = self.sender()
        assert isinstance(sender, Thumbnail)
        names = list(self._thumbnails)
        row = next(i for i, row in enumerate(self._rows) if sender.name in row)
        column = self._rows[row].index(sender.name)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            index = names.index(sender.name) + (1 if key == Qt.Key.Key_Right else -1)
            target = names[index] if 0 <= index < len(names) else None
        else:
            row += 1 if key == Qt.Key.Key_Down else -1
            beside = self._rows[row] if 0 <= row < len(self._rows) else []
            target = beside[min(column, len(beside) - 1)] if beside else None
        if target is not None:
            self._thumbnails[target].setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(self._thumbnails[target], 0, 8)

    def _want(self, name: str) -> None:
        if name not in self._wanted:
            self._wanted.append(name)
            self._painter_timer.start()

    def _load_next(self) -> None:
        if not self._wanted:
            self._painter_timer.stop()
            return
        name = self._wanted.pop(0)
        self._thumbnails[name].set_points(self._points_of(name))


def _title(preset: Preset) -> str:
    title = preset.title.removeprefix("Course: ")
    return title[:1].upper() + title[1:]


def preset_points(name: str) -> Scatter:
    """The training points of a preset, by its first two raw columns."""
    experiment = PRESETS[name].experiment
    dataset = make_dataset(
        experiment.dataset,
        experiment.n_samples,
        experiment.noise,
        experiment.data_seed,
        experiment.test_fraction,
        experiment.split_seed,
    )
    X = dataset.inputs_train
    if X.shape[1] == 1:
        X = np.column_stack([X, dataset.y_train])
    return Scatter(X[:, :2], dataset.y_train, dataset.n_classes)
