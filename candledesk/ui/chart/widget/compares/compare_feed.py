"""Brings the values of compared series to a chart, and keeps these series as new as the chart's own."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.cache.compare_messages import CompareRequest
from candledesk.cache.runtime.threads import run_into
from candledesk.domain.compare.ratio import symbols_of
from candledesk.domain.errors import CandleDeskError
from candledesk.domain.span import Span
from candledesk.ui.chart.core.compares.compare_values import CompareValues
from candledesk.ui.gui_calls import on_gui_thread
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.api import CacheApi
    from candledesk.cache.events import BarsStored, CoverageChanged, RefreshDue
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.core.compares.compare import Compare
    from candledesk.ui.chart.widget.chart_model import ChartModel

_log = logging.getLogger(__name__)
_SERIES_MS = 100  # a jump over a long series changes the loaded bars hundreds of times a second
_RETRY_MS = 30_000  # after an error, and while bars are missing that are not announced


class CompareFeed(QObject):
    """Serves the compared series of one chart.

    Of each at most one request is in flight; a reply to an older request than the latest is not drawn.
    """

    def __init__(self, cache: CacheApi, bridge: Bridge, model: ChartModel) -> None:
        """Serve ``model``."""
        super().__init__(model)
        self._cache, self._model = cache, model
        self._in_flight: dict[str, CompareRequest] = {}
        self._next: dict[str, CompareRequest] = {}
        self._followed: dict[tuple[str, str], Callable[[], None]] = {}
        self._due_timer = single_shot_timer(self, _SERIES_MS, self._request_all)
        self._retry_timer = single_shot_timer(self, _RETRY_MS, self._request_all)
        model.series_changed.connect(self._on_changed)
        model.compares_changed.connect(self._on_compares_changed)
        bridge.bars_stored.connect(self._on_store_changed)
        bridge.coverage_changed.connect(self._on_store_changed)
        bridge.refresh_due.connect(self._on_refresh_due)

    @property
    def is_loading(self) -> bool:
        """Whether values are on their way."""
        return bool(self._in_flight) or self._due_timer.isActive()

    def close(self) -> None:
        """Stop keeping the series up to date."""
        self._due_timer.stop()
        self._retry_timer.stop()
        for leave in self._followed.values():
            leave()
        self._followed = {}

    # -- when values are wanted

    def _shown(self) -> list[Compare]:
        return [one for one in self._model.scene.compares if one.is_shown]

    def _on_compares_changed(self) -> None:
        """Request at once what has been added; a changed colour or place needs no other values."""
        self._follow()
        values = self._model.scene.compare_values
        for one in self._shown():
            if one.key not in values or values[one.key].request.other != one.symbol:
                self._request(one)

    def _on_changed(self) -> None:
        self._follow()
        if self._model.scene.compares and not self._due_timer.isActive():
            self._due_timer.start()

    def _on_store_changed(self, event: BarsStored | CoverageChanged) -> None:
        if event.interval.base is self._model.series.interval.base:
            self._take_change(event.symbol)

    def _on_refresh_due(self, event: RefreshDue) -> None:
        self._take_change(event.symbol)

    def _take_change(self, symbol: str | None) -> None:
        """Request the values again soon where bars of ``symbol`` are part of them, ``None``: any may be."""
        symbols = {part for one in self._shown() for part in symbols_of(one.symbol)}
        if symbols and (symbol is None or symbol in symbols) and not self._due_timer.isActive():
            self._due_timer.start()

    def _follow(self) -> None:
        """Let the cache keep the series that are compared up to date."""
        series = self._model.series
        wanted = {(one.symbol, series.interval.name) for one in self._shown()} if series.symbol else set()
        for key in self._followed.keys() - wanted:
            self._followed.pop(key)()
        for key in wanted - self._followed.keys():
            self._followed[key] = self._cache.follow(key[0], series.interval)

    # -- requests

    def _request_all(self) -> None:
        for one in self._shown():
            self._request(one)

    def _request(self, one: Compare) -> None:
        series = self._model.series
        axis = series.axis
        if not axis.n_rows:
            return
        span = Span(int(axis.open_time[0]), axis.loaded_end + series.interval.longest_s)
        stride = 1 if axis.is_single else axis.stride
        request = CompareRequest(series.symbol, series.interval, one.symbol, span, stride)
        if one.key in self._in_flight:
            self._next[one.key] = request
        else:
            self._send(one.key, request)

    def _send(self, key: str, request: CompareRequest) -> None:
        self._in_flight[key] = request
        rows = self._cache.load_compare(request)
        values: Future[CompareValues] = Future()  # made ready on the thread that read them
        rows.add_done_callback(lambda _: run_into(values, lambda: CompareValues.from_rows(rows.result())))
        values.add_done_callback(partial(on_gui_thread(self, self._on_request_ended), key, request))

    def _on_request_ended(self, key: str, request: CompareRequest, future: Future[CompareValues]) -> None:
        self._in_flight.pop(key, None)
        values, following = _values_of(request, future), self._next.pop(key, None)
        series, is_there = self._model.series, any(one.key == key for one in self._shown())
        is_own = (series.symbol, series.interval) == (request.symbol, request.interval)
        if values is not None and is_own and is_there:
            self._model.set_compare_values(key, values)
            if values.note and not self._retry_timer.isActive():
                self._retry_timer.start()
        if following is not None and is_there:
            self._send(key, following)


def _values_of(request: CompareRequest, future: Future[CompareValues]) -> CompareValues | None:
    """Return the values, those of an error with its sentence; ``None`` when the cache dropped the request."""
    try:
        return future.result()
    except CancelledError:
        return None
    except CandleDeskError as error:
        return CompareValues.failed(request, str(error))
    except Exception:  # noqa: BLE001 - our bug, but the chart must not stay silent
        _log.exception("values of a compared series could not be read")
        return CompareValues.failed(request, "The values could not be read: the log says why.")
