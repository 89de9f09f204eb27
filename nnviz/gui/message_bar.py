"""A message over the window that does not block: it goes away by itself, or when asked to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from nnviz.gui.card import draw_ground
from nnviz.gui.theme import GUTTER, LIGHT, Theme

INFORMATION_LASTS = 6_000
WARNING_LASTS = 20_000
"""Milliseconds; a warning says what to do, so it stays long enough to do it."""
ABOVE = 2
"""Pixels between the bar and the window's lower edge."""
_LINE = 22
"""Height of one line with its buttons."""


class MessageBar(QWidget):
    """Shows one sentence near the lower edge of its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._line: QWidget | None = None
        self._theme = LIGHT
        self._is_warning = False
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        # Names of files and words of exceptions come here; none of them is to be taken for HTML.
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton(self)
        self._close.setText("×")
        self._close.setAutoRaise(True)
        self._close.setToolTip("Closes this message.")
        self._close.setAccessibleName("close the message")
        self._close.clicked.connect(self.hide)
        self._act: Callable[[], object] | None = None
        self._action = QPushButton(self)
        self._action.clicked.connect(self._do)
        self._action.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._action, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    def stand_over(self, line: QWidget) -> None:
        """Cover only this one, the last in its parent's layout; it grows as high as is needed."""
        self._line = line
        line.installEventFilter(self)

    @property
    def text(self) -> str:
        """The sentence that is shown, or was last."""
        return self._text.text()

    def inform(self, sentence: str) -> None:
        self._show(sentence, False, INFORMATION_LASTS)

    def warn(self, sentence: str, way_out: tuple[str, Callable[[], object]] | None = None) -> None:
        """`way_out` puts a button beside the sentence: what it says, and what it does."""
        self._show(sentence, True, WARNING_LASTS)
        if way_out is not None:
            words, self._act = way_out
            self._action.setText(words)
            self._action.setAccessibleName(words)
            self._action.show()
            self._place()
            # It waits until it is used, or until something else is said.
            self._timer.stop()

    @Slot(str, str)
    def replace(self, before: str, after: str) -> None:
        """Show `after` in place of `before`, unless that has gone already."""
        if self.isVisible() and self.text == before:
            self._show(after, self._is_warning, self._timer.remainingTime())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._close.setFixedSize(theme.px(_LINE), theme.px(_LINE))
        # As low as the cross, so that a sentence with a button needs no more room than one without.
        self._action.setFixedHeight(theme.px(_LINE))
        self.setContentsMargins(theme.px(14), theme.px(2), theme.px(4), theme.px(2))
        self._text.setFont(theme.font(13))
        self._action.setFont(theme.font(12))
        color = (theme.warning if self._is_warning else theme.ink).name()
        self._text.setStyleSheet(f"color: {color}; background: transparent;")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        color = theme.warning if self._is_warning else theme.accent
        draw_ground(self, theme, QPen(color, 1.5))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Not when the whole window is hidden: then the message is still to be read.
        if self._line is not None and self.isHidden():
            self._line.setMinimumHeight(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return super().eventFilter(watched, event)

    def _show(self, sentence: str, is_warning: bool, milliseconds: int) -> None:
        self._is_warning = is_warning
        self._act = None
        self._action.hide()
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self.set_theme(self._theme)
        self.show()
        self._place()
        self.raise_()
        self._timer.start(milliseconds)

    @Slot()
    def _do(self) -> None:
        act = self._act
        self.hide()
        if act is not None:
            act()

    def _place(self) -> None:
        """At the lower edge, as wide as the sentence needs and the window allows."""
        gutter = self._theme.px(GUTTER)
        room = self._over.width() - 2 * gutter
        margins = self.contentsMargins()
        beside = margins.left() + margins.right() + self._close.width() + gutter
        if not self._action.isHidden():
            beside += self._action.sizeHint().width() + gutter
        words = self._text.fontMetrics().horizontalAdvance(self._text.text())
        width = min(words + beside + gutter, room)
        text_height = self._text.heightForWidth(width - beside)
        height = max(text_height, self._theme.px(_LINE)) + margins.top() + margins.bottom()
        self.resize(width, min(height, self._over.height() // 2))
        if self._line is not None and not self.isHidden():
            self._make_room(self._line)
        self.move((self._over.width() - width) // 2, self._over.height() - self.height() - ABOVE)

    def _make_room(self, line: QWidget) -> None:
        """Let the line be so high that the bar reaches no farther up than the gap above it.

        Not higher than the parent has room for: a window at its least would grow, and stay so.
        """
        layout = self._over.layout()
        if layout is None:
            return
        free = layout.spacing() + layout.contentsMargins().bottom() - ABOVE - 1
        usual = line.minimumSizeHint().height()
        others = layout.minimumSize().height() - max(usual, line.minimumHeight())
        room = self._over.height() - others
        line.setMinimumHeight(max(0, min(self.height() - free, room)))
