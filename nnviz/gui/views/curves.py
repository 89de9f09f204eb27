"""Loss and accuracy over the epochs, of the training and of the test part."""

from __future__ import annotations

from math import floor

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.curve_changes import Changes, near
from nnviz.gui.views.curve_items import CursorItem, CursorMark, CurvesItem
from nnviz.gui.views.curve_series import Range, Series, accuracy_series, loss_series, nearest
from nnviz.gui.views.header_controls import HeaderCheckBox, HeaderTab
from nnviz.gui.views.legend import Legend, LegendEntry
from nnviz.gui.views.plot import TICK_SIZE, QuietPlot
from nnviz.gui.views.scales import decade_ticks, linear_ticks, number_text, stepped_top
from nnviz.insight.snapshot import Snapshot
from nnviz.run.experiment import Experiment

_DESCRIBE_INTERVAL = 1000
"""Milliseconds between texts for screen readers: faster ones would never be read to the end."""
_TOP, _RIGHT = 6, 8
_X_MARGIN, _Y_MARGIN = 0.015, 0.03
"""Room around the curves, as a part of the axis, so that no mark is cut off."""
_AXIS_WIDTH = 60
"""About what the vertical axis and the margin take, in pixels."""
_TICK_ROOM = 52
"""Pixels for each label of the horizontal axis."""
_PROBE_STEPS = 40
_REACH = 4.0
"""Pixels within which the pointer points at a change."""
_FEW_EPOCHS = 3.0
"""On an axis of fewer epochs parts of them are told apart."""
_LEGEND_TIP = (
    "train: the objective over the training part, data term and penalty; data: its data term "
    "alone; test: the data term over the test part."
)


class CurvesView(QWidget):
    """One plot, of the loss or of the accuracy; read out by pointer or keyboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._snapshot: Snapshot | None = None
        self._series: Series | None = None
        self._changes = Changes()
        self._right = _RIGHT
        self._x_top = 0.0
        self._y_range: Range | None = None
        self._shown_ranges: tuple[float, ...] = ()
        self._probe: float | None = None
        self._is_exporting = False

        self._plot = QuietPlot(self)
        self._plot.set_labels(left="", bottom="epoch")
        self._plot.getAxis("bottom").set_label_in_corner(True)
        self._curves, self._cursor = CurvesItem(), CursorItem()
        for item in (self._curves, self._cursor):
            self._plot.addItem(item, ignoreBounds=True)
        self._note = QLabel(self._plot)
        self._note.hide()
        self._legend = Legend(self)
        self._legend.setToolTip(_LEGEND_TIP)
        self._make_header()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._legend)
        self._layout.addWidget(self._plot, 1)

        self._plot.hovered.connect(self._hover)
        self._plot.hover_ended.connect(self._end_hover)
        self._describe_timer = QTimer(self)
        self._describe_timer.setSingleShot(True)
        self._describe_timer.setInterval(_DESCRIBE_INTERVAL)
        self._describe_timer.timeout.connect(self._describe)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Loss and accuracy")
        self.set_theme(LIGHT)

    def _make_header(self) -> None:
        self._loss_tab = HeaderTab("loss", "Shows how wrong the network's answers are.")
        self._accuracy_tab = HeaderTab(
            "accuracy", "Shows which part of the points the network classifies rightly."
        )
        self._log = HeaderCheckBox(
            "log",
            "Makes equal distances equal ratios, so that progress near zero can be seen.",
            self,
        )
        self._log.setChecked(True)
        self._loss_tab.setChecked(True)
        self._tabs = QWidget(self)
        row = QHBoxLayout(self._tabs)
        self._tab_row = row
        self._tab_group = QButtonGroup(self)
        for tab in (self._loss_tab, self._accuracy_tab):
            row.addWidget(tab)
            self._tab_group.addButton(tab)
        self._loss_tab.toggled.connect(self._change_scale)
        self._log.toggled.connect(self._change_scale)

    # --- what the window calls

    def reset(self, experiment: Experiment, dataset: Dataset) -> None:
        """Begin a new run: no curves until the first snapshot."""
        self._snapshot = self._series = None
        self._x_top, self._y_range = 0.0, None
        self._changes.clear()
        self._curves.set_curves(())
        self._curves.set_moments(())
        self._cursor.show_marks((), None, "")
        self._legend.set_entries(())
        has_accuracy = dataset.n_classes > 0
        if not has_accuracy:
            self._loss_tab.setChecked(True)
        self._tabs.setVisible(has_accuracy)
        self._show_note(experiment, is_sampled=False)
        self._describe()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._changes.note(snapshot)
        self._show_curves()
        self._show_note(snapshot.frame.experiment, snapshot.frame.is_sampled)
        if not self._describe_timer.isActive():
            self._describe_timer.start()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for part in (self._plot, self._curves, self._cursor, self._legend):
            part.set_theme(theme)
        for control in (self._loss_tab, self._accuracy_tab, self._log):
            control.set_theme(theme)
        self._layout.setSpacing(theme.px(2))
        self._tab_row.setContentsMargins(0, 0, theme.px(6), 0)
        self._tab_row.setSpacing(theme.px(6))
        self._note.setFont(theme.font(TICK_SIZE))
        self._note.setStyleSheet(f"background: {theme.card.name()}; color: {theme.dim.name()};")
        self._note.adjustSize()
        self._layout.activate()
        self._shown_ranges = ()
        self._show_curves()

    def header_widgets(self) -> list[QWidget]:
        """Controls for the card's heading: loss or accuracy, logarithmic or not."""
        return [self._tabs, self._log]

    def prepare_export(self, numbers: bool = False) -> None:
        """Show the newest values, whatever is pointed at, until `finish_export`."""
        self._set_exporting(True)

    def finish_export(self) -> None:
        self._set_exporting(False)

    @property
    def readout(self) -> dict[str, str]:
        """The values beside the legend's names: at the cursor, else the newest."""
        names = [entry.name for entry in self._legend.entries]
        return dict(zip(names, self._legend.values, strict=True))

    @property
    def cursor_text(self) -> str:
        """The epoch that the cursor stands at; empty without one."""
        return self._cursor.text

    @property
    def note(self) -> str:
        """What has to be known about the figures; mostly nothing."""
        return "" if self._note.isHidden() else self._note.text()

    # --- drawing

    def _change_scale(self) -> None:
        self._log.setEnabled(self._loss_tab.isChecked())
        self._y_range = None
        self._show_curves()
        self._describe()

    def _show_curves(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            self._set_ranges(1.0, Range(0.0, 1.0, is_log=False))
            return
        if self._loss_tab.isChecked():
            series = loss_series(
                snapshot.history, self._theme, self._log.isChecked(), self._y_range
            )
        else:
            series = accuracy_series(snapshot.history, self._theme, self._y_range)
        self._series, self._y_range = series, series.y_range
        self._x_top = stepped_top(series.last_epoch, self._x_top)
        self._set_ranges(self._x_top, series.y_range)
        changes = self._changes.all
        jumps = [change.update for change in changes if change.jumps]
        breaks = np.searchsorted(snapshot.history.update, jumps)
        self._curves.set_curves(
            series.curves, tuple(sorted(set(breaks.tolist()))), self._present_index()
        )
        self._curves.set_moments(tuple(change.epoch for change in changes))
        self._legend.set_entries(
            tuple(
                LegendEntry(curve.mark, curve.color, name, series.widest_value)
                for name, curve in zip(series.names, series.curves, strict=True)
            )
        )
        self._update_readout()

    def _set_ranges(self, x_top: float, y: Range) -> None:
        """Show 0 to `x_top` and `y`; costs nothing while they stay as they are."""
        # Not the plane's own width, which depends on the labels that are chosen by it.
        width, height = float(self._plot.width()), self._plot.plane_size()[1]
        wanted = (x_top, y.low, y.high, float(y.is_log), float(y.is_percent), width, height)
        if wanted == self._shown_ranges:
            return
        self._shown_ranges = wanted
        line = QFontMetricsF(self._theme.font(TICK_SIZE)).height()
        most = max(int(height / (1.7 * line)), 2)
        y_ticks = decade_ticks(y.low, y.high, most) if y.is_log else ()
        y_ticks = y_ticks or linear_ticks(y.low, y.high, most)
        if y.is_percent:
            y_ticks = [(at, f"{text} %") for at, text in y_ticks]
        px = self._theme.px
        x_ticks = linear_ticks(0.0, x_top, max(int((width - px(_AXIS_WIDTH)) / px(_TICK_ROOM)), 2))
        self._right = max(px(_RIGHT), self._plot.room_beyond(x_ticks))
        self._plot.set_margins(px(_TOP), self._right)
        # The word "epoch" stands under the labels of the other axis.
        corner = QFontMetricsF(self._theme.font(TICK_SIZE)).horizontalAdvance("epoch") + px(14)
        left = max(self._plot.text_width(y_ticks) + px(8), round(corner))
        self._plot.getAxis("left").setWidth(left)
        self._plot.getAxis("bottom").setHeight(round(line) + px(6))
        self._plot.set_ticks("left", y_ticks)
        self._plot.set_ticks("bottom", x_ticks)
        x_room, y_room = _X_MARGIN * x_top, _Y_MARGIN * (y.high - y.low)
        place = QRectF(-x_room, y.low - y_room, x_top + 2 * x_room, y.high - y.low + 2 * y_room)
        self._plot.set_view((place.left(), place.right()), (place.top(), place.bottom()))
        self._curves.set_place(place)
        self._cursor.set_place(place)
        self._curves.set_lines(tuple(at for at, _ in y_ticks))
        self._place_note()

    def _show_note(self, experiment: Experiment, is_sampled: bool) -> None:
        notes = []
        if experiment.optimizer == "adamw" and experiment.weight_decay > 0:
            notes.append("without AdamW's decay")
        if is_sampled:
            notes.append("from a fair sample")
        text = ", ".join(notes)
        if text != self._note.text():
            self._note.setText(text)
            self._note.adjustSize()
            self._place_note()
        if bool(text) == self._note.isHidden():
            self._note.setVisible(bool(text))

    def _place_note(self) -> None:
        px = self._theme.px
        self._note.move(self._plot.width() - self._note.width() - self._right - px(4), px(_TOP))

    # --- read-out

    def _set_exporting(self, exporting: bool) -> None:
        self._is_exporting = exporting
        self._update_readout()

    def _update_readout(self) -> None:
        series = self._series
        if series is None or not series.curves:
            self._cursor.show_marks((), None, "")
            return
        epochs, probe = series.epochs, None if self._is_exporting else self._probe
        change = None
        if probe is not None:
            pixels = max(self._plot.plane_size()[0], 1.0)
            change = near(self._changes.all, probe, self._theme.px(_REACH) * self._x_top / pixels)
            probe = change.epoch if change is not None else probe
        present = self._present_index()
        if probe is not None:
            index = nearest(epochs, probe)
        else:
            index = len(epochs) - 1 if present is None else present
        marks = tuple(
            CursorMark(curve.is_test, curve.color, float(epochs[index]), float(curve.y[index]))
            for curve in series.curves
            if curve.has_mark_at(index)
        )
        # In the past the line says where one stands.
        at = None if probe is None and present is None else float(epochs[index])
        text = "" if at is None else f"epoch {_epoch_text(at, self._x_top)}"
        if change is not None:
            text += f": {change.text}"
        self._cursor.show_marks(marks, at, text)
        self._legend.set_values(series.value_texts(index))

    def _present_index(self) -> int | None:
        """The moment that one stands at, among the recorded; None at the newest."""
        if self._snapshot is None or self._snapshot.timeline is None:
            return None
        updates = self._snapshot.history.update
        index = int(np.searchsorted(updates, self._snapshot.frame.update))
        return index if index < len(updates) - 1 else None

    def _hover(self, x: float, _y: float) -> None:
        self._probe = x
        self._update_readout()

    def _end_hover(self) -> None:
        self._probe = None
        self._update_readout()

    # --- the keyboard reads out too: Shift and an arrow

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._series is not None:
            self._hover(self._series.last_epoch, 0.0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._end_hover()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        series = self._series
        if step is None or not shift or series is None:
            super().keyPressEvent(event)
            return
        at = series.last_epoch if self._probe is None else self._probe
        at += step * self._x_top / _PROBE_STEPS
        self._hover(min(max(at, 0.0), series.last_epoch), 0.0)

    # --- size, and words for those who do not see it

    def sizeHint(self) -> QSize:
        return QSize(300, 170)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 110)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._layout.activate()
        self._show_curves()
        self._place_note()

    def _describe(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            self.setAccessibleDescription("No figures yet.")
            return
        frame = snapshot.frame
        words = [f"Epoch {frame.epoch}: train loss {number_text(frame.train_loss)}"]
        if frame.penalty:
            words.append(f"of which penalty {number_text(frame.penalty)}")
        if frame.test_loss is not None:
            words.append(f"test loss {number_text(frame.test_loss)}")
        for name, accuracy in (("train", frame.train_accuracy), ("test", frame.test_accuracy)):
            if accuracy is not None:
                words.append(f"{name} accuracy {accuracy:.1%}")
        text = ", ".join(words) + ". Shift and the arrow keys read out earlier epochs."
        self.setAccessibleDescription(text)


def _epoch_text(epoch: float, n_epochs: float) -> str:
    """The epoch as the transport counts it, with a fraction where few are in view."""
    if n_epochs < _FEW_EPOCHS and epoch != int(epoch):
        return f"{epoch:.2f}"
    return f"{floor(epoch + 1e-9):,}"
