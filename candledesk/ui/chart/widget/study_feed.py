"""Brings the values of indicators to a chart: requests them on reader threads, and drops what is no longer wanted."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from candledesk.cache.indicator_messages import IndicatorRequest, IndicatorRowsRequest
from candledesk.cache.runtime.threads import run_into
from candledesk.domain.errors import CandleDeskError
from candledesk.domain.span import Span
from candledesk.indicators.declaration import Reach
from candledesk.ui.chart.core.studies.study_values import StudyValues
from candledesk.ui.gui_calls import on_gui_thread
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from candledesk.cache.api import CacheApi
    from candledesk.cache.events import BarsStored, CoverageChanged
    from candledesk.domain.interval import Interval
    from candledesk.indicators.studies import Study
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.core.studies.chart_study import ChartStudy
    from candledesk.ui.chart.widget.chart_model import ChartModel

_log = logging.getLogger(__name__)
_RANGE_MS = 100  # WORKBENCH.md §1.4: what is made of the visible range is computed ten times a second at most
_SERIES_MS = 100  # a jump over a long series changes the loaded bars hundreds of times a second
_FIRST_BARS = 32_768  # of a long series, at the right edge, are shown first: they lie in one piece or two of the cache
_STORED_MS = 400  # the chart reads its window again after bars were stored; if it does not, the values are read alone
Request = IndicatorRequest | IndicatorRowsRequest


@dataclass(slots=True)
class _Wanted:
    """The latest request for one indicator; ``next``: what is to be requested after the one that is in flight."""

    request: Request
    generation: int
    is_in_flight: bool = True
    next: Request | None = None


class StudyFeed(QObject):
    """Keeps the values of a chart's indicators as new as its bars.

    Of one indicator at most one request is in flight; a reply to an older request than the latest is not drawn.
    """

    def __init__(self, cache: CacheApi, bridge: Bridge, model: ChartModel) -> None:
        """Serve ``model``."""
        super().__init__(model)
        self._cache, self._model = cache, model
        self._wanted: dict[str, _Wanted] = {}
        self._n_requests = 0
        self._values: dict[str, StudyValues] = {}  # that have come and are not shown yet
        self._show_timer = single_shot_timer(self, 0, self._show_values)
        self._range_timer = single_shot_timer(self, _RANGE_MS, self._on_range_due)
        self._stored_timer = single_shot_timer(self, _STORED_MS, self._request_all)
        self._series_timer = single_shot_timer(self, _SERIES_MS, self._on_series_due)
        self._is_series_due = False
        self._requested: tuple[str, Interval] | None = None
        model.series_changed.connect(self._on_series_changed)
        model.studies_changed.connect(self._on_studies_changed)
        model.viewport_changed.connect(self._on_viewport_changed)
        bridge.bars_stored.connect(self._on_store_changed)
        bridge.coverage_changed.connect(self._on_store_changed)

    @property
    def is_loading(self) -> bool:
        """Whether values are on their way."""
        is_due = self._is_series_due or self._range_timer.isActive() or self._show_timer.isActive()
        return is_due or any(wanted.is_in_flight for wanted in self._wanted.values())

    # -- what is wanted

    def _shown(self) -> list[ChartStudy]:
        interval = self._model.series.interval
        return [one for one in self._model.scene.studies if one.is_shown_on(interval)]

    def _request_all(self) -> None:
        self._stored_timer.stop()
        self._forget_hidden()
        for one in self._shown():
            self._request(one)

    def _forget_hidden(self) -> None:
        keys = {one.key for one in self._shown()}
        self._wanted = {key: wanted for key, wanted in self._wanted.items() if key in keys}

    def _on_series_changed(self) -> None:
        """Request the values at once, and again for all later changes of one series within ``_SERIES_MS`` together."""
        shown = self._model.series.symbol, self._model.series.interval
        if self._series_timer.isActive() and shown == self._requested:
            self._is_series_due = True
            return
        self._is_series_due, self._requested = False, shown
        self._series_timer.start()
        self._request_all()

    def _on_series_due(self) -> None:
        if self._is_series_due:
            self._on_series_changed()

    def _on_studies_changed(self) -> None:
        self._forget_hidden()
        for one in self._shown():
            wanted = self._wanted.get(one.key)
            if wanted is None or (wanted.next or wanted.request).study != one.study:
                self._request(one)

    def _on_viewport_changed(self) -> None:
        if not self._range_timer.isActive() and any(is_of_range(one.study) for one in self._shown()):
            self._range_timer.start()

    def _on_range_due(self) -> None:
        for one in self._shown():
            wanted = self._wanted.get(one.key)
            if is_of_range(one.study) and (wanted is None or self._request_of(one) != (wanted.next or wanted.request)):
                self._request(one)

    def _on_store_changed(self, event: BarsStored | CoverageChanged) -> None:
        series = self._model.series
        if event.symbol != series.symbol:
            return
        is_own = event.interval.base is series.interval.base
        if any(is_own or _reads_others(one.study) for one in self._shown()) and not self._stored_timer.isActive():
            self._stored_timer.start()

    # -- requests

    def _request_of(self, one: ChartStudy) -> Request | None:
        series = self._model.series
        axis, interval = series.axis, series.interval
        if not axis.n_rows:
            return None
        if is_of_range(one.study):
            lo, hi = self._model.placed.visible()
            if hi <= lo:
                return None
            span = Span(int(axis.open_time[lo]), int(axis.open_time[hi - 1]) + axis.step_s * axis.stride)
            return IndicatorRequest(series.symbol, interval, one.study, span)
        span = Span(int(axis.open_time[0]), axis.loaded_end + interval.longest_s)
        if axis.is_single:
            return IndicatorRequest(series.symbol, interval, one.study, span)
        return IndicatorRowsRequest(series.symbol, interval, one.study, span, axis.stride)

    def _request(self, one: ChartStudy) -> None:
        request = self._request_of(one)
        if request is None:
            return
        wanted = self._wanted.get(one.key)
        if wanted is not None and wanted.is_in_flight and _is_same_line(wanted.request, request):
            wanted.next = request
            return
        first = request if wanted is not None and _is_beside(wanted.request, request) else self._first_of(request)
        self._send(one.key, first)
        if first is not request:
            self._wanted[one.key].next = request

    def _first_of(self, request: Request) -> Request:
        """Return a request for the last bars on screen when all that are wanted take longer."""
        if isinstance(request, IndicatorRequest):
            return request
        axis, (lo, hi) = self._model.series.axis, self._model.placed.visible()
        end = int(axis.open_time[hi - 1]) + axis.step_s * axis.stride if hi > lo else request.span.end
        start = end - _FIRST_BARS * axis.step_s
        return replace(request, span=Span(start, end)) if start > request.span.start else request

    def _send(self, key: str, request: Request) -> None:
        self._n_requests += 1
        generation = self._n_requests
        self._wanted[key] = _Wanted(request, generation)
        self._load(request).add_done_callback(partial(on_gui_thread(self, self._on_request_ended), key, generation))

    def _load(self, request: Request) -> Future[StudyValues]:
        """Return a future of the values, which are made ready on the thread that read them."""
        values: Future[StudyValues] = Future()
        if isinstance(request, IndicatorRequest):
            reply = self._cache.load_indicator(request)
            reply.add_done_callback(lambda _: run_into(values, lambda: StudyValues.from_reply(reply.result())))
        else:
            rows = self._cache.load_indicator_rows(request)
            rows.add_done_callback(lambda _: run_into(values, lambda: StudyValues.from_rows(rows.result())))
        return values

    def _on_request_ended(self, key: str, generation: int, future: Future[StudyValues]) -> None:
        wanted = self._wanted.get(key)
        if wanted is None or wanted.generation != generation:
            return
        wanted.is_in_flight = False
        values = _values_of(wanted.request, future)
        if values is not None:
            self._values[key] = values
            self._show_timer.start()
        if wanted.next is not None:
            self._send(key, wanted.next)

    def _show_values(self) -> None:
        """Show all values that came in one turn of the event loop together: each change lays the chart out anew."""
        values, self._values = self._values, {}
        shown = {key: one for key, one in values.items() if self._is_wanted(key, one)}
        if shown:
            self._model.set_study_values(shown)

    def _is_wanted(self, key: str, values: StudyValues) -> bool:
        wanted, series = self._wanted.get(key), self._model.series
        is_of_series = (values.symbol, values.interval) == (series.symbol, series.interval)
        return is_of_series and wanted is not None and wanted.request.study == values.study


def _values_of(request: Request, future: Future[StudyValues]) -> StudyValues | None:
    """Return the values, those of an error with its sentence; ``None`` when the cache dropped the request."""
    try:
        return future.result()
    except CancelledError:
        return None
    except CandleDeskError as error:
        text = str(error)
    except Exception:  # noqa: BLE001 - our bug, but the chart must not stay silent
        _log.exception("values of an indicator could not be read")
        text = "The values could not be read: the log says why."
    none = np.empty(0)
    lines = dict.fromkeys(request.study.indicator.output_names, none)
    times, settled = np.empty(0, np.int64), np.empty(0, np.bool_)
    return StudyValues(
        request.study, request.symbol, request.interval, 1, times, lines, lines, lines, settled, notes=(text,)
    )


def is_of_range(study: Study) -> bool:
    """Return whether the values are those of the bars on screen only."""
    return any(one.indicator.reach is Reach.RANGE for one in study.chain)


def _reads_others(study: Study) -> bool:
    """Return whether bars of other intervals, or ex-dates that come with daily ones, are part of the values."""
    return any(one.indicator.reach in {Reach.RANGE, Reach.ANCHOR} for one in study.chain)


def _is_beside(before: Request, request: Request) -> bool:
    """Tell whether most of a request may be known from the one before it: of the same rows, and of bars next to it."""
    if isinstance(before, IndicatorRowsRequest) and isinstance(request, IndicatorRowsRequest):
        is_same = _is_same_line(before, request) and before.stride == request.stride
        return is_same and before.span.overlaps(request.span)
    return False


def _is_same_line(one: Request, other: Request) -> bool:
    return (type(one), one.symbol, one.interval, one.study) == (type(other), other.symbol, other.interval, other.study)
