"""Brings the stored corporate events of its series to a chart, and again after bars were stored."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.domain.errors import CandleDeskError
from candledesk.ui.chart.core.events.event_marks import SeriesEvents
from candledesk.ui.gui_calls import on_gui_thread
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.api import CacheApi
    from candledesk.cache.bar_messages import CorporateEvent
    from candledesk.cache.events import BarsStored, RefreshDue
    from candledesk.domain.interval import Interval
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.widget.chart_model import ChartModel

_log = logging.getLogger(__name__)
_STORED_MS = 500  # events come with bars: what a backfill stores within this time is read once


class EventFeed(QObject):
    """Requests the events of a chart's series on a reader thread; a reply to an older request is dropped."""

    def __init__(self, cache: CacheApi, bridge: Bridge, model: ChartModel) -> None:
        """Serve ``model``."""
        super().__init__(model)
        self._cache, self._model = cache, model
        self._series: tuple[str, Interval] | None = None
        self._generation = 0
        self._timer = single_shot_timer(self, _STORED_MS, self._request)
        model.series_changed.connect(self._on_series_changed)
        bridge.bars_stored.connect(self._on_bars_stored)
        bridge.refresh_due.connect(self._on_refresh_due)

    def _on_series_changed(self) -> None:
        shown = self._model.series.symbol, self._model.series.interval
        if shown != self._series and shown[0]:
            self._series = shown
            self._request()

    def _on_bars_stored(self, event: BarsStored) -> None:
        self._request_soon(event.symbol)

    def _on_refresh_due(self, event: RefreshDue) -> None:
        if event.symbol is None:  # the calendar of the venue has come, or another one
            self._request_soon(self._model.series.symbol)

    def _request_soon(self, symbol: str) -> None:
        if self._series is not None and symbol == self._series[0] and not self._timer.isActive():
            self._timer.start()

    def _request(self) -> None:
        if self._series is None:
            return
        self._timer.stop()
        self._generation += 1
        report = partial(on_gui_thread(self, self._on_request_ended), self._generation)
        self._cache.read_corporate_events(*self._series).add_done_callback(report)

    def _on_request_ended(self, generation: int, ended: Future[tuple[CorporateEvent, ...]]) -> None:
        if generation != self._generation or self._series is None:
            return
        try:
            events = ended.result()
        except CancelledError:  # the cache drops its futures when it closes
            return
        except CandleDeskError as error:
            _log.info("corporate events could not be read: %s", error)
            return
        shown = self._model.scene.shown_events
        if events != (() if shown is None else shown.events):
            self._model.set_events(SeriesEvents(*self._series, events))
