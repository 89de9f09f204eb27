"""Small flat − and + buttons, and the counter of hidden layers made of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from nnviz.gui.theme import LIGHT, Theme, mix


class StepButton(QToolButton):
    """A flat button that takes one away or adds one."""

    stepped = Signal(int, int)
    """The layer that the button belongs to, and −1 or +1."""

    def __init__(self, adds: bool, layer: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.adds = adds
        self.layer = layer
        self._theme = LIGHT
        self._is_drawn = True
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setText("+" if adds else "−")
        self.clicked.connect(self._step)

    def describe(self, name: str, tooltip: str) -> None:
        """Name the button for screen readers, and say what it does to learning."""
        self.setAccessibleName(name)
        self.setToolTip(tooltip)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def set_drawn(self, drawn: bool) -> None:
        """Leave the button out of a picture that is exported."""
        self._is_drawn = drawn
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(20), self._theme.px(20))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(12), self._theme.px(12))

    def event(self, event: QEvent) -> bool:
        # The window plays and pauses on Space; with the focus here, Space presses the button.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if plain and event.key() == Qt.Key.Key_Space:
                event.accept()
                return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_drawn:
            return
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = self.rect().toRectF().adjusted(1, 1, -1, -1)
        corner = theme.px(5)
        if self.isEnabled() and (self.underMouse() or self.isDown()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.line if self.isDown() else mix(theme.field, theme.line, 0.4))
            painter.drawRoundedRect(frame, corner, corner)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, 1.5))
            painter.drawRoundedRect(frame, corner, corner)
        color = theme.dim if self.isEnabled() else mix(theme.card, theme.line, 0.9)
        if self.isEnabled() and self.underMouse():
            color = theme.ink
        self._draw_sign(painter, QPen(color, 1.5 * theme.scale))
        painter.end()

    def _step(self) -> None:
        self.stepped.emit(self.layer, 1 if self.adds else -1)

    def _draw_sign(self, painter: QPainter, pen: QPen) -> None:
        center = QRectF(self.rect()).center()
        arm = min(4.5 * self._theme.scale, self.width() / 2 - 3)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        across, down = QPointF(arm, 0), QPointF(0, arm)
        painter.drawLine(center - across, center + across)
        if self.adds:
            painter.drawLine(center - down, center + down)


class LayerCounter(QWidget):
    """The words "hidden layers", and − 2 + beside them: asks for one more or one less."""

    asked = Signal(int)
    """−1 or +1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("number of hidden layers")
        self._label = QLabel("hidden layers", self)
        self._count = QLabel("0", self)
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.minus = StepButton(False, parent=self)
        self.plus = StepButton(True, parent=self)
        self.minus.describe(
            "remove the last hidden layer",
            "Takes the last hidden layer away: the network can bend its boundary less.",
        )
        self.plus.describe(
            "add a hidden layer",
            "Adds a hidden layer before the output: the network can combine what it has found "
            "into finer shapes, but is harder to train.",
        )
        self.minus.stepped.connect(self._ask)
        self.plus.stepped.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self._label, self.minus, self._count, self.plus):
            row.addWidget(widget)
        self._row = row
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_theme(LIGHT)

    def show_count(self, count: int, most: int) -> None:
        self._count.setText(str(count))
        self.minus.setEnabled(count > 0)
        self.plus.setEnabled(count < most)

    def set_theme(self, theme: Theme) -> None:
        self._label.setFont(theme.font(12))
        self._count.setFont(theme.mono(12, 600))
        self._count.setMinimumWidth(self._count.fontMetrics().horizontalAdvance("00"))
        self._row.setSpacing(theme.px(2))
        self._label.setContentsMargins(0, 0, theme.px(4), 0)
        self._label.setStyleSheet(f"color: {theme.dim.name()}; background: transparent;")
        self._count.setStyleSheet(f"color: {theme.ink.name()}; background: transparent;")
        self.minus.set_theme(theme)
        self.plus.set_theme(theme)

    def _ask(self, _layer: int, step: int) -> None:
        self.asked.emit(step)
