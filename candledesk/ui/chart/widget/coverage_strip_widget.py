"""The coverage strip: marks under the time axis where bars are not simply stored, with the reasons."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from candledesk.domain.coverage import MarkState
from candledesk.ui.chart.core.coverage_strip import (
    CAN_FILL,
    Segment,
    is_lost,
    mark_at,
    mark_text,
    place_marks,
    shown_span,
)
from candledesk.ui.chart.paint.pixels import colour_of
from candledesk.ui.plain_text import plain_tip
from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtGui import QMouseEvent, QPaintEvent

    from candledesk.cache.api import CacheApi
    from candledesk.cache.events import BarsStored, CoverageChanged, RefreshDue
    from candledesk.domain.coverage import CoverageMark
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.theme.themes import Theme

_log = logging.getLogger(__name__)
HEIGHT = 8
_MARK_H = 6  # of what is missing; all of the height under the mouse (WINDOW.md, look)
_QUIET_H = 2  # of what is known, and needs nothing
_READ_MS = 120  # after a change: a moving chart does not read the coverage for every frame
_MENU_BUTTONS = frozenset({Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton})


class CoverageStrip(QWidget):
    """Follows a chart. ``fill_requested`` carries the span that the user wants to be fetched."""

    fill_requested = Signal(object)

    def __init__(self, cache: CacheApi, bridge: Bridge, model: ChartModel, theme: Theme) -> None:
        """Show nothing until the chart shows bars."""
        super().__init__()
        self._cache, self._model, self._theme = cache, model, theme
        self._tasks = WidgetTasks(self, partial(_log.info, "the coverage could not be read: %s"))
        self._read_for: tuple[object, ...] = ()
        self._marks: tuple[CoverageMark, ...] = ()
        self.segments: list[Segment] = []
        self._hovered: Segment | None = None
        self._timer = single_shot_timer(self, _READ_MS, self._read)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setAccessibleName("Coverage")
        self.installEventFilter(self)
        model.changed.connect(self._on_changed)
        bridge.bars_stored.connect(self._on_series_changed)
        bridge.coverage_changed.connect(self._on_series_changed)
        bridge.refresh_due.connect(self._on_refresh_due)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self._theme = theme
        self.update()

    def _key(self) -> tuple[object, ...]:
        series, placed = self._model.series, self._model.placed
        span = shown_span(series, placed, 0)
        return () if span is None else (series.symbol, series.interval, span)

    def _on_changed(self) -> None:
        series = self._model.series
        if self._read_for[:2] != (series.symbol, series.interval):
            self._marks = ()
        self._place()
        if self._key() != self._read_for and not self._timer.isActive():
            self._timer.start()

    def _place(self) -> None:
        segments = place_marks(self._marks, self._model.series, self._model.placed)
        if segments != self.segments:
            self.segments, self._hovered = segments, None
            self.update()

    def _on_series_changed(self, event: BarsStored | CoverageChanged) -> None:
        series = self._model.series
        if event.symbol == series.symbol and event.interval.base is series.interval.base:
            self._read_again()

    def _on_refresh_due(self, event: RefreshDue) -> None:
        if event.symbol in {None, self._model.series.symbol}:
            self._read_again()

    def _read_again(self) -> None:
        self._read_for = self._read_for[:2]
        if not self._timer.isActive():
            self._timer.start()

    def _read(self) -> None:
        series = self._model.series
        span = shown_span(series, self._model.placed, int(time.time()))
        self._read_for = self._key()
        if span is not None and self.isVisible():
            self._tasks.replace(self._show_marks(series.symbol, series.interval, span))

    async def _show_marks(self, symbol: str, interval: Interval, span: Span) -> None:
        self._marks = await result_of(self._cache.read_marks(symbol, interval, span))
        self._place()

    def _colour(self, mark: CoverageMark) -> str:
        theme = self._theme
        if mark.state in CAN_FILL:
            return theme.down if is_lost(mark) else theme.warning
        return {MarkState.ODD: theme.odd, MarkState.REFUSED: theme.border}.get(mark.state, theme.text_muted)

    # -- Qt events

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the marks."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour_of(self._theme.background))
        for piece in self.segments:
            height = HEIGHT if piece is self._hovered else _MARK_H if piece.mark.state in CAN_FILL else _QUIET_H
            rect = QRectF(piece.left, HEIGHT - height, piece.right - piece.left, height)
            painter.fillRect(rect, colour_of(self._colour(piece.mark)))
        painter.end()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Show the coverage under the mouse as a tooltip; a filter for the reason at ``ShortcutFilter``."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_tip(event.pos(), event.globalPos())
            return True
        return False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Raise the mark and show its tooltip at once: marks are short."""
        self._show_tip(event.position().toPoint(), event.globalPosition().toPoint())
        self._hover(mark_at(self.segments, event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        """Lower the mark again."""
        self._hover(None)
        super().leaveEvent(event)

    def _hover(self, piece: Segment | None) -> None:
        self.setCursor(Qt.CursorShape.ArrowCursor if piece is None else Qt.CursorShape.PointingHandCursor)
        if piece is not self._hovered:
            self._hovered = piece
            self.update()

    def _mark_text(self, piece: Segment) -> str:
        series = self._model.series
        return mark_text(piece, is_daily=series.interval.is_daily, tz=series.calendar.tz)

    def _show_tip(self, at: QPoint, place: QPoint) -> None:
        piece = mark_at(self.segments, at.x())
        words = "" if piece is None else self._mark_text(piece)
        QToolTip.showText(place + QPoint(0, -54 - 16 * words.count("\n")), plain_tip(words), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open a menu with the coverage there, and with an entry that fetches what is missing."""
        piece = mark_at(self.segments, event.position().x())
        if event.button() not in _MENU_BUTTONS or piece is None:
            return
        QToolTip.hideText()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for line in self._mark_text(piece).split("\n"):
            menu.addAction(line).setEnabled(False)
        if piece.mark.state in CAN_FILL:
            menu.addSeparator()
            self._chosen: Span = piece.mark.span
            menu.addAction("Fetch it now").triggered.connect(self._on_fill_chosen)
        menu.popup(event.globalPosition().toPoint())

    def _on_fill_chosen(self) -> None:
        self.fill_requested.emit(self._chosen)
