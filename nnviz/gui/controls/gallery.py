"""PresetGallery: experiments to choose from, as pictures of their points."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from nnviz.gui.controls.buttons import ARROW_KEYS
from nnviz.gui.controls.thumbnail import Scatter, Thumbnail, lines_needed
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import LIGHT, Theme
from nnviz.run.presets import PRESETS, Preset
from nnviz.run.problem import dataset_of

COLUMNS = 3
_PREFERRED_WIDTH, _NARROWEST = 208, 150
_FINE = 3
"""How many times finer than the screen thumbnails are drawn in a figure."""
_AROUND_CURRENT = 8
"""Room above and below a thumbnail that is scrolled to, in pixels at scale 1."""
COURSE = "course-"
"""What the names of the course's presets begin with; their titles begin with "Course: "."""

_UNDERSTOOD = (" regression", " on clouds")
"""Ends of the course's titles that a caption has no room for; the tooltip says them."""

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
        self._is_untouched = True
        self._theme = LIGHT
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
        bar = self.verticalScrollBar()
        bar.actionTriggered.connect(self._on_scrolled_by_user)
        bar.valueChanged.connect(self._forget_hover)
        self._show_current()
        self.set_theme(LIGHT)

    @property
    def current(self) -> str | None:
        return self._current

    @property
    def is_loading(self) -> bool:
        """Whether thumbnails that were seen still lack their points."""
        return bool(self._wanted)

    def set_current(self, name: str | None) -> None:
        """Frame a preset, or none, and scroll to it if it is not in view; emits nothing."""
        self._current = name
        self._show_current()
        self._scroll_to_current()

    def thumbnails(self) -> dict[str, Thumbnail]:
        """The presets' buttons by name, in the order of the gallery."""
        return dict(self._thumbnails)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._grid.setContentsMargins(0, 0, theme.px(2), 0)
        self._grid.setHorizontalSpacing(theme.px(6))
        self._grid.setVerticalSpacing(theme.px(7))
        self._heading.setFont(theme.heading(10))
        self._heading.setProperty("look", "dim")
        for thumbnail in self._thumbnails.values():
            thumbnail.set_theme(theme)
        self.updateGeometry()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._scroll_to_current()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The first sizes are not the last: what they scrolled to is looked at again.
        if self._is_untouched:
            self._scroll_to_current()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Arrows that a clicked thumbnail leaves to the window: they would scroll.
        if event.key() in ARROW_KEYS:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(_PREFERRED_WIDTH), self._content.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        one_row = next(iter(self._thumbnails.values())).sizeHint().height()
        return QSize(self._theme.px(_NARROWEST), one_row)

    def _add(self, presets: Mapping[str, Preset]) -> None:
        """Append rows of thumbnails."""
        names = list(presets)
        for start in range(0, len(names), COLUMNS):
            row = names[start : start + COLUMNS]
            place = self._grid.rowCount()
            captions = [_caption(name, presets[name]) for name in row]
            lines = max(map(lines_needed, captions))
            for column, (name, caption) in enumerate(zip(row, captions, strict=True)):
                thumbnail = Thumbnail(name, caption, wrapped(presets[name].hint), lines, self)
                thumbnail.setAccessibleName(presets[name].title)
                thumbnail.clicked.connect(self._choose_clicked)
                thumbnail.wanted.connect(self._want)
                thumbnail.moved.connect(self._move_focus)
                self._grid.addWidget(thumbnail, place, column)
                self._thumbnails[name] = thumbnail
            self._rows.append(row)

    def _choose_clicked(self) -> None:
        sender = self.sender()
        assert isinstance(sender, Thumbnail)
        self._is_untouched = False
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
        thumbnail = self._thumbnails.get(self._current or "")
        if thumbnail is None:
            return
        self._grid.activate()
        bar = self.verticalScrollBar()
        if self._is_untouched:
            bar.setValue(0)
        seen = range(bar.value(), bar.value() + self.viewport().height() + 1)
        place = thumbnail.geometry()
        if place.top() not in seen or place.bottom() + 1 not in seen:
            self.ensureWidgetVisible(thumbnail, 0, self._theme.px(_AROUND_CURRENT))

    def _on_scrolled_by_user(self) -> None:
        self._is_untouched = False

    def _forget_hover(self) -> None:
        """The pointer stays where it is while thumbnails move, and Qt does not tell them."""
        for thumbnail in self._thumbnails.values():
            thumbnail.set_hovered(False)

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
        self._is_untouched = False
        self._forget_hover()
        if target is not None:
            self._thumbnails[target].setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(self._thumbnails[target], 0, self._theme.px(_AROUND_CURRENT))

    def _want(self, name: str) -> None:
        if name not in self._wanted:
            self._wanted.append(name)
            self._painter_timer.start()

    def prepare_export(self, numbers: bool = False) -> None:
        """Have the points of all thumbnails in view now, and finely: a figure does not wait."""
        for name, thumbnail in self._thumbnails.items():
            thumbnail.fineness = _FINE
            place = QRect(thumbnail.mapTo(self.viewport(), QPoint(0, 0)), thumbnail.size())
            if not thumbnail.has_points and place.intersects(self.viewport().rect()):
                thumbnail.set_points(self._points_of(name))

    def finish_export(self) -> None:
        """Draw for the screen again."""
        for thumbnail in self._thumbnails.values():
            thumbnail.fineness = 1

    def _load_next(self) -> None:
        if not self._wanted:
            self._painter_timer.stop()
            return
        name = self._wanted.pop(0)
        self._thumbnails[name].set_points(self._points_of(name))


def _caption(name: str, preset: Preset) -> str:
    """The title; in the course, where titles are long and two alike, its number and the beginning.

    For instance "C09 linear" for the preset course-c09-linear, "Course: linear regression".
    """
    if not name.startswith(COURSE):
        return preset.title
    number = name.removeprefix(COURSE).partition("-")[0].upper()
    title = preset.title.removeprefix("Course: ")
    for ending in _UNDERSTOOD:
        title = title.removesuffix(ending)
    return f"{number} {title}"


def preset_points(name: str) -> Scatter:
    """The training points of a preset, by its first two raw columns."""
    dataset = dataset_of(PRESETS[name].experiment)
    X = dataset.inputs_train
    if X.shape[1] == 1:
        X = np.column_stack([X, dataset.y_train])
    return Scatter(X[:, :2], dataset.y_train, dataset.n_classes)
