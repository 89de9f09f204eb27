"""PresetTracker: which preset the present experiment comes from, and which were used lately."""

from __future__ import annotations

from collections.abc import Iterable

from nnviz.gui.preferences import MOST_RECENT
from nnviz.run.experiment import Experiment
from nnviz.run.presets import PRESETS, Preset


class PresetTracker:
    """Follows an experiment from change to change."""

    def __init__(self, name: str | None, recent: Iterable[str] = ()) -> None:
        """`name` is shown first; unknown names are none. `recent` has the newest first."""
        self._name: str | None = None
        self.recent = tuple(recent)
        if name in PRESETS:
            self.choose(name)

    @property
    def name(self) -> str | None:
        """The preset that the experiment began with, while it has that preset's data."""
        return self._name

    @property
    def preset(self) -> Preset | None:
        return PRESETS[self._name] if self._name is not None else None

    def choose(self, name: str) -> None:
        """The user chose a preset."""
        self._name = name
        others = [other for other in self.recent if other != name]
        self.recent = (name, *others)[:MOST_RECENT]

    def restore(self, name: str | None) -> None:
        """An undone choice: the preset that was there before, or none."""
        self._name = name

    def follow(self, experiment: Experiment) -> None:
        """The experiment has changed, by whatever way."""
        if self.preset is not None and self.preset.experiment == experiment:
            return
        exact = (name for name, entry in PRESETS.items() if entry.experiment == experiment)
        self._name = next(exact, self._name if self._has_its_data(experiment) else None)

    def _has_its_data(self, experiment: Experiment) -> bool:
        return self.preset is not None and self.preset.experiment.dataset == experiment.dataset
