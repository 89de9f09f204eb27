"""Text of the inspector: words and formulas that wrap, scroll and can be selected."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPalette,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from nnviz.gui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from nnviz.insight.equations import Equation

LEAST_CONTRAST = 4.5
"""Of text against its ground, as WCAG 2 asks for."""
_TALL = 140
"""From this height on, in pixels at scale 1, the text is a size larger."""
_SHORT = 52
"""A statement of at most so many characters is never broken."""
_LONG = 66
"""A formula of more characters is written a size smaller."""
_HARD = "\u00a0"
# Compiled when the first equation is shown, and then kept by `re`.
_NUMBER = r"−?(∞|[\d.]+(·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|not a number"
_FOLD = r"… \([\d,]+ more(?:: [^()]*)?\)"
_SCROLLING = (
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
    Qt.Key.Key_Home, Qt.Key.Key_End,
)  # fmt: skip


@dataclass(frozen=True)
class Span:
    """Some text in one style: words, strong, dim, formula, numbers, result or fold."""

    text: str
    style: str = "words"


Paragraph = tuple[Span, ...]


class TextPane(QTextEdit):
    """Paragraphs of plain text in the theme's faces; data in it is never taken for markup."""

    fold_clicked = Signal()
    """The smallest terms of a sum, folded into one, were clicked."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._paragraphs: tuple[Paragraph, ...] = ()
        self._is_tall = False
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

    def set_paragraphs(self, paragraphs: Iterable[Paragraph]) -> None:
        """Show other text; what is selected and how far one has scrolled stays."""
        wanted = tuple(paragraphs)
        if wanted != self._paragraphs:
            self._paragraphs = wanted
            self._write()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(0, 0, 0, 0))
        palette.setColor(QPalette.ColorRole.Text, theme.ink)
        palette.setColor(QPalette.ColorRole.Highlight, theme.accent)
        palette.setColor(QPalette.ColorRole.HighlightedText, theme.on_accent)
        self.setPalette(palette)
        self._is_tall = self.height() >= theme.px(_TALL)
        self._write()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(260), self._theme.px(90))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(120), self._theme.px(28))

    def color_of(self, span: Span) -> QColor:
        """The colour that a span is written in."""
        theme = self._theme
        if span.style in ("dim", "formula"):
            return theme.dim
        if span.style == "fold":
            return (
                theme.accent if contrast(theme.accent, theme.card) >= LEAST_CONTRAST else theme.ink
            )
        if span.style == "result":
            ends = (theme.negative, theme.positive)
            if all(contrast(end, theme.card) >= LEAST_CONTRAST for end in ends):
                return ends[not span.text.startswith("−")]
        return theme.ink

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
        if is_left and not self.textCursor().hasSelection() and self.anchorAt(at):
            self.fold_clicked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Not by the room beside the scroll bar, which would come and go with the lines that it
        # makes.
        width = self.width() - self.verticalScrollBar().sizeHint().width() - 2
        self.setLineWrapColumnOrWidth(max(width, 1))
        is_tall = self.height() >= self._theme.px(_TALL)
        if is_tall != self._is_tall:
            self._is_tall = is_tall
            self._write()

    # --- writing

    def _write(self) -> None:
        bar, cursor = self.verticalScrollBar(), self.textCursor()
        scrolled, ends = bar.value(), (cursor.anchor(), cursor.position())
        document, px = self.document(), self._theme.px
        document.clear()
        writer = QTextCursor(document)
        writer.beginEditBlock()
        for index, paragraph in enumerate(self._paragraphs):
            block = QTextBlockFormat()
            is_formula = bool(paragraph) and paragraph[0].style not in ("words", "strong", "dim")
            block.setTopMargin(px(4 if index else 0))
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
                writer.insertText(span.text, self._format(span))
        writer.endEditBlock()
        last = document.characterCount() - 1
        kept = self.textCursor()
        kept.setPosition(min(ends[0], last))
        kept.setPosition(min(ends[1], last), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(kept)
        bar.setValue(scrolled)

    def _format(self, span: Span) -> QTextCharFormat:
        theme, size = self._theme, 13 if self._is_tall else 12
        if span.style == "formula" and len(span.text) > _LONG:
            size -= 1
        weight = (
            QFont.Weight.DemiBold if span.style in ("strong", "result") else QFont.Weight.Normal
        )
        is_mono = span.style in ("formula", "numbers", "result", "fold")
        written = QTextCharFormat()
        written.setFont(theme.mono(size, weight) if is_mono else theme.font(size, weight))
        written.setForeground(self.color_of(span))
        if span.style == "fold":
            written.setAnchor(True)
            written.setAnchorHref("all")
            written.setFontUnderline(True)
        return written


def told(text: str, style: str = "words") -> Paragraph:
    """A paragraph in one style."""
    return (Span(text, style),)


def equation_paragraphs(equation: Equation) -> list[Paragraph]:
    """Title and sentence, the formula, and the formula with the numbers."""
    title, sentence = equation.title, equation.sentence
    if sentence.startswith(title):
        first = (Span(title, "strong"), Span(sentence[len(title) :]))
    else:
        first = (Span(f"{title}.  ", "strong"), Span(sentence))
    paragraphs: list[Paragraph] = [first]
    if equation.formula != equation.text:
        paragraphs.append(told(_unbroken(equation.formula, ",  "), "formula"))
    return [*paragraphs, *_statements(equation.text)]


def _statements(text: str) -> list[Paragraph]:
    """Each long statement for itself, short ones side by side, never broken."""
    paragraphs: list[Paragraph] = []
    run: list[Span] = []
    for statement in text.split(";  "):
        if len(statement) > _SHORT:
            paragraphs += [tuple(run)] * bool(run)
            run = []
            paragraphs.append(tuple(_statement(statement)))
            continue
        if run:
            run.append(Span(_HARD * 3 + " ", "numbers"))
        run += [Span(span.text.replace(" ", _HARD), span.style) for span in _statement(statement)]
    return [*paragraphs, *([tuple(run)] * bool(run))]


def _statement(text: str) -> list[Span]:
    head, equals, result = text.rpartition(" = ")
    if not equals or not _is_number(result):
        head, result = text, ""
    spans, place = [], 0
    for fold in re.finditer(_FOLD, head):
        spans += [
            Span(head[place : fold.start()], "numbers"),
            Span(fold[0].replace(" ", _HARD), "fold"),
        ]
        place = fold.end()
    # The result stays with its sign of equality.
    spans.append(Span(head[place:] + f" ={_HARD}" * bool(result), "numbers"))
    if result:
        spans.append(Span(result, "result"))
    return [span for span in spans if span.text]


def _unbroken(text: str, between: str) -> str:
    """Breaks only where statements part, if they are short."""
    parts = text.split(between)
    hard = [part.replace(" ", _HARD) if len(part) <= _SHORT else part for part in parts]
    return between.join(hard)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(_NUMBER, text))


def contrast(one: QColor, other: QColor) -> float:
    """Of two colours, 1 to 21, as WCAG 2 defines it."""
    low, high = sorted(_luminance(color) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: QColor) -> float:
    parts = (color.redF(), color.greenF(), color.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
