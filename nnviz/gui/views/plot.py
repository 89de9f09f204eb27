"""A pyqtgraph plot that keeps still: fixed ranges, ticks of our own, no menu, no dragging."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from nnviz.gui.theme import LIGHT, Theme
from nnviz.gui.views.scales import Ticks

TICK_SIZE = 11
"""Height of tick labels, in pixels."""
_TEXT_OFFSET = 6


class UprightAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis whose label stays upright when it is short, such as x₂."""

    def __init__(self, orientation: str) -> None:
        # Before pyqtgraph's own initialisation, which asks for a first layout.
        self._label_in_corner = False
        self._scale = 1.0
        super().__init__(orientation, maxTickLength=0)
        self.setStyle(
            autoExpandTextSpace=False,
            autoReduceTextSpace=False,
            hideOverlappingLabels=False,
            tickTextOffset=_TEXT_OFFSET,
            tickAlpha=0,
        )
        self.enableAutoSIPrefix(False)

    def set_label_in_corner(self, in_corner: bool) -> None:
        """Put the label before the first tick label, in one line with them."""
        self._label_in_corner = in_corner
        self.resizeEvent()

    def set_scale(self, scale: float) -> None:
        """How large the interface is drawn."""
        self._scale = scale
        self.setStyle(tickTextOffset=round(_TEXT_OFFSET * scale))

    def resizeEvent(self, event: object = None) -> None:
        super().resizeEvent(event)
        width, height = self.size().width(), self.size().height()
        is_left = self.orientation == "left"
        turned = is_left and len(self.labelText) > 3
        room = height if turned else width
        metrics = QFontMetricsF(self.label.font())
        elide = Qt.TextElideMode.ElideRight
        text = self.labelText
        if (not is_left and not self._label_in_corner) or turned:
            text = metrics.elidedText(text, elide, max(room - 8.0 * self._scale, 20.0))
        self.label.setPlainText(text)
        self.label.setRotation(-90 if turned else 0)
        extent, scale = self.label.boundingRect(), self._scale
        if is_left:
            run = -extent.width() if turned else extent.height()
            self.label.setPos((-5 if turned else -3) * scale, (height - run) / 2)
        elif self._label_in_corner:
            self.label.setPos(-extent.width() - 6 * scale, height - extent.height() + 4.5 * scale)
        else:
            self.label.setPos((width - extent.width()) / 2, height - extent.height() + 4 * scale)


class QuietPlot(pg.PlotWidget):  # type: ignore[misc]
    """A plot of fixed ranges that passes clicks, wheel and menu on to its parent."""

    hovered = Signal(float, float)
    """The pointer is over the plane, at these coordinates of the data."""
    pressed = Signal(float, float)
    """The left button goes down there."""
    hover_ended = Signal()
    """The pointer is not over the plane any more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        axes = {side: UprightAxis(side) for side in ("left", "bottom")}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self.hideButtons()
        self.setMouseEnabled(False, False)
        self.disableAutoRange()
        # So that the card, which knows the exports, is asked for its menu instead.
        for widget in (self, self.viewport()):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.set_theme(LIGHT)

    @property
    def box(self) -> pg.ViewBox:
        return self.getPlotItem().getViewBox()

    def set_theme(self, theme: Theme) -> None:
        self.setBackground(theme.card)
        font = theme.font(TICK_SIZE)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.set_scale(theme.scale)
            axis.setPen(QPen(Qt.PenStyle.NoPen))
            axis.setTickPen(QPen(Qt.PenStyle.NoPen))
            axis.setTextPen(QPen(theme.dim))
            axis.setTickFont(font)
            axis.label.setFont(font)
            axis.label.setDefaultTextColor(theme.dim)
            axis.resizeEvent()

    def set_margins(self, top: int, right: int) -> None:
        """Space above and beside the plane, for tick labels that stand out."""
        self.getPlotItem().layout.setContentsMargins(0, top, right, 0)

    def set_view(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show exactly these ranges."""
        self.box.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=True)

    def set_ticks(self, side: str, ticks: Ticks) -> None:
        self.getAxis(side).setTicks([ticks, []])

    def set_labels(self, left: str, bottom: str) -> None:
        for side, text in (("left", left), ("bottom", bottom)):
            axis = self.getAxis(side)
            axis.setLabel(text)
            axis.showLabel(bool(text))
            axis.resizeEvent()

    def text_width(self, ticks: Ticks) -> int:
        """Pixels that the widest label of `ticks` takes."""
        metrics = QFontMetricsF(self.getAxis("left").style["tickFont"])
        return round(max((metrics.horizontalAdvance(text) for _, text in ticks), default=0))

    def room_beyond(self, ticks: Ticks) -> int:
        """Pixels by which the last label of a horizontal axis may stand out beyond its end."""
        return round(self.text_width(ticks[-1:]) / 2) + 2

    def plane_size(self) -> tuple[float, float]:
        """Width and height of the plane, in pixels."""
        size = self.box.size()
        return size.width(), size.height()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._place_of(event)
        if place is not None:
            self.hovered.emit(place.x(), place.y())
        else:
            self.hover_ended.emit()
        event.ignore()

    def _place_of(self, event: QMouseEvent) -> QPointF | None:
        """Where the pointer is, in coordinates of the data; None beside the plane."""
        at = self.mapToScene(event.position().toPoint())
        return self.box.mapSceneToView(at) if self.box.sceneBoundingRect().contains(at) else None

    def leaveEvent(self, event: QEvent) -> None:
        self.hover_ended.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_of(event)
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit(place.x(), place.y())
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
