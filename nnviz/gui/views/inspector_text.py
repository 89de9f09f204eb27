"""Text of the inspector: words and formulas that wrap, scroll and can be selected."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from nnviz.gui.theme import LIGHT, Theme

LEAST_CONTRAST = 4.5
"""Of text against its ground, as WCAG 2 asks for."""
_TALL = 140
"""From this height on, in pixels at scale 1, the text is a size larger."""
_DENSE = 11
"""The least size of text."""
_DENSE_LINE = 14
"""Height of its lines."""
_MOST_TRIED = 3_000
"""More characters are laid out only once."""
_LONG = 66
"""A formula of more characters is written a size smaller."""
_MINUS = "−"
_JOINER = "\u2060"
"""Keeps a fraction such as ∂L/∂w in one line; never in what is copied."""
_SCROLLING = (
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
    Qt.Key.Key_Home, Qt.Key.Key_End,
)  # fmt: skip


class Span(NamedTuple):
    """Some text in one style: words, strong, dim, formula, numbers, result, fold or rest."""

    text: str
    style: str = "words"


Paragraph = tuple[Span, ...]


class TextPane(QTextEdit):
    """Paragraphs of plain text in the theme's faces; data in it is never taken for markup."""

    fold_clicked = Signal()
    """The smallest terms of a sum, folded into one, were clicked."""
    rest_clicked = Signal()
    """What stands for lines that were left out was clicked."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._variants: tuple[tuple[Paragraph, ...], ...] = ((),)
        self._trial, self._size = 0, 12
        self._laid_out_for = QSize()
        self._made: dict[tuple[str, int, bool], tuple[QTextCharFormat, QTextCharFormat]] = {}
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setAcceptRichText(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(name)

    def set_paragraphs(
        self, paragraphs: Iterable[Paragraph], shorter: Iterable[Iterable[Paragraph]] = ()
    ) -> None:
        """Show other text; what is selected and how far one has scrolled stays.

        Where it is too high, it is written denser, and then the first of the `shorter` ones comes
        that is not.
        """
        wanted = (tuple(paragraphs), *map(tuple, shorter))
        if wanted != self._variants:
            if _beginning(wanted[0]) != _beginning(self._variants[0]):
                self._trial = 0
            self._variants = wanted
            self._lay_out()

    def begin_anew(self) -> None:
        """The next text is another one, also where it begins with the same words."""
        self._trial = 0

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(0, 0, 0, 0))
        palette.setColor(QPalette.ColorRole.Text, theme.ink)
        palette.setColor(QPalette.ColorRole.Highlight, theme.accent)
        palette.setColor(QPalette.ColorRole.HighlightedText, theme.on_accent)
        self.setPalette(palette)
        self._trial, self._made = 0, {}
        self._lay_out()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(260), self._theme.px(90))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(120), self._theme.px(28))

    def color_of(self, span: Span) -> QColor:
        """The colour that a span is written in."""
        theme = self._theme
        if span.style in ("dim", "formula"):
            return theme.dim
        if span.style in ("fold", "rest"):
            return (
                theme.accent if contrast(theme.accent, theme.card) >= LEAST_CONTRAST else theme.ink
            )
        if span.style == "result":
            ends = (theme.negative, theme.positive)
            if all(contrast(end, theme.card) >= LEAST_CONTRAST for end in ends):
                return ends[not span.text.startswith("−")]
        return theme.ink

    def toPlainText(self) -> str:
        return super().toPlainText().replace(_JOINER, "")

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        # Qt writes the ends of paragraphs, and spaces that do not break, as signs of its own.
        chosen = self.textCursor().selection().toPlainText()
        data.setText(chosen.replace(_JOINER, "").replace("\u00a0", " "))
        return data

    # --- what the user does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_copy = event.matches(QKeySequence.StandardKey.Copy)
        is_scrolling = event.key() in _SCROLLING and self.verticalScrollBar().maximum() > 0
        if (is_copy and self.textCursor().hasSelection()) or is_scrolling:
            super().keyPressEvent(event)
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.selectAll()
        else:
            # Space plays, → steps: the window's keys are the window's.
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        is_link = bool(self.anchorAt(event.position().toPoint()))
        shape = Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.IBeamCursor
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        is_left = event.button() == Qt.MouseButton.LeftButton
        at = event.position().toPoint()
        anchor = self.anchorAt(at)
        if is_left and anchor and not self.textCursor().hasSelection():
            (self.rest_clicked if anchor == "rest" else self.fold_clicked).emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Not by the room beside the scroll bar, which would come and go with the lines that it
        # makes.
        width = self.width() - self.verticalScrollBar().sizeHint().width() - 2
        if self.lineWrapColumnOrWidth() != max(width, 1):
            self.setLineWrapColumnOrWidth(max(width, 1))
        # The viewport also changes when its scroll bar comes and goes, in the midst of writing.
        if self.size() != self._laid_out_for:
            self._laid_out_for, self._trial = self.size(), 0
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        cut = cut_lines(self)
        if cut:
            # Half a line is no line: one scrolls to see it.
            painter = QPainter(self.viewport())
            for place in cut:
                painter.fillRect(place, self._theme.card)
            painter.end()

    # --- writing

    @property
    def is_shortened(self) -> bool:
        """Whether lines were left out because there is no room for them."""
        return self._trial >= len(self._sizes())

    def _sizes(self) -> tuple[int, ...]:
        """In which sizes the whole text is tried."""
        return (13, 12, 11) if self.height() >= self._theme.px(_TALL) else (12, 11)

    def _lay_out(self) -> None:
        """Write the text so that all of it is seen, if there is a way."""
        full, *shorter = self._variants
        sizes = self._sizes()
        trials = [(size, full) for size in sizes] + [(sizes[-1], each) for each in shorter]
        room = self.viewport().height()
        if sum(len(span.text) for paragraph in full for span in paragraph) <= _MOST_TRIED:
            # Numbers that change must not make the text jump from size to size: while the same
            # is told, it only gets smaller.
            for trial in range(min(self._trial, len(trials) - 1), len(trials)):
                self._trial, (self._size, paragraphs) = trial, trials[trial]
                self._write(paragraphs)
                if self.document().size().height() <= room:
                    return
            if shorter:
                # One scrolls then, but as little as can be.
                return
        self._trial, self._size = 0, 12
        self._write(full)

    def _write(self, paragraphs: tuple[Paragraph, ...]) -> None:
        bar, cursor = self.verticalScrollBar(), self.textCursor()
        scrolled, ends = bar.value(), (cursor.anchor(), cursor.position())
        document, px = self.document(), self._theme.px
        document.clear()
        writer = QTextCursor(document)
        writer.beginEditBlock()
        between = 4 if self._size > _DENSE else 1
        for index, paragraph in enumerate(paragraphs):
            block = QTextBlockFormat()
            is_formula = bool(paragraph) and paragraph[0].style not in ("words", "strong", "dim")
            block.setTopMargin(px(between if index else 0))
            if self._size <= _DENSE:
                # Raised digits come from a face whose lines are high.
                kind = QTextBlockFormat.LineHeightTypes.FixedHeight.value
                block.setLineHeight(px(_DENSE_LINE), kind)
            if is_formula:
                # What goes on in the next line stands in; short statements begin anew there.
                hangs = px(14) * (" " in paragraph[0].text)
                block.setLeftMargin(hangs)
                block.setTextIndent(-hangs)
            if index:
                writer.insertBlock(block)
            else:
                writer.setBlockFormat(block)
            for span in paragraph:
                written, sign = self._formats(span)
                text = span.text.replace("/∂", f"/{_JOINER}∂")
                for part in re.split(f"({_MINUS})", text):
                    writer.insertText(part, sign if part == _MINUS else written)
        writer.endEditBlock()
        last = document.characterCount() - 1
        kept = self.textCursor()
        kept.setPosition(min(ends[0], last))
        kept.setPosition(min(ends[1], last), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(kept)
        bar.setValue(scrolled)

    def _formats(self, span: Span) -> tuple[QTextCharFormat, QTextCharFormat]:
        """Of a span, and of the minus signs in it; made once for all spans that look alike."""
        theme, size = self._theme, self._size
        if size > _DENSE and span.style == "formula" and len(span.text) > _LONG:
            size -= 1
        key = (span.style, size, span.style == "result" and span.text.startswith(_MINUS))
        if key not in self._made:
            is_heavy = span.style in ("strong", "result")
            weight = QFont.Weight.DemiBold if is_heavy else QFont.Weight.Normal
            # Symbols stay out of the face for numbers: its raised signs are hard to read.
            is_mono = span.style in ("numbers", "result", "fold", "rest")
            written = QTextCharFormat()
            written.setFont(theme.mono(size, weight) if is_mono else theme.font(size, weight))
            written.setForeground(self.color_of(span))
            if span.style in ("fold", "rest"):
                written.setAnchor(True)
                written.setAnchorHref("all" if span.style == "fold" else "rest")
                written.setFontUnderline(True)
            # The minus of the face for numbers is as short as a hyphen.
            sign = QTextCharFormat(written)
            sign.setFont(theme.font(size, weight))
            sign.setFontUnderline(written.fontUnderline())
            self._made[key] = written, sign
        return self._made[key]


def told(text: str, style: str = "words") -> Paragraph:
    """A paragraph in one style."""
    return (Span(text, style),)


def _beginning(paragraphs: tuple[Paragraph, ...]) -> str:
    """The first words but for numbers: as long as they stay, the same thing is told."""
    first = paragraphs[0][0].text if paragraphs and paragraphs[0] else ""
    return re.sub(r"[−\d.,·⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", "#", first)


def cut_lines(pane: QTextEdit) -> list[QRectF]:
    """Where, in the viewport, lines are only partly seen at its ends."""
    bar, view = pane.verticalScrollBar(), pane.viewport()
    if bar.maximum() <= 0:
        return []
    start, end = bar.value(), bar.value() + view.height()
    places: list[QRectF] = []
    layout, block = pane.document().documentLayout(), pane.document().begin()
    while block.isValid():
        box = layout.blockBoundingRect(block)
        if box.top() > end:
            break
        for number in range(block.layout().lineCount() if box.bottom() > start else 0):
            line = block.layout().lineAt(number)
            top, bottom = box.top() + line.y(), box.top() + line.y() + line.height()
            # A line's last pixel has nothing but room for accents.
            if top + 1 < start < bottom - 1 or top + 1 < end < bottom - 1:
                places.append(QRectF(0, top - start, view.width(), bottom - top))
        block = block.next()
    return places


def contrast(one: QColor, other: QColor) -> float:
    """Of two colours, 1 to 21, as WCAG 2 defines it."""
    low, high = sorted(_luminance(color) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: QColor) -> float:
    parts = (color.redF(), color.greenF(), color.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
