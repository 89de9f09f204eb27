"""FeatureBoxes: which inputs the network gets, as boxes to tick."""

from __future__ import annotations

from itertools import combinations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from nnviz.data.features import FEATURES, feature_problem
from nnviz.gui.controls.check_box import CheckBox
from nnviz.gui.controls.list_field import ListField
from nnviz.gui.controls.rows import describe_effect
from nnviz.gui.theme import LIGHT, Theme
from nnviz.run.experiment import allowed_values, tooltip

MOST_COLUMNS = 3
"""Boxes are there for the features of so many columns; all others are typed."""
_BOXES_IN_A_ROW = 3
_GAP = 4
_CAPTION_SIZE = 11

SENTENCES = {
    "x1": "Gives the network {} as it is.",
    "x1^2": "Gives the network the square of {}, by which one unit can tell near from far.",
    "x1*x2": "Gives the network the product of {} and {}, which tells opposite corners apart.",
    "sin(x1)": "Gives the network the sine of {}, which goes up and down in waves.",
    "cos(x1)": "Gives the network the cosine of {}, which goes up and down in waves.",
}
"""For each form of FEATURES, what it does to learning."""


class FeatureBoxes(QWidget):
    """A box for every feature of the first columns, and a line for others where there are more."""

    changed = Signal(object)
    """The tuple of all chosen features; sent for the user's changes only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._columns: tuple[str, ...] = ()
        self._features: tuple[str, ...] = ()
        self._boxes: dict[str, CheckBox] = {}
        self.setAccessibleName("Features")
        self.caption = QLabel()
        self.caption.setProperty("look", "dim")
        self.typed = ListField(
            "Features", _name, self._check, allowed_values("features"), separators=",;"
        )
        self.typed.explain(tooltip("features"))
        self.typed.changed.connect(self._take)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addLayout(self._grid)
        self._layout.addWidget(self.typed)
        self.set_theme(LIGHT)

    def boxes(self) -> dict[str, CheckBox]:
        """The boxes by the names of their features."""
        return dict(self._boxes)

    def show_features(self, features: tuple[str, ...], columns: tuple[str, ...]) -> None:
        """Tick the features of an experiment whose data have these columns; emits nothing."""
        self._features = features
        if columns != self._columns:
            self._columns = columns
            self._make_boxes()
        shown = features or self._all_columns()
        for name, box in self._boxes.items():
            box.setChecked(name in shown)
        self.typed.setVisible(len(columns) > MOST_COLUMNS)
        self.typed.set_value(features)
        self.caption.setText(_chosen(len(features), len(columns)))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.caption.setFont(theme.font(_CAPTION_SIZE))
        self.typed.set_theme(theme)
        for box in self._boxes.values():
            box.set_theme(theme)
        for layout in (self._grid, self._layout):
            layout.setSpacing(theme.px(_GAP))

    def _make_boxes(self) -> None:
        for box in self._boxes.values():
            self._grid.removeWidget(box)
            box.deleteLater()
        self._boxes = {}
        for index, (name, sentence) in enumerate(offered(self._columns).items()):
            box = CheckBox(_pretty(name), f"Feature {name}", sentence, self)
            box.set_theme(self._theme)
            describe_effect(box, "features")
            box.clicked.connect(self._tick)
            self._grid.addWidget(box, index // _BOXES_IN_A_ROW, index % _BOXES_IN_A_ROW)
            self._boxes[name] = box

    def _all_columns(self) -> tuple[str, ...]:
        """What no choice means, where each column has a box; nothing where some have none."""
        n = len(self._columns)
        return tuple(f"x{number + 1}" for number in range(n)) if n <= MOST_COLUMNS else ()

    def _tick(self) -> None:
        ticked = [name for name, box in self._boxes.items() if box.isChecked()]
        if tuple(ticked) == self._all_columns():
            ticked = []
        self._take((*ticked, *(name for name in self._features if name not in self._boxes)))

    def _take(self, features: tuple[str, ...]) -> None:
        self.show_features(features, self._columns)
        self.changed.emit(features)

    def _check(self, features: tuple[str, ...]) -> None:
        for feature in features:
            if problem := feature_problem(feature, len(self._columns)):
                raise ValueError(problem)


def offered(columns: tuple[str, ...]) -> dict[str, str]:
    """The features that have a box → what each does to learning, in one sentence."""
    numbers = range(1, min(len(columns), MOST_COLUMNS) + 1)
    names = [
        f"x{number}"
        if columns[number - 1] == f"x{number}"
        else f"x{number} ({columns[number - 1]})"
        for number in numbers
    ]
    found = {}
    for example, (pattern, _) in FEATURES.items():
        for chosen in combinations(numbers, pattern.groups):
            # From the last to the first, so that no name is replaced in what replaced another.
            feature = example
            for place in reversed(range(pattern.groups)):
                feature = feature.replace(f"x{place + 1}", f"x{chosen[place]}")
            found[feature] = SENTENCES[example].format(*(names[number - 1] for number in chosen))
    return found


def _pretty(feature: str) -> str:
    return feature.replace("^2", "²").replace("*", "·").replace("(", " ").replace(")", "")


def _name(text: str) -> str:
    """A feature as it is typed; whether it is one is checked for all of them together."""
    return text


def _chosen(n_features: int, n_columns: int) -> str:
    if n_features:
        return f"{n_features:,} chosen"
    return "the one column" if n_columns == 1 else f"all {n_columns:,} columns"
