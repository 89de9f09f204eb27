"""Small controls of the inspector: buttons with a word, steppers, the row of phases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from nnviz.gui.theme import LIGHT, Theme, mix
from nnviz.gui.views.step_button import StepButton
from nnviz.insight.microsteps import PHASES

TEXT_SIZE = 11
ROW = 20
"""Height of a control, in pixels at scale 1."""
_ROOMY, _CLOSE, _CLOSEST = 8, 5, 3
"""Beside the name of a phase, in pixels at scale 1, as far as there is room."""
_PRESSING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class WordButton(QPushButton):
    """A flat button with a word in a thin frame; filled while it is checked."""

    def __init__(self, text: str, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = LIGHT
        self._widest = text
        self.setAccessibleName(name)
        self.setAccessibleDescription(tooltip)
        self.setToolTip(tooltip)
        # A click must not take the focus, or Space would press it in place of playing.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def keep_room_for(self, text: str) -> None:
        """Be as wide as another text needs, so that nothing moves when it comes."""
        self._widest = text
        self.updateGeometry()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFont(theme.font(TEXT_SIZE, QFont.Weight.Medium))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        width = max(metrics.horizontalAdvance(text) for text in (self.text(), self._widest))
        return QSize(width + 2 * self._theme.px(8), self._theme.px(ROW))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        # The window plays and pauses on Space; with the focus here, Space presses the button.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if plain and event.key() in _PRESSING:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in _ARROWS:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(0.45)
        is_hot = self.isEnabled() and self.underMouse()
        ground, ink = (
            (theme.accent, theme.on_accent) if self.isChecked() else (theme.field, theme.ink)
        )
        border = theme.accent if self.isChecked() else mix(theme.line, theme.dim, 0.2)
        if is_hot or self.isDown():
            ground = mix(ground, theme.ink, 0.14 if self.isDown() else 0.06)
        painter.setPen(
            QPen(theme.ink if self.isChecked() else theme.accent, 2)
            if self.hasFocus()
            else QPen(border, 1)
        )
        painter.setBrush(ground)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(frame, theme.px(5), theme.px(5))
        painter.setPen(ink)
        painter.setFont(self.font())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class Stepper(QWidget):
    """− value +: a whole number, or what it stands for."""

    changed = Signal(int)
    """The user's new value; never sent for `set_value`."""

    def __init__(
        self,
        name: str,
        tooltip: str,
        text: Callable[[int], str],
        values: tuple[int, int],
        value: int,
        parent: QWidget | None = None,
    ) -> None:
        """`values` are the least and the largest one; `text` is what a value is shown as."""
        super().__init__(parent)
        self._text, self._values, self._value = text, values, value
        self._name = name
        self._widest: tuple[str, ...] = ()
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self._label = QLabel(self)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.minus, self.plus = StepButton(False, parent=self), StepButton(True, parent=self)
        for button, way in ((self.minus, "less"), (self.plus, "more")):
            button.describe(f"{name}: {way}", tooltip)
            button.setAutoRepeat(True)
            button.stepped.connect(self._step)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        for widget in (self.minus, self._label, self.plus):
            self._row.addWidget(widget, 1 if widget is self._label else 0)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.set_theme(LIGHT)

    @property
    def value(self) -> int:
        return self._value

    @property
    def shown(self) -> str:
        return self._label.text()

    def set_value(self, value: int) -> None:
        low, high = self._values
        self._value = min(max(value, low), high)
        self._show()

    def set_values(self, low: int, high: int) -> None:
        """The least and the largest value; the present one is brought between them."""
        self._values = low, high
        self.set_value(self._value)

    def keep_room_for(self, *texts: str) -> None:
        """Be as wide as these need, so that nothing moves under the hand."""
        self._widest = texts
        self._make_room()

    def set_theme(self, theme: Theme) -> None:
        # A label keeps the hint that it made with a larger minimum.
        self._label.setMinimumWidth(0)
        self._label.setFont(theme.font(TEXT_SIZE))
        self._label.setStyleSheet(f"color: {theme.ink.name()}; background: transparent;")
        for button in (self.minus, self.plus):
            button.set_theme(theme)
        self.setFixedHeight(theme.px(ROW))
        self._make_room()
        self._show()

    def _make_room(self) -> None:
        metrics = QFontMetrics(self._label.font())
        texts = (*self._widest, *map(self._text, self._values))
        self._label.setMinimumWidth(max(metrics.horizontalAdvance(text) for text in texts) + 2)

    def _step(self, _layer: int, way: int) -> None:
        before = self._value
        self.set_value(before + way)
        if self._value != before:
            self.changed.emit(self._value)

    def _show(self) -> None:
        low, high = self._values
        self._label.setText(self._text(self._value))
        self.minus.setEnabled(self._value > low)
        self.plus.setEnabled(self._value < high)
        self.setAccessibleDescription(self._text(self._value))


class PhaseRow(QWidget):
    """load → forward → loss → backward → update, the present one filled.

    A click goes to the first step of a phase.
    """

    clicked = Signal(str)
    """A phase."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._phase: str | None = None
        self._around = _ROOMY
        self.setAccessibleName("Phases of an update")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            "An update loads its points, carries them forward to an answer, measures the loss, "
            "carries the errors backward, and then moves the parameters. A click goes there."
        )
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def phase(self) -> str | None:
        return self._phase

    def set_phase(self, phase: str | None) -> None:
        """The present phase; None while no update is walked through."""
        if phase != self._phase:
            self._phase = phase
            self.setAccessibleDescription("" if phase is None else f"now: {phase}")
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def fit(self, room: int) -> bool:
        """Be at most so wide if all phases can be seen then; False where only one can be."""
        fitting = (around for around in (_ROOMY, _CLOSE, _CLOSEST) if self._total(around) <= room)
        around = next(fitting, None)
        if around != self._around:
            self._around = around or _ROOMY
            self.updateGeometry()
            self.update()
        return around is not None

    def sizeHint(self) -> QSize:
        return QSize(self._total(self._around), self._theme.px(ROW))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(max(self._widths())) + 1, self._theme.px(ROW))

    def chips(self) -> dict[str, QRectF]:
        """Where each phase stands; only the present one where there is no room for all."""
        is_narrow = self.width() < self.sizeHint().width()
        present = self._phase or PHASES[0]
        chips: dict[str, QRectF] = {}
        left = 0.5
        for phase, width in zip(PHASES, self._widths(), strict=True):
            if not is_narrow or phase == present:
                chips[phase] = QRectF(left, 1.0, width - 1, self.height() - 2.0)
                left += width + self._gap()
        return chips

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            for phase, chip in self.chips().items():
                if chip.contains(event.position()):
                    self.clicked.emit(phase)
                    return
        super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        present = -1 if self._phase is None else PHASES.index(self._phase)
        for phase, chip in self.chips().items():
            index = PHASES.index(phase)
            ground, ink = theme.card, theme.dim
            border = theme.line
            if index == present:
                ground, ink, border = theme.accent, theme.on_accent, theme.accent
            elif index < present:
                ground = ink_ground = mix(theme.line, theme.field, 0.3)
                ink, border = theme.ink, ink_ground
            painter.setPen(QPen(border, 1))
            painter.setBrush(ground)
            painter.drawRoundedRect(chip, chip.height() / 2, chip.height() / 2)
            painter.setPen(ink)
            painter.setFont(self._font(index == present))
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, phase)
        painter.end()

    def _font(self, is_present: bool) -> QFont:
        weight = QFont.Weight.Bold if is_present else QFont.Weight.Normal
        return self._theme.font(TEXT_SIZE, weight)

    def _gap(self) -> int:
        return self._theme.px(4 if self._around == _ROOMY else 2)

    def _total(self, around: int) -> int:
        gap = self._theme.px(4 if around == _ROOMY else 2)
        return round(sum(self._widths(around)) + gap * (len(PHASES) - 1)) + 1

    def _widths(self, around: int | None = None) -> list[float]:
        metrics = QFontMetricsF(self._font(True))
        sides = 2 * self._theme.px(self._around if around is None else around)
        return [round(metrics.horizontalAdvance(phase)) + sides for phase in PHASES]


class _ArrowsPass(QObject):
    """Leaves arrow keys to the window."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_press = event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() in _ARROWS:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def leave_arrows(part: QWidget) -> None:
    """Let arrow keys pass all buttons in a part, and have no click take the focus.

    The card does so for what it finds in the view when the window is made.
    """
    arrows_pass = _ArrowsPass(part)
    for button in part.findChildren(QAbstractButton):
        button.installEventFilter(arrows_pass)
        if button.focusPolicy() & Qt.FocusPolicy.ClickFocus:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)


def order_tabs(parts: Iterable[QWidget]) -> None:
    """Let Tab go through parts, and through all in them, in this order.

    Qt goes in the order in which widgets were made, and some are made when they are needed.
    """
    stops = [
        widget
        for part in parts
        for widget in (part, *part.findChildren(QWidget))
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)
