"""Sets a widget up for a figure, at any size and in any theme, and back again, unseen.

Nothing here lets Qt paint or resize a window on the screen: a child is laid out at the wanted size
and then put back, all within one call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from math import ceil
from typing import Protocol, runtime_checkable

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPalette, QRegion
from PySide6.QtWidgets import (
    QAbstractButton,
    QGraphicsView,
    QLayout,
    QScrollBar,
    QSplitter,
    QWidget,
)

from nnviz.gui.card import Card
from nnviz.gui.fine_icons import refine
from nnviz.gui.theme import THEMES, Theme

NOTHING_ELSE = QWidget.RenderFlag(0)
"""Render a widget alone: neither what is in it nor the window's ground under it."""


@dataclass(frozen=True)
class FigureOptions:
    """How a figure is made.

    `width` and `height` are in pixels of 1/96 inch, as the widget is laid out; what is None
    follows from the widget's own proportions. A PNG has `scale` pixels for each of these.
    `appearance` is "light", "dark" or "as shown"; `transparent` leaves out the grounds; `numbers`
    writes its weight on each edge of a network; `title` keeps the heading of a card.
    """

    width: int | None = None
    height: int | None = None
    scale: float = 2.0
    transparent: bool = False
    appearance: str = "light"
    numbers: bool = False
    title: bool = True


@runtime_checkable
class PreparesExport(Protocol):
    """A widget that draws better, if slower, for a picture that is kept."""

    def prepare_export(self, numbers: bool) -> None: ...

    def finish_export(self) -> None: ...


@runtime_checkable
class TakesTheme(Protocol):
    """A widget whose theme can be changed."""

    def set_theme(self, theme: Theme) -> None: ...


@runtime_checkable
class Themed(TakesTheme, Protocol):
    """A widget whose theme can be read, too."""

    @property
    def theme(self) -> Theme: ...


@dataclass(frozen=True)
class Piece:
    """One widget of a figure, without what is in it: where it stands, what is seen of it."""

    widget: QWidget
    place: QPoint
    clip: QRect


@dataclass(frozen=True)
class Stage:
    """A widget that is ready to be drawn, at `room` pixels, for a figure of `size` pixels.

    Of the widget, `top` pixels lie above the figure, and are no part of it.
    """

    widget: QWidget
    size: QSize
    room: QSize
    top: int
    ground: QColor
    """Behind everything; transparent where nothing is to be."""

    @property
    def reduction(self) -> float:
        """Pixels of the figure for each of the room: below 1 where the widget needs more."""
        return self.size.width() / self.room.width()

    def pieces(self) -> Iterator[Piece]:
        """All that is seen, from back to front."""
        area = QRect(QPoint(0, 0), self.room)
        corner = QPoint(0, -self.top)
        layout = _layout_alone(self.widget)
        if layout is None:
            yield from _pieces(self.widget, corner, area, self._left_out())
            return
        for child in _shown_children(self.widget):
            # What the layout does not know floats over the window: messages, for a while.
            if layout.indexOf(child) >= 0:
                yield from _pieces(child, child.pos(), area)

    def _left_out(self) -> Sequence[QWidget]:
        """Of a card alone the switches in its heading, and the heading itself if it is cut off."""
        if not isinstance(self.widget, Card):
            return ()
        if not self.top:
            return self.widget.controls
        return [child for child in _shown_children(self.widget) if child is not self.widget.content]

    def draw(self, painter: QPainter) -> None:
        """Draw everything in pixels of the room."""
        painter.save()
        try:
            for piece in self.pieces():
                painter.setClipRect(piece.clip)
                # A graphics view has another `render` of its own, which draws its scene.
                QWidget.render(piece.widget, painter, piece.place, QRegion(), NOTHING_ELSE)
        finally:
            painter.restore()


@contextmanager
def staged(
    widget: QWidget, options: FigureOptions, has_plain_glyphs: bool = False
) -> Iterator[Stage]:
    """Set `widget` up as the options say, until the figure is drawn.

    `has_plain_glyphs` leaves out variants of letters, which a PDF could not name.
    """
    window = widget.window()
    with ExitStack() as restored:
        if window.updatesEnabled():
            window.setUpdatesEnabled(False)
            restored.callback(window.setUpdatesEnabled, True)
        # Undone in the other order: first the theme, whose lengths decide about the layout.
        _note_layout(widget, restored)
        ground = _apply_theme(widget, options, has_plain_glyphs, restored)
        top = 0 if options.title else _heading_height(widget)
        size, room = _sizes(widget, options, top)
        _lay_out(widget, QSize(room.width(), room.height() + top))
        _uncover_plots(widget, restored)
        _prepare(widget, options.numbers, restored)
        yield Stage(widget, size, room, top, ground)


def _apply_theme(
    widget: QWidget, options: FigureOptions, has_plain_glyphs: bool, restored: ExitStack
) -> QColor:
    """Give the widget the figure's theme; returns the figure's ground."""
    if isinstance(widget, Card):
        before = widget.theme
        theme = _figure_theme(before, options, has_plain_glyphs)
        # One view alone stands on white, without the frame that sets it apart in the window.
        restored.callback(widget.set_theme, before)
        widget.set_theme(replace(theme, line=theme.card))
        if theme != before and isinstance(widget.content, TakesTheme):
            restored.callback(widget.content.set_theme, before)
            widget.content.set_theme(theme)
        return theme.card
    if isinstance(widget, Themed):
        before = widget.theme
        theme = _figure_theme(before, options, has_plain_glyphs)
        if theme != before:
            restored.callback(widget.set_theme, before)
            widget.set_theme(theme)
        return theme.ground
    ground = QColor(widget.palette().color(QPalette.ColorRole.Window))
    return _clear(ground) if options.transparent else ground


def _figure_theme(shown: Theme, options: FigureOptions, has_plain_glyphs: bool) -> Theme:
    """The theme that the options ask for, where `shown` is the one on the screen."""
    theme = shown
    if options.appearance in THEMES:
        theme = THEMES[options.appearance].adapted(shown.palette_name, shown.scale)
    if options.transparent:
        theme = replace(theme, ground=_clear(theme.ground), card=_clear(theme.card))
    return replace(theme, has_plain_glyphs=has_plain_glyphs)


def _clear(color: QColor) -> QColor:
    """The same colour, for mixing, that draws nothing."""
    return QColor(color.red(), color.green(), color.blue(), 0)


def figure_size(widget: QWidget, options: FigureOptions) -> QSize:
    """The size that the figure of `widget` will have, in pixels of 1/96 inch."""
    return _sizes(widget, options, 0 if options.title else _heading_height(widget))[0]


def _heading_height(widget: QWidget) -> int:
    """What the heading of a card takes above its content, beside the margin; 0 without one."""
    layout = widget.layout()
    if not isinstance(widget, Card) or layout is None:
        return 0
    return widget.content.y() - layout.contentsMargins().top()


def _sizes(root: QWidget, options: FigureOptions, top: int) -> tuple[QSize, QSize]:
    """The size of the figure, and the room in which the widget is laid out: never too small."""
    own = root.size() - QSize(0, top)
    width, height = options.width, options.height
    if width is None and height is None:
        return own, own
    if width is None:
        width = max(round(own.width() * (height or 1) / max(own.height(), 1)), 1)
    elif height is None:
        height = max(round(own.height() * width / max(own.width(), 1)), 1)
    size = QSize(width, height or 1)
    layout = root.layout()
    least = layout.totalMinimumSize() if layout is not None else root.minimumSizeHint()
    factor = max(least.width() / size.width(), (least.height() - top) / size.height(), 1.0)
    return size, QSize(ceil(size.width() * factor), ceil(size.height() * factor))


def _layout_alone(root: QWidget) -> QLayout | None:
    """The layout, where it is used without the widget, which would be seen to resize."""
    return root.layout() if root.isWindow() else None


def _note_layout(root: QWidget, restored: ExitStack) -> None:
    """Note where everything stands, to be put back. What is noted last is put back first."""
    for bar in root.findChildren(QScrollBar):
        restored.callback(bar.setValue, bar.value())
    # The outer splitter is put back before those in it.
    for splitter in reversed(root.findChildren(QSplitter)):
        restored.callback(splitter.setSizes, splitter.sizes())
        # It shares out a new width by sizes that it was given once, not by those that it has: as
        # it will be afterwards, it has to be before, or a second figure would not be the same.
        splitter.setSizes(splitter.sizes())
    layout = _layout_alone(root)
    if layout is not None:
        restored.callback(layout.setGeometry, root.contentsRect())
    else:
        restored.callback(root.setGeometry, root.geometry())


def _lay_out(root: QWidget, room: QSize) -> None:
    layout = _layout_alone(root)
    if layout is not None:
        layout.setGeometry(QRect(QPoint(0, 0), room))
    elif root.size() != room:
        root.resize(room)
    if not root.isVisible():
        # Only drawing makes a widget that was never shown size what is in it.
        QWidget.render(root, QImage(1, 1, QImage.Format.Format_RGB32), QPoint(0, 0))
    _settle(root)


def _uncover_plots(root: QWidget, restored: ExitStack) -> None:
    """Have plots paint their ground themselves, and not copy it from pixels that Qt has kept."""
    for plot in root.findChildren(pg.PlotWidget):
        viewport = plot.viewport()
        restored.callback(plot.setCacheMode, plot.cacheMode())
        restored.callback(viewport.setAutoFillBackground, viewport.autoFillBackground())
        plot.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        viewport.setAutoFillBackground(False)


def _settle(root: QWidget) -> None:
    """Bring all layouts in `root` up to date at once, from the outside in."""
    for widget in (root, *root.findChildren(QWidget)):
        layout = widget.layout()
        if layout is not None and widget is not root:
            layout.activate()
        if isinstance(widget, pg.PlotWidget):
            widget.getPlotItem().layout.activate()
            widget.scene().prepareForPaint()


def _prepare(root: QWidget, numbers: bool, restored: ExitStack) -> None:
    """Have the widget and what is in it draw at its best."""
    for member in (root, *root.findChildren(QWidget)):
        if isinstance(member, QAbstractButton):
            restored.callback(member.setIcon, refine(member))
        if isinstance(member, PreparesExport):
            restored.callback(member.finish_export)
            member.prepare_export(numbers)


def _shown_children(widget: QWidget) -> list[QWidget]:
    """The children that are seen, from back to front."""
    return [
        child
        for child in widget.children()
        if isinstance(child, QWidget) and not child.isWindow() and child.isVisibleTo(widget)
    ]


def _pieces(
    widget: QWidget, place: QPoint, clip: QRect, without: Sequence[QWidget] = ()
) -> Iterator[Piece]:
    clip = clip.intersected(QRect(place, widget.size()))
    if clip.isEmpty() or widget in without:
        return
    yield Piece(widget, place, clip)
    for child in _shown_children(widget):
        yield from _pieces(child, place + child.pos(), clip, without)
