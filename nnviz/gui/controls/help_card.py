"""HelpCard: a page of help above the window, which blocks nothing; HelpButton: the "?" for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnviz.data.dataset import Dataset
from nnviz.gui import icons
from nnviz.gui.controls.buttons import ToolButton, has_ring
from nnviz.gui.controls.tooltips import wrapped
from nnviz.gui.theme import CORNER, LIGHT, Theme, mix
from nnviz.run.experiment import Experiment

if TYPE_CHECKING:
    from nnviz.gui.controls.help_page import HelpPage

_WIDTH = 420
_SHADOW = 10
"""Room around the ground for its shadow."""
_PADDING = 14
_GAP = 6
"""From the button, and from the window's edges."""
_BUTTON, _ICON = 20, 14


class HelpCard(QWidget):
    """A page over its window. Escape, a click outside and leaving it by Tab close it.

    It is a child of the window and no window of its own: a popup would hold mouse and keyboard
    back from everything else, and platforms differ in where they let it stand.
    """

    def __init__(self, page: HelpPage, button: QWidget) -> None:
        """`button` has opened it: clicks on that do not close the card, and it gets the focus."""
        super().__init__(button.window())
        self._button = button
        self._theme = LIGHT
        self._ground: QPixmap | None = None
        self._page = page
        self._focus_reason = Qt.FocusReason.OtherFocusReason
        self.setAccessibleName(page.title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Opaque, so that what moves under the card does not draw the page again each time.
        self._body = QWidget(self)
        self._body.setAutoFillBackground(True)
        self._title = QLabel(page.title, self._body)
        self._title.setProperty("look", "dim")
        self._close = ToolButton("Close the help", "Closes the help.", self._body)
        self._close.setProperty("look", "bare")
        self._close.clicked.connect(self.close_card)
        self._header = QHBoxLayout()
        self._header.addWidget(self._title, 1)
        self._header.addWidget(self._close)
        self._inner = QVBoxLayout(self._body)
        self._inner.addLayout(self._header)
        self._inner.addWidget(page, 1)
        self._outer = QVBoxLayout(self)
        self._outer.addWidget(self._body)
        self.hide()
        self.set_theme(LIGHT)

    # --- opening and closing

    def open_card(self) -> None:
        """Show the card beside its button and give it the focus; it goes back there at the end."""
        window = self._button.window()
        if self.parent() is not window:
            self.setParent(window)
        is_by_keyboard = has_ring(self._button)
        reason = (
            Qt.FocusReason.TabFocusReason if is_by_keyboard else Qt.FocusReason.MouseFocusReason
        )
        self._focus_reason = reason
        self._place()
        self.show()
        self.raise_()
        self.setFocus(reason)
        handle = window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._on_focus)  # type: ignore[union-attr]

    @Slot()
    def close_card(self) -> None:
        """Hide the card; the focus goes back to the button if it was in here."""
        if self.isHidden():
            return
        QApplication.instance().focusChanged.disconnect(  # type: ignore[union-attr]
            self._on_focus
        )
        handle = self.window().windowHandle()
        if handle is not None:
            handle.removeEventFilter(self)
        if self._holds(QApplication.focusWidget()):
            self._button.setFocus(self._focus_reason)
        self.hide()

    def event(self, event: QEvent) -> bool:
        is_handled = super().event(event)
        # Another text on the page may need more lines than the one before.
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._place()
        return is_handled

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """All that reaches the window passes here while the card is open; none of it is held."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            at = event.globalPosition().toPoint()
            if not (_has_at(self, at) or _has_at(self._button, at)):
                self.close_card()
        elif event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_card()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # what lies under the card must not hear it

    @Slot(QWidget, QWidget)
    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        # Nothing has the focus while another application or a menu has it.
        if now is not None and now is not self._button and not self._holds(now):
            self.close_card()

    def _holds(self, widget: QWidget | None) -> bool:
        """Whether a widget is in the card, or in a list that was opened from it."""
        while widget is not None and widget is not self:
            widget = widget.parentWidget()
        return widget is self

    # --- place and look

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._title.setFont(theme.heading())
        palette = self._body.palette()
        palette.setColor(self._body.backgroundRole(), theme.card)
        self._body.setPalette(palette)
        self._close.setIcon(icons.icon("close", theme, theme.dim))
        self._close.setIconSize(QSize(theme.px(_ICON), theme.px(_ICON)))
        self._close.setFixedSize(theme.px(_BUTTON), theme.px(_BUTTON))
        # The body's corners are square: they begin where the ground's round ones have ended.
        edge = theme.px(_SHADOW) + self._inset()
        self._outer.setContentsMargins(edge, edge, edge, edge)
        inner = theme.px(_PADDING) - self._inset()
        self._inner.setContentsMargins(inner, theme.px(8) - self._inset(), inner, inner)
        self._inner.setSpacing(theme.px(_GAP))
        self._page.set_theme(theme)
        self._ground = None
        if self.isVisible():
            self._place()
        self.update()

    def sizeHint(self) -> QSize:
        width = self._theme.px(_WIDTH + 2 * _SHADOW)
        return QSize(width, self._outer.totalHeightForWidth(width))

    def paintEvent(self, event: QPaintEvent) -> None:
        size = self.size() * self.devicePixelRatioF()
        if self._ground is None or self._ground.size() != size:
            self._ground = self._draw_ground()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        painter.end()

    def _draw_ground(self) -> QPixmap:
        """Ground and shadow, kept: what moves under the shadow has it drawn again each time."""
        theme, ratio = self._theme, self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        shadow, corner = theme.px(_SHADOW), theme.px(CORNER)
        ground = QRectF(self.rect()).adjusted(shadow, shadow, -shadow, -shadow)
        painter.setBrush(QColor(0, 0, 0, 16 if theme.is_dark else 5))
        for spread in range(shadow, 0, -1):
            room = ground.adjusted(-spread, 0.5 * shadow - spread, spread, spread)
            painter.drawRoundedRect(room, corner + spread, corner + spread)
        painter.setPen(QPen(mix(theme.line, theme.dim, 0.4), 1))
        painter.setBrush(theme.card)
        painter.drawRoundedRect(ground.adjusted(0.5, 0.5, -0.5, -0.5), corner, corner)
        painter.end()
        return picture

    def _inset(self) -> int:
        """How far the body's square corners keep away from the ground's edge."""
        return self._theme.px(CORNER / 2)

    def _place(self) -> None:
        """Beside the button, right where there is room, and wholly inside the window."""
        window = self._button.window().rect()
        shadow = self._theme.px(_SHADOW)
        hint = self.sizeHint()
        width = min(hint.width(), window.width())
        height = min(self._outer.totalHeightForWidth(width), window.height())
        origin = self._button.mapTo(self._button.window(), QPoint(0, 0))
        button = QRect(origin, self._button.size())
        gap = self._theme.px(_GAP) - shadow
        left = button.right() + gap
        if left + width > window.width():
            left = button.left() - gap - width
        top = button.center().y() - self._theme.px(_BUTTON) - shadow
        left = min(max(left, 0), window.width() - width)
        top = min(max(top, 0), window.height() - height)
        self.setGeometry(left, top, width, height)


class HelpButton(ToolButton):
    """A small "?" that opens a card and closes it again; the page is made when it is first asked.

    A click or Enter opens the card, Escape closes it.
    """

    def __init__(
        self, what: str, make_page: Callable[[], HelpPage], parent: QWidget | None = None
    ) -> None:
        """`what` is explained: "activation functions"."""
        sentence = f"Explains {what} with formulas and a plot."
        super().__init__(f"Help on {what}", wrapped(sentence), parent)
        self._make_page = make_page
        self._page: HelpPage | None = None
        self._card: HelpCard | None = None
        self._theme = LIGHT
        self._shown: tuple[Experiment, Dataset] | None = None
        self.setProperty("look", "bare")
        self.clicked.connect(self._toggle)
        self.set_theme(LIGHT)

    @property
    def card(self) -> HelpCard | None:
        """The card, once it has been opened."""
        return self._card

    @property
    def page(self) -> HelpPage | None:
        """What the card shows, once it has been opened."""
        return self._page

    def show_experiment(self, experiment: Experiment, dataset: Dataset) -> None:
        """What the page is about, now and while it is open."""
        self._shown = (experiment, dataset)
        if self._page is not None:
            self._page.show_experiment(experiment, dataset)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setIcon(icons.icon("help", theme, theme.dim))
        self.setIconSize(QSize(theme.px(_ICON), theme.px(_ICON)))
        self.setFixedSize(theme.px(_BUTTON), theme.px(_BUTTON))
        if self._card is not None:
            self._card.set_theme(theme)

    @Slot()
    def _toggle(self) -> None:
        if self._card is None:
            self._page = self._make_page()
            if self._shown is not None:
                self._page.show_experiment(*self._shown)
            self._card = HelpCard(self._page, self)
            self._card.set_theme(self._theme)
        if self._card.isVisible():
            self._card.close_card()
        else:
            self._card.open_card()


def _has_at(widget: QWidget, at: QPoint) -> bool:
    return widget.rect().contains(widget.mapFromGlobal(at))
