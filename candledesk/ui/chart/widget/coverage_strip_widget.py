"""The coverage strip: a thin band under the time axis with the coverage of the visible span, and the reasons."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from candledesk.domain.coverage import MarkState
from candledesk.ui.chart.core.coverage_strip import CAN_FILL, Segment, mark_at, mark_text, place_marks, shown_span
from candledesk.ui.chart.paint.pixels import colour_of
from candledesk.ui.plain_text import plain_tip
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
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
_BAND_TOP, _BAND_H = 2, 4
_ODD_H = 2  # a line within the band: flagged bars are stored like all others
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
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_READ_MS)
        self._timer.timeout.connect(self._read)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setAccessibleName("Coverage")
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
            self.segments = segments
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

    def _colour(self, mark: CoverageMark | None) -> str:
        theme = self._theme
        if mark is None:
            return theme.up_volume
        return {
            MarkState.PROVISIONAL: theme.accent,
            MarkState.KNOWN_EMPTY: theme.text_muted,
            MarkState.MISSING: theme.warning,
            MarkState.REFUSED: theme.border,
            MarkState.DERIVED: theme.text_muted,
            MarkState.FAILED: theme.down,
            MarkState.ODD: theme.odd,
        }[mark.state]

    # -- Qt events

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the band."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour_of(self._theme.background))
        for piece in self.segments:
            is_odd = piece.mark is not None and piece.mark.state is MarkState.ODD
            height = _ODD_H if is_odd else _BAND_H
            rect = QRectF(piece.left, _BAND_TOP + (_BAND_H - height), piece.right - piece.left, height)
            painter.fillRect(rect, colour_of(self._colour(piece.mark)))
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Show the coverage under the mouse as a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_tip(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the tooltip at once: the band is thin and its segments are short."""
        self._show_tip(event.position().toPoint(), event.globalPosition().toPoint())
        piece = mark_at(self.segments, event.position().x())
        can_fill = piece is not None and piece.mark is not None and piece.mark.state in CAN_FILL
        self.setCursor(Qt.CursorShape.PointingHandCursor if can_fill else Qt.CursorShape.ArrowCursor)

    def _mark_text(self, mark: CoverageMark | None) -> str:
        series = self._model.series
        return mark_text(mark, is_daily=series.interval.is_daily, tz=series.calendar.tz)

    def _show_tip(self, at: QPoint, place: QPoint) -> None:
        piece = mark_at(self.segments, at.x())
        words = "" if piece is None else self._mark_text(piece.mark)
        QToolTip.showText(place + QPoint(0, -54 - 16 * words.count("\n")), plain_tip(words), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open a menu with the coverage there, and with an entry that fetches what is missing."""
        piece = mark_at(self.segments, event.position().x())
        if event.button() not in _MENU_BUTTONS or piece is None or piece.mark is None:
            return
        QToolTip.hideText()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for line in self._mark_text(piece.mark).split("\n"):
            menu.addAction(line).setEnabled(False)
        if piece.mark.state in CAN_FILL:
            menu.addSeparator()
            self._chosen: Span = piece.mark.span
            menu.addAction("Fetch it now").triggered.connect(self._on_fill_chosen)
        menu.popup(event.globalPosition().toPoint())

    def _on_fill_chosen(self) -> None:
        self.fill_requested.emit(self._chosen)
